//! `postlens report`.

mod compared;
mod format;
mod look;
mod mail;
mod masked;
mod pass;
mod selected;
mod selection;

use std::io::{IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use clap::Args;
use clap::builder::PossibleValuesParser;
use postlens_engine::{Order, Run, Summary};
use postlens_report::{First, Lang, Language, Report, Source, View};
use postlens_stats::stats::traffic::{Span, Traffic};
use postlens_track::Limits;

use crate::exit::hint;
use crate::input::{InputArgs, ends, tell_problems};
use crate::output::{When, bytes};
use crate::progress::ProgressLine;
use crate::whole::WholeFile;
use compared::{Earlier, Periods};
use format::Format;
use mail::MailArgs;
use masked::MaskArg;
use pass::{Figures, Plan};
use selection::SelectionArgs;

/// Tell what is wrong and what happened to the mail: problems, outcomes, refusals, traffic
///
/// The first lines say what is wrong, since when, who must act and what to look at first;
/// on a quiet log, that nothing is.
///
/// Every recipient of every mail ends in exactly one outcome. A mail that passes a
/// content filter, another instance or another host whose log is read too counts once.
/// Refusals before the queue stand beside them.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  postlens report --period yesterday
  postlens report --since 2026-11-01 --until 2026-11-08 /var/log/mail.log*
  postlens report --period yesterday --compare last-week
  postlens report --domain example.com --since 7d
  postlens report --client 192.0.2.0/24 --client '*.example.net'
  postlens report --json mail.log | jq .recipients
  postlens report --period yesterday --format html -o /var/www/report.html
  postlens report --period yesterday --mail-to postmaster@example.com --only-problems
  zcat old/*.gz | postlens report -")]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    selection: SelectionArgs,
    /// What to write.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// The same as --format json.
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// How many entries lists show. Default: 10; 10,000 in workbooks.
    #[arg(long, value_name = "N")]
    top: Option<usize>,
    /// Only these sections; may be given several times.
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(postlens_report::text::names()))]
    section: Vec<String>,
    /// More columns and lists in each section.
    #[arg(long)]
    detail: bool,
    /// Mail over time: by minute, hour, day, weekday, week or month.
    #[arg(long, value_name = "SPAN", value_parser = PossibleValuesParser::new(Span::ALL.map(Span::name)))]
    by: Option<String>,
    /// Compare with another period: `previous` (the same length directly before),
    /// `last-week` (seven days earlier) or any period. Also holds each hour against what
    /// is usual for it.
    #[arg(long, value_name = "PERIOD")]
    compare: Option<String>,
    /// Days before the period from which problems learn what is usual; 0: only the period
    /// itself. Their lines are not in the figures.
    #[arg(long, value_name = "DAYS", default_value_t = 14)]
    learn: u16,
    /// What went wrong first, then the traffic: the default.
    #[arg(long, overrides_with = "traffic_first")]
    problems_first: bool,
    /// The traffic first, then what went wrong.
    #[arg(long)]
    traffic_first: bool,
    /// The language of the text: en or ja. Default: the locale's; en for JSON.
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
    /// Give pseudonyms, to share the report: the same name has the same one throughout.
    /// Domains and networks stay.
    #[arg(long, value_name = "WHAT")]
    mask: Option<MaskArg>,
    #[command(flatten)]
    mail: MailArgs,
    /// Messages held in memory at once, until their end is seen.
    #[arg(long, value_name = "N", default_value_t = Limits::default().messages, hide_short_help = true)]
    max_messages: usize,
}

impl ReportArgs {
    /// Reads the logs and writes the report.
    pub(crate) fn run(self) -> Result<u8> {
        let selection = self.selection.validate()?;
        let format = if self.json { Format::Json } else { self.format };
        if format.is_binary() && self.output.is_none() && std::io::stdout().is_terminal() {
            return Err(hint(anyhow!("a terminal cannot show a workbook"), "add -o report.xlsx"));
        }
        let input = self.input.validate()?;
        let post = self.mail.validate()?;
        let period = ends(&input.options);
        let by = Span::ALL.into_iter().find(|span| self.by.as_deref() == Some(span.name()));
        let mut figures = Figures::default();
        if by == Some(Span::Minute) {
            figures.stats.traffic = Traffic::by_minute();
        }
        let periods = match &self.compare {
            Some(text) => Some(Periods::read(text, &input.options)?),
            None => None,
        };
        let run = Run {
            streams: input.found.streams,
            options: input.options,
            tracking: Some(Limits { messages: self.max_messages.max(1), ..Limits::default() }),
            order: Order::Time,
            threads: input.threads,
        };
        let line = ProgressLine::new();
        let mut show = |progress| line.show(progress);
        let plan = Plan { compared: periods, learn: self.learn, selection: &selection };
        let (mut summary, mut earlier) = pass::run(run, &mut figures, plan, &mut show);
        drop(line);
        summary.problems.splice(0..0, input.found.problems);
        let mut findings = figures.detectors.findings();
        findings.retain(|finding| selection.concerns(finding));
        let mut filter = selection.told();
        if let Some(mask) = self.mask {
            let mut shown = vec![&mut figures.stats];
            shown.extend(earlier.as_mut().map(Earlier::stats));
            mask.apply(&mut shown, &mut findings, filter.as_mut());
        }
        let first = if self.traffic_first { First::Traffic } else { First::Problems };
        let report = Report {
            stats: &figures.stats,
            findings: &findings,
            comparison: earlier.as_ref().map(Earlier::comparison),
            period,
            filter,
            learned: figures.learned,
            source: source(&summary),
            top: self.top.unwrap_or(format.top()),
            view: View { sections: self.section, detail: self.detail, by, first },
        };
        let language = Language::new(self.lang.unwrap_or_else(|| format.lang()));
        if let Some(post) = post {
            post.send(&report, &language)?;
            return Ok(tell_problems(&summary));
        }
        let look = look::of(self.color, self.bars, self.output.is_some());
        let text = format.write(&report, &language, look)?;
        match self.output {
            Some(path) => write_whole(&path, &text)
                .with_context(|| format!("cannot write {}", path.display()))?,
            None => bytes(&text).context("cannot write to standard output")?,
        }
        Ok(tell_problems(&summary))
    }
}

fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = WholeFile::create(path)?;
    file.write_all(bytes)?;
    file.commit()
}

fn source(summary: &Summary) -> Source {
    Source {
        files: summary.files.len(),
        lines: summary.lines,
        bytes: summary.bytes,
        outside: summary.outside,
        copies: summary.copies.clone(),
        problems: summary
            .problems
            .iter()
            .filter(|problem| problem.is_loss())
            .map(|problem| (problem.to_string(), problem.hint()))
            .collect(),
        tracker: summary.tracker,
    }
}
