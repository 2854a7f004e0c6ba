//! History: the lines that a running postlensd keeps, read as if they were logs.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Args;
use postlens_client::{ClientError, Daemon};
use postlens_source::{Discovery, Keeper, KeptLines, LogFile, Options, Period, Stream};
use postlens_syntax::Entry;
use postlens_syntax::time::{DAY, MICROS, civil_from_days};

use crate::exit::hint;
use crate::output::message;

/// Which postlensd.
#[derive(Debug, Args)]
#[command(next_help_heading = "History")]
pub(crate) struct DaemonArgs {
    /// The store of the postlensd that is asked.
    #[arg(long, value_name = "DIR", default_value = "/var/lib/postlensd")]
    store: PathBuf,
    /// Its socket. Default: `socket` in the store.
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
}

impl DaemonArgs {
    pub(crate) fn daemon(&self) -> Daemon {
        self.socket.as_ref().map_or_else(|| Daemon::of_store(&self.store), Daemon::at)
    }
}

/// Whether to read history.
#[derive(Debug, Args)]
#[command(next_help_heading = "History")]
pub(crate) struct HistoryArgs {
    /// Read the lines that a running postlensd keeps instead of logs. Without any LOG this is
    /// done too where the period begins before this machine's logs do.
    #[arg(long)]
    history: bool,
    #[command(flatten)]
    daemon: DaemonArgs,
}

impl HistoryArgs {
    /// The daemon, where its history was asked for.
    pub(crate) fn asked(&self) -> Option<Daemon> {
        self.history.then(|| self.daemon.daemon())
    }

    /// The history, where the period begins before some logs do, and a daemon has lines from
    /// before them.
    pub(crate) fn reaching_back(&self, found: &Discovery, options: &Options) -> Option<Discovery> {
        let daemon = self.daemon.daemon();
        let from = options.period?.from?;
        if !daemon.socket().exists() {
            return None;
        }
        let begin = found.streams.iter().filter_map(|stream| begin(stream, options)).min();
        if begin.is_some_and(|begin| begin <= from) {
            return None;
        }
        let (history, first) = match read(&daemon) {
            Ok(read) => read,
            Err(error) => {
                message(&format!("the period begins before the logs, and {error:#}"));
                return None;
            }
        };
        let day = |micros: i64| i32::try_from(micros.div_euclid(DAY * MICROS)).ok();
        let begin = begin.and_then(day);
        let first = first.filter(|first| begin.is_none_or(|begin| *first < begin))?;
        let logs =
            begin.map_or_else(String::new, |begin| format!(" The logs begin {}.", date(begin)));
        message(&format!(
            "read from the history at {}, which begins {}.{logs}",
            daemon.socket().display(),
            date(first)
        ));
        Some(history)
    }
}

/// A day as people write it (UTC).
fn date(day: i32) -> String {
    let (year, month, day) = civil_from_days(i64::from(day));
    format!("{year:04}-{month:02}-{day:02}")
}

/// When the first line of a stream was logged, in microseconds since 1970-01-01T00:00:00Z.
fn begin(stream: &Stream, options: &Options) -> Option<i64> {
    let whole = Options { period: None, ..options.clone() };
    let mut reader = stream.clone().open(&whole);
    let mut chunk = reader.next_chunk(Vec::new())?;
    chunk.canonicalize(&mut Vec::new());
    let mut resolver = chunk.clock().resolver();
    let time = |line: postlens_source::Line<'_>| {
        resolver.resolve(&Entry::parse(line.bytes).stamp, line.offset)
    };
    chunk.lines().find_map(time).map(|time| time.micros)
}

/// The streams of a daemon's history.
pub(crate) fn discover(daemon: &Daemon) -> Result<Discovery> {
    Ok(read(daemon)?.0)
}

/// The streams of a daemon's history, and the first day that they have.
fn read(daemon: &Daemon) -> Result<(Discovery, Option<i32>)> {
    let reply = daemon.get("/logs").map_err(told)?;
    let text = reply.text().context("postlensd broke off its answer")?;
    let strands: Vec<Vec<(String, i32, i32)>> =
        serde_json::from_str(&text).context("not an answer of postlensd")?;
    let first = strands.iter().flatten().map(|(_, first, _)| *first).min();
    let file = |(name, first, last): (String, i32, i32)| {
        let log = u64::from_str_radix(&name, 16).context("not the name of a log")?;
        let keeper = History { daemon: daemon.clone(), log, first, last };
        Ok(LogFile::kept(format!("history {name}"), log, Arc::new(keeper)))
    };
    let stream = |logs: Vec<_>| logs.into_iter().map(file).collect::<Result<_>>().map(Stream::new);
    let streams = strands.into_iter().map(stream).collect::<Result<_>>()?;
    Ok((Discovery { streams, problems: Vec::new() }, first))
}

/// An error of a daemon with its remedy.
pub(crate) fn told(error: ClientError) -> anyhow::Error {
    match error.hint() {
        Some(remedy) => hint(error, remedy),
        None => error.into(),
    }
}

/// A log that a daemon keeps.
#[derive(Debug)]
struct History {
    daemon: Daemon,
    log: u64,
    /// The days that it has, counted from 1970-01-01.
    first: i32,
    last: i32,
}

impl Keeper for History {
    fn open(&self, period: Option<Period>) -> io::Result<KeptLines> {
        let Self { daemon, log, first, last } = self;
        let Period { from, to } = period.unwrap_or_default();
        let day = |micros: i64| i32::try_from(micros.div_euclid(DAY * MICROS)).ok();
        let first = from.and_then(day).map_or(*first, |day| day.max(*first));
        let last = to.and_then(day).map_or(*last, |day| day.min(*last));
        let mut target = format!("/lines?log={log:016x}&first={first}&last={last}");
        for (name, end) in [("from", from), ("to", to)] {
            target.extend(end.map(|end| format!("&{name}={end}")));
        }
        let reply = daemon.get(&target).map_err(io::Error::other)?;
        let number = |name: &str| reply.header(name).and_then(|text| text.parse::<i64>().ok());
        let offset = number("postlens-offset").and_then(|offset| u64::try_from(offset).ok());
        Ok(KeptLines {
            first: number("postlens-first"),
            offset: offset.unwrap_or_default(),
            bytes: Box::new(reply),
        })
    }
}
