//! The tables read: their notation, their rows, and the search among them.

use std::cmp::Reverse;
use std::fmt;
use std::sync::{LazyLock, OnceLock};

use super::files::FILES;
use super::index::Index;
use super::pattern::{Capture, LITERAL_BYTE, Pattern, Spans};
use crate::program::Daemon;
use crate::severity::{Class, Severity};

/// The classes that a row may name.
const CLASSES: [Class; 12] = [
    Class::Configuration,
    Class::LookupTable,
    Class::Dns,
    Class::Tls,
    Class::Sasl,
    Class::Network,
    Class::Milter,
    Class::Resource,
    Class::QueueFile,
    Class::Protocol,
    Class::Internal,
    Class::Other,
];

/// One row of a table: a message that a daemon can log.
#[derive(Debug)]
pub struct Row {
    file: &'static str,
    line: u32,
    severity: Severity,
    class: Option<Class>,
    kind: &'static str,
    text: &'static str,
    daemons: u128,
    pattern: Pattern,
}

impl Row {
    /// The severity of the lines it describes.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// What part of the system they are about; `None` for plain information.
    pub fn class(&self) -> Option<Class> {
        self.class
    }

    /// Their kind, in snake_case.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The pattern as written: literal text with `{name}`, `{name:int}`, `{name:hex}`,
    /// `{name:word}`; `{{` stands for a brace.
    pub fn pattern(&self) -> &'static str {
        self.text
    }

    /// The programs that log such lines.
    pub fn daemons(&self) -> impl Iterator<Item = Daemon> + '_ {
        Daemon::ALL.iter().copied().filter(|daemon| self.belongs_to(*daemon))
    }

    /// The names of the pattern's captures as written; `client` and `relay` become
    /// several fields.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.captures().map(Capture::name).filter(|name| !name.is_empty())
    }

    /// The table's file and the line in it.
    pub fn place(&self) -> (&'static str, u32) {
        (self.file, self.line)
    }

    pub(super) fn captures(&self) -> impl Iterator<Item = &Capture> {
        self.pattern.captures()
    }

    fn belongs_to(&self, daemon: Daemon) -> bool {
        self.daemons & bit(daemon) != 0
    }
}

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        self.place() == other.place()
    }
}

/// All rows of all tables.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    tables().groups().flat_map(|group| group.rows.iter())
}

/// The tables, read on first use.
pub(super) fn tables() -> &'static Tables {
    static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables::read(FILES));
    &TABLES
}

/// The weight from which on a row tells its line whoever wrote it.
const TELLING: usize = 12 * LITERAL_BYTE;

/// The same for a line whose tag may have been cut at its slash.
const CUT_TAG: usize = 6 * LITERAL_BYTE;

/// All rows by severity. Most logs hold lines of few severities, so that those of one are
/// compiled when the first such line is looked for.
#[derive(Debug)]
pub(super) struct Tables {
    /// The programs of Postfix.
    postfix: u128,
    sources: [Vec<Source>; 6],
    groups: [OnceLock<Group>; 6],
    #[cfg_attr(not(test), expect(dead_code, reason = "the tests see that there are none"))]
    errors: Vec<RowError>,
}

/// A row as written.
#[derive(Debug)]
struct Source {
    file: &'static str,
    line: u32,
    severity: Severity,
    daemons: u128,
    /// The columns after the severity.
    text: &'static str,
}

/// The rows of one severity, the most specific first.
#[derive(Debug, Default)]
struct Group {
    rows: Vec<Row>,
    index: Index,
    #[cfg_attr(not(test), expect(dead_code, reason = "the tests see that there are none"))]
    errors: Vec<RowError>,
}

impl Tables {
    /// Reads files given as name and text.
    pub(super) fn read(files: &[(&'static str, &'static str)]) -> Self {
        let mut errors = Vec::new();
        let mut sources = <[Vec<Source>; 6]>::default();
        for source in files.iter().flat_map(|&(file, text)| read_file(file, text)) {
            match source {
                Ok(source) => {
                    if let Some(group) = sources.get_mut(group_of(source.severity)) {
                        group.push(source);
                    }
                }
                Err(error) => errors.push(error),
            }
        }
        let postfix = read_daemons("*").unwrap_or(0);
        Self { postfix, sources, groups: <[OnceLock<Group>; 6]>::default(), errors }
    }

    /// The rows of all severities, the most specific of each first.
    fn groups(&self) -> impl Iterator<Item = &Group> {
        (0..self.groups.len()).filter_map(|number| self.compiled(number))
    }

    fn group(&self, severity: Severity) -> Option<&Group> {
        self.compiled(group_of(severity))
    }

    fn compiled(&self, number: usize) -> Option<&Group> {
        let sources = self.sources.get(number)?;
        Some(self.groups.get(number)?.get_or_init(|| Group::compile(sources)))
    }

    /// The rows that could not be read.
    #[cfg(test)]
    pub(super) fn errors(&self) -> impl Iterator<Item = &RowError> {
        self.errors.iter().chain(self.groups().flat_map(|group| &group.errors))
    }

    /// Calls `visit` for each row that the index holds to be worth a try.
    #[cfg(test)]
    pub(super) fn visit_candidates(&self, severity: Severity, text: &[u8], visit: impl FnMut(u32)) {
        if let Some(group) = self.group(severity) {
            group.index.candidates(text, visit);
        }
    }

