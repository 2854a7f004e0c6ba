//! `postlens check log`: what the mail log says since the last call.

use std::iter::once;
use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};
use clap::Args;
use jiff::Timestamp;
use postlens_engine::{Order, Run, Summary};
use postlens_report::number::span;
use postlens_source::{
    Arguments, Discovery, Options, Period, Place, Problem, Stream, Time, Zone, discover,
    discover_set,
};
use postlens_track::Limits as TrackerLimits;
use serde::{Deserialize, Serialize};

use super::plugin::{Check, Limits, Plugin, State, percent, real};
use super::range::Range;
use super::state::StateArgs;
use crate::cmd::queue::{bytes, seconds};
use crate::exit::hint;
use figures::Figures;

mod figures;

/// Check what the mail log says since the last call
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  postlens check log --deferral-warning 20 --bounce-warning 10 --silence-critical 30m
  postlens check log --failures-warning 100 --fatal-critical 0 /var/log/mail.log
  postlens check log --state /var/lib/nagios/mail-log.json

Each call looks at what was logged since the one before, also in files that were rotated or
compressed meanwhile; the first at the last hour (--first). A call that fails, or is killed,
leaves the place where it was: the next one begins there. Give each monitoring system its own
--state, or each sees only a part.

Deferrals and bounces are shares of deliveries: attempts, without those for destinations that
were suspended, without address probes and hand-overs to filters. The state is UNKNOWN where
a log cannot be read.")]
pub(super) struct LogCheckArgs {
    /// Logs: files (their rotated predecessors are found beside them), directories, patterns.
    /// Without any: this machine's mail log, or its journal.
    #[arg(value_name = "LOG")]
    logs: Vec<PathBuf>,
    /// WARNING if more percent of deliveries were deferred.
    #[arg(long, value_name = "RANGE", value_parser = Range::percent, help_heading = "Limits")]
    deferral_warning: Option<Range>,
    /// CRITICAL if more percent of deliveries were deferred.
    #[arg(long, value_name = "RANGE", value_parser = Range::percent, help_heading = "Limits")]
    deferral_critical: Option<Range>,
    /// WARNING if more percent of deliveries bounced.
    #[arg(long, value_name = "RANGE", value_parser = Range::percent, help_heading = "Limits")]
    bounce_warning: Option<Range>,
    /// CRITICAL if more percent of deliveries bounced.
    #[arg(long, value_name = "RANGE", value_parser = Range::percent, help_heading = "Limits")]
    bounce_critical: Option<Range>,
    /// Shares are judged only from so many deliveries on.
    #[arg(long, value_name = "N", default_value_t = 20, help_heading = "Limits")]
    least: u64,
    /// WARNING if there were more failed logins.
    #[arg(long, value_name = "RANGE", value_parser = Range::numbers, help_heading = "Limits")]
    failures_warning: Option<Range>,
    /// CRITICAL if there were more failed logins.
    #[arg(long, value_name = "RANGE", value_parser = Range::numbers, help_heading = "Limits")]
    failures_critical: Option<Range>,
    /// WARNING if more mail was refused, greylisting aside.
    #[arg(long, value_name = "RANGE", value_parser = Range::numbers, help_heading = "Limits")]
    refusals_warning: Option<Range>,
    /// CRITICAL if more mail was refused, greylisting aside.
    #[arg(long, value_name = "RANGE", value_parser = Range::numbers, help_heading = "Limits")]
    refusals_critical: Option<Range>,
    /// WARNING if there were more warnings and errors.
    #[arg(long, value_name = "RANGE", value_parser = Range::numbers, help_heading = "Limits")]
    warnings_warning: Option<Range>,
    /// CRITICAL if there were more warnings and errors.
    #[arg(long, value_name = "RANGE", value_parser = Range::numbers, help_heading = "Limits")]
    warnings_critical: Option<Range>,
    /// WARNING if more processes ended with fatal or panic.
    #[arg(long, value_name = "RANGE", value_parser = Range::numbers, help_heading = "Limits")]
    fatal_warning: Option<Range>,
    /// CRITICAL if more processes ended with fatal or panic.
    #[arg(long, value_name = "RANGE", value_parser = Range::numbers, help_heading = "Limits")]
    fatal_critical: Option<Range>,
    /// WARNING if no mail program has logged anything for so long: 30m.
    #[arg(long, value_name = "RANGE", value_parser = Range::times, help_heading = "Limits")]
    silence_warning: Option<Range>,
    /// CRITICAL if no mail program has logged anything for so long.
    #[arg(long, value_name = "RANGE", value_parser = Range::times, help_heading = "Limits")]
    silence_critical: Option<Range>,
    #[command(flatten)]
    state: StateArgs,
    /// How far back the first call looks.
    #[arg(long, value_name = "TIME", value_parser = seconds, default_value = "1h", help_heading = "Since the last call")]
    first: i64,
    /// Of each log at most so many bytes are read, the newest.
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "512M", help_heading = "Since the last call")]
    most: u64,
    /// The zone of stamps without one. Default: this machine's.
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
}

