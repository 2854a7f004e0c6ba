//! Each message that a client saw accepted is found by each of its keys, with what the
//! remote servers saw of it; and each refusal.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use postlens_track::Outcome;
use serde_json::Value;

use crate::outcomes::receipt;
use crate::records::logs;
use crate::run::{VARIANTS, lab, records};
use crate::truth::{accepted, clients, list, read, text};

/// What `postlens search` writes with these terms.
fn search(variant: &str, terms: &[&str]) -> String {
    let out = Command::new(env!("CARGO_BIN_EXE_postlens"))
        .arg("search")
        .args(terms)
        .args(["--tz", "UTC"])
        .args(logs(&lab().join(variant)))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(out.status.success(), "{variant}: nothing for {terms:?}: {errors}");
    String::from_utf8_lossy(&out.stdout).into_owned()
}

/// The lines that are found, as objects.
fn lines(variant: &str, terms: &[&str]) -> Vec<Value> {
    let text = search(variant, &[terms, &["--format", "json"]].concat());
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn transactions(variant: &str) -> Vec<Value> {
    let mut all = clients(variant, "transaction");
    all.extend(clients(variant, "swaks"));
    all.retain(|transaction| !text(transaction, "queue_id").is_empty());
    assert!(all.len() > 400, "{variant}: the clients sent only {} messages", all.len());
    all
}

/// A field of the search, where its value stands in what is found, and a value.
type Key = (&'static str, &'static [&'static str], String);

/// By queue ID, Message-ID, sender, recipient, client and login.
pub(crate) fn by_keys() {
    for variant in VARIANTS {
        let keys = keys(variant);
        assert!(keys.len() > 800, "{variant}: only {} keys", keys.len());
        let keys: Vec<_> = keys.into_iter().collect();
        // Several values of a field are alternatives: each line tells for which it is there.
        for same in keys.chunk_by(|a, b| a.0.0 == b.0.0).flat_map(|same| same.chunks(40)) {
            let terms: Vec<_> =
                same.iter().map(|((field, _, value), _)| format!("{field}={value}")).collect();
            let found = lines(variant, &terms.iter().map(String::as_str).collect::<Vec<_>>());
            for ((field, columns, value), ids) in same {
                let bare = value.trim_start_matches('<').trim_end_matches('>');
                let has = |line: &&Value| {
                    columns.iter().any(|column| {
                        let text = text(line, column);
                        line[*column].is_string() && (text == value || text == bare)
                    })
                };
                let found: BTreeSet<_> =
                    found.iter().filter(has).map(|line| text(line, "queue_id")).collect();
                for id in ids {
                    // What was decided before it had an ID stands in a line without.
                    let either = id.split('/').any(|id| found.contains(id));
                    assert!(either, "{variant}: {id} is not found by {field}={value}");
                }
            }
        }
    }
}

/// Every key with the queue IDs of the messages that have it.
fn keys(variant: &str) -> BTreeMap<Key, BTreeSet<String>> {
    let mut keys = BTreeMap::<Key, BTreeSet<String>>::new();
    for transaction in transactions(variant) {
        let id = text(&transaction, "queue_id");
        let known = records(variant).messages.iter().find(|it| it.queue_id == id).unwrap();
        let mut add = |field, columns, value: &str, id: &str| {
            keys.entry((field, columns, value.to_owned())).or_default().insert(id.to_owned());
        };
        add("queue_id", &["queue_id"], id, id);
        add("client", &["client_address", "orig_client_address"], text(&transaction, "client"), id);
        // What a milter discards may be gone before cleanup logs these.
        if let Some(value) = &known.message_id {
            add("message_id", &["message_id"], value, id);
        }
        if let Some(value) = &known.login {
            add("sasl_user", &["sasl_username"], value, id);
        }
        if known.sender.is_some() {
            let early = matches!(known.unseen, Some((_, Outcome::Discarded | Outcome::Held)));
            let id = if early { format!("{id}/") } else { id.to_owned() };
            add("sender", &["sender"], &format!("<{}>", text(&transaction, "sender")), &id);
        }
        // Recipients of what was decided before delivery stand in no line.
        let named = |to: &&str| {
            let is_it = |value: &str| value == *to;
            let mut all = known.recipients.iter();
            all.any(|it| is_it(&it.address) || it.orig.as_deref().is_some_and(is_it))
        };
        for to in accepted(&transaction).into_iter().filter(named) {
            add("recipient", &["recipient", "orig_recipient"], to, id);
        }
    }
    keys
}

/// Mail that was sent to remote servers is what they got: each receipt is found as often as
/// it was given.
pub(crate) fn as_servers_saw_them() {
    for variant in VARIANTS {
        let mut found = BTreeMap::<String, usize>::new();
        for line in lines(variant, &["status=sent"]) {
            if let Some(receipt) = receipt(text(&line, "reply")) {
                *found.entry(receipt).or_default() += 1;
            }
        }
        let mut got = BTreeMap::<String, usize>::new();
        for line in read(variant, "truth-sinks.jsonl") {
            let replies = list(&line, "final_replies");
            // LMTP answers once per recipient.
            let each = if replies.len() == 1 { accepted(&line).len() } else { 1 };
            for receipt in replies.iter().filter_map(|reply| receipt(reply.as_str()?)) {
                *got.entry(receipt).or_default() += each;
            }
        }
        assert_eq!(found, got, "{variant}");
    }
}

/// Refused recipients by address, client and code.
pub(crate) fn refusals() {
    for variant in VARIANTS {
        let refusals = &records(variant).refusals;
        let mut known = BTreeMap::<(String, String), usize>::new();
        for refusal in refusals.iter().filter(|it| it.stage == "RCPT") {
            let Some(to) = refusal.recipient.clone().filter(|to| !to.is_empty()) else { continue };
            *known.entry((refusal.client.clone(), to)).or_default() += 1;
        }
        assert!(known.len() > 30, "{variant}: only {} refused recipients", known.len());
        for ((client, to), count) in known {
            let terms =
                ["kind=reject".to_owned(), format!("client={client}"), format!("recipient={to}")];
            let found = lines(variant, &[&terms[0], &terms[1], &terms[2], "stage=RCPT"]);
            assert!(found.len() >= count, "{variant}: {} of {count} for {terms:?}", found.len());
        }
    }
}

/// All lines of a message, whichever of them is asked for.
pub(crate) fn whole_messages() {
    for variant in VARIANTS {
        let all: Vec<String> = logs(&lab().join(variant))
            .iter()
            .flat_map(|path| {
                let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
                text.lines().map(str::to_owned).collect::<Vec<_>>()
            })
            .collect();
        for transaction in transactions(variant).iter().step_by(10) {
            let id = text(transaction, "queue_id");
            // What comes back from a content filter names the message that it was.
            let again = format!(", orig_queue_id={id},");
            let mut expected: Vec<_> = all
                .iter()
                .filter(|line| line.contains(&again))
                .filter_map(|line| line.split("]: ").nth(1)?.split(": ").next())
                .chain([id])
                .flat_map(|id| {
                    let of = format!("]: {id}: ");
                    all.iter().filter(move |line| line.contains(&of))
                })
                .collect();
            let found = search(
                variant,
                &[&format!("queue_id={id}"), "kind=client", "--context", "message"],
            );
            let mut found: Vec<_> = found.lines().filter(|line| *line != "--").collect();
            expected.sort();
            found.sort_unstable();
            assert_eq!(found, expected, "{variant}: {id}");
        }
    }
}
