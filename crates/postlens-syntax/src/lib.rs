//! From bytes to entries to events: the grammar of Postfix logs and of the
//! programs that log beside Postfix.
//!
//! A log line becomes an [`Entry`] (time stamp, host, tag, pid, text), and the
//! entry's text becomes an [`Event`], its typed meaning. Nothing here does I/O,
//! reads a clock or fails: a line that nobody understands is
//! [`Event::Unrecognized`], a line of another program [`Event::Foreign`].
//!
//! Every text is a borrowed slice of the input (`&BStr`), so parsing a line
//! allocates nothing and costs time linear in the line's length.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests fail by panicking"))]

pub mod address;
pub mod canonical;
pub mod delay;
mod digits;
pub mod entry;
pub mod event;
pub mod field;
mod framer;
mod header;
pub mod logger;
pub mod neighbour;
pub mod postfix;
pub mod program;
pub mod queue_id;
mod scan;
pub mod severity;
pub mod stamp;
pub mod time;

pub use address::{Client, Relay};
pub use delay::Delay;
pub use entry::Entry;
pub use event::Event;
pub use field::FieldSink;
pub use framer::Framer;
pub use neighbour::Neighbour;
pub use program::{Daemon, Tag};
pub use queue_id::QueueId;
pub use severity::{Class, Severity};
pub use stamp::Stamp;
pub use time::Time;
