//! Pages in fixed columns.

use postlens_detect::Gravity;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::bars::{Chart, Look};
use super::block::{Block, Fit, Row, Table, Tone};
use super::page::UNBROKEN;

/// Where the counts end.
const COUNTS: usize = 12;
/// Where second values end, from there.
const ASIDE: usize = 10;
/// Columns of a page: what is longer is cut or goes on in the next line.
pub(super) const WIDTH: usize = 100;

/// The blocks in lines, as far as the reader's `look` can show them.
pub(crate) fn lines(blocks: &[Block], look: Look) -> String {
    let mut layout = Layout { look, chart: Chart::default(), out: String::new() };
    for (place, block) in blocks.iter().enumerate() {
        if matches!(block, Block::Heading(_)) {
            layout.chart = chart(blocks.get(place + 1..).unwrap_or_default());
        }
        layout.block(block);
    }
    layout.out
}

/// The scale of the bars under a heading.
fn chart(after: &[Block]) -> Chart {
    let under = after.iter().take_while(|block| !matches!(block, Block::Heading(_)));
    Chart::of(under.filter_map(|block| match block {
        Block::Row(row) => Some((cell_line(row).width(), row.bar?)),
        _ => None,
    }))
}

struct Layout {
    look: Look,
    chart: Chart,
    out: String,
}

impl Layout {
    fn block(&mut self, block: &Block) {
        match block {
            Block::Space => self.line(""),
            Block::Heading(words) => {
                self.line("");
                self.styled(Tone::Strong, words);
            }
            Block::Styled(tone, words) => self.styled(*tone, words),
            Block::Paragraph { indent, text, fit } => {
                for line in fit.lines(text, WIDTH.saturating_sub(*indent)) {
                    self.line(&format!("{:indent$}{line}", ""));
                }
            }
            Block::Item { indent, lead, text } => {
                let mut lead = lead.clone();
                let width = lead.width();
                for line in wrapped(text, WIDTH.saturating_sub(indent + width)) {
                    self.line(&format!("{:indent$}{lead}{line}", ""));
                    lead = " ".repeat(width);
                }
            }
            Block::Labelled(rows) => self.labelled(rows),
            Block::Line(words) => self.line(words),
            Block::Row(row) => self.row(row),
            Block::Table(table) => self.table(table),
        }
    }

    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn styled(&mut self, tone: Tone, text: &str) {
        for line in wrapped(text, WIDTH) {
            if self.look.colour {
                self.line(&format!("\x1b[{}m{line}\x1b[0m", style(tone)));
            } else {
                self.line(&line);
            }
        }
    }

    /// The labels are made equally wide.
    fn labelled(&mut self, rows: &[(String, String, Fit)]) {
        let column = rows.iter().map(|(label, ..)| label.width()).max().unwrap_or_default() + 4;
        for (label, text, fit) in rows {
            let mut label = format!("  {label}");
            for line in fit.lines(text, WIDTH.saturating_sub(column)) {
                let pad = column.saturating_sub(label.width());
                self.line(&format!("{label}{:pad$}{line}", ""));
                label.clear();
            }
        }
    }

    fn row(&mut self, row: &Row) {
        if row.wraps {
            let indent = COUNTS + 2;
            for line in wrapped(&row.label, WIDTH - indent) {
                self.line(&format!("{:indent$}{}", "", line.replace(UNBROKEN, " ")));
            }
            return;
        }
        let line = cell_line(row);
        let bar = row.bar.map(|value| self.chart.bar(self.look, line.width(), value));
        self.line(&format!("{line}{}", bar.unwrap_or_default()));
    }

    fn table(&mut self, table: &Table) {
        let mut lines = table_lines(table).into_iter();
        if let Some(heads) = lines.next() {
            self.line(&heads);
        }
        let lines: Vec<_> = lines.collect();
        let values = table.bars.iter().copied();
        let chart = Chart::of(lines.iter().map(|line| line.width()).zip(values));
        for (place, line) in lines.iter().enumerate() {
            let bar = table.bars.get(place).map(|bar| chart.bar(self.look, line.width(), *bar));
            self.line(&format!("{line}{}", bar.unwrap_or_default()));
        }
    }
}

