//! Warnings, errors, statistics and other lines that are parsed by tables.
//!
//! Format: whatever the tables under `tables/` say, one row per message; see their
//! notation there.

use bstr::BStr;

use crate::field::FieldSink;
use crate::program::Daemon;
use crate::queue_id::QueueId;
use crate::severity::{Class, Severity};

/// A line that a table row describes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Notice<'a> {
    /// The severity that the line states (`warning:` …), info without one.
    pub severity: Severity,
    /// What part of the system it is about; `None` for plain information.
    pub class: Option<Class>,
    /// The row's kind, in snake_case; for trouble without a kind of its own, the
    /// severity's name.
    pub kind: &'static str,
    /// The message it is about.
    pub queue_id: Option<QueueId<'a>>,
    captures: [Option<(&'static str, &'a BStr)>; 8],
}

impl<'a> Notice<'a> {
    /// Finds the row that describes `text`, given without the severity word.
    /// `None` where no row does.
    pub fn parse(daemon: Daemon, severity: Severity, text: &'a [u8]) -> Option<Self> {
        let _ = (daemon, severity, text);
        None
    }

    /// The named parts of the line in their order.
    pub fn captures(&self) -> impl Iterator<Item = (&'static str, &'a BStr)> + '_ {
        self.captures.iter().flatten().copied()
    }

    /// The named part `name`.
    pub fn capture(&self, name: &str) -> Option<&'a BStr> {
        self.captures().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Sends `class` and the named parts.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        if let Some(class) = self.class {
            sink.text("class", BStr::new(class.name()));
        }
        for (name, value) in self.captures() {
            sink.text(name, value);
        }
    }
}
