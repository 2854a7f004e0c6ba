//! Courier's imapd and pop3d: `LOGIN, user=U, ip=[A], port=[P], protocol=IMAP`,
//! `LOGIN FAILED, user=U, ip=[A], port=[P]`, `LOGOUT, user=U, ip=[A], …`.
//!
//! Written by imaplogin, courierpop3login, imapd and pop3d through courierlogger, which
//! takes the leading `INFO: ` for the syslog priority. The user name of a failure is the
//! client's, so the address is read from the right. The programs don't say whether the
//! session is encrypted.

use bstr::BStr;

use super::Neighbour;
use super::anchor::{address, some};
use super::login::{Attempt, Login, LoginFailure, Logout};
use crate::scan::{cut, number, rcut};

/// Reads a line of the daemon that serves `service`.
pub(super) fn parse<'a>(service: &'static str, text: &'a [u8]) -> Option<Neighbour<'a>> {
    let text = text.strip_prefix(b"INFO: ").unwrap_or(text);
    let (event, rest) = cut(text, b", ")?;
    let attempt = Attempt { service: some(service.as_bytes()), ..attempt(rest)? };
    match event {
        b"LOGIN" => Some(Neighbour::Login(Login { attempt })),
        b"LOGIN FAILED" => Some(Neighbour::LoginFailure(LoginFailure {
            attempt,
            reason: None,
            attempts: Some(1),
            ending: None,
        })),
        b"LOGOUT" | b"DISCONNECTED" | b"TIMEOUT" => {
            let figure = |found: Option<(&[u8], &[u8])>| {
                let (_, value) = found?;
                number(cut(value, b",").map_or(value, |(value, _)| value))
            };
            Some(Neighbour::Logout(Logout {
                attempt,
                reason: (event != b"LOGOUT").then_some(BStr::new(event)),
                bytes_in: figure(rcut(rest, b", rcvd=")),
                bytes_out: figure(rcut(rest, b", sent=")),
            }))
        }
        _ => None,
    }
}

/// `user=U, ip=[A], port=[P]…`, also `method=M, ip=…` and `ip=…` alone.
fn attempt(text: &[u8]) -> Option<Attempt<'_>> {
    let (who, peer) = match text.strip_prefix(b"ip=[") {
        Some(peer) => (&[][..], peer),
        None => rcut(text, b", ip=[")?,
    };
    let (client, rest) = cut(peer, b"]")?;
    let port = rest.strip_prefix(b", port=[").and_then(|port| cut(port, b"]"));
    Some(Attempt {
        username: who.strip_prefix(b"user=").and_then(some),
        method: who.strip_prefix(b"method=").and_then(some),
        client_address: Some(address(client)?),
        client_port: port.and_then(|(port, _)| u16::try_from(number(port)?).ok()),
        ..Attempt::default()
    })
}

#[cfg(test)]
mod tests {
    use crate::neighbour::test::{check, check_none};

    #[test]
    fn logins() {
        check(
            "imapd",
            "LOGIN, user=bob@example.com, ip=[::ffff:192.0.2.7], port=[51234], protocol=IMAP",
            "login login_service=imap sasl_username=bob@example.com client_address=192.0.2.7 \
             client_port=51234",
        );
        check(
            "pop3d-ssl",
            "INFO: LOGIN FAILED, user=bob, ip=[2001:db8::7], port=[1]",
            "auth_failed login_service=pop3 sasl_username=bob client_address=2001:db8::7 \
             client_port=1 attempts=1",
        );
        check(
            "imapd",
            "LOGIN FAILED, method=PLAIN, ip=[::ffff:192.0.2.7]",
            "auth_failed login_service=imap sasl_method=PLAIN client_address=192.0.2.7 attempts=1",
        );
        check(
            "imapd",
            "LOGIN FAILED, user=x, ip=[203.0.113.9], port=[1], ip=[192.0.2.7], port=[2]",
            "auth_failed login_service=imap sasl_username=x, ip=[203.0.113.9], port=[1] \
             client_address=192.0.2.7 client_port=2 attempts=1",
        );
        check_none("imapd", "Connection, ip=[::ffff:192.0.2.7], port=[1]");
    }

    #[test]
    fn ends_of_sessions() {
        check(
            "imapd-ssl",
            "LOGOUT, user=bob, ip=[::ffff:192.0.2.7], port=[5], headers=0, body=0, rcvd=93, \
             sent=415, time=1, starttls=1",
            "logout login_service=imap sasl_username=bob client_address=192.0.2.7 client_port=5 \
             bytes_in=93 bytes_out=415",
        );
        check(
            "pop3d",
            "DISCONNECTED, ip=[::ffff:192.0.2.7], port=[5]",
            "logout login_service=pop3 client_address=192.0.2.7 client_port=5 \
             reason=DISCONNECTED",
        );
    }
}
