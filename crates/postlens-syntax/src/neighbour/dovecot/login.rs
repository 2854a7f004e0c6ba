//! Dovecot's login processes: `EVENT: ELEMENTS` (`login_log_format`).
//!
//! The elements are by default `user=<%u> method=%m rip=%r lip=%l mpid=%e %c
//! session=<%{session}>`, joined by commas, the absent ones left out. The event is
//! `Login` (2.4: `Logged in`), or how the connection ended with the reason in
//! parentheses: `Disconnected: Connection closed (auth failed, 1 attempts in 2 secs)`,
//! `Aborted login (no auth attempts in 0 secs)`; 2.4 says `Login aborted: … (…)
//! (auth_failed)`. The client chooses the user name and may write anything there, so the
//! elements are read from the right. Of the event a client only chooses the mechanism in
//! `Authenticate MECHANISM failed: Unsupported authentication mechanism.`, which the end of
//! the connection repeats as its reason.

use bstr::{BStr, ByteSlice};

use crate::neighbour::Neighbour;
use crate::neighbour::anchor::{address, number, some, span, within};
use crate::neighbour::login::{Attempt, Login, LoginAborted, LoginFailure};
use crate::scan::{cut, rcut};

/// Reads the text of `SERVICE-login`.
pub(super) fn parse<'a>(service: &'a [u8], text: &'a [u8]) -> Option<Neighbour<'a>> {
    let (event, elements) = split_event(text)?;
    let mut attempt = elements_from_right(elements)?;
    attempt.service = some(service);
    // A proxy says `proxy(USER,HOST:PORT): Started proxying to …` instead.
    if event == b"Login" || event == b"Logged in" || event.contains_str("tarted proxying to ") {
        return Some(Neighbour::Login(Login { attempt }));
    }
    let event = Ending::parse(event)?;
    let (reason, ending) = (event.reason, event.ending);
    Some(if event.is_failure() {
        let reason = reason.map(without_attempts);
        Neighbour::LoginFailure(LoginFailure {
            attempt,
            reason,
            attempts: event.attempts(),
            ending,
        })
    } else {
        Neighbour::LoginAborted(LoginAborted { attempt, reason, ending })
    })
}

/// The first element ends the event: a forged mechanism can only shorten it.
fn split_event(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let user = cut(text, b": user=<").map(|(event, _)| event.len());
    let peer = cut(text, b": rip=").map(|(event, _)| event.len());
    let at = match (user, peer) {
        (Some(user), Some(peer)) => user.min(peer),
        (user, peer) => user.or(peer)?,
    };
    Some((text.get(..at)?, text.get(at + 2..)?))
}

/// The last `rip=` is the real one: only the program's own words follow it.
fn elements_from_right(elements: &[u8]) -> Option<Attempt<'_>> {
    let (left, right) = match elements.strip_prefix(b"rip=") {
        Some(right) if !right.contains_str(", rip=") => (&[][..], right),
        _ => rcut(elements, b", rip=")?,
    };
    let (peer, mut rest) = cut(right, b",").unwrap_or((right, &[]));
    let mut attempt =
        Attempt { client_address: Some(address(peer)?), tls: Some(false), ..Attempt::default() };
    while !rest.is_empty() {
        let element = rest.trim_ascii_start();
        let (element, after) = cut(element, b",").unwrap_or((element, &[]));
        rest = after;
        if let Some(local) = element.strip_prefix(b"lip=") {
            attempt.local_address = address(local);
        } else if let Some(pid) = element.strip_prefix(b"mpid=") {
            attempt.mail_pid = number(pid);
        } else if let Some(session) = within(element, "session=<", ">") {
            attempt.session = some(session);
        } else if element == b"TLS" || element.starts_with(b"TLS:") || element.starts_with(b"TLSv")
        {
            attempt.tls = Some(true);
        }
    }
    let is_mechanism = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let user = match rcut(left, b", method=") {
        Some((user, method)) if span(method, is_mechanism).1.is_empty() => {
            attempt.method = some(method);
            user
        }
        _ => left,
    };
    attempt.username = within(user, "user=<", ">").and_then(some);
    Some(attempt)
}

/// How a connection without a login ended.
struct Ending<'a> {
    ending: Option<&'a BStr>,
    reason: Option<&'a BStr>,
}

impl<'a> Ending<'a> {
    /// Every event that is no login; what a proxy logs later is none of a login.
    fn parse(event: &'a [u8]) -> Option<Self> {
        if event.starts_with(b"proxy(") {
            return None;
        }
        // 2.4 adds the reason as a code: `(auth failed, 1 attempts in 2 secs) (auth_failed)`.
        let event = match rcut(event, b") (") {
            Some((before, _)) => event.get(..=before.len())?,
            None => event,
        };
        let group = event.strip_suffix(b")").and_then(|open| rcut(open, b" ("));
        Some(match group {
            Some((ending, reason)) => Self { ending: some(ending), reason: some(reason) },
            None => Self { ending: None, reason: some(event) },
        })
    }

    fn is_failure(&self) -> bool {
        const FAILURES: [&str; 6] = [
            "auth failed",
            "authorization failed",
            "proxy dest auth failed",
            "tried to use disallowed plaintext auth",
            "tried to use disabled plaintext auth",
            "tried to use unsupported auth mechanism",
        ];
        self.reason.is_some_and(|reason| {
            FAILURES.iter().any(|failure| reason.starts_with(failure.as_bytes()))
        })
    }

    /// `auth failed, 3 attempts in 12 secs`: 3.
    fn attempts(&self) -> Option<u32> {
        let (_, count) = cut(self.reason?, b", ")?;
        let (digits, rest) = span(count, |byte| byte.is_ascii_digit());
        if rest.starts_with(b" attempts") { number(digits) } else { None }
    }
}

