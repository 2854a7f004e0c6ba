//! Loggers lost lines: what is counted is too little.

use postlens_syntax::Daemon;
use postlens_syntax::logger::lost_lines;

use crate::detector::Detector;
use crate::finding::{Finding, FindingKind, Subject, kept};
use crate::signal::{Sight, Trouble};
use crate::subjects::{Held, Subjects};
use crate::watch::{Clock, Rule, Watch};
use postlens_syntax::Time;

/// Any is too much.
pub(crate) const RULE: Rule = Rule { least: 1.0, pace: 0.02, times: 0.0, ..Rule::OPEN };

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

impl Logger {
    fn add(&mut self, sight: &Sight<'_>, lines: u64, weight: u32, clock: Clock) {
        let losses = self.hosts.entry(sight.host);
        losses.watch.add(RULE, clock, sight, weight);
        if clock.tells(sight.time) {
            losses.lines += lines * u64::from(weight);
        }
    }
}

impl Detector for Logger {
    fn foreign(&mut self, sight: &Sight<'_>, weight: u32, clock: Clock) {
        if let Some(lines) = lost_lines(sight.program, sight.text) {
            self.add(sight, lines, weight, clock);
        }
    }

    fn trouble(&mut self, trouble: &Trouble<'_>, clock: Clock) {
        if trouble.daemon == Some(Daemon::Postlogd) {
            self.foreign(&trouble.sight, trouble.weight, clock);
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
