//! Wordings: key fragments of what mail systems write, and the causes they tell.
//!
//! All fragments are searched at once. A row is a match if all its fragments are in the
//! text, in any order and case, none of them inside what a stranger may have written;
//! the first row of the table that matches decides.

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::cause::Cause;
use crate::reply::Quoted;
use crate::table::{self, Table};

/// The longest text that is searched: far longer than any reply that Postfix keeps.
const LONGEST: usize = 4096;
/// Room for this many times 64 fragments.
const SEEN_WORDS: usize = 24;

/// How much a row tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// More than any status code.
    Telling,
    /// More than a general status code.
    Vague,
}

/// A row as written.
#[derive(Debug)]
pub(crate) struct Row {
    cause: Cause,
    weight: Weight,
    /// 4 or 5 if it counts for such replies only.
    class: Option<u16>,
    fragments: Vec<&'static str>,
}

/// The table and the search for its fragments.
#[derive(Debug)]
pub(crate) struct Wordings {
    pub(crate) table: Table<Row>,
    search: Option<AhoCorasick>,
    /// For each fragment the rows that begin with it, by number.
    first: Vec<Vec<u16>>,
    /// For each row its fragments, by number.
    needs: Vec<Vec<u16>>,
}

/// The table, read on first use.
pub(crate) fn wordings() -> &'static Wordings {
    static WORDINGS: LazyLock<Wordings> = LazyLock::new(Wordings::read);
    &WORDINGS
}

impl Wordings {
    fn read() -> Self {
        let table = Table::read("wordings.txt", include_str!("../tables/wordings.txt"), row);
        let mut fragments: Vec<&'static str> = Vec::new();
        let mut numbers: HashMap<&'static str, u16> = HashMap::new();
        let mut needs = Vec::new();
        for row in &table.rows {
            let needed = row.fragments.iter().map(|text| {
                *numbers.entry(text).or_insert_with(|| {
                    fragments.push(text);
                    u16::try_from(fragments.len() - 1).unwrap_or(u16::MAX)
                })
            });
            needs.push(needed.collect());
        }
        let mut first = vec![Vec::new(); fragments.len()];
        for (rank, numbers) in (0..).zip(&needs) {
            let numbers: &Vec<u16> = numbers;
            if let Some(rows) = numbers.first().and_then(|n| first.get_mut(usize::from(*n))) {
                rows.push(rank);
            }
        }
        let search = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(&fragments)
            .ok();
        Self { table, search, first, needs }
    }

    /// The cause of the first row of that weight and class that is in `text`.
    pub(crate) fn find(&self, text: &[u8], class: Option<u16>, quoted: &Quoted) -> Hits {
        let mut seen = Seen::default();
        let text = text.get(..LONGEST).unwrap_or(text);
        let Some(search) = &self.search else { return Hits::default() };
        for found in search.find_overlapping_iter(text) {
            let before = found.start().checked_sub(1).and_then(|at| text.get(at));
            let starts = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
            let inside = starts(before) && starts(text.get(found.start()));
            if !inside && !quoted.holds(found.start(), found.end()) {
                seen.insert(found.pattern().as_u32());
            }
        }
        let mut best = [u16::MAX; 2];
        for fragment in seen.iter() {
            for rank in self.first.get(fragment).into_iter().flatten() {
                self.consider(*rank, class, &seen, &mut best);
            }
        }
        let cause = |rank: u16| self.table.rows.get(usize::from(rank)).map(|row| row.cause);
        let [telling, vague] = best;
        Hits { telling: cause(telling), vague: cause(vague) }
    }

    fn consider(&self, rank: u16, class: Option<u16>, seen: &Seen, best: &mut [u16; 2]) {
        let Some(row) = self.table.rows.get(usize::from(rank)) else { return };
        let Some(needs) = self.needs.get(usize::from(rank)) else { return };
        let [telling, vague] = best;
        let best = if row.weight == Weight::Telling { telling } else { vague };
        let fits = row.class.is_none() || row.class == class;
        if rank < *best && fits && needs.iter().all(|need| seen.contains(u32::from(*need))) {
            *best = rank;
        }
    }
}

/// What the wordings tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Hits {
    /// By telling rows.
    pub(crate) telling: Option<Cause>,
    /// By vague rows.
    pub(crate) vague: Option<Cause>,
}

/// The fragments seen in a text.
#[derive(Debug, Default)]
struct Seen([u64; SEEN_WORDS]);

impl Seen {
    fn insert(&mut self, fragment: u32) {
        if let Some(word) = self.0.get_mut(fragment as usize / 64) {
            *word |= 1 << (fragment % 64);
        }
    }

    fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(at, word)| {
            // Each step drops the lowest bit that is set.
            let bits = std::iter::successors(Some(*word), |bits| Some(bits & bits.checked_sub(1)?));
            let bits = bits.take_while(|bits| *bits != 0);
            bits.map(move |bits| at * 64 + bits.trailing_zeros() as usize)
        })
    }

    fn contains(&self, fragment: u32) -> bool {
        let word = self.0.get(fragment as usize / 64);
        word.is_some_and(|word| word & (1 << (fragment % 64)) != 0)
    }
}

fn row(columns: &[&'static str]) -> Result<Row, String> {
    let &[cause, weight, class, text] = columns else { return Err(table::columns(4, columns)) };
    let weight = match weight {
        "telling" => Weight::Telling,
        "vague" => Weight::Vague,
        other => return Err(format!("neither telling nor vague: {other}")),
    };
    let class = match class {
        "-" => None,
        "4" => Some(4),
        "5" => Some(5),
        other => return Err(format!("not a class: {other}")),
    };
    let fragments: Vec<_> = text.split(" + ").collect();
    if fragments.iter().any(|fragment| fragment.len() < 2) {
        return Err("a fragment is too short".to_owned());
    }
    if fragments.iter().any(|fragment| fragment.bytes().any(|b| b.is_ascii_uppercase())) {
        return Err("fragments are written in lower case".to_owned());
    }
    Ok(Row { cause: table::cause(cause)?, weight, class, fragments })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{SEEN_WORDS, Weight, wordings};
    use crate::reply::Quoted;

    #[test]
    fn the_table_can_be_read() {
        let wordings = wordings();
        let errors: Vec<_> = wordings.table.errors.iter().map(ToString::to_string).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        assert!(wordings.search.is_some());
        assert!(wordings.first.len() <= SEEN_WORDS * 64);
    }

    #[test]
    fn every_row_can_decide() {
        let wordings = wordings();
        let mut hidden = Vec::new();
        for row in &wordings.table.rows {
            let text = row.fragments.join(" ");
            let hits = wordings.find(text.as_bytes(), row.class, &Quoted::find(b"", &[]));
            let found = if row.weight == Weight::Telling { hits.telling } else { hits.vague };
            if found != Some(row.cause) {
                hidden.push(format!("{text}: {found:?} goes before {:?}", row.cause));
            }
        }
        assert!(hidden.is_empty(), "{hidden:#?}");
    }

    #[test]
    fn no_row_stands_twice() {
        let mut seen = HashSet::new();
        for row in &wordings().table.rows {
            assert!(seen.insert((&row.fragments, row.class)), "twice: {:?}", row.fragments);
        }
    }
}
