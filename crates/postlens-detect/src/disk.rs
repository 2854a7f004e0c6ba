//! A file system that Postfix writes to is full.

use postlens_syntax::Event;
use postlens_track::Observation;

use crate::detector::Detector;
use crate::finding::{Finding, FindingKind, Subject, kept};
use crate::signal::{Failure, Sight, Symptom, Trouble};
use crate::subjects::Subjects;
use crate::watch::{Clock, Rule, Watch};

/// Any is too much; a second one makes sure that it is no stray line.
pub(crate) const RULE: Rule = Rule { least: 2.0, pace: 0.02, times: 0.0, ..Rule::OPEN };

/// What the operating system says, at a line's end.
const REASONS: [&[u8]; 2] = [b"No space left on device", b"Read-only file system"];

/// What smtpd(8) says before it refuses.
const WARNING: &[u8] = b"warning: not enough free space in mail queue";

/// What smtpd(8) answers to MAIL then (smtpd_check.c).
const REFUSAL: &[u8] = b"452 4.3.1 Insufficient system storage";

/// Watches each host.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    hosts: Subjects<Watch>,
}

impl Disk {
    fn full(&mut self, sight: &Sight<'_>, weight: u32, clock: Clock) {
        self.hosts.entry(sight.host).add(RULE, clock, sight, weight);
    }
}

impl Detector for Disk {
    fn trouble(&mut self, trouble: &Trouble<'_>, clock: Clock) {
        let text = trouble.sight.text;
        if REASONS.iter().any(|reason| text.ends_with(reason)) || text.starts_with(WARNING) {
            self.full(&trouble.sight, trouble.weight, clock);
        }
    }

    fn failure(&mut self, failure: &Failure<'_>, clock: Clock) {
        if failure.symptom == Symptom::NoSpace {
            self.full(&failure.sight, failure.weight, clock);
        }
    }

    #[inline]
    fn line(&mut self, line: &Observation<'_>, clock: &Clock) {
        if let Event::Decision(decision) = line.event
            && decision.text.starts_with(REFUSAL)
        {
            self.full(&Sight::of(line), line.weight, *clock);
        }
    }

    fn findings(&self, clock: Clock, out: &mut Vec<Finding>) {
        for (host, watch) in self.hosts.iter() {
            let subject = Subject::Host(kept(host));
            watch.report((FindingKind::DiskFull, &subject), RULE, clock, out);
        }
    }
}
