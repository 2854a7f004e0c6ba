//! Verdicts on replies, one at a time, as reports and `explain` ask for them.

#![allow(missing_docs, reason = "criterion's macros write functions without any")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use postlens_explain::{Failure, Pasted};

/// The replies of the tests: short and long, clear and vague, in ten languages.
const REPLIES: &str = include_str!("../tests/replies.txt");

fn verdicts(criterion: &mut Criterion) {
    let rows = REPLIES.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let replies: Vec<&str> = rows.filter_map(|row| Some(row.split_once('\t')?.1)).collect();
    let mut group = criterion.benchmark_group("verdicts");
    group.throughput(Throughput::Elements(replies.len() as u64));
    group.bench_function("replies", |bencher| {
        bencher.iter(|| {
            for reply in &replies {
                black_box(Failure::peer_reply((*reply).into()).verdict());
            }
        });
    });
    group.bench_function("pasted", |bencher| {
        bencher.iter(|| {
            for reply in &replies {
                black_box(Pasted::read((*reply).into()).failure.verdict());
            }
        });
    });
    let deferral = "host mx.example.net[192.0.2.10] said: 452 4.2.2 <ann@example.net>: Recipient \
        address rejected: Mailbox full, please try later (in reply to RCPT TO command)";
    group.throughput(Throughput::Elements(1));
    group.bench_function("delivery", |bencher| {
        bencher
            .iter(|| black_box(Failure::delivery(Some("4.2.2".into()), deferral.into()).verdict()));
    });
    group.finish();
}

criterion_group!(benches, verdicts);
criterion_main!(benches);
