//! What a mail server outside answers.

use crate::clock::{Micros, SECOND};
use crate::config::Hostility;
use crate::random::Random;
use crate::truth::Outcome;
use crate::world::{Domain, Temper};

/// The result of one attempt, before it is a line.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) outcome: Outcome,
    pub(crate) dsn: &'static str,
    /// The text in the parentheses.
    pub(crate) reply: String,
    /// A server was reached: it is the relay.
    pub(crate) reached: bool,
    /// The connection failed: this line comes before.
    pub(crate) connect_error: Option<String>,
    /// `connection` and `transmission` of the delays.
    pub(crate) connecting: Micros,
    pub(crate) sending: Micros,
}

/// What goes wrong with the whole outside at the moment.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Weather {
    /// Name service is down.
    pub(crate) dns_down: bool,
    /// This domain defers us.
    pub(crate) deferring: bool,
    /// This domain blocks us.
    pub(crate) blocked: bool,
    /// Many of these addresses no longer exist.
    pub(crate) old_list: bool,
    /// The incident that makes this weather.
    pub(crate) incident: Option<usize>,
}

const SPAM: [(&str, &str); 4] = [
    (
        "5.7.1",
        "550 5.7.1 Message rejected as spam by content filtering (in reply to end of DATA command)",
    ),
    (
        "5.7.26",
        "550-5.7.26 Unauthenticated email from example.com is not accepted due to domain's 550 5.7.26 DMARC policy (in reply to end of DATA command)",
    ),
    ("5.2.2", "552 5.2.2 Mailbox full (in reply to RCPT TO command)"),
    (
        "5.7.1",
        "554 5.7.1 Service unavailable; Client host [192.0.2.10] blocked using bl.example.net; see http://bl.example.net/192.0.2.10 (in reply to RCPT TO command)",
    ),
];

const BUSY: [(&str, &str); 5] = [
    ("4.7.0", "421 4.7.0 Try again later, closing connection. (in reply to MAIL FROM command)"),
    (
        "4.2.2",
        "452 4.2.2 The recipient's inbox is out of storage space (in reply to RCPT TO command)",
    ),
    ("4.3.2", "451 4.3.2 Please try again later (in reply to end of DATA command)"),
    (
        "4.7.28",
        "421-4.7.28 Our system has detected an unusual rate of mail from your IP address 421 4.7.28 rate limited (in reply to end of DATA command)",
    ),
    ("4.4.5", "452 4.4.5 Insufficient disk space; try again later (in reply to MAIL FROM command)"),
];

const NASTY_REPLIES: [&str; 3] = [
    "250 2.0.0 Ok: queued as 1F2E3D4C5B) status=bounced (550 no",
    "250 2.0.0 (id=1) to=<forged@example.net>, relay=none, dsn=5.0.0, status=bounced (x)",
    "250 Ok; from=<not@example.net> status=deferred (queue active)",
];

/// One attempt to deliver to `recipient`, the `tries`-th.
pub(crate) fn attempt(
    domain: &Domain,
    recipient: &str,
    tries: u32,
    (weather, hostility): (Weather, Hostility),
    random: &mut Random,
) -> Verdict {
    let server = &domain.server;
    let temper = if weather.dns_down { Temper::Lame } else { domain.temper };
    if let Some(verdict) = unreachable(domain, temper, random) {
        return verdict;
    }
    let connecting = random.between(8_000, 900_000);
    let sending = random.between(5_000, 1_400_000);
    let answer = |outcome, dsn, reply| Verdict {
        outcome,
        dsn,
        reply,
        reached: true,
        connect_error: None,
        connecting,
        sending,
    };
    let said =
        |outcome, dsn, text: &str| answer(outcome, dsn, format!("host {server} said: {text}"));
    if weather.blocked {
        let text = format!(
            "host {server} refused to talk to me: 554 5.7.1 Your IP 192.0.2.10 is blocked, see http://postmaster.{}/",
            domain.name
        );
        return answer(Outcome::Deferred, "4.7.1", text);
    }
    if weather.deferring {
        return said(
            Outcome::Deferred,
            "4.7.28",
            "421 4.7.28 Too many messages from 192.0.2.10, deferred (in reply to MAIL FROM command)",
        );
    }
    if weather.old_list && random.chance(0.4) {
        let text = format!(
            "550 5.1.1 <{recipient}>: Recipient address rejected: User unknown (in reply to RCPT TO command)"
        );
        return said(Outcome::Bounced, "5.1.1", &text);
    }
    let text = match misfortune(domain, temper, (recipient, tries), random) {
        Ok((outcome, dsn, text)) => return answer(outcome, dsn, text),
        Err(chance) if hostility != Hostility::None && chance < 0.1 => {
            random.pick(&NASTY_REPLIES).to_owned()
        }
        Err(_) => format!("250 2.0.0 Ok: queued as {:011X}", random.below(1 << 44)),
    };
    answer(Outcome::Relayed, "2.0.0", text)
}

