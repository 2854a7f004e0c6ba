//! Finds the rows that may describe a line, without trying them all: those that begin
//! with literal text by that text, the others by their longest literal.

use aho_corasick::automaton::OverlappingState;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use bstr::BString;

use super::pattern::Pattern;

/// How many literals are remembered as seen within one line.
const REMEMBERED: usize = 64 * 64;

/// The rows of one severity. A row is known by its rank, its place among them.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Sorted by the literal that the text must begin with.
    heads: Vec<(BString, u32)>,
    /// Searches the literals of the rows that begin with a capture.
    literals: Option<AhoCorasick>,
    /// The ranks behind each of those literals.
    groups: Vec<Vec<u32>>,
}

impl Index {
    /// Indexes patterns in the order of their ranks.
    pub(super) fn new<'a>(
        patterns: impl Iterator<Item = &'a Pattern>,
    ) -> Result<Self, aho_corasick::BuildError> {
        let mut index = Self::default();
        let mut keyed: Vec<(BString, u32)> = Vec::new();
        for (pattern, rank) in patterns.zip(0u32..) {
            if pattern.head().is_empty() {
                keyed.push((pattern.longest_literal().to_owned(), rank));
            } else {
                index.heads.push((pattern.head().to_owned(), rank));
            }
        }
        index.heads.sort();
        keyed.sort();
        let mut literals: Vec<BString> = Vec::new();
        for (literal, rank) in keyed {
            if literals.last() == Some(&literal) {
                index.groups.last_mut().into_iter().for_each(|group| group.push(rank));
            } else {
                literals.push(literal);
                index.groups.push(vec![rank]);
            }
        }
        // Built in a fraction of the time that the fastest kind takes, which rare lines
        // never win back.
        let kind = Some(AhoCorasickKind::ContiguousNFA);
        index.literals = Some(AhoCorasick::builder().kind(kind).build(&literals)?);
        Ok(index)
    }

    /// Calls `visit` with the rank of each row that may describe `text`, some twice.
    pub(super) fn candidates(&self, text: &[u8], mut visit: impl FnMut(u32)) {
        self.by_head(text, &mut visit);
        self.by_literal(text, &mut visit);
    }

    fn by_head(&self, text: &[u8], visit: &mut impl FnMut(u32)) {
        let mut range = self.heads.as_slice();
        let mut depth = 0;
        while !range.is_empty() {
            // What is wholly read stands before what goes on.
            while let Some(((head, rank), others)) = range.split_first() {
                if head.len() > depth {
                    break;
                }
                visit(*rank);
                range = others;
            }
            let Some(byte) = text.get(depth) else { return };
            let from = range.partition_point(|(head, _)| head.get(depth) < Some(byte));
            let to = range.partition_point(|(head, _)| head.get(depth) <= Some(byte));
            range = range.get(from..to).unwrap_or_default();
            depth += 1;
        }
    }

    fn by_literal(&self, text: &[u8], visit: &mut impl FnMut(u32)) {
        let Some(literals) = &self.literals else { return };
        // A literal that occurs a thousand times in a hostile line is looked at once.
        let mut seen = [0u64; REMEMBERED / 64];
        let mut state = OverlappingState::start();
        while literals.try_find_overlapping(text, &mut state).is_ok() {
            let Some(found) = state.get_match() else { return };
            let number = found.pattern().as_usize();
            if let Some(word) = seen.get_mut(number / 64) {
                let bit = 1u64 << (number % 64);
                if *word & bit != 0 {
                    continue;
                }
                *word |= bit;
            }
            for &rank in self.groups.get(number).into_iter().flatten() {
                visit(rank);
            }
        }
    }
}
