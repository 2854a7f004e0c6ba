//! From a failure's text and codes to a verdict.
//!
//! ```text
//! host mx.example.net[192.0.2.1] said: 452 4.2.2 Mailbox full (in reply to RCPT TO command)
//! connect to mx.example.net[192.0.2.1]:25: Connection refused
//! 550 5.1.1 <x@example.com>: Recipient address rejected: User unknown in local recipient table
//! ```
//! The first two by smtp(8) in a delivery line's last parentheses, the last by smtpd(8) in a
//! refusal.

use bstr::{BStr, ByteSlice};

use crate::actor::{Actor, Confidence, Permanence, Side};
use crate::cause::Cause;
use crate::own;
use crate::pattern::Inner;
use crate::provider::Provider;
use crate::reply::{Quoted, Reply, Status, cut_quoted};
use crate::status;
use crate::wording::{Command, Facts, Hits, wordings};

mod event;

/// A failure as the log tells it, in borrowed bytes.
#[derive(Debug, Clone, Copy)]
pub struct Failure<'a> {
    speaker: Speaker,
    dsn: Option<&'a BStr>,
    text: &'a BStr,
    names: [&'a [u8]; 3],
    command: Option<Command>,
    provider: Option<Provider>,
}

/// Whose words the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speaker {
    /// A delivery agent's, perhaps with a peer's reply in it.
    Agent,
    /// A peer's reply, bare.
    Peer,
    /// smtpd's or postscreen's.
    Door,
    /// A milter's or a filter's, handed on to the client.
    Filter,
}

/// What a failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Why.
    pub cause: Cause,
    /// On whose side.
    pub side: Side,
    /// Whether trying again can help: by the code, else as usual for the cause.
    pub permanence: Permanence,
    /// What decided.
    pub basis: Basis,
}

/// What a verdict stands on, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// A text of Postfix's own, known as a whole.
    OwnText,
    /// Words of a reply that tell the cause.
    Wording,
    /// An enhanced status code that means this cause alone.
    EnhancedCode,
    /// Words that often go with the cause.
    VagueWording,
    /// An enhanced status code that says only what it is about.
    GeneralCode,
    /// The reply code alone.
    ReplyCode,
    /// Nothing: the cause is unknown.
    Nothing,
}

impl Basis {
    /// Every basis.
    pub const ALL: [Self; 7] = [
        Self::OwnText,
        Self::Wording,
        Self::EnhancedCode,
        Self::VagueWording,
        Self::GeneralCode,
        Self::ReplyCode,
        Self::Nothing,
    ];

    /// The name in records, in snake_case.
    pub fn name(self) -> &'static str {
        match self {
            Self::OwnText => "own_text",
            Self::Wording => "wording",
            Self::EnhancedCode => "enhanced_code",
            Self::VagueWording => "vague_wording",
            Self::GeneralCode => "general_code",
            Self::ReplyCode => "reply_code",
            Self::Nothing => "nothing",
        }
    }

    /// The key of its words for people.
    pub fn key(self) -> &'static str {
        match self {
            Self::OwnText => "basis-own-text",
            Self::Wording => "basis-wording",
            Self::EnhancedCode => "basis-enhanced-code",
            Self::VagueWording => "basis-vague-wording",
            Self::GeneralCode => "basis-general-code",
            Self::ReplyCode => "basis-reply-code",
            Self::Nothing => "basis-nothing",
        }
    }
}

impl Verdict {
    /// Who must act.
    pub fn actor(&self) -> Actor {
        self.cause.actor(self.side)
    }

    /// How sure it is.
    pub fn confidence(&self) -> Confidence {
        match self.basis {
            Basis::OwnText | Basis::Wording | Basis::EnhancedCode => Confidence::Certain,
            Basis::VagueWording => Confidence::Likely,
            Basis::GeneralCode | Basis::ReplyCode => Confidence::Guess,
            Basis::Nothing => Confidence::None,
        }
    }

    /// Whether it is no more than likely, and should be said to be so.
    pub fn is_doubtful(&self) -> bool {
        self.basis >= Basis::VagueWording
    }
}

impl<'a> Failure<'a> {
    /// A delivery's: `text` is what stands in the line's last parentheses, `dsn` its
    /// enhanced status code.
    pub fn delivery(dsn: Option<&'a BStr>, text: &'a BStr) -> Self {
        Self { dsn, ..Self::by(Speaker::Agent, text) }
    }

    fn by(speaker: Speaker, text: &'a BStr) -> Self {
        Self { speaker, dsn: None, text, names: [b""; 3], command: None, provider: None }
    }

    /// A peer's SMTP or LMTP reply alone, such as `550 5.1.1 User unknown`.
    pub fn peer_reply(text: &'a BStr) -> Self {
        Self::by(Speaker::Peer, text)
    }

