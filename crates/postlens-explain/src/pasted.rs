//! What a person has before them: a line of the log, the text in its last parentheses, a
//! reply, or the part of a bounce message that quotes it.

use std::net::IpAddr;

use bstr::{BStr, ByteSlice};
use postlens_syntax::postfix::check::{ContentCheck, Envelope};
use postlens_syntax::postfix::decision::Decision;
use postlens_syntax::postfix::delivery::DeliveryLine;
use postlens_syntax::{Entry, Event, QueueId};

use crate::failure::Failure;
use crate::own;
use crate::provider::Provider;

/// A text with what it tells beside the failure itself.
#[derive(Debug, Clone, Copy)]
pub struct Pasted<'a> {
    /// The failure.
    pub failure: Failure<'a>,
    /// The server that was spoken to.
    pub relay: Option<&'a BStr>,
    /// Its address.
    pub(crate) relay_address: Option<IpAddr>,
    /// The client that we refused, an address.
    pub client: Option<&'a BStr>,
    /// The envelope's sender; the null sender is empty.
    pub sender: Option<&'a BStr>,
    /// The recipient.
    pub recipient: Option<&'a BStr>,
    /// The message.
    pub queue_id: Option<QueueId<'a>>,
    /// Whether it is a line of a log that tells of no failure.
    pub harmless: bool,
}

impl<'a> Pasted<'a> {
    /// Reads a text of one line, without its end. Never fails: what is no log line is taken
    /// for a peer's reply.
    pub fn read(line: &'a BStr) -> Self {
        let entry = Entry::parse(line);
        let event = Event::parse(&entry);
        let pasted = match &event {
            Event::Delivery(delivery) => Self::delivery(delivery),
            Event::Decision(decision) => Self::decision(decision),
            Event::ContentCheck(check) => Self::check(check),
            Event::Foreign => return Self::text_alone(line),
            _ if entry.host.is_none() => return Self::text_alone(line),
            _ => Self::text_alone(line),
        };
        Self { harmless: Failure::of(&event).is_none(), ..pasted }
    }

    /// With the server that was spoken to, where the text does not name it.
    #[must_use]
    pub fn with_relay(mut self, relay: &'a BStr) -> Self {
        self.relay = self.relay.or(Some(relay));
        self.failure = self.failure.with_host(relay);
        self
    }

    /// The provider that answered: by the server's name, by names in its words, by the
    /// recipient's domain.
    pub fn provider(&self) -> Option<Provider> {
        let domain = || Provider::of_host(self.recipient?.rsplit_once_str("@")?.1);
        let known = self.failure.provider().or_else(|| Provider::named_in(self.text()));
        known.or_else(domain)
    }

    /// The words of the failure.
    pub fn text(&self) -> &'a BStr {
        self.failure.text()
    }

    fn of(failure: Failure<'a>) -> Self {
        Self {
            failure,
            relay: None,
            relay_address: None,
            client: None,
            sender: None,
            recipient: None,
            queue_id: None,
            harmless: false,
        }
    }

    fn delivery(line: &DeliveryLine<'a>) -> Self {
        Self {
            relay: Some(line.relay.name).filter(|name| *name != "none"),
            relay_address: line.relay.address.and_then(ip),
            recipient: Some(line.recipient),
            queue_id: Some(line.queue_id),
            ..Self::of(Failure::from(line))
        }
    }

    fn decision(decision: &Decision<'a>) -> Self {
        let client = decision.client.map(|client| client.address);
        Self { client, ..Self::refused(Failure::from(decision), &decision.envelope) }
    }

    fn check(check: &ContentCheck<'a>) -> Self {
        Self::refused(Failure::from(check), &check.envelope)
    }

    fn refused(failure: Failure<'a>, envelope: &Envelope<'a>) -> Self {
        Self { sender: envelope.sender, recipient: envelope.recipient, ..Self::of(failure) }
    }

    /// A text without the header of a log line.
    fn text_alone(line: &'a BStr) -> Self {
        let text = line.trim_ascii().as_bstr();
        let text = within_status(text).unwrap_or_else(|| without_source(text));
        // What begins with a reply code is a reply, however like our own words it goes on.
        let failure = if !begins_with_code(text) && own::deliveries().find(text).is_some() {
            Failure::delivery(None, text)
        } else {
            Failure::peer_reply(text)
        };
        let failure = match answered(text) {
            Some(command) => failure.with_command(BStr::new(command)),
            None => failure,
        };
        match spoken_to(text) {
            Some((relay, address)) => Self {
                relay: Some(relay),
                relay_address: address.and_then(ip),
                ..Self::of(failure.with_host(relay))
            },
            None => Self::of(failure),
        }
    }

    /// Whether a domain is the recipient's: it is not the sender's then.
    pub(crate) fn is_recipient_domain(&self, domain: &str) -> bool {
        let of =
            |name: &BStr| name.rsplit_once_str("@").is_some_and(|(_, it)| it == domain.as_bytes());
        self.recipient.is_some_and(of)
    }
}

fn begins_with_code(text: &[u8]) -> bool {
    text.get(..3).is_some_and(|code| code.iter().all(u8::is_ascii_digit))
}

/// `status=bounced (TEXT)`: the text.
fn within_status(text: &BStr) -> Option<&BStr> {
    let at = text.find("status=")?;
    let (_, after) = text.get(at..)?.split_once_str(" (")?;
    Some(after.strip_suffix(b")").unwrap_or(after).as_bstr())
}

