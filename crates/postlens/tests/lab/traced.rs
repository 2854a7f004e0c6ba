//! Each message that a client saw accepted is found by each of its keys, with the outcomes
//! that the records tell, which other tests hold against sinks, mailboxes and queues.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::records::logs;
use crate::run::{VARIANTS, lab, records};
use crate::truth::{accepted, clients, list, text};

/// What `postlens trace` finds, by the queue IDs of the messages.
fn trace(variant: &str, query: &str, by: &str) -> BTreeMap<String, Value> {
    let out = Command::new(env!("CARGO_BIN_EXE_postlens"))
        .args(["trace", query, "--by", by, "--json", "--tz", "UTC"])
        .args(logs(&lab().join(variant)))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(out.status.success(), "{variant}: {query} by {by}: {errors}");
    let journeys: Vec<Value> = serde_json::from_slice(&out.stdout).unwrap();
    let mut found = BTreeMap::new();
    for journey in journeys {
        for message in list(&journey, "messages") {
            found.insert(text(message, "queue_id").to_owned(), message.clone());
        }
    }
    found
}

fn transactions(variant: &str) -> Vec<Value> {
    let mut all = clients(variant, "transaction");
    all.extend(clients(variant, "swaks"));
    all.retain(|transaction| !text(transaction, "queue_id").is_empty());
    assert!(all.len() > 400, "{variant}: the clients sent only {} messages", all.len());
    all
}

/// By queue ID and by Message-ID: recipients and outcomes.
pub(crate) fn by_ids() {
    for variant in VARIANTS {
        for transaction in transactions(variant) {
            let id = text(&transaction, "queue_id");
            let found = trace(variant, id, "queue-id");
            let Some(message) = found.get(id) else { panic!("{variant}: {id} is not found") };
            let told: BTreeSet<(&str, &str)> = list(message, "recipients")
                .iter()
                .map(|to| (text(to, "recipient"), text(to, "outcome")))
                .collect();
            let known = records(variant).messages.iter().find(|it| it.queue_id == id).unwrap();
            let wanted: BTreeSet<(&str, &str)> =
                known.recipients.iter().map(|to| (&*to.address, to.outcome.name())).collect();
            assert_eq!(told, wanted, "{variant}: {id}");
            assert_eq!(text(message, "sender"), text(&transaction, "sender"), "{variant}: {id}");
            // What a milter discards may be gone before cleanup logs its Message-ID.
            if let Some(message_id) = known.message_id.as_deref() {
                let found = trace(variant, message_id, "message-id");
                assert!(found.contains_key(id), "{variant}: {id} is not found by {message_id}");
            }
        }
    }
}

/// By sender, recipient and client: each message is among those found.
pub(crate) fn by_addresses() {
    for variant in VARIANTS {
        let mut keys: BTreeMap<(&str, String), BTreeSet<String>> = BTreeMap::new();
        for transaction in transactions(variant) {
            let id = text(&transaction, "queue_id");
            let known = records(variant).messages.iter().find(|it| it.queue_id == id).unwrap();
            let mut add = |by, value: &str| {
                keys.entry((by, value.to_owned())).or_default().insert(id.to_owned());
            };
            if !text(&transaction, "sender").is_empty() && known.sender.is_some() {
                add("sender", text(&transaction, "sender"));
            }
            add("client", text(&transaction, "client"));
            // Recipients of what was decided before delivery stand in no line.
            let named = |to: &&str| {
                known
                    .recipients
                    .iter()
                    .any(|it| it.address == **to || it.orig.as_deref() == Some(to))
            };
            accepted(&transaction).into_iter().filter(named).for_each(|to| add("recipient", to));
        }
        for ((by, value), ids) in keys.into_iter().filter(|(_, ids)| ids.len() < 100) {
            let found = trace(variant, &value, by);
            let missing: Vec<_> = ids.iter().filter(|id| !found.contains_key(*id)).collect();
            assert!(missing.is_empty(), "{variant}: {missing:?} not found by {by} {value}");
        }
    }
}
