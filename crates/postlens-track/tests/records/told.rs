//! Reads a small log and tells its records, one short line each.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use expect_test::Expect;
use postlens_syntax::time::days_from_civil;
use postlens_syntax::{Entry, Event, Stamp, Time};
use postlens_track::{
    Counters, Limits, LineId, Message, Observation, Outcome, Record, RecordSink, Tracker,
};

/// Records as text, deliveries left out: a message tells what they come to.
#[derive(Debug, Default)]
struct Told {
    text: String,
    /// Recipients of mail that ended here, of all messages.
    final_recipients: u32,
}

/// Compares the records of a log, in the order in which they become known.
#[track_caller]
pub(crate) fn check(log: &str, expected: &Expect) {
    let (text, counters) = tell(log, Limits::default());
    assert_eq!(counters.messages_evicted + counters.sessions_evicted, 0);
    expected.assert_eq(&text);
}

/// Runs a log through a tracker with these limits. The last line says how many
/// recipients' journeys end here.
#[track_caller]
pub(crate) fn tell(log: &str, limits: Limits) -> (String, Counters) {
    let mut tracker = Tracker::new(limits);
    let mut told = Told::default();
    let mut before: Option<(Entry<'_>, Event<'_>)> = None;
    let mut time = Time::default();
    let mut offset = 0;
    for line in log.lines().map(str::trim_start).filter(|line| !line.is_empty()) {
        let entry = Entry::parse(line.as_bytes());
        let event = Event::parse(&entry);
        assert_ne!(event.kind(), "unrecognized", "{line}");
        time = stamp(entry.stamp).unwrap_or(time);
        let at = LineId { log: 0, offset };
        let stamped = true;
        let seen = |entry, event, weight, echo| Observation {
            time,
            stamped,
            entry,
            bytes: line.as_bytes(),
            event,
            line: at,
            weight,
            echo,
        };
        tracker.observe(&seen(&entry, &event, entry.repeat.max(1), false), &mut told);
        match (&event, &before) {
            (Event::Repeated(count), Some((entry, event))) => {
                tracker.observe(&seen(entry, event, *count, true), &mut told);
            }
            _ => before = Some((entry, event)),
        }
        offset += line.len() as u64 + 1;
    }
    tracker.finish(&mut told);
    writeln!(told.text, "= {}", told.final_recipients).unwrap();
    (told.text, tracker.counters())
}

/// The logs here are of 2026, in UTC.
fn stamp(stamp: Stamp) -> Option<Time> {
    let Stamp::Yearless { month, day, time } = stamp else { return None };
    let days = days_from_civil(2026, month, day).unwrap();
    Some(Time { micros: days * 86_400_000_000 + time.micros_of_day(), offset: 0 })
}

/// Every recipient is told once, and none that qmgr counted is missing.
fn adds_up(message: &Message<'_>) {
    let names: BTreeSet<_> = message.recipients.iter().map(|to| (to.address, to.orig)).collect();
    let told = u32::try_from(message.recipients.len()).unwrap();
    // Two of one name only where qmgr counted as many.
    let counted = told <= message.recipient_count.unwrap_or_default();
    assert!(names.len() == message.recipients.len() || counted, "{message:?}");
    let unseen = message.unseen.map_or(0, |(count, _)| count);
    let all = told + unseen;
    assert!(all >= message.recipient_count.unwrap_or(1), "{message:?}");
}

impl Told {
    fn message(&mut self, message: &Message<'_>) {
        adds_up(message);
        let text = &mut self.text;
        write!(text, "{} {}", message.queue_id, message.origin.name()).unwrap();
        if let Some(sender) = message.sender {
            write!(text, " from=<{sender}>").unwrap();
        }
        if let Some(client) = message.client_address {
            write!(text, " [{client}]").unwrap();
        }
        if let Some(username) = message.sasl_username {
            write!(text, " login={username}").unwrap();
        }
        if let Some((link, parent)) = message.parent {
            write!(text, " {} of {parent}", link.name()).unwrap();
        }
        for flag in [(message.probe, " probe"), (!message.seen_arrival, " no arrival")] {
            text.push_str(if flag.0 { flag.1 } else { "" });
        }
        text.push_str(if message.ended { " ended\n" } else { " open\n" });
        let mut end = |count: u32, outcome: Outcome| {
            self.final_recipients += if outcome.is_final() && !message.probe { count } else { 0 };
        };
        for to in message.recipients {
            write!(text, "  {}", to.address).unwrap();
            if let Some(orig) = to.orig {
                write!(text, " ({orig})").unwrap();
            }
            writeln!(text, " {}, attempts {}", to.outcome.name(), to.attempts).unwrap();
            end(1, to.outcome);
        }
        if let Some((count, outcome)) = message.unseen {
            writeln!(text, "  {count} unseen {}", outcome.name()).unwrap();
            end(count, outcome);
        }
    }
}

impl RecordSink for Told {
    fn record(&mut self, record: &Record<'_>) {
        match record {
            Record::Message(message) => self.message(message),
            Record::Delivery(_) => {}
            Record::Session(session) => {
                let login = session.sasl_username.map(|name| format!(" login={name}"));
                writeln!(
                    self.text,
                    "session {:?} [{}]{} {}, messages {}, refusals {}, failures {}, times {}",
                    session.daemon,
                    session.client_address,
                    login.unwrap_or_default(),
                    session.ended.name(),
                    session.messages,
                    session.refusals,
                    session.auth_failures,
                    session.weight,
                )
                .unwrap();
            }
            Record::Refusal(refusal) => {
                let decision = refusal.decision;
                let client = refusal.client.map(|client| format!(" [{}]", client.address));
                writeln!(
                    self.text,
                    "{} {}{}, times {}",
                    decision.action.name(),
                    decision.stage,
                    client.unwrap_or_default(),
                    refusal.weight
                )
                .unwrap();
            }
        }
    }
}
