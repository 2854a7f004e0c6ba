//! Lines that come in one order and are written in another. Their places are in memory; their
//! bytes too as long as they are few, else in a temporary file.

use std::io::{self, Read, Seek, SeekFrom, Write};

use bstr::BString;
use tempfile::SpooledTempFile;

/// So many bytes of lines are held in memory.
const HELD: usize = 1 << 20;
/// Where there is a limit, so many more are collected before the last are let go.
const SLACK: usize = 1000;

/// What lines are sorted by: a number, a text, then the oldest first, then by queue ID.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) number: i64,
    pub(super) text: BString,
    pub(super) arrival: i64,
    pub(super) id: Box<str>,
}

/// Lines and their order.
#[derive(Debug)]
pub(super) struct Rows {
    bytes: SpooledTempFile,
    places: Vec<Place>,
    limit: usize,
    /// What comes after this one is not among the first.
    last: Option<Key>,
}

#[derive(Debug)]
struct Place {
    key: Key,
    at: u64,
    length: usize,
}

impl Rows {
    /// None yet; only the first `limit` will be written.
    pub(super) fn new(limit: usize) -> Self {
        let bytes = SpooledTempFile::new(HELD);
        Self { bytes, places: Vec::new(), limit, last: None }
    }

    /// Takes a line. Those with equal keys stay in the order in which they came.
    pub(super) fn add(&mut self, key: Key, line: &[u8]) -> io::Result<()> {
        if self.last.as_ref().is_some_and(|last| key >= *last) {
            return Ok(());
        }
        let at = self.bytes.stream_position()?;
        self.bytes.write_all(line)?;
        self.places.push(Place { key, at, length: line.len() });
        if self.places.len() >= self.limit.saturating_add(SLACK) {
            self.sort();
            self.last = self.places.last().map(|place| place.key.clone());
        }
        Ok(())
    }

    /// Puts them in order and lets go what is past the limit.
    pub(super) fn sort(&mut self) {
        self.places.sort_by(|a, b| a.key.cmp(&b.key));
        self.places.truncate(self.limit);
    }

    /// The queue IDs of those that are left.
    pub(super) fn ids(&self) -> impl ExactSizeIterator<Item = &str> {
        self.places.iter().map(|place| &*place.key.id)
    }

    /// Gives each with its queue ID.
    pub(super) fn each(
        &mut self,
        give: &mut dyn FnMut(&str, &[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut line = Vec::new();
        for Place { key, at, length } in &self.places {
            line.resize(*length, 0);
            self.bytes.seek(SeekFrom::Start(*at))?;
            self.bytes.read_exact(&mut line)?;
            give(&key.id, &line)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{HELD, Key, Rows, SLACK};

    fn key(number: i64) -> Key {
        Key { number, text: "".into(), arrival: 0, id: number.to_string().into() }
    }

    fn first(limit: usize, numbers: impl Iterator<Item = i64>, length: usize) -> Vec<String> {
        let mut rows = Rows::new(limit);
        for number in numbers {
            rows.add(key(number), "x".repeat(length).as_bytes()).unwrap();
            assert!(rows.places.len() < limit.saturating_add(SLACK));
        }
        rows.sort();
        let mut ids = Vec::new();
        rows.each(&mut |id, line| {
            assert_eq!(line.len(), length);
            ids.push(id.to_owned());
            Ok(())
        })
        .unwrap();
        ids
    }

    #[test]
    fn the_first_of_many_are_kept() {
        let many = 3 * i64::try_from(SLACK).unwrap();
        assert_eq!(first(3, (0..many).rev(), 5), ["0", "1", "2"]);
        assert_eq!(first(3, 0..many, 5), ["0", "1", "2"]);
        assert_eq!(first(3, 0..2, 5), ["0", "1"]);
    }

    #[test]
    fn lines_outgrow_memory() {
        let all = first(usize::MAX, (0..10).rev(), HELD / 4);
        assert_eq!(all.len(), 10);
        assert_eq!(all.first().unwrap(), "0");
    }
}
