//! `postlens export`.

mod consumer;
mod output;

use anyhow::{Context, Result, anyhow};
use clap::Args;
use clap::builder::PossibleValuesParser;
use postlens_columns::{Advice, Table};
use postlens_engine::{Order, Run, Summary};
use postlens_track::Limits;

use crate::exit::hint;
use crate::filters::FilterArgs;
use crate::input::{Input, InputArgs, tell_problems};
use crate::output::message;
use crate::progress::ProgressLine;
use consumer::{Exporter, Rows};
use output::{OutputArgs, explained};

/// Write tables of messages, deliveries, refusals, sessions or lines for spreadsheets and databases
///
/// Rows are written as they become known, and no more of them are held than the format
/// needs. Each has an `id` that is the same whenever the same log is read again. A message
/// becomes known when its end is seen, or at the end of the log.
///
/// `suppressions` are the recipients that a newsletter or a customer database should drop:
/// those whose mailbox or domain does not exist or was closed, with cause, count, first and
/// last time, unless mail was delivered to them since. Those that only failed for other
/// reasons, such as our own reputation, are not among them; --all lists them too.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  postlens export deliveries --period 2026-10 -o october.csv
  postlens export messages --columns time,sender,recipients,status --format ndjson
  postlens export refusals --client 192.0.2.0/24 mail.log
  postlens export suppressions --sender news@example.com -o drop.csv
  postlens export deliveries --to postgres://mail@db.example.com/logs

Columns of each table: the page Tables of the book.")]
pub(crate) struct ExportArgs {
    /// What a row is.
    #[arg(value_name = "TABLE", value_parser = PossibleValuesParser::new(Table::ALL.map(Table::name)))]
    table: String,
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    filters: FilterArgs,
    #[command(flatten)]
    output: OutputArgs,
    /// With suppressions: also recipients to check or to keep.
    #[arg(long, help_heading = "Output")]
    all: bool,
    /// Messages held in memory at once, until their end is seen.
    #[arg(long, value_name = "N", default_value_t = Limits::default().messages, hide_short_help = true)]
    max_messages: usize,
}

impl ExportArgs {
    /// Reads the logs and writes the table.
    pub(crate) fn run(self) -> Result<u8> {
        let table = Table::ALL.into_iter().find(|table| table.name() == self.table);
        let table = table.context("no such table")?;
        if self.all && table != Table::Suppressions {
            return Err(hint(
                anyhow!("--all is for suppressions"),
                "leave it out: all rows are written",
            ));
        }
        let selection = self.output.selection(table)?;
        let query = self.filters.query()?;
        let input = self.input.validate()?;
        let mut output = self.output.open(&selection)?;
        let least = if self.all { Advice::Keep } else { Advice::Drop };
        let limits = Limits { messages: self.max_messages.max(1), ..Limits::default() };
        let rows = Rows::new(selection, output.sheet.as_mut());
        let mut exporter = Exporter::new(table, query, rows);
        let summary = read(input, (table != Table::Events).then_some(limits), &mut exporter);
        let left_out = exporter.finish(least).map_err(explained)?;
        tell_limits(&summary, left_out);
        output.finish()?;
        Ok(tell_problems(&summary))
    }
}

fn read(input: Input, tracking: Option<Limits>, exporter: &mut Exporter<'_>) -> Summary {
    let run = Run {
        streams: input.found.streams,
        options: input.options,
        tracking,
        order: Order::Time,
        threads: input.threads,
    };
    let line = ProgressLine::new();
    let mut summary = run.run(exporter, &mut |progress| line.show(progress));
    drop(line);
    summary.problems.splice(0..0, input.found.problems);
    summary
}

/// Says what limits made incomplete.
fn tell_limits(summary: &Summary, left_out: u64) {
    let tracker = summary.tracker;
    if tracker.messages_evicted > 0 {
        message(&format!(
            "{} messages were let go before their end was seen: too many at once",
            tracker.messages_evicted
        ));
        message("hint: raise --max-messages");
    }
    if tracker.sessions_evicted > 0 {
        message(&format!(
            "{} sessions were let go before their end was seen: too many at once",
            tracker.sessions_evicted
        ));
    }
    if left_out > 0 {
        message(&format!("{left_out} failures were left out: too many recipients failed"));
        message("hint: export shorter periods, or filter by --sender");
    }
}