fn without_attempts(reason: &BStr) -> &BStr {
    cut(reason, b", ").map_or(reason, |(reason, _)| BStr::new(reason))
}

#[cfg(test)]
mod tests {
    use crate::neighbour::test::check;

    #[test]
    fn logins() {
        check(
            "dovecot",
            "imap-login: Login: user=<alice@example.com>, method=PLAIN, rip=192.0.2.7, \
             lip=198.51.100.1, mpid=18, TLS, session=<PeYcgjjOGOisEQAB>",
            "login login_service=imap sasl_username=alice@example.com sasl_method=PLAIN \
             client_address=192.0.2.7 local_address=198.51.100.1 tls=1 \
             session=PeYcgjjOGOisEQAB mail_pid=18",
        );
        check(
            "dovecot",
            "submission-login: Info: Logged in: user=<bob>, method=PLAIN, rip=::ffff:192.0.2.7, \
             lip=2001:db8::1, mpid=7, secured, session=<a/b+c>",
            "login login_service=submission sasl_username=bob sasl_method=PLAIN \
             client_address=192.0.2.7 local_address=2001:db8::1 tls=0 session=a/b+c mail_pid=7",
        );
    }

    #[test]
    fn failures_of_2_2_to_2_4() {
        check(
            "dovecot",
            "pop3-login: Info: Disconnected: Connection closed (auth failed, 2 attempts in 30 \
             secs): user=<bob@example.com>, method=PLAIN, rip=192.0.2.7, lip=198.51.100.1, TLS: \
             Connection closed, session=<oEOp>",
            "auth_failed login_service=pop3 sasl_username=bob@example.com sasl_method=PLAIN \
             client_address=192.0.2.7 local_address=198.51.100.1 tls=1 session=oEOp \
             reason=auth failed attempts=2 ending=Disconnected: Connection closed",
        );
        check(
            "dovecot",
            "imap-login: Login aborted: Logged out (auth failed, 1 attempts in 2 secs) \
             (auth_failed): user=<bob>, method=PLAIN, rip=192.0.2.7, lip=198.51.100.1, \
             session=<x>",
            "auth_failed login_service=imap sasl_username=bob sasl_method=PLAIN \
             client_address=192.0.2.7 local_address=198.51.100.1 tls=0 session=x \
             reason=auth failed attempts=1 ending=Login aborted: Logged out",
        );
        check(
            "dovecot",
            "imap-login: Aborted login (tried to use disallowed plaintext auth): user=<>, \
             rip=192.0.2.7, lip=198.51.100.1",
            "auth_failed login_service=imap client_address=192.0.2.7 \
             local_address=198.51.100.1 tls=0 reason=tried to use disallowed plaintext auth \
             ending=Aborted login",
        );
    }

    #[test]
    fn no_attempt_is_no_failure() {
        check(
            "dovecot",
            "imap-login: Disconnected: Connection closed: SSL_accept() failed: \
             error:0A000416:SSL routines::sslv3 alert certificate unknown (no auth attempts in \
             0 secs): user=<>, rip=192.0.2.7, lip=198.51.100.1, TLS handshaking: SSL_accept() \
             failed, session=<x>",
            "login_aborted login_service=imap client_address=192.0.2.7 \
             local_address=198.51.100.1 tls=0 session=x reason=no auth attempts in 0 secs \
             ending=Disconnected: Connection closed: SSL_accept() failed: \
             error:0A000416:SSL routines::sslv3 alert certificate unknown",
        );
        check(
            "dovecot",
            "imap-login: Maximum number of connections from user+IP exceeded \
             (mail_max_userip_connections=10): user=<bob>, method=PLAIN, rip=192.0.2.7, \
             lip=198.51.100.1",
            "login_aborted login_service=imap sasl_username=bob sasl_method=PLAIN \
             client_address=192.0.2.7 local_address=198.51.100.1 tls=0 \
             reason=mail_max_userip_connections=10 \
             ending=Maximum number of connections from user+IP exceeded",
        );
    }

    #[test]
    fn other_events() {
        check(
            "dovecot",
            "imap-login: Info: Authenticate FOO>,RIP=203.0.113.9 failed: Unsupported \
             authentication mechanism.: user=<>, method=FOO>,RIP=203.0.113.9, rip=192.0.2.7, \
             lip=198.51.100.1, secured, session=<s>",
            "login_aborted login_service=imap client_address=192.0.2.7 \
             local_address=198.51.100.1 tls=0 session=s reason=Authenticate \
             FOO>,RIP=203.0.113.9 failed: Unsupported authentication mechanism.",
        );
        check(
            "dovecot",
            "imap-login: proxy(bob,198.51.100.2:143): Started proxying to <198.51.100.2> (0.005 \
             secs): user=<bob>, method=PLAIN, rip=192.0.2.7, lip=198.51.100.1, TLS",
            "login login_service=imap sasl_username=bob sasl_method=PLAIN \
             client_address=192.0.2.7 local_address=198.51.100.1 tls=1",
        );
    }

    #[test]
    fn user_names_cannot_be_taken_for_addresses() {
        check(
            "dovecot",
            "imap-login: Disconnected (auth failed, 1 attempts in 6 secs): user=<a>, \
             method=PLAIN, rip=203.0.113.9, lip=x>, method=LOGIN, rip=192.0.2.7, \
             lip=198.51.100.1, session=<s>",
            "auth_failed login_service=imap \
             sasl_username=a>, method=PLAIN, rip=203.0.113.9, lip=x sasl_method=LOGIN \
             client_address=192.0.2.7 local_address=198.51.100.1 tls=0 session=s \
             reason=auth failed attempts=1 ending=Disconnected",
        );
    }
}
