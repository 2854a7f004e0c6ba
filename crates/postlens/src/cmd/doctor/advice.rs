//! What was found, and what to do.

use super::fix::Fix;
use crate::postfix::At;

/// How much it matters, the worse the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// It could be better.
    Advice,
    /// It may do harm.
    Warning,
    /// Lines are lost or mail goes wrong.
    Problem,
}

impl Level {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Advice => "advice",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

/// Kinds with their public names, under which their words stand too.
macro_rules! kinds {
    ($($kind:ident $name:literal,)*) => {
        /// What is wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Kind {
            $(#[doc = concat!("`", $name, "`: see its words.")] $kind,)*
        }

        impl Kind {
            /// All kinds.
            #[cfg(test)]
            pub(super) const ALL: &[Self] = &[$(Self::$kind,)*];

            /// The public name.
            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }
        }
    };
}

kinds! {
    Verbose "verbose",
    DebugPeer "debug-peer",
    Subjects "subjects",
    AllHeaders "all-headers",
    Compatibility "compatibility",
    SoftBounce "soft-bounce",
    ShortIds "short-ids",
    NoPostlogd "no-postlogd",
    LogPlace "log-place",
    SameName "same-name",
    ForeignName "foreign-name",
    NoServiceName "no-service-name",
    TlsTalk "tls-talk",
    TlsSilent "tls-silent",
    ImjournalLimit "imjournal-limit",
    ImuxsockLimit "imuxsock-limit",
    ProgramName "program-name",
    OldStamps "old-stamps",
    Repeated "repeated",
    NoMailRule "no-mail-rule",
    JournalLimit "journal-limit",
    JournalLost "journal-lost",
    JournalLevel "journal-level",
    JournalForward "journal-forward",
    JournalShort "journal-short",
    JournalFull "journal-full",
    Throttled "throttled",
    NobodyRotates "nobody-rotates",
    RotationFails "rotation-fails",
    NotRotated "not-rotated",
    RotatedTwice "rotated-twice",
    KeptShort "kept-short",
    KeptLong "kept-long",
    CopyTruncate "copytruncate",
    NotReopened "not-reopened",
    Readable "readable",
    LostLines "lost-lines",
}

/// One finding.
#[derive(Debug, Clone)]
pub(super) struct Advice {
    pub(super) kind: Kind,
    pub(super) level: Level,
    /// Where the setting stands, or would.
    pub(super) at: At,
    /// The setting as it is.
    pub(super) setting: String,
    /// What to write or to run.
    pub(super) fix: Fix,
    /// Figures for the words.
    pub(super) values: Vec<(&'static str, String)>,
}

impl Advice {
    pub(super) fn new(
        kind: Kind,
        level: Level,
        at: At,
        setting: impl Into<String>,
        fix: impl Into<Fix>,
    ) -> Self {
        Self { kind, level, at, setting: setting.into(), fix: fix.into(), values: Vec::new() }
    }

    /// Adds a figure for the words.
    pub(super) fn with(mut self, name: &'static str, value: impl std::fmt::Display) -> Self {
        self.values.push((name, value.to_string()));
        self
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use postlens_report::{Lang, Language};

    use super::{Kind, Level};

    #[test]
    fn every_kind_has_words() {
        for lang in Lang::ALL {
            let language = Language::new(lang);
            let mut said = BTreeSet::new();
            for kind in Kind::ALL {
                for key in
                    [format!("doctor-{}", kind.name()), format!("doctor-{}-why", kind.name())]
                {
                    let text = language.text(&key);
                    assert_ne!(text, key);
                    assert!(said.insert(text), "said twice: {key}");
                }
            }
            for level in [Level::Advice, Level::Warning, Level::Problem] {
                let key = format!("doctor-level-{}", level.name());
                assert_ne!(language.text(&key), key);
            }
        }
    }
}
