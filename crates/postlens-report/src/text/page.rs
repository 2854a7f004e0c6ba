//! Headings, rows and tables in fixed columns.

use bstr::BStr;
use postlens_detect::Gravity;
use postlens_stats::{Counted, Histogram, Top};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::escape::printable;
use crate::language::Language;
use crate::number::{count, delay};
use crate::text::bars::{Chart, Look};
use crate::text::verdict::style;

/// A text page that grows section by section.
#[derive(Debug)]
pub struct Page<'a> {
    language: &'a Language,
    look: Look,
    out: String,
}

/// How a long text is brought into lines.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fit {
    /// All of it, in as many lines as it needs.
    Wrap,
    /// At most so many lines; the rest is left out.
    Lines(usize),
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

/// Where the counts end.
const COUNTS: usize = 12;
/// A space at which no line is broken.
const UNBROKEN: &str = "\u{a0}";
/// Columns of a page: what is longer is cut or goes on in the next line.
pub(crate) const WIDTH: usize = 100;

impl<'a> Page<'a> {
    /// An empty page.
    pub(crate) fn new(language: &'a Language, look: Look) -> Self {
        Self { language, look, out: String::new() }
    }

    /// What the page's reader can see.
    pub(crate) fn look(&self) -> Look {
        self.look
    }

