//! Columns of sessions.

use postlens_syntax::Delay;
use postlens_track::Session;

use super::columns;

columns! { session: Session<'a>;
    id Text "the place of its first line: a hash of the log's beginning, and a byte offset" session.line.to_string();
    time Time "when the client connected, or the first line about it" session.start;
    end Time "when it disconnected, or the last line about it" session.end;
    duration Seconds "from the one to the other" duration(session);
    host Text "the host field of its first line" session.host;
    service Text "the service, where its tag names one" session.service;
    daemon Text "the daemon that served it last" session.daemon.name();
    client_name Text "the client's verified name, `unknown` without one" session.client_name;
    client_address Text "the client's address" session.client_address;
    sasl_username Text "the login name, once it had logged in" session.sasl_username;
    messages Int "messages that it began" session.messages;
    refusals Int "commands of it that were refused" session.refusals;
    auth_failures Int "failed logins" session.auth_failures;
    tls Bool "whether a TLS session was logged" session.tls;
    status Text "how it ended: `closed`, `lost_connection`, `timeout`, `too_many_errors`, `screened`, `lost` (no end in the log)" session.ended.name();
    count Int "how many connections it stands for: more than 1 for repeated messages" session.weight;
}

fn duration(session: &Session<'_>) -> Delay {
    let micros = session.end.micros.saturating_sub(session.start.micros);
    Delay::from_micros(u64::try_from(micros).unwrap_or_default())
}
