//! Dovecot's deliveries: `lmtp(USER)<PID><SESSION>: [sieve: ]msgid=ID: WHAT`, and the
//! same for `lda`; before 2.3 `lmtp(PID, USER): SESSION: …` or `lmtp(USER): SESSION: …`.
//!
//! `WHAT` is one of Dovecot's phrases (`deliver_log_format` is `msgid=%m: %$`), written by
//! its delivery library (`saved mail to INBOX`) or by Pigeonhole's Sieve interpreter
//! (`stored mail into mailbox 'INBOX'`). The sender chooses the Message-ID, so the phrase
//! is looked for from the right.

use bstr::{BStr, ByteSlice};

use crate::neighbour::anchor::some;
use crate::neighbour::mailbox::{MailboxAction, MailboxDelivery};
use crate::scan::{cut, rcut};

/// Reads what follows `lmtp` or `lda`.
pub(super) fn parse(text: &[u8]) -> Option<MailboxDelivery<'_>> {
    // Before the Message-ID stands nothing that a sender wrote.
    let (head, tail) = cut(text, b": msgid=")?;
    let (message_id, what) = split_phrase(tail)?;
    let (user, session) = super::owner(head);
    let Phrase { action, mailbox, recipient, reason } = what;
    // Pigeonhole may name its action in between: `: reject action: rejected message…`.
    let message_id = match rcut(message_id, b": ") {
        Some((id, name)) if name.ends_with(b" action") && !name.contains(&b'>') => id,
        _ => message_id,
    };
    let message_id = BStr::new(message_id);
    Some(MailboxDelivery { user, session, message_id, action, mailbox, recipient, reason })
}

/// What one of Dovecot's phrases says.
struct Phrase<'a> {
    action: MailboxAction,
    mailbox: Option<&'a BStr>,
    recipient: Option<&'a BStr>,
    reason: Option<&'a BStr>,
}

/// Finds the last `: ` behind which a known phrase begins.
fn split_phrase(tail: &[u8]) -> Option<(&[u8], Phrase<'_>)> {
    let mut left = tail;
    loop {
        let (before, _) = rcut(left, b": ")?;
        if let Some(phrase) = phrase(tail.get(before.len() + 2..)?) {
            return Some((before, phrase));
        }
        left = before;
    }
}

fn phrase(text: &[u8]) -> Option<Phrase<'_>> {
    use MailboxAction::{Discarded, Failed, Forwarded, Left, Rejected, Skipped, Stored, Vacation};
    const PHRASES: [(&str, MailboxAction, Object); 24] = [
        ("stored mail into mailbox ", Stored, Object::Mailbox),
        ("saved mail to ", Stored, Object::Mailbox),
        ("left message in mailbox ", Left, Object::Mailbox),
        ("forwarded to ", Forwarded, Object::Address),
        ("marked message to be discarded", Discarded, Object::Nothing),
        ("Marked message to be discarded", Discarded, Object::Nothing),
        ("discarded message", Discarded, Object::Nothing),
        ("rejected message from ", Rejected, Object::Address),
        ("sent vacation response to ", Vacation, Object::Address),
        ("discarded duplicate ", Skipped, Object::Why),
        ("discarded vacation reply ", Skipped, Object::Why),
        ("discarding vacation response ", Skipped, Object::Why),
        ("not sending ", Skipped, Object::Why),
        ("not forwarding message to ", Skipped, Object::Why),
        ("store into mailbox ", Skipped, Object::Mailbox),
        ("Store into mailbox ", Skipped, Object::Mailbox),
        ("Auto-submitted message discarded: ", Discarded, Object::Why),
        ("save failed to open mailbox ", Failed, Object::Mailbox),
        ("save failed to ", Failed, Object::Mailbox),
        ("failed to store into mailbox ", Failed, Object::Mailbox),
        ("failed to redirect message to ", Failed, Object::Address),
        ("failed to send ", Failed, Object::Why),
        ("failed to check for duplicate ", Failed, Object::Why),
        ("Return-Path missing, rejection reason: ", Rejected, Object::Why),
    ];
    let (start, action, object) =
        PHRASES.iter().find(|(start, ..)| text.starts_with(start.as_bytes()))?;
    let rest = text.get(start.len()..)?;
    let mut phrase = Phrase { action: *action, mailbox: None, recipient: None, reason: None };
    match object {
        Object::Mailbox => {
            let (mailbox, reason) = mailbox(rest);
            phrase.mailbox = some(mailbox);
            phrase.reason = some(reason);
        }
        Object::Address => {
            let (address, reason) = cut(rest, b">").unwrap_or((rest, &[]));
            phrase.recipient = Some(BStr::new(address.strip_prefix(b"<").unwrap_or(address)));
            phrase.reason = some(reason.trim_start_with(|c| c == ':' || c == ' '));
        }
        Object::Why => phrase.reason = some(text),
        Object::Nothing => {}
    }
    Some(phrase)
}

