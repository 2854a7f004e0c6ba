//! Columns of messages.

use postlens_track::{Message, Outcome};

use super::columns;
use crate::json::Object;

columns! { message: Message<'a>;
    id Text "the message's stable name: host, instance, queue ID and arrival" message.name().to_string();
    time Time "when it arrived, or the first line about it" message.arrival;
    end Time "the last line about it" message.last_seen;
    host Text "the host field of the first line about it" message.host;
    instance Text "the Postfix instance of that line" message.instance;
    queue_id Text "its queue ID" message.queue_id.as_bstr();
    origin Text "how it came: `smtp`, `submission` (with a login), `local` (sendmail), `unknown`" message.origin.name();
    client_name Text "the client's verified name, `unknown` without one" message.client_name;
    client_address Text "the client's address" message.client_address;
    sasl_username Text "the login name" message.sasl_username;
    uid Int "the submitting user's ID, for local mail" message.uid;
    sender Text "envelope sender; the null sender is an empty text" message.sender;
    message_id Text "Message-ID as written" message.message_id;
    size Int "bytes" message.size;
    recipient_count Int "recipients as qmgr counts them, before aliases of local delivery" message.recipient_count;
    recipients Json "its recipients, each with `recipient`, `orig_recipient`, `status`, `time`, `attempts`; those that no line names have null and a `count`" recipients(message);
    status Text "the outcome that all recipients share, or `mixed`" status(message);
    activations Int "how often it was put into the active queue" message.activations;
    ended Bool "whether its end is in the log" message.ended;
    seen_arrival Bool "whether its beginning is in the log" message.seen_arrival;
    probe Bool "whether it only probes an address (verify(8), `sendmail -bv`)" message.probe;
    orig_queue_id Text "queue ID of the earlier message that it belongs to" message.parent.as_ref().map(|(_, id)| id.as_bstr());
    link Text "what ties it to that: `next_hop`, `forward`, `notification`, `requeue`" message.parent.map(|(link, _)| link.name());
}

fn recipients(message: &Message<'_>) -> String {
    let mut all = Vec::with_capacity(message.recipients.len());
    for recipient in message.recipients {
        let mut object = Object::new();
        object.text("recipient", Some(recipient.address));
        object.text("orig_recipient", recipient.orig.map(|orig| &**orig));
        object.text("status", Some(recipient.outcome.name().as_bytes()));
        object.text("time", Some(recipient.time.to_string().as_bytes()));
        object.plain("attempts", recipient.attempts);
        all.push(object.finish());
    }
    if let Some((count, outcome)) = message.unseen {
        let mut object = Object::new();
        object.text("recipient", None);
        object.text("status", Some(outcome.name().as_bytes()));
        object.plain("count", count);
        all.push(object.finish());
    }
    format!("[{}]", all.join(","))
}

fn status(message: &Message<'_>) -> Option<&'static str> {
    let unseen = message.unseen.map(|(_, outcome)| outcome);
    let mut outcomes = message.recipients.iter().map(|recipient| recipient.outcome).chain(unseen);
    let first = outcomes.next()?;
    Some(if outcomes.all(|outcome| outcome == first) { Outcome::name(first) } else { "mixed" })
}
