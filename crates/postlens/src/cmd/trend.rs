//! `postlens trend`.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use postlens_engine::{InPeriod, Order, Run};
use postlens_report::trend::{self, Earlier, Limits, Trends};
use postlens_report::{Lang, Language, csv};
use postlens_stats::Trend;
use postlens_track::Limits as Tracking;

use super::report::compared::{Periods, length};
use super::report::look;
use super::report::pass::{Parts, around};
use crate::input::{InputArgs, ends, tell_problems};
use crate::output::{self, When, bytes};
use crate::postfix::{Instance, Postfix};
use crate::progress::ProgressLine;
use crate::whole::WholeFile;

/// Tell trends: when mail comes, in which bursts, where it goes, what changed, and what room is left
///
/// Mail by hour of the day, by weekday and by hour of the week; campaigns, hours in which one
/// sender (or one subject, where header checks log it) has far more mail than usual; domains
/// and providers with their changes; and how many smtpd and smtp processes and recipients in
/// the active queue there were at once, against the limits of Postfix.
///
/// Reads this machine's logs; with --history, or where the period begins before the logs do,
/// what a running postlensd keeps.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  postlens trend --period last-7d
  postlens trend --history --period 2026 --format html -o trend.html
  postlens trend --period this-month --compare 2025-11
  postlens trend --json /var/log/mail.log* | jq .campaigns")]
pub(crate) struct TrendArgs {
    #[command(flatten)]
    input: InputArgs,
    /// Compare with another period: `previous` (the same length directly before), `last-week`
    /// (seven days earlier) or any period. Default: previous, where --period or --since gives
    /// a beginning.
    #[arg(long, value_name = "PERIOD")]
    compare: Option<String>,
    /// How many entries lists show.
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: usize,
    /// How many smtpd processes there may be. Default: what Postfix is set to.
    #[arg(long, value_name = "N")]
    smtpd_limit: Option<u64>,
    /// What to write.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// The same as --format json.
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// The language of the text: en or ja. Default: the locale's.
    #[arg(long, value_name = "LANG")]
    lang: Option<Lang>,
    /// Terminal colours.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: When,
    /// Bars beside counts: on a terminal, where there is room.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    bars: When,
    /// Write to this file instead of standard output, whole or not at all.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For terminals
    Text,
    /// One self-contained page, with charts
    Html,
    /// All figures, one a line
    Csv,
    /// One JSON object
    Json,
}

impl TrendArgs {
    /// Reads the logs and tells the trends.
    pub(crate) fn run(self) -> Result<u8> {
        let input = self.input.validate()?;
        let options = input.options;
        let begins = options.period.is_some_and(|period| period.from.is_some());
        let compare = self.compare.or(begins.then(|| "previous".to_owned()));
        let periods = compare.map(|text| Periods::read(&text, &options)).transpose()?;
        let (mut now, mut then) = (Trend::default(), Trend::default());
        let asked = periods.map_or(options.period, |periods| Some(periods.now));
        let mut parts = vec![InPeriod::new(asked, &mut now)];
        parts.extend(periods.map(|periods| InPeriod::new(Some(periods.then), &mut then)));
        let mut read = options.clone();
        read.period = asked.map(|_| around(parts.iter().map(|it| it.period().unwrap_or_default())));
        let run = Run {
            streams: input.found.streams,
            options: read,
            tracking: Some(Tracking::default()),
            order: Order::Time,
            threads: input.threads,
        };
        let line = ProgressLine::new();
        let mut parts = Parts::new(parts.iter_mut().map(|part| part as _).collect());
        let mut summary = run.run(&mut parts, &mut |progress| line.show(progress));
        drop((line, parts));
        summary.problems.splice(0..0, input.found.problems);
        let earlier = periods.map(|periods| Earlier {
            trend: &then,
            ends: periods.ends(&options),
            scale: length(periods.now) / length(periods.then).max(1.0),
        });
        let mut limits = limits();
        if let Some(smtpd) = self.smtpd_limit {
            limits.smtpd = smtpd;
        }
        let trends = Trends { now: &now, period: ends(&options), earlier, limits, top: self.top };
        let format = if self.json { Format::Json } else { self.format };
        let language = Language::new(self.lang.unwrap_or_else(output::lang));
        let look = look::of(self.color, self.bars, self.output.is_some());
        let text = match format {
            Format::Text => trend::write(&trends, &language, look),
            Format::Html => trend::page(&trends, &language),
            Format::Csv => csv::write(&trend::value(&trends)),
            Format::Json => format!("{}\n", serde_json::to_string_pretty(&trend::value(&trends))?),
        };
        write(self.output.as_deref(), text.as_bytes())?;
        Ok(tell_problems(&summary))
    }
}

fn write(path: Option<&Path>, text: &[u8]) -> Result<()> {
    let Some(path) = path else {
        return bytes(text).context("cannot write to standard output");
    };
    let whole = || {
        let mut file = WholeFile::create(path)?;
        file.write_all(text)?;
        file.commit()
    };
    whole().with_context(|| format!("cannot write {}", path.display()))
}

/// The limits of this machine's Postfix, where it can be asked; 0 is none.
fn limits() -> Limits {
    let Ok(postfix) = Postfix::live(&Instance::default()) else { return Limits::default() };
    let number = |name: &str, usual| postfix.value(name).parse().unwrap_or(usual);
    let usual = Limits::default();
    let process = number("default_process_limit", usual.smtpd);
    let limit = |is: &dyn Fn(&str, &str) -> bool| {
        let services = postfix.services().iter().filter(|it| is(&it.kind, &it.command));
        let limits: Vec<u64> = services.map(|it| it.most.unwrap_or(process)).collect();
        if limits.contains(&0) { 0 } else { limits.iter().sum() }
    };
    Limits {
        smtpd: limit(&|kind, command| kind == "inet" && command == "smtpd"),
        smtp: limit(&|_, command| command == "smtp"),
        active: number("qmgr_message_recipient_limit", usual.active),
        assumed: false,
    }
}
