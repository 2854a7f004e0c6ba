//! Postfix's own lines, one daemon or message family per file. Each file has the
//! same parts in the same order: the log format it reads and where Postfix writes
//! it, the types, the parser.

pub mod bounce;
pub mod check;
pub mod cleanup;
pub mod decision;
pub mod delivery;
pub mod notice;
pub mod pickup;
pub mod postscreen;
pub mod postsuper;
pub mod qmgr;
pub mod sasl;
pub mod smtp;
pub mod smtpd;
pub mod tls;
mod verbose;

use bounce::Notification;
use check::ContentCheck;
use cleanup::MessageIdLine;
use decision::Decision;
use delivery::DeliveryLine;
use notice::Notice;
use pickup::Pickup;
use postscreen::Postscreen;
use postsuper::Postsuper;
use qmgr::{Active, Expired, Removed};
use sasl::SaslFailure;
use smtp::{ConnectFailure, RemoteTrouble};
use smtpd::{Accepted, Connect, Disconnect, SessionTrouble};
use tls::TlsSession;

use crate::entry::Entry;
use crate::event::Event;
use crate::program::Daemon;
use crate::queue_id::QueueId;
use crate::severity::Severity;

/// Understands a line of one of Postfix's programs.
///
/// A line's beginning tells its family, whatever daemon wrote it: several daemons log
/// deliveries, and only the sender's and remote hosts' texts further right are hostile.
#[inline]
pub(crate) fn parse(daemon: Daemon, text: &[u8]) -> Event<'_> {
    // Events are large: what most lines are is written where it stays, by code that is
    // inlined here.
    let subject = QueueId::split(text);
    let event = match subject {
        Some((id, rest)) => frequent(id, rest),
        None => frequent_plain(daemon, text),
    };
    match event {
        Some(event) => event,
        None => other(daemon, text, subject),
    }
}

/// The lines of nearly every session.
#[inline]
fn frequent_plain(daemon: Daemon, text: &[u8]) -> Option<Event<'_>> {
    match text.first()? {
        b'c' => Connect::parse(text).map(Event::Connect),
        b'd' => Disconnect::parse(text).map(Event::Disconnect),
        b'A' | b'U' | b'T' | b'V' => TlsSession::parse(text).map(Event::TlsSession),
        b'C' | b'P' if daemon == Daemon::Postscreen => {
            Postscreen::parse(text).map(Event::Postscreen)
        }
        _ => None,
    }
}

/// The lines of nearly every message.
#[inline]
fn frequent<'a>(id: QueueId<'a>, text: &'a [u8]) -> Option<Event<'a>> {
    match text.first()? {
        b't' => DeliveryLine::parse(id, text).map(Event::Delivery),
        b'f' => Active::parse(id, text).map(Event::Active),
        b'c' => Accepted::parse(Some(id), text).map(Event::Accepted),
        b'm' => MessageIdLine::parse(id, text).map(Event::MessageId),
        b'r' => Removed::parse(id, text).map(Event::Removed),
        _ => None,
    }
}

/// All other lines, given as a whole and, where they begin with a queue ID, after it.
#[inline(never)]
fn other<'a>(
    daemon: Daemon,
    text: &'a [u8],
    subject: Option<(QueueId<'a>, &'a [u8])>,
) -> Event<'a> {
    if let Some((severity, rest)) = split_severity(text) {
        return trouble(daemon, severity, rest);
    }
    let without_id = text.strip_prefix(b"NOQUEUE: ");
    let event = match (subject, without_id) {
        (Some((queue_id, rest)), _) => about_message(queue_id, rest),
        (None, Some(rest)) => without_message(rest),
        // Loggers that cut a tag at its slash leave `postfix` of `postfix/postscreen`.
        (None, None) if matches!(daemon, Daemon::Postscreen | Daemon::Postfix) => {
            Postscreen::parse(text).map(Event::Postscreen).or_else(|| plain(text))
        }
        (None, None) => plain(text),
    };
    if let Some(event) = event {
        return event;
    }
    if let Some(notice) = Notice::parse(daemon, Severity::Info, text) {
        return Event::Notice(notice);
    }
    // smtpd and cleanup put `NOQUEUE: ` before what others only say.
    if let Some(notice) = without_id.and_then(|rest| Notice::parse(daemon, Severity::Info, rest)) {
        return Event::Notice(notice);
    }
    // Trouble may state its severity after the ID; it must never pass for verbose output.
    let rest = subject.map(|(_, rest)| rest).or(without_id);
    if let Some((severity, rest)) = rest.and_then(split_severity) {
        return trouble(daemon, severity, rest);
    }
    if verbose::is_verbose(daemon, text) {
        return Event::Debug;
    }
    match without_closing_quote(text) {
        Some(text) => parse(daemon, text),
        None => Event::Unrecognized(Severity::Info),
    }
}

