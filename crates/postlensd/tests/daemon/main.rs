//! postlensd from outside: what it takes in, keeps, and answers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod drive;
mod following;
mod history;
mod http;
mod import;
mod kills;
mod readers;
mod receiving;
mod run;
mod service;
mod slt;
mod truth;
mod upkeep;
