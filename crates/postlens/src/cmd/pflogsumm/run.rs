//! Reads the logs and writes the report.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use postlens_engine::{Order, Run, Summary};
use postlens_report::pflogsumm::{
    Figures, Imitation, Names, Present, Tally, mail_queue_title, render,
};
use postlens_source::{Arguments, Options, Period, Zone, discover};
use postlens_syntax::Time;
use postlens_syntax::time::{Civil, MICROS};
use postlens_track::Limits;

use super::PflogsummArgs;
use crate::exit::{INCOMPLETE, OK, hint};
use crate::input::tell_problems;
use crate::output::message;
use crate::progress::ProgressLine;

impl PflogsummArgs {
    /// Reads the logs and writes the report.
    pub(crate) fn run(self) -> Result<u8> {
        for (old, new) in self.old() {
            message(&format!("{old} is old; write {new}"));
        }
        let zone = match &self.tz {
            Some(name) => Zone::named(name)
                .map_err(|error| hint(error, "give an IANA name such as Asia/Tokyo, or +09:00"))?,
            None => Zone::system(),
        };
        let now = jiff::Timestamp::now().as_microsecond();
        let mut code =
            if self.strict_compat { self.imitate(zone, now)? } else { self.tally(zone, now)? };
        if self.mailq {
            code = code.max(mail_queue()?);
        }
        Ok(code)
    }

    fn tally(&self, zone: Zone, now: i64) -> Result<u8> {
        let period = match &self.date {
            Some(day) => Some(Period::parse(day, now, &zone)?),
            None => None,
        };
        let date = period.and_then(|period| period.from).map(|from| day(&zone, from));
        let options = Options { period, ..Options::new(zone, now) };
        let mut tally = Tally::new(self.counting());
        if let Some(pattern) = &self.syslog_name {
            tally = tally.only(names(pattern)?);
        }
        let summary = tally_logs(self.files.clone(), options, &mut tally);
        let code = tell_problems(&summary);
        let bytes = self.page(tally.figures(), date);
        // Log text may hold what a terminal acts on.
        let mut text = String::with_capacity(bytes.len());
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            text.push_str(&postlens_report::escape::printable(line.into()));
            text.push('\n');
        }
        write(text.as_bytes())?;
        Ok(code)
    }

    fn imitate(&self, zone: Zone, now: i64) -> Result<u8> {
        let today = wall(&zone, now).civil();
        let names = match &self.syslog_name {
            // The original turns every `_` of such an argument into `-`.
            Some(pattern) => names(&pattern.replace('_', "-"))?,
            None => Names::default(),
        };
        let present = Present { year: today.year, month: today.month };
        let mut imitation = Imitation::new(self.counting(), names, present);
        let mut date = None;
        if let Some(word) = &self.date {
            let back = if word == "yesterday" { i64::from(today.hour) + 2 } else { 0 };
            let time = now - back * 3600 * MICROS;
            let Civil { year, month, day: of_month, .. } = wall(&zone, time).civil();
            let name = day(&zone, time);
            let stamps = [format!("{name} "), format!("{year:04}-{month:02}-{of_month:02}T")];
            imitation = imitation.only(stamps.to_vec());
            date = Some(name);
        }
        let summary = imitate_logs(self.files.clone(), &Options::new(zone, now), &mut imitation);
        // What cannot be read is told; the original's exit code is that of success.
        tell_problems(&summary);
        write(&self.page(imitation.figures(), date))?;
        Ok(OK)
    }

    fn page(&self, figures: &Figures, date: Option<String>) -> Vec<u8> {
        render(figures, &self.layout(date))
    }
}

fn names(pattern: &str) -> Result<Names> {
    Names::like(pattern).map_err(|error| {
        hint(error, "give a name such as postfix-in, or a regular expression that fits several")
    })
}

/// The logs that were named, or standard input.
fn paths(files: Vec<PathBuf>) -> Vec<PathBuf> {
    if files.is_empty() { vec!["-".into()] } else { files }
}

fn tally_logs(files: Vec<PathBuf>, options: Options, tally: &mut Tally) -> Summary {
    let found = discover(&Arguments { paths: paths(files), ..Arguments::default() });
    let run = Run {
        streams: found.streams,
        options,
        tracking: Some(Limits::default()),
        order: Order::Time,
        threads: 0,
    };
    let line = ProgressLine::new();
    let mut summary = run.run(tally, &mut |progress| line.show(progress));
    drop(line);
    summary.problems.splice(0..0, found.problems);
    summary
}

/// Every file as it lies there, in the order in which they are named.
fn imitate_logs(files: Vec<PathBuf>, options: &Options, imitation: &mut Imitation) -> Summary {
    let mut summary = Summary::default();
    for path in paths(files) {
        let found = discover(&Arguments { paths: vec![path], ..Arguments::default() });
        summary.problems.extend(found.problems);
        for stream in found.streams {
            let mut reader = stream.open(options);
            let mut buffer = Vec::new();
            while let Some(chunk) = reader.next_chunk(buffer) {
                let bytes = chunk.bytes();
                let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
                bytes.split(|byte| *byte == b'\n').for_each(|line| imitation.line(line));
                buffer = chunk.into_buffer();
            }
            summary.problems.extend(reader.take_problems());
        }
    }
    summary
}

fn wall(zone: &Zone, micros: i64) -> Time {
    Time { micros, offset: zone.offset_at(micros) }
}

/// A day as syslog writes it.
fn day(zone: &Zone, micros: i64) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let Civil { month, day, .. } = wall(zone, micros).civil();
    let name = usize::from(month).checked_sub(1).and_then(|index| MONTHS.get(index));
    format!("{} {day:>2}", name.unwrap_or(&""))
}

fn write(bytes: &[u8]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).context("cannot write to standard output")
}

/// The last section, by the program that knows the queue.
fn mail_queue() -> Result<u8> {
    write(&mail_queue_title())?;
    match std::process::Command::new("mailq").status() {
        Ok(status) if status.success() => Ok(OK),
        Ok(status) => {
            message(&format!("mailq: {status}"));
            Ok(INCOMPLETE)
        }
        Err(error) => {
            message(&format!("cannot run mailq: {error}"));
            message("hint: it comes with Postfix and is often in /usr/bin: look at PATH");
            Ok(INCOMPLETE)
        }
    }
}
