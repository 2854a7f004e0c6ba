//! What we say became of each recipient against mailboxes, queues and remote servers.

use std::collections::{BTreeMap, BTreeSet};

use postlens_track::{Link, Outcome};

use crate::records::{INSTANCES, Message, Recipient};
use crate::run::{VARIANTS, records};
use crate::truth::{clients, list, read, text};

/// Delivered is in a mailbox, and what is in a mailbox was delivered: by Message-ID and
/// mailbox, as often as it is there.
pub(crate) fn mailboxes() {
    for variant in VARIANTS {
        let records = records(variant);
        let mut told = BTreeMap::<(String, String), usize>::new();
        for message in &records.messages {
            for to in message.recipients.iter().filter(|to| to.outcome == Outcome::Delivered) {
                let reply = records.reply(message, to);
                if leaves_nothing(reply) || reply.contains("SINK") {
                    continue;
                }
                let id = message.message_id.clone().unwrap_or_default();
                let name = if reply.ends_with("service") { "pipe" } else { user(&to.address) };
                *told.entry((id, name.to_owned())).or_default() += 1;
            }
        }
        let mut there = BTreeMap::<(String, String), usize>::new();
        for line in read(variant, "truth-mailboxes.jsonl") {
            let path = text(&line, "mailbox").trim_end_matches("/Maildir");
            let name = path.rsplit('/').next().unwrap();
            let key = (text(&line, "message_id").to_owned(), name.to_owned());
            *there.entry(key).or_default() += 1;
        }
        assert!(there.len() > 100, "{variant}: only {} messages in mailboxes", there.len());
        assert_eq!(told, there, "{variant}");
    }
}

/// Deliveries to a command or to nowhere.
fn leaves_nothing(reply: &str) -> bool {
    reply.starts_with("delivered to command: ") || reply == "delivered to file: /dev/null"
}

fn user(address: &str) -> &str {
    let local = address.split('@').next().unwrap();
    local.split('+').next().unwrap()
}

/// Relayed is at a remote server: each such recipient has a receipt, and each receipt
/// was given for as many recipients as we tell.
pub(crate) fn remote_servers() {
    for variant in VARIANTS {
        let records = records(variant);
        let mut told = BTreeMap::<String, usize>::new();
        for message in &records.messages {
            for to in &message.recipients {
                let receipt = receipt(records.reply(message, to));
                let is_ours = to.outcome == Outcome::Delivered || to.outcome == Outcome::Relayed;
                let relayed = to.outcome == Outcome::Relayed;
                assert!(receipt.is_some() || !relayed, "{variant}: {to:?} of {message:#?}");
                if let Some(receipt) = receipt.filter(|_| is_ours) {
                    *told.entry(receipt).or_default() += 1;
                }
            }
        }
        let mut got = BTreeMap::<String, usize>::new();
        for line in read(variant, "truth-sinks.jsonl") {
            let replies = list(&line, "final_replies");
            // LMTP answers once per recipient.
            let accepted = crate::truth::accepted(&line).len();
            let each = if replies.len() == 1 { accepted } else { 1 };
            for receipt in replies.iter().filter_map(|reply| receipt(reply.as_str()?)) {
                *got.entry(receipt).or_default() += each;
            }
        }
        assert!(got.len() > 100, "{variant}: the servers got only {} messages", got.len());
        assert_eq!(told, got, "{variant}");
    }
}

/// The number in `SINK000123` of an accepting reply.
pub(crate) fn receipt(reply: &str) -> Option<String> {
    reply.split_once("SINK").map(|(_, number)| number.chars().take(6).collect())
}

