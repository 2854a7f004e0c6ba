//! The drop-in for qshape(1): its options, its table, byte for byte. Names with equal
//! counts come in a fixed order here, in a random one there.

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow};
use postlens_queue::{Depth, QueueName, Shape, Spool, Table, Ticks, domain};

use crate::exit::{self, hint};
use crate::output::message;

const USAGE: &str = "\
Usage: qshape [ -s ] [ -p ] [ -m <min_subdomains> ] [ -l ]
\t[ -b <bucket_count> ] [ -t <bucket_time> ] [ -w <terminal_width> ]
\t[ -N <batch_msg_count> ] [ -n <batch_top_domains> ]
\t[ -c <config_directory> ] [ <queue_name> ... ]
  -s  senders' domains instead of recipients'
  -p  domains above too, with a dot, from -m names below them on (5)
  -b  columns of ages (10); -t  the first one's minutes (5); -l  all as long as the first
  -w  width of the table, if more than 80
  -N  on a terminal, show what is counted so far after as many messages (1000)
  -n  on a terminal, show as many rows (20)
  -c  configuration directory of the Postfix instance
Queues are directories, relative to Postfix's queue_directory: incoming and active by default.
";

#[derive(Debug, Default)]
struct Options {
    sender: bool,
    parents: bool,
    linear: bool,
    config: Option<OsString>,
    numbers: Vec<(u8, f64)>,
    queues: Vec<OsString>,
}

impl Options {
    /// The number of an option, if it was given and is more than `least`.
    fn above(&self, option: u8, least: f64) -> Option<f64> {
        let given = self.numbers.iter().rev().find(|(name, _)| *name == option);
        given.map(|(_, value)| *value).filter(|value| *value > least)
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates, and is more than 0"
    )]
    fn count(&self, option: u8, default: usize) -> usize {
        self.above(option, 0.0).map_or(default, |value| value as usize)
    }
}

/// Reads the queues and prints the table.
pub(crate) fn run(arguments: Vec<OsString>) -> Result<u8> {
    let mut options = match read(arguments) {
        Ok(options) => options,
        Err(problem) => {
            let mut out = io::stderr();
            let _ =
                out.write_all(problem.as_bytes()).and_then(|()| out.write_all(USAGE.as_bytes()));
            // What Perl's die() gives.
            return Ok(255);
        }
    };
    if options.queues.is_empty() {
        options.queues = vec!["incoming".into(), "active".into()];
    }
    let mut base = PathBuf::new();
    if options.queues.iter().any(|queue| !Path::new(queue).is_absolute()) {
        base = queue_directory(options.config.as_ref())?;
    }
    table(&options, &base)
}

/// As getopts("lhc:psw:b:t:m:n:N:") reads them: options first, also several in one argument.
fn read(arguments: Vec<OsString>) -> Result<Options, String> {
    let mut options = Options::default();
    let mut all = arguments.into_iter().peekable();
    while let Some(argument) = all.next_if(|argument| {
        let bytes = argument.as_encoded_bytes();
        bytes.len() > 1 && bytes.starts_with(b"-")
    }) {
        if argument == "--" {
            break;
        }
        let text = argument.to_string_lossy().into_owned();
        let mut letters = text.chars().skip(1);
        while let Some(letter) = letters.next() {
            match letter {
                's' => options.sender = true,
                'p' => options.parents = true,
                'l' => options.linear = true,
                'h' => return Err(String::new()),
                'c' | 'w' | 'b' | 't' | 'm' | 'n' | 'N' => {
                    let rest: String = letters.by_ref().collect();
                    let value = if rest.is_empty() { all.next() } else { Some(rest.into()) };
                    match (letter, value) {
                        ('c', value) => options.config = value,
                        (letter, value) => {
                            let value = value.unwrap_or_default();
                            let letter = u8::try_from(letter).unwrap_or_default();
                            options
                                .numbers
                                .push((letter, leading_number(&value.to_string_lossy())));
                        }
                    }
                }
                other => return Err(format!("qshape: Unknown option: {other}\n")),
            }
        }
    }
    options.queues = all.collect();
    Ok(options)
}

