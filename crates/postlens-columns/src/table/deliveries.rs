//! Columns of deliveries.

use postlens_explain::{Actor, Verdict};
use postlens_syntax::{Daemon, QueueId};

use super::columns;
use crate::row::DeliveryRow;

columns! { row: DeliveryRow<'a>;
    id Text "the place of the line: a hash of the log's beginning, and a byte offset" row.record.line_id.to_string();
    message Text "`id` of the message" row.record.message.to_string();
    time Time "when it was logged" row.record.time;
    host Text "the host field of the line" row.record.host;
    program Text "the line's tag without its pid" row.record.tag.program;
    instance Text "the Postfix instance" row.record.tag.instance();
    service Text "the service, where its tag names one" row.record.tag.service();
    daemon Text "the daemon that tried" row.record.daemon.map(Daemon::name);
    queue_id Text "the message's queue ID" row.record.line.queue_id.as_bstr();
    sender Text "envelope sender, if seen; the null sender is an empty text" row.record.sender;
    recipient Text "the recipient" row.record.line.recipient;
    orig_recipient Text "the recipient before aliases, where it differs" row.record.line.orig_recipient;
    size Int "the message's bytes, if seen" row.record.size;
    relay_name Text "the next hop's name, `local`, `virtual`, a transport, or `none`" row.record.line.relay.name;
    relay_address Text "its address or socket" row.record.line.relay.address;
    relay_port Int "its port" row.record.line.relay.port;
    conn_use Int "which use of a kept connection, from 2 on" row.record.line.conn_use;
    tls Text "TLS level and features, where logged" row.record.line.tls;
    attempt Int "which attempt for this recipient, from 1" row.record.attempt;
    delay Seconds "from arrival to the end of this attempt" row.record.line.delay;
    delay_before_qmgr Seconds "before the queue manager; on a retry all the time spent deferred too" row.record.line.delays.map(|delays| delays.before_qmgr);
    delay_in_qmgr Seconds "in the active queue" row.record.line.delays.map(|delays| delays.in_qmgr);
    delay_connection Seconds "connection set-up: DNS, HELO, TLS" row.record.line.delays.map(|delays| delays.connection);
    delay_transmission Seconds "transmission" row.record.line.delays.map(|delays| delays.transmission);
    deferred_for Seconds "the part of `delay_before_qmgr` spent deferred, if the first activation was seen" row.record.deferred_for;
    dsn Text "enhanced status code" row.record.line.dsn;
    status Text "`sent`, `deferred`, `bounced`, `expired`, …" row.record.line.status.as_bstr();
    reply Text "what stands in the last parentheses" row.record.line.reply;
    reply_code Int "the reply's three digits" row.record.line.reply_codes().code;
    queued_as Text "the next hop's queue ID" row.record.line.queued_as().map(QueueId::as_bstr);
    handed_over Bool "whether it only hands the message to another one in this log" row.record.handed_over;
    cause Text "why it failed; null where it did not" row.verdict().map(|verdict| verdict.cause.name());
    side Text "on whose side" row.verdict().map(|verdict| verdict.side.name());
    permanence Text "whether trying again can help" row.verdict().map(|verdict| verdict.permanence.name());
    actor Text "who must act" row.verdict().map(Verdict::actor).map(Actor::name);
    count Int "how many lines it stands for: more than 1 for repeated messages" row.record.weight;
}
