//! The tables of our records: which columns each has, and the cells of a row.
//!
//! A [`Table`] has [`Column`]s with a name, a kind and words about it, all in one place, so
//! that every format and the reference in the book say the same. A [`Row`] is one record or
//! one line; [`Selection`] takes the columns that are wanted from it.
//!
//! [`BatchBuilder`] gathers them in Arrow's columns, and [`ParquetWriter`] writes those.
//!
//! Every row has an `id` that is the same whenever the same log is read again, so that rows
//! can be loaded into a database any number of times.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests fail by panicking"))]

#[cfg(feature = "parquet")]
mod arrow;
mod cell;
mod fields;
mod function;
mod json;
#[cfg(feature = "parquet")]
mod parquet;
mod row;
mod selection;
mod suppression;
mod table;

#[cfg(feature = "parquet")]
pub use arrow::{BatchBuilder, schema};
pub use cell::{Cell, text};
pub use function::{FUNCTIONS, Function};
pub use json::escape;
#[cfg(feature = "parquet")]
pub use parquet::ParquetWriter;
pub use row::Row;
pub use selection::{Selection, UnknownColumn};
pub use suppression::{Advice, Suppression};
pub use table::{Column, Kind, Table};

/// The version of the tables: columns may be added within one.
pub const SCHEMA: i64 = 1;