    /// A refusal by our own smtpd or postscreen: `text` is the reply with its codes.
    pub fn refusal(text: &'a BStr) -> Self {
        Self::by(Speaker::Door, text)
    }

    /// A refusal by a milter or a filter that our own smtpd handed on to the client.
    pub fn filter_refusal(text: &'a BStr) -> Self {
        Self::by(Speaker::Filter, text)
    }

    /// With the names that the client gave (HELO, sender, recipient), so that none of them
    /// can be taken for our own words, whatever it contains.
    #[must_use]
    pub fn with_names(mut self, names: [Option<&'a BStr>; 3]) -> Self {
        self.names = names.map(|name| name.map_or(&b""[..], |name| name.as_bytes()));
        self
    }

    /// With the status code that is known beside the text.
    #[must_use]
    pub fn with_status(mut self, dsn: &'a BStr) -> Self {
        self.dsn = Some(dsn);
        self
    }

    /// With the command that the reply answers: `RCPT TO`, `end of DATA`. A text that says
    /// so itself, as Postfix's do, needs none.
    #[must_use]
    pub fn with_command(mut self, command: &BStr) -> Self {
        self.command = Command::read(command);
        self
    }

    /// With the server that was spoken to, or the recipient's domain: some providers' replies
    /// mean what others' do not. A text that names the server itself needs none.
    #[must_use]
    pub fn with_host(mut self, host: &BStr) -> Self {
        self.provider = Provider::of_host(host).or(self.provider);
        self
    }

    /// The words that are judged.
    pub fn text(&self) -> &'a BStr {
        self.text
    }

    /// The provider whose server answered, as far as it is known.
    pub fn provider(&self) -> Option<Provider> {
        self.provider
    }

    /// The cause, who must act, and how sure that is.
    pub fn verdict(&self) -> Verdict {
        let dsn = self.dsn.and_then(|dsn| Status::read(dsn));
        let (names, command, provider) = (&self.names[..], self.command, self.provider);
        let words = Words { side: Side::Own, own: false, dsn, names, command, provider };
        match self.speaker {
            Speaker::Agent => delivery(self.text, words, NESTED),
            Speaker::Peer => Words { side: Side::Peer, ..words }.said(Cause::Unknown, self.text),
            Speaker::Door => Words { side: Side::Client, own: true, ..words }.reply(self.text),
            Speaker::Filter => Words { side: Side::Client, ..words }.reply(self.text),
        }
    }
}

/// How deep texts are read inside texts.
const NESTED: u8 = 3;

/// Reads a delivery's text.
fn delivery(text: &[u8], words: Words<'_, '_>, depth: u8) -> Verdict {
    let Some((row, found)) = own::deliveries().find(text) else {
        return words.reply(text);
    };
    let side = match found.peer {
        Some(peer) if is_ours(peer) => Side::Own,
        _ => row.side,
    };
    let provider = found.peer.and_then(Provider::of_host).or(words.provider);
    let words = Words { side, own: true, provider, ..words };
    let fallback = || words.settled(row.cause, Basis::OwnText, None);
    match found.inner {
        None => fallback(),
        Some((Inner::Words, text)) => words.say(text, None, Some(row.cause)),
        Some((Inner::Reply, text)) => Words { own: false, ..words }.said(row.cause, text),
        Some((Inner::Delivery, text)) => {
            inner_delivery(text, words, depth).unwrap_or_else(fallback)
        }
    }
}

/// What Postfix writes after a reply, before the command that it answers.
const STAGE: &[u8] = b" (in reply to ";

/// The verdict on a text inside a text, if there is one.
fn inner_delivery(text: &[u8], words: Words<'_, '_>, depth: u8) -> Option<Verdict> {
    let words = Words { side: Side::Own, own: false, ..words };
    let verdict = delivery(text, words, depth.checked_sub(1)?);
    (verdict.basis < Basis::GeneralCode).then_some(verdict)
}

/// Whether the place that was called (`name[address]:port`, `name[socket]`) is on this
/// host: another part of our own system.
fn is_ours(peer: &[u8]) -> bool {
    let Some(open) = peer.find_byte(b'[') else { return false };
    let address = peer.get(open + 1..).unwrap_or_default();
    let address = address.find_byte(b']').and_then(|end| address.get(..end)).unwrap_or(address);
    address.contains(&b'/') || address.starts_with(b"127.") || address == b"::1"
}

/// The reading of words, with what is known around them.
#[derive(Debug, Clone, Copy)]
struct Words<'n, 'a> {
    side: Side,
    /// Whether they are our own Postfix's.
    own: bool,
    /// The status code beside the text.
    dsn: Option<Status>,
    names: &'n [&'a [u8]],
    /// The command that it answers.
    command: Option<Command>,
    /// Whose server it is.
    provider: Option<Provider>,
}

