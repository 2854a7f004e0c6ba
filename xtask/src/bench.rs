//! `cargo xtask bench`: whole commands beside others, on a generated log.
//!
//! Runs are interleaved, so that a busy machine is busy for all of them, and medians are
//! given. The files are read once before, so that the disk is left out.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::{packages, run, workspace};

/// What to measure on.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How large a log to generate
    #[arg(long, default_value = "200M")]
    bytes: String,
    /// How often each command runs
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Measure on this log instead of a generated one
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Write the table into the book
    #[arg(long)]
    write: bool,
}

/// The page with the table, and the lines between which it stands there.
const PAGE: &str = "docs/book/src/benchmarks.md";
const BEGIN: &str = "<!-- bench begin -->\n";
const END: &str = "<!-- bench end -->\n";

/// The command that the others are held against.
const BASE: &str = "pflogsumm LOG";

const PACKAGES: &[&str] = &["python3-venv", "pflogsumm", "ripgrep", "gzip", "time"];

/// One command and what its runs took.
struct Subject {
    /// As it is shown: `LOG` stands for the file.
    shown: &'static str,
    /// For `sh -c`, with `$LOG` for the file, `$ID` for a queue ID in it, `$BIN` for the
    /// directory of our program and `$PYTHON` for that of programs from PyPI.
    script: &'static str,
    seconds: Vec<f64>,
    /// Seconds of processor time, in user and kernel mode.
    processor: Vec<f64>,
    /// The largest resident memory of any run, in KiB.
    memory: u64,
}

const SUBJECTS: &[(&str, &str)] = &[
    ("postlens report LOG", "exec $BIN/postlens report $LOG"),
    ("postlens report --json LOG", "exec $BIN/postlens report --json $LOG"),
    ("postlens parse LOG", "exec $BIN/postlens parse $LOG"),
    ("postlens report LOG.gz", "exec $BIN/postlens report $LOG.gz"),
    ("postlens export deliveries LOG", "exec $BIN/postlens export deliveries $LOG -o $LOG.csv"),
    (
        "postlens export deliveries LOG -o FILE.parquet",
        "exec $BIN/postlens export deliveries $LOG -o $LOG.parquet",
    ),
    (
        "postlens export deliveries LOG --columns …",
        "exec $BIN/postlens export deliveries $LOG.renamed -o $LOG.csv \
         --columns queue_id,recipient,relay_name,delay,dsn,status,reply,time",
    ),
    ("postlens maillogger LOG", "exec $BIN/postlens maillogger $LOG.renamed $LOG.ours"),
    ("maillogger LOG", "exec $PYTHON/bin/maillogger $LOG.renamed $LOG.theirs"),
    ("postlens trace ID LOG", "exec $BIN/postlens trace $ID $LOG"),
    ("rg ID LOG", "exec rg $ID $LOG"),
    ("postlens search -c status=bounced LOG", "exec $BIN/postlens search -c status=bounced $LOG"),
    (
        "postlens search -c status=bounced LOG.gz",
        "exec $BIN/postlens search -c status=bounced $LOG.gz",
    ),
    (BASE, "exec pflogsumm $LOG"),
    ("rg -c status= LOG", "exec rg -c status= $LOG"),
    ("rg -c status=bounced LOG", "exec rg -c status=bounced $LOG"),
    ("rg -z -c status=bounced LOG.gz", "exec rg -z -c status=bounced $LOG.gz"),
    ("wc -l LOG", "exec wc -l $LOG"),
    ("zcat LOG.gz", "exec zcat $LOG.gz"),
];

