//! Dovecot 2.2 to 2.4: `PROCESS: [Info: ]TEXT`, all under the tag `dovecot`.
//!
//! `PROCESS` is `imap-login`, `auth`, `auth-worker(PID)`, `lmtp(USER)<PID><SESSION>`…
//! The level word (`Info: `) appears only where Dovecot logs to a file or to standard
//! error. Logins are in `dovecot/login.rs`, the auth process in `dovecot/auth.rs`,
//! deliveries in `dovecot/delivery.rs`, ends of
//! sessions in `dovecot/logout.rs`; all else is in `tables/dovecot.txt`.

mod auth;
mod delivery;
mod login;
mod logout;

use bstr::BStr;

use super::Neighbour;
use super::anchor::{some, span};
use crate::scan::{cut, rcut};

/// Reads one line of Dovecot's.
pub(super) fn parse(text: &[u8]) -> Option<Neighbour<'_>> {
    let (process, rest) = span(text, |byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if let Some(service) = process.strip_suffix(b"-login") {
        return login::parse(service, without_level(process_text(rest)?));
    }
    match process {
        b"auth" | b"auth-worker" => auth::parse(without_level(process_text(rest)?)),
        b"lmtp" | b"lda" | b"deliver" => delivery::parse(rest).map(Neighbour::Mailbox),
        b"imap" | b"pop3" | b"managesieve" | b"submission" => logout::parse(process, rest)
            .map(Neighbour::Logout)
            .or_else(|| delivery::parse(rest).map(Neighbour::Mailbox)),
        _ => None,
    }
}

/// The text behind `: ` or `(PID): `.
fn process_text(rest: &[u8]) -> Option<&[u8]> {
    let rest = match rest.strip_prefix(b"(") {
        Some(pid) => span(pid, |byte| byte.is_ascii_digit()).1.strip_prefix(b")")?,
        None => rest,
    };
    rest.strip_prefix(b": ")
}

/// The text behind `Info: ` and the like.
fn without_level(text: &[u8]) -> &[u8] {
    const LEVELS: [&[u8]; 6] =
        [b"Info: ", b"Warning: ", b"Error: ", b"Debug: ", b"Fatal: ", b"Panic: "];
    LEVELS.iter().find_map(|level| text.strip_prefix(*level)).unwrap_or(text)
}

/// The user and the session in `(USER)<PID><SESSION>`, `(PID, USER): SESSION`, `(USER)`,
/// also followed by a level and `: sieve`.
fn owner(head: &[u8]) -> (Option<&BStr>, Option<&BStr>) {
    let mut head = head;
    for word in [&b": sieve"[..], b": Info", b": Warning", b": Error"] {
        head = head.strip_suffix(word).unwrap_or(head);
    }
    let Some((user, rest)) = head.strip_prefix(b"(").and_then(|head| cut(head, b")")) else {
        return (None, None);
    };
    let (pid, user) = match cut(user, b", ") {
        Some((pid, user)) => (Some(pid), user),
        None => (None, user),
    };
    let is_pid = |text: &[u8]| !text.is_empty() && span(text, |b| b.is_ascii_digit()).1.is_empty();
    let user = some(user).filter(|user| pid.is_some() || !is_pid(user));
    let session = match rest.strip_suffix(b">").and_then(|rest| rcut(rest, b"<")) {
        Some((_, session)) => some(session),
        None => rest.strip_prefix(b": ").and_then(some),
    };
    (user, session)
}
