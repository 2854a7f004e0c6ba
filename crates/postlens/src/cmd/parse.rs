//! `postlens parse`.

use std::io::{self, BufWriter, Write};

use anyhow::{Context, Result};
use clap::Args;
use postlens_engine::{Order, Run};
use postlens_filter::{Line, Query};
use postlens_track::{Consumer, Observation, Record, RecordSink};

use crate::filters::FilterArgs;
use crate::input::{InputArgs, tell_problems};
use crate::progress::ProgressLine;

pub(crate) mod object;

/// Write lines of log as JSON objects, in order
///
/// Without filters every input line becomes one object, also lines of other programs (kind `foreign`),
/// verbose output (`debug`) and lines that nobody understands (`unrecognized`). The fields
/// of every line (`time` `host` `program` `instance` `service` `daemon` `pid` `severity`
/// `queue_id` `kind`) are always there, null where the line has none; of the others only
/// those that the line has. Times are RFC 3339, delays seconds, sizes bytes. Bytes that
/// are no UTF-8 become `\xNN`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  postlens parse --kind reject mail.log | jq -r .client_address
  postlens parse --cause mailbox_full --domain example.com mail.log
  postlens parse mail.log | jq -c 'select(.kind == \"unrecognized\")'")]
pub(crate) struct ParseArgs {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    filters: FilterArgs,
}

impl ParseArgs {
    /// Reads the logs and writes their lines.
    pub(crate) fn run(self) -> Result<u8> {
        let query = self.filters.query()?;
        let input = self.input.validate()?;
        let run = Run {
            streams: input.found.streams,
            options: input.options,
            tracking: None,
            order: Order::Given,
            threads: input.threads,
        };
        let out = BufWriter::with_capacity(1 << 16, io::stdout());
        let mut writer = Writer { query, out, line: Vec::new(), result: Ok(()) };
        let line = ProgressLine::new();
        let mut summary = run.run(&mut writer, &mut |progress| line.show(progress));
        drop(line);
        writer
            .result
            .and_then(|()| writer.out.flush())
            .context("cannot write to standard output")?;
        summary.problems.splice(0..0, input.found.problems);
        Ok(tell_problems(&summary))
    }
}

/// Writes each line as it comes.
struct Writer<W: Write> {
    query: Query,
    out: W,
    line: Vec<u8>,
    result: io::Result<()>,
}

impl<W: Write> Consumer for Writer<W> {
    fn line(&mut self, line: &Observation<'_>) {
        if line.echo || self.result.is_err() {
            return;
        }
        if !self.query.is_empty() && !self.query.matches(&Line::from(line)) {
            return;
        }
        self.line.clear();
        object::write(line, &mut self.line);
        self.line.push(b'\n');
        self.result = self.out.write_all(&self.line);
    }

    fn pause(&mut self) {
        if self.result.is_ok() {
            self.result = self.out.flush();
        }
    }

    fn broken(&self) -> bool {
        self.result.is_err()
    }
}

impl<W: Write> RecordSink for Writer<W> {
    fn record(&mut self, _: &Record<'_>) {}
}
