//! What to do about a finding.

use postlens_report::Language;

/// What to write or to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fix {
    /// A setting or a command as it is written.
    Line(String),
    /// Words with settings in them: `doctor-fix-…` in the reports' `doctor.ftl`.
    Words(&'static str, Vec<(&'static str, String)>),
}

impl Fix {
    /// Words with one value.
    pub(super) fn words(key: &'static str, name: &'static str, value: impl Into<String>) -> Self {
        Self::Words(key, vec![(name, value.into())])
    }

    /// For people.
    pub(super) fn text(&self, language: &Language) -> String {
        match self {
            Self::Line(line) => line.clone(),
            Self::Words(key, values) => language.with(&format!("doctor-fix-{key}"), values),
        }
    }
}

impl From<&str> for Fix {
    fn from(line: &str) -> Self {
        Self::Line(line.to_owned())
    }
}

impl From<String> for Fix {
    fn from(line: String) -> Self {
        Self::Line(line)
    }
}
