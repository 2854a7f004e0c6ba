//! Runs a search over a log in chunks of any size.

use std::fs;

use postlens_filter::{Field, Query};
use postlens_search::{Around, Carry, Found, Gatherer, Part, Search};
use postlens_source::{Arguments, Options, Period, Zone, discover};

/// A log to be searched.
pub(crate) struct Log {
    dir: tempfile::TempDir,
    pub(crate) chunk: usize,
}

pub(crate) fn query(filters: &[(Field, &str)]) -> Query {
    Query::new(filters.iter().copied()).unwrap()
}

impl Log {
    pub(crate) fn new(text: &[u8], chunk: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("mail.log"), text).unwrap();
        Self { dir, chunk }
    }

    /// Calls `each` with what is found: the line as it stands, and understood.
    pub(crate) fn search(
        &self,
        search: &Search,
        around: Option<(usize, usize)>,
        each: &mut dyn FnMut(Part<'_>, Option<&Found<'_>>),
    ) {
        let paths = vec![self.dir.path().join("mail.log")];
        let found = discover(&Arguments { paths, ..Arguments::default() });
        let now = 1_800_000_000_000_000;
        let options = Options { chunk: self.chunk, ..Options::new(Zone::UTC, now) };
        let mut carry = Carry::default();
        let mut around = around.map(|(before, after)| Around::new(before, after));
        for stream in found.streams {
            let mut reader = stream.open(&options);
            while let Some(mut chunk) = reader.next_chunk(Vec::new()) {
                let mut hits = search.look(&mut chunk);
                carry.settle(search, &chunk, &mut hits);
                if let Some(around) = &mut around {
                    around.take(&chunk, &hits, &mut |part| each(part, None));
                    continue;
                }
                for hit in &hits.hits {
                    let bytes = hits.bytes(&chunk, &hit.place);
                    hits.understand(&chunk, &carry, hit, &mut |found| {
                        each(Part::Line(bytes), Some(found));
                    });
                }
            }
        }
    }

    /// The lines that are found.
    pub(crate) fn lines(&self, filters: &[(Field, &str)], period: Option<Period>) -> Vec<String> {
        let mut lines = Vec::new();
        let search = Search::new(query(filters), period);
        self.search(&search, None, &mut |part, _| {
            if let Part::Line(line) = part {
                lines.push(String::from_utf8_lossy(line).into_owned());
            }
        });
        lines
    }

    /// What is gathered around the hits of a search that gathers, and how much was given up.
    pub(crate) fn gather(&self, search: &Search, limit: usize) -> (Vec<String>, u64) {
        let paths = vec![self.dir.path().join("mail.log")];
        let found = discover(&Arguments { paths, ..Arguments::default() });
        let options =
            Options { chunk: self.chunk, ..Options::new(Zone::UTC, 1_800_000_000_000_000) };
        let (mut gatherer, mut carry) = (Gatherer::new(limit), Carry::default());
        let mut lines = Vec::new();
        let mut write = |part: Part<'_>| {
            lines.push(match part {
                Part::Gap => "--".to_owned(),
                Part::Line(line) => String::from_utf8_lossy(line).into_owned(),
            });
        };
        for stream in found.streams {
            let mut reader = stream.open(&options);
            while let Some(mut chunk) = reader.next_chunk(Vec::new()) {
                let mut hits = search.look(&mut chunk);
                carry.settle(search, &chunk, &mut hits);
                gatherer.take(&chunk, &hits, &mut write);
            }
        }
        let lost = gatherer.finish(&mut write);
        (lines, lost)
    }
}
