//! The Postfix queue: what waits, read from the queue files, the socket of showq(8), or from
//! what `postqueue -j` says.
//!
//! [`Spool`] reads a queue directory, live or saved, [`Showq`] the socket, [`listing`] what
//! postqueue(1) prints; all give [`Message`]s. [`Resolver`] asks Postfix where mail would go. [`Shape`] counts them by domain and age, as qshape(1) does, and
//! [`compat`] writes them as `postqueue -p` does.
//!
//! Postfix works on its queue while it is read: files move, vanish, and are incomplete
//! while they are written. That is no error; a [`Scan`] counts it.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")
)]

mod attributes;
pub mod compat;
mod defer_log;
mod file;
pub mod listing;
mod message;
mod name;
mod pace;
mod record;
mod resolve;
mod shape;
mod showq;
mod spool;

pub use defer_log::{Deferral, parse as parse_defer_log};
pub use file::{FileError, read as read_file};
pub use message::{Message, Origin, Recipient, domain};
pub use name::{QueueName, directories, is_queue_id};
pub use pace::Pace;
pub use record::Break;
pub use resolve::{ResolveError, Resolver, Route};
pub use shape::{Row, Shape, Table, Ticks};
pub use showq::{Showq, ShowqError};
pub use spool::{Depth, Scan, Spool, SpoolError};
