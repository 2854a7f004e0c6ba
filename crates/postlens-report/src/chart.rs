//! What a report draws: the figures of each chart, and where it stands. How a chart is
//! drawn is the same for every kind of picture ([`draw`]).

pub(crate) mod draw;
pub(crate) mod figures;
pub(crate) mod paint;
pub(crate) mod png;
pub(crate) mod svg;

use paint::Paint;

/// A chart.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Chart {
    /// A name in lower case, no two alike in a report.
    pub(crate) id: &'static str,
    /// The name of the section it stands in.
    pub(crate) section: &'static str,
    /// What it shows.
    pub(crate) title: String,
    /// The same for those who do not see it: what is highest.
    pub(crate) description: String,
    /// The figures.
    pub(crate) plot: Plot,
}

/// The figures of a chart, and how they are shown.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Plot {
    /// Columns over time, each a stack of counts.
    Columns {
        /// What the columns stand for, in their order.
        labels: Vec<String>,
        /// The counts: of each series one for every column.
        series: Vec<Series>,
    },
    /// Bars below each other, each a row of counts.
    Bars {
        /// What the bars stand for, with what is said about each.
        labels: Vec<(String, String)>,
        /// The counts: of each series one for every bar.
        series: Vec<Series>,
    },
    /// Delays on a logarithmic scale.
    Ranges(Vec<Range>),
    /// Counts as shades: a row for each day of the week, a column for each hour.
    Heat {
        /// The days' names.
        rows: Vec<String>,
        /// The counts, 24 for every day.
        cells: Vec<Vec<u64>>,
    },
}

/// Counts of one kind.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Series {
    /// What they count; empty where the title says it.
    pub(crate) name: String,
    /// What they are painted with.
    pub(crate) paint: Paint,
    /// The counts.
    pub(crate) values: Vec<u64>,
}

/// How long one stage took, in seconds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Range {
    /// The stage.
    pub(crate) label: String,
    /// The median, what 95 % stay within, the longest; with their words.
    pub(crate) marks: [(f64, String); 3],
}
