//! What a report is made of.

use postlens_detect::Finding;
use postlens_stats::Stats;
use postlens_stats::stats::traffic::{Span, Traffic};
use postlens_syntax::Time;
use postlens_track::Counters;

/// Figures and what is to be said about where they come from.
#[derive(Debug)]
pub struct Report<'a> {
    /// The figures.
    pub stats: &'a Stats,
    /// What is wrong.
    pub findings: &'a [Finding],
    /// What the period is compared with.
    pub comparison: Option<Comparison<'a>>,
    /// The period that was asked for: its ends, where it has any.
    pub period: (Option<Time>, Option<Time>),
    /// What the report is about; `None` where it is about everything.
    pub filter: Option<Filter>,
    /// What normal was learned from before the period; `None` where no beginning was asked
    /// for.
    pub learned: Option<Learned>,
    /// What was read.
    pub source: Source,
    /// How many entries lists show.
    pub top: usize,
    /// What is shown, and how much of it.
    pub view: View,
}

/// What a report's period is compared with.
#[derive(Debug, Clone, Copy)]
pub struct Comparison<'a> {
    /// The figures of the other period.
    pub then: &'a Stats,
    /// The ends of the other period.
    pub ends: Option<(Time, Time)>,
    /// The length of the report's period in that of the other.
    pub scale: f64,
    /// Mail by the hour before the report's period, to tell what is usual.
    pub usual: &'a Traffic,
}

/// What a report is about.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Names of options, and their values as they were written: of one option any fits, of
    /// different ones all must.
    pub words: Vec<(&'static str, Vec<String>)>,
    /// Lines of the period that it is not about.
    pub left_out: u64,
}

/// Lines before a report's period, from which problems learned what is usual.
#[derive(Debug, Clone, Copy, Default)]
pub struct Learned {
    /// How many.
    pub lines: u64,
    /// The first one's time; `None` where there are none.
    pub from: Option<Time>,
    /// The period's beginning; `None` where there are none.
    pub to: Option<Time>,
}

/// What a report shows.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// The sections to be shown, by the names in [`text::names`](crate::text::names); all
    /// where it is empty.
    pub sections: Vec<String>,
    /// Whether to show what is of use only now and then: more columns, more lists.
    pub detail: bool,
    /// By which span mail is counted, where that was asked for.
    pub by: Option<Span>,
    /// What comes first after the verdict.
    pub first: First,
}

/// The order of a report's parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum First {
    /// What went wrong, then the traffic.
    #[default]
    Problems,
    /// The traffic, then what went wrong.
    Traffic,
}

impl Report<'_> {
    /// Whether a section is to be shown.
    pub fn shows(&self, section: &str) -> bool {
        let sections = &self.view.sections;
        sections.is_empty() || sections.iter().any(|name| name == section)
    }
}

/// What was read, and what was not.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// Files read.
    pub files: usize,
    /// Lines read, all of them.
    pub lines: u64,
    /// Bytes of log text, decompressed.
    pub bytes: u64,
    /// Lines outside the period.
    pub outside: u64,
    /// Lines taken for copies of lines in other logs, by log.
    pub copies: Vec<(String, u64)>,
    /// What could not be read, with what to do about it.
    pub problems: Vec<(String, Option<&'static str>)>,
    /// What the tracker had to let go.
    pub tracker: Counters,
}