/// The number that a text begins with, as Perl takes it; 0 where it begins with none.
fn leading_number(text: &str) -> f64 {
    let text = text.trim_start();
    let end =
        text.find(|char: char| !char.is_ascii_digit() && char != '.' && char != '-' && char != '+');
    let number = text.get(..end.unwrap_or(text.len())).unwrap_or(text);
    number.parse().unwrap_or(0.0)
}

fn queue_directory(config: Option<&OsString>) -> Result<PathBuf> {
    let mut command = Command::new("postconf");
    command.args(["-h", "queue_directory"]);
    if let Some(config) = config {
        command.env("MAIL_CONFIG", config);
    }
    let output = command.output().context("cannot run postconf");
    let output = output.map_err(|error| hint(error, "name the queues by absolute paths"))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(hint(anyhow!("postconf failed: {words}"), "name the queues by absolute paths"));
    }
    let path = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
    if path.contains('$') {
        let error = anyhow!("'queue_directory' variable expansion not supported: {path}");
        return Err(hint(
            error,
            "name the queues by absolute paths, or use `postlens queue shape`",
        ));
    }
    Ok(PathBuf::from(path))
}

fn table(options: &Options, base: &Path) -> Result<u8> {
    let terminal = io::stdout().is_terminal();
    let given = |option| options.numbers.iter().any(|(name, _)| *name == option);
    // A number of 0 means none, as there; without the option there is a default.
    let every = if given(b'N') { options.count(b'N', 0) } else { 1000 };
    let top = if given(b'n') { options.count(b'n', 0) } else { 20 };
    let ticks = Ticks {
        buckets: options.count(b'b', 10),
        minutes: options.above(b't', 0.0).unwrap_or(5.0),
        linear: options.linear,
    };
    let view = Table {
        width: options.above(b'w', 80.0).map_or(80, |_| options.count(b'w', 80)),
        min_children: options.count(b'm', 5) as u64,
        top: if terminal { top } else { 0 },
    };
    let mut shape = Shape::new(ticks, options.parents);
    let now = jiff::Timestamp::now().as_second();
    let mut out = BufWriter::new(io::stdout().lock());
    let mut written = Ok(());
    let mut counted = 0_usize;
    let mut incomplete = false;
    for queue in &options.queues {
        let path = base.join(queue);
        let name = path.file_name().and_then(|name| name.to_str()).and_then(QueueName::from_name);
        // Only the file's own records matter; the name is for its reader.
        let name =
            name.filter(|name| QueueName::WAITING.contains(name)).unwrap_or(QueueName::Deferred);
        let scan = Spool::scan_directory(&path, name, Depth::All, &mut |found| {
            let age = now - found.arrival;
            if found.recipients.is_empty() {
                return;
            }
            if options.sender {
                shape.add(&domain(&found.sender), age);
            } else {
                for recipient in &found.recipients {
                    shape.add(&domain(&recipient.address), age);
                }
            }
            counted += 1;
            if terminal && every > 0 && counted.is_multiple_of(every) && written.is_ok() {
                written = show(&view, &shape, &mut out, true);
            }
        });
        incomplete |= scan.is_incomplete();
        for failure in &scan.directories {
            let cause = std::error::Error::source(failure).map(ToString::to_string);
            message(&format!("{failure}: {}", cause.unwrap_or_default()));
        }
        for failure in &scan.failures {
            message(&failure.to_string());
        }
    }
    if incomplete {
        message("the table lacks what could not be read");
        message("hint: queue files are for root and the user postfix: use sudo");
    }
    written
        .and_then(|()| show(&view, &shape, &mut out, terminal && every > 0))
        .context("cannot write to standard output")?;
    Ok(if incomplete { exit::INCOMPLETE } else { exit::OK })
}

fn show(view: &Table, shape: &Shape, out: &mut dyn Write, clear: bool) -> io::Result<()> {
    if clear {
        out.write_all(b"\x1b[H\x1b[2J\x1b[3J")?;
    }
    view.write(shape, out)?;
    out.flush()
}
