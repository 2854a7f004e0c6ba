//! `cargo xtask fuzz`: the fuzz targets, each for some time.
//!
//! `fuzz/` is laid out for cargo-fuzz, but run without it: the instrumentation that
//! libFuzzer needs is a set of flags that the stable compiler takes. Sanitizers would
//! need a nightly one; our crates have no `unsafe` code that they could watch.

use std::path::Path;

use anyhow::{Result, bail};
use toml::Table;

use crate::{run, workspace};

/// What to fuzz, and how long.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How long each target runs
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Processes for each target
    #[arg(long, default_value_t = 1)]
    jobs: u32,
    /// Targets; all when none is named
    targets: Vec<String>,
}

/// What cargo-fuzz sets when no sanitizer is asked for: coverage counters, the comparisons
/// that were made, and unoptimised boundaries between codegen units.
const FLAGS: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Ccodegen-units=1 --cfg fuzzing";

/// Runs the targets one after another; stops at the first finding.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let root = workspace::root()?;
    let known = targets(&root)?;
    if let Some(unknown) = arguments.targets.iter().find(|target| !known.contains(target)) {
        bail!("there is no fuzz target {unknown}; there are: {}", known.join(", "));
    }
    let chosen = if arguments.targets.is_empty() { &known } else { &arguments.targets };
    build(&root)?;
    for target in chosen {
        println!("── {target}, {} s", arguments.seconds);
        one(&root, target, arguments)?;
    }
    Ok(())
}

/// The programs of `fuzz/Cargo.toml`.
fn targets(root: &Path) -> Result<Vec<String>> {
    let manifest: Table = std::fs::read_to_string(root.join("fuzz/Cargo.toml"))?.parse()?;
    let programs = manifest.get("bin").and_then(toml::Value::as_array);
    let names = programs.into_iter().flatten().filter_map(|program| program.get("name")?.as_str());
    Ok(names.map(str::to_owned).collect())
}

/// With a target named, Cargo keeps the flags away from build scripts and macros, which
/// could not be linked with them.
fn build(root: &Path) -> Result<()> {
    let line =
        format!("build --release --manifest-path fuzz/Cargo.toml --target {}", triple(root)?);
    let mut command = run::cargo(root, &line);
    command.env("RUSTFLAGS", FLAGS).env("CARGO_TARGET_DIR", root.join("fuzz/target"));
    run::succeed(&mut command)
}

fn triple(root: &Path) -> Result<String> {
    Ok(run::output(&mut run::command(root, "rustc", ["--print", "host-tuple"]))?.trim().to_owned())
}

fn one(root: &Path, target: &str, arguments: &Arguments) -> Result<()> {
    let fuzz = root.join("fuzz");
    for directory in ["corpus", "artifacts"] {
        std::fs::create_dir_all(fuzz.join(directory).join(target))?;
    }
    let program = fuzz.join("target").join(triple(root)?).join("release").join(target);
    let program = program.to_string_lossy();
    // New inputs go to the first directory.
    let mut command = run::command(&fuzz, &program, [format!("corpus/{target}")]);
    let seeds = format!("seeds/{target}");
    if fuzz.join(&seeds).is_dir() {
        command.arg(seeds);
    }
    command
        .arg(format!("-max_total_time={}", arguments.seconds))
        .arg(format!("-artifact_prefix=artifacts/{target}/"))
        .args(["-print_final_stats=1", "-max_len=8192", "-timeout=10", "-rss_limit_mb=4096"]);
    if arguments.jobs > 1 {
        command.arg(format!("-fork={}", arguments.jobs));
    }
    run::succeed(&mut command)
}
