//! Where chunks are cut and how many threads there are changes nothing.

use postlens_stats::Stats;
use postlens_testkit::{Config, Until, generate_in_memory};
use proptest::prelude::*;

use crate::collect::{Collected, examples, run};

fn told(path: &std::path::Path, chunk: usize, threads: usize) -> Collected {
    let mut collected = Collected::default();
    let summary = run(path, chunk, threads, &mut collected);
    assert_eq!(summary.lines, collected.lines);
    collected
}

#[track_caller]
fn same(a: &Collected, b: &Collected) {
    assert_eq!(a.lines, b.lines);
    assert_eq!(a.messages, b.messages);
    assert_eq!(a.deliveries, b.deliveries);
    assert_eq!(a.refusals, b.refusals);
    assert_eq!(a.sessions, b.sessions);
}

#[test]
fn examples_in_pieces_of_any_size() {
    let whole = told(&examples(), 1 << 20, 1);
    assert_eq!(whole.lines, 16_229);
    assert_eq!(whole.unrecognized, Vec::<String>::new());
    for (chunk, threads) in [(500, 1), (4096, 3), (100_000, 2)] {
        same(&whole, &told(&examples(), chunk, threads));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn generated_logs_in_pieces_of_any_size(
        seed in 0u64..1000, chunk in 200usize..50_000, threads in 1usize..4,
    ) {
        let (log, _, _) =
            generate_in_memory(Config { seed, until: Until::Messages(60), ..Config::default() });
        let file = tempfile::Builder::new().suffix(".log").tempfile().unwrap();
        std::fs::write(file.path(), &log).unwrap();
        same(&told(file.path(), 1 << 20, 1), &told(file.path(), chunk, threads));
    }
}

#[test]
fn figures_of_two_logs_are_the_sum_of_each() {
    let mut whole = Stats::default();
    run(&examples(), 1 << 20, 2, &mut whole);
    let (mut merged, mut again) = (Stats::default(), Stats::default());
    run(&examples(), 9_000, 1, &mut merged);
    assert_eq!(merged, whole);
    run(&examples(), 9_000, 1, &mut again);
    merged.merge(&again);
    assert_eq!(merged.lines.total(), 2 * whole.lines.total());
    assert_eq!(merged.outcomes.final_recipients(), 2 * whole.outcomes.final_recipients());
    assert_eq!(merged.delays.total.quantile(0.9), whole.delays.total.quantile(0.9));
}

#[test]
fn figures_of_two_halves_merged_are_those_of_the_whole() {
    for seed in 1..4 {
        // The second half begins when all is quiet after the first.
        let half = |seed, start| {
            let until = Until::Messages(200);
            let config = Config { seed, until, long_queue_ids: true, ..Config::default() };
            generate_in_memory(Config { start, ..config }).0
        };
        let start = Config::default().start;
        let (first, second) = (half(seed, start), half(seed + 100, start + 6 * 3_600_000_000));
        let figures = |log: &[u8]| {
            let file = tempfile::Builder::new().suffix(".log").tempfile().unwrap();
            std::fs::write(file.path(), log).unwrap();
            let mut stats = Stats::default();
            run(file.path(), 1 << 16, 1, &mut stats);
            stats
        };
        let whole = figures(&[&first[..], &second[..]].concat());
        let mut merged = figures(&first);
        merged.merge(&figures(&second));
        assert_eq!(merged, whole, "seed {seed}");
    }
}
