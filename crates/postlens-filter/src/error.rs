//! What can be wrong with a filter.

use crate::field::Field;

/// A filter that means nothing. What to write instead is its [`FilterError::hint`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// The value is empty.
    #[error("--{} needs a value", .field.name())]
    Empty {
        /// The field.
        field: Field,
    },
    /// The value is none that the field can have.
    #[error("--{} {value:?} is no {wanted}", .field.name())]
    Value {
        /// The field.
        field: Field,
        /// What was written.
        value: String,
        /// What is wanted, for people.
        wanted: &'static str,
        /// Values that can be meant or an example.
        hint: String,
    },
    /// A regular expression that cannot be read.
    #[error("--{} is no regular expression: {message}", .field.name())]
    Regex {
        /// The field.
        field: Field,
        /// What the reader of regular expressions says, on one line.
        message: String,
    },
    /// `--where` without a comparison.
    #[error("--where {value:?} is no comparison")]
    Where {
        /// What was written.
        value: String,
    },
    /// More than a query can hold.
    #[error("more than {limit} filters")]
    TooMany {
        /// How many there may be.
        limit: usize,
    },
}

impl FilterError {
    /// What to write instead.
    pub fn hint(&self) -> String {
        match self {
            Self::Empty { field } | Self::Regex { field, .. } => {
                format!("for example: --{} {}", field.name(), field.example())
            }
            Self::Value { hint, .. } => hint.clone(),
            Self::Where { .. } => {
                "write a field's name, =, !=, <, <=, > or >=, and a value: --where 'relay_port=25'"
                    .to_owned()
            }
            Self::TooMany { .. } => {
                "use patterns: '*@example.com' instead of many addresses".to_owned()
            }
        }
    }
}
