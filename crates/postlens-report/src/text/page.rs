//! Headings, rows and tables, in the words of a language.

use bstr::BStr;
use postlens_detect::Gravity;
use postlens_stats::{Counted, Histogram, Top};

use crate::escape::printable;
use crate::language::Language;
use crate::number::{count, delay};
pub(crate) use crate::text::block::Fit;
use crate::text::block::{Block, Row, Table, Tone};
use crate::text::{Look, layout};

/// A page that grows section by section. It has no shape yet: each format gives it one.
#[derive(Debug)]
pub struct Page<'a> {
    language: &'a Language,
    blocks: Vec<Block>,
}

/// A space at which no line is broken.
pub(crate) const UNBROKEN: &str = "\u{a0}";

impl<'a> Page<'a> {
    /// An empty page.
    pub(crate) fn new(language: &'a Language) -> Self {
        Self { language, blocks: Vec::new() }
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

    /// A heading.
    pub(crate) fn heading(&mut self, key: &str) {
        let words = self.words(key);
        self.heading_of(words);
    }

    /// A heading in words.
    pub(crate) fn heading_of(&mut self, words: String) {
        self.blocks.push(Block::Heading(words));
    }

    /// An empty line.
    pub(crate) fn space(&mut self) {
        self.blocks.push(Block::Space);
    }

    /// A title.
    pub(crate) fn bold(&mut self, text: &str) {
        self.styled(Tone::Strong, text);
    }

    /// Words that stand out as trouble.
    pub(crate) fn alarm(&mut self, text: &str) {
        self.styled(Tone::Alarm, text);
    }

    /// Words that stand out as a warning.
    pub(crate) fn warning(&mut self, text: &str) {
        self.styled(Tone::Warning, text);
    }

    /// Words that stand out as much as they are grave.
    pub(crate) fn grave(&mut self, gravity: Gravity, text: &str) {
        self.styled(Tone::Grave(gravity), text);
    }

    fn styled(&mut self, tone: Tone, text: &str) {
        self.blocks.push(Block::Styled(tone, text.to_owned()));
    }

    /// Words in as many lines as they may take, all indented.
    pub(crate) fn paragraph(&mut self, indent: usize, text: &str, fit: Fit) {
        self.blocks.push(Block::Paragraph { indent, text: text.to_owned(), fit });
    }

    /// An item of a list: what leads it, and its words in as many lines as they take.
    pub(crate) fn item(&mut self, indent: usize, lead: &str, text: &str) {
        let (lead, text) = (lead.to_owned(), text.to_owned());
        self.blocks.push(Block::Item { indent, lead, text });
    }

    /// Words beside their labels (keys).
    pub(crate) fn labelled(&mut self, rows: &[(&str, String, Fit)]) {
        let rows = rows.iter().map(|(key, text, fit)| (self.words(key), text.clone(), *fit));
        let rows = rows.collect();
        self.blocks.push(Block::Labelled(rows));
    }

    /// A line of words.
    pub(crate) fn line(&mut self, text: &str) {
        self.blocks.push(Block::Line(text.to_owned()));
    }

    /// A count with its label, indented by `depth`.
    pub(crate) fn row(&mut self, depth: usize, number: u64, label: &str) {
        self.cells(depth, &count(number), label);
    }

    /// A right-aligned value with its label.
    pub(crate) fn cells(&mut self, depth: usize, value: &str, label: &str) {
        let (value, label) = (value.to_owned(), label.to_owned());
        self.blocks.push(Block::Row(Row { depth, value, label, ..Row::default() }));
    }

    /// A count and a second value with their label.
    pub(crate) fn sized_row(&mut self, number: u64, aside: String, label: String) {
        let value = count(number);
        self.blocks.push(Block::Row(Row { value, aside, label, ..Row::default() }));
    }

    /// A count with its label, and a bar where the reader can see it. Bars under one
    /// heading have one scale.
    pub(crate) fn bar_row(&mut self, number: u64, label: &str) {
        let (value, label) = (count(number), label.to_owned());
        let bar = Some(number);
        self.blocks.push(Block::Row(Row { value, label, bar, ..Row::default() }));
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
            self.row(0, number(counts), &printable(text));
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
        let label = self.listed(&parts);
        self.blocks.push(Block::Row(Row { label, wraps: true, ..Row::default() }));
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
    pub(crate) fn table(&mut self, heads: &[&str], rows: Vec<Vec<String>>) {
        self.charted(heads, rows, Vec::new());
    }

    /// A table with a bar at the end of each row, where the reader can see it.
    pub(crate) fn charted(&mut self, heads: &[&str], rows: Vec<Vec<String>>, bars: Vec<u64>) {
        let heads = heads.iter().map(|key| self.words(key)).collect();
        self.blocks.push(Block::Table(Table { heads, rows, bars }));
    }

    /// The page as text.
    pub(crate) fn text(self, look: Look) -> String {
        layout::lines(&self.blocks, look)
    }

    /// What the page consists of.
    pub(crate) fn finish(self) -> Vec<Block> {
        self.blocks
    }
}
