//! Columns of events.

use bstr::BStr;
use postlens_syntax::{QueueId, Tag};

use super::columns;
use crate::fields::place;
use crate::row::EventRow;

columns! { row: EventRow<'a>;
    id Text "the line's place: a hash of the log's beginning, and a byte offset" row.line.line.to_string();
    time Time "when it was logged; null where the line has no stamp" row.line.stamped.then_some(row.line.time);
    host Text "the host field" row.line.entry.host;
    program Text "the tag without its pid" tag(row).map(|tag| tag.program);
    instance Text "the Postfix instance" tag(row).and_then(Tag::instance);
    service Text "the service, where the tag names one" tag(row).and_then(Tag::service);
    daemon Text "the daemon" tag(row).map(Tag::daemon);
    pid Int "the process" row.line.entry.pid;
    severity Text "`debug`, `info`, `warning`, `error`, `fatal`, `panic`" row.severity.name();
    queue_id Text "the message's queue ID" row.line.event.queue_id().map(QueueId::as_bstr);
    kind Text "what the line tells: see the [events](events.md)" row.line.event.kind();
    client_name Text "the client's verified name, `unknown` without one" row.fields.at(const { place("client_name") });
    client_address Text "the client's address" row.fields.at(const { place("client_address") });
    client_port Int "the client's port, where logged" row.fields.at(const { place("client_port") });
    helo Text "what the client called itself" row.fields.at(const { place("helo") });
    protocol Text "`SMTP` or `ESMTP`" row.fields.at(const { place("protocol") });
    sender Text "envelope sender; the null sender is an empty text" row.fields.at(const { place("sender") });
    recipient Text "the recipient" row.fields.at(const { place("recipient") });
    orig_recipient Text "the recipient before aliases, where it differs" row.fields.at(const { place("orig_recipient") });
    relay_name Text "the next hop's name" row.fields.at(const { place("relay_name") });
    relay_address Text "its address or socket" row.fields.at(const { place("relay_address") });
    relay_port Int "its port" row.fields.at(const { place("relay_port") });
    delay Seconds "from arrival to the end of a delivery attempt" row.fields.at(const { place("delay") });
    delay_before_qmgr Seconds "before the queue manager" row.fields.at(const { place("delay_before_qmgr") });
    delay_in_qmgr Seconds "in the active queue" row.fields.at(const { place("delay_in_qmgr") });
    delay_connection Seconds "connection set-up" row.fields.at(const { place("delay_connection") });
    delay_transmission Seconds "transmission" row.fields.at(const { place("delay_transmission") });
    dsn Text "enhanced status code" row.fields.at(const { place("dsn") });
    status Text "a delivery's status" row.fields.at(const { place("status") });
    reply Text "the reply of a peer or of our own server" row.fields.at(const { place("reply") });
    reply_code Int "its three digits" row.fields.at(const { place("reply_code") });
    action Text "what was decided" row.fields.at(const { place("action") });
    stage Text "the protocol stage" row.fields.at(const { place("stage") });
    reason Text "the reason that a line gives" row.fields.at(const { place("reason") });
    result Text "the result of a check" row.fields.at(const { place("result") });
    verdict Text "a filter's verdict" row.fields.at(const { place("verdict") });
    message_id Text "Message-ID as written" row.fields.at(const { place("message_id") });
    size Int "bytes" row.fields.at(const { place("size") });
    recipient_count Int "recipients as qmgr counts them" row.fields.at(const { place("recipient_count") });
    uid Int "the submitting user's ID" row.fields.at(const { place("uid") });
    user Text "the user of a mail store or a filter" row.fields.at(const { place("user") });
    sasl_method Text "the login's method" row.fields.at(const { place("sasl_method") });
    sasl_username Text "the login name" row.fields.at(const { place("sasl_username") });
    orig_queue_id Text "queue ID before" row.fields.at(const { place("orig_queue_id") });
    queued_as Text "queue ID after, at the next hop" row.fields.at(const { place("queued_as") });
    tls_trust Text "how far the peer's certificate is trusted" row.fields.at(const { place("tls_trust") });
    tls_protocol Text "version of TLS" row.fields.at(const { place("tls_protocol") });
    tls_cipher Text "cipher" row.fields.at(const { place("tls_cipher") });
    tls_bits Int "key length" row.fields.at(const { place("tls_bits") });
    count Int "a number that the line gives" row.fields.at(const { place("count") });
    window Int "the seconds that the number is about" row.fields.at(const { place("window") });
    fields Json "fields that have no column" row.fields.rest();
    cause Text "why something failed; null where nothing did" row.verdict().map(|verdict| verdict.cause.name());
    text Text "the line's text after the queue ID" text(row);
    repeat Int "how many lines it stands for: more than 1 for repeated messages" row.line.weight;
}

fn tag<'a>(row: &EventRow<'a>) -> Option<&'a Tag<'a>> {
    let tag = &row.line.entry.tag;
    (!tag.program.is_empty()).then_some(tag)
}

fn text<'a>(row: &EventRow<'a>) -> &'a BStr {
    let text: &'a [u8] = row.line.entry.text;
    let after = match row.line.event.queue_id() {
        Some(id) => text.strip_prefix(&**id.as_bstr()).and_then(|rest| rest.strip_prefix(b": ")),
        None => text.strip_prefix(b"NOQUEUE: "),
    };
    BStr::new(after.unwrap_or(text))
}
