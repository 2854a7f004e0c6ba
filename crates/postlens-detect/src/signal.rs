//! What detectors look at: the lines and records that may mean trouble, prepared once
//! for all of them.

use bstr::{BStr, BString, ByteSlice};
use postlens_explain::Cause;
use postlens_syntax::postfix::delivery::DeliveryStatus;
use postlens_syntax::{Class, Daemon, Severity, Time};
use postlens_track::{Delivery, Observation};

/// Where a line stands, for evidence.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'a> {
    /// When it was logged.
    pub time: Time,
    /// The host field.
    pub host: &'a BStr,
    /// The tag without pid.
    pub program: &'a BStr,
    /// The text.
    pub text: &'a BStr,
}

impl<'a> Sight<'a> {
    /// Of a line as it comes.
    pub(crate) fn of(line: &Observation<'a>) -> Self {
        Self {
            time: line.time,
            host: line.entry.host.unwrap_or_default(),
            program: line.entry.tag.program,
            text: line.entry.text,
        }
    }
}

/// A line kept until the record that it makes comes. Its buffers are used again.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    time: Time,
    host: BString,
    program: BString,
    text: BString,
}

impl Kept {
    pub(crate) fn keep(&mut self, line: &Observation<'_>) {
        let sight = Sight::of(line);
        self.time = sight.time;
        for (buffer, text) in [
            (&mut self.host, sight.host),
            (&mut self.program, sight.program),
            (&mut self.text, sight.text),
        ] {
            buffer.clear();
            buffer.extend_from_slice(text);
        }
    }

    pub(crate) fn sight(&self) -> Sight<'_> {
        Sight {
            time: self.time,
            host: self.host.as_bstr(),
            program: self.program.as_bstr(),
            text: self.text.as_bstr(),
        }
    }
}

/// A warning, error, fatal or panic line.
#[derive(Debug, Clone, Copy)]
pub struct Trouble<'a> {
    /// The line.
    pub sight: Sight<'a>,
    /// Its daemon, if known.
    pub daemon: Option<Daemon>,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about; `None` where no table knows the line.
    pub class: Option<Class>,
    /// The kind of its table row.
    pub kind: &'static str,
    /// How many lines it stands for.
    pub weight: u32,
}

/// What a failed delivery looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symptom {
    /// Name service gave no answer.
    NameService,
    /// A service of ours could not be reached or broke the conversation.
    OurService,
    /// A mailbox is full.
    MailboxFull,
    /// No space on our disks.
    NoSpace,
    /// Anything else that a remote host or the network did.
    Remote,
    /// Anything else on our side: unknown users, programs that fail.
    Ours,
}

/// A delivery attempt that failed.
#[derive(Debug, Clone, Copy)]
pub struct Failure<'a> {
    /// The line.
    pub sight: Sight<'a>,
    /// When it failed.
    pub time: Time,
    /// Whether for good.
    pub permanent: bool,
    /// What it looks like.
    pub symptom: Symptom,
    /// The recipient's domain in lower case; empty without one.
    pub domain: &'a [u8],
    /// The record.
    pub delivery: &'a Delivery<'a>,
    /// The service that failed, where one of ours did.
    pub service: &'a [u8],
    /// Whether it is Postfix's first attempt for the recipient.
    pub first: bool,
    /// How many lines it stands for.
    pub weight: u32,
}

impl<'a> Failure<'a> {
    /// Looks at a delivery record; `None` for what did not fail.
    pub(crate) fn of(
        delivery: &'a Delivery<'a>,
        sight: Sight<'a>,
        lower: &'a mut Vec<u8>,
    ) -> Option<Self> {
        let permanent = match delivery.line.status {
            DeliveryStatus::Deferred => false,
            DeliveryStatus::Bounced => true,
            _ => return None,
        };
        domain_of(delivery.line.recipient, lower);
        let (symptom, service) = symptom(delivery);
        Some(Self {
            sight,
            time: delivery.time,
            permanent,
            symptom,
            domain: lower,
            delivery,
            service,
            first: delivery.attempt <= 1,
            weight: delivery.weight,
        })
    }
}

/// Writes the domain of an address to `lower` in lower case; nothing without one.
pub(crate) fn domain_of(address: &[u8], lower: &mut Vec<u8>) {
    lower.clear();
    if let Some(at) = memchr::memrchr(b'@', address) {
        let domain = address.get(at + 1..).unwrap_or_default();
        lower.extend(domain.iter().map(u8::to_ascii_lowercase));
    }
}

impl Failure<'_> {
    /// Whether the host asks for a second try, as it does with every stranger.
    pub(crate) fn greylisted(&self) -> bool {
        let verdict = || postlens_explain::Failure::from(self.delivery.line).verdict();
        self.first && verdict().cause == Cause::Greylisted
    }
}

