//! `postlens report`.

pub(crate) mod compared;
mod format;
pub(crate) mod look;
mod mail;
mod masked;
pub(crate) mod pass;
mod selected;
mod selection;
mod way;

use std::io::IsTerminal as _;
use std::path::PathBuf;

use anyhow::{Result, anyhow};
use clap::Args;
use clap::builder::PossibleValuesParser;
use postlens_detect::Finding;
use postlens_engine::{Order, Run, Summary};
use postlens_report::{Filter, First, Lang, Language, Report, Source, View};
use postlens_stats::stats::traffic::{Span, Traffic};
use postlens_syntax::Time;
use postlens_track::Limits;

use crate::exit::hint;
use crate::input::{Input, InputArgs, ends, tell_problems};
use crate::output::When;
use crate::progress::ProgressLine;
use compared::{Earlier, Periods};
use format::Format;
use mail::MailArgs;
use masked::MaskArg;
use pass::{Figures, Plan};
use selection::{Selection, SelectionArgs};
use way::Way;

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
        let (asked, way, language) = self.validate()?;
        let answer = asked.read();
        way.send(&answer.report(), &language)?;
        Ok(tell_problems(&answer.summary))
    }

    /// Finds all that can be wrong before a log is read.
    fn validate(self) -> Result<(Asked, Way, Language)> {
        let selection = self.selection.validate()?;
        let format = if self.json { Format::Json } else { self.format };
        if format.is_binary() && self.output.is_none() && std::io::stdout().is_terminal() {
            return Err(hint(anyhow!("a terminal cannot show a workbook"), "add -o report.xlsx"));
        }
        let input = self.input.validate()?;
        let way = match (self.mail.validate()?, self.output) {
            (Some(post), _) => Way::Mail(Box::new(post)),
            (None, Some(path)) => Way::File(path, format, look::of(self.color, self.bars, true)),
            (None, None) => Way::Output(format, look::of(self.color, self.bars, false)),
        };
        let compared = self.compare.map(|text| Periods::read(&text, &input.options)).transpose()?;
        let by = Span::ALL.into_iter().find(|span| self.by.as_deref() == Some(span.name()));
        let first = if self.traffic_first { First::Traffic } else { First::Problems };
        let limits = Limits { messages: self.max_messages.max(1), ..Limits::default() };
        let (mask, learn, top) = (self.mask, self.learn, self.top.unwrap_or(format.top()));
        let view = View { sections: self.section, detail: self.detail, by, first };
        let language = Language::new(self.lang.unwrap_or_else(|| format.lang()));
        let asked = Asked { input, limits, selection, compared, learn, mask, top, view };
        Ok((asked, way, language))
    }
}

/// What the report is to tell.
struct Asked {
    input: Input,
    limits: Limits,
    selection: Selection,
    compared: Option<Periods>,
    learn: u16,
    mask: Option<MaskArg>,
    top: usize,
    view: View,
}

impl Asked {
    /// Reads the logs.
    fn read(self) -> Answer {
        let mut figures = Figures::default();
        if self.view.by == Some(Span::Minute) {
            figures.stats.traffic = Traffic::by_minute();
        }
        let period = ends(&self.input.options);
        let run = Run {
            streams: self.input.found.streams,
            options: self.input.options,
            tracking: Some(self.limits),
            order: Order::Time,
            threads: self.input.threads,
        };
        let plan = Plan { compared: self.compared, learn: self.learn, selection: &self.selection };
        let line = ProgressLine::new();
        let mut show = |progress| line.show(progress);
        let (mut summary, earlier) = pass::run(run, &mut figures, plan, &mut show);
        drop(line);
        summary.problems.splice(0..0, self.input.found.problems);
        let mut findings = figures.detectors.findings();
        findings.retain(|finding| self.selection.concerns(finding));
        let filter = self.selection.told();
        let (top, view) = (self.top, self.view);
        let mut answer = Answer { figures, earlier, findings, filter, period, summary, top, view };
        if let Some(mask) = self.mask {
            answer.mask(mask);
        }
        answer
    }
}

/// What the logs say to it.
struct Answer {
    figures: Figures,
    earlier: Option<Earlier>,
    findings: Vec<Finding>,
    filter: Option<Filter>,
    period: (Option<Time>, Option<Time>),
    summary: Summary,
    top: usize,
    view: View,
}

impl Answer {
    fn mask(&mut self, mask: MaskArg) {
        let mut shown = vec![&mut self.figures.stats];
        shown.extend(self.earlier.as_mut().map(Earlier::stats));
        mask.apply(&mut shown, &mut self.findings, self.filter.as_mut());
    }

    fn report(&self) -> Report<'_> {
        Report {
            stats: &self.figures.stats,
            findings: &self.findings,
            comparison: self.earlier.as_ref().map(Earlier::comparison),
            period: self.period,
            filter: self.filter.clone(),
            learned: self.figures.learned,
            source: source(&self.summary),
            top: self.top,
            view: self.view.clone(),
        }
    }
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
