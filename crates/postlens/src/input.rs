//! Which logs to read and of which time: arguments that several commands share.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use postlens_engine::Summary;
use postlens_source::{Arguments, Discovery, Options, Period, Problem, Zone, discover};
use postlens_syntax::Time;

use crate::exit::{self, hint};
use crate::history::{self, HistoryArgs};
use crate::output::message;

/// What the user wrote.
#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    /// Logs: files, directories, patterns, `-` for standard input. Rotated and compressed
    /// files (gz, bz2, xz, zst) are read too, in the order of time. Without any: this
    /// machine's mail log (/var/log/mail.log*, maillog*, postconf's `maillog_file`, else
    /// the journal).
    #[arg(value_name = "LOG")]
    logs: Vec<PathBuf>,
    /// Only this period: today, yesterday, last-24h, last-7d, this-month, 2026-10,
    /// 2026-11-03, or A..B.
    #[arg(long, value_name = "PERIOD", help_heading = "Period")]
    period: Option<String>,
    /// Only from this time on: 2026-11-03, "2026-11-03 10:00", RFC 3339, 3d, 12h.
    #[arg(long, value_name = "TIME", help_heading = "Period")]
    since: Option<String>,
    /// Only before this time.
    #[arg(long, value_name = "TIME", help_heading = "Period")]
    until: Option<String>,
    /// The zone of stamps without one, and of the words of `--period`: an IANA name such
    /// as Asia/Tokyo, or an offset such as +09:00. Default: this machine's.
    #[arg(long, value_name = "ZONE", help_heading = "Period")]
    tz: Option<String>,
    #[command(flatten)]
    history: HistoryArgs,
    /// Worker threads; 0 means one per processor.
    #[arg(long, value_name = "N", default_value_t = 0, hide_short_help = true)]
    threads: usize,
}

/// What it means.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) found: Discovery,
    pub(crate) options: Options,
    pub(crate) threads: usize,
}

impl InputArgs {
    /// Takes the arguments out that name no log.
    ///
    /// # Errors
    /// When one of them is no text.
    pub(crate) fn take_terms(&mut self, is_log: impl Fn(&Path) -> bool) -> Result<Vec<String>> {
        let (logs, terms) = std::mem::take(&mut self.logs).into_iter().partition(|arg| is_log(arg));
        self.logs = logs;
        let terms: Vec<PathBuf> = terms;
        let text = |term: PathBuf| {
            term.into_os_string().into_string().map_err(|term| {
                let error = anyhow::anyhow!("{} is no text", term.display());
                hint(error, "give a filter as FIELD=VALUE in UTF-8, or the name of a log")
            })
        };
        terms.into_iter().map(text).collect()
    }

    /// Copies standard input to a file, for commands that read their input more than once;
    /// the file goes away with what is returned.
    pub(crate) fn spool(&mut self) -> Result<Option<tempfile::NamedTempFile>> {
        let Some(stdin) = self.logs.iter_mut().find(|path| path.as_os_str() == "-") else {
            return Ok(None);
        };
        let mut file = tempfile::NamedTempFile::new()
            .map_err(|error| hint(error, "set TMPDIR to a directory that can be written to"))?;
        std::io::copy(&mut std::io::stdin().lock(), &mut file)
            .map_err(|error| hint(error, "set TMPDIR to a directory with room for the log"))?;
        file.path().clone_into(stdin);
        Ok(Some(file))
    }

    /// Validates the arguments and finds the logs.
    pub(crate) fn validate(self) -> Result<Input> {
        let zone = match &self.tz {
            Some(name) => Zone::named(name)
                .map_err(|error| hint(error, "give an IANA name such as Asia/Tokyo, or +09:00"))?,
            None => Zone::system(),
        };
        let now = jiff::Timestamp::now().as_microsecond();
        let period = self.period(now, &zone)?;
        let options = Options { period, ..Options::new(zone, now) };
        let threads = self.threads;
        if let Some(daemon) = self.history.asked() {
            if !self.logs.is_empty() {
                let error = anyhow::anyhow!("--history reads no other logs");
                return Err(hint(error, "leave --history out, or the logs"));
            }
            let found = history::discover(&daemon)?;
            return Ok(Input { found, options, threads });
        }
        let of_machine = self.logs.is_empty();
        let mut found = discover(&Arguments { paths: self.logs, ..Arguments::default() });
        if of_machine && let Some(history) = self.history.reaching_back(&found, &options) {
            found = history;
        }
        Ok(Input { found, options, threads })
    }

    fn period(&self, now: i64, zone: &Zone) -> Result<Option<Period>> {
        let explain = |error: postlens_source::PeriodError| {
            let remedy = error.hint();
            hint(error, remedy)
        };
        let named = match &self.period {
            Some(text) => Some(Period::parse(text, now, zone).map_err(explain)?),
            None => None,
        };
        if self.since.is_none() && self.until.is_none() {
            return Ok(named);
        }
        let between = Period::between(self.since.as_deref(), self.until.as_deref(), now, zone)
            .map_err(explain)?;
        Ok(Some(named.map_or(between, |named| named.intersection(between))))
    }
}

/// The ends of a period as times of the zone.
pub(crate) fn ends(options: &Options) -> (Option<Time>, Option<Time>) {
    let time = |micros| Time { micros, offset: options.zone.offset_at(micros) };
    let period = options.period;
    (period.and_then(|period| period.from).map(time), period.and_then(|period| period.to).map(time))
}

/// Tells what could not be read; returns the exit code that follows.
pub(crate) fn tell_problems(summary: &Summary) -> u8 {
    tell(&summary.problems)
}

/// Tells what could not be read; returns the exit code that follows.
pub(crate) fn tell(problems: &[Problem]) -> u8 {
    let mut code = exit::OK;
    for problem in problems {
        let causes =
            std::iter::successors(std::error::Error::source(problem), |error| error.source());
        let parts = std::iter::once(problem.to_string()).chain(causes.map(ToString::to_string));
        message(&parts.collect::<Vec<_>>().join(": "));
        if let Some(hint) = problem.hint() {
            message(&format!("hint: {hint}"));
        }
        if problem.is_loss() {
            code = exit::INCOMPLETE;
        }
    }
    code
}
