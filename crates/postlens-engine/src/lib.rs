//! The one pipeline of Postlens: from sources over parser threads and the tracker to
//! consumers. Commands and the daemon only choose sources and consumers.
//!
//! ```text
//! reader thread per stream ──► parser threads ──► one thread, in order:
//!                                                 copies → period → tracker → consumer
//! ```
//! Readers cut streams into chunks of whole lines; parser threads frame and understand
//! the lines of any chunk; the thread that called [`Run::run`] takes the chunks of each
//! stream in their order, merges the streams by time, and feeds tracker and consumer.
//! Queues are bounded, so memory does not grow with the log, and the result does not
//! depend on where chunks were cut or how many threads there are.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests fail by panicking"))]

mod lane;
mod merge;
mod parsed;
pub mod period;
pub mod run;

pub use run::{Order, Progress, Run, Summary};
