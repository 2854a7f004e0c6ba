//! Loggers lost lines: what is counted is too little.

use bstr::ByteSlice;
use postlens_syntax::Daemon;

use crate::detector::Detector;
use crate::finding::{Finding, FindingKind, Subject, kept};
use crate::signal::{Sight, Trouble};
use crate::subjects::{Held, Subjects};
use crate::watch::{Clock, Rule, Watch};
use postlens_syntax::Time;

/// Any is too much.
pub(crate) const RULE: Rule = Rule { least: 1.0, pace: 0.02, times: 0.0 };

/// Watches the loggers of each host.
#[derive(Debug, Default)]
pub(crate) struct Logger {
    hosts: Subjects<Losses>,
}

#[derive(Debug, Default)]
struct Losses {
    watch: Watch,
    lines: u64,
}

impl Held for Losses {
    fn last(&self) -> Time {
        self.watch.last()
    }

    fn matters(&self) -> bool {
        true
    }
}

/// How many lines a logger says it lost; 0 where it only says that it loses some.
/// rsyslog: `imuxsock begins to drop messages due to rate-limiting`, `imuxsock lost 42
/// messages from pid 7 due to rate-limiting`, `42 messages lost due to rate-limiting`;
/// systemd-journald: `Suppressed 42 messages from postfix.service`, `Forwarding to syslog
/// missed 42 messages.`
fn lost(program: &[u8], text: &[u8]) -> Option<u64> {
    const LOGGERS: [&[u8]; 3] = [b"rsyslogd", b"systemd-journal", b"syslog-ng"];
    if !LOGGERS.iter().any(|logger| program.starts_with(logger)) {
        return None;
    }
    let limited = text.contains_str("rate-limiting");
    if limited && (text.contains_str("begin to drop") || text.contains_str("begins to drop")) {
        return Some(0);
    }
    let says = limited && text.contains_str("lost")
        || text.starts_with(b"Suppressed ") && text.contains_str(" messages from ")
        || text.starts_with(b"Forwarding to syslog missed ");
    says.then(|| count_before(text, b" messages"))
}

/// The number that stands before a word.
fn count_before(text: &[u8], word: &[u8]) -> u64 {
    let Some(head) = text.find(word).and_then(|at| text.get(..at)) else { return 0 };
    let number = head.rsplit(|byte| !byte.is_ascii_digit()).next().unwrap_or_default();
    number.to_str().ok().and_then(|number| number.parse().ok()).unwrap_or_default()
}

impl Logger {
    fn add(&mut self, sight: &Sight<'_>, lines: u64, weight: u32, clock: Clock) {
        let losses = self.hosts.entry(sight.host);
        losses.watch.add(RULE, clock, sight, weight);
        losses.lines += lines * u64::from(weight);
    }
}

impl Detector for Logger {
    fn foreign(&mut self, sight: &Sight<'_>, weight: u32, clock: Clock) {
        if let Some(lines) = lost(sight.program, sight.text) {
            self.add(sight, lines, weight, clock);
        }
    }

    fn trouble(&mut self, trouble: &Trouble<'_>, clock: Clock) {
        if trouble.daemon == Some(Daemon::Postlogd) {
            self.add(&trouble.sight, 1, trouble.weight, clock);
        }
    }

    fn findings(&self, clock: Clock, out: &mut Vec<Finding>) {
        for (host, losses) in self.hosts.iter() {
            let from = out.len();
            let subject = Subject::Host(kept(host));
            losses.watch.report((FindingKind::LinesLost, &subject), RULE, clock, out);
            for finding in out.iter_mut().skip(from) {
                finding.figures.push(("notes", finding.amount));
                finding.amount = losses.lines.max(finding.amount);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::lost;

    #[test]
    fn losses_are_counted() {
        let check = |program: &str, text: &str, lines| {
            assert_eq!(lost(program.as_bytes(), text.as_bytes()), lines, "{text}");
        };
        check(
            "rsyslogd",
            "imuxsock lost 214 messages from pid 812 due to rate-limiting",
            Some(214),
        );
        check(
            "rsyslogd",
            "imjournal: 60 messages lost due to rate-limiting (20000 allowed within 600 seconds)",
            Some(60),
        );
        check("rsyslogd", "imjournal: begin to drop messages due to rate-limiting", Some(0));
        check("systemd-journald", "Suppressed 4127 messages from postfix@-.service", Some(4127));
        check("systemd-journald", "Forwarding to syslog missed 12 messages.", Some(12));
        check("cron", "Suppressed 4127 messages from postfix@-.service", None);
        check("rsyslogd", "[origin software=\"rsyslogd\"] start", None);
    }
}
