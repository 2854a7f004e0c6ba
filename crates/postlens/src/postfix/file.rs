//! The lines of main.cf and master.cf: postconf(5), "The general format of the main.cf file".

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct At {
    /// As the system names it.
    pub(crate) file: PathBuf,
    /// From 1; `None` for the file as a whole.
    pub(crate) line: Option<usize>,
}

impl At {
    pub(crate) fn new(file: &Path, line: usize) -> Self {
        Self { file: file.to_owned(), line: Some(line) }
    }

    pub(crate) fn file(file: impl Into<PathBuf>) -> Self {
        Self { file: file.into(), line: None }
    }
}

/// `FILE:LINE`.
impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        self.line.map_or(Ok(()), |line| write!(f, ":{line}"))
    }
}

/// What a file sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) value: String,
    pub(super) at: At,
}

/// A logical line: its physical lines with their numbers.
pub(super) type Logical<'a> = Vec<(usize, &'a str)>;

/// Logical lines: what begins with white space continues the line before; comments and
/// blank lines may stand between.
pub(super) fn logical(text: &str) -> Vec<Logical<'_>> {
    let mut all: Vec<Logical<'_>> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        match all.last_mut() {
            Some(last) if line.starts_with(char::is_whitespace) => last.push((number, trimmed)),
            _ => all.push(vec![(number, trimmed)]),
        }
    }
    all
}

/// What main.cf sets; the last counts.
pub(super) fn settings(text: &str, file: &Path) -> BTreeMap<String, Setting> {
    let mut settings = BTreeMap::new();
    for line in logical(text) {
        let Some((number, _)) = line.first() else { continue };
        let whole = line.iter().map(|(_, text)| *text).collect::<Vec<_>>().join(" ");
        let Some((name, value)) = whole.split_once('=') else { continue };
        let at = At::new(file, *number);
        settings.insert(name.trim().to_owned(), Setting { value: value.trim().to_owned(), at });
    }
    settings
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::settings;

    #[test]
    fn settings_of_several_lines() {
        let text = "# a = 0\na = 1\n\nb = x,\n# comment\n\n   y\n  z\na=2\nempty =\n";
        let found = settings(text, Path::new("/m"));
        let shown: Vec<String> = found
            .iter()
            .map(|(name, setting)| format!("{name}={} {}", setting.value, setting.at))
            .collect();
        assert_eq!(shown, ["a=2 /m:9", "b=x, y z /m:4", "empty= /m:10"]);
    }
}
