//! How reading a queue went.

use crate::exit;
use crate::output::message;

/// How reading went.
#[derive(Debug)]
pub(crate) struct Reading {
    /// From where, in words.
    pub(crate) origins: Vec<String>,
    /// Files in `corrupt` and `saved`.
    pub(crate) aside: u64,
    /// Files that Postfix was writing.
    pub(crate) unfinished: u64,
    /// Whether part of the queue is missing.
    pub(crate) incomplete: bool,
    /// Whether times of the next attempt are known.
    pub(crate) attempts_known: bool,
    /// What could not be read, in words.
    pub(crate) problems: Vec<String>,
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            origins: Vec::new(),
            aside: 0,
            unfinished: 0,
            incomplete: false,
            attempts_known: true,
            problems: Vec::new(),
        }
    }
}

impl Reading {
    /// The exit code that follows.
    pub(crate) fn code(&self) -> u8 {
        if self.incomplete { exit::INCOMPLETE } else { exit::OK }
    }

    /// Says what could not be read.
    pub(crate) fn tell(&self) {
        self.problems.iter().for_each(|problem| message(problem));
    }

    pub(super) fn problem(&mut self, error: &dyn std::error::Error) {
        let causes = std::iter::successors(error.source(), |error| error.source());
        let parts = std::iter::once(error.to_string()).chain(causes.map(ToString::to_string));
        self.problems.push(parts.collect::<Vec<_>>().join(": "));
    }
}