/// Exports that quote what they hold may leave the closing quote behind: one that nothing
/// opened.
fn without_closing_quote(text: &[u8]) -> Option<&[u8]> {
    let text = text.strip_suffix(b"\"")?;
    memchr::memchr_iter(b'"', text).count().is_multiple_of(2).then_some(text)
}

/// Understands the last words of a process that local(8), pipe(8), spawn(8) or master(8)
/// forked and that cannot run the program it was meant to: `fatal: execvp PROGRAM: …`,
/// `fatal: master_spawn: exec PROGRAM: …`. Its tag is the daemon's bare name, which other
/// programs have too.
pub(crate) fn child<'a>(entry: &Entry<'a>) -> Option<Event<'a>> {
    let text: &'a [u8] = entry.text;
    let text = text.strip_prefix(b"fatal: ")?;
    if !text.starts_with(b"execvp ") && !text.starts_with(b"master_spawn: exec ") {
        return None;
    }
    let daemon = Daemon::parent_of(entry.tag.program)?;
    Notice::parse(daemon, Severity::Fatal, text).map(Event::Notice)
}

/// Takes Postfix's severity word off the text (`msg_warn`, `msg_error`, `msg_fatal`,
/// `msg_panic`).
pub(crate) fn split_severity(text: &[u8]) -> Option<(Severity, &[u8])> {
    let (severity, word): (Severity, &[u8]) = match text.first()? {
        b'w' => (Severity::Warning, b"warning: "),
        b'e' => (Severity::Error, b"error: "),
        b'f' => (Severity::Fatal, b"fatal: "),
        b'p' => (Severity::Panic, b"panic: "),
        _ => return None,
    };
    Some((severity, text.strip_prefix(word)?))
}

fn trouble(daemon: Daemon, severity: Severity, text: &[u8]) -> Event<'_> {
    SaslFailure::parse(text)
        .map(Event::SaslFailure)
        .or_else(|| Notice::parse(daemon, severity, text).map(Event::Notice))
        .unwrap_or(Event::Unrecognized(severity))
}

/// Less frequent lines that begin with a queue ID.
fn about_message<'a>(id: QueueId<'a>, text: &'a [u8]) -> Option<Event<'a>> {
    match text.first()? {
        b'r' if text.starts_with(b"resent-message-id=") => {
            MessageIdLine::parse(id, text).map(Event::MessageId)
        }
        b'f' if text.starts_with(b"from=") => Expired::parse(id, text).map(Event::Expired),
        b'u' if text.starts_with(b"uid=") => Pickup::parse(id, text).map(Event::Pickup),
        b's' | b'p' if text.starts_with(b"sender ") || text.starts_with(b"postmaster ") => {
            Notification::parse(id, text).map(Event::Notification)
        }
        _ => None,
    }
    .or_else(|| RemoteTrouble::parse(id, text).map(Event::RemoteTrouble))
    .or_else(|| ContentCheck::parse(id, text).map(Event::ContentCheck))
    .or_else(|| Decision::parse(Some(id), text).map(Event::Decision))
    .or_else(|| SessionTrouble::parse(Some(id), text).map(Event::SessionTrouble))
    .or_else(|| Postsuper::parse(Some(id), text).map(Event::Postsuper))
    .or_else(|| TlsSession::parse(text).map(Event::TlsSession))
}

/// Lines that begin with `NOQUEUE: `.
fn without_message(text: &[u8]) -> Option<Event<'_>> {
    Decision::parse(None, text)
        .map(Event::Decision)
        .or_else(|| Accepted::parse(None, text).map(Event::Accepted))
        .or_else(|| SessionTrouble::parse(None, text).map(Event::SessionTrouble))
}

