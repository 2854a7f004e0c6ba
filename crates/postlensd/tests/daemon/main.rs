//! postlensd from outside: what it takes in, keeps, and answers.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod drive;
mod import;
mod kills;
mod readers;
mod run;
mod truth;
mod upkeep;
