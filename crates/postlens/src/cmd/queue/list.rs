//! The list: `postlens queue`.

use std::io::{self, BufWriter, Write};

use anyhow::{Context, Result};
use bstr::{BStr, ByteSlice};
use clap::{Args, ValueEnum};
use jiff::tz::TimeZone;
use postlens_queue::{QueueName, compat};
use postlens_report::escape::{lossless, printable};
use postlens_report::number::span;
use postlens_report::{Lang, Language};
use serde_json::{Value, json};

use super::PlaceArgs;
use super::filter::{FilterArgs, cause_of, verdict};
use super::place::{Held, Waiting};
use crate::output;

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

impl ListArgs {
    /// Reads the queue and lists it.
    pub(crate) fn run(self) -> Result<u8> {
        let now = jiff::Timestamp::now().as_second();
        let mut waiting = self.filter.read(&self.place, now)?;
        let out = &mut BufWriter::new(io::stdout().lock());
        if self.strict_compat {
            strict(&waiting, out).context("cannot write to standard output")?;
            return Ok(waiting.reading.code());
        }
        sort(&mut waiting.messages, self.sort);
        let lang = self.lang.unwrap_or_else(output::lang);
        match self.format {
            Format::Table => table(&waiting, self.limit, now, &Language::new(lang), out),
            Format::Json => waiting.messages.iter().try_for_each(|held| {
                serde_json::to_writer(&mut *out, &object(held, now))?;
                out.write_all(b"\n")
            }),
            Format::Csv => csv(&waiting.messages, now, out),
        }
        .and_then(|()| out.flush())
        .context("cannot write to standard output")?;
        Ok(waiting.reading.code())
    }
}

fn sort(messages: &mut [Held], by: Sort) {
    let place = |held: &Held| (held.message.arrival, held.message.id.clone());
    let first = |held: &Held| {
        held.message.recipients.first().map(|first| postlens_queue::domain(&first.address))
    };
    match by {
        Sort::Age => messages.sort_by_cached_key(place),
        Sort::Size => {
            messages.sort_by_cached_key(|held| (std::cmp::Reverse(held.message.size), place(held)));
        }
        Sort::Next => messages.sort_by_cached_key(|held| {
            (held.message.next_attempt.is_none(), held.message.next_attempt, place(held))
        }),
        Sort::Sender => {
            messages
                .sort_by_cached_key(|held| (held.message.sender.to_ascii_lowercase(), place(held)));
        }
        Sort::Domain => messages.sort_by_cached_key(|held| (first(held), place(held))),
        Sort::Cause => messages.sort_by_cached_key(|held| {
            let cause = cause_of(held);
            (cause.is_none(), cause, place(held))
        }),
        Sort::None => {}
    }
}

fn strict(waiting: &Waiting, out: &mut dyn Write) -> io::Result<()> {
    let long = waiting.messages.iter().any(|held| held.message.id.len() > 12);
    let columns = if long { compat::Columns::Long } else { compat::Columns::Short };
    let mut writer = compat::Writer::new(out, columns);
    let zone = TimeZone::system();
    for held in &waiting.messages {
        writer.message(&held.message, &stamp(held.message.arrival, &zone, "%a %b %e %H:%M:%S"))?;
    }
    writer.finish()
}

/// A time in the reader's zone.
pub(crate) fn stamp(seconds: i64, zone: &TimeZone, format: &str) -> String {
    match jiff::Timestamp::from_second(seconds) {
        Ok(time) => time.to_zoned_datetime(zone.clone()).strftime(format).to_string(),
        Err(_) => "?".to_owned(),
    }
}

/// The sums above a table.
pub(crate) fn sums(waiting: &Waiting, now: i64, language: &Language) -> String {
    let all = &waiting.messages;
    let bytes: u64 = all.iter().filter_map(|held| held.message.size).sum();
    let recipients: usize = all.iter().map(|held| held.message.recipients.len()).sum();
    let oldest = all.iter().map(|held| held.message.age(now)).max();
    let mut text = language.with(
        "queue-sums",
        &[
            ("messages", &all.len().to_string()),
            ("recipients", &recipients.to_string()),
            ("size", &postlens_report::number::bytes(bytes)),
            ("oldest", &oldest.map_or_else(|| "-".to_owned(), span)),
            ("origin", &waiting.reading.origins.join(", ")),
        ],
    );
    text.push('\n');
    let counts: Vec<String> = QueueName::WAITING
        .iter()
        .map(|queue| (queue, all.iter().filter(|held| held.message.queue == *queue).count()))
        .map(|(queue, count)| format!("{} {count}", queue.name()))
        .collect();
    text.push_str(&counts.join("  "));
    text.push('\n');
    let mut note = |key: &str, count: u64| {
        if count > 0 {
            text.push_str(&language.with(key, &[("count", &count.to_string())]));
            text.push('\n');
        }
    };
    note("queue-aside", waiting.reading.aside);
    note("queue-unfinished", waiting.reading.unfinished);
    if waiting.reading.incomplete {
        note("queue-incomplete", 1);
    }
    if !waiting.reading.attempts_known {
        note("queue-attempts-unknown", 1);
    }
    text
}