/// Less frequent lines that begin with neither.
fn plain(text: &[u8]) -> Option<Event<'_>> {
    match text.first()? {
        b'c' if text.starts_with(b"connect to ") => {
            ConnectFailure::parse(text).map(Event::ConnectFailure)
        }
        b'l' | b't' | b'i' | b'b' => SessionTrouble::parse(None, text).map(Event::SessionTrouble),
        b'D' | b'R' | b'P' | b'F' => Postsuper::parse(None, text).map(Event::Postsuper),
        // The before-queue filter's verdicts have no queue ID and no NOQUEUE; postscreen's
        // `reject: connect from` when it has no free port neither.
        b'p' | b'r' => Decision::parse(None, text).map(Event::Decision),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::entry::Entry;
    use crate::event::Event;
    use crate::program::Daemon;
    use crate::severity::Severity;

    #[test]
    fn postscreen_is_known_by_a_tag_cut_at_its_slash() {
        for daemon in [Daemon::Postscreen, Daemon::Postfix] {
            let event = parse(daemon, b"CONNECT from [198.51.100.80]:38489 to [192.0.2.11]:25");
            assert!(matches!(event, Event::Postscreen(_)), "{event:?}");
        }
    }

    #[track_caller]
    fn check_line(line: &str, kind: &str, daemon: &str) {
        let entry = Entry::parse(line.as_bytes());
        assert_eq!(entry.tag.daemon(), daemon, "{line}");
        assert_eq!(Event::parse(&entry).kind(), kind, "{line}");
    }

    #[test]
    fn tags_cut_at_their_slash() {
        for program in ["postfix", "postfix-in"] {
            for (text, kind) in [
                ("connect from a.example[192.0.2.1]", "connect"),
                ("disconnect from a.example[192.0.2.1] ehlo=1 quit=1 commands=2", "disconnect"),
                ("4jYXrC3hT6z1SZfq: client=a.example[192.0.2.1]", "client"),
                (
                    "4jYXrC3hT6z1SZfq: from=<a@example.com>, size=1, nrcpt=1 (queue active)",
                    "queue_active",
                ),
                ("4jYXrC3hT6z1SZfq: message-id=<x@example.com>", "message_id"),
                ("4jYXrC3hT6z1SZfq: uid=0 from=<root>", "pickup"),
                ("4jYXrC3hT6z1SZfq: removed", "removed"),
                (
                    "4jYXrC3hT6z1SZfq: to=<b@example.org>, relay=mx.example.org[192.0.2.9]:25, delay=1, \
                  delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)",
                    "delivery",
                ),
                (
                    "NOQUEUE: reject: RCPT from a.example[192.0.2.1]: 550 5.1.1 <x@example.com>: no; \
                  from=<> to=<x@example.com> proto=ESMTP helo=<a>",
                    "reject",
                ),
                ("CONNECT from [198.51.100.80]:38489 to [192.0.2.11]:25", "postscreen_connect"),
                ("CONNECT from [198.51.100.80]:38489", "tls_proxy_connect"),
                ("warning: uid=0: No space left on device", "warning"),
                ("fatal: root(0): queue file write error", "fatal"),
                ("the Postfix mail system is running: PID: 12", "postfix_status"),
                ("what nobody ever wrote", "unrecognized"),
            ] {
                let line = format!("<22>1 2026-11-24T06:26:00Z mx {program} 205 - - {text}");
                check_line(&line, kind, "postfix");
            }
        }
    }

    #[test]
    fn children_that_cannot_run_their_program() {
        for (line, kind) in [
            ("local[12]: fatal: execvp /no/such: No such file or directory", "fatal"),
            (
                "master[12]: fatal: master_spawn: exec /usr/lib/postfix/x: Permission denied",
                "fatal",
            ),
            ("local[12]: fatal: something else", "foreign"),
            ("backup[12]: fatal: execvp /no/such: No such file or directory", "foreign"),
        ] {
            let (daemon, _) = line.split_once('[').unwrap();
            check_line(&format!("Nov 24 06:26:00 mx {line}"), kind, daemon);
        }
    }

    #[test]
    fn a_closing_quote_left_behind() {
        for (text, kind) in [
            ("4jYXrC3hT6z1SZfq: removed\"", "removed"),
            ("4jYXrC3hT6z1SZfq: removed\"\"", "unrecognized"),
            ("what nobody \"ever\" wrote\"", "unrecognized"),
            ("\"", "unrecognized"),
        ] {
            assert_eq!(parse(Daemon::Qmgr, text.as_bytes()).kind(), kind, "{text}");
        }
    }

    #[test]
    fn deliveries_cut_off() {
        let whole = "4jYXrC3hT6z1SZfq: to=<b@example.org>, relay=mx.example.org[192.0.2.9]:25, \
                     delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)";
        let (from, to) = (whole.find('b').unwrap(), whole.find("status=").unwrap() + 7);
        for end in from + 1..to {
            let text = whole.get(..end).unwrap();
            let event = parse(Daemon::Smtp, text.as_bytes());
            // A blank at the end does not reach the grammar: headers end before it.
            if !text.ends_with(' ') {
                assert_eq!(event.kind(), "delivery_cut_off", "{text}");
                assert_eq!(event.queue_id().unwrap().as_bstr(), "4jYXrC3hT6z1SZfq");
            }
        }
        for text in [whole.get(..=to).unwrap(), whole] {
            assert_eq!(parse(Daemon::Smtp, text.as_bytes()).kind(), "delivery", "{text}");
        }
        let newer = whole.replace("status=", "phase of the moon=");
        assert_eq!(parse(Daemon::Smtp, newer.as_bytes()).kind(), "unrecognized");
    }

    #[test]
    fn only_verbose_lines_are_debug_output() {
        let verbose = b"match_list_match: client1.isp.example: no match";
        assert_eq!(parse(Daemon::Smtpd, verbose), Event::Debug);
        let ordinary = b"service: connect to the moon";
        assert_eq!(parse(Daemon::Smtpd, ordinary), Event::Unrecognized(Severity::Info));
    }
}
