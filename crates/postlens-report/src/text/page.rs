//! Headings, rows and tables in fixed columns.

use bstr::BStr;
use postlens_detect::Gravity;
use postlens_stats::{Counted, Top};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::escape::printable;
use crate::language::Language;
use crate::number::count;
use crate::text::verdict::style;

/// A text page that grows section by section.
#[derive(Debug)]
pub struct Page<'a> {
    language: &'a Language,
    colour: bool,
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
/// Columns of a page: what is longer is cut or goes on in the next line.
const WIDTH: usize = 100;

impl<'a> Page<'a> {
    /// An empty page.
    pub(crate) fn new(language: &'a Language, colour: bool) -> Self {
        Self { language, colour, out: String::new() }
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
            if self.colour {
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

    /// A line cut at the page's width.
    pub(crate) fn cut_line(&mut self, text: &str) {
        self.line(&cut_at(text, WIDTH));
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
        let pad = COUNTS.saturating_sub(value.width());
        let line = format!("{:pad$}{value}  {:indent$}{label}", "", "", indent = 2 * depth);
        self.cut_line(line.trim_end());
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
            self.cut_line(line.trim_end());
        }
    }

    /// The page's text.
    pub(crate) fn finish(self) -> String {
        self.out
    }
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
