//! Our name service does not answer.

use bstr::ByteSlice;

use crate::detector::Detector;
use crate::finding::{Finding, FindingKind, Subject};
use crate::signal::{Failure, Sight, Symptom, Trouble};
use crate::subjects::{Distinct, Held, Subjects};
use crate::watch::{Clock, MINUTE, Rule, Watch};
use postlens_syntax::Time;

/// Lookups without an answer, beyond one in ten minutes and three times what is usual.
pub(crate) const RULE: Rule = Rule { least: 6.0, pace: 0.1, times: 3.0, most: 2.0 };

/// Of at least this many different domains: one alone has lame name servers of its own.
const DOMAINS: u64 = 3;

/// How much a delivery to another host weighs against it: its name was found.
const SUCCESS: f64 = 0.5;

/// A domain that has failed for so long says nothing about our name service.
const CHRONIC: i64 = 60 * MINUTE;

/// Watches lookups without an answer.
#[derive(Debug, Default)]
pub(crate) struct Dns {
    watch: Watch,
    names: Distinct,
    chronic: Subjects<Since>,
    /// The most names of an episode.
    most: u64,
}

/// Since when a domain fails, and when it failed last.
#[derive(Debug, Default)]
struct Since {
    first: Time,
    last: Time,
}

impl Held for Since {
    fn last(&self) -> Time {
        self.last
    }

    fn matters(&self) -> bool {
        false
    }
}

impl Dns {
    fn unanswered(&mut self, name: &[u8], sight: &Sight<'_>, weight: u32, clock: Clock) {
        let since = self.chronic.entry(name);
        if since.last.micros == 0 || sight.time.micros - since.last.micros > 24 * CHRONIC {
            since.first = sight.time;
        }
        since.last = sight.time;
        let now = if self.watch.is_alarmed() { self.watch.onset() } else { sight.time };
        if now.micros - since.first.micros > CHRONIC {
            return;
        }
        self.watch.add(RULE, clock, sight, weight.min(5));
        if self.watch.has_just_begun(weight.min(5)) {
            self.names.clear();
            if self.watch.has_no_past() {
                self.most = 0;
            }
        }
        self.names.add(name);
        self.most = self.most.max(self.names.count());
    }
}

impl Detector for Dns {
    fn failure(&mut self, failure: &Failure<'_>, clock: Clock) {
        if failure.symptom == Symptom::NameService {
            self.unanswered(failure.domain, &failure.sight, failure.weight, clock);
        }
    }

    fn success(&mut self, _: &[u8], _: bool, clock: Clock) {
        self.watch.calm(SUCCESS, clock);
    }

    fn trouble(&mut self, trouble: &Trouble<'_>, clock: Clock) {
        let text = trouble.sight.text;
        let temporary = text.ends_with(b"try again") && text.contains_str("Name service error")
            || text.ends_with(b"Temporary failure in name resolution");
        if temporary {
            self.unanswered(zone_of(text), &trouble.sight, trouble.weight, clock);
        }
    }

    fn findings(&self, clock: Clock, out: &mut Vec<Finding>) {
        if self.most < DOMAINS {
            return;
        }
        let from = out.len();
        self.watch.report((FindingKind::DnsFailing, &Subject::System), RULE, clock, out);
        for finding in out.iter_mut().skip(from) {
            finding.figures.push(("domains", self.most));
        }
    }
}

/// The last two labels of the name that was asked for, `name=NAME type=`, or the whole
/// text's last word before the colon.
fn zone_of(text: &[u8]) -> &[u8] {
    let name = match text.find("for name=") {
        Some(at) => text.get(at + 9..).unwrap_or_default(),
        None => text.get(..text.rfind_byte(b':').unwrap_or(text.len())).unwrap_or_default(),
    };
    let name = name.split(|byte| *byte == b' ').next().unwrap_or_default();
    match name.rfind_byte(b'.').and_then(|dot| name.get(..dot)?.rfind_byte(b'.')) {
        Some(dot) => name.get(dot + 1..).unwrap_or_default(),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn zones() {
        let check = |text: &str, zone: &str| {
            assert_eq!(super::zone_of(text.as_bytes()), zone.as_bytes());
        };
        check(
            "… error for name=9.2.0.192.bl.example.net type=A: Host not found, try again",
            "example.net",
        );
        check(
            "Name service error for name=example.org type=MX: Host not found, try again",
            "example.org",
        );
    }
}
