//! From events to messages, deliveries, sessions, refusals and journeys.
//!
//! The [`Tracker`] is a pure state machine: it takes [`Observation`]s in the order of
//! the log and hands [`Record`]s to a [`RecordSink`]. It reads no clock and does no
//! I/O; what it forgets and when depends on the log's own times and on its
//! [`Limits`], so that the same log always gives the same records.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests fail by panicking"))]

mod index;
pub mod limits;
pub mod logins;
mod message;
mod names;
pub mod observation;
pub mod outcome;
mod queue_key;
pub mod record;
mod session;
mod text;
pub mod tracker;

pub use limits::{Counters, Limits};
pub use logins::{FailedLogin, FailedLogins};
pub use observation::{LineId, Observation};
pub use outcome::{Link, Origin, Outcome};
pub use queue_key::QueueKey;
pub use record::{
    Consumer, Delivery, Message, MessageName, Recipient, Record, RecordSink, Refusal, Session,
    SessionEnd,
};
pub use tracker::Tracker;
