//! Filters together.

use bstr::BStr;
use postlens_explain::Cause;
use postlens_syntax::{Delay, FieldSink};

use crate::error::FilterError;
use crate::facts::Facts;
use crate::field::{Field, Shape};
use crate::kind::{self, Meanings};
use crate::needle::Needle;
use crate::pattern::{Glob, Network, Numbers, Pattern, Unit, severity_rank};
use crate::text::Text;

/// Filters that must all hold.
#[derive(Debug, Clone, Default)]
pub struct Query {
    atoms: Vec<Atom>,
    texts: Vec<(u128, Text)>,
    clauses: Vec<Clause>,
}

/// The smallest part: a value of one of these fields is like this.
#[derive(Debug, Clone)]
struct Atom {
    bit: u128,
    columns: Columns,
    pattern: Pattern,
}

#[derive(Debug, Clone)]
enum Columns {
    /// Public names.
    Of(&'static [&'static str]),
    /// One public name.
    One(String),
}

/// What was written for one field. A mask has a bit for each atom that must hold.
#[derive(Debug, Clone)]
struct Clause {
    field: Field,
    any: Vec<u128>,
    none: Vec<u128>,
}

/// As many as a mask has bits.
const MOST: usize = 128;

impl Query {
    /// Reads filters. Those of one field are alternatives, except for [`Field::Where`],
    /// of which each must hold.
    pub fn new<'a>(
        filters: impl IntoIterator<Item = (Field, &'a str)>,
    ) -> Result<Self, FilterError> {
        let mut query = Self::default();
        for (field, value) in filters {
            query.add(field, value)?;
        }
        Ok(query)
    }

    /// Whether nothing is filtered.
    pub fn is_empty(&self) -> bool {
        self.clauses.is_empty()
    }

    /// Adds one filter.
    pub fn add(&mut self, field: Field, value: &str) -> Result<(), FilterError> {
        let (negated, value) = match value.strip_prefix('!') {
            Some(rest) => (true, rest.trim_start()),
            None => (false, value),
        };
        // Only an address can be empty: the null sender's.
        if value.trim().is_empty() && field.shape() != Shape::Address {
            return Err(FilterError::Empty { field });
        }
        if field == Field::Where {
            return self.add_where(value, negated);
        }
        let masks = self.read(field, value)?;
        self.clause(field, masks, negated);
        Ok(())
    }

    fn clause(&mut self, field: Field, masks: Vec<u128>, negated: bool) {
        let same = |clause: &&mut Clause| clause.field == field && field != Field::Where;
        let known = self.clauses.iter_mut().find(same);
        let (any, none) = if negated { (Vec::new(), masks) } else { (masks, Vec::new()) };
        match known {
            Some(clause) => {
                clause.any.extend(any);
                clause.none.extend(none);
            }
            None => self.clauses.push(Clause { field, any, none }),
        }
    }

