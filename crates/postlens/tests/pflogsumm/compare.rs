//! Runs pflogsumm and us over the same log.

use std::path::Path;
use std::process::Command;

use postlens_engine::{Order, Run};
use postlens_source::discover::{Arguments, discover};
use postlens_source::zone::Zone;
use postlens_source::{Options, Stream};

use crate::figures::Figures;
use crate::page;

/// The present for logs without a year, in microseconds.
const NOW: i64 = 1_796_000_000_000_000;

/// What pflogsumm itself says about a log.
fn theirs(log: &Path) -> String {
    let output = Command::new("pflogsumm")
        .arg("--smtpd-stats")
        .arg(log)
        .env("PERL_HASH_SEED", "0")
        .env("PERL_PERTURB_KEYS", "0")
        .env("LC_ALL", "C")
        .output()
        .unwrap_or_else(|error| panic!("pflogsumm is needed (apt-get install it): {error}"));
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What our events add up to with pflogsumm's faults applied.
fn ours(log: &Path) -> Figures {
    let paths = vec![log.to_path_buf()];
    let streams: Vec<Stream> = discover(&Arguments { paths, ..Arguments::default() }).streams;
    assert_eq!(streams.len(), 1);
    let mut figures = Figures::default();
    let options = Options::new(Zone::UTC, NOW);
    let run = Run { streams, options, tracking: None, order: Order::Given, threads: 1 };
    let summary = run.run(&mut figures, &mut |_| {});
    assert!(summary.problems.is_empty(), "{:?}", summary.problems);
    figures
}

/// Compares every section that does not depend on the order of Perl's hashes or the year.
#[track_caller]
pub(crate) fn compare(name: &str, log: &Path) -> Figures {
    let report = theirs(log);
    let figures = ours(log);
    for (title, rows) in page::render(&figures) {
        assert_eq!(page::section(&report, &title), rows, "{name}: {title}");
    }
    for (title, rows) in page::problems(&figures) {
        assert_eq!(page::nodes(&report, title), rows, "{name}: {title}");
    }
    figures
}
