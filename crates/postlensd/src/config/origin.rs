//! Where each setting comes from.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Result;
use toml::de::{DeTable, DeValue};

/// A step on the way to a setting: a table's name, or its place among those of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setting {
    Name(&'static str),
    Place(usize),
}

impl From<&'static str> for Setting {
    fn from(name: &'static str) -> Self {
        Self::Name(name)
    }
}

impl From<usize> for Setting {
    fn from(place: usize) -> Self {
        Self::Place(place)
    }
}

/// What gave a setting its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A line of the file.
    Line(PathBuf, usize),
    /// The command line.
    Option,
    /// Nobody.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Option => f.write_str("--set"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// The lines of a file's settings, and what the command line set.
#[derive(Debug)]
pub(crate) struct Origins {
    path: PathBuf,
    /// Names and places of settings, joined by dots, and their lines.
    lines: Vec<(String, usize)>,
    set: Vec<String>,
}

impl Origins {
    pub(super) fn new(path: &Path, text: &str, set: &[String]) -> Result<Self> {
        let document = DeTable::parse(text)?;
        let mut lines = Vec::new();
        table(document.get_ref(), "", text, &mut lines);
        let name = |setting: &String| setting.split('=').next().unwrap_or_default().to_owned();
        Ok(Self { path: path.to_owned(), lines, set: set.iter().map(name).collect() })
    }

    /// Where a setting comes from; the file itself for none.
    pub(crate) fn of(&self, setting: &[Setting]) -> Origin {
        let joined = setting.iter().map(|step| match step {
            Setting::Name(name) => (*name).to_owned(),
            Setting::Place(place) => place.to_string(),
        });
        self.of_path(&joined.collect::<Vec<_>>().join("."))
    }

    /// The same for names and places joined by dots.
    pub(crate) fn of_path(&self, setting: &str) -> Origin {
        if setting.is_empty() {
            return Origin::Line(self.path.clone(), 1);
        }
        if self.set.iter().any(|name| name == setting) {
            return Origin::Option;
        }
        let line = self.lines.iter().find(|(name, _)| name == setting);
        line.map_or(Origin::Default, |(_, line)| Origin::Line(self.path.clone(), *line))
    }
}

fn table(entries: &DeTable<'_>, prefix: &str, text: &str, lines: &mut Vec<(String, usize)>) {
    for (key, entry) in entries {
        let name = format!("{prefix}{}", key.get_ref());
        lines.push((name.clone(), line(text, key.span().start)));
        value(entry.get_ref(), &name, text, lines);
    }
}

fn value(entry: &DeValue<'_>, name: &str, text: &str, lines: &mut Vec<(String, usize)>) {
    if let Some(entries) = entry.as_table() {
        table(entries, &format!("{name}."), text, lines);
    }
    for (place, entry) in entry.as_array().into_iter().flat_map(|all| all.iter().enumerate()) {
        let name = format!("{name}.{place}");
        lines.push((name.clone(), line(text, entry.span().start)));
        value(entry.get_ref(), &name, text, lines);
    }
}

/// The number of the line that a byte is in.
fn line(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}
