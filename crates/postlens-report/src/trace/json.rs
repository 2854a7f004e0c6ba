//! Journeys as JSON.

use bstr::BString;
use postlens_explain::Verdict;
use postlens_trace::{Attempt, Connection, Journey, Refused, Traced, TracedRecipient};
use serde_json::{Value, json};

use crate::escape::lossless;

/// Journeys as an array of objects, with field names of the event schema.
pub fn value(journeys: &[Journey], lines: bool) -> Value {
    journeys.iter().map(|journey| object(journey, lines)).collect()
}

fn object(journey: &Journey, lines: bool) -> Value {
    let mut object = json!({
        "schema": 1,
        "begin": journey.begin().to_string(),
        "begins_before_log": journey.begins_before(),
        "open": journey.is_open(),
        "messages": journey.messages.iter().map(message).collect::<Value>(),
        "refusals": journey.refused.iter().map(refusal).collect::<Value>(),
    });
    if lines && let Some(object) = object.as_object_mut() {
        let all = journey.lines.iter().map(|line| lossless(bstr::BStr::new(&line.bytes)));
        object.insert("lines".to_owned(), all.collect());
    }
    object
}

fn text(value: Option<&BString>) -> Option<String> {
    value.map(|value| lossless(value.as_ref()))
}

fn message(message: &Traced) -> Value {
    json!({
        "queue_id": message.queue_id,
        "host": text(message.host.as_ref()),
        "instance": text(message.instance.as_ref()),
        "arrival": message.arrival.to_string(),
        "seen_arrival": message.seen_arrival,
        "last_seen": message.last_seen.to_string(),
        "ended": message.ended,
        "origin": message.origin.name(),
        "link": message.parent.as_ref().map(|(link, _)| link.name()),
        "parent": message.parent.as_ref().map(|(_, id)| id),
        "sender": text(message.sender.as_ref()),
        "size": message.size,
        "message_id": text(message.message_id.as_ref()),
        "uid": message.uid,
        "client": message.connection.as_ref().map(connection),
        "recipients": message.recipients.iter().map(recipient).collect::<Value>(),
        "unseen_recipients": message.unseen.map(|(count, _)| count),
        "unseen_outcome": message.unseen.map(|(_, outcome)| outcome.name()),
        "notes": message.notes.iter().map(|note| json!({
            "time": note.time.to_string(),
            "kind": note.kind.name(),
            "program": lossless(note.program.as_ref()),
            "text": lossless(note.text.as_ref()),
        })).collect::<Value>(),
    })
}

fn connection(connection: &Connection) -> Value {
    json!({
        "client_name": text(connection.name.as_ref()),
        "client_address": lossless(connection.address.as_ref()),
        "helo": text(connection.helo.as_ref()),
        "tls": text(connection.tls.as_ref()),
        "sasl_username": text(connection.username.as_ref()),
        "connected": connection.start.map(|time| time.to_string()),
    })
}

fn recipient(recipient: &TracedRecipient) -> Value {
    json!({
        "recipient": lossless(recipient.address.as_ref()),
        "orig_recipient": text(recipient.orig.as_ref()),
        "outcome": recipient.outcome.name(),
        "time": recipient.time.to_string(),
        "attempts": recipient.attempts.iter().map(attempt).collect::<Value>(),
    })
}

fn attempt(attempt: &Attempt) -> Value {
    json!({
        "time": attempt.time.to_string(),
        "daemon": lossless(attempt.daemon.as_ref()),
        "status": lossless(attempt.status.as_ref()),
        "relay": lossless(attempt.relay.as_ref()),
        "dsn": text(attempt.dsn.as_ref()),
        "reply": lossless(attempt.reply.as_ref()),
        "delay": attempt.delay.seconds(),
        "delay_before_qmgr": attempt.delays.map(|delays| delays.before_qmgr.seconds()),
        "delay_in_qmgr": attempt.delays.map(|delays| delays.in_qmgr.seconds()),
        "delay_connection": attempt.delays.map(|delays| delays.connection.seconds()),
        "delay_transmission": attempt.delays.map(|delays| delays.transmission.seconds()),
        "queued_as": attempt.queued_as,
        "cause": attempt.verdict.map(|verdict| verdict.cause.name()),
        "actor": attempt.verdict.map(|verdict| verdict.actor().name()),
    })
}

fn refusal(refused: &Refused) -> Value {
    let Verdict { cause, .. } = refused.verdict;
    json!({
        "id": refused.line.to_string(),
        "time": refused.time.to_string(),
        "action": refused.action,
        "stage": lossless(refused.stage.as_ref()),
        "client": refused.connection.as_ref().map(connection),
        "sender": text(refused.sender.as_ref()),
        "recipient": text(refused.recipient.as_ref()),
        "reply": lossless(refused.text.as_ref()),
        "cause": cause.name(),
        "actor": refused.verdict.actor().name(),
    })
}