/// What Postfix writes when there is no disk space (ENOSPC in errno(3)).
const NO_SPACE: &str = "No space left on device";
/// What qmgr(8) and error(8) write before the cause of an attempt that was not made.
const SUSPENDED: &[u8] = b"delivery temporarily suspended: ";

/// Own texts stand at the beginning; what a remote host says stands after `said: ` and
/// chooses nothing here but a full mailbox of its own.
fn symptom<'a>(delivery: &Delivery<'a>) -> (Symptom, &'a [u8]) {
    let line = delivery.line;
    let reply: &'a [u8] = line.reply;
    let text = reply.strip_prefix(SUSPENDED).unwrap_or(reply);
    let ours = !matches!(delivery.daemon, Some(Daemon::Smtp) | None);
    if let Some(dsn) = line.dsn
        && (dsn.ends_with(b".2.2"))
    {
        return (Symptom::MailboxFull, b"");
    }
    if text.starts_with(b"Host or domain name not found. Name service error for ") {
        let again = text.ends_with(b"try again");
        return (if again { Symptom::NameService } else { Symptom::Remote }, b"");
    }
    if let Some((peer, rest)) = named_peer(text) {
        let failed = !rest.starts_with(b" said: ") || rest.starts_with(b" said: 421");
        if failed && (is_near(peer) || delivery.daemon == Some(Daemon::Lmtp)) {
            return (Symptom::OurService, peer);
        }
        // What a filter of ours refuses is no destination's doing.
        return (if is_near(peer) { Symptom::Ours } else { Symptom::Remote }, b"");
    }
    if text.starts_with(b"mail transport unavailable")
        || text.starts_with(b"unknown mail transport error")
    {
        return (Symptom::OurService, line.relay.name);
    }
    if ours && text.contains_str(NO_SPACE) {
        return (Symptom::NoSpace, b"");
    }
    (if ours { Symptom::Ours } else { Symptom::Remote }, b"")
}

/// The host that one of Postfix's texts is about, `name[address]:port`, and what follows.
fn named_peer(text: &[u8]) -> Option<(&[u8], &[u8])> {
    const BEFORE: [&[u8]; 4] =
        [b"connect to ", b"host ", b"lost connection with ", b"conversation with "];
    let rest = BEFORE.iter().find_map(|before| text.strip_prefix(*before))?;
    let end = memchr::memchr(b']', rest)? + 1;
    let (peer, after) = rest.split_at_checked(end)?;
    if peer.contains(&b' ') {
        return None;
    }
    let digits = match after.strip_prefix(b":") {
        Some(port) => port.iter().take_while(|byte| byte.is_ascii_digit()).count(),
        None => 0,
    };
    let port = if digits == 0 { 0 } else { digits + 1 };
    rest.split_at_checked(end + port)
}

/// Whether a peer is on this host: a loopback address or a socket's path.
fn is_near(peer: &[u8]) -> bool {
    let Some(open) = memchr::memchr(b'[', peer) else { return false };
    let address = peer.get(open + 1..).unwrap_or_default();
    let end = memchr::memchr(b']', address).unwrap_or(address.len());
    is_own(address.get(..end).unwrap_or_default())
}

/// Whether an address is this host's own: loopback, or a socket's path.
pub(crate) fn is_own(address: &[u8]) -> bool {
    address.starts_with(b"127.") || address == b"::1" || address.contains(&b'/')
}

/// A login, or an attempt at one.
#[derive(Debug, Clone, Copy)]
pub struct LoginAttempt<'a> {
    /// The line.
    pub sight: Sight<'a>,
    /// Whether it succeeded.
    pub success: bool,
    /// The client's address.
    pub client: &'a [u8],
    /// The login name; smtpd(8) logs it for failures since 3.8.
    pub user: Option<&'a [u8]>,
    /// How many attempts it stands for.
    pub weight: u32,
}

#[cfg(test)]
mod tests {
    use super::{is_near, named_peer};

    #[test]
    fn peers_of_own_texts() {
        let check = |text: &str, peer: &str, rest: &str, near: bool| {
            let (found, after) = named_peer(text.as_bytes()).unwrap();
            assert_eq!((found, after), (peer.as_bytes(), rest.as_bytes()));
            assert_eq!(is_near(found), near, "{text}");
        };
        check(
            "connect to 127.0.0.1[127.0.0.1]:10024: Connection refused",
            "127.0.0.1[127.0.0.1]:10024",
            ": Connection refused",
            true,
        );
        check(
            "connect to mx1.example.com[private/dovecot-lmtp]: No such file or directory",
            "mx1.example.com[private/dovecot-lmtp]",
            ": No such file or directory",
            true,
        );
        check(
            "host mx.example.net[192.0.2.1] said: 550 no",
            "mx.example.net[192.0.2.1]",
            " said: 550 no",
            false,
        );
        assert!(named_peer(b"host has no address [x]").is_none());
    }
}
