//! Prints what is found in a log with full stamps (RFC 3339), and what finding it cost:
//! `cargo run --release -p postlens-detect --example findings LOG`.

#![allow(clippy::print_stdout, reason = "an example")]

use std::time::{Duration, Instant};

use bstr::ByteSlice;
use postlens_detect::Detectors;
use postlens_syntax::{Entry, Event, Stamp, Time};
use postlens_track::{Consumer, Limits, LineId, Observation, Record, RecordSink, Tracker};

/// Takes records and does nothing.
struct Nobody;

impl RecordSink for Nobody {
    fn record(&mut self, _: &Record<'_>) {}
}

impl Consumer for Nobody {
    fn line(&mut self, _: &Observation<'_>) {}
}

/// Lines that are parsed at once: as many as stay in the processor's cache.
const CHUNK: usize = 1_000;

/// Runs a consumer over a log; gives the lines, and the nanoseconds that tracker and consumer
/// took for each.
fn run(log: &[u8], consumer: &mut dyn Consumer) -> (u64, u128) {
    let mut tracker = Tracker::new(Limits::default());
    let (mut time, mut number, mut spent) = (Time::default(), 0, Duration::ZERO);
    let mut lines = log.lines();
    let mut chunk = Vec::with_capacity(CHUNK);
    loop {
        chunk.clear();
        for line in lines.by_ref().take(CHUNK) {
            let entry = Entry::parse(line);
            if let Stamp::Absolute { micros, offset } = entry.stamp {
                time = Time { micros, offset };
            }
            chunk.push((time, line, entry, Event::parse(&entry)));
        }
        if chunk.is_empty() {
            break;
        }
        let start = Instant::now();
        for (time, bytes, entry, event) in &chunk {
            let (time, weight) = (*time, entry.repeat.max(1));
            let line = LineId { log: 0, offset: number };
            number += 1;
            let (stamped, echo) = (true, false);
            let seen = Observation { time, stamped, entry, bytes, event, line, weight, echo };
            consumer.line(&seen);
            tracker.observe(&seen, consumer);
        }
        spent += start.elapsed();
    }
    let start = Instant::now();
    tracker.finish(consumer);
    spent += start.elapsed();
    (number, spent.as_nanos() / u128::from(number.max(1)))
}

fn main() -> std::io::Result<()> {
    let Some(path) = std::env::args().nth(1) else { return Ok(()) };
    let log = std::fs::read(path)?;
    let mut least = (u128::MAX, u128::MAX);
    let (mut found, mut lines) = (Vec::new(), 0);
    for _ in 0..5 {
        let mut detectors = Detectors::default();
        least.0 = least.0.min(run(&log, &mut Nobody).1);
        let (count, nanos) = run(&log, &mut detectors);
        least.1 = least.1.min(nanos);
        lines = count;
        detectors.settle();
        found = detectors.findings();
    }
    for finding in found {
        println!(
            "{} {} {} since {} until {}{} amount {} {:?} cause {:?} normal {:?} after {:?}",
            finding.gravity.name(),
            finding.kind.name(),
            finding.subject.text(),
            finding.onset,
            finding.last,
            if finding.open { " (open)" } else { "" },
            finding.amount,
            finding.figures,
            finding.cause,
            finding.normal,
            finding.follows
        );
        for line in &finding.evidence {
            println!("    {} {} {}", line.time, line.program, line.text);
        }
    }
    let (track, both) = least;
    println!("{lines} lines: {track} ns per line tracked, {both} ns with detectors");
    Ok(())
}