/// Builds, generates, measures and prints the table.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let root = workspace::root()?;
    let needed: Vec<String> = PACKAGES.iter().map(ToString::to_string).collect();
    packages::ensure(&root, &needed)?;
    run::succeed(&mut run::cargo(&root, "build --release --locked --package postlens"))?;
    python(&root)?;
    let log = prepare(&root, arguments)?;
    let mut subjects: Vec<Subject> = SUBJECTS
        .iter()
        .map(|(shown, script)| Subject {
            shown,
            script,
            seconds: Vec::new(),
            processor: Vec::new(),
            memory: 0,
        })
        .collect();
    let target = target(&root)?;
    let variables = [
        ("LOG", log.clone().into_os_string()),
        ("ID", queue_id(&log)?.into()),
        ("BIN", target.join("release").into_os_string()),
        ("PYTHON", target.join(PYTHON).into_os_string()),
    ];
    for round in 0..=arguments.runs {
        for subject in &mut subjects {
            let (seconds, processor, memory) = measure(&root, &variables, subject.script)?;
            // The first round only warms the caches.
            if round > 0 {
                subject.seconds.push(seconds);
                subject.processor.push(processor);
                subject.memory = subject.memory.max(memory);
            }
        }
    }
    let bytes = fs::metadata(&log)?.len();
    let text = table(bytes, &lines(&log)?, arguments.runs, &subjects)?;
    println!("{text}");
    if arguments.write {
        write(&root, (BEGIN, END), &text)?;
    }
    Ok(())
}

/// Where other programs from PyPI are installed, below the target directory.
const PYTHON: &str = "bench/python";

/// Programs from PyPI that are measured, at the version that is named in the book.
const FROM_PYPI: &[&str] = &["maillogger==0.2.0"];

fn python(root: &Path) -> Result<()> {
    let directory = target(root)?.join(PYTHON);
    if directory.join("bin/maillogger").is_file() {
        return Ok(());
    }
    run::succeed(run::command(root, "python3", ["-m", "venv"]).arg(&directory))?;
    let pip = directory.join("bin/pip");
    let pip = pip.to_str().context("the target directory's name is no UTF-8")?;
    let install = ["install", "--quiet", "--disable-pip-version-check"];
    run::succeed(run::command(root, pip, install).args(FROM_PYPI))
}

/// The log and its compressed copy.
fn prepare(root: &Path, arguments: &Arguments) -> Result<PathBuf> {
    let log = generated(root, &arguments.bytes, arguments.log.as_deref())?;
    run::succeed(run::command(root, "gzip", ["-kf"]).arg(&log))?;
    run::succeed(run::command(root, "sh", ["-c", RENAMED]).env("LOG", &log))?;
    Ok(log)
}

/// A copy of the log that maillogger reads: it takes lines of a host `mail` only, and none of
/// the first nine days of a month.
const RENAMED: &str = "sed -E 's/^([A-Z][a-z]+)  ([0-9]) /\\1 2\\2 /; s/^(.{15}) [^ ]+ /\\1 mail /' \
     $LOG > $LOG.renamed";

/// The queue ID of a delivery in the middle of the log.
fn queue_id(log: &Path) -> Result<String> {
    let mut file = BufReader::new(File::open(log)?);
    file.seek(SeekFrom::Start(fs::metadata(log)?.len() / 2))?;
    for line in file.split(b'\n').skip(1) {
        let line = String::from_utf8_lossy(&line?).into_owned();
        if line.contains(" status=sent ") {
            let id = line.split(": ").nth(1).context("a delivery without a queue ID")?;
            return Ok(id.to_owned());
        }
    }
    bail!("{} has no deliveries in its second half", log.display())
}

/// A log of so many bytes, or a copy of a given one.
pub(crate) fn generated(root: &Path, bytes: &str, given: Option<&Path>) -> Result<PathBuf> {
    let directory = target(root)?.join("bench");
    fs::create_dir_all(&directory)?;
    let log = directory.join(format!("mail-{bytes}.log"));
    if let Some(given) = given {
        fs::copy(given, &log).with_context(|| format!("cannot copy {}", given.display()))?;
    } else {
        println!("bench: generating {bytes}");
        let line = "run --release --quiet --locked --package postlens-testkit \
                    --bin postlens-generate -- --seed 1 --format traditional --bytes";
        let mut generate = run::cargo(root, line);
        run::output(generate.arg(bytes).arg("--out").arg(&log))?;
    }
    Ok(log)
}

/// The target directory.
pub(crate) fn target(root: &Path) -> Result<PathBuf> {
    let metadata = workspace::metadata(root, false)?;
    Ok(PathBuf::from(workspace::text(&metadata, "target_directory")))
}

