//! The list: `postlens queue`.

use std::io::{self, BufWriter, Write};

use anyhow::{Context, Result};
use bstr::BString;
use clap::{Args, ValueEnum};
use jiff::tz::TimeZone;
use postlens_queue::{Message, compat, domain};
use postlens_report::{Lang, Language};

use super::PlaceArgs;
use super::filter::{FilterArgs, cause_of};
use super::place::{Held, Reading};
use super::sums::Sums;
use crate::output;
use rows::{Key, Rows};

pub(crate) use table::shown_sender;

mod records;
mod rows;
mod table;

/// What the user wrote.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    filter: FilterArgs,
    /// What comes first: the oldest, the largest, the soonest to be tried, or by sender,
    /// domain of the first recipient, cause, or as the directories have it.
    #[arg(long, value_name = "ORDER", default_value = "age")]
    sort: Sort,
    /// table for people; json: an object per message and line; csv: a row per recipient.
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
    /// Rows of the table; 0: all. JSON and CSV always have all.
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// The bytes of `postqueue -p`.
    #[arg(long, conflicts_with_all = ["sort", "format", "limit"])]
    strict_compat: bool,
    /// The language of the text: en or ja. Default: the locale's.
    #[arg(long, value_name = "LANG")]
    lang: Option<Lang>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Sort {
    Age,
    Size,
    Next,
    Sender,
    Domain,
    Cause,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
    Csv,
}

/// Where lines are kept until they are sorted.
const KEEPING: &str = "cannot keep what was read in a temporary file: is there room in TMPDIR?";
const WRITING: &str = "cannot write to standard output";

impl ListArgs {
    /// Reads the queue and lists it.
    pub(crate) fn run(self) -> Result<u8> {
        let now = jiff::Timestamp::now().as_second();
        let out = &mut BufWriter::new(io::stdout().lock());
        let reading = if self.strict_compat { self.strict(now, out) } else { self.list(now, out) }?;
        out.flush().context(WRITING)?;
        Ok(reading.code())
    }

    fn list(&self, now: i64, out: &mut dyn Write) -> Result<Reading> {
        let language = &Language::new(self.lang.unwrap_or_else(output::lang));
        let zone = &TimeZone::system();
        let is_table = self.format == Format::Table;
        let limit = if is_table && self.limit > 0 { self.limit } else { usize::MAX };
        let mut rows = Rows::new(limit);
        let mut sums = Sums::default();
        let mut named = false;
        let mut kept = Ok(());
        let reading = self.filter.read(&self.place, now, &mut |held| {
            named |= held.instance.is_some();
            let line = match self.format {
                Format::Table => table::row(&held, now, language),
                Format::Json => records::object(&held, now, zone).to_string() + "\n",
                Format::Csv => records::csv(&held, now, zone),
            };
            if kept.is_ok() {
                kept = rows.add(self.sort.key(&held, sums.messages()), line.as_bytes());
            }
            sums.add(&held.message);
        })?;
        kept.context(KEEPING)?;
        rows.sort();
        let more = sums.messages() - rows.ids().len() as u64;
        if is_table {
            writeln!(out, "{}", sums.text(&reading, now, language)).context(WRITING)?;
            table::write(&mut rows, named, out).context(WRITING)?;
            if more > 0 {
                let more = language.with("queue-more", &[("count", &more.to_string())]);
                writeln!(out, "{more}").context(WRITING)?;
            }
            return Ok(reading);
        }
        let headings = if self.format == Format::Csv { records::HEADINGS } else { "" };
        out.write_all(headings.as_bytes()).context(WRITING)?;
        rows.each(&mut |_, line| out.write_all(line)).context(WRITING)?;
        Ok(reading)
    }

    /// As `postqueue -p`, in its order.
    fn strict(&self, now: i64, out: &mut dyn Write) -> Result<Reading> {
        let zone = TimeZone::system();
        let mut writer = compat::Writer::new(out, self.place.columns());
        let mut written = Ok(());
        let reading = self.filter.read(&self.place, now, &mut |held| {
            let time = stamp(held.message.arrival, &zone, "%a %b %e %H:%M:%S");
            if written.is_ok() {
                written = writer.message(&held.message, &time);
            }
        })?;
        written.and_then(|()| writer.finish()).context(WRITING)?;
        Ok(reading)
    }
}

impl Sort {
    /// What a message is sorted by; `before` came before it.
    fn key(self, held: &Held, before: u64) -> Key {
        let Message { id, arrival, size, next_attempt, sender, recipients, .. } = &held.message;
        let last = |number: Option<i64>| number.unwrap_or(i64::MAX);
        let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let (number, text) = match self {
            Self::Age => (0, BString::default()),
            Self::Size => (last(size.map(|size| -signed(size))), BString::default()),
            Self::Next => (last(*next_attempt), BString::default()),
            Self::Sender => (0, sender.to_ascii_lowercase().into()),
            Self::Domain => {
                (0, recipients.first().map(|to| domain(&to.address)).unwrap_or_default())
            }
            Self::Cause => (last(cause_of(held).map(|cause| cause as i64)), BString::default()),
            Self::None => (signed(before), BString::default()),
        };
        Key { number, text, arrival: *arrival, id: id.as_str().into() }
    }
}

/// A time in the reader's zone.
pub(crate) fn stamp(seconds: i64, zone: &TimeZone, format: &str) -> String {
    match jiff::Timestamp::from_second(seconds) {
        Ok(time) => time.to_zoned_datetime(zone.clone()).strftime(format).to_string(),
        Err(_) => "?".to_owned(),
    }
}