    /// The language of the page.
    pub(crate) fn language(&self) -> &'a Language {
        self.language
    }

    /// The words for a key.
    pub(crate) fn words(&self, key: &str) -> String {
        self.language.text(key)
    }

    /// The words for a key with values.
    pub(crate) fn words_with<V: AsRef<str>>(&self, key: &str, values: &[(&str, V)]) -> String {
        self.language.with(key, values)
    }

    /// A heading after an empty line.
    pub(crate) fn heading(&mut self, key: &str) {
        let words = self.words(key);
        self.out.push('\n');
        self.bold(&words);
    }

    /// A line in bold where colours are allowed.
    pub(crate) fn bold(&mut self, text: &str) {
        self.styled("1", text);
    }

    /// A line that stands out as trouble.
    pub(crate) fn alarm(&mut self, text: &str) {
        self.styled("31", text);
    }

    /// Lines that stand out as a warning.
    pub(crate) fn warning(&mut self, text: &str) {
        self.styled("33", text);
    }

    /// Lines that stand out as much as they are grave.
    pub(crate) fn grave(&mut self, gravity: Gravity, text: &str) {
        self.styled(style(gravity), text);
    }

    fn styled(&mut self, style: &str, text: &str) {
        for line in wrapped(text, WIDTH) {
            if self.look.colour {
                self.line(&format!("\x1b[{style}m{line}\x1b[0m"));
            } else {
                self.line(&line);
            }
        }
    }

    /// Words in as many lines as they may take, all indented.
    pub(crate) fn paragraph(&mut self, indent: usize, text: &str, fit: Fit) {
        for line in fit.lines(text, WIDTH.saturating_sub(indent)) {
            self.line(&format!("{:indent$}{line}", ""));
        }
    }

    /// An item of a list: what leads it, and its words in as many lines as they take.
    pub(crate) fn item(&mut self, indent: usize, lead: &str, text: &str) {
        let mut lead = lead.to_owned();
        let width = lead.width();
        for line in wrapped(text, WIDTH.saturating_sub(indent + width)) {
            self.line(&format!("{:indent$}{lead}{line}", ""));
            lead = " ".repeat(width);
        }
    }

    /// Words beside their labels (keys), which are indented and made equally wide.
    pub(crate) fn labelled(&mut self, rows: &[(&str, String, Fit)]) {
        let labels: Vec<String> = rows.iter().map(|(key, ..)| self.words(key)).collect();
        let column = labels.iter().map(|label| label.width()).max().unwrap_or_default() + 4;
        for (label, (_, text, fit)) in labels.iter().zip(rows) {
            let mut label = format!("  {label}");
            for line in fit.lines(text, WIDTH.saturating_sub(column)) {
                let pad = column.saturating_sub(label.width());
                self.line(&format!("{label}{:pad$}{line}", ""));
                label.clear();
            }
        }
    }

    /// A line as it is.
    pub(crate) fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// A count with its label, indented by `depth`.
    pub(crate) fn row(&mut self, depth: usize, number: u64, label: &str) {
        self.cells(depth, &count(number), label);
    }

    /// A right-aligned value with its label.
    pub(crate) fn cells(&mut self, depth: usize, value: &str, label: &str) {
        self.line(&cell_line(depth, value, label));
    }

    /// Counts with their labels, and bars where the reader can see them.
    pub(crate) fn bar_row(&mut self, chart: &Chart, number: u64, label: &str) {
        let line = cell_line(0, &count(number), label);
        let bar = self.bar(chart, line.width(), number);
        self.line(&format!("{line}{bar}"));
    }

    /// The chart that [`bar_row`](Self::bar_row) needs: all labels and counts.
    pub(crate) fn chart<'l>(rows: impl Iterator<Item = (&'l str, u64)>) -> Chart {
        Chart::of(rows.map(|(label, number)| (cell_line(0, &count(number), label).width(), number)))
    }

    /// The highest entries of a list, each with its count, the rest summed up.
    pub(crate) fn list<C: Counted>(
        &mut self,
        list: &Top<C>,
        most: usize,
        number: impl Fn(&C) -> u64,
        mut more: impl FnMut(&mut Self, &BStr, &C),
    ) {
        for (text, counts) in list.top(most) {
            self.row(0, number(counts), &cut(&printable(text)));
            more(self, text, counts);
        }
        self.rest(list, most);
    }

    /// Says what a list does not show.
    pub(crate) fn rest<C: Counted>(&mut self, list: &Top<C>, most: usize) {
        self.more_rows(0, list.len().saturating_sub(most));
        self.approximate(list.dropped());
    }

    /// Says how many rows of a depth are not shown.
    pub(crate) fn more_rows(&mut self, depth: usize, left: usize) {
        if let Some(words) = self.more(left) {
            self.cells(depth, "", &words);
        }
    }

    /// Says how many paragraphs of an indentation are not shown.
    pub(crate) fn more_paragraphs(&mut self, indent: usize, left: usize) {
        if let Some(words) = self.more(left) {
            self.paragraph(indent, &words, Fit::Wrap);
        }
    }

    fn more(&self, left: usize) -> Option<String> {
        let number = count(u64::try_from(left).unwrap_or(u64::MAX));
        (left > 0).then(|| self.words_with("more", &[("count", number)]))
    }

    /// Says that a list let rare entries go.
    pub(crate) fn approximate(&mut self, dropped: u64) {
        if dropped > 0 {
            let words = self.words_with("approximate", &[("count", count(dropped))]);
            self.cells(0, "", &words);
        }
    }

    /// The highest entries of a list in one line, with their counts where `counted`.
    pub(crate) fn named(&self, list: &Top<u64>, most: usize, counted: bool) -> String {
        let name = |(name, number): (&BStr, &u64)| {
            let number = if counted { format!(" {}", count(*number)) } else { String::new() };
            format!("{}{number}", printable(name))
        };
        let mut names: Vec<String> = list.top(most).into_iter().map(name).collect();
        if list.len() > names.len() {
            names.push("…".to_owned());
        }
        self.listed(&names)
    }

    /// Counts in one line, each after its words.
    pub(crate) fn counted(&self, counts: impl Iterator<Item = (String, u64)>) -> String {
        let parts: Vec<_> =
            counts.map(|(words, number)| format!("{words} {}", count(number))).collect();
        self.listed(&parts)
    }

    /// The same in as many lines as it takes, broken between counts.
    pub(crate) fn counted_lines(&mut self, counts: impl Iterator<Item = (String, u64)>) {
        let parts: Vec<_> = counts
            .map(|(words, number)| format!("{words} {}", count(number)).replace(' ', UNBROKEN))
            .collect();
        let indent = COUNTS + 2;
        for line in wrapped(&self.listed(&parts), WIDTH - indent) {
            self.line(&format!("{:indent$}{}", "", line.replace(UNBROKEN, " ")));
        }
    }

    fn listed(&self, parts: &[String]) -> String {
        parts.join(&self.words("separator-list"))
    }

    /// Says how long it mostly and nearly always took, where that is known.
    pub(crate) fn took(&mut self, key: &str, times: &Histogram) {
        if let (Some(median), Some(most)) = (times.quantile(0.5), times.quantile(0.95)) {
            let words = self.words_with(key, &[("median", delay(median)), ("most", delay(most))]);
            self.cells(0, "", &words);
        }
    }

    /// A table: right-aligned columns, the last one left-aligned.
    pub(crate) fn table(&mut self, heads: &[&str], rows: &[Vec<String>]) {
        for line in self.table_lines(heads, rows) {
            self.line(&line);
        }
    }

    /// A table with a bar at the end of each row, where the reader can see it.
    pub(crate) fn charted(&mut self, heads: &[&str], rows: &[Vec<String>], values: &[u64]) {
        let lines = self.table_lines(heads, rows);
        let (Some(heads), rows) = (lines.first(), lines.get(1..).unwrap_or_default()) else {
            return;
        };
        self.line(heads);
        let chart = Chart::of(rows.iter().map(|line| line.width()).zip(values.iter().copied()));
        for (line, value) in rows.iter().zip(values) {
            let bar = self.bar(&chart, line.width(), *value);
            self.line(&format!("{line}{bar}"));
        }
    }

    fn table_lines(&self, heads: &[&str], rows: &[Vec<String>]) -> Vec<String> {
        let heads: Vec<String> = heads.iter().map(|key| self.words(key)).collect();
        let widths: Vec<usize> = (0..heads.len())
            .map(|column| {
                let cells = rows.iter().chain([&heads]).filter_map(|row| row.get(column));
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
            cut(line.trim_end())
        };
        [&heads].into_iter().chain(rows).map(line).collect()
    }

    /// The page's text.
    pub(crate) fn finish(self) -> String {
        self.out
    }
}

/// A right-aligned value with its label, cut at the page's width.
fn cell_line(depth: usize, value: &str, label: &str) -> String {
    let pad = COUNTS.saturating_sub(value.width());
    let line = format!("{:pad$}{value}  {:indent$}{label}", "", "", indent = 2 * depth);
    cut(line.trim_end())
}

/// Cuts a text to the width of a page.
pub(crate) fn cut(text: &str) -> String {
    cut_at(text, WIDTH)
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
