//! The one pipeline of Postlens: from sources over parsing workers and the tracker to
//! consumers. Commands and the daemon only choose sources and consumers.
//!
//! ```text
//! worker: read a chunk ──► parse it ──┐
//! worker: read a chunk ──► parse it ──┼─► whoever is free, in order:
//! worker: …                           ┘   copies → period → tracker → consumer
//! ```
//! Who wants few lines of many looks at chunks instead, with [`Scan`].
//!
//! Workers read chunks of whole lines and understand them, each any chunk; whichever of
//! them is free consumes the chunks of each stream in their order, merges the streams by
//! time, and feeds tracker and consumer. What is on its way is bounded, so memory does not
//! grow with the log, and the result does not depend on where chunks were cut or how many
//! workers there are.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests fail by panicking"))]

mod feed;
pub mod gather;
mod lane;
mod merge;
mod parsed;
pub mod period;
mod relay;
pub mod run;
pub mod scan;

pub use gather::{Needles, Sighting, gather};
pub use period::InPeriod;
pub use run::{Only, Order, Progress, Run, Summary};
pub use scan::{Look, Scan, Take};