/// What a call leaves for the next.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Earlier {
    schema: u32,
    /// Until when the log was looked at, in microseconds since 1970.
    at: i64,
    /// When the last line of a mail program was logged.
    last_line: Option<i64>,
    places: Vec<Known>,
}

/// A [`Place`].
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    log: u64,
    offset: u64,
    before: u64,
}

impl From<Place> for Known {
    fn from(Place { log, offset, before }: Place) -> Self {
        Self { log, offset, before }
    }
}

impl From<Known> for Place {
    fn from(Known { log, offset, before }: Known) -> Self {
        Self { log, offset, before }
    }
}

/// Lines may be so long on their way into the journal, in microseconds.
const ON_THE_WAY: i64 = 2_000_000;
const MICROS: i64 = 1_000_000;
/// Details of each kind.
const SHOWN: usize = 3;

impl Check for LogCheckArgs {
    const NAME: &'static str = "LOG";

    fn check(&self) -> Result<Plugin> {
        let zone = match &self.tz {
            Some(name) => Zone::named(name)
                .map_err(|error| hint(error, "give an IANA name such as Asia/Tokyo, or +09:00"))?,
            None => Zone::system(),
        };
        let file = self.state.open("log", &self.name())?;
        let earlier: Option<Earlier> = file.read()?;
        let now = Timestamp::now().as_microsecond();
        let mut plugin = Plugin::default();
        let mut reading = Reading::plan(self.find()?, earlier.as_ref())?;
        reading.shorten(self.most, &mut plugin);
        let until = now - ON_THE_WAY;
        let since = earlier.as_ref().map_or(now - self.first * MICROS, |earlier| earlier.at);
        if reading.lost {
            plugin.detail(
                "the place of the last call is not in the log any more: lines are taken by their \
                 time; keep rotated logs longer than the time between two calls",
            );
        }
        let places = reading.places.clone();
        let mut figures = Figures::default();
        let from = Time { micros: since / MICROS * MICROS, offset: zone.offset_at(since) };
        reading.read(since..until, &Options::new(zone, now), &mut figures)?;
        let before = earlier.as_ref().and_then(|earlier| earlier.last_line);
        let last_line = figures.last_line().max(before);
        self.judge(&figures, &mut plugin);
        let silence = now - last_line.unwrap_or(since.min(now));
        self.judge_silence(silence / MICROS, last_line.is_some(), &mut plugin);
        plugin.fact(format!("{} lines since {from}", figures.lines()));
        file.write(&Earlier { schema: 1, at: until, last_line, places })?;
        Ok(plugin)
    }
}

impl LogCheckArgs {
    /// Which logs are meant: calls for others keep their own state.
    fn name(&self) -> String {
        let paths = self.logs.iter().map(|path| path.display().to_string());
        paths.collect::<Vec<_>>().join("\n")
    }

    /// The logs, with the rotated predecessors of named files.
    fn find(&self) -> Result<Vec<Stream>> {
        let mut streams = Vec::new();
        if self.logs.is_empty() {
            streams = all(Vec::new())?;
        }
        for path in &self.logs {
            if path.is_file() {
                streams.extend(
                    discover_set(path).or_else(|problem| refuse(once(problem)).map(|()| None))?,
                );
            } else {
                streams.extend(all(vec![path.clone()])?);
            }
        }
        if streams.is_empty() {
            return Err(hint(anyhow!("there is no mail log"), "name the log: check log FILE"));
        }
        Ok(streams)
    }

    fn judge(&self, figures: &Figures, plugin: &mut Plugin) {
        let all = figures.deliveries();
        plugin.figure("deliveries", real(all), "", Limits::default());
        plugin.fact(format!("{all} deliveries"));
        for (label, count, limits) in [
            (
                "deferred",
                figures.deferred,
                Limits::new(self.deferral_warning, self.deferral_critical),
            ),
            ("bounced", figures.bounced, Limits::new(self.bounce_warning, self.bounce_critical)),
        ] {
            let share = percent(count, all);
            let text = format!("{share:.1} % {label} ({count})");
            match plugin.figure(label, share, "%", limits) {
                state @ (State::Warning | State::Critical) if all >= self.least => {
                    plugin.wrong(state, text);
                }
                _ => plugin.fact(text),
            }
        }
        for (label, count, limits, what) in [
            (
                "failures",
                figures.failures(),
                Limits::new(self.failures_warning, self.failures_critical),
                "failed logins",
            ),
            (
                "refusals",
                figures.refusals(),
                Limits::new(self.refusals_warning, self.refusals_critical),
                "refusals",
            ),
            (
                "warnings",
                figures.warnings(),
                Limits::new(self.warnings_warning, self.warnings_critical),
                "warnings",
            ),
            (
                "fatal",
                figures.fatal(),
                Limits::new(self.fatal_warning, self.fatal_critical),
                "fatal errors",
            ),
        ] {
            plugin.judged(label, real(count), "", limits, format!("{count} {what}"));
        }
        let lost = figures.lost();
        plugin.figure("lost", real(lost), "", Limits::default());
        if lost > 0 {
            plugin.fact(format!("the logger lost {lost} lines: see `postlens doctor`"));
        }
        for line in figures.details(SHOWN) {
            plugin.detail(line);
        }
    }

