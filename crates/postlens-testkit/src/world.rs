//! The people, domains and clients that send and get mail. All names and addresses are
//! reserved for documentation (RFC 2606, RFC 5737, RFC 3849).

use crate::config::Hostility;
use crate::random::Random;

/// Our domains by how they are delivered.
pub(crate) const LOCAL_DOMAIN: &str = "example.com";
pub(crate) const LMTP_DOMAIN: &str = "example.org";
pub(crate) const VIRTUAL_DOMAIN: &str = "shop.example";
pub(crate) const PIPE_DOMAIN: &str = "lists.example.net";

/// How the mail servers of a domain outside behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Temper {
    /// Accepts nearly everything.
    Good,
    /// Defers first attempts.
    Greylists,
    /// Refuses many recipients and some content.
    Strict,
    /// Often busy.
    Overloaded,
    /// Its server refuses connections.
    Refuses,
    /// Its server does not answer.
    TimesOut,
    /// The domain does not exist.
    Missing,
    /// Its name servers do not answer.
    Lame,
    /// Speaks no TLS.
    Plain,
}

/// A domain outside.
#[derive(Debug)]
pub(crate) struct Domain {
    pub(crate) name: String,
    pub(crate) temper: Temper,
    /// `mx.NAME[ADDRESS]`.
    pub(crate) server: String,
    /// The server's name alone.
    pub(crate) mx: String,
}

/// A client: its name as the log has it, and its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Client {
    pub(crate) name: String,
    pub(crate) address: String,
}

/// Everybody.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) domains: Vec<Domain>,
    pub(crate) users: Vec<String>,
    hostility: Hostility,
}

const FIRST_NAMES: [&str; 24] = [
    "alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy", "ken",
    "laura", "mika", "nina", "olaf", "peggy", "quentin", "rosa", "sven", "taro", "uma", "victor",
    "wendy", "yuki",
];

const TEMPERS: [Temper; 16] = [
    Temper::Good,
    Temper::Good,
    Temper::Good,
    Temper::Greylists,
    Temper::Good,
    Temper::Strict,
    Temper::Good,
    Temper::Overloaded,
    Temper::Good,
    Temper::Plain,
    Temper::Refuses,
    Temper::Good,
    Temper::TimesOut,
    Temper::Missing,
    Temper::Good,
    Temper::Lame,
];

/// Local parts that imitate delimiters and fields. Quoted as Postfix logs them by
/// default; between the quotes as it logs them unquoted.
const NASTY: [&str; 8] = [
    "quo > ted",
    "a, relay=none",
    "x>, relay=mx.example.net[203.0.113.9]:25, delay=1, dsn=2.0.0, status=sent (ok)",
    "b; from=<forged@example.net> to=<c",
    "with space",
    "comma, <bracket",
    "d from unknown[192.0.2.1]: 550 5.7.1 no",
    "e> proto=ESMTP helo=<f",
];

const NASTY_HELO: [&str; 6] = [
    "[203.0.113.7]",
    "x> proto=SMTP helo=<y",
    "a b; from=<z@example.net> to=<w@example.net>",
    "-_-",
    "localhost",
    "h>: 250 2.0.0 Ok: queued as 3ABCDEF",
];

impl World {
    /// A world of 96 domains outside and 240 users.
    pub(crate) fn new(hostility: Hostility) -> Self {
        let domains = (0..96_usize).map(domain).collect();
        let users = (0..240_usize)
            .map(|index| {
                let first = FIRST_NAMES.get(index % 24).copied().unwrap_or("zoe");
                if index < 24 { first.to_owned() } else { format!("{first}.{}", index / 24) }
            })
            .collect();
        Self { domains, users, hostility }
    }

    /// A user's login name.
    pub(crate) fn user(&self, random: &mut Random) -> &str {
        self.users.get(random.skewed(self.users.len())).map_or("alice", |user| user)
    }

    /// The number of a domain outside; the large providers get most of the mail.
    pub(crate) fn outside(&self, random: &mut Random) -> usize {
        random.skewed(self.domains.len())
    }

    /// A domain outside by number.
    pub(crate) fn domain(&self, index: usize) -> &str {
        self.domains.get(index).map_or("example.net", |domain| &domain.name)
    }