/// What postqueue lists is deferred or held, by queue ID and recipient, and nothing else
/// is.
pub(crate) fn queues() {
    for variant in VARIANTS {
        let mut told = BTreeMap::<(String, &str), Vec<String>>::new();
        let mut unnamed = BTreeMap::<String, u32>::new();
        for message in &records(variant).messages {
            let mut add = |outcome: Outcome, address: Option<&str>| {
                let place = match outcome {
                    Outcome::Deferred | Outcome::InQueue => "queued",
                    Outcome::Held => "hold",
                    Outcome::Lost => "lost",
                    _ => return,
                };
                let key = (message.queue_id.clone(), place);
                told.entry(key).or_default().extend(address.map(str::to_owned));
            };
            for to in &message.recipients {
                add(to.outcome, Some(&to.address));
            }
            if let Some((count, outcome)) = message.unseen {
                add(outcome, None);
                unnamed.insert(message.queue_id.clone(), count);
            }
        }
        let mut there = BTreeMap::<(String, &str), Vec<String>>::new();
        for (name, line) in listings(variant) {
            let place = if text(&line, "queue_name") == "hold" { "hold" } else { "queued" };
            let id = text(&line, "queue_id").to_owned();
            let to = list(&line, "recipients").iter().map(|to| text(to, "address").to_owned());
            let to: Vec<String> = to.collect();
            // Held before qmgr saw it: the log has the number only.
            let known = told.get_mut(&(id.clone(), place));
            if let Some(known) = known.filter(|known| known.is_empty())
                && unnamed.get(&id).is_some_and(|count| *count as usize == to.len())
            {
                known.clone_from(&to);
            }
            assert!(
                there.insert((id, place), to).is_none(),
                "{variant}: {name} lists {line} twice"
            );
        }
        for addresses in told.values_mut().chain(there.values_mut()) {
            addresses.sort();
        }
        assert!(there.len() > 200, "{variant}: only {} messages in the queues", there.len());
        assert_eq!(told, there, "{variant}");
    }
}

fn listings(variant: &str) -> Vec<(&'static str, serde_json::Value)> {
    let lines = |name| read(variant, &format!("postqueue-{name}.jsonl")).into_iter();
    INSTANCES.iter().flat_map(|name| lines(*name).map(|line| (*name, line))).collect()
}

/// Who sent what bounced or expired was told so, in a message to that sender.
pub(crate) fn notices() {
    for variant in VARIANTS {
        let records = records(variant);
        let mut notices = BTreeMap::<&str, Vec<&Message>>::new();
        for message in &records.messages {
            if let Some((Link::Notification, parent)) = &message.parent {
                assert_eq!(message.sender_kind(), "system", "{variant}: {message:#?}");
                notices.entry(parent).or_default().push(message);
            }
        }
        let silent = without_notice(variant);
        let mut told = 0;
        for message in &records.messages {
            let returned = |to: &&Recipient| {
                matches!(to.outcome, Outcome::Bounced | Outcome::Expired)
                    && !silent.contains(&to.address)
            };
            let returned = message.recipients.iter().filter(returned).count();
            // Bounces of bounces, and address probes, tell nobody but the postmaster.
            if returned == 0 || message.sender_kind() == "system" {
                continue;
            }
            let sender = message.sender.as_deref().unwrap();
            let notices = notices.get(message.queue_id.as_str()).map(Vec::as_slice);
            let to_sender = notices.unwrap_or_default().iter().filter(|notice| {
                let mut to = notice.recipients.iter();
                to.any(|to| is_sender(to.orig.as_deref().unwrap_or(&to.address), sender))
            });
            assert!(to_sender.count() >= 1, "{variant}: nobody told of {message:#?}");
            told += 1;
        }
        assert!(told > 20, "{variant}: only {told} messages came back");
    }
}

/// Recipients with `NOTIFY=NEVER`.
fn without_notice(variant: &str) -> BTreeSet<String> {
    let mut silent = BTreeSet::new();
    for session in clients(variant, "session") {
        for turn in list(&session, "dialogue") {
            let sent = turn[0].as_str().unwrap_or_default();
            if sent.ends_with("NOTIFY=NEVER") {
                silent.extend(sent.split(['<', '>']).nth(1).map(str::to_owned));
            }
        }
    }
    assert!(!silent.is_empty(), "{variant}: no NOTIFY=NEVER");
    silent
}

/// Whether an address is the sender, perhaps with a recipient in it (`-XV`).
fn is_sender(address: &str, sender: &str) -> bool {
    let Some((list, domain)) = sender.split_once('@') else {
        // cleanup did not come to complete it.
        return address.strip_prefix(sender).is_some_and(|rest| rest.starts_with('@'));
    };
    let rest = address.strip_prefix(list).and_then(|rest| rest.strip_suffix(domain));
    rest.is_some_and(|rest| rest == "@" || (rest.contains('=') && rest.ends_with('@')))
}

impl Message {
    /// `system` for the null sender and double bounces, else `user`.
    fn sender_kind(&self) -> &'static str {
        let sender = self.sender.as_deref().unwrap_or_default();
        if sender.is_empty() || sender.starts_with("double-bounce@") { "system" } else { "user" }
    }
}