    fn judge_silence(&self, silence: i64, is_known: bool, plugin: &mut Plugin) {
        // A clock that was put back is no silence.
        let silence = silence.max(0);
        let limits = Limits::new(self.silence_warning, self.silence_critical);
        let more = if is_known { "" } else { "more than " };
        let text = format!("nothing logged for {more}{}", span(silence));
        match plugin.figure("silence", real(silence.unsigned_abs()), "s", limits) {
            State::Ok => {}
            state => {
                plugin.wrong(state, text);
                plugin.detail("is Postfix running, and the system logger? postlens check services");
            }
        }
    }
}

/// All streams of some paths.
fn all(paths: Vec<PathBuf>) -> Result<Vec<Stream>> {
    let Discovery { streams, problems } = discover(&Arguments { paths, ..Arguments::default() });
    refuse(problems.into_iter())?;
    Ok(streams)
}

/// A log that was meant and cannot be read ends the check: figures of a part would look good.
fn refuse(mut problems: impl Iterator<Item = Problem>) -> Result<()> {
    let Some(problem) = problems.find(Problem::is_loss) else { return Ok(()) };
    let remedy = problem.hint().unwrap_or("see `postlens report`");
    Err(hint(problem, remedy))
}

/// What is to be read.
#[derive(Debug, Default)]
struct Reading {
    /// From a place on.
    resumed: Vec<Stream>,
    /// From a time on.
    timed: Vec<Stream>,
    /// From a time to another.
    journals: Vec<Stream>,
    /// Where the next call goes on.
    places: Vec<Known>,
    /// Whether a place was lost.
    lost: bool,
}

impl Reading {
    fn plan(streams: Vec<Stream>, earlier: Option<&Earlier>) -> Result<Self> {
        let known: Vec<Place> = earlier
            .map(|earlier| earlier.places.iter().map(|place| (*place).into()).collect())
            .unwrap_or_default();
        let mut reading = Self::default();
        let mut found = 0;
        for mut stream in streams {
            let resumed = known.iter().any(|place| stream.resume(place));
            found += usize::from(resumed);
            let place = stream.stop().map_err(|problem| {
                let remedy = problem.hint().unwrap_or("run the command again");
                hint(problem, remedy)
            })?;
            reading.places.extend(place.map(Known::from));
            let is_file = stream.files().iter().any(postlens_source::LogFile::is_file);
            match (resumed, is_file) {
                (true, _) => reading.resumed.push(stream),
                (false, true) => reading.timed.push(stream),
                (false, false) => reading.journals.push(stream),
            }
        }
        reading.lost = found < known.len();
        Ok(reading)
    }

    fn shorten(&mut self, most: u64, plugin: &mut Plugin) {
        let all = self.resumed.iter_mut();
        let without: u64 = all.map(|stream| stream.shorten(most)).sum();
        // The first call's time leaves out more than that, as a rule.
        for stream in &mut self.timed {
            stream.shorten(most);
        }
        if without > 0 {
            plugin.fact(format!("{} MiB of log were left out (--most)", without >> 20));
        }
    }

    fn read(self, time: std::ops::Range<i64>, options: &Options, into: &mut Figures) -> Result<()> {
        let from = Period { from: Some(time.start), to: None };
        let between = Period { from: Some(time.start), to: Some(time.end) };
        let parts =
            [(self.resumed, None), (self.timed, Some(from)), (self.journals, Some(between))];
        for (streams, period) in parts {
            if streams.is_empty() {
                continue;
            }
            let run = Run {
                streams,
                options: Options { period, ..options.clone() },
                tracking: Some(TrackerLimits::default()),
                order: Order::Time,
                threads: 0,
            };
            let Summary { problems, .. } = run.run(into, &mut |_| {});
            refuse(problems.into_iter()).context("the log could not be read to its end")?;
        }
        into.settle();
        Ok(())
    }
}
