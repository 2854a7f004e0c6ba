//! The list for programs.

use bstr::{BStr, ByteSlice};
use jiff::tz::TimeZone;
use postlens_report::escape::lossless;
use serde_json::{Value, json};

use crate::cmd::queue::filter::verdict;
use crate::cmd::queue::list::stamp;
use crate::cmd::queue::place::Held;

/// An object.
pub(super) fn object(held: &Held, now: i64, zone: &TimeZone) -> Value {
    let message = &held.message;
    let text = |bytes: &[u8]| lossless(BStr::new(bytes));
    let recipients: Vec<Value> = message
        .recipients
        .iter()
        .map(|recipient| {
            let verdict = verdict(recipient);
            json!({
                "recipient": text(&recipient.address),
                "orig_recipient": recipient.original.as_ref().map(|bytes| text(bytes)),
                "cause": verdict.map(|verdict| verdict.cause.name()),
                "actor": verdict.map(|verdict| verdict.actor().name()),
                "dsn": recipient.dsn.as_ref().map(|bytes| text(bytes)),
                "reply": recipient.reason.as_ref().map(|bytes| text(bytes)),
            })
        })
        .collect();
    let origin = message.origin.as_deref();
    let of = |field: fn(&postlens_queue::Origin) -> &Option<bstr::BString>| {
        origin.and_then(|origin| field(origin).as_ref()).map(|bytes| text(bytes))
    };
    json!({
        "schema": 1,
        "instance": held.instance,
        "queue": message.queue.name(),
        "queue_id": message.id,
        "time": stamp(message.arrival, zone, "%Y-%m-%dT%H:%M:%S%:z"),
        "age": message.age(now),
        "size": message.size,
        "sender": text(&message.sender),
        "next_attempt": message.next_attempt.map(|time| stamp(time, zone, "%Y-%m-%dT%H:%M:%S%:z")),
        "forced_expire": message.expires,
        "client_name": of(|origin| &origin.client_name),
        "client_address": of(|origin| &origin.client_address),
        "sasl_username": of(|origin| &origin.sasl_username),
        "content_filter": of(|origin| &origin.filter),
        "recipients": recipients,
    })
}

/// The first line of a CSV file.
pub(super) const HEADINGS: &str =
    "instance,queue,queue_id,time,age,size,next_attempt,sender,recipient,cause,reply\n";

/// A row of CSV per recipient.
pub(super) fn csv(held: &Held, now: i64, zone: &TimeZone) -> String {
    let message = &held.message;
    let time = |seconds| stamp(seconds, zone, "%Y-%m-%dT%H:%M:%S%:z");
    let before = [
        held.instance.clone().unwrap_or_default(),
        message.queue.name().to_owned(),
        message.id.clone(),
        time(message.arrival),
        message.age(now).to_string(),
        message.size.map(|size| size.to_string()).unwrap_or_default(),
        message.next_attempt.map(time).unwrap_or_default(),
        lossless(message.sender.as_bstr()),
    ];
    let before = before.map(|cell| quoted(&cell)).join(",");
    let mut rows = String::new();
    for recipient in &message.recipients {
        let cause = verdict(recipient).map(|verdict| verdict.cause.name().to_owned());
        let reply = recipient.reason.as_ref().map(|reason| lossless(reason.as_bstr()));
        let after = [
            lossless(recipient.address.as_bstr()),
            cause.unwrap_or_default(),
            reply.unwrap_or_default(),
        ];
        let after = after.map(|cell| quoted(&cell)).join(",");
        rows.extend([before.as_str(), ",", &after, "\n"]);
    }
    rows
}

/// A cell that no spreadsheet takes for a formula.
fn quoted(cell: &str) -> String {
    let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if guard.is_empty() && !cell.contains([',', '"', '\n', '\r']) {
        return cell.to_owned();
    }
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}