/// The look of a tone on a terminal (ECMA-48, SGR).
fn style(tone: Tone) -> &'static str {
    match tone {
        Tone::Strong => "1",
        Tone::Alarm | Tone::Grave(Gravity::Severe) => "31",
        Tone::Warning | Tone::Grave(Gravity::Moderate) => "33",
        Tone::Grave(Gravity::Critical) => "1;31",
        Tone::Grave(Gravity::Slight) => "36",
    }
}

impl Fit {
    fn lines(self, text: &str, width: usize) -> Vec<String> {
        let mut lines = wrapped(text, width);
        if let Self::Lines(most) = self
            && lines.len() > most
        {
            let rest = lines.split_off(most.saturating_sub(1)).join(" ");
            lines.push(cut_at(&rest, width));
        }
        lines
    }
}

/// A right-aligned value with its label, cut at the page's width.
fn cell_line(row: &Row) -> String {
    let Row { value, aside, label, .. } = row;
    let pad = COUNTS.saturating_sub(value.width());
    let mut line = format!("{:pad$}{value}  {:indent$}", "", "", indent = 2 * row.depth);
    if !aside.is_empty() {
        let pad = ASIDE.saturating_sub(aside.width());
        line.extend(std::iter::repeat_n(' ', pad));
        line.push_str(aside);
        line.push_str("  ");
    }
    line.push_str(label);
    cut_at(line.trim_end(), WIDTH)
}

fn table_lines(table: &Table) -> Vec<String> {
    let Table { heads, rows, .. } = table;
    let widths: Vec<usize> = (0..heads.len())
        .map(|column| {
            let cells = rows.iter().chain([heads]).filter_map(|row| row.get(column));
            cells.map(|cell| cell.width()).max().unwrap_or_default().max(9)
        })
        .collect();
    let line = |row: &Vec<String>| {
        let mut line = String::new();
        for (index, (cell, width)) in row.iter().zip(&widths).enumerate() {
            if index + 1 == heads.len() {
                line.push_str("  ");
                line.push_str(cell);
            } else {
                let pad = width.saturating_sub(cell.width()) + usize::from(index > 0);
                line.extend(std::iter::repeat_n(' ', pad));
                line.push_str(cell);
            }
        }
        cut_at(line.trim_end(), WIDTH)
    };
    [heads].into_iter().chain(rows).map(line).collect()
}

fn cut_at(text: &str, most: usize) -> String {
    if text.width() <= most {
        return text.to_owned();
    }
    let mut width = 0;
    let mut out = String::new();
    for character in text.chars() {
        width += character.width().unwrap_or_default();
        if width >= most {
            break;
        }
        out.push(character);
    }
    out.push('…');
    out
}

/// Breaks a text into lines of at most `most` columns: between words, and anywhere between
/// wide characters, but for those that begin no line.
fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text;
    while rest.width() > most {
        let (mut width, mut last, mut narrow) = (0, ' ', None);
        let mut fits = 0;
        for (at, character) in rest.char_indices() {
            let here = character.width().unwrap_or_default();
            let wide = here > 1 || last.width().unwrap_or_default() > 1;
            if at > 0 && (character == ' ' || wide && !CLOSING.contains(character)) {
                narrow = Some(at);
            }
            width += here;
            if width > most {
                break;
            }
            (last, fits) = (character, at + character.len_utf8());
        }
        let (line, after) = rest.split_at(narrow.unwrap_or(fits.max(1)));
        lines.push(line.trim_end().to_owned());
        rest = after.trim_start();
    }
    lines.push(rest.to_owned());
    lines
}

/// What begins no line.
const CLOSING: &str = "、。,.)」』;:!?ー・…";
