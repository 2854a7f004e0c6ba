//! What is wrong: from the lines and records of a log to findings.
//!
//! [`Detectors`] takes in a log as a [`Consumer`](postlens_track::Consumer) and says at its
//! end, or at any time before, what was and is wrong: since when, for whom, how much,
//! compared with what, who must act, and which lines show it. Each detector is a file of
//! its own with its thresholds at the top; [`detector`] has the list. Nothing here does I/O
//! or reads a clock: findings depend on the log and its times alone, and what is held is
//! bounded, so that the same code serves old logs and live ones.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests fail by panicking"))]

mod account;
mod address;
mod application;
mod bounces;
mod certificate;
mod connections;
mod destination;
pub mod detector;
mod disk;
mod dns;
pub mod finding;
mod logger;
mod login;
mod lookup;
mod mailbox;
mod process;
mod queue;
mod service;
pub mod signal;
mod subjects;
mod thresholds;
pub mod watch;

pub use detector::{Detector, Detectors};
pub use finding::{Evidence, Finding, FindingKind, Gravity, Normal, Subject};
pub use watch::{Clock, Rule};
