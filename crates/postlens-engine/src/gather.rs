//! The lines that hold certain texts, found without understanding the others.

use std::path::Path;

use aho_corasick::AhoCorasick;
use memchr::memmem::Finder;
use postlens_source::{Chunk, Options, Problem, Stream};
use postlens_syntax::{Event, Framer, Time};
use postlens_track::{LineId, Observation};

/// Texts to look for.
#[derive(Debug)]
pub struct Needles {
    search: Search,
}

#[derive(Debug)]
enum Search {
    /// Without texts nothing is found.
    Nothing,
    One(Box<Finder<'static>>),
    Many(Box<AhoCorasick>),
}

impl Needles {
    /// Looks for any of some texts; `ignore_case` is about ASCII letters.
    ///
    /// # Errors
    /// When the texts are too many to look for at once.
    pub fn new(texts: &[Vec<u8>], ignore_case: bool) -> Result<Self, aho_corasick::BuildError> {
        let has_letters = || texts.iter().flatten().any(u8::is_ascii_alphabetic);
        let search = match texts {
            [] => Search::Nothing,
            [text] if !(ignore_case && has_letters()) => {
                Search::One(Box::new(Finder::new(text).into_owned()))
            }
            _ => Search::Many(Box::new(
                AhoCorasick::builder().ascii_case_insensitive(ignore_case).build(texts)?,
            )),
        };
        Ok(Self { search })
    }

    fn is_in(&self, text: &[u8]) -> bool {
        match &self.search {
            Search::Nothing => false,
            Search::One(finder) => finder.find(text).is_some(),
            Search::Many(searcher) => searcher.is_match(text),
        }
    }
}

/// A line that was found.
#[derive(Debug, Clone, Copy)]
pub struct Sighting<'a> {
    /// The line understood; without a stamp of its own it has the time of the one before.
    pub observation: Observation<'a>,
    /// The line's bytes.
    pub bytes: &'a [u8],
    /// The file.
    pub path: &'a Path,
    /// Which of the streams.
    pub stream: usize,
}

/// Reads streams one after the other and hands out the lines that hold a text, in the
/// order of each stream; returns what could not be read. Lines outside the options' period
/// may be among them.
pub fn gather(
    streams: &[Stream],
    options: &Options,
    needles: &Needles,
    each: &mut dyn FnMut(&Sighting<'_>),
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let (mut buffer, mut scratch) = (Vec::new(), Vec::new());
    for (index, stream) in streams.iter().enumerate() {
        let mut reader = stream.clone().open(options);
        while let Some(mut chunk) = reader.next_chunk(buffer) {
            chunk.canonicalize(&mut scratch);
            if needles.is_in(chunk.bytes()) {
                lines(&chunk, index, needles, each);
            }
            buffer = chunk.into_buffer();
        }
        buffer = Vec::new();
        problems.extend(reader.take_problems());
    }
    problems
}

fn lines(chunk: &Chunk, stream: usize, needles: &Needles, each: &mut dyn FnMut(&Sighting<'_>)) {
    let mut framer = Framer::default();
    let mut resolver = chunk.clock().resolver();
    let mut last = Time::default();
    for line in chunk.lines().filter(|line| needles.is_in(line.bytes)) {
        let entry = framer.frame(line.bytes);
        let time = resolver.resolve(&entry.stamp, line.offset);
        last = time.unwrap_or(last);
        each(&Sighting {
            observation: Observation {
                time: last,
                stamped: time.is_some(),
                entry: &entry,
                event: &Event::parse(&entry),
                line: LineId { log: chunk.log(), offset: line.offset },
                weight: entry.repeat.max(1),
                echo: false,
            },
            bytes: line.bytes,
            path: chunk.path(),
            stream,
        });
    }
}
