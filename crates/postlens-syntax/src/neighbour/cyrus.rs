//! Cyrus imapd, pop3d, timsieved and lmtpd 2.3 to 3.8: `login: CLIENT USER METHOD[+TLS] …`
//! and `badlogin: CLIENT METHOD (USER) [REASON]`.
//!
//! `CLIENT` is `host [address]` or `[address]`. Before 3.0 the user of a failed
//! `plaintext` login stood bare: `badlogin: CLIENT plaintext USER SASL(-13): REASON`.

use bstr::BStr;

use super::Neighbour;
use super::anchor::{address, some};
use super::login::{Attempt, Login, LoginFailure};
use crate::scan::{cut, rcut};

/// Reads a line of the daemon that serves `service`.
pub(super) fn parse<'a>(service: &'static str, text: &'a [u8]) -> Option<Neighbour<'a>> {
    let service = some(service.as_bytes());
    if let Some(rest) = text.strip_prefix(b"login: ") {
        let (mut attempt, rest) = client(rest)?;
        attempt.service = service;
        let (user, rest) = cut(rest, b" ")?;
        let (method, rest) = cut(rest, b" ").unwrap_or((rest, &[]));
        let session = rcut(rest, b"SESSIONID=<").and_then(|(_, id)| id.strip_suffix(b">"));
        let plain = method.strip_suffix(b"+TLS");
        attempt.username = some(user);
        attempt.method = some(plain.unwrap_or(method));
        attempt.tls = Some(plain.is_some());
        attempt.session = session.and_then(some);
        return Some(Neighbour::Login(Login { attempt }));
    }
    let (mut attempt, rest) = client(text.strip_prefix(b"badlogin: ")?)?;
    attempt.service = service;
    let (method, rest) = cut(rest, b" ")?;
    attempt.method = some(method);
    let (user, reason) = failure(rest);
    attempt.username = user;
    Some(Neighbour::LoginFailure(LoginFailure { attempt, reason, attempts: Some(1), ending: None }))
}

/// `host [address] ` or `[address] `.
fn client(text: &[u8]) -> Option<(Attempt<'_>, &[u8])> {
    let (name, rest) = cut(text, b"[")?;
    let (peer, rest) = cut(rest, b"]")?;
    let name = name.strip_suffix(b" ").unwrap_or(name);
    let attempt = Attempt {
        client_name: some(name),
        client_address: Some(address(peer)?),
        ..Attempt::default()
    };
    Some((attempt, rest.strip_prefix(b" ")?))
}

/// The user, where there is one, and the reason. The reason is Cyrus' own text, so it is
/// looked for from the right.
fn failure(text: &[u8]) -> (Option<&BStr>, Option<&BStr>) {
    if let Some(named) = text.strip_prefix(b"(") {
        if let Some((user, reason)) = named.strip_suffix(b"]").and_then(|text| rcut(text, b") [")) {
            return (some(user), some(reason));
        }
        if let Some((user, reason)) = rcut(named, b") ") {
            return (some(user), some(reason));
        }
    }
    if let Some(reason) = text.strip_prefix(b"[").and_then(|text| text.strip_suffix(b"]")) {
        return (None, some(reason));
    }
    if let Some(user) = text.strip_suffix(b" invalid user") {
        return (some(user), Some(BStr::new(b"invalid user")));
    }
    match rcut(text, b" SASL(") {
        Some((user, reason)) => {
            let start = text.len() - reason.len() - b"SASL(".len();
            (some(user), text.get(start..).map(BStr::new))
        }
        None => (None, some(text)),
    }
}

#[cfg(test)]
mod tests {
    use crate::neighbour::test::check;

    #[test]
    fn logins() {
        check(
            "cyrus/imaps",
            "login: mail.example.com [192.0.2.7] bob plaintext+TLS User logged in \
             SESSIONID=<mx.example.org-1-2-3>",
            "login login_service=imap sasl_username=bob sasl_method=plaintext \
             client_name=mail.example.com client_address=192.0.2.7 tls=1 \
             session=mx.example.org-1-2-3",
        );
        check(
            "cyrus/pop3",
            "login: [192.0.2.7] bob DIGEST-MD5 User logged in",
            "login login_service=pop3 sasl_username=bob sasl_method=DIGEST-MD5 \
             client_address=192.0.2.7 tls=0",
        );
    }

    #[test]
    fn failures() {
        check(
            "cyrus/imap",
            "badlogin: [192.0.2.7] plaintext (bob) [SASL(-13): authentication failure: checkpass \
             failed]",
            "auth_failed login_service=imap sasl_username=bob sasl_method=plaintext \
             client_address=192.0.2.7 reason=SASL(-13): authentication failure: checkpass failed \
             attempts=1",
        );
        check(
            "cyrus/imap",
            "badlogin: mail.example.com [192.0.2.7] plaintext bob SASL(-13): authentication \
             failure: checkpass failed",
            "auth_failed login_service=imap sasl_username=bob sasl_method=plaintext \
             client_name=mail.example.com client_address=192.0.2.7 \
             reason=SASL(-13): authentication failure: checkpass failed attempts=1",
        );
        check(
            "cyrus/sieve",
            "badlogin: mail.example.com [192.0.2.7] PLAIN authentication failure",
            "auth_failed login_service=managesieve sasl_method=PLAIN \
             client_name=mail.example.com client_address=192.0.2.7 \
             reason=authentication failure attempts=1",
        );
        check(
            "cyrus/imap",
            "badlogin: [192.0.2.7] LOGIN [SASL(-13): authentication failure: x]",
            "auth_failed login_service=imap sasl_method=LOGIN client_address=192.0.2.7 \
             reason=SASL(-13): authentication failure: x attempts=1",
        );
    }
}
