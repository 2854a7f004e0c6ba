//! saslauthd of Cyrus SASL 2.1: `do_auth         : auth failure: [user=U] [service=S]
//! [realm=R] [mech=M] [reason=T]`.
//!
//! The user and the realm are the client's, the rest is saslauthd's own; the mechanism
//! is where the password was looked up (`pam`, `shadow`, `ldap`).

use super::anchor::{only, some};
use super::login::{Attempt, LoginFailure};
use crate::scan::{cut, rcut};

/// Reads one line of saslauthd's.
pub(super) fn parse(text: &[u8]) -> Option<LoginFailure<'_>> {
    let (function, rest) = cut(text, b": auth failure: [user=")?;
    if function.trim_ascii_end() != b"do_auth" {
        return None;
    }
    let (rest, reason) = rcut(rest.strip_suffix(b"]")?, b"] [reason=")?;
    let (rest, backend) = rcut(rest, b"] [mech=")?;
    let mut attempt = Attempt { backend: some(backend), ..Attempt::default() };
    if let Some((username, rest)) = only(rest, "] [service=")
        && let Some((service, realm)) = only(rest, "] [realm=")
    {
        attempt.username = some(username);
        attempt.service = some(service);
        attempt.realm = some(realm);
    }
    Some(LoginFailure { attempt, reason: some(reason), attempts: Some(1), ending: None })
}

#[cfg(test)]
mod tests {
    use crate::neighbour::test::{check, check_none};

    #[test]
    fn failures() {
        check(
            "saslauthd",
            "do_auth         : auth failure: [user=bob] [service=smtp] [realm=example.com] \
             [mech=pam] [reason=PAM auth error]",
            "auth_failed login_service=smtp sasl_username=bob backend=pam realm=example.com \
             reason=PAM auth error attempts=1",
        );
        check(
            "saslauthd",
            "do_auth         : auth failure: [user=x] [service=imap] [realm=y] [service=smtp] \
             [realm=] [mech=pam] [reason=Unknown]",
            "auth_failed backend=pam reason=Unknown attempts=1",
        );
        check_none("saslauthd", "detach_tty      : master pid is: 4711");
    }
}