/// Seconds, seconds of processor time, and KiB of one run.
fn measure(root: &Path, variables: &[(&str, OsString)], script: &str) -> Result<(f64, f64, u64)> {
    let note = target(root)?.join("bench/time");
    let mut command = run::command(root, "/usr/bin/time", ["-f", "%U %S %M", "-o"]);
    command.arg(&note).args(["sh", "-c", script]);
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    let start = Instant::now();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    let seconds = start.elapsed().as_secs_f64();
    if !status.success() {
        bail!("{script} failed ({status})");
    }
    let figures = fs::read_to_string(&note)?;
    let figures: Vec<&str> = figures.split_ascii_whitespace().collect();
    let [user, system, memory] = *figures else { bail!("time(1) said {figures:?}") };
    let processor = user.parse::<f64>()? + system.parse::<f64>()?;
    Ok((seconds, processor, memory.parse()?))
}

/// How many lines a log has.
pub(crate) fn lines(log: &Path) -> Result<String> {
    let count = run::output(run::command(Path::new("/"), "wc", ["-l"]).arg(log))?;
    Ok(count.split_ascii_whitespace().next().unwrap_or_default().to_owned())
}

#[expect(clippy::cast_precision_loss, reason = "sizes of files are small beside 2^53")]
fn table(bytes: u64, lines: &str, runs: usize, subjects: &[Subject]) -> Result<String> {
    let base = subjects.iter().find(|subject| subject.shown == BASE);
    let base = base.map(|base| (median(&base.seconds), median(&base.processor)));
    let (base, base_processor) = base.context("nothing to hold the others against")?;
    let megabytes = bytes as f64 / 1e6;
    let cores = std::thread::available_parallelism()?;
    let mut text = format!(
        "A generated log of {megabytes:.0} MB and {lines} lines, on {cores} cores; medians of \
         {runs} runs. Beside the seconds on the clock stand those of processor time, both also \
         as how many times pflogsumm's they go into.\n\n\
         | command | seconds | times | processor | times | MB/s | memory |\n\
         |---|---:|---:|---:|---:|---:|---:|\n"
    );
    for subject in subjects {
        let seconds = median(&subject.seconds);
        let processor = median(&subject.processor);
        let (times, times_processor) = (base / seconds, base_processor / processor);
        let memory = subject.memory as f64 / 1024.0;
        writeln!(
            text,
            "| `{}` | {seconds:.2} | {times:.1} | {processor:.2} | {times_processor:.1} | {:.0} | \
             {memory:.0} MiB |",
            subject.shown,
            megabytes / seconds,
        )?;
    }
    Ok(text)
}

/// The middle one; of two in the middle, the larger.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Writes a table into the page, between two lines of it.
pub(crate) fn write(root: &Path, (begin, end): (&str, &str), table: &str) -> Result<()> {
    let page = root.join(PAGE);
    let text = fs::read_to_string(&page).with_context(|| format!("cannot read {PAGE}"))?;
    let (before, rest) = text.split_once(begin).context("the page has no place for a table")?;
    let (_, after) = rest.split_once(end).context("the page's place for a table has no end")?;
    fs::write(&page, format!("{before}{begin}{table}{end}{after}"))?;
    println!("bench: wrote {PAGE}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{BASE, Subject, median, table};

    #[test]
    fn medians() {
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn rows_are_held_against_the_base() {
        let subject = |shown, seconds| Subject {
            shown,
            script: "",
            seconds: vec![seconds],
            processor: vec![2.0 * seconds],
            memory: 2048,
        };
        let subjects = [subject(BASE, 10.0), subject("ours", 0.5)];
        let text = table(100_000_000, "900000", 1, &subjects).unwrap();
        assert!(text.contains("| `ours` | 0.50 | 20.0 | 1.00 | 20.0 | 200 | 2 MiB |"), "{text}");
        assert!(
            text.contains("| `pflogsumm LOG` | 10.00 | 1.0 | 20.00 | 1.0 | 10 | 2 MiB |"),
            "{text}"
        );
    }
}