/// What a phrase is followed by.
enum Object {
    /// `INBOX`, `INBOX: reason`, `'INBOX'`, `'INBOX': reason`.
    Mailbox,
    /// `<address>`, `<address>: reason`.
    Address,
    /// The whole phrase is the reason.
    Why,
    /// Nothing of interest.
    Nothing,
}

/// A mailbox name, with or without quotes, and what follows it.
fn mailbox(text: &[u8]) -> (&[u8], &[u8]) {
    let quoted = text.strip_prefix(b"'").and_then(|text| {
        text.strip_suffix(b"'").map(|name| (name, &[][..])).or_else(|| cut(text, b"'"))
    });
    let (name, rest) = quoted.unwrap_or_else(|| cut(text, b": ").unwrap_or((text, &[])));
    (name, rest.trim_start_with(|c| c == ':' || c == ' '))
}

#[cfg(test)]
mod tests {
    use crate::neighbour::test::{check, check_none};

    #[test]
    fn prefixes_of_2_2_and_2_3() {
        check(
            "dovecot",
            "lmtp(bob@example.com)<4711><AbC/dE:2>: sieve: msgid=<1@example.net>: stored mail \
             into mailbox 'INBOX'",
            "mailbox_delivery user=bob@example.com session=AbC/dE:2 \
             message_id=<1@example.net> action=stored mailbox=INBOX",
        );
        check(
            "dovecot",
            "lmtp(4711, bob): AbC: msgid=<1@example.net>: saved mail to INBOX",
            "mailbox_delivery user=bob session=AbC message_id=<1@example.net> action=stored \
             mailbox=INBOX",
        );
        check(
            "dovecot",
            "lmtp(bob)<1><s>: Error: sieve: msgid=<1@example.net>: saved mail to INBOX",
            "mailbox_delivery user=bob session=s message_id=<1@example.net> action=stored \
             mailbox=INBOX",
        );
        check(
            "dovecot",
            "lda(bob): sieve: msgid=unspecified: forwarded to <carol@example.org>",
            "mailbox_delivery user=bob message_id=unspecified action=forwarded \
             recipient=carol@example.org",
        );
    }

    #[test]
    fn sieve_actions() {
        check(
            "dovecot",
            "lmtp(bob)<1><s>: sieve: msgid=<1@example.net>: reject action: rejected message from \
             <a@example.net> (reject)",
            "mailbox_delivery user=bob session=s message_id=<1@example.net> action=rejected \
             recipient=a@example.net reason=(reject)",
        );
        check(
            "dovecot",
            "lmtp(bob)<1><s>: sieve: msgid=<1@example.net>: vacation action: sent vacation \
             response to <a@example.net>",
            "mailbox_delivery user=bob session=s message_id=<1@example.net> action=vacation \
             recipient=a@example.net",
        );
        check(
            "dovecot",
            "lmtp(bob)<1><s>: sieve: msgid=<1@example.net>: redirect action: discarded duplicate \
             forward to <c@example.org>",
            "mailbox_delivery user=bob session=s message_id=<1@example.net> action=skipped \
             reason=discarded duplicate forward to <c@example.org>",
        );
    }

    #[test]
    fn failures_and_omissions() {
        check(
            "dovecot",
            "lmtp(bob)<1><s>: msgid=<1@example.net>: save failed to INBOX: Quota exceeded \
             (mailbox for user is full)",
            "mailbox_delivery user=bob session=s message_id=<1@example.net> action=failed \
             mailbox=INBOX reason=Quota exceeded (mailbox for user is full)",
        );
        check(
            "dovecot",
            "lmtp(bob)<1><s>: sieve: msgid=<1@example.net>: failed to store into mailbox \
             'Junk': Quota exceeded (mailbox for user is full)",
            "mailbox_delivery user=bob session=s message_id=<1@example.net> action=failed \
             mailbox=Junk reason=Quota exceeded (mailbox for user is full)",
        );
        check(
            "dovecot",
            "lmtp(bob): AbC: sieve: msgid=<1@example.net>: not sending reject message to <>",
            "mailbox_delivery user=bob session=AbC message_id=<1@example.net> action=skipped \
             reason=not sending reject message to <>",
        );
        check(
            "dovecot",
            "lmtp(bob)<1><s>: sieve: msgid=<1@example.net>: fileinto action: stored mail into \
             mailbox 'Junk'",
            "mailbox_delivery user=bob session=s message_id=<1@example.net> action=stored \
             mailbox=Junk",
        );
    }

    #[test]
    fn message_ids_cannot_be_taken_for_phrases() {
        check(
            "dovecot",
            "lmtp(bob)<1><s>: sieve: msgid=<x>: forwarded to <evil@example.net>: marked message \
             to be discarded if not explicitly delivered (discard action)",
            "mailbox_delivery user=bob session=s \
             message_id=<x>: forwarded to <evil@example.net> action=discarded",
        );
        check_none("dovecot", "lmtp(1234): Connect from local");
    }
}