fn table(
    waiting: &Waiting,
    limit: usize,
    now: i64,
    language: &Language,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "{}", sums(waiting, now, language))?;
    let all = &waiting.messages;
    let named = all.iter().any(|held| held.instance.is_some());
    let shown = if limit == 0 { all.len() } else { limit.min(all.len()) };
    let width = all.iter().take(shown).map(|held| held.message.id.len()).max().unwrap_or(0).max(8);
    if shown > 0 {
        let instance = if named { format!("{:14} ", "INSTANCE") } else { String::new() };
        let (id, what) = ("ID", "SENDER > RECIPIENTS: CAUSE");
        let heads = ["AGE", "QUEUE", "SIZE", "NEXT"];
        let [age, queue, size, next] = heads;
        writeln!(out, "{instance}{age:>6} {queue:8} {id:width$} {size:>8} {next:>6}  {what}")?;
    }
    for held in all.iter().take(shown) {
        let message = &held.message;
        if named {
            write!(out, "{:14} ", held.instance.as_deref().unwrap_or("-"))?;
        }
        let size = message.size.map_or_else(|| "-".to_owned(), postlens_report::number::bytes);
        let next = match message.next_attempt {
            Some(next) if next <= now => "now".to_owned(),
            Some(next) => span(next - now),
            None => "-".to_owned(),
        };
        let cause = cause_of(held)
            .map_or_else(String::new, |cause| format!(": {}", language.text(cause.key())));
        writeln!(
            out,
            "{:>6} {:8} {:width$} {size:>8} {next:>6}  {} > {}{cause}",
            span(message.age(now)),
            message.queue.name(),
            message.id,
            shown_sender(&message.sender),
            recipients(held),
        )?;
    }
    if shown < all.len() {
        let more = (all.len() - shown).to_string();
        writeln!(out, "{}", language.with("queue-more", &[("count", &more)]))?;
    }
    Ok(())
}

/// A sender for people; bounces have none.
pub(crate) fn shown_sender(sender: &[u8]) -> String {
    if sender.is_empty() { "<>".to_owned() } else { printable(BStr::new(sender)) }
}

fn recipients(held: &Held) -> String {
    let all = &held.message.recipients;
    let first =
        all.first().map_or_else(|| "-".to_owned(), |first| printable(first.address.as_bstr()));
    match all.len() {
        0 | 1 => first,
        more => format!("{first} +{}", more - 1),
    }
}

fn object(held: &Held, now: i64) -> Value {
    let message = &held.message;
    let text = |bytes: &[u8]| lossless(BStr::new(bytes));
    let recipients: Vec<Value> = message
        .recipients
        .iter()
        .map(|recipient| {
            let verdict = verdict(recipient);
            json!({
                "recipient": text(&recipient.address),
                "orig_recipient": recipient.original.as_ref().map(|bytes| text(bytes)),
                "cause": verdict.map(|verdict| verdict.cause.name()),
                "actor": verdict.map(|verdict| verdict.actor().name()),
                "dsn": recipient.dsn.as_ref().map(|bytes| text(bytes)),
                "reply": recipient.reason.as_ref().map(|bytes| text(bytes)),
            })
        })
        .collect();
    let origin = message.origin.as_deref();
    let of = |field: fn(&postlens_queue::Origin) -> &Option<bstr::BString>| {
        origin.and_then(|origin| field(origin).as_ref()).map(|bytes| text(bytes))
    };
    let zone = TimeZone::system();
    json!({
        "schema": 1,
        "instance": held.instance,
        "queue": message.queue.name(),
        "queue_id": message.id,
        "time": stamp(message.arrival, &zone, "%Y-%m-%dT%H:%M:%S%:z"),
        "age": message.age(now),
        "size": message.size,
        "sender": text(&message.sender),
        "next_attempt": message.next_attempt.map(|time| stamp(time, &zone, "%Y-%m-%dT%H:%M:%S%:z")),
        "forced_expire": message.expires,
        "client_name": of(|origin| &origin.client_name),
        "client_address": of(|origin| &origin.client_address),
        "sasl_username": of(|origin| &origin.sasl_username),
        "content_filter": of(|origin| &origin.filter),
        "recipients": recipients,
    })
}

fn csv(messages: &[Held], now: i64, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "instance,queue,queue_id,time,age,size,next_attempt,sender,recipient,cause,reply"
    )?;
    let zone = TimeZone::system();
    for held in messages {
        let message = &held.message;
        let time = |seconds| stamp(seconds, &zone, "%Y-%m-%dT%H:%M:%S%:z");
        let before = [
            held.instance.clone().unwrap_or_default(),
            message.queue.name().to_owned(),
            message.id.clone(),
            time(message.arrival),
            message.age(now).to_string(),
            message.size.map(|size| size.to_string()).unwrap_or_default(),
            message.next_attempt.map(time).unwrap_or_default(),
            lossless(message.sender.as_bstr()),
        ];
        for recipient in &message.recipients {
            let after = [
                lossless(recipient.address.as_bstr()),
                verdict(recipient)
                    .map(|verdict| verdict.cause.name().to_owned())
                    .unwrap_or_default(),
                recipient
                    .reason
                    .as_ref()
                    .map(|reason| lossless(reason.as_bstr()))
                    .unwrap_or_default(),
            ];
            let cells: Vec<String> = before.iter().chain(&after).map(|cell| quoted(cell)).collect();
            writeln!(out, "{}", cells.join(","))?;
        }
    }
    Ok(())
}

/// A cell that no spreadsheet takes for a formula.
fn quoted(cell: &str) -> String {
    let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if guard.is_empty() && !cell.contains([',', '"', '\n', '\r']) {
        return cell.to_owned();
    }
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}
