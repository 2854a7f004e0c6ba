//! `cargo xtask bench-store`: how fast `postlensd import` is, and how large what it stores,
//! beside zstd on the same log.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};

use crate::bench::{generated, lines, median, target, write};
use crate::{packages, run, workspace};

/// What to measure on.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How large a log to generate
    #[arg(long, default_value = "200M")]
    bytes: String,
    /// How often to import
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Measure on this log instead of a generated one
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Write the table into the book
    #[arg(long)]
    write: bool,
}

const BEGIN: &str = "<!-- bench-store begin -->\n";
const END: &str = "<!-- bench-store end -->\n";

/// Builds, generates, measures and prints the table.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let root = workspace::root()?;
    packages::ensure(&root, &["zstd".to_owned()])?;
    run::succeed(&mut run::cargo(&root, "build --profile daemon --locked --package postlensd"))?;
    let program = target(&root)?.join("daemon/postlensd");
    let log = generated(&root, &arguments.bytes, arguments.log.as_deref())?;
    let store = target(&root)?.join("bench/store");
    let mut seconds = Vec::new();
    // The first run only warms the caches.
    for round in 0..=arguments.runs {
        if store.exists() {
            fs::remove_dir_all(&store)?;
        }
        let start = Instant::now();
        run::output(&mut ask(&root, &program, &store, &["import", text(&log)?]))?;
        if round > 0 {
            seconds.push(start.elapsed().as_secs_f64());
        }
    }
    let imported = stored(&root, &program, &store)?;
    let start = Instant::now();
    run::output(&mut ask(&root, &program, &store, &["store", "compact"]))?;
    let compacting = start.elapsed().as_secs_f64();
    let compacted = stored(&root, &program, &store)?;
    let mut sizes = vec![
        ("as imported".to_owned(), imported.iter().map(|(_, bytes)| bytes).sum()),
        ("after `store compact`".to_owned(), compacted.iter().map(|(_, bytes)| bytes).sum()),
    ];
    for (table, bytes) in &compacted {
        sizes.push((format!("of that, `{table}`"), *bytes));
    }
    for level in ["-3", "-9", "-19"] {
        sizes.push((format!("`zstd {level}`"), zstd(&root, &log, level)?));
    }
    let text = table(&log, median(&seconds), compacting, arguments.runs, &sizes)?;
    println!("{text}");
    if arguments.write {
        write(&root, (BEGIN, END), &text)?;
    }
    Ok(())
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("the target directory's name is no UTF-8")
}

fn ask(root: &Path, program: &Path, store: &Path, words: &[&str]) -> std::process::Command {
    let mut command = run::command(root, &program.to_string_lossy(), words);
    command.arg("--store").arg(store);
    command
}

/// Bytes of the files that each table has.
fn stored(root: &Path, program: &Path, store: &Path) -> Result<Vec<(String, u64)>> {
    let said = run::output(&mut ask(root, program, store, &["store", "info", "--json"]))?;
    let table = |line: &str| {
        let table: serde_json::Value = serde_json::from_str(line)?;
        let name = table.get("table").and_then(serde_json::Value::as_str);
        let bytes = table.get("bytes").and_then(serde_json::Value::as_u64);
        Ok((name.context("no name")?.to_owned(), bytes.context("no bytes")?))
    };
    said.lines().map(table).collect()
}

fn zstd(root: &Path, log: &Path, level: &str) -> Result<u64> {
    let packed = log.with_extension("zst");
    let mut command = run::command(root, "zstd", ["-q", "-f", level, "-o"]);
    run::succeed(command.arg(&packed).arg(log))?;
    let bytes = fs::metadata(&packed)?.len();
    fs::remove_file(&packed)?;
    Ok(bytes)
}

#[expect(clippy::cast_precision_loss, reason = "sizes of files are small beside 2^53")]
fn table(
    log: &Path,
    seconds: f64,
    compacting: f64,
    runs: usize,
    sizes: &[(String, u64)],
) -> Result<String> {
    let bytes = fs::metadata(log)?.len();
    let lines = lines(log)?;
    let speed = lines.parse::<f64>()? / seconds;
    let cores = std::thread::available_parallelism()?;
    let base = sizes.iter().find(|(name, _)| name == "`zstd -9`").map_or(1, |(_, bytes)| *bytes);
    let mut text = format!(
        "A generated log of {:.0} MB and {lines} lines, on {cores} cores. `postlensd import` took \
         {seconds:.2} s, the median of {runs} runs: {speed:.0} lines a second, {:.0} MB/s. \
         `store compact` then took {compacting:.1} s.\n\n\
         | stored | MB | of `zstd -9` |\n|---|---:|---:|\n",
        bytes as f64 / 1e6,
        bytes as f64 / 1e6 / seconds,
    );
    for (name, bytes) in sizes {
        let (megabytes, ratio) = (*bytes as f64 / 1e6, *bytes as f64 / base as f64);
        writeln!(text, "| {name} | {megabytes:.1} | {ratio:.2} |")?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    #[test]
    fn sizes_are_held_against_zstd() {
        let log = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(log.path(), "a line\n".repeat(100)).unwrap();
        let sizes = [("events".to_owned(), 3_000_000), ("`zstd -9`".to_owned(), 2_000_000)];
        let text = super::table(log.path(), 0.5, 1.0, 1, &sizes).unwrap();
        assert!(text.contains("100 lines"), "{text}");
        assert!(text.contains(": 200 lines a second"), "{text}");
        assert!(text.contains("| events | 3.0 | 1.50 |\n"), "{text}");
    }
}
