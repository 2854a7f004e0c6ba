//! Trends: mail by hour, weekday and hour of the week, campaigns, where mail goes, what
//! changed, and how much room is left.

mod html;
mod json;
mod text;

use postlens_stats::Timeline;
use postlens_stats::compare::Change;
use postlens_stats::stats::traffic::Flow;
use postlens_stats::trend::{Load, Trend};
use postlens_syntax::Time;

pub use html::page;
pub use json::value;
pub use text::write;

/// What is told.
#[derive(Debug)]
pub struct Trends<'a> {
    /// The figures of the period.
    pub now: &'a Trend,
    /// The period's ends, where it has any.
    pub period: (Option<Time>, Option<Time>),
    /// An earlier period to compare with.
    pub earlier: Option<Earlier<'a>>,
    /// How many processes there may be.
    pub limits: Limits,
    /// How many entries lists show.
    pub top: usize,
}

/// An earlier period.
#[derive(Debug, Clone, Copy)]
pub struct Earlier<'a> {
    /// Its figures.
    pub trend: &'a Trend,
    /// Its ends.
    pub ends: Option<(Time, Time)>,
    /// The length of the period in that of this one.
    pub scale: f64,
}

/// The limits of Postfix; 0 is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Processes of smtpd(8): `maxproc` of master.cf, else `default_process_limit`.
    pub smtpd: u64,
    /// Processes of smtp(8).
    pub smtp: u64,
    /// Recipients in the active queue: `qmgr_message_recipient_limit`.
    pub active: u64,
    /// Whether these are Postfix's defaults, since its settings could not be read.
    pub assumed: bool,
}

impl Default for Limits {
    /// Postfix's own.
    fn default() -> Self {
        Self { smtpd: 100, smtp: 100, active: 20_000, assumed: true }
    }
}

/// A figure of [`Flow`] that is told, by its name.
type Figure = (&'static str, fn(&Flow) -> u64);

const FIGURES: [Figure; 6] = [
    ("received", |flow| flow.received),
    ("delivered", |flow| flow.delivered),
    ("deferred", |flow| flow.deferred),
    ("bounced", |flow| flow.bounced),
    ("refused", |flow| flow.refused),
    ("connections", |flow| flow.connections),
];

/// How busy some processes were.
struct Capacity {
    /// Its name in JSON and in keys.
    name: &'static str,
    /// The busiest minute, in seconds on the wall.
    at: i64,
    /// How many were busy in it, on average.
    peak: f64,
    /// The same for the busiest minute in a hundred.
    usual: f64,
    limit: u64,
}

impl Capacity {
    /// What is left of the limit in the busiest minute, from 0 to 1; `None` without a limit.
    #[expect(clippy::cast_precision_loss, reason = "limits are small")]
    fn headroom(&self) -> Option<f64> {
        (self.limit > 0).then(|| (1.0 - self.peak / self.limit as f64).max(0.0))
    }
}

impl Trends<'_> {
    /// How many hours the period has, as far as there is mail.
    fn hours(&self) -> i64 {
        let spans = self.now.traffic.flow.spans();
        let ends = spans.keys().next().zip(spans.keys().next_back());
        ends.map_or(0, |(first, last)| (last - first) / 3600 + 1)
    }

    /// A figure against the earlier period.
    fn change(&self, now: u64, then: impl FnOnce(&Trend) -> u64) -> Option<Change> {
        let earlier = self.earlier?;
        Some(Change { now, then: then(earlier.trend), scale: earlier.scale })
    }

    fn capacities(&self) -> Vec<Capacity> {
        let load = &self.now.load;
        let all: [(&str, &Timeline<u64>, u64); 3] = [
            ("smtpd", &load.smtpd, self.limits.smtpd),
            ("smtp", &load.smtp, self.limits.smtp),
            ("active", &load.active, self.limits.active),
        ];
        let capacity = |(name, busy, limit): (&'static str, &Timeline<u64>, u64)| {
            let (at, peak) = Load::peak(busy)?;
            let usual = Load::usual_peak(busy)?;
            Some(Capacity { name, at, peak, usual, limit })
        };
        all.into_iter().filter_map(capacity).collect()
    }
}

#[cfg(test)]
mod tests;
