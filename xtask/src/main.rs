//! The project's chores, as `cargo xtask COMMAND`.
//!
//! One file per command. What a command needs from the machine it looks for first, and
//! says how to get it.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "chores talk to the terminal")]

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod agreement;
mod bench;
mod bench_store;
mod book;
mod ci;
mod fuzz;
mod licences;
mod package;
mod packages;
mod run;
mod test;
mod tidy;
mod torture;
mod workspace;

/// The project's chores.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Install what the tests need and run all of them
    Test(test::Arguments),
    /// Everything a change must pass: format, lints, tidy, licences, docs, tests
    Ci(ci::Arguments),
    /// Check what no compiler checks: crate edges, file sizes, manifests, words, addresses
    Tidy,
    /// Check licences, bans and sources of all dependencies against deny.toml
    Licences,
    /// Write the pages of the book that are made from the code
    Book(book::Arguments),
    /// Hold our causes against replies that others have labelled
    Agreement(agreement::Arguments),
    /// Make packages: Debian, RPM, a static program; check them with --check
    Package(package::Arguments),
    /// Time whole commands beside other programs, on a generated log
    Bench(bench::Arguments),
    /// Time imports into a store, and weigh what is stored, beside zstd
    BenchStore(bench_store::Arguments),
    /// Run the fuzz targets, each for some time
    Fuzz(fuzz::Arguments),
    /// Kill postlensd some thousand times, and hold its store against the truth
    Torture(torture::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Test(arguments) => test::run(&arguments).map(drop),
        Command::Ci(arguments) => ci::run(&arguments),
        Command::Tidy => tidy::run(),
        Command::Licences => licences::run(),
        Command::Book(arguments) => book::run(&arguments),
        Command::Agreement(arguments) => agreement::run(&arguments),
        Command::Package(arguments) => package::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::BenchStore(arguments) => bench_store::run(&arguments),
        Command::Fuzz(arguments) => fuzz::run(&arguments),
        Command::Torture(arguments) => torture::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn command_line_is_consistent() {
        super::Arguments::command().debug_assert();
    }
}
