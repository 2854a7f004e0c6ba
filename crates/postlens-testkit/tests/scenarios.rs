//! The scenarios: understood lines, IDs that agree with the stamps, one incident each.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use bstr::ByteSlice;
use postlens_syntax::{Entry, Event, QueueId};
use postlens_testkit::{SCENARIOS, Scenario, Truth, generate_in_memory};

#[test]
fn scenarios_are_sound() {
    for scenario in SCENARIOS.iter().copied().chain([Scenario::baseline()]) {
        let name = scenario.name;
        let (log, truth, totals) = generate_in_memory(scenario.config(3));
        assert!((2_000_000..20_000_000).contains(&totals.bytes), "{name}: {}", totals.bytes);
        for line in log.lines() {
            let entry = Entry::parse(line);
            let event = Event::parse(&entry);
            assert!(!matches!(event, Event::Unrecognized(_)), "{name}: {}", entry.text);
        }
        let mut incidents = 0;
        for record in &truth {
            match record {
                Truth::Message(message) => {
                    let id = QueueId::new(message.queue_id.as_bytes()).unwrap();
                    assert_eq!(id.arrival_micros(), Some(message.arrival), "{name}: {message:?}");
                }
                Truth::Incident(incident) => {
                    incidents += 1;
                    assert!(incident.amount > 0 && incident.onset <= incident.last);
                }
                _ => {}
            }
        }
        assert_eq!(incidents, usize::from(scenario.kind.is_some()), "{name}");
        assert_eq!(Scenario::named(name).map(|known| known.kind), Some(scenario.kind));
    }
}
