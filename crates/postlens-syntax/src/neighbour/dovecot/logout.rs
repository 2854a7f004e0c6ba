//! Ends of Dovecot's sessions: `imap(USER)<PID><SESSION>: [REASON ]in=N out=N …`, `pop3(USER)…:
//! Disconnected: Logged out top=N/N, retr=N/N, del=N/N, size=N`, `managesieve(USER)…:
//! Disconnected: Logged out bytes=IN/OUT`.
//!
//! The figures are `imap_logout_format`, `pop3_logout_format`,
//! `managesieve_logout_format` and `submission_logout_format`, which admins change; the
//! first two are Dovecot's own words, the user is a known one.

use bstr::ByteSlice;

use crate::neighbour::anchor::some;
use crate::neighbour::login::{Attempt, Logout};
use crate::scan::{cut, leading_number};

/// Reads what follows the name of the process that serves `service`.
pub(super) fn parse<'a>(service: &'a [u8], text: &'a [u8]) -> Option<Logout<'a>> {
    let (head, rest) = cut(text, b": ")?;
    let rest = super::without_level(rest);
    let (username, session) = super::owner(head);
    const ENDS: [&[u8]; 5] =
        [b"Logged out", b"Disconnected", b"Connection closed", b"Timeout", b"Server shutting down"];
    if !ENDS.iter().any(|end| rest.starts_with(end)) {
        return None;
    }
    let figures = [&b" in="[..], b" bytes=", b" top=", b" out="];
    let start = figures.iter().filter_map(|figure| rest.find(figure)).min();
    let (reason, figures) = rest.split_at_checked(start.unwrap_or(rest.len()))?;
    let figure = |found: Option<(&[u8], &[u8])>| Some(leading_number(found?.1)?.0);
    let pair = cut(figures, b" bytes=").and_then(|(_, rest)| leading_number(rest));
    let pair_out = pair.and_then(|(_, rest)| Some(leading_number(rest.strip_prefix(b"/")?)?.0));
    Some(Logout {
        attempt: Attempt { service: some(service), username, session, ..Attempt::default() },
        reason: some(reason).filter(|reason| *reason != "Logged out"),
        bytes_in: figure(cut(figures, b" in=")).or(pair.map(|(bytes, _)| bytes)),
        bytes_out: figure(cut(figures, b" out=")).or(pair_out),
    })
}

#[cfg(test)]
mod tests {
    use crate::neighbour::test::{check, check_none};

    #[test]
    fn ends() {
        check(
            "dovecot",
            "imap(bob@example.com)<4711><Ab+/>: Logged out in=80 out=964 deleted=0 expunged=0",
            "logout login_service=imap sasl_username=bob@example.com session=Ab+/ bytes_in=80 \
             bytes_out=964",
        );
        check(
            "dovecot",
            "imap(bob)<1><s>: Info: Disconnected: Connection closed in=24 out=775 deleted=0",
            "logout login_service=imap sasl_username=bob session=s \
             reason=Disconnected: Connection closed bytes_in=24 bytes_out=775",
        );
        check(
            "dovecot",
            "managesieve(bob): Disconnected: Logged out bytes=77/1130",
            "logout login_service=managesieve sasl_username=bob \
             reason=Disconnected: Logged out bytes_in=77 bytes_out=1130",
        );
        check(
            "dovecot",
            "pop3(bob)<1><s>: Disconnected: Logged out top=0/0, retr=1/2068, del=0/1, size=2044",
            "logout login_service=pop3 sasl_username=bob session=s \
             reason=Disconnected: Logged out",
        );
        check_none("dovecot", "imap(bob)<1><s>: Panic: file x.c: line 1");
    }
}
