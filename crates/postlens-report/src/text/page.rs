//! Headings, rows and tables in fixed columns.

use bstr::BStr;
use postlens_stats::{Counted, Top};
use unicode_width::UnicodeWidthStr;

use crate::escape::printable;
use crate::language::Language;
use crate::number::count;

/// A text page that grows section by section.
#[derive(Debug)]
pub struct Page<'a> {
    language: &'a Language,
    colour: bool,
    out: String,
}

/// Where the counts end.
const COUNTS: usize = 12;
/// Log text in lists is cut at this width: a line is 100 columns wide.
const TEXT: usize = 84;

impl<'a> Page<'a> {
    /// An empty page.
    pub(crate) fn new(language: &'a Language, colour: bool) -> Self {
        Self { language, colour, out: String::new() }
    }

    /// The words for a key.
    pub(crate) fn words(&self, key: &str) -> String {
        self.language.text(key)
    }

    /// The words for a key with values.
    pub(crate) fn words_with(&self, key: &str, values: &[(&str, &str)]) -> String {
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

    fn styled(&mut self, style: &str, text: &str) {
        if self.colour {
            self.line(&format!("\x1b[{style}m{text}\x1b[0m"));
        } else {
            self.line(text);
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
        let line = format!("{:>COUNTS$}  {:indent$}{label}", value, "", indent = 2 * depth);
        self.line(line.trim_end());
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
        if list.len() > most {
            let left = u64::try_from(list.len() - most).unwrap_or(u64::MAX);
            let words = self.words_with("more", &[("count", &count(left))]);
            self.cells(0, "", &words);
        }
        if list.dropped() > 0 {
            let words = self.words_with("approximate", &[("count", &count(list.dropped()))]);
            self.cells(0, "", &words);
        }
    }

    /// A table: right-aligned columns, the last one left-aligned.
    pub(crate) fn table(&mut self, heads: &[&str], rows: &[Vec<String>]) {
        let heads: Vec<String> = heads.iter().map(|key| self.words(key)).collect();
        let widths: Vec<usize> = (0..heads.len())
            .map(|column| {
                let cells = rows.iter().chain([&heads]).filter_map(|row| row.get(column));
                cells.map(|cell| cell.width()).max().unwrap_or_default().max(9)
            })
            .collect();
        for row in [&heads].into_iter().chain(rows) {
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
            self.line(line.trim_end());
        }
    }

    /// The page's text.
    pub(crate) fn finish(self) -> String {
        self.out
    }
}

/// Cuts a text to the width of a column.
pub(crate) fn cut(text: &str) -> String {
    if text.width() <= TEXT {
        return text.to_owned();
    }
    let mut width = 0;
    let mut out = String::new();
    for character in text.chars() {
        let mut buffer = [0; 4];
        width += character.encode_utf8(&mut buffer).width();
        if width >= TEXT {
            break;
        }
        out.push(character);
    }
    out.push('…');
    out
}