    /// The most specific row that describes `text`. Where Postfix's `daemon` has none,
    /// another of its programs' rows serves if it has enough text of its own: tags are
    /// changed by wrappers, by log shippers and by those who make logs anonymous.
    pub(super) fn find(
        &self,
        daemon: Daemon,
        severity: Severity,
        text: &[u8],
    ) -> Option<(&Row, Spans)> {
        let group = self.group(severity)?;
        let own = |row: &Row| row.belongs_to(daemon);
        // Where the tag names no daemon, any may have written the line.
        let enough = if daemon == Daemon::Postfix { CUT_TAG } else { TELLING };
        let like = |row: &Row| row.daemons & self.postfix != 0 && row.pattern.weight() >= enough;
        let other = || daemon.is_postfix().then(|| group.find(text, like)).flatten();
        group.find(text, own).or_else(other)
    }
}

impl Group {
    fn compile(sources: &[Source]) -> Self {
        let (mut rows, mut errors) = (Vec::with_capacity(sources.len()), Vec::new());
        for source in sources {
            match read_row(source) {
                Ok(row) => rows.push(row),
                Err(error) => errors.push(RowError::new(source.file, source.line, error)),
            }
        }
        // Among equals a daemon's own row goes before one of many daemons.
        rows.sort_by_cached_key(|row| (Reverse(row.pattern.weight()), row.daemons.count_ones()));
        let index = Index::new(rows.iter().map(|row| &row.pattern)).unwrap_or_else(|error| {
            errors.push(RowError::new("", 0, error));
            Index::default()
        });
        Self { rows, index, errors }
    }

    fn find(&self, text: &[u8], eligible: impl Fn(&Row) -> bool) -> Option<(&Row, Spans)> {
        let mut best: Option<(u32, &Row, Spans)> = None;
        self.index.candidates(text, |rank| {
            if best.as_ref().is_some_and(|(found, ..)| *found <= rank) {
                return;
            }
            let row = self.rows.get(rank as usize).filter(|row| eligible(row));
            if let Some((row, spans)) = row.and_then(|row| Some((row, row.pattern.matches(text)?)))
            {
                best = Some((rank, row, spans));
            }
        });
        best.map(|(_, row, spans)| (row, spans))
    }
}

/// A row that breaks the notation.
#[derive(Debug)]
pub(super) struct RowError {
    file: &'static str,
    line: u32,
    message: String,
}

impl RowError {
    fn new(file: &'static str, line: u32, message: impl fmt::Display) -> Self {
        Self { file, line, message: message.to_string() }
    }
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tables/{}:{}: {}", self.file, self.line, self.message)
    }
}

fn read_file(
    file: &'static str,
    text: &'static str,
) -> impl Iterator<Item = Result<Source, RowError>> {
    let mut daemons = Ok(0);
    text.lines().zip(1u32..).filter_map(move |(text, line)| {
        if text.is_empty() || text.starts_with('#') {
            return None;
        }
        if let Some(names) = text.strip_prefix("@daemons ") {
            daemons = read_daemons(names);
            return daemons.clone().err().map(|error| Err(RowError::new(file, line, error)));
        }
        let daemons = daemons.as_ref().copied().ok()?;
        let source = text
            .split_once('\t')
            .ok_or_else(|| "fewer than four columns".to_owned())
            .and_then(|(severity, text)| {
                let severity = read_severity(severity)?;
                Ok(Source { file, line, severity, daemons, text })
            });
        Some(source.map_err(|error| RowError::new(file, line, error)))
    })
}

fn read_row(source: &Source) -> Result<Row, String> {
    let &Source { file, line, severity, daemons, text } = source;
    let mut columns = text.splitn(3, '\t');
    let mut column = || columns.next().ok_or("fewer than four columns");
    let (class, kind, text) = (column()?, column()?, column()?);
    let class = read_class(class)?;
    let kind = match kind {
        "-" if severity == Severity::Info => return Err("an info row needs a kind".to_owned()),
        "-" => severity.name(),
        _ => kind,
    };
    if class.is_none() && severity > Severity::Info {
        return Err("trouble needs a class".to_owned());
    }
    if daemons == 0 {
        return Err("no @daemons before the row".to_owned());
    }
    let pattern = Pattern::compile(text)?;
    if severity != Severity::Debug && pattern.captures().any(|c| c.name().is_empty()) {
        return Err("a capture needs a name".to_owned());
    }
    Ok(Row { file, line, severity, class, kind, text, daemons, pattern })
}

fn read_severity(name: &str) -> Result<Severity, String> {
    use Severity::{Debug, Error, Fatal, Info, Panic, Warning};
    let known = [Debug, Info, Warning, Error, Fatal, Panic].into_iter().find(|s| s.name() == name);
    known.ok_or_else(|| format!("unknown severity {name}"))
}

fn read_class(name: &str) -> Result<Option<Class>, String> {
    if name == "-" {
        return Ok(None);
    }
    let known = CLASSES.into_iter().find(|class| class.name() == name);
    known.map(Some).ok_or_else(|| format!("unknown class {name}"))
}

fn read_daemons(names: &str) -> Result<u128, String> {
    names.split_whitespace().try_fold(0, |set, name| {
        let named = |daemon: &&Daemon| match name {
            "*" => daemon.is_postfix(),
            _ => daemon.name() == name,
        };
        match Daemon::ALL.iter().filter(named).fold(0, |set, daemon| set | bit(*daemon)) {
            0 => Err(format!("unknown daemon {name}")),
            found => Ok(set | found),
        }
    })
}

fn bit(daemon: Daemon) -> u128 {
    1u128.checked_shl(daemon as u32).unwrap_or(0)
}

fn group_of(severity: Severity) -> usize {
    match severity {
        Severity::Info | Severity::Notice => 0,
        Severity::Warning => 1,
        Severity::Error => 2,
        Severity::Fatal => 3,
        Severity::Panic => 4,
        Severity::Debug => 5,
    }
}
