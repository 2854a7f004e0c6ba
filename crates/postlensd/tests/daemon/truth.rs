//! What the generator knows to be true is what the store holds.

use std::collections::BTreeMap;

use postlens_testkit::truth::{MessageTruth, Outcome, Truth};
use serde_json::Value;

use crate::drive::Home;

/// The word of the store for an outcome; probes are not mail.
fn word(outcome: Outcome) -> Option<&'static str> {
    Some(match outcome {
        Outcome::InQueue => "in_queue",
        Outcome::Delivered => "delivered",
        Outcome::Relayed => "relayed",
        Outcome::HandedOver => "handed_over",
        Outcome::Deferred => "deferred",
        Outcome::Bounced => "bounced",
        Outcome::Expired => "expired",
        Outcome::Rejected => "rejected",
        Outcome::Held => "held",
        Outcome::Discarded => "discarded",
        Outcome::Canceled => "canceled",
        Outcome::Deleted => "deleted",
        Outcome::Deliverable | Outcome::Undeliverable => return None,
    })
}

type Recipients = Vec<(String, Option<String>)>;

fn true_recipients(message: &MessageTruth) -> Recipients {
    let named = message.recipients.iter().filter(|to| to.named);
    sorted(named.map(|to| (to.address.clone(), word(to.outcome).map(str::to_owned))))
}

fn stored_recipients(message: &Value) -> Recipients {
    let all: Vec<Value> = serde_json::from_str(message["recipients"].as_str().unwrap()).unwrap();
    let probe = message["probe"].as_bool().unwrap();
    sorted(all.iter().filter_map(|to| {
        let outcome = to["status"].as_str().filter(|_| !probe).map(str::to_owned);
        Some((to["recipient"].as_str()?.to_owned(), outcome))
    }))
}

fn sorted(recipients: impl Iterator<Item = (String, Option<String>)>) -> Recipients {
    let mut all: Vec<_> = recipients.collect();
    all.sort();
    all.dedup();
    all
}

/// Holds a store against the truth about its log: every line, every message with its
/// recipients, every session.
#[track_caller]
pub(crate) fn check(home: &Home, log: &[u8], truth: &[Truth]) {
    let mut lines: Vec<_> = log.split_inclusive(|byte| *byte == b'\n').collect();
    lines.sort_unstable();
    let kept = home.sql("SELECT line FROM events");
    let mut kept: Vec<_> =
        kept.iter().map(|row| format!("{}\n", row["line"].as_str().unwrap())).collect();
    kept.sort_unstable();
    assert_eq!(kept.len(), lines.len(), "lines");
    for (kept, line) in kept.iter().zip(&lines) {
        assert_eq!(kept.as_bytes(), *line);
    }

    let messages = home.sql("SELECT queue_id, recipients, probe FROM messages");
    let mut stored: BTreeMap<&str, Vec<Recipients>> = BTreeMap::new();
    for message in &messages {
        let id = message["queue_id"].as_str().unwrap();
        stored.entry(id).or_default().push(stored_recipients(message));
    }
    let mut count = 0;
    for record in truth {
        let Truth::Message(message) = record else { continue };
        if message.lines == 0 {
            continue;
        }
        count += 1;
        let expected = true_recipients(message);
        let candidates = stored.get_mut(message.queue_id.as_str()).unwrap();
        let found = candidates.iter().position(|found| *found == expected);
        assert!(found.is_some(), "{message:?}: {candidates:?}");
        candidates.swap_remove(found.unwrap());
    }
    assert_eq!(messages.len(), count, "messages");
    let sessions = truth.iter().filter(|record| matches!(record, Truth::Session(_))).count();
    let found = home.number("SELECT count(*) FROM sessions WHERE daemon = 'smtpd'");
    assert_eq!(usize::try_from(found).unwrap(), sessions, "sessions");
}

/// All rows of a store but for names that depend on where files were cut, table by table.
pub(crate) fn rows(home: &Home) -> Vec<(&'static str, Vec<String>)> {
    let tables = [
        ("messages", ""),
        ("deliveries", " EXCEPT (id)"),
        ("refusals", " EXCEPT (id)"),
        ("sessions", " EXCEPT (id)"),
        ("events", " EXCEPT (id)"),
    ];
    tables
        .into_iter()
        .map(|(table, except)| {
            let rows = home.sql(&format!("SELECT *{except} FROM {table}"));
            let mut rows: Vec<_> = rows.iter().map(Value::to_string).collect();
            rows.sort_unstable();
            (table, rows)
        })
        .collect()
}
