//! The forms in which hits are written.

use std::io::{self, IsTerminal, Write};

use bstr::BStr;
use postlens_report::escape::printable;
use postlens_search::{Around, Column, Counter, Found, Hits, Part};
use postlens_source::Chunk;
use postlens_track::{LineId, Observation};

use super::Format;
use super::counts::Counts;
use super::table::{Csv, Table};
use crate::cmd::parse::object;

/// A form.
#[derive(Debug)]
pub(super) enum Form {
    /// Nothing is written.
    Quiet,
    /// The number of lines.
    Count,
    /// Lines as they stand, with others around them.
    Lines {
        around: Option<Around>,
        terminal: bool,
    },
    Json,
    Table(Table),
    Csv(Csv),
    Counts(Counts),
}

impl Form {
    pub(super) fn lines(before: usize, after: usize) -> Self {
        let around = (before + after > 0).then(|| Around::new(before, after));
        Self::Lines { around, terminal: io::stdout().is_terminal() }
    }

    pub(super) fn table(columns: Vec<Column>) -> Self {
        Self::Table(Table::new(columns))
    }

    pub(super) fn csv(columns: Vec<Column>) -> Self {
        Self::Csv(Csv::new(columns))
    }

    pub(super) fn counts(columns: Vec<Column>, format: Format, top: Option<usize>) -> Self {
        Self::Counts(Counts { counter: Counter::new(columns), format, top })
    }

    /// Whether it needs hits understood.
    pub(super) fn understands(&self) -> bool {
        matches!(self, Self::Json | Self::Table(_) | Self::Csv(_) | Self::Counts(_))
    }

    /// Writes the hits of a chunk with the lines around them; says whether that is its way.
    pub(super) fn chunk(
        &mut self,
        chunk: &Chunk,
        hits: &Hits,
        out: &mut dyn Write,
    ) -> Option<io::Result<()>> {
        let Self::Lines { around: Some(around), terminal } = self else { return None };
        let mut result = Ok(());
        around.take(chunk, hits, &mut |part| {
            if result.is_ok() {
                result = match part {
                    Part::Line(bytes) => line(bytes, *terminal, out),
                    Part::Gap => out.write_all(b"--\n"),
                };
            }
        });
        Some(result)
    }

    /// Writes a line as it stands.
    pub(super) fn line(&mut self, bytes: &[u8], out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Lines { terminal, .. } => line(bytes, *terminal, out),
            _ => Ok(()),
        }
    }

    /// Writes what was found, or keeps it.
    pub(super) fn found(&mut self, found: &Found<'_>, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Json => json(found, out),
            Self::Table(table) => table.row(found, out),
            Self::Csv(csv) => csv.row(found, out),
            Self::Counts(counts) => {
                counts.counter.add(found);
                Ok(())
            }
            Self::Quiet | Self::Count | Self::Lines { .. } => Ok(()),
        }
    }

    /// Writes what it has held back for a better look.
    pub(super) fn pause(&mut self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Table(table) => table.settle(out),
            _ => Ok(()),
        }
    }

    /// Writes what is left to be written. `lines` is how many were found.
    pub(super) fn finish(&mut self, lines: u64, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Count => writeln!(out, "{lines}"),
            Self::Table(table) => table.settle(out),
            Self::Csv(csv) => csv.head(out),
            Self::Counts(counts) => counts.write(out),
            Self::Quiet | Self::Lines { .. } | Self::Json => Ok(()),
        }
    }
}

/// A line as it stands; for a terminal without what it would act on.
fn line(bytes: &[u8], terminal: bool, out: &mut dyn Write) -> io::Result<()> {
    if terminal {
        out.write_all(printable(BStr::new(bytes)).as_bytes())?;
    } else {
        out.write_all(bytes)?;
    }
    out.write_all(b"\n")
}

fn json(found: &Found<'_>, out: &mut dyn Write) -> io::Result<()> {
    let observation = Observation {
        time: found.time.unwrap_or_default(),
        stamped: found.time.is_some(),
        entry: found.entry,
        event: found.event,
        line: LineId::default(),
        weight: found.weight,
        echo: false,
    };
    let mut object = Vec::with_capacity(512);
    object::write(&observation, &mut object);
    object.push(b'\n');
    out.write_all(&object)
}