    /// An address at a domain outside.
    pub(crate) fn address(&self, domain: usize, random: &mut Random) -> String {
        if let Some(nasty) = self.nasty(random) {
            return format!("{nasty}@{}", self.domain(domain));
        }
        let first = random.pick(&FIRST_NAMES);
        let number = random.below(40);
        let domain = self.domain(domain);
        match random.below(8) {
            0 => format!("{first}+tag{number}@{domain}"),
            1 => format!("{first}_{number}@{domain}"),
            2..=4 => format!("{first}@{domain}"),
            _ => format!("{first}{number}@{domain}"),
        }
    }

    /// An address that exists nowhere at one of our domains.
    pub(crate) fn nobody(&self, random: &mut Random) -> String {
        let domain = random.pick(&[LOCAL_DOMAIN, VIRTUAL_DOMAIN, LMTP_DOMAIN]);
        match self.nasty(random) {
            Some(nasty) => format!("{nasty}@{domain}"),
            None => format!("nobody{}@{domain}", random.below(500)),
        }
    }

    fn nasty(&self, random: &mut Random) -> Option<String> {
        if self.hostility == Hostility::None || !random.chance(0.1) {
            return None;
        }
        let part = random.pick(&NASTY);
        Some(match self.hostility {
            Hostility::Quoted => format!("\"{part}\""),
            _ => part.to_owned(),
        })
    }

    /// A HELO name.
    pub(crate) fn helo(&self, client: &Client, random: &mut Random) -> String {
        if self.hostility != Hostility::None && random.chance(0.2) {
            return neuter(random.pick(&NASTY_HELO));
        }
        if client.name == "unknown" {
            return format!("[{}]", client.address);
        }
        client.name.clone()
    }

    /// A server of a domain outside, sending to us.
    pub(crate) fn server(&self, domain: usize, random: &mut Random) -> Client {
        let number = random.below(3) + 1;
        let name = format!("out{number}.{}", self.domain(domain));
        let address = if random.chance(0.15) {
            format!("2001:db8:f:{domain:x}::{number}")
        } else {
            format!("203.0.113.{}", (domain * 3 + 7) % 250 + 1)
        };
        Client { name, address }
    }

    /// A bot, scanner or dial-up client.
    pub(crate) fn bot(random: &mut Random) -> Client {
        let last = random.below(254) + 1;
        if random.chance(0.1) {
            let address = format!("2001:db8:c:{:x}::{last:x}", random.below(64));
            return Client { name: "unknown".to_owned(), address };
        }
        let name = match random.below(5) {
            0 | 1 => "unknown".to_owned(),
            2 => format!("host-198-51-100-{last}.dsl.example"),
            3 => format!("client{last}.isp.test"),
            _ => format!("vps{last}.hosting.example"),
        };
        Client { name, address: format!("198.51.100.{last}") }
    }

    /// A user's device.
    pub(crate) fn device(user: &str) -> Client {
        let sum: usize = user.bytes().map(usize::from).sum();
        let last = sum % 200 + 20;
        Client { name: format!("client{last}.isp.test"), address: format!("198.51.100.{last}") }
    }
}

/// What smtpd(8) makes of a HELO name before it logs it.
fn neuter(name: &str) -> String {
    name.replace(['"', '(', ')', '<', '>', '@', ' ', ';', '\\'], "?")
}

fn domain(index: usize) -> Domain {
    let name = match index {
        0 => "bigmail.example".to_owned(),
        1 => "freemail.test".to_owned(),
        2 => "webmail.example".to_owned(),
        3 => "university.test".to_owned(),
        _ if index.is_multiple_of(3) => format!("partner{index}.example"),
        _ if index % 3 == 1 => format!("dept{index}.corp.test"),
        _ => format!("site{index}.example.net"),
    };
    // The largest are sound.
    let temper = if index < 3 {
        Temper::Good
    } else {
        TEMPERS.get(index % TEMPERS.len()).copied().unwrap_or(Temper::Good)
    };
    let address = if index % 9 == 8 {
        format!("2001:db8:f::{index:x}")
    } else {
        format!("203.0.113.{}", index + 20)
    };
    let mx = format!("mx.{name}");
    Domain { server: format!("{mx}[{address}]"), name, temper, mx }
}