/// `X-Postfix; TEXT` of a delivery status notification (RFC 3464): the text.
fn without_source(text: &BStr) -> &BStr {
    const SOURCES: [&[u8]; 2] = [b"x-postfix; ", b"smtp; "];
    let of = |source: &&[u8]| {
        let (start, rest) = text.split_at_checked(source.len())?;
        start.eq_ignore_ascii_case(source).then_some(rest.as_bstr())
    };
    SOURCES.iter().find_map(of).unwrap_or(text)
}

/// The command that a text of another mail system says it sent before the reply came.
fn answered(text: &[u8]) -> Option<&'static str> {
    const SAID: [(&[u8], &str); 8] = [
        (b"after initial connection", "EHLO"),
        (b"after RCPT TO", "RCPT TO"),
        (b"after MAIL FROM", "MAIL FROM"),
        (b"after end of data", "end of DATA"),
        (b"after DATA", "DATA"),
        (b">>> RCPT", "RCPT TO"),
        (b">>> MAIL", "MAIL FROM"),
        (b">>> DATA", "DATA"),
    ];
    SAID.into_iter().find(|(said, _)| text.contains_str(said)).map(|(_, command)| command)
}

/// `host NAME[ADDRESS] said`, `host NAME [ADDRESS]: `, `while talking to NAME`.
fn spoken_to(text: &BStr) -> Option<(&BStr, Option<&BStr>)> {
    let after = |lead: &str| text.find(lead).and_then(|at| text.get(at + lead.len()..));
    let rest = after("while talking to ").or_else(|| {
        let host = if text.starts_with(b"host ") { text.get(5..) } else { after(" host ") };
        host.filter(|rest| rest.contains(&b'['))
    })?;
    let end = rest.iter().position(|byte| matches!(byte, b'[' | b' ' | b':' | b','))?;
    let (name, rest) = rest.split_at_checked(end)?;
    let rest = rest.trim_ascii_start();
    let address = rest.strip_prefix(b"[").and_then(|rest| Some(rest.split_once_str("]")?.0));
    name.contains(&b'.').then_some((name.as_bstr(), address.map(ByteSlice::as_bstr)))
}

fn ip(text: &BStr) -> Option<IpAddr> {
    text.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use bstr::BStr;

    use super::Pasted;
    use crate::actor::Side;
    use crate::cause::Cause;
    use crate::provider::Provider;

    #[track_caller]
    fn check(text: &str, cause: Cause, side: Side) -> Pasted<'_> {
        let pasted = Pasted::read(BStr::new(text));
        let verdict = pasted.failure.verdict();
        assert_eq!((verdict.cause, verdict.side), (cause, side), "{text}");
        assert!(!pasted.harmless);
        pasted
    }

    #[test]
    fn lines_of_a_log_are_read_as_such() {
        let line = "Nov 24 10:00:00 mail postfix/smtp[7]: 4F1A2B3C4D: to=<ann@example.net>, \
            relay=mx.example.net[192.0.2.10]:25, delay=1, delays=0/0/1/0, dsn=5.1.1, \
            status=bounced (host mx.example.net[192.0.2.10] said: 550 5.1.1 nope (in reply to \
            RCPT TO command))";
        let pasted = check(line, Cause::UserUnknown, Side::Peer);
        assert_eq!(pasted.recipient, Some(BStr::new("ann@example.net")));
        assert_eq!(pasted.queue_id.unwrap().to_string(), "4F1A2B3C4D");
        let line = "Nov 24 10:00:00 mail postfix/smtpd[7]: NOQUEUE: reject: RCPT from \
            unknown[192.0.2.77]: 554 5.7.1 <ann@example.net>: Relay access denied; \
            from=<bob@example.org> to=<ann@example.net> proto=ESMTP helo=<x>";
        let pasted = check(line, Cause::RelayDenied, Side::Client);
        assert_eq!(pasted.client, Some(BStr::new("192.0.2.77")));
        assert_eq!(pasted.sender, Some(BStr::new("bob@example.org")));
        let line = "Nov 24 10:00:00 mail postfix/smtpd[7]: connect from unknown[192.0.2.77]";
        assert!(Pasted::read(BStr::new(line)).harmless);
    }

    #[test]
    fn texts_of_bounces_are_read_too() {
        check(
            "connect to mx.example.net[192.0.2.1]:25: Connection refused",
            Cause::ConnectionRefused,
            Side::Peer,
        );
        let text = "status=deferred (host mx.example.net[192.0.2.10] said: 452 4.2.2 Mailbox full (in reply to RCPT TO command))";
        check(text, Cause::MailboxFull, Side::Peer);
        let text = "SMTP error from remote mail server after RCPT TO:<ann@docomo.ne.jp>: host \
            mx.docomo.ne.jp [192.0.2.3]: 550 Unknown user";
        let pasted = check(text, Cause::UserUnknown, Side::Peer);
        assert_eq!(pasted.relay, Some(BStr::new("mx.docomo.ne.jp")));
        assert_eq!(pasted.failure.provider().map(Provider::name), Some("docomo"));
        let text = text.replace("RCPT TO:<ann@docomo.ne.jp>", "end of data");
        check(&text, Cause::RecipientRefused, Side::Peer);
        let text = "X-Postfix; temporary failure. Command output: lda: not now";
        check(text, Cause::DeliveryAgentFailed, Side::Own);
        let text = "503 5.5.1 need MAIL command first";
        check(text, Cause::ProtocolError, Side::Peer);
        check("Remote host said: 554 5.7.1 Relay access denied", Cause::RelayDenied, Side::Peer);
        check("smtp; 550-5.1.1 no such user", Cause::UserUnknown, Side::Peer);
        let text = "550 5.1.1 no such user https://support.google.com/mail/?p=NoSuchUser";
        let pasted = check(text, Cause::UserUnknown, Side::Peer);
        assert_eq!(pasted.provider().map(Provider::name), Some("google"));
    }
}