type Failure = (Outcome, &'static str, String);

/// What goes wrong with a server that answers; if nothing does, the chance that was left.
fn misfortune(
    domain: &Domain,
    temper: Temper,
    (recipient, tries): (&str, u32),
    random: &mut Random,
) -> Result<Failure, f64> {
    let server = &domain.server;
    let chance = random.unit();
    let said = |outcome, dsn, text: &str| Ok((outcome, dsn, format!("host {server} said: {text}")));
    match temper {
        Temper::Greylists if tries == 0 => {
            let text = format!(
                "450 4.2.0 <{recipient}>: Recipient address rejected: Greylisted, see http://greylist.example/help/{}.html (in reply to RCPT TO command)",
                domain.name
            );
            said(Outcome::Deferred, "4.2.0", &text)
        }
        Temper::Strict if chance < 0.15 => {
            let text = format!(
                "550 5.1.1 <{recipient}>: Recipient address rejected: User unknown (in reply to RCPT TO command)"
            );
            said(Outcome::Bounced, "5.1.1", &text)
        }
        Temper::Strict if chance < 0.3 => {
            let (dsn, text) = random.pick(&SPAM);
            said(Outcome::Bounced, dsn, text)
        }
        Temper::Overloaded if chance < 0.15 => {
            let text = format!(
                "host {server} refused to talk to me: 421 {} Service not available, closing transmission channel",
                domain.mx
            );
            Ok((Outcome::Deferred, "4.0.0", text))
        }
        Temper::Overloaded if chance < 0.5 => {
            let (dsn, text) = random.pick(&BUSY);
            said(Outcome::Deferred, dsn, text)
        }
        Temper::Overloaded if chance < 0.55 => {
            let text = format!(
                "lost connection with {server} while sending end of data -- message may be sent more than once"
            );
            Ok((Outcome::Deferred, "4.4.2", text))
        }
        Temper::Overloaded if chance < 0.6 => {
            let text = format!(
                "conversation with {server} timed out while receiving the initial server greeting"
            );
            Ok((Outcome::Deferred, "4.4.2", text))
        }
        _ if chance < 0.008 => {
            let text = format!(
                "550 5.1.1 <{recipient}>: Recipient address rejected: User unknown in virtual mailbox table (in reply to RCPT TO command)"
            );
            said(Outcome::Bounced, "5.1.1", &text)
        }
        _ => Err(chance),
    }
}

/// No server is reached.
fn unreachable(domain: &Domain, temper: Temper, random: &mut Random) -> Option<Verdict> {
    match temper {
        Temper::Missing => {
            let text = format!(
                "Host or domain name not found. Name service error for name={} type=AAAA: Host not found",
                domain.name
            );
            Some(no_server(Outcome::Bounced, "5.4.4", text, SECOND / 50))
        }
        Temper::Lame => {
            let text = format!(
                "Host or domain name not found. Name service error for name={} type=MX: Host not found, try again",
                domain.name
            );
            let wait = random.between(SECOND / 5, 10 * SECOND);
            Some(no_server(Outcome::Deferred, "4.4.3", text, wait))
        }
        Temper::Refuses => Some(no_connection(domain, "Connection refused", SECOND / 100)),
        Temper::TimesOut => Some(no_connection(domain, "Connection timed out", 30 * SECOND)),
        _ => None,
    }
}

fn no_server(outcome: Outcome, dsn: &'static str, reply: String, connecting: Micros) -> Verdict {
    Verdict { outcome, dsn, reply, reached: false, connect_error: None, connecting, sending: 0 }
}

fn no_connection(domain: &Domain, reason: &str, connecting: Micros) -> Verdict {
    let reply = format!("connect to {}:25: {reason}", domain.server);
    let connect_error = Some(reply.clone());
    Verdict {
        outcome: Outcome::Deferred,
        dsn: "4.4.1",
        reply,
        reached: false,
        connect_error,
        connecting,
        sending: 0,
    }
}
