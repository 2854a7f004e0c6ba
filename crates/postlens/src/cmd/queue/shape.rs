//! `postlens queue shape`.

use std::io::{self, BufWriter, Write};

use anyhow::{Context, Result};
use bstr::{BString, ByteSlice};
use clap::{Args, ValueEnum};
use postlens_queue::{Message, Recipient, Row, Shape, Ticks, domain};
use postlens_report::escape::printable;
use postlens_report::{Lang, Language};
use serde_json::json;

use super::PlaceArgs;
use super::filter::{FilterArgs, verdict};
use super::list::sums;
use crate::output::{self, When};

/// Count what waits by domain and age
///
/// As qshape does, over all queues that mail waits in: columns are ages in minutes, each
/// twice the one before. A recipient that waits counts once; with `--by sender` a message
/// does. `postlens qshape`, or a link of that name, prints qshape's own table.
#[derive(Debug, Args)]
pub(crate) struct ShapeArgs {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    filter: FilterArgs,
    /// What the rows are: recipients' domains, senders' domains, causes, or the host that
    /// the last attempt was made to.
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
    /// Rows; 0: all.
    #[arg(long, value_name = "N", default_value_t = 25)]
    limit: usize,
    /// Write JSON.
    #[arg(long)]
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
}

impl ShapeArgs {
    /// Reads the queue and counts.
    pub(crate) fn run(self) -> Result<u8> {
        let now = jiff::Timestamp::now().as_second();
        let waiting = self.filter.read(&self.place, now)?;
        let ticks = Ticks {
            buckets: usize::from(self.buckets),
            minutes: f64::from(self.tick),
            linear: self.linear,
        };
        let mut shape =
            Shape::new(ticks, self.parents && matches!(self.by, By::Domain | By::Sender));
        for held in &waiting.messages {
            for name in self.names(&held.message) {
                shape.add(&name, held.message.age(now));
            }
        }
        let rows = shape.rows(5);
        let out = &mut BufWriter::new(io::stdout().lock());
        if self.json {
            json(&shape, &rows, out)
        } else {
            let lang = self.lang.unwrap_or_else(output::lang);
            let language = Language::new(lang);
            writeln!(out, "{}", sums(&waiting, now, &language))?;
            self.table(&shape, &rows, &language, out)
        }
        .and_then(|()| out.flush())
        .context("cannot write to standard output")?;
        Ok(waiting.reading.code())
    }

    fn names(&self, message: &Message) -> Vec<BString> {
        match self.by {
            By::Sender => vec![domain(&message.sender)],
            By::Domain => message.recipients.iter().map(|to| domain(&to.address)).collect(),
            By::Cause => message
                .recipients
                .iter()
                .map(|to| verdict(to).map_or("not tried", |verdict| verdict.cause.name()).into())
                .collect(),
            By::Relay => message.recipients.iter().map(relay).collect(),
        }
    }

    fn table(
        &self,
        shape: &Shape,
        rows: &[Row],
        language: &Language,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let total = shape.total();
        let limit = if self.limit == 0 { rows.len() } else { self.limit };
        let names: Vec<String> = rows
            .iter()
            .take(limit)
            .map(|row| match self.by {
                By::Cause => postlens_explain::Cause::from_name(&row.name.to_string()).map_or_else(
                    || language.text("queue-not-tried"),
                    |cause| language.text(cause.key()),
                ),
                _ => printable(row.name.as_bstr()),
            })
            .collect();
        let width = |text: &str| {
            text.chars().map(|char| if char < '\u{1100}' { 1 } else { 2 }).sum::<usize>()
        };
        let room = names.iter().map(|name| width(name)).max().unwrap_or(0).max(5);
        write!(out, "{:room$} {:>6}", "", "ALL")?;
        for heading in shape.ticks().headings() {
            write!(out, " {:>6}", limit_of(&heading))?;
        }
        writeln!(out)?;
        let hottest = rows.iter().flat_map(|row| row.ages.iter().copied()).max().unwrap_or(0);
        let colour = self.color.allows_colour();
        for (name, row) in
            std::iter::once(("TOTAL", &total)).chain(names.iter().map(String::as_str).zip(rows))
        {
            write!(
                out,
                "{name}{:pad$} {:>6}",
                "",
                row.all,
                pad = room.saturating_sub(width(name))
            )?;
            for count in &row.ages {
                let heat = if colour && name != "TOTAL" { heat(*count, hottest) } else { None };
                match heat {
                    Some(heat) => write!(out, " \x1b[{heat}m{count:>6}\x1b[0m")?,
                    None if *count == 0 => write!(out, " {:>6}", "·")?,
                    None => write!(out, " {count:>6}")?,
                }
            }
            writeln!(out)?;
        }
        if rows.len() > limit {
            let more = (rows.len() - limit).to_string();
            writeln!(out, "{}", language.with("queue-more", &[("count", &more)]))?;
        }
        Ok(())
    }
}

/// From yellow to red on a logarithmic scale.
fn heat(count: u64, hottest: u64) -> Option<&'static str> {
    let scale = |count: u64| u64::from(64 - count.leading_zeros());
    if count == 0 {
        return None;
    }
    Some(match scale(count) * 4 / scale(hottest).max(1) {
        0 | 1 => "33",
        2 => "93",
        3 => "91",
        _ => "1;97;41",
    })
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

/// The host in a reason: after `host`, `connect to`, `to` or `with`, as smtp(8) words it.
pub(crate) fn relay(recipient: &Recipient) -> BString {
    let Some(reason) = &recipient.reason else { return BString::from("not tried") };
    for lead in ["host ", "connect to ", "conversation with ", "connection with ", "look up host "]
    {
        let Some(after) = reason.find(lead).and_then(|place| reason.get(place + lead.len()..))
        else {
            continue;
        };
        let end = after.find_byteset(b" [,;:)").unwrap_or(after.len());
        if end > 0 {
            return BString::from(after.get(..end).unwrap_or(after));
        }
    }
    BString::from("none")
}

fn json(shape: &Shape, rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    let row =
        |row: &Row| json!({ "name": row.name.to_string(), "count": row.all, "ages": row.ages });
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
