//! Sections of pflogsumm's report: cut out of a real one, and written from our figures.
//!
//! Rows are sorted, since those with equal counts follow the order of Perl's hashes, and
//! days lose their year, which it guesses from the present.

use std::collections::BTreeMap;

use crate::faults;
use crate::figures::{Connections, Figures, Volume};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const TOTALS: &str = "Grand Totals";
const DAYS: &str = "Per-Day Traffic Summary";
const HEADINGS: [&str; 6] =
    ["    date  ", "    time  ", "    hour  ", " sent cnt ", " msg cnt ", " connections  "];

/// The rows of a section of a report, sorted; none where the section is missing.
pub(crate) fn section(report: &str, title: &str) -> Vec<String> {
    let lines = report.lines().skip_while(|line| line.trim_end() != title).skip(1);
    let rows = lines.skip(usize::from(title == TOTALS) * 3).scan(false, |blank, line| {
        // The totals have a blank line in between.
        let end = line.is_empty() && (title != TOTALS || *blank);
        *blank = line.is_empty();
        (!end).then_some(line)
    });
    let is_row = |line: &&str| {
        let ruled = line.bytes().all(|byte| matches!(byte, b'-' | b' '));
        !ruled && !HEADINGS.iter().any(|heading| line.starts_with(heading))
    };
    let mut rows: Vec<String> = rows
        .filter(is_row)
        .map(|row| match (title.starts_with("Per-Day "), row.get(..10), row.get(15..)) {
            (true, Some(day), Some(rest)) => format!("{day}{rest}"),
            _ => row.to_owned(),
        })
        .collect();
    if title != TOTALS {
        rows.sort();
    }
    rows
}

/// The first level of a section of problems: its branches with their sums, sorted.
pub(crate) fn nodes(report: &str, title: &str) -> Vec<String> {
    let mut rows = section(report, title);
    rows.retain(|row| row.starts_with("  ") && !row.starts_with("   "));
    rows
}

