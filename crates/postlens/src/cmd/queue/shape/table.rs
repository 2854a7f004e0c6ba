//! The table in a terminal.

use std::io::{self, Write};

use postlens_queue::Row;
use postlens_report::Language;
use unicode_width::UnicodeWidthStr;

/// What is shown.
pub(super) struct View {
    pub(super) limits: Vec<String>,
    pub(super) total: Row,
    /// With their names for people.
    pub(super) rows: Vec<(String, Row)>,
    /// Rows that are not shown.
    pub(super) more: usize,
    pub(super) colour: bool,
}

impl View {
    pub(super) fn write(&self, language: &Language, out: &mut dyn Write) -> io::Result<()> {
        let widest = self.rows.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
        let room = widest.max(5);
        write!(out, "{:room$} {:>6}", "", "ALL")?;
        for limit in &self.limits {
            write!(out, " {limit:>6}")?;
        }
        writeln!(out)?;
        let hottest = self.rows.iter().flat_map(|(_, row)| row.ages.iter()).max();
        let hottest = hottest.filter(|_| self.colour).copied();
        line(out, "TOTAL", &self.total, room, None)?;
        for (name, row) in &self.rows {
            line(out, name, row, room, hottest)?;
        }
        if self.more > 0 {
            let more = self.more.to_string();
            writeln!(out, "{}", language.with("queue-more", &[("count", &more)]))?;
        }
        Ok(())
    }
}

/// A row; coloured where the hottest count is given.
fn line(
    out: &mut dyn Write,
    name: &str,
    row: &Row,
    room: usize,
    hottest: Option<u64>,
) -> io::Result<()> {
    let pad = room.saturating_sub(name.width());
    write!(out, "{name}{:pad$} {:>6}", "", row.all)?;
    for count in &row.ages {
        match hottest.and_then(|hottest| heat(*count, hottest)) {
            Some(heat) => write!(out, " \x1b[{heat}m{count:>6}\x1b[0m")?,
            None if *count == 0 => write!(out, " {:>6}", "·")?,
            None => write!(out, " {count:>6}")?,
        }
    }
    writeln!(out)
}

/// From yellow to red on a logarithmic scale.
fn heat(count: u64, hottest: u64) -> Option<&'static str> {
    let scale = |count: u64| u64::from(64 - count.leading_zeros());
    if count == 0 {
        return None;
    }
    Some(match scale(count) * 4 / scale(hottest).max(1) {
        0 | 1 => "33",
        2 => "93",
        3 => "91",
        _ => "1;97;41",
    })
}