impl Words<'_, '_> {
    /// Reads what a peer said: `550 5.1.1 User unknown (in reply to RCPT TO command)`. Where
    /// the reply has no better cause than its code gives, `around` is the cause.
    fn said(self, around: Cause, text: &[u8]) -> Verdict {
        let named = text.ends_with(b")").then(|| text.rfind(STAGE)).flatten();
        let (reply, stage) = match named {
            Some(at) => text.split_at_checked(at).unwrap_or((text, b"")),
            None => (text, &b""[..]),
        };
        let stage = stage.strip_prefix(STAGE).unwrap_or_default();
        let command = Command::read(stage).or(self.command);
        let verdict = Self { command, ..self }.reply(reply);
        match around {
            Cause::Unknown => verdict,
            _ if verdict.basis < Basis::GeneralCode && verdict.cause != Cause::PolicyRefused => {
                verdict
            }
            // Where no mail was named yet, it is the calling address that is not wanted.
            _ if verdict.permanence == Permanence::Permanent => {
                Verdict { cause: Cause::BlockedReputation, basis: Basis::VagueWording, ..verdict }
            }
            _ => Verdict { cause: around, basis: Basis::OwnText, ..verdict },
        }
    }

    /// Reads an SMTP reply.
    fn reply(self, text: &[u8]) -> Verdict {
        let reply = Reply::read(text);
        let said = cut_quoted(reply.text, self.names);
        let dsn = reply.status.or(self.dsn);
        let words = Self { dsn, ..self };
        let known = own::refusals().find(said).filter(|(row, _)| self.own || !row.own);
        let Some((row, found)) = known else {
            return words.say(said, reply.code, None);
        };
        let basis = if self.own { Basis::OwnText } else { Basis::Wording };
        match found.inner {
            None | Some((Inner::Reply, _)) => words.settled(row.cause, basis, reply.code),
            Some((Inner::Words, text)) => words.say(text, reply.code, Some(row.cause)),
            // An address probe: what failed, failed on the way there.
            Some((Inner::Delivery, text)) => {
                match inner_delivery(text, Self { dsn: None, ..words }, NESTED) {
                    Some(inner) if inner.cause != row.cause => Self { side: inner.side, ..words }
                        .settled(inner.cause, inner.basis, reply.code),
                    _ => words.settled(row.cause, basis, reply.code),
                }
            }
        }
    }

    /// Weighs words, codes and what the text around them says.
    fn say(self, text: &[u8], code: Option<u16>, around: Option<Cause>) -> Verdict {
        let class = code.map(|code| code / 100).or(self.dsn.map(|dsn| dsn.class));
        let quoted = Quoted::find(text, self.names);
        let facts =
            Facts { class, status: self.dsn, command: self.command, provider: self.provider };
        let hits = wordings().find(text, facts, &quoted);
        let (cause, basis) = self.weigh(hits, code, around.filter(|c| *c != Cause::Unknown));
        self.settled(cause, basis, code)
    }

    fn weigh(self, hits: Hits, code: Option<u16>, around: Option<Cause>) -> (Cause, Basis) {
        let status = self.dsn.and_then(status::of_status);
        let exact = status.filter(|meaning| meaning.exact).map(|meaning| meaning.cause);
        let general = status.map(|meaning| meaning.cause);
        let around_basis = if self.own { Basis::OwnText } else { Basis::Wording };
        // A rule that does not explain itself is less than a hint.
        let (firm, loose) = match around {
            Some(Cause::PolicyRefused) => (None, around),
            around => (around, None),
        };
        let vague = hits.vague.filter(|cause| Some(*cause) != loose);
        let reply =
            || status::of_reply(code?, self.command, self.side).map(|meaning| meaning.cause);
        let grounds = [
            (hits.telling, Basis::Wording),
            (exact, Basis::EnhancedCode),
            (firm, around_basis),
            (vague, Basis::VagueWording),
            (loose, around_basis),
            (general, Basis::GeneralCode),
            (reply(), Basis::ReplyCode),
        ];
        let known = |cause: &Cause| *cause != Cause::Unknown;
        let grounds = grounds.into_iter();
        let mut grounds = grounds.filter_map(|(cause, basis)| Some((cause.filter(known)?, basis)));
        grounds.next().unwrap_or((Cause::Unknown, Basis::Nothing))
    }

    /// The verdict.
    fn settled(self, cause: Cause, basis: Basis, code: Option<u16>) -> Verdict {
        let class = code.map(|code| code / 100).or(self.dsn.map(|dsn| dsn.class));
        let permanence = match class {
            Some(4) => Permanence::Temporary,
            Some(5) => Permanence::Permanent,
            _ => cause.permanence(),
        };
        let basis = if cause == Cause::Unknown { Basis::Nothing } else { basis };
        Verdict { cause, side: self.side, permanence, basis }
    }
}

#[cfg(test)]
mod tests;
