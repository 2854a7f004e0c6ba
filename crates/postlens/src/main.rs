//! Reads Postfix logs: what happened to the mail, what goes wrong, and who must act.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests fail by panicking"))]

mod cli;
mod cmd;
mod exit;
mod filters;
mod history;
mod input;
mod output;
mod postfix;
mod progress;
mod whole;

use std::process::ExitCode;

fn main() -> ExitCode {
    exit::code(cli::run())
}
