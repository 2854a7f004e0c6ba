//! Logs and what is found in them.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod constant;
mod drive;
mod examples;
mod incidents;
mod logins;
