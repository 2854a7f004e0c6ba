//! Drafts of messages about a failure: to the sender, the recipient, or the postmaster of
//! the other side, with the evidence.

use postlens_explain::{Actor, Confidence, Permanence};

use super::Explanation;
use crate::escape::printable;
use crate::language::Language;

/// To whom a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Who sent the mail.
    Sender,
    /// Whom the mail was for.
    Recipient,
    /// Who runs the other mail system.
    Postmaster,
}

impl Audience {
    /// Every audience.
    pub const ALL: [Self; 3] = [Self::Sender, Self::Recipient, Self::Postmaster];

    /// The name on the command line and in keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sender => "sender",
            Self::Recipient => "recipient",
            Self::Postmaster => "postmaster",
        }
    }

    /// How the one who must act stands to the reader: `you`, `us`, `them`, `wait`.
    fn part(self, actor: Actor) -> &'static str {
        match (self, actor) {
            (_, Actor::Nobody) => "wait",
            (_, Actor::OurAdmin | Actor::OurDns) => "us",
            (Self::Sender, Actor::Sender)
            | (Self::Recipient, Actor::Recipient)
            | (Self::Postmaster, Actor::PeerAdmin) => "you",
            _ => "them",
        }
    }
}

impl Explanation<'_> {
    /// A message with its subject in the first line, as a mail program takes it.
    pub fn draft(&self, audience: Audience, language: &Language) -> String {
        let to = audience.name();
        let word = |key: String| language.text(&key);
        let recipient = match &self.known.recipient {
            Some(recipient) => recipient.clone(),
            None => word("draft-unknown-recipient".to_owned()),
        };
        let domain = match &self.known.recipient_domain {
            Some(domain) => domain.clone(),
            None => word("draft-unknown-domain".to_owned()),
        };
        let cause = language.text(self.verdict.cause.key());
        let values =
            [("recipient", recipient.as_str()), ("domain", domain.as_str()), ("cause", &cause)];
        let mut paragraphs = vec![
            format!("Subject: {}", language.with(&format!("draft-subject-{to}"), &values)),
            word(format!("draft-greeting-{to}")),
            format!(
                "{}\n{}",
                language.with(&format!("draft-opening-{to}"), &values),
                language.text(self.lasting())
            ),
            self.reason(language),
            self.evidence(language),
        ];
        paragraphs.extend(self.facts(language));
        paragraphs.push(self.request(audience, language));
        paragraphs.push(word(format!("draft-closing-{to}")));
        format!("{}\n", paragraphs.join("\n\n"))
    }

    fn lasting(&self) -> &'static str {
        match self.verdict.permanence {
            Permanence::Permanent => "draft-permanent",
            Permanence::Temporary => "draft-temporary",
            Permanence::Either => "draft-either",
        }
    }

    fn reason(&self, language: &Language) -> String {
        let meaning = language.text(self.verdict.cause.definition_key());
        let reason = language.with("draft-reason", &[("meaning", &meaning)]);
        if self.verdict.confidence() == Confidence::Certain {
            reason
        } else {
            format!("{reason}\n{}", language.text("draft-doubt"))
        }
    }

    /// The reply, quoted as mail programs do, with nothing in it that acts.
    fn evidence(&self, language: &Language) -> String {
        let key = if self.pasted.queue_id.is_some() || self.pasted.client.is_some() {
            "draft-evidence-line"
        } else {
            "draft-evidence"
        };
        format!("{}\n\n> {}", language.text(key), printable(self.pasted.text()))
    }

    fn facts(&self, language: &Language) -> Option<String> {
        let known = &self.known;
        let facts = [
            ("draft-fact-recipient", known.recipient.clone()),
            ("draft-fact-sender-domain", known.sender_domain.clone()),
            ("draft-fact-address", known.address.map(|address| address.to_string())),
            ("draft-fact-relay", known.relay.clone()),
            ("draft-fact-queue-id", known.queue_id.clone()),
        ];
        let lines: Vec<_> = facts
            .into_iter()
            .filter_map(|(key, value)| Some(format!("  {}: {}", language.text(key), value?)))
            .collect();
        let head = || format!("{}\n\n{}", language.text("draft-facts"), lines.join("\n"));
        (!lines.is_empty()).then(head)
    }

    fn request(&self, audience: Audience, language: &Language) -> String {
        let part = audience.part(self.verdict.actor());
        let words = language.text(&format!("draft-{}-{part}", audience.name()));
        if part != "you" || audience == Audience::Postmaster {
            return words;
        }
        let remedy = language.text(self.verdict.cause.remedy_key(self.verdict.side));
        format!("{words}\n\n  {remedy}")
    }
}
