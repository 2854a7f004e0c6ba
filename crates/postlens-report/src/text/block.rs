//! What a page consists of, before any format gives it a shape.

use postlens_detect::Gravity;

/// A part of a page. Texts of a log in it are printable already, and whole: how much of
/// them fits is for each format to say.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Block {
    /// An empty line.
    Space,
    /// The heading of what follows.
    Heading(String),
    /// Words that stand out.
    Styled(Tone, String),
    /// Words, indented by so many columns.
    Paragraph {
        /// Columns.
        indent: usize,
        /// The words.
        text: String,
        /// How they are brought into lines.
        fit: Fit,
    },
    /// An item of a list, indented by so many columns.
    Item {
        /// Columns.
        indent: usize,
        /// What leads it, such as its number.
        lead: String,
        /// The words.
        text: String,
    },
    /// Words beside their labels.
    Labelled(Vec<(String, String, Fit)>),
    /// A line of words.
    Line(String),
    /// A value with its label.
    Row(Row),
    /// Right-aligned columns and a left-aligned last one.
    Table(Table),
}

/// How words stand out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// As a title.
    Strong,
    /// As trouble.
    Alarm,
    /// As a warning.
    Warning,
    /// As much as they are grave.
    Grave(Gravity),
}

/// A value with its label.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Row {
    /// How deep it lies under the row before.
    pub(crate) depth: usize,
    /// The value; empty for a remark about the rows before.
    pub(crate) value: String,
    /// A second value between the first and the label.
    pub(crate) aside: String,
    /// What the value is about.
    pub(crate) label: String,
    /// What a bar beside it shows.
    pub(crate) bar: Option<u64>,
    /// Whether the label may take several lines rather than be cut.
    pub(crate) wraps: bool,
}

/// Right-aligned columns and a left-aligned last one.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Table {
    /// The columns' headings.
    pub(crate) heads: Vec<String>,
    /// The rows, each with a cell for each heading.
    pub(crate) rows: Vec<Vec<String>>,
    /// What bars beside the rows show; empty for none.
    pub(crate) bars: Vec<u64>,
}

/// How a long text is brought into lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    /// All of it, in as many lines as it needs.
    Wrap,
    /// At most so many lines; the rest is left out.
    Lines(usize),
}
