//! The lines that hold certain texts, found without understanding the others.

use std::fmt::Write as _;

use memchr::memmem::Finder;
use postlens_source::{Chunk, Options, Problem, Stream};
use postlens_syntax::{Event, Framer, Time};
use postlens_track::{LineId, Observation};
use regex::bytes::{Regex, RegexBuilder};

use crate::run::Progress;
use crate::scan::{Look, Scan, Take};

/// Texts to look for.
#[derive(Debug)]
pub struct Needles {
    search: Search,
}

#[derive(Debug)]
enum Search {
    One(Box<Finder<'static>>),
    Many(Regex),
}

/// What looking for many texts may hold in memory, in bytes.
const LIMIT: usize = 64 << 20;

impl Needles {
    /// Looks for any of some texts; `ignore_case` is about ASCII letters.
    ///
    /// # Errors
    /// When the texts are too many to look for at once.
    pub fn new(texts: &[Vec<u8>], ignore_case: bool) -> Result<Self, regex::Error> {
        let has_letters = || texts.iter().flatten().any(u8::is_ascii_alphabetic);
        let search = match texts {
            [text] if !(ignore_case && has_letters()) => {
                Search::One(Box::new(Finder::new(text).into_owned()))
            }
            _ => {
                let mut builder = RegexBuilder::new(&pattern(texts));
                builder.unicode(false).case_insensitive(ignore_case);
                Search::Many(builder.size_limit(LIMIT).dfa_size_limit(LIMIT).build()?)
            }
        };
        Ok(Self { search })
    }

    fn is_in(&self, text: &[u8]) -> bool {
        match &self.search {
            Search::One(finder) => finder.find(text).is_some(),
            Search::Many(regex) => regex.is_match(text),
        }
    }
}

/// A regular expression for any of some texts, whatever their bytes.
fn pattern(texts: &[Vec<u8>]) -> String {
    let mut pattern = String::new();
    for (index, text) in texts.iter().enumerate() {
        if index > 0 {
            pattern.push('|');
        }
        for &byte in text {
            // Bytes that mean nothing to the expression stand as they are.
            if byte.is_ascii_alphanumeric() {
                pattern.push(char::from(byte));
            } else {
                // Writing to memory does not fail.
                let _ = write!(pattern, "\\x{byte:02x}");
            }
        }
    }
    pattern
}

/// A line that was found.
#[derive(Debug, Clone, Copy)]
pub struct Sighting<'a> {
    /// The line understood; without a stamp of its own it has the time of the one before.
    pub observation: Observation<'a>,
    /// The line's bytes.
    pub bytes: &'a [u8],
}

/// Reads streams one after the other and hands out the lines that hold a text, in the
/// order of each stream; returns what could not be read. Lines outside the options' period
/// may be among them.
pub fn gather(
    streams: &[Stream],
    options: &Options,
    threads: usize,
    needles: &Needles,
    each: &mut (dyn FnMut(&Sighting<'_>) + Send),
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Vec<Problem> {
    let scan = Scan { streams: streams.to_vec(), options: options.clone(), threads };
    scan.run(needles, &mut Gathering { needles, each, last: Time::default() }, progress)
}

impl Look for Needles {
    /// Whether a line of the chunk holds a text.
    type Found = bool;

    fn look(&self, chunk: &mut Chunk) -> bool {
        chunk.canonicalize(&mut Vec::new());
        self.is_in(chunk.bytes())
    }
}

/// Understands the few lines that were found.
struct Gathering<'a> {
    needles: &'a Needles,
    each: &'a mut (dyn FnMut(&Sighting<'_>) + Send),
    last: Time,
}

impl Take<bool> for Gathering<'_> {
    fn take(&mut self, chunk: &Chunk, found: bool) {
        if !found {
            return;
        }
        let mut framer = Framer::default();
        let mut resolver = chunk.clock().resolver();
        for line in chunk.lines().filter(|line| self.needles.is_in(line.bytes)) {
            let entry = framer.frame(line.bytes);
            let time = resolver.resolve(&entry.stamp, line.offset);
            self.last = time.unwrap_or(self.last);
            let observation = Observation {
                time: self.last,
                stamped: time.is_some(),
                entry: &entry,
                bytes: line.bytes,
                event: &Event::parse(&entry),
                line: LineId { log: chunk.log(), offset: line.offset },
                weight: entry.repeat.max(1),
                echo: false,
            };
            (self.each)(&Sighting { observation, bytes: line.bytes });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Needles;

    fn is_in(texts: &[&[u8]], ignore_case: bool, line: &[u8]) -> bool {
        let texts: Vec<_> = texts.iter().map(|text| text.to_vec()).collect();
        Needles::new(&texts, ignore_case).unwrap().is_in(line)
    }

    #[test]
    fn texts_stand_for_their_bytes() {
        assert!(is_in(&[b"4jW", b"<a.b@example.org>"], false, b"to=<a.b@example.org>,"));
        assert!(!is_in(&[b"4jW", b"<a.b@example.org>"], false, b"to=<axb@example.org>, 4JW"));
        assert!(is_in(&[b"x|y", b"\xff\n"], false, b"a\xff\nb"));
        assert!(!is_in(&[b"x|y", b"\xff\n"], false, b"x y"));
        assert!(is_in(&[b"Bob@Example.org"], true, b"bob@example.ORG"));
        assert!(!is_in(&[b"Bob@Example.org"], false, b"bob@example.ORG"));
    }
}
