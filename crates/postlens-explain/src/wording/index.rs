//! Numbers for the parts of all rows, so that a scan has only bits to set and to compare.

use std::collections::HashMap;

use super::{Group, Row};

/// Room for so many parts after which another must follow closely.
pub(super) const LINKS: usize = 512;

/// The group whose members are no fragments.
const ADDRESS: &str = "address";

/// What a fragment of the search stands for in rows.
#[derive(Debug, Clone, Default)]
pub(super) struct Mark {
    /// The part's bit.
    pub(super) bit: u16,
    /// The place where its end is kept, if another part may have to follow it closely.
    pub(super) opens: Option<u16>,
    /// The places of the parts before it, with the bit of the link to each.
    pub(super) closes: Vec<(u16, u16)>,
}

/// The numbers.
#[derive(Debug, Default)]
pub(super) struct Index {
    fragments: Vec<&'static str>,
    /// For each fragment the parts that it is of.
    parts: Vec<Vec<Mark>>,
    /// For each row the bits that it needs.
    needs: Vec<Vec<u16>>,
    /// For each bit the rows that are looked at when it is seen.
    rows: Vec<Vec<u16>>,
    /// The bit of `{address}`: any IPv4 address.
    address: Option<u16>,
    /// Groups that rows name and that are not there.
    unknown: Vec<&'static str>,
}

/// What is numbered while rows are read.
#[derive(Debug, Default)]
struct Numbers {
    marks: Vec<Mark>,
    by_text: HashMap<&'static str, usize>,
    links: HashMap<(usize, usize), u16>,
    bits: u16,
    slots: u16,
}

impl Index {
    /// Numbers the parts of rows.
    pub(super) fn of(rows: &[Row], groups: &[Group]) -> Self {
        let mut numbers = Numbers::default();
        let mut index = Self::default();
        for row in rows {
            let mut needs = Vec::new();
            let mut before = None;
            for part in &row.parts {
                let number = numbers.part(part.text);
                needs.extend(numbers.marks.get(number).map(|mark| mark.bit));
                if let (true, Some(before)) = (part.close, before) {
                    needs.push(numbers.link(before, number));
                }
                before = Some(number);
            }
            index.needs.push(needs);
        }
        index.collect(&numbers, groups);
        index.rows = vec![Vec::new(); usize::from(numbers.bits)];
        for (rank, (needs, row)) in (0..).zip(index.needs.iter().zip(rows)) {
            // A link is rarer than its parts, a fragment of its own rarer than a group.
            let rare = || needs.iter().zip(&row.parts).rfind(|(_, part)| !is_group(part.text));
            let linked = row.parts.iter().any(|part| part.close);
            let rare = if linked { None } else { rare().map(|(bit, _)| bit) };
            let key = rare.or(needs.last());
            if let Some(rows) = key.and_then(|bit| index.rows.get_mut(usize::from(*bit))) {
                rows.push(rank);
            }
        }
        index
    }

    /// Gives each fragment the parts that it is of.
    fn collect(&mut self, numbers: &Numbers, groups: &[Group]) {
        let mut by_fragment: HashMap<&'static str, usize> = HashMap::new();
        for (text, number) in &numbers.by_text {
            let Some(mark) = numbers.marks.get(*number) else { continue };
            let name = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            let group = name.and_then(|name| groups.iter().find(|group| group.name == name));
            if name == Some(ADDRESS) {
                self.address = Some(mark.bit);
                continue;
            }
            let fragments: &[&'static str] = match (name, group) {
                (None, _) => &[text],
                (Some(_), Some(group)) => &group.fragments,
                (Some(name), None) => {
                    self.unknown.push(name);
                    &[]
                }
            };
            for fragment in fragments {
                let at = *by_fragment.entry(fragment).or_insert_with(|| {
                    self.fragments.push(fragment);
                    self.parts.push(Vec::new());
                    self.fragments.len() - 1
                });
                if let Some(parts) = self.parts.get_mut(at) {
                    parts.push(mark.clone());
                }
            }
        }
    }

    /// The bit that an address in the text sets.
    pub(super) fn address(&self) -> Option<u16> {
        self.address
    }

    /// The fragments to search for.
    pub(super) fn fragments(&self) -> &[&'static str] {
        &self.fragments
    }

    /// The parts that a fragment is of.
    pub(super) fn parts_of(&self, fragment: usize) -> &[Mark] {
        self.parts.get(fragment).map_or(&[], Vec::as_slice)
    }

    /// The bits that a row needs.
    pub(super) fn needs(&self, rank: usize) -> &[u16] {
        self.needs.get(rank).map_or(&[], Vec::as_slice)
    }

    /// The rows to look at when a bit is seen.
    pub(super) fn rows_of(&self, bit: usize) -> &[u16] {
        self.rows.get(bit).map_or(&[], Vec::as_slice)
    }

    #[cfg(test)]
    pub(super) fn bits(&self) -> usize {
        self.rows.len()
    }

    #[cfg(test)]
    pub(super) fn unknown(&self) -> &[&'static str] {
        &self.unknown
    }
}

fn is_group(text: &str) -> bool {
    text.starts_with('{')
}

impl Numbers {
    fn bit(&mut self) -> u16 {
        self.bits += 1;
        self.bits - 1
    }

    fn part(&mut self, text: &'static str) -> usize {
        if let Some(number) = self.by_text.get(text) {
            return *number;
        }
        let bit = self.bit();
        self.marks.push(Mark { bit, ..Mark::default() });
        self.by_text.insert(text, self.marks.len() - 1);
        self.marks.len() - 1
    }

    /// The bit that says that `second` was seen close after `first`.
    fn link(&mut self, first: usize, second: usize) -> u16 {
        if let Some(bit) = self.links.get(&(first, second)) {
            return *bit;
        }
        let bit = self.bit();
        self.links.insert((first, second), bit);
        let next = self.slots;
        let slot = self.marks.get_mut(first).map(|mark| *mark.opens.get_or_insert(next));
        if slot == Some(next) {
            self.slots += 1;
        }
        if let (Some(slot), Some(mark)) = (slot, self.marks.get_mut(second)) {
            mark.closes.push((slot, bit));
        }
        bit
    }
}
