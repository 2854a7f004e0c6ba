//! Patterns of texts that our own Postfix writes, anchored at both ends.
//!
//! `{}` stands for any text, `{word}` for text without blanks, `{words}` for text that may
//! say more about the cause, `{reply}` for an SMTP reply of a peer, `{delivery}` for the
//! text of another delivery, `{peer}` for the place that was called.

use bstr::ByteSlice;
use memchr::memmem::Finder;

/// A piece of a pattern.
#[derive(Debug)]
enum Part {
    /// A text, with what searches for it.
    Literal(&'static str, Box<Finder<'static>>),
    Hole(Hole),
}

/// What a hole accepts and what its text is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hole {
    Any,
    Word,
    Peer,
    Inner(Inner),
}

/// What is to be read inside a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inner {
    /// Words that may say more.
    Words,
    /// A peer's SMTP reply.
    Reply,
    /// Text of another delivery.
    Delivery,
}

/// What a pattern found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Found<'a> {
    /// What is to be read further.
    pub(crate) inner: Option<(Inner, &'a [u8])>,
    /// Who was called.
    pub(crate) peer: Option<&'a [u8]>,
}

/// A text with holes.
#[derive(Debug)]
pub(crate) struct Pattern {
    parts: Vec<Part>,
}

impl Pattern {
    /// Reads the notation.
    pub(crate) fn compile(text: &'static str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or("a brace is not closed")?;
            if !literal.is_empty() {
                parts.push(literal_part(literal));
            } else if matches!(parts.last(), Some(Part::Hole(_))) {
                return Err("two holes without text between them".to_owned());
            }
            parts.push(Part::Hole(match name {
                "" => Hole::Any,
                "word" => Hole::Word,
                "peer" => Hole::Peer,
                "words" => Hole::Inner(Inner::Words),
                "reply" => Hole::Inner(Inner::Reply),
                "delivery" => Hole::Inner(Inner::Delivery),
                other => return Err(format!("unknown hole {other}")),
            }));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(literal_part(rest));
        }
        if parts.is_empty() { Err("an empty pattern".to_owned()) } else { Ok(Self { parts }) }
    }

    /// The byte that a text must begin with; `None` if it begins with a hole.
    pub(crate) fn first_byte(&self) -> Option<u8> {
        match self.parts.first()? {
            Part::Literal(text, _) => text.bytes().next(),
            Part::Hole(_) => None,
        }
    }

    /// A text that it matches, with a word in each hole.
    #[cfg(test)]
    pub(crate) fn filled(&self) -> String {
        let text = |part: &Part| match part {
            Part::Literal(text, _) => *text,
            Part::Hole(_) => "x",
        };
        self.parts.iter().map(text).collect()
    }

    /// Matches the whole of `text`. A hole ends where the literal after it first occurs,
    /// the last literal stands at the end.
    pub(crate) fn matches<'a>(&self, text: &'a [u8]) -> Option<Found<'a>> {
        let mut found = Found::default();
        let mut rest = text;
        let mut hole = None;
        let mut parts = self.parts.iter().peekable();
        while let Some(part) = parts.next() {
            match part {
                Part::Hole(kind) => hole = Some(*kind),
                Part::Literal(literal, finder) => {
                    let literal = literal.as_bytes();
                    let at = match hole {
                        None => rest.starts_with(literal).then_some(0)?,
                        Some(_) if parts.peek().is_none() => {
                            rest.ends_with(literal).then(|| rest.len() - literal.len())?
                        }
                        // A word ends at the first blank: no need to search for more.
                        Some(Hole::Word | Hole::Peer) if literal.starts_with(b" ") => {
                            let at = rest.find_byte(b' ')?;
                            rest.get(at..)?.starts_with(literal).then_some(at)?
                        }
                        Some(_) => finder.find(rest)?,
                    };
                    if let Some(kind) = hole.take() {
                        found.take(kind, rest.get(..at)?)?;
                    }
                    rest = rest.get(at + literal.len()..)?;
                }
            }
        }
        match hole {
            Some(kind) => found.take(kind, rest)?,
            None if !rest.is_empty() => return None,
            None => {}
        }
        Some(found)
    }
}

fn literal_part(text: &'static str) -> Part {
    Part::Literal(text, Box::new(Finder::new(text)))
}

impl<'a> Found<'a> {
    fn take(&mut self, hole: Hole, text: &'a [u8]) -> Option<()> {
        let is_word = || !text.is_empty() && !text.contains(&b' ');
        match hole {
            Hole::Any => {}
            Hole::Word => is_word().then_some(())?,
            Hole::Peer => {
                is_word().then_some(())?;
                self.peer = Some(text);
            }
            Hole::Inner(kind) => self.inner = Some((kind, text)),
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Inner, Pattern};

    fn matches(pattern: &'static str, text: &str) -> bool {
        Pattern::compile(pattern).unwrap().matches(text.as_bytes()).is_some()
    }

    #[test]
    fn both_ends_are_anchored() {
        assert!(matches("mail for {} loops back to myself", "mail for a loops back to myself"));
        assert!(!matches("mail for {} loops back to myself", "no mail for a loops back to myself"));
        assert!(!matches("mail for {} loops back", "mail for a loops back to myself"));
        assert!(matches("a{}", "a"));
        assert!(!matches("ab{}b", "ab"));
    }

    #[test]
    fn words_hold_no_blanks() {
        assert!(matches(
            "connect to {peer}: refused",
            "connect to mx.example[192.0.2.1]:25: refused"
        ));
        assert!(!matches("connect to {peer}: refused", "connect to a b: refused"));
        assert!(!matches("connect to {peer}: refused", "connect to : refused"));
    }

    #[test]
    fn inner_texts_are_found() {
        let pattern = Pattern::compile("host {peer} said: {reply}").unwrap();
        let found = pattern.matches(b"host mx.example[192.0.2.1] said: 550 no").unwrap();
        assert_eq!(found.inner, Some((Inner::Reply, &b"550 no"[..])));
        assert_eq!(found.peer, Some(&b"mx.example[192.0.2.1]"[..]));
        assert!(Pattern::compile("{}{word}").is_err());
        assert!(Pattern::compile("{nobody}").is_err());
    }
}
