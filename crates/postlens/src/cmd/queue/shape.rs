//! `postlens queue shape`.

use std::io::{self, BufWriter, Write};

use anyhow::{Context, Result};
use bstr::{BString, ByteSlice};
use clap::{Args, ValueEnum};
use postlens_queue::{Row, Shape, Ticks, domain};
use postlens_report::escape::{lossless, printable};
use postlens_report::{Lang, Language, queue as page};
use serde_json::json;

use super::PlaceArgs;
use super::filter::{FilterArgs, verdict};
use super::place::Held;
use super::route::{Ways, relay};
use super::sums::Sums;
use crate::output::{self, When};

mod table;

/// Count what waits by domain and age
///
/// As qshape does, over all queues that mail waits in: columns are ages in minutes, each
/// twice the one before. A recipient that waits counts once; with `--by sender` a message
/// does. `postlens qshape`, or a link of that name, prints qshape's own table.
///
/// Transports and next hops are asked of Postfix's rewrite service, as the queue manager does,
/// which needs root and a live queue; a message that has to go through a content filter names
/// them itself. What is not known is counted as unknown.
#[derive(Debug, Args)]
pub(crate) struct ShapeArgs {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    filter: FilterArgs,
    /// What the rows are: recipients' domains, senders' domains, causes, the host that the last
    /// attempt was made to, the transport, or the next hop.
    #[arg(long, value_name = "WHAT", default_value = "domain")]
    by: By,
    /// Domains above too, with a dot before them.
    #[arg(long, short = 'p')]
    parents: bool,
    /// Columns of ages.
    #[arg(long, short = 'b', value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=60))]
    buckets: u16,
    /// The first limit in minutes.
    #[arg(long, short = 't', value_name = "MINUTES", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    tick: u32,
    /// Each column as long as the first, instead of twice the one before.
    #[arg(long, short = 'l')]
    linear: bool,
    /// Rows of the table and the page; 0: all. JSON always has all.
    #[arg(long, value_name = "N", default_value_t = 25)]
    limit: usize,
    /// table for terminals; html: one page with charts; json for programs.
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
    /// Write JSON, as `--format json` does.
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// The language of the text: en or ja. Default: the locale's.
    #[arg(long, value_name = "LANG")]
    lang: Option<Lang>,
    /// Terminal colours: the more, the hotter.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: When,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    Domain,
    Sender,
    Cause,
    Relay,
    Transport,
    NextHop,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Html,
    Json,
}

/// What is counted where there is nothing else to name.
const NOT_TRIED: &str = "not tried";
const UNKNOWN: &str = "unknown";

impl ShapeArgs {
    /// Reads the queue and counts.
    pub(crate) fn run(self) -> Result<u8> {
        let now = jiff::Timestamp::now().as_second();
        let (shape, sums, unknown, reading) = {
            let parents = self.parents && matches!(self.by, By::Domain | By::Sender);
            let mut shape = Shape::new(self.ticks(), parents);
            let mut sums = Sums::default();
            let mut ways = Ways::new(!self.place.is_copy());
            let reading = self.filter.read(&self.place, now, &mut |held| {
                sums.add(&held.message);
                for name in self.names(&held, &mut ways) {
                    shape.add(&name, held.message.age(now));
                }
            })?;
            (shape, sums, ways.unknown, reading)
        };
        let language = &Language::new(self.lang.unwrap_or_else(output::lang));
        let rows = shape.rows(5);
        let mut facts = sums.lines(&reading, now, language);
        if unknown > 0 {
            let count = unknown.to_string();
            facts.push(language.with("queue-ways-unknown", &[("count", &count)]));
        }
        let out = &mut BufWriter::new(io::stdout().lock());
        let format = if self.json { Format::Json } else { self.format };
        match format {
            Format::Json => json(&shape, &rows, out),
            Format::Html => {
                out.write_all(self.page(&shape, &rows, facts, language).write(language).as_bytes())
            }
            Format::Table => {
                let view = self.table(&shape, &rows, language);
                writeln!(out, "{}\n", facts.join("\n")).and_then(|()| view.write(language, out))
            }
        }
        .and_then(|()| out.flush())
        .context("cannot write to standard output")?;
        Ok(reading.code())
    }

