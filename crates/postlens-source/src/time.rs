//! Points in time; they are the grammar's.

pub use postlens_syntax::time::{Civil, Time};

pub(crate) use postlens_syntax::time::{
    DAY, MICROS, civil_from_days, days_from_civil, is_leap, seconds_of_day,
};
