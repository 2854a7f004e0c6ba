//! What the tables are.

mod deliveries;
mod events;
mod messages;
mod refusals;
mod sessions;
mod suppressions;

pub(crate) use deliveries::fill as delivery;
pub(crate) use events::fill as event;
pub(crate) use messages::fill as message;
pub(crate) use refusals::fill as refusal;
pub(crate) use sessions::fill as session;
pub(crate) use suppressions::fill as suppression;

/// A set of rows of one shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Messages: the life of one queue ID each.
    Messages,
    /// Delivery attempts.
    Deliveries,
    /// Refusals and other decisions about commands.
    Refusals,
    /// Client connections.
    Sessions,
    /// Lines.
    Events,
    /// Recipients that should get no more mail.
    Suppressions,
}

/// One column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in every format.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What it means, a sentence without its full stop.
    pub about: &'static str,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Int,
    /// Seconds, with a fraction.
    Seconds,
    /// A point in time.
    Time,
    /// Yes or no.
    Bool,
    /// An array or an object in JSON.
    Json,
}

impl Kind {
    /// Its word in the reference.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Int => "integer",
            Self::Seconds => "seconds",
            Self::Time => "time",
            Self::Bool => "boolean",
            Self::Json => "JSON",
        }
    }
}

impl Table {
    /// Every table.
    pub const ALL: [Self; 6] = [
        Self::Messages,
        Self::Deliveries,
        Self::Refusals,
        Self::Sessions,
        Self::Events,
        Self::Suppressions,
    ];

    /// Its name: that of the SQL table and of the sheet.
    pub fn name(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::Deliveries => "deliveries",
            Self::Refusals => "refusals",
            Self::Sessions => "sessions",
            Self::Events => "events",
            Self::Suppressions => "suppressions",
        }
    }

    /// What a row is, and what its `id` is made of.
    pub fn about(self) -> &'static str {
        match self {
            Self::Messages => {
                "A row is a message: the life of one queue ID, from arrival to removal. Its \
                 `id` is made of the host and the instance that first spoke of it, its queue \
                 ID and its arrival, since queue IDs are used again. A message whose end is \
                 not in the log yet has the same `id` when the log is read again later."
            }
            Self::Deliveries => {
                "A row is an attempt to deliver a message to one recipient. Its `id` is the \
                 place of its line: a hash of the log's beginning, and a byte offset. Rotation \
                 and compression do not change it."
            }
            Self::Refusals => {
                "A row is a refusal, or another decision about a command of a client. Its `id` \
                 is the place of its line; `postlens trace` takes it."
            }
            Self::Sessions => {
                "A row is a connection of a client. Its `id` is the place of its first line."
            }
            Self::Events => {
                "A row is a line of the log. Its `id` is its place. Columns that a line does \
                 not have are null; fields without a column of their own are in `fields`."
            }
            Self::Suppressions => {
                "A row is a recipient to whom mail failed for good and was never delivered \
                 since. Its `id` is the address in lower case."
            }
        }
    }

    /// Its columns, in their usual order. The first is `id`.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Messages => messages::COLUMNS,
            Self::Deliveries => deliveries::COLUMNS,
            Self::Refusals => refusals::COLUMNS,
            Self::Sessions => sessions::COLUMNS,
            Self::Events => events::COLUMNS,
            Self::Suppressions => suppressions::COLUMNS,
        }
    }
}

/// Columns and how their cells come from a row, side by side. `fill` appends the cells of
/// those columns for which `wanted` says yes.
macro_rules! columns {
    ($row:ident: $type:ty; $($name:ident $kind:ident $about:literal $cell:expr;)*) => {
        pub(super) const COLUMNS: &[crate::Column] = &[$(crate::Column {
            name: stringify!($name),
            kind: crate::Kind::$kind,
            about: $about,
        },)*];

        pub(crate) fn fill<'a>(
            $row: &'a $type,
            wanted: &[bool],
            cells: &mut Vec<crate::Cell<'a>>,
        ) {
            let mut wanted = wanted.iter();
            $(if wanted.next().is_some_and(|wanted| *wanted) {
                cells.push(crate::Cell::from($cell));
            })*
        }
    };
}
pub(crate) use columns;

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn names_are_told_apart() {
        for table in Table::ALL {
            let mut names: Vec<_> = table.columns().iter().map(|column| column.name).collect();
            assert_eq!(names.first(), Some(&"id"));
            names.sort_unstable();
            let all = names.len();
            names.dedup();
            assert_eq!(names.len(), all, "{}", table.name());
        }
    }
}