    fn ticks(&self) -> Ticks {
        let (buckets, minutes) = (usize::from(self.buckets), f64::from(self.tick));
        Ticks { buckets, minutes, linear: self.linear }
    }

    /// What a message is counted under, once for each recipient.
    fn names(&self, held: &Held, ways: &mut Ways) -> Vec<BString> {
        let recipients = held.message.recipients.iter();
        let or_unknown = |name: Option<BString>| name.unwrap_or_else(|| UNKNOWN.into());
        match self.by {
            By::Sender => vec![domain(&held.message.sender)],
            By::Domain => recipients.map(|to| domain(&to.address)).collect(),
            By::Cause => recipients
                .map(|to| verdict(to).map_or(NOT_TRIED, |verdict| verdict.cause.name()).into())
                .collect(),
            By::Relay => recipients.map(relay).collect(),
            By::Transport => recipients.map(|to| or_unknown(ways.of(held, to).transport)).collect(),
            By::NextHop => recipients.map(|to| or_unknown(ways.of(held, to).next_hop)).collect(),
        }
    }

    /// A row's name for people.
    fn shown(&self, row: &Row, language: &Language) -> String {
        let is_way = matches!(self.by, By::Transport | By::NextHop);
        match row.name.to_str() {
            Ok(NOT_TRIED) => language.text("queue-not-tried"),
            Ok(UNKNOWN) if is_way => language.text("queue-way-unknown"),
            Ok(name) if self.by == By::Cause => {
                let cause = postlens_explain::Cause::from_name(name);
                cause.map_or_else(|| printable(name.into()), |cause| language.text(cause.key()))
            }
            _ => printable(row.name.as_bstr()),
        }
    }

    fn limit(&self, rows: &[Row]) -> usize {
        if self.limit == 0 { rows.len() } else { self.limit.min(rows.len()) }
    }

    fn table(&self, shape: &Shape, rows: &[Row], language: &Language) -> table::View {
        let shown = rows.iter().take(self.limit(rows));
        table::View {
            limits: shape.ticks().headings().iter().map(|limit| limit_of(limit)).collect(),
            total: shape.total(),
            rows: shown.map(|row| (self.shown(row, language), row.clone())).collect(),
            more: rows.len() - self.limit(rows),
            colour: self.color.allows_colour(),
        }
    }

    fn page(
        &self,
        shape: &Shape,
        rows: &[Row],
        facts: Vec<String>,
        language: &Language,
    ) -> page::Page {
        let row =
            |name: String, row: &Row| page::Row { name, all: row.all, ages: row.ages.clone() };
        let by = self.by.to_possible_value();
        let by = by.map(|value| value.get_name().to_owned()).unwrap_or_default();
        let shown = rows.iter().take(self.limit(rows));
        page::Page {
            facts,
            what: language.text(&format!("queue-by-{by}")),
            limits: shape.ticks().headings().iter().map(|limit| limit_of(limit)).collect(),
            total: row(language.text("queue-total"), &shape.total()),
            rows: shown.map(|found| row(self.shown(found, language), found)).collect(),
            more: rows.len() - self.limit(rows),
        }
    }
}

/// `5` minutes as `<5m`, `1280+` as `>21h`.
fn limit_of(heading: &str) -> String {
    let (text, mark) = match heading.strip_suffix('+') {
        Some(text) => (text, '>'),
        None => (heading, '<'),
    };
    match text.parse::<u64>() {
        Ok(minutes) if minutes >= 2880 => format!("{mark}{}d", minutes / 1440),
        Ok(minutes) if minutes >= 120 => format!("{mark}{}h", minutes / 60),
        _ => format!("{mark}{text}m"),
    }
}

fn json(shape: &Shape, rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    let row = |row: &Row| json!({ "name": lossless(row.name.as_bstr()), "count": row.all, "ages": row.ages });
    let ticks = shape.ticks();
    let value = json!({
        "schema": 1,
        "limits_minutes": ticks.headings().iter().take(ticks.buckets.saturating_sub(1)).collect::<Vec<_>>(),
        "total": row(&shape.total()),
        "rows": rows.iter().map(row).collect::<Vec<_>>(),
    });
    serde_json::to_writer_pretty(&mut *out, &value)?;
    out.write_all(b"\n")
}
