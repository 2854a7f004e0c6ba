//! `cargo xtask test`: installs what the tests need, runs all of them, counts them.
//!
//! The runner is plain `cargo test`: it is there wherever Cargo is, runs the examples in
//! the docs too, and keeps the tests of one file in one process, so that those which look
//! at the same run of the lab share it.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{packages, run, workspace};

/// What to test.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Do not look whether the Debian packages that tests need are installed
    #[arg(long)]
    no_install: bool,
    /// Only this crate's tests
    #[arg(short, long, value_name = "CRATE")]
    package: Option<String>,
}

/// Runs the tests and prints the sums of all their results as the last line.
pub(crate) fn run(arguments: &Arguments) -> Result<Count> {
    let root = workspace::root()?;
    if !arguments.no_install {
        packages::ensure(&root, &packages::of_tests(&root)?)?;
    }
    let mut command = run::cargo(&root, "test --locked --no-fail-fast");
    match &arguments.package {
        Some(package) => command.args(["--package", package]),
        None => command.arg("--workspace"),
    };
    let (count, success) = counted(&mut command)?;
    println!("tests: {count}");
    if !success || count.failed > 0 {
        bail!("not all tests passed: {count}");
    }
    if count.passed == 0 {
        bail!("no test ran");
    }
    Ok(count)
}

/// Runs the command, passing its standard output on, and adds up its result lines.
fn counted(command: &mut Command) -> Result<(Count, bool)> {
    let mut child = command.stdout(Stdio::piped()).spawn().context("cannot start cargo test")?;
    let output = child.stdout.take().context("cargo test has no output")?;
    let mut count = Count::default();
    for line in BufReader::new(output).split(b'\n') {
        let line = line.context("cannot read the output of cargo test")?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        count.add(&line);
    }
    let status = child.wait().context("cargo test did not end")?;
    Ok((count, status.success()))
}

/// Sums over all test programs.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Count {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Count {
    /// Adds a closing line: `test result: ok. 5 passed; 0 failed; 1 ignored; …`.
    fn add(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else { return };
        let parts = result.split_once(". ").map_or(result, |(_, parts)| parts);
        for part in parts.split(';') {
            let Some((number, what)) = part.trim().split_once(' ') else { continue };
            let Ok(number) = number.parse::<u64>() else { continue };
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.skipped += number,
                _ => {}
            }
        }
    }
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::Count;

    #[test]
    fn result_lines_add_up() {
        let mut count = Count::default();
        count.add("running 6 tests");
        count.add("test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out");
        count.add("test result: FAILED. 7 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out");
        assert_eq!(count, Count { passed: 12, failed: 2, skipped: 1 });
        assert_eq!(count.to_string(), "12 passed, 2 failed, 1 skipped");
    }
}
