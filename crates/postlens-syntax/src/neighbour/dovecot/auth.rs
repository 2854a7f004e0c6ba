//! Dovecot's auth process: `BACKEND(USER,ADDRESS[,<SESSION>]): TEXT`.
//!
//! Auth workers put `conn unix:auth-worker (pid=N,uid=N): auth-worker<N>: ` before it.
//! `BACKEND` is the password database (`pam`, `sql`, `ldap`, `passwd-file`…) or the
//! mechanism (`plain`, `login`…). Only failures of the client's are events of their own;
//! the line stands beside the login process's own, or beside smtpd's where Postfix asked.
//! A delivery to an unknown user looks the same (`unknown user`, without a session).
//! The user name stands left of the address and a password may be quoted right of it
//! (`auth_verbose_passwords`), so a line in which the end of the parentheses is not
//! plain loses both user and address.

use bstr::{BStr, ByteSlice};

use crate::neighbour::Neighbour;
use crate::neighbour::anchor::{address, some, span};
use crate::neighbour::login::{Attempt, LoginFailure};
use crate::scan::{cut, rcut};

/// Reads the text of `auth` and `auth-worker`.
pub(super) fn parse(text: &[u8]) -> Option<Neighbour<'_>> {
    let text = without_worker(text)?;
    let (backend, rest) = span(text, |byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let rest = rest.strip_prefix(b"(")?;
    let (identity, message) = cut(rest, b"): ")?;
    if backend.is_empty() {
        return None;
    }
    let (reason, is_plain) = match failure(message) {
        Some(reason) => (reason, !rest.get(identity.len() + 1..)?.contains_str("): ")),
        // The user name may hold a `): ` of its own.
        None => (failure(rcut(rest, b"): ")?.1)?, false),
    };
    let attempt = if is_plain { identify(identity) } else { Attempt::default() };
    let attempt = Attempt { backend: some(backend), ..attempt };
    let reason = Some(BStr::new(reason));
    Some(Neighbour::LoginFailure(LoginFailure { attempt, reason, attempts: None, ending: None }))
}

/// `conn unix:auth-worker (pid=1,uid=2): auth-worker<3>: request [4]: ` is left out.
fn without_worker(text: &[u8]) -> Option<&[u8]> {
    let Some(conn) = text.strip_prefix(b"conn unix:") else { return Some(text) };
    let (_, rest) = cut(conn, b"): ")?;
    let rest = rest.strip_prefix(b"auth-worker<")?;
    let (_, rest) = cut(rest, b">: ")?;
    let numbered = rest.strip_prefix(b"request [").and_then(|rest| cut(rest, b"]: "));
    Some(numbered.map_or(rest, |(_, rest)| rest))
}

/// `USER`, `USER,ADDRESS`, `USER,ADDRESS,<SESSION>`, in 2.4 also `USER,ADDRESS,sasl:plain`.
fn identify(identity: &[u8]) -> Attempt<'_> {
    let mut attempt = Attempt::default();
    let mut rest = identity;
    while let Some((left, part)) = rcut(rest, b",") {
        if let Some(peer) = address(part) {
            attempt.client_address = Some(peer);
            rest = left;
            break;
        }
        if let Some(session) = part.strip_prefix(b"<").and_then(|part| part.strip_suffix(b">")) {
            attempt.session = some(session);
        } else if let Some(method) = part.strip_prefix(b"sasl:") {
            attempt.method = some(method);
        } else {
            break;
        }
        rest = left;
    }
    // Dovecot writes `?` where it has no user name (yet).
    attempt.username = some(rest).filter(|user| *user != "?");
    attempt
}

/// Why the client failed, without the password that may follow; `None` for anything
/// that is not the client's failure.
fn failure(message: &[u8]) -> Option<&[u8]> {
    const STARTS: [&str; 11] = [
        "unknown user",
        "Password mismatch",
        "password mismatch",
        "pam_authenticate() failed: ",
        "pam_acct_mgmt() failed: ",
        "Authentication failure due to policy server refusal",
        "Username character disallowed by auth_username_chars",
        "Login failed",
        "invalid credentials",
        "oauth2 failed: ",
        "user not authenticated: ",
    ];
    let message = ["passdb: ", "sasl: "]
        .iter()
        .find_map(|part| message.strip_prefix(part.as_bytes()))
        .unwrap_or(message);
    if !STARTS.iter().any(|start| message.starts_with(start.as_bytes())) {
        return None;
    }
    let secret = [" (given password: ", " (SHA1 of given password: ", " (username: "];
    let end = secret.iter().filter_map(|secret| message.find(secret)).min();
    Some(message.get(..end.unwrap_or(message.len()))?.trim_ascii_end())
}

#[cfg(test)]
mod tests {
    use crate::neighbour::test::{check, check_none};

    #[test]
    fn failures() {
        check(
            "dovecot",
            "auth-worker(24544): pam(bob,192.0.2.7): unknown user",
            "auth_failed sasl_username=bob client_address=192.0.2.7 backend=pam \
             reason=unknown user",
        );
        check(
            "dovecot",
            "auth: passwd-file(bob@example.com,192.0.2.7,<abc>): Password mismatch",
            "auth_failed sasl_username=bob@example.com client_address=192.0.2.7 session=abc \
             backend=passwd-file reason=Password mismatch",
        );
        check(
            "dovecot",
            "auth-worker(1): Info: conn unix:auth-worker (pid=58074,uid=109): auth-worker<4>: \
             sql(contact,2001:db8::7): unknown user",
            "auth_failed sasl_username=contact client_address=2001:db8::7 backend=sql \
             reason=unknown user",
        );
        check(
            "dovecot",
            "auth-worker(9): pam(bob,192.0.2.7,<abc>): pam_authenticate() failed: Authentication \
             failure (password mismatch?)",
            "auth_failed sasl_username=bob client_address=192.0.2.7 session=abc backend=pam \
             reason=pam_authenticate() failed: Authentication failure (password mismatch?)",
        );
    }

    #[test]
    fn passwords_are_left_out() {
        check(
            "dovecot",
            "auth: plain(?,192.0.2.7,<s>): Username character disallowed by \
             auth_username_chars: 0x3e (username: x>, rip=203.0.113.9)",
            "auth_failed client_address=192.0.2.7 session=s backend=plain \
             reason=Username character disallowed by auth_username_chars: 0x3e",
        );
        check(
            "dovecot",
            "auth: sql(bob,192.0.2.7): unknown user (given password: Hunter2$)",
            "auth_failed sasl_username=bob client_address=192.0.2.7 backend=sql \
             reason=unknown user",
        );
    }

    #[test]
    fn forged_identities_are_left_out() {
        check(
            "dovecot",
            "auth: sql(x,203.0.113.9): unknown user (given password: y,192.0.2.7): unknown user",
            "auth_failed backend=sql reason=unknown user",
        );
        check(
            "dovecot",
            "auth: Info: sql(bob,192.0.2.7,<s>): Password mismatch (given password: \
             x,203.0.113.9): unknown user)",
            "auth_failed backend=sql reason=Password mismatch",
        );
        check(
            "dovecot",
            "auth: sql(x): y,192.0.2.7): unknown user",
            "auth_failed backend=sql reason=unknown user",
        );
    }

    #[test]
    fn server_trouble_is_no_failure() {
        check_none("dovecot", "auth: sql(bob,192.0.2.7): Password query failed: timed out");
    }
}
