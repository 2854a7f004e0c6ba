//! What each stage of the pipeline costs, one after the other in one thread, on a
//! generated log in memory: framing, understanding, resolving stamps, tracking, and all
//! of it with the report's figures.

#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use postlens_source::{Clock, Zone};
use postlens_stats::Stats;
use postlens_syntax::{Event, Framer, Time};
use postlens_testkit::{Config, Until, generate_in_memory};
use postlens_track::{Limits, LineId, Observation, Record, RecordSink, Tracker};

/// Bytes of log that every stage works through.
const BYTES: u64 = 8 << 20;

/// Where records end when only tracking is measured.
struct Nowhere;

impl RecordSink for Nowhere {
    fn record(&mut self, record: &Record<'_>) {
        black_box(record);
    }
}

fn lines(log: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = log;
    std::iter::from_fn(move || {
        let end = memchr::memchr(b'\n', rest)?;
        let (line, after) = rest.split_at(end);
        rest = after.get(1..)?;
        Some(line)
    })
}

/// Frames, understands and dates every line, as a worker does.
fn observe(log: &[u8], mut each: impl FnMut(&Observation<'_>)) {
    let start = Time { micros: 1_793_000_000_000_000, offset: 0 };
    let clock = Clock::near(start, Zone::named("UTC").unwrap());
    let mut resolver = clock.resolver();
    let mut framer = Framer::default();
    for line in lines(log) {
        let entry = framer.frame(line);
        let event = Event::parse(&entry);
        let time = resolver.resolve(&entry.stamp, 0);
        each(&Observation {
            time: time.unwrap_or(start),
            stamped: true,
            entry: &entry,
            bytes: line,
            event: &event,
            line: LineId::default(),
            weight: 1,
            echo: false,
        });
    }
}

fn stages(criterion: &mut Criterion) {
    let config = Config { seed: 1, until: Until::Bytes(BYTES), ..Config::default() };
    let (log, _, totals) = generate_in_memory(config);
    let mut group = criterion.benchmark_group("stages");
    group.throughput(Throughput::Elements(totals.lines));
    group.bench_function("split", |bencher| {
        bencher.iter(|| lines(&log).map(<[u8]>::len).sum::<usize>());
    });
    group.bench_function("frame", |bencher| {
        bencher.iter(|| {
            let mut framer = Framer::default();
            for line in lines(&log) {
                black_box(framer.frame(line));
            }
        });
    });
    group.bench_function("understand", |bencher| {
        bencher.iter(|| {
            observe(&log, |line| {
                black_box(line);
            });
        });
    });
    group.bench_function("track", |bencher| {
        bencher.iter(|| {
            let mut tracker = Tracker::new(Limits::default());
            observe(&log, |line| tracker.observe(line, &mut Nowhere));
            tracker.finish(&mut Nowhere);
        });
    });
    group.bench_function("report", |bencher| {
        bencher.iter(|| {
            let mut tracker = Tracker::new(Limits::default());
            let mut stats = Stats::default();
            observe(&log, |line| {
                postlens_track::Consumer::line(&mut stats, line);
                tracker.observe(line, &mut stats);
            });
            tracker.finish(&mut stats);
            stats
        });
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = stages
}
criterion_main!(benches);
