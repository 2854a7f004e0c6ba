//! What is looked for.

use bstr::{BStr, ByteSlice};
use postlens_syntax::{Event, FieldSink, QueueId};
use postlens_track::{LineId, Observation};

/// Which field of a line a query is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A queue ID.
    QueueId,
    /// A Message-ID, with or without its brackets.
    MessageId,
    /// A recipient, also before aliasing.
    Recipient,
    /// An envelope sender.
    Sender,
    /// Sender or recipient.
    Address,
    /// A part of a subject, where header checks log it.
    Subject,
    /// A client's address or host name.
    Client,
    /// A login name.
    User,
    /// The place of a refusal's line, as results name it.
    Refusal,
    /// Any part of a line.
    Text,
}

/// What is looked for: a text in one of a line's fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    key: Key,
    text: Vec<u8>,
    line: Option<LineId>,
}

impl Query {
    /// Looks for a text in a field.
    pub fn new(key: Key, text: &str) -> Self {
        let text = match key {
            Key::MessageId | Key::Recipient | Key::Sender | Key::Address => {
                text.trim_start_matches('<').trim_end_matches('>')
            }
            _ => text,
        };
        let line = text.parse().ok();
        Self { key, text: text.as_bytes().to_vec(), line }
    }

    /// Tells by its shape what a text is: a queue ID, a Message-ID in its brackets, an
    /// address, a client's address, or any text.
    pub fn guess(text: &str) -> Self {
        let bytes = text.as_bytes();
        let key = if QueueId::new(bytes).is_some() {
            Key::QueueId
        } else if text.parse::<LineId>().is_ok() {
            Key::Refusal
        } else if text.starts_with('<') && text.ends_with('>') {
            Key::MessageId
        } else if postlens_syntax::address::parse_ip(bytes).is_some() {
            Key::Client
        } else if text.contains('@') && !text.contains(char::is_whitespace) {
            Key::Address
        } else {
            Key::Text
        };
        Self::new(key, text)
    }

    /// Which field it is about.
    pub fn key(&self) -> Key {
        self.key
    }

    /// The text that every matching line holds, and whether its letters may be of either
    /// case.
    pub fn needle(&self) -> (&[u8], bool) {
        match self.key {
            // Any line of a mail system may be the one.
            Key::Refusal => (b": ", false),
            // Long queue IDs differ by case.
            Key::QueueId => (&self.text, false),
            _ => (&self.text, true),
        }
    }

    /// Whether a line answers the query.
    pub fn matches(&self, line: &Observation<'_>) -> bool {
        let mut search = Search { query: self, found: false };
        match self.key {
            Key::Text => return self.holds(line.entry.text),
            Key::Refusal => return self.line == Some(line.line),
            Key::QueueId => {
                return line.event.queue_id().is_some_and(|id| id.as_bstr() == self.text.as_bstr());
            }
            Key::Subject => {
                // Header checks hold the whole header.
                let text: &[u8] = line.entry.text;
                return matches!(line.event, Event::ContentCheck(_) | Event::Notice(_))
                    && text
                        .find(b"Subject: ")
                        .is_some_and(|at| self.holds(text.get(at..).unwrap_or_default()));
            }
            _ => line.event.fields(&mut search),
        }
        search.found
    }

    fn holds(&self, text: &[u8]) -> bool {
        let length = self.text.len();
        length > 0 && text.windows(length).any(|part| part.eq_ignore_ascii_case(&self.text))
    }

    /// Whether a field's value is what is looked for.
    fn is(&self, name: &str, value: &BStr) -> bool {
        let names: &[&str] = match self.key {
            Key::MessageId => &["message_id", "resent_message_id"],
            Key::Recipient => &["recipient", "orig_recipient"],
            Key::Sender => &["sender"],
            // Message-IDs look like addresses.
            Key::Address => &["recipient", "orig_recipient", "sender", "message_id"],
            Key::Client => {
                &["client_address", "client_name", "orig_client_address", "orig_client_name"]
            }
            Key::User => &["sasl_username", "username", "user"],
            Key::QueueId | Key::Subject | Key::Refusal | Key::Text => &[],
        };
        names.contains(&name) && unbracketed(value).eq_ignore_ascii_case(&self.text)
    }
}

/// A Message-ID without its brackets; what has none as it is.
pub(crate) fn unbracketed(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"<").and_then(|text| text.strip_suffix(b">")).unwrap_or(text)
}

struct Search<'q> {
    query: &'q Query,
    found: bool,
}

impl FieldSink for Search<'_> {
    fn text(&mut self, name: &str, value: &BStr) {
        self.found |= self.query.is(name, value);
    }

    fn int(&mut self, _: &str, _: i64) {}

    fn delay(&mut self, _: &str, _: postlens_syntax::Delay) {}
}

#[cfg(test)]
mod tests {
    use super::{Key, Query};

    #[test]
    fn shapes_tell_what_is_meant() {
        for (text, key) in [
            ("4jYXrC3hT6z1SZfq", Key::QueueId),
            ("5D7861A8A8", Key::QueueId),
            ("<20261104.1@example.com>", Key::MessageId),
            ("bob@example.org", Key::Address),
            ("192.0.2.9", Key::Client),
            ("2001:db8::1", Key::Client),
            ("00c0ffee00c0ffee-4711", Key::Refusal),
            ("Mailbox full", Key::Text),
            ("Invoice", Key::Text),
        ] {
            assert_eq!(Query::guess(text).key(), key, "{text}");
        }
    }
}
