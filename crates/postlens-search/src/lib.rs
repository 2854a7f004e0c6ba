//! Finds the lines of a log that somebody asks for.
//!
//! A [`Search`] looks at chunks, which can be done by many threads at once, and gives
//! [`Hits`]: places of lines. Where a query tells which bytes every line that it matches
//! must hold, only lines with these are understood. What is done with hits is done chunk by
//! chunk in their order: [`Around`] gives the lines before and after them, [`Gatherer`] all
//! lines of the same message or session, [`Counter`] counts them.
//!
//! Lines are given as they stand in the log, also those that had to be rewritten to be
//! understood.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests fail by panicking"))]

mod around;
mod column;
mod count;
mod group;
mod hit;
mod search;

pub use around::{Around, Part};
pub use column::{Column, ColumnError, values};
pub use count::{Counter, Row};
pub use group::{Gatherer, Group};
pub use hit::{Carry, Found, Hit, Hits};
pub use search::Search;
