//! `postlens maillogger`, also under the name `maillogger`.

mod target;

use std::io;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use postlens_engine::{Order, Run, Summary};
use postlens_report::maillogger::{Form, Row, imitation, row};
use postlens_source::{Arguments, Discovery, Options, Zone, discover};
use postlens_syntax::{Event, Time};
use postlens_track::{Consumer, Observation, Record, RecordSink};

use crate::exit::{INCOMPLETE, OK, hint};
use crate::input::tell_problems;
use crate::output::{data, message};
use crate::progress::ProgressLine;
use target::Target;

/// Write deliveries as CSV, TSV or JSON: the command line and files of maillogger 0.2.0
///
/// Also runs when the program is called by the name `maillogger`. Every delivery that was
/// sent, deferred or bounced becomes a record: mail_id, to_address, relay, delay, delays,
/// dsn, status, description, datetime. Without any there is no file.
#[derive(Debug, Args)]
#[command(
    infer_long_args = true,
    disable_version_flag = true,
    after_long_help = "\
Examples:
  postlens maillogger /var/log/mail.log deliveries             deliveries.csv
  postlens maillogger -c -f json mail.log.2.gz deliveries      deliveries.json.gz
  zcat old/*.gz | postlens maillogger - deliveries

Exit status: 0 all was read, 1 something could not be read, 2 wrong usage or failure."
)]
pub(crate) struct MailloggerArgs {
    /// The log, compressed or not; `-` for standard input.
    #[arg(value_name = "SOURCE", required_unless_present = "version")]
    source: Option<PathBuf>,
    /// The file to write. What follows the first dot of its name is replaced by the format.
    #[arg(value_name = "TARGET", required_unless_present = "version")]
    target: Option<PathBuf>,
    /// The format: csv, tsv or json.
    #[arg(short = 'f', long, value_name = "FORMAT", default_value = "csv", value_parser = form, overrides_with = "format")]
    format: Form,
    /// Compress the file with gzip; `.gz` is put to its name.
    #[arg(short = 'c', long, overrides_with = "compress")]
    compress: bool,
    /// Tell the version.
    #[arg(short = 'V', long)]
    version: bool,
    /// Read as the original reads, mistakes included, and write the bytes that it writes.
    #[arg(long, help_heading = "Not in the original")]
    strict_compat: bool,
    /// The zone of stamps without one: an IANA name or an offset. Default: this machine's.
    #[arg(long, value_name = "ZONE", help_heading = "Not in the original")]
    tz: Option<String>,
}

fn form(name: &str) -> Result<Form, String> {
    let known = Form::ALL.into_iter().find(|form| form.name() == name);
    known.ok_or_else(|| "give csv, tsv or json".to_owned())
}

/// The version whose command line and files these are.
const VERSION: &str = "0.2.0";

impl MailloggerArgs {
    /// Reads the log and writes the file.
    pub(crate) fn run(self) -> Result<u8> {
        if self.version {
            let own = env!("CARGO_PKG_VERSION");
            data(&format!("maillogger {VERSION} (Postlens {own})\n"))?;
            return Ok(OK);
        }
        let zone = match &self.tz {
            Some(name) => Zone::named(name)
                .map_err(|error| hint(error, "give an IANA name such as Asia/Tokyo, or +09:00"))?,
            None => Zone::system(),
        };
        let now = jiff::Timestamp::now().as_microsecond();
        let (paths, target) = (self.source.into_iter().collect(), self.target.unwrap_or_default());
        let found = discover(&Arguments { paths, ..Arguments::default() });
        let target = Target::new(&target, self.format, self.compress, self.strict_compat);
        let options = Options::new(zone, now);
        if self.strict_compat {
            imitate(found, &options, target)
        } else {
            read(found, options, target)
        }
    }
}

/// Every delivery of the log, whoever logged it.
fn read(found: Discovery, options: Options, target: Target) -> Result<u8> {
    let run =
        Run { streams: found.streams, options, tracking: None, order: Order::Given, threads: 0 };
    let mut rows = Rows { target, failed: None };
    let line = ProgressLine::new();
    let mut summary = run.run(&mut rows, &mut |progress| line.show(progress));
    drop(line);
    if let Some(error) = rows.failed {
        return Err(unwritten(&rows.target, error));
    }
    summary.problems.splice(0..0, found.problems);
    let mut target = rows.target;
    target.finish().map_err(|error| unwritten(&target, error))?;
    Ok(tell_problems(&summary))
}

/// Where the original ends with an error, so does this, without a file.
fn imitate(found: Discovery, options: &Options, mut target: Target) -> Result<u8> {
    let offset = options.zone.offset_at(options.now);
    let year = Time { micros: options.now, offset }.civil().year;
    let mut summary = Summary { problems: found.problems, ..Summary::default() };
    for stream in found.streams {
        let mut reader = stream.open(options);
        let mut buffer = Vec::new();
        while let Some(chunk) = reader.next_chunk(buffer) {
            let path = chunk.path().display();
            for row in imitated(chunk.bytes(), year) {
                match row {
                    Ok(row) => target.row(&row).map_err(|error| unwritten(&target, error))?,
                    Err(error) => {
                        message(&format!("{path}: {error}"));
                        message("hint: without --strict-compat such lines are read");
                        return Ok(INCOMPLETE);
                    }
                }
            }
            buffer = chunk.into_buffer();
        }
        summary.problems.extend(reader.take_problems());
    }
    let code = tell_problems(&summary);
    if code == OK {
        target.finish().map_err(|error| unwritten(&target, error))?;
    }
    Ok(code)
}

/// The rows in a text, up to the first line that the original ends at.
fn imitated(text: &[u8], year: i32) -> impl Iterator<Item = Result<Row<'_>, imitation::Refused>> {
    let (lines, error) = match imitation::lines(text) {
        Ok(lines) => (Some(lines), None),
        Err(error) => (None, Some(Err(error))),
    };
    let rows = lines.into_iter().flatten();
    rows.filter_map(move |line| imitation::row(line, year).transpose()).chain(error)
}

fn unwritten(target: &Target, error: io::Error) -> anyhow::Error {
    let error = anyhow::Error::new(error);
    let what = format!("cannot write {}", target.path().display());
    hint(error.context(what), "the directory must exist and be writable, with room for the file")
}

/// Writes the rows of a run's deliveries.
struct Rows {
    target: Target,
    failed: Option<io::Error>,
}

impl Consumer for Rows {
    fn line(&mut self, line: &Observation<'_>) {
        let Event::Delivery(delivery) = line.event else { return };
        let Some(row) = row(delivery, line.time) else { return };
        for _ in 0..line.weight {
            if self.failed.is_none() {
                self.failed = self.target.row(&row).err();
            }
        }
    }

    fn broken(&self) -> bool {
        self.failed.is_some()
    }
}

impl RecordSink for Rows {
    fn record(&mut self, _: &Record<'_>) {}
}
