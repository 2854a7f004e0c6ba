//! What the generator knows to be true is what the tracker finds.

use std::collections::BTreeMap;

use postlens_testkit::truth::{MessageTruth, Outcome as True, Truth};
use postlens_testkit::{Config, Flavour, Format, Hostility, Repeats, Until, generate_in_memory};
use postlens_track::Outcome;

use crate::collect::{Collected, Seen, run};

pub(crate) fn expected(outcome: True) -> Option<Outcome> {
    Some(match outcome {
        True::InQueue => Outcome::InQueue,
        True::Delivered => Outcome::Delivered,
        True::Relayed => Outcome::Relayed,
        True::HandedOver => Outcome::HandedOver,
        True::Deferred => Outcome::Deferred,
        True::Bounced => Outcome::Bounced,
        True::Expired => Outcome::Expired,
        True::Rejected => Outcome::Rejected,
        True::Held => Outcome::Held,
        True::Discarded => Outcome::Discarded,
        True::Canceled => Outcome::Canceled,
        True::Deleted => Outcome::Deleted,
        // Probes are not mail.
        True::Deliverable | True::Undeliverable => return None,
    })
}

/// The outcomes of a message's recipients as the generator knows them, by address where
/// a line names it.
fn truth_of(message: &MessageTruth) -> Vec<(String, Option<Outcome>)> {
    let named = message.recipients.iter().filter(|to| to.named);
    let mut outcomes: Vec<_> = named.map(|to| (to.address.clone(), expected(to.outcome))).collect();
    outcomes.sort();
    outcomes.dedup();
    outcomes
}

fn found_of(message: &Seen) -> Vec<(String, Option<Outcome>)> {
    let outcome = |outcome| (!message.probe).then_some(outcome);
    let mut outcomes: Vec<_> =
        message.recipients.iter().map(|to| (to.0.clone(), outcome(to.2))).collect();
    outcomes.sort();
    outcomes.dedup();
    outcomes
}

#[track_caller]
fn check(config: Config) {
    let name = format!("{config:?}");
    let (log, truth, totals) = generate_in_memory(config);
    let file = tempfile::Builder::new().suffix(".log").tempfile().unwrap();
    std::fs::write(file.path(), &log).unwrap();
    let mut collected = Collected::default();
    run(file.path(), 1 << 16, 2, &mut collected);

    assert_eq!(collected.lines, totals.lines, "{name}");
    assert_eq!(collected.unrecognized, Vec::<String>::new(), "{name}");
    let mut by_id: BTreeMap<&str, Vec<&Seen>> = BTreeMap::new();
    for message in &collected.messages {
        by_id.entry(&message.queue_id).or_default().push(message);
    }
    let mut wrong = Vec::new();
    let mut messages = 0;
    for record in &truth {
        let Truth::Message(message) = record else { continue };
        if message.lines == 0 {
            continue;
        }
        messages += 1;
        let candidates = by_id.get(message.queue_id.as_str()).cloned().unwrap_or_default();
        let expected = truth_of(message);
        if !candidates.iter().any(|found| found_of(found) == expected) {
            wrong.push(format!("{message:?}\n  found {candidates:?}"));
        }
    }
    wrong.truncate(3);
    assert!(wrong.is_empty(), "{name}: of {messages} messages these differ:\n{}", wrong.join("\n"));
    assert_eq!(collected.messages.len(), messages, "{name}");
    let failures = truth.iter().filter_map(|record| match record {
        Truth::AuthFailure(failure) => Some(u64::from(failure.count)),
        _ => None,
    });
    assert!(collected.auth_failures >= failures.sum::<u64>(), "{name}");
    let sessions = truth.iter().filter(|record| matches!(record, Truth::Session(_))).count();
    assert_eq!(collected.smtpd_sessions, sessions, "{name}: sessions");
}

#[test]
fn plain_traffic() {
    for seed in 1..6 {
        check(Config { seed, until: Until::Messages(400), ..Config::default() });
    }
}

#[test]
fn every_flavour() {
    for flavour in [Flavour::V2_10, Flavour::V3_4, Flavour::V3_7, Flavour::V3_10, Flavour::V3_11] {
        check(Config { seed: 11, until: Until::Messages(300), flavour, ..Config::default() });
    }
}

#[test]
fn several_hosts_and_instances() {
    let config = Config { hosts: 2, instances: 2, long_queue_ids: true, ..Config::default() };
    check(Config { seed: 21, until: Until::Messages(400), ..config });
}

#[test]
fn json_headers() {
    check(Config { format: Format::JournalJson, until: Until::Messages(200), ..Config::default() });
}

#[test]
fn hostile_traffic() {
    for seed in 31..35 {
        let hostility = Hostility::Quoted;
        check(Config { seed, until: Until::Messages(300), hostility, ..Config::default() });
    }
}

#[test]
fn repeat_wrappers() {
    for repeats in [Repeats::Rsyslog, Repeats::Classic] {
        check(Config { seed: 41, until: Until::Messages(300), repeats, ..Config::default() });
    }
}

#[test]
fn unquoted_hostile_addresses() {
    let hostility = Hostility::Raw;
    check(Config { seed: 51, until: Until::Messages(300), hostility, ..Config::default() });
}

#[test]
fn ids_reused_soon() {
    check(Config { seed: 71, until: Until::Messages(300), reuse_ids: 0.2, ..Config::default() });
}

#[test]
fn beginnings_cut_off() {
    check(Config { seed: 81, until: Until::Messages(300), cut_start: 200, ..Config::default() });
}
