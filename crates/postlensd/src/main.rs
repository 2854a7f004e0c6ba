//! The daemon: follows the logs of a mail system and keeps what they tell in a store.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests fail by panicking"))]

mod api;
mod audit;
mod cli;
mod cmd;
mod config;
mod exit;
mod follow;
mod health;
mod http;
mod intake;
mod log;
mod notify;
mod output;
mod peer;
mod socket;
mod sources;
mod spools;

use std::process::ExitCode;

fn main() -> ExitCode {
    exit::code(cli::run())
}
