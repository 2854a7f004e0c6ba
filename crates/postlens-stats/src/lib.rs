//! Mergeable counters, top lists and histograms over the records of a log.
//!
//! [`Stats`] takes in a log as a [`Consumer`](postlens_track::Consumer) and holds the
//! figures of a report. Everything here can be merged: figures of two parts of a log,
//! merged, equal the figures of the whole.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests fail by panicking"))]

pub mod causes;
pub mod compare;
pub mod counts;
pub mod histogram;
mod key;
pub mod reason;
mod rename;
pub mod stats;
pub mod timeline;
pub mod top;
pub mod trend;

pub use causes::{CauseGroup, by_cause};
pub use counts::Counts;
pub use histogram::Histogram;
pub use rename::{Named, Rename};
pub use stats::Stats;
pub use timeline::Timeline;
pub use top::{Counted, Top};
pub use trend::Trend;
