//! The generator's truth, message by message: every one by its queue ID and arrival,
//! with every recipient's outcome and attempts, its sender and its parent; and refusals
//! by action.

use std::collections::BTreeMap;

use postlens_testkit::truth::{MessageTruth, Truth};
use postlens_testkit::{Config, Until, generate_in_memory};
use postlens_track::Outcome;

use crate::collect::{Collected, Seen, run};
use crate::truth::expected;

/// What is compared of a message.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    queue_id: String,
    second: i64,
    /// Unless it was canceled: then no line names it.
    sender: Option<String>,
    parent: Option<String>,
    recipients: Vec<(String, Option<Outcome>, u32)>,
}

fn of_truth(message: &MessageTruth) -> Told {
    let named = message.recipients.iter().filter(|to| to.named);
    let mut recipients: Vec<_> =
        named.map(|to| (to.address.clone(), expected(to.outcome), to.attempts)).collect();
    recipients.sort();
    Told {
        queue_id: message.queue_id.clone(),
        second: message.arrival.div_euclid(1_000_000),
        sender: (message.activations > 0).then(|| message.sender.clone()),
        parent: message.parent.as_ref().map(|parent| parent.queue_id.clone()),
        recipients,
    }
}

fn of_log(message: &Seen) -> Told {
    let mut recipients: Vec<_> = message
        .recipients
        .iter()
        .map(|to| (to.0.clone(), (!message.probe).then_some(to.2), to.3))
        .collect();
    recipients.sort();
    Told {
        queue_id: message.queue_id.clone(),
        second: message.arrival.div_euclid(1_000_000),
        sender: message.sender.clone().filter(|_| message.activations > 0),
        parent: message.parent.clone(),
        recipients,
    }
}

#[track_caller]
fn check(config: Config) {
    let name = format!("{config:?}");
    let (log, truth, _) = generate_in_memory(config);
    let file = tempfile::Builder::new().suffix(".log").tempfile().unwrap();
    std::fs::write(file.path(), &log).unwrap();
    let mut collected = Collected::default();
    run(file.path(), 1 << 16, 2, &mut collected);

    let mut real: Vec<_> = truth
        .iter()
        .filter_map(|record| match record {
            Truth::Message(message) if message.lines > 0 => Some(of_truth(message)),
            _ => None,
        })
        .collect();
    let mut found: Vec<_> = collected.messages.iter().map(of_log).collect();
    real.sort();
    found.sort();
    assert!(!real.is_empty(), "{name}");
    let missed: Vec<_> = real.iter().filter(|told| found.binary_search(told).is_err()).collect();
    let made_up: Vec<_> = found.iter().filter(|told| real.binary_search(told).is_err()).collect();
    assert!(
        missed.is_empty() && made_up.is_empty(),
        "{name}: of {} messages {} are missed and {} made up:\n{:#?}\n{:#?}",
        real.len(),
        missed.len(),
        made_up.len(),
        missed.first(),
        made_up.first(),
    );
    assert_eq!(real, found, "{name}");

    let mut refusals: BTreeMap<String, u64> = BTreeMap::new();
    for record in &truth {
        if let Truth::Refusal(refusal) = record {
            *refusals.entry(refusal.action.clone()).or_default() += u64::from(refusal.count);
        }
    }
    // That a before-queue filter accepts a message is no refusal.
    let mut decisions = collected.decisions;
    decisions.remove("proxy-accept");
    assert_eq!(decisions, refusals, "{name}");
}

fn config(seed: u64) -> Config {
    Config { seed, until: Until::Messages(600), ..Config::default() }
}

#[test]
fn one_queue() {
    for seed in 1..4 {
        check(config(seed));
    }
}

#[test]
fn two_hosts_and_two_instances_with_long_ids() {
    check(Config { hosts: 2, instances: 2, long_queue_ids: true, ..config(4) });
}

#[test]
fn two_hosts_and_two_instances_with_short_ids() {
    for seed in 5..8 {
        check(Config { hosts: 2, instances: 2, ..config(seed) });
    }
}

#[test]
fn ids_used_again() {
    for seed in 8..11 {
        check(Config { hosts: 2, instances: 2, reuse_ids: 0.2, ..config(seed) });
    }
}

#[test]
fn lines_out_of_order() {
    for seed in 11..14 {
        check(Config { disorder: 0.3, ..config(seed) });
    }
}
