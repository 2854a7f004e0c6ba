//! `postlens trace`.

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use postlens_engine::{Needles, Progress, Sighting, Summary, gather};
use postlens_report::trace::{self, Telling};
use postlens_report::{Lang, Language};
use postlens_source::{Options, Period};
use postlens_trace::{Clues, Journey, Key, Query, Trail, assemble};

use crate::exit;
use crate::input::{Input, InputArgs, tell_problems};
use crate::output::{self, When, data, message};
use crate::progress::ProgressLine;

/// Follow one mail: where it came from, what each hop did, what became of it
///
/// QUERY is a queue ID, a Message-ID in its brackets, an address (sender or recipient), a
/// client's address, or any text of a line, such as a subject where header checks log it;
/// its shape tells which, or --by. All hops of the mail are told: content filters, other
/// instances, forwarding, other hosts whose logs are given too, its bounce. Refusals
/// before there was a queue ID are found as well.
///
/// Where many mails answer, they are listed, one line each; ask for one of them by its
/// queue ID, or narrow the period.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  postlens trace 4jYXrC3hT6z1SZfq
  postlens trace bob@example.org --period today
  postlens trace '<20261104.1@example.com>' /var/log/mail.log*
  postlens trace 'Subject: Invoice' --by text --lines mail.log
  postlens trace 192.0.2.9 --json mail.log

Exit status: 0 something was found, 1 nothing was, 2 wrong usage, or nothing was found and
not all could be read.")]
pub(crate) struct TraceArgs {
    /// What to look for.
    #[arg(value_name = "QUERY")]
    query: String,
    #[command(flatten)]
    input: InputArgs,
    /// What QUERY is, where its shape does not tell.
    #[arg(long, value_name = "KEY")]
    by: Option<By>,
    /// The original lines too.
    #[arg(long)]
    lines: bool,
    /// Tell every mail that is found in full, however many.
    #[arg(long)]
    all: bool,
    /// The form of the answer.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Write JSON: short for `--format json`.
    #[arg(long)]
    json: bool,
    /// The language of the text: en or ja. Default: the locale's.
    #[arg(long, value_name = "LANG")]
    lang: Option<Lang>,
    /// Terminal colours.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: When,
}

/// The form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// An array of journeys.
    Json,
    /// One page that needs nothing else: no script, nothing from outside.
    Html,
}

/// What a query is.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum By {
    /// A queue ID.
    QueueId,
    /// A Message-ID.
    MessageId,
    /// An envelope recipient, also before aliasing.
    Recipient,
    /// An envelope sender.
    Sender,
    /// A part of a subject, where header checks log it.
    Subject,
    /// A client's address or host name.
    Client,
    /// A login name.
    User,
    /// A part of any line.
    Text,
}

impl By {
    fn key(self) -> Key {
        match self {
            Self::QueueId => Key::QueueId,
            Self::MessageId => Key::MessageId,
            Self::Recipient => Key::Recipient,
            Self::Sender => Key::Sender,
            Self::Subject => Key::Subject,
            Self::Client => Key::Client,
            Self::User => Key::User,
            Self::Text => Key::Text,
        }
    }
}

/// So many mails are told in full.
const FULL: usize = 3;
/// Mail is followed over so many hops.
const ROUNDS: usize = 32;
/// How far lines may stand from their place in time, in seconds.
const NEAR: i64 = 600;

impl TraceArgs {
    /// Finds the mail and tells what happened to it.
    pub(crate) fn run(mut self) -> Result<u8> {
        if self.query.is_empty() {
            let error = anyhow::anyhow!("the query is empty");
            return Err(exit::hint(error, "give a queue ID, a Message-ID, an address or a text"));
        }
        let query = match self.by {
            Some(by) => Query::new(by.key(), &self.query),
            None => Query::guess(&self.query),
        };
        let spooled = self.input.spool().context("cannot keep standard input")?;
        let input = self.input.validate()?;
        let mut summary = Summary::default();
        let progress = ProgressLine::new();
        let trail = follow(query, &input, &mut summary, &mut |seen| progress.show(seen))?;
        drop(progress);
        drop(spooled);
        summary.problems.splice(0..0, input.found.problems);
        let journeys = assemble(&trail);
        let read = tell_problems(&summary);
        let language = Language::new(self.lang.unwrap_or_else(output::lang));
        let format = if self.json { Format::Json } else { self.format };
        let text = match format {
            Format::Json => {
                let value = trace::value(&journeys, self.lines);
                format!("{}\n", serde_json::to_string_pretty(&value)?)
            }
            Format::Html => trace::html::page(&journeys, &language, self.lines),
            Format::Text if self.all || journeys.len() <= FULL => {
                let telling = Telling { lines: self.lines, colour: self.color.allows_colour() };
                trace::write(&journeys, &language, telling)
            }
            Format::Text => trace::text::list(&journeys, &language),
        };
        data(&text).context("cannot write to standard output")?;
        tell_rest(&journeys, &trail, self.all || format != Format::Text);
        Ok(match (journeys.is_empty(), read) {
            (false, _) => exit::OK,
            (true, exit::OK) => NOT_FOUND,
            (true, _) => exit::FAILED,
        })
    }
}

/// Nothing was found.
const NOT_FOUND: u8 = 1;

/// What is not among the results, and how to get it.
fn tell_rest(journeys: &[Journey], trail: &Trail, all: bool) {
    if journeys.is_empty() {
        message("nothing found");
    } else if !all && journeys.len() > FULL {
        message(&format!(
            "{} mails found: ask for one by its queue ID, narrow the period, or use --all",
            journeys.len()
        ));
    }
    if trail.left_out() > 0 {
        message(&format!("{} more queue IDs found and not followed", trail.left_out()));
        message("hint: narrow the period with --since and --until, or ask for less");
    }
}

/// Reads the logs for what answers the query, then for what its lines name, until nothing
/// new turns up. What is near in time is read again, not all.
pub(crate) fn follow(
    query: Query,
    input: &Input,
    summary: &mut Summary,
    show: &mut (dyn FnMut(Progress) + Send),
) -> Result<Trail> {
    let (streams, options) = (&input.found.streams, &input.options);
    let (text, ignore_case) = query.needle();
    let needles = Needles::new(&[text.to_vec()], ignore_case)?;
    let mut trail = Trail::new(query);
    let period = options.period;
    let mut take = |line: &Sighting<'_>| {
        if period.is_none_or(|period| period.contains(line.observation.time.micros)) {
            trail.take(&line.observation, line.bytes);
        }
    };
    summary.problems = gather(streams, options, input.threads, &needles, &mut take, show);
    for _ in 0..ROUNDS {
        let Some(Clues { texts, from, to }) = trail.next_clues() else { break };
        let needles = Needles::new(&texts, false)?;
        let period = Period { from: Some(from), to };
        let near = Options { period: Some(period), slack: NEAR, ..options.clone() };
        let mut take = |line: &Sighting<'_>| {
            if period.contains(line.observation.time.micros) {
                trail.take(&line.observation, line.bytes);
            }
        };
        // What could not be read has been said.
        gather(streams, &near, input.threads, &needles, &mut take, show);
    }
    Ok(trail)
}
