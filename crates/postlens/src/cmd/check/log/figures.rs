//! What is counted of a stretch of log.

use bstr::{BStr, ByteSlice};
use postlens_explain::Cause;
use postlens_stats::stats::Section;
use postlens_stats::stats::authentication::Authentication;
use postlens_stats::stats::gaps::Gaps;
use postlens_stats::stats::lines::Lines;
use postlens_stats::stats::reasons::Reasons;
use postlens_stats::stats::refusals::{RefusalReason, Refusals};
use postlens_stats::stats::trouble::Trouble;
use postlens_syntax::Severity;
use postlens_syntax::postfix::delivery::DeliveryStatus;
use postlens_track::{Consumer, Delivery, Observation, Record, RecordSink};

/// The figures that are judged, and what explains them.
#[derive(Debug, Default)]
pub(super) struct Figures {
    sent: u64,
    /// Deferred attempts.
    pub(super) deferred: u64,
    /// Recipients that bounced or expired.
    pub(super) bounced: u64,
    lines: Lines,
    authentication: Authentication,
    refusals: Refusals,
    trouble: Trouble,
    reasons: Reasons,
    gaps: Gaps,
    last_line: Option<i64>,
}

impl Figures {
    /// Attempts.
    pub(super) fn deliveries(&self) -> u64 {
        self.sent + self.deferred + self.bounced
    }

    pub(super) fn lines(&self) -> u64 {
        self.lines.total()
    }

    pub(super) fn failures(&self) -> u64 {
        self.authentication.failures
    }

    /// Without greylisting, which asks to come back.
    pub(super) fn refusals(&self) -> u64 {
        self.refusals.permanent + self.refusals.temporary
    }

    /// Warnings and errors.
    pub(super) fn warnings(&self) -> u64 {
        let count = |severity| self.trouble.severities.get(severity);
        count(Severity::Warning) + count(Severity::Error)
    }

    /// What ended a process.
    pub(super) fn fatal(&self) -> u64 {
        let count = |severity| self.trouble.severities.get(severity);
        count(Severity::Fatal) + count(Severity::Panic)
    }

    /// Lines that loggers say they lost; a note that does not say how many counts as one.
    pub(super) fn lost(&self) -> u64 {
        self.gaps.lost.iter().map(|(_, lost)| lost.lines.max(lost.notes)).sum()
    }

    /// When a mail program last logged something, in microseconds since 1970.
    pub(super) fn last_line(&self) -> Option<i64> {
        self.last_line
    }

    /// Counts what waits for lines that will not come: at the end.
    pub(super) fn settle(&mut self) {
        self.authentication.settle();
    }

    /// What there was most of, `most` of each kind.
    pub(super) fn details(&self, most: usize) -> Vec<String> {
        let mut lines = Vec::new();
        for (text, of) in self.trouble.texts.top(most) {
            let severity = of.of.map_or("", |(severity, _)| severity.name());
            lines.push(line(severity, of.count, text));
        }
        for (text, reason) in self.reasons.deferrals.top(most) {
            lines.push(line("deferred", reason.count, text));
        }
        for (text, reason) in self.reasons.bounces.top(most) {
            lines.push(line("bounced", reason.count, text));
        }
        let refused = self.refusals.reasons.top(usize::MAX).into_iter();
        for (text, reason) in
            refused.filter(|(text, reason)| !is_greylisting(text, reason)).take(most)
        {
            lines.push(line("refused", reason.count, text));
        }
        for (client, failed) in self.authentication.failed_clients.top(most) {
            lines.push(line("failed logins from", failed.count, client));
        }
        lines
    }

    fn delivery(&mut self, delivery: &Delivery<'_>) {
        let weight = u64::from(delivery.weight);
        match delivery.line.status {
            DeliveryStatus::Sent if !delivery.handed_over => self.sent += weight,
            DeliveryStatus::Deferred if !delivery.line.is_suspended() => self.deferred += weight,
            DeliveryStatus::Bounced | DeliveryStatus::Expired => self.bounced += weight,
            _ => {}
        }
    }
}

/// What asks to come back is no refusal; with a code for good it is one.
fn is_greylisting(text: &BStr, reason: &RefusalReason) -> bool {
    text.starts_with(b"4")
        && reason.verdict.is_some_and(|verdict| verdict.cause == Cause::Greylisted)
}

/// Longer texts are cut, in bytes.
const LONGEST: usize = 160;

fn line(what: &str, count: u64, text: &BStr) -> String {
    let end = text.char_indices().map(|(start, _, _)| start).take_while(|at| *at < LONGEST).last();
    let cut = text.len() > LONGEST;
    let shown = text.get(..end.filter(|_| cut).unwrap_or(text.len())).unwrap_or_default();
    format!("{what} {count} × {}{}", shown.as_bstr(), if cut { "…" } else { "" })
}

impl Consumer for Figures {
    fn line(&mut self, line: &Observation<'_>) {
        self.lines.line(line);
        self.gaps.line(line);
        self.authentication.line(line);
        self.trouble.line(line);
        if line.stamped && line.entry.tag.known.is_some() {
            self.last_line = self.last_line.max(Some(line.time.micros));
        }
    }
}

impl RecordSink for Figures {
    fn record(&mut self, record: &Record<'_>) {
        if let Record::Delivery(delivery) = record {
            self.delivery(delivery);
        }
        self.authentication.record(record);
        self.refusals.record(record);
        self.reasons.record(record);
    }
}