/// The first levels of the sections of problems, by title.
pub(crate) fn problems(figures: &Figures) -> [(&'static str, Vec<String>); 5] {
    let rows = |sums: &BTreeMap<String, u64>| {
        sorted(sums.iter().map(|(name, sum)| format!("  {name} (total: {sum})")))
    };
    [
        ("message deferral detail", rows(&figures.deferrals_by_daemon)),
        ("message bounce detail (by relay)", rows(&figures.bounces_by_relay)),
        ("Warnings", rows(&figures.warnings)),
        ("Fatal Errors", rows(&figures.fatals)),
        ("Panics", rows(&figures.panics)),
    ]
}

/// The sections that our figures make, by title, with sorted rows.
pub(crate) fn render(figures: &Figures) -> Vec<(String, Vec<String>)> {
    let several = figures.day_count > 1;
    let hours = if several { "Daily Average" } else { "Summary" };
    let users = |volumes, count: fn(&Volume) -> u64| {
        table(volumes, |name, volume| format!(" {}  {name}", units(count(volume))))
    };
    let messages: fn(&Volume) -> u64 = |volume| volume.messages;
    let bytes: fn(&Volume) -> u64 = |volume| volume.bytes;
    let sections = [
        (TOTALS, [totals(figures), connection_totals(figures)].concat()),
        (DAYS, if several { days(figures) } else { Vec::new() }),
        (&format!("Per-Hour Traffic {hours}"), by_hour(figures)),
        ("Host/Domain Summary: Message Delivery", table(&figures.recipient_domains, delivery_row)),
        ("Host/Domain Summary: Messages Received", table(&figures.sender_domains, received_row)),
        (
            "Per-Day SMTPD Connection Summary",
            if several { connection_days(figures) } else { Vec::new() },
        ),
        (&format!("Per-Hour SMTPD Connection {hours}"), connection_hours(figures)),
        ("Host/Domain Summary: SMTPD Connections", connection_hosts(figures)),
        ("Senders by message count", users(&figures.senders, messages)),
        ("Recipients by message count", users(&figures.recipients, messages)),
        ("Senders by message size", users(&figures.senders, bytes)),
        ("Recipients by message size", users(&figures.recipients, bytes)),
        ("Messages with no size data", no_size(figures)),
    ];
    sections.into_iter().map(|(title, rows)| (title.to_owned(), rows)).collect()
}

fn connection_totals(figures: &Figures) -> Vec<String> {
    let all = &figures.connections;
    vec![
        "smtpd".to_owned(),
        format!("  {}  connections", units(all.count)),
        format!("  {}  hosts/domains", units(figures.connections_by_host.len() as u64)),
        format!("  {:>6.0}   avg. connect time (seconds)", average(all)),
        format!(" {}  total connect time", clock(signed(all.time))),
    ]
}

fn connection_days(figures: &Figures) -> Vec<String> {
    sorted(figures.connections_by_day.iter().map(|(&(month, day), all)| {
        let month = MONTHS.get(usize::from(month) - 1).unwrap();
        let row = connection_row(&units(all.count), signed(all.time));
        format!("    {month} {day:>2}   {row}{}", average_and_longest(all))
    }))
}

fn connection_hours(figures: &Figures) -> Vec<String> {
    let hours = figures.connections_by_hour.iter().enumerate();
    sorted(hours.filter(|(_, all)| all.count > 0).map(|(hour, all)| {
        let row = if figures.day_count > 1 {
            let days = float(figures.day_count);
            let count = scaled(float(all.count) / days + 0.5);
            connection_row(&count, signed(all.time) / days + 0.5)
        } else {
            let row = connection_row(&units(all.count), signed(all.time));
            row + &average_and_longest(all)
        };
        format!("    {hour:02}00-{:02}00     {row}", hour + 1)
    }))
}

fn connection_hosts(figures: &Figures) -> Vec<String> {
    sorted(figures.connections_by_host.iter().map(|(host, all)| {
        let (count, time) = (units(all.count), clock(signed(all.time)));
        format!("  {count}      {time}     {:>6.0}s    {:>6}s   {host}", average(all), all.longest)
    }))
}

fn connection_row(count: &str, time: f64) -> String {
    format!("{count}       {}", clock(time))
}

fn average_and_longest(all: &Connections) -> String {
    format!("      {:>6.0}s      {:>6}s", average(all), all.longest)
}

/// Seconds, rounded.
fn average(all: &Connections) -> f64 {
    if all.count == 0 { 0.0 } else { (signed(all.time) / float(all.count) + 0.5).trunc() }
}

/// Hours, minutes and seconds.
fn clock(seconds: f64) -> String {
    let hours = (seconds / 3600.0).trunc();
    let rest = seconds - hours * 3600.0;
    let minutes = (rest / 60.0).trunc();
    format!("{hours:>2.0}:{minutes:02.0}:{:02.0}", (rest - minutes * 60.0).trunc())
}

#[allow(clippy::cast_precision_loss, reason = "Perl counts in the same doubles")]
fn signed(seconds: i64) -> f64 {
    seconds as f64
}

fn no_size(figures: &Figures) -> Vec<String> {
    sorted(figures.no_size.iter().map(|(queue_id, to)| format!(" {queue_id}  {to}")))
}

fn totals(figures: &Figures) -> Vec<String> {
    let percent = |part| {
        let Figures { delivered, rejected, discarded, .. } = *figures;
        faults::percent(part, delivered, rejected, discarded)
    };
    let row = |count: u64, label: &str| format!(" {}  {label}", units(count));
    let length = |all: &BTreeMap<String, Volume>| {
        all.values().filter(|volume| volume.messages > 0).count() as u64
    };
    let deferrals = match figures.deferrals {
        0 => "deferred".to_owned(),
        count => format!("deferred  ({} deferrals)", units(count).trim_start()),
    };
    vec![
        row(figures.received, "received"),
        row(figures.delivered, "delivered"),
        row(figures.forwarded, "forwarded"),
        row(figures.deferred.len() as u64, &deferrals),
        row(figures.bounced, "bounced"),
        row(figures.rejected, &format!("rejected ({}%)", percent(figures.rejected))),
        row(figures.warned, "reject warnings"),
        row(figures.held, "held"),
        row(figures.discarded, &format!("discarded ({}%)", percent(figures.discarded))),
        row(figures.bytes_received, "bytes received"),
        row(figures.bytes_delivered, "bytes delivered"),
        row(length(&figures.senders), "senders"),
        row(length(&figures.sender_domains), "sending hosts/domains"),
        row(length(&figures.recipients), "recipients"),
        row(length(&figures.recipient_domains), "recipient hosts/domains"),
    ]
}

fn days(figures: &Figures) -> Vec<String> {
    let row = |(&(month, day), counts): (&(u8, u8), &Vec<u64>)| {
        let month = MONTHS.get(usize::from(month) - 1).unwrap();
        let counts: Vec<String> =
            counts.iter().map(|count| format!("    {}", units(*count))).collect();
        let counts = counts.concat();
        format!("    {month} {day:>2}{counts}")
    };
    sorted(figures.days.iter().map(row))
}

fn by_hour(figures: &Figures) -> Vec<String> {
    let average = |count: u64| match figures.day_count {
        0 => scaled(float(count)),
        days => scaled(float(count) / float(days) + 0.5),
    };
    let row = |(hour, counts): (usize, &[u64; 5])| {
        let counts: Vec<String> =
            counts.iter().map(|count| format!("    {}", average(*count))).collect();
        let counts = counts.concat();
        format!("    {hour:02}00-{:02}00  {counts}", hour + 1)
    };
    sorted(figures.hours.iter().enumerate().map(row))
}

fn delivery_row(name: &str, volume: &Volume) -> String {
    let average = match volume.messages {
        0 => 0.0,
        messages => volume.delays / float(messages),
    };
    format!(
        " {}  {}  {}  {}  {}  {name}",
        units(volume.messages),
        units(volume.bytes),
        units(volume.defers),
        duration(average),
        duration(volume.longest),
    )
}

fn received_row(name: &str, volume: &Volume) -> String {
    format!(" {}  {}  {name}", units(volume.messages), units(volume.bytes))
}

fn table(volumes: &BTreeMap<String, Volume>, row: impl Fn(&str, &Volume) -> String) -> Vec<String> {
    sorted(volumes.iter().map(|(name, volume)| row(name, volume)))
}

fn sorted(rows: impl Iterator<Item = String>) -> Vec<String> {
    let mut rows: Vec<String> = rows.collect();
    rows.sort();
    rows
}

fn units(count: u64) -> String {
    scaled(float(count))
}

#[allow(clippy::cast_precision_loss, reason = "Perl counts in the same doubles")]
fn float(count: u64) -> f64 {
    count as f64
}

/// Large numbers in Ki and Mi, without their fraction.
fn scaled(count: f64) -> String {
    let (count, unit) = match count {
        count if count > 536_870_912.0 => (count / 1_048_576.0, 'm'),
        count if count > 524_288.0 => (count / 1024.0, 'k'),
        count => (count, ' '),
    };
    format!("{:>6.0}{unit}", count.trunc())
}

/// Seconds as seconds, minutes or hours.
fn duration(seconds: f64) -> String {
    let (time, unit) = match seconds {
        seconds if seconds > 3600.0 => (seconds / 3600.0, 'h'),
        seconds if seconds > 60.0 => (seconds / 60.0, 'm'),
        seconds => (seconds, 's'),
    };
    format!("{time:>5.1} {unit}")
}
