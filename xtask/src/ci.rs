//! `cargo xtask ci`: everything that a change must pass, in the order of cost.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::{book, licences, run, test, tidy, workspace};

/// What to leave out.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(crate) struct Arguments {
    #[command(flatten)]
    test: test::Arguments,
}

/// A step's name and what it does; the tests give their count.
type Step<'a> = (&'static str, Box<dyn Fn() -> Result<Option<test::Count>> + 'a>);

/// Runs every step, also after a failed one, so that one run shows all that is wrong;
/// tests run last.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let root = workspace::root()?;
    let mut done: Vec<(&str, Duration, bool)> = Vec::new();
    let mut tests = None;
    for (name, step) in steps(&root, arguments) {
        println!("── {name}");
        let start = Instant::now();
        let result = step();
        if let Err(error) = &result {
            eprintln!("error: {error:#}");
        }
        done.push((name, start.elapsed(), result.is_ok()));
        tests = result.ok().flatten().or(tests);
    }
    println!("── summary");
    for (name, time, passed) in &done {
        let verdict = if *passed { "ok" } else { "FAILED" };
        println!("{name:<10} {:>7.1} s  {verdict}", time.as_secs_f64());
    }
    if let Some(count) = tests {
        println!("tests: {count}");
    }
    let failed = done.iter().filter(|(_, _, passed)| !passed);
    let failed: Vec<&str> = failed.map(|(name, _, _)| *name).collect();
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

fn steps<'a>(root: &'a Path, arguments: &'a Arguments) -> Vec<Step<'a>> {
    let cargo =
        |line: &'static str| move || run::succeed(&mut run::cargo(root, line)).map(|()| None);
    vec![
        ("format", Box::new(cargo("fmt --all -- --check"))),
        ("tidy", Box::new(|| tidy::run().map(|()| None))),
        ("licences", Box::new(|| licences::run().map(|()| None))),
        (
            "clippy",
            Box::new(cargo("clippy --workspace --all-targets --locked --quiet -- -D warnings")),
        ),
        ("fuzz", Box::new(cargo("fmt --manifest-path fuzz/Cargo.toml -- --check"))),
        ("book", Box::new(|| book::check().map(|()| None))),
        ("docs", Box::new(|| docs(root).map(|()| None))),
        ("release", Box::new(|| first_report(root).map(|()| None))),
        ("test", Box::new(|| test::run(&arguments.test).map(Some))),
    ]
}

/// The docs of every crate: a link in them that leads nowhere is a failure.
fn docs(root: &Path) -> Result<()> {
    let line = "doc --workspace --no-deps --locked --quiet";
    run::succeed(run::cargo(root, line).env("RUSTDOCFLAGS", "-D warnings"))
}

/// What a new user does first: build the program as it is shipped, and have a report of
/// the example logs.
fn first_report(root: &Path) -> Result<()> {
    let line = "run --release --locked --quiet --package postlens -- report examples";
    let report = run::output(&mut run::cargo(root, line))?;
    if report.lines().count() < 20 {
        bail!("the report of examples/ says next to nothing:\n{report}");
    }
    println!("release: a report of {} lines", report.lines().count());
    Ok(())
}
