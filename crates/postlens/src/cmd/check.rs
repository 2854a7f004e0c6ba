//! `postlens check`: plugins for Nagios, Icinga and what runs their plugins.

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use postlens_queue::QueueName;

use super::queue::{PlaceArgs, Waiting, seconds, span};
use crate::output::data;

/// Check the mail system for Nagios or Icinga
///
/// One line with the figures for graphs behind a bar; exit status 0 OK, 1 WARNING,
/// 2 CRITICAL, 3 UNKNOWN, as the plugin guidelines want it.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[command(subcommand)]
    command: CheckCommand,
}

#[derive(Debug, Subcommand)]
enum CheckCommand {
    Queue(QueueCheckArgs),
}

impl CheckArgs {
    /// Runs the check. An error is UNKNOWN, said in the one line.
    pub(crate) fn run(self) -> Result<u8> {
        let CheckCommand::Queue(args) = self.command;
        let (state, text) = match args.check() {
            Ok(found) => found,
            Err(error) => (State::Unknown, format!("{error:#}")),
        };
        let text = text.replace('\n', " ");
        data(&format!("POSTLENS QUEUE {} - {text}\n", state.name()))
            .context("cannot write to standard output")?;
        Ok(state.code())
    }
}

/// How the guidelines call it, the worse the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Ok,
    Warning,
    Critical,
    Unknown,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }

    fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::Critical => 2,
            Self::Unknown => UNKNOWN,
        }
    }

    /// What a value means; above a limit is bad.
    fn of(value: u64, warning: Option<u64>, critical: Option<u64>) -> Self {
        let above = |limit: Option<u64>| limit.is_some_and(|limit| value > limit);
        match (above(critical), above(warning)) {
            (true, _) => Self::Critical,
            (false, true) => Self::Warning,
            (false, false) => Self::Ok,
        }
    }
}

/// The exit status for what could not be checked, wrong usage too.
pub(crate) const UNKNOWN: u8 = 3;

/// Check how much mail waits, and for how long
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  postlens check queue --warning 500 --critical 2000 --age-warning 6h --age-critical 2d

Without limits it is OK as long as the queue can be read. Mail on hold is counted apart: it
is in neither `unsent` nor the ages. Where part of the queue cannot be read the state is
UNKNOWN, unless what could be read is CRITICAL already.")]
struct QueueCheckArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// WARNING above so many unsent messages.
    #[arg(long, short, value_name = "N", help_heading = "Limits")]
    warning: Option<u64>,
    /// CRITICAL above so many unsent messages.
    #[arg(long, value_name = "N", help_heading = "Limits")]
    critical: Option<u64>,
    /// WARNING if a message waits for longer: 30m, 6h, 2d.
    #[arg(long, value_name = "TIME", value_parser = seconds, help_heading = "Limits")]
    age_warning: Option<i64>,
    /// CRITICAL if a message waits for longer.
    #[arg(long, value_name = "TIME", value_parser = seconds, help_heading = "Limits")]
    age_critical: Option<i64>,
    /// WARNING if what waits is larger in bytes.
    #[arg(long, value_name = "BYTES", help_heading = "Limits")]
    size_warning: Option<u64>,
    /// CRITICAL if what waits is larger in bytes.
    #[arg(long, value_name = "BYTES", help_heading = "Limits")]
    size_critical: Option<u64>,
}

impl QueueCheckArgs {
    fn check(&self) -> Result<(State, String)> {
        let now = jiff::Timestamp::now().as_second();
        let waiting = self.place.read(&[])?;
        let count = |queue: QueueName| {
            let of = |held: &&super::queue::Held| held.message.queue == queue;
            waiting.messages.iter().filter(of).count() as u64
        };
        let held = count(QueueName::Hold);
        let unsent = waiting.messages.len() as u64 - held;
        let (oldest, size) = oldest_and_size(&waiting, now);
        let seconds = |limit: Option<i64>| limit.and_then(|limit| u64::try_from(limit).ok());
        let (age_warning, age_critical) = (seconds(self.age_warning), seconds(self.age_critical));
        let mut state = State::of(unsent, self.warning, self.critical)
            .max(State::of(oldest, age_warning, age_critical))
            .max(State::of(size, self.size_warning, self.size_critical));
        let mut text = format!(
            "{unsent} messages unsent, the oldest for {}, {held} on hold",
            span(i64::try_from(oldest).unwrap_or(i64::MAX))
        );
        if waiting.incomplete {
            text.push_str(", part of the queue could not be read");
            if state < State::Critical {
                state = State::Unknown;
            }
        }
        let limits = |warning: Option<u64>, critical: Option<u64>| {
            let shown =
                |limit: Option<u64>| limit.map(|limit| limit.to_string()).unwrap_or_default();
            format!("{};{};0", shown(warning), shown(critical))
        };
        let figures = [
            format!("active={};;;0", count(QueueName::Active)),
            format!("deferred={};;;0", count(QueueName::Deferred)),
            format!("incoming={};;;0", count(QueueName::Incoming) + count(QueueName::Maildrop)),
            format!("hold={held};;;0"),
            format!("unsent={unsent};{}", limits(self.warning, self.critical)),
            format!("oldest={oldest}s;{}", limits(age_warning, age_critical)),
            format!("size={size}B;{}", limits(self.size_warning, self.size_critical)),
        ];
        Ok((state, format!("{text} | {}", figures.join(" "))))
    }
}

fn oldest_and_size(waiting: &Waiting, now: i64) -> (u64, u64) {
    let unsent = || waiting.messages.iter().filter(|held| held.message.queue != QueueName::Hold);
    let oldest = unsent().map(|held| held.message.age(now)).max().unwrap_or(0);
    let size = unsent().filter_map(|held| held.message.size).sum();
    (u64::try_from(oldest).unwrap_or(0), size)
}
