//! The forms in which hits are written.

use std::io::{self, IsTerminal, Write};

use bstr::BStr;
use postlens_report::escape::printable;
use postlens_search::{Around, Column, Counter, Found, Gatherer, Group, Hits, Part};
use postlens_source::Chunk;
use postlens_syntax::Stamp;
use postlens_track::{LineId, Observation};

use super::Format;
use super::counts::Counts;
use super::table::{Csv, Table};
use crate::cmd::parse::object;
use crate::output::message;

/// A form.
#[derive(Debug)]
pub(super) enum Form {
    /// Nothing is written.
    Quiet,
    /// The number of lines.
    Count,
    /// Lines as they stand, perhaps with others.
    Lines {
        with: With,
        terminal: bool,
    },
    Json,
    Table(Table),
    Csv(Csv),
    Counts(Counts),
}

/// Which other lines are written with the lines found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum With {
    /// None.
    Nothing,
    /// So many before and after.
    Around { before: usize, after: usize },
    /// All of the same message or session.
    Group(Group),
}

/// What remembers other lines, for each stream.
#[derive(Debug)]
pub(super) enum Others {
    Nothing,
    Around(Around),
    Group(Gatherer),
}

/// Lines of messages and sessions that have not ended take no more memory than this, in
/// bytes.
const MEMORY: usize = 256 << 20;

impl Others {
    /// Writes the lines found in a chunk with the others; says whether that is its way.
    pub(super) fn chunk(
        &mut self,
        chunk: &Chunk,
        hits: &Hits,
        terminal: bool,
        out: &mut dyn Write,
    ) -> Option<io::Result<()>> {
        let mut result = Ok(());
        let mut write = |part: Part<'_>| {
            if result.is_ok() {
                result = write_part(part, terminal, out);
            }
        };
        match self {
            Self::Nothing => return None,
            Self::Around(around) => around.take(chunk, hits, &mut write),
            Self::Group(gatherer) => gatherer.take(chunk, hits, &mut write),
        }
        Some(result)
    }

    /// Whether lines to come belong to what was found.
    pub(super) fn wants_more(&self) -> bool {
        match self {
            Self::Nothing => false,
            Self::Around(around) => around.wants_more(),
            Self::Group(_) => true,
        }
    }

    /// Writes what is left at the end of a stream.
    pub(super) fn finish(&mut self, terminal: bool, out: &mut dyn Write) -> io::Result<()> {
        let Self::Group(gatherer) = self else { return Ok(()) };
        let mut result = Ok(());
        let lost = gatherer.finish(&mut |part| {
            if result.is_ok() {
                result = write_part(part, terminal, out);
            }
        });
        if lost > 0 {
            message(&format!(
                "too much is open at once: of {lost} messages or sessions lines may be missing"
            ));
        }
        result
    }
}

fn write_part(part: Part<'_>, terminal: bool, out: &mut dyn Write) -> io::Result<()> {
    match part {
        Part::Line(bytes) => line(bytes, terminal, out),
        Part::Gap => out.write_all(b"--\n"),
    }
}

impl Form {
    pub(super) fn lines(with: With) -> Self {
        Self::Lines { with, terminal: io::stdout().is_terminal() }
    }

    /// What a stream's other lines are remembered in.
    pub(super) fn others(&self) -> Others {
        match self {
            Self::Lines { with: With::Around { before, after }, .. } => {
                Others::Around(Around::new(*before, *after))
            }
            Self::Lines { with: With::Group(_), .. } => Others::Group(Gatherer::new(MEMORY)),
            _ => Others::Nothing,
        }
    }

    pub(super) fn is_for_terminal(&self) -> bool {
        matches!(self, Self::Lines { terminal: true, .. })
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
        stamped: found.time.is_some() && found.entry.stamp != Stamp::None,
        entry: found.entry,
        bytes: found.line,
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
