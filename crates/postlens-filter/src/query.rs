//! Filters together.

use bstr::BStr;
use postlens_syntax::{Delay, FieldSink};

use crate::error::FilterError;
use crate::facts::Facts;
use crate::field::Field;
use crate::kind;
use crate::needle::Needle;
use crate::pattern::Pattern;
use crate::text::Text;

mod value;

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
        // Only a sender can be empty: the null one.
        if value.trim().is_empty() && field != Field::Sender {
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
