//! Columns of refusals.

use postlens_explain::{Actor, Verdict};
use postlens_syntax::postfix::decision::DecisionBy;
use postlens_syntax::{Daemon, QueueId};

use super::columns;
use crate::row::RefusalRow;

columns! { row: RefusalRow<'a>;
    id Text "the place of the line: a hash of the log's beginning, and a byte offset" row.record.line.to_string();
    time Time "when it was logged" row.record.time;
    host Text "the host field of the line" row.record.host;
    program Text "the line's tag without its pid" row.record.tag.program;
    instance Text "the Postfix instance" row.record.tag.instance();
    service Text "the service, where its tag names one" row.record.tag.service();
    daemon Text "the daemon" row.record.daemon.map(Daemon::name);
    queue_id Text "the message's queue ID, if it had one yet" row.record.decision.queue_id.map(QueueId::as_bstr);
    action Text "what was decided: `reject`, `hold`, `discard`, …" row.record.decision.action.name();
    by Text "whose decision: `access` (restrictions of Postfix), `milter`, `proxy_filter`" by(row.record.decision.by);
    stage Text "the protocol stage: `CONNECT`, `RCPT`, …" row.record.decision.stage;
    client_name Text "the client's verified name, `unknown` without one" row.record.client.and_then(|client| client.name);
    client_address Text "the client's address" row.record.client.map(|client| client.address);
    client_port Int "the client's port, where logged" row.record.client.and_then(|client| client.port);
    helo Text "what the client called itself" row.record.decision.envelope.helo;
    protocol Text "`SMTP` or `ESMTP`" row.record.decision.envelope.protocol;
    sasl_method Text "the login's method" row.record.decision.envelope.sasl_method;
    sasl_username Text "the login name" row.record.sasl_username;
    sender Text "envelope sender; the null sender is an empty text" row.record.decision.envelope.sender;
    recipient Text "the recipient" row.record.decision.envelope.recipient;
    reply Text "the reply or the reason" row.record.decision.text;
    cause Text "why; null where nothing was refused" row.verdict().map(|verdict| verdict.cause.name());
    side Text "on whose side" row.verdict().map(|verdict| verdict.side.name());
    permanence Text "whether trying again can help" row.verdict().map(|verdict| verdict.permanence.name());
    actor Text "who must act" row.verdict().map(Verdict::actor).map(Actor::name);
    count Int "how many lines it stands for: more than 1 for repeated messages" row.record.weight;
}

fn by(by: DecisionBy) -> &'static str {
    match by {
        DecisionBy::Access => "access",
        DecisionBy::Milter => "milter",
        DecisionBy::ProxyFilter => "proxy_filter",
    }
}