    fn read(&mut self, field: Field, value: &str) -> Result<Vec<u128>, FilterError> {
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
    fn add_where(&mut self, text: &str, negated: bool) -> Result<(), FilterError> {
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

    fn atom(&mut self, columns: Columns, pattern: Pattern) -> Result<u128, FilterError> {
        let bit = self.bit()?;
        self.atoms.push(Atom { bit, columns, pattern });
        Ok(bit)
    }

    /// The next bit of a mask.
    fn bit(&self) -> Result<u128, FilterError> {
        let used = self.atoms.len() + self.texts.len();
        if used >= MOST {
            return Err(FilterError::TooMany { limit: MOST });
        }
        Ok(1 << used)
    }

    /// Whether all filters hold.
    pub fn matches(&self, facts: &(impl Facts + ?Sized)) -> bool {
        let mut check = Check { query: self, held: 0 };
        facts.send(&mut check);
        // What costs more is looked at only where it can still matter.
        if self.judges()
            && self.may_hold(check.held, true)
            && let Some(verdict) = facts.verdict()
        {
            check.text("cause", BStr::new(verdict.cause.name()));
        }
        if !self.texts.is_empty()
            && self.may_hold(check.held, false)
            && let Some(text) = facts.text()
        {
            for (bit, expression) in &self.texts {
                check.held |= if expression.matches(text) { *bit } else { 0 };
            }
        }
        self.clauses.iter().all(|clause| clause.holds(check.held))
    }

    /// What every matching line holds, as a regular expression over bytes that matches
    /// nothing across line feeds. `None` where no such thing is known, or lines without it
    /// are rare.
    pub fn needle(&self) -> Option<String> {
        let needles = self.clauses.iter().filter_map(|clause| self.clause_needle(clause));
        needles.max_by_key(|needle| needle.length).map(|needle| needle.expression)
    }

    fn clause_needle(&self, clause: &Clause) -> Option<Needle> {
        let mut needles = clause.any.iter().map(|mask| {
            let atoms =
                self.atoms.iter().filter(|atom| atom.bit & mask != 0).filter_map(Atom::needle);
            let texts = self.texts.iter().filter(|(bit, _)| bit & mask != 0);
            let needles = atoms.chain(texts.filter_map(|(_, text)| text.needle()));
            needles.max_by_key(|needle| needle.length)
        });
        let first = needles.next()??;
        needles.try_fold(first, |all, needle| Some(all.or(&needle?)))
    }

    /// Whether causes are asked for.
    fn judges(&self) -> bool {
        self.atoms.iter().any(|atom| atom.columns.has("cause"))
    }

    /// Whether all could hold if texts did, and causes if `causes`.
    fn may_hold(&self, held: u128, causes: bool) -> bool {
        let open = self.texts.iter().fold(0, |open, (bit, _)| open | bit);
        let atoms = self.atoms.iter().filter(|atom| causes && atom.columns.has("cause"));
        let open = atoms.fold(open, |open, atom| open | atom.bit);
        self.clauses.iter().all(|clause| {
            let any =
                clause.any.is_empty() || clause.any.iter().any(|mask| mask & !(held | open) == 0);
            any && !clause.none.iter().any(|mask| mask & !held == 0)
        })
    }
}

impl Clause {
    fn holds(&self, held: u128) -> bool {
        let any = self.any.is_empty() || self.any.iter().any(|mask| mask & !held == 0);
        any && !self.none.iter().any(|mask| mask & !held == 0)
    }
}

impl Columns {
    fn has(&self, name: &str) -> bool {
        match self {
            Self::Of(names) => names.contains(&name),
            Self::One(known) => known == name,
        }
    }
}

impl Atom {
    /// What a line must hold for this to hold. Only of fields that stand in the line as
    /// they are; of the words for kinds those that stand in every such line.
    fn needle(&self) -> Option<Needle> {
        let is_there = match &self.columns {
            Columns::Of(names) => !names.iter().any(|name| DERIVED.contains(name)),
            Columns::One(name) if name == "kind" => {
                let Pattern::Glob(glob) = &self.pattern else { return None };
                return kind::needle(glob.as_str());
            }
            Columns::One(name) => STANDING.contains(&name.as_str()),
        };
        match &self.pattern {
            Pattern::Numbers(numbers) if self.columns.has("reply_code") => {
                Needle::exact(numbers.single()?.to_string().as_bytes())
            }
            pattern if is_there => pattern.needle(),
            _ => None,
        }
    }
}

/// Fields whose words need not stand in the line.
const DERIVED: [&str; 4] = ["cause", "severity", "kind", "reply_code"];
/// Of the fields with one name those that do.
const STANDING: [&str; 2] = ["status", "sasl_username"];

/// Notes what holds.
struct Check<'a> {
    query: &'a Query,
    held: u128,
}

impl Check<'_> {
    fn note(&mut self, name: &str, is_like: impl Fn(&Pattern) -> bool) {
        for atom in &self.query.atoms {
            if self.held & atom.bit == 0 && atom.columns.has(name) && is_like(&atom.pattern) {
                self.held |= atom.bit;
            }
        }
    }
}

impl FieldSink for Check<'_> {
    fn text(&mut self, name: &'static str, value: &BStr) {
        self.note(name, |pattern| pattern.text(value));
    }

    fn int(&mut self, name: &'static str, value: i64) {
        self.note(name, |pattern| pattern.number(value));
    }

    fn delay(&mut self, name: &'static str, value: Delay) {
        let micros = i64::try_from(value.micros()).unwrap_or(i64::MAX);
        self.note(name, |pattern| match pattern {
            Pattern::Glob(glob) => glob.matches(value.to_string().as_bytes()),
            pattern => pattern.number(micros),
        });
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
