//! What people write for a field.

use postlens_explain::Cause;

use super::{Columns, Query};
use crate::error::FilterError;
use crate::field::{Field, Shape};
use crate::kind::{self, Meanings};
use crate::pattern::{Glob, Network, Numbers, Pattern, Unit, severity_rank};
use crate::text::Text;

impl Query {
    /// Reads a value; returns a mask for each of its alternatives.
    pub(super) fn read(&mut self, field: Field, value: &str) -> Result<Vec<u128>, FilterError> {
        let wrong = |wanted, hint: String| FilterError::Value {
            field,
            value: value.to_owned(),
            wanted,
            hint,
        };
        let example = || format!("for example: --{} {}", field.name(), field.example());
        let pattern = match field.shape() {
            Shape::Address => address(value),
            Shape::Domain => {
                let domain = value.trim_start_matches("*.").trim_start_matches(['@', '.']);
                Pattern::Domain(domain.trim_end_matches('.').to_ascii_lowercase().into_bytes())
            }
            Shape::Host => match Network::parse(value) {
                Some(network) => Pattern::Network(network),
                None if value.contains('/') => return Err(wrong("network", example())),
                None => Pattern::Glob(Glob::folded(value)),
            },
            Shape::Word => Pattern::Glob(Glob::folded(value)),
            Shape::Exact => Pattern::Glob(Glob::exact(value)),
            Shape::MessageId => Pattern::MessageId(Glob::exact(message_id(value))),
            Shape::Code => {
                numbers(value, Unit::Code).ok_or_else(|| wrong("reply code", example()))?
            }
            Shape::Span => {
                numbers(value, Unit::Span).ok_or_else(|| wrong("span of time", example()))?
            }
            Shape::Bytes => numbers(value, Unit::Bytes).ok_or_else(|| wrong("size", example()))?,
            Shape::Severity => severity(value).ok_or_else(|| {
                wrong(
                    "severity",
                    "known are debug, info, notice, warning, error, fatal, panic".into(),
                )
            })?,
            Shape::Cause => return self.cause(value),
            Shape::Status => {
                let meanings = kind::status(value);
                let meanings = meanings.ok_or_else(|| wrong("status", kind::near(value, true)))?;
                return self.meanings(&meanings);
            }
            Shape::Kind => {
                let meanings = kind::kind(value);
                let meanings =
                    meanings.ok_or_else(|| wrong("kind of line", kind::near(value, false)))?;
                return self.meanings(&meanings);
            }
            Shape::Text => {
                let text =
                    Text::new(value).map_err(|message| FilterError::Regex { field, message })?;
                let bit = self.bit()?;
                self.texts.push((bit, text));
                return Ok(vec![bit]);
            }
            Shape::Where => return Ok(Vec::new()),
        };
        Ok(vec![self.atom(Columns::Of(field.columns()), pattern)?])
    }

    /// A cause by its name, perhaps with wildcards.
    fn cause(&mut self, value: &str) -> Result<Vec<u128>, FilterError> {
        let name = value.trim().to_ascii_lowercase().replace([' ', '-'], "_");
        let glob = Glob::folded(&name);
        if !Cause::ALL.iter().any(|cause| glob.matches(cause.name().as_bytes())) {
            let near = |cause: &&Cause| {
                let known = cause.name();
                name.split('_').any(|part| part.len() > 2 && known.contains(part))
            };
            let near: Vec<_> = Cause::ALL.iter().filter(near).map(|cause| cause.name()).collect();
            let hint = if near.is_empty() {
                "the causes are in the book's chapter on causes, for example mailbox_full"
                    .to_owned()
            } else {
                format!("did you mean {}?", near.join(", "))
            };
            let (field, value) = (Field::Cause, value.to_owned());
            return Err(FilterError::Value { field, value, wanted: "cause", hint });
        }
        Ok(vec![self.atom(Columns::Of(Field::Cause.columns()), Pattern::Glob(glob))?])
    }

    fn meanings(&mut self, meanings: &Meanings) -> Result<Vec<u128>, FilterError> {
        let mut masks = Vec::new();
        for meaning in meanings {
            let mut mask = 0;
            for (name, value) in meaning {
                let pattern = Pattern::Glob(Glob::folded(value));
                mask |= self.atom(Columns::One((*name).to_owned()), pattern)?;
            }
            masks.push(mask);
        }
        Ok(masks)
    }

    /// `name=value`, `name>5`, …
    pub(super) fn add_where(&mut self, text: &str, negated: bool) -> Result<(), FilterError> {
        let wrong = || FilterError::Where { value: text.to_owned() };
        let at = text.find(['=', '!', '<', '>']).ok_or_else(wrong)?;
        let (name, rest) = text.split_at_checked(at).ok_or_else(wrong)?;
        let name = name.trim().to_ascii_lowercase();
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err(wrong());
        }
        let (rest, unequal) = match rest.strip_prefix('!') {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        let pattern = match rest.strip_prefix('=').map(str::trim) {
            Some(value) => match Network::parse(value).filter(|_| value.contains(['.', ':'])) {
                Some(network) => Pattern::Network(network),
                None => Pattern::Glob(Glob::folded(value)),
            },
            None if unequal => return Err(wrong()),
            None => {
                let unit = if name.contains("delay") { Unit::Span } else { Unit::Bytes };
                numbers(rest, unit).ok_or_else(wrong)?
            }
        };
        let mask = self.atom(Columns::One(name), pattern)?;
        self.clause(Field::Where, vec![mask], negated != unequal);
        Ok(())
    }
}

/// An address as people write it: in its brackets, a domain with its `@`, or a local part.
fn address(value: &str) -> Pattern {
    let value = value.trim();
    let value = value.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(value);
    if value.starts_with('@') {
        return Pattern::Address(Glob::folded(&format!("*{value}")));
    }
    let glob = Glob::folded(value);
    if value.is_empty() || value.contains('@') || glob.is_wild() {
        Pattern::Address(glob)
    } else {
        Pattern::Local(glob)
    }
}

fn numbers(value: &str, unit: Unit) -> Option<Pattern> {
    Numbers::parse(value, unit).map(Pattern::Numbers)
}

/// `warning` is that and worse; `=warning` is that alone.
fn severity(value: &str) -> Option<Pattern> {
    let word = value.trim().to_ascii_lowercase();
    if let Some(word) = word.strip_prefix('=') {
        severity_rank(word.trim().as_bytes())?;
        return Some(Pattern::Glob(Glob::exact(word.trim())));
    }
    let word = word.strip_prefix(">=").unwrap_or(&word).trim();
    severity_rank(word.as_bytes()).map(Pattern::AtLeast)
}

/// Without the brackets that some logs have and people leave out.
fn message_id(value: &str) -> &str {
    let value = value.trim();
    let inner = value.strip_prefix('<').unwrap_or(value);
    inner.strip_suffix('>').unwrap_or(inner)
}
