//! Each message that a client saw accepted is one that we tell, and the other way round.

use std::collections::BTreeSet;

use postlens_track::{Origin, Outcome};
use serde_json::Value;

use crate::records::{Message, Records};
use crate::run::{VARIANTS, records};
use crate::truth::{accepted, clients, text};

/// Where the lab's clients live that are none of its mail servers.
pub(crate) const OUTSIDE: [&str; 2] = ["198.51.100.", "2001:db8:c:"];

/// `250 … queued as ID`: the queue ID, Message-ID, sender, client, login and recipients.
pub(crate) fn by_smtp() {
    for variant in VARIANTS {
        let records = records(variant);
        let mut known = BTreeSet::new();
        let runs = clients(variant, "swaks");
        for transaction in clients(variant, "transaction").iter().chain(&runs) {
            let id = text(transaction, "queue_id");
            if !id.is_empty() {
                assert!(known.insert(id.to_owned()), "{variant}: {id} was given out twice");
                let told: Vec<_> = records.messages.iter().filter(|it| it.queue_id == id).collect();
                assert_eq!(told.len(), 1, "{variant}: {transaction} is {told:#?}");
                check(variant, transaction, told[0]);
            }
        }
        assert!(known.len() > 400, "{variant}: the clients sent only {} messages", known.len());
        let sent_all = runs.iter().all(|run| (run["status"] == 0) == run["queue_id"].is_string());
        assert!(sent_all, "{variant}: {runs:#?}");
        for message in &records.messages {
            let outside = message
                .client
                .as_ref()
                .is_some_and(|client| OUTSIDE.iter().any(|net| client.starts_with(net)));
            if outside && message.parent.is_none() && !refused(message) {
                assert!(known.contains(&message.queue_id), "{variant}: {message:#?} was not sent");
            }
        }
    }
}

/// Nothing of it was accepted: the client broke off or the content was refused.
fn refused(message: &Message) -> bool {
    let over = |outcome: Outcome| matches!(outcome, Outcome::Canceled | Outcome::Rejected);
    message.recipients.is_empty() && message.unseen.is_some_and(|(_, outcome)| over(outcome))
}

/// Decided before cleanup saw the recipients through: no line names them.
fn decided(message: &Message) -> bool {
    let early = |outcome| matches!(outcome, Outcome::Discarded | Outcome::Held);
    message.unseen.is_some_and(|(_, outcome)| early(outcome))
}

fn check(variant: &str, sent: &Value, told: &Message) {
    let id = sent["message_id"].as_str();
    let discarded = matches!(told.unseen, Some((_, Outcome::Discarded)));
    assert!(
        told.message_id.as_deref() == id || (discarded && told.message_id.is_none()),
        "{variant}: the Message-ID of {told:#?} is {id:?}"
    );
    assert_eq!(told.client.as_deref(), sent["client"].as_str(), "{variant}: {told:#?}");
    assert_eq!(told.login.as_deref(), sent["sasl_username"].as_str(), "{variant}: {told:#?}");
    assert_eq!(told.sender.as_deref(), sent["sender"].as_str(), "{variant}: {told:#?}");
    let sent_to: BTreeSet<&str> = accepted(sent).into_iter().collect();
    let told_of: BTreeSet<&str> =
        told.recipients.iter().map(|to| to.orig.as_deref().unwrap_or(&to.address)).collect();
    if decided(told) {
        assert!(told_of.is_subset(&sent_to), "{variant}: {sent_to:?} of {told:#?}");
    } else {
        assert_eq!(told_of, sent_to, "{variant}: {told:#?}");
        assert_eq!(told.unseen, None, "{variant}: {told:#?}");
    }
}

/// sendmail(1) shows no queue ID: by Message-ID.
pub(crate) fn by_sendmail() {
    for variant in VARIANTS {
        let records = records(variant);
        for run in clients(variant, "submission") {
            let arguments: Vec<&str> = run["arguments"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it.as_str().unwrap())
                .collect();
            let told = roots(records, text(&run, "message_id"));
            // Address verification makes a message of its own.
            let sent = usize::from(run["status"] == 0 && !arguments.contains(&"-bv"));
            assert_eq!(told.len(), sent, "{variant}: {run} is {told:#?}");
            let Some(message) = told.first() else { continue };
            assert_eq!(message.origin, Origin::Local, "{variant}: {run}");
            let mut before = "";
            for argument in arguments {
                if argument.contains('@') && before != "-f" {
                    let mut named = message.recipients.iter();
                    let is_it =
                        named.any(|to| to.orig.as_deref().unwrap_or(&to.address) == argument);
                    assert!(is_it, "{variant}: {argument} of {message:#?}");
                }
                before = argument;
            }
        }
    }
}

/// The messages with this Message-ID that continue no other one.
fn roots<'a>(records: &'a Records, message_id: &str) -> Vec<&'a Message> {
    let is_root =
        |it: &&Message| it.parent.is_none() && it.message_id.as_deref() == Some(message_id);
    records.messages.iter().filter(is_root).collect()
}
