//! Scans take chunks in the order of the log, however many workers look at them.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs;

use postlens_engine::{Look, Scan, Take};
use postlens_source::{Arguments, Chunk, Options, Zone, discover};

struct Lengths;

impl Look for Lengths {
    type Found = Vec<u8>;

    fn look(&self, chunk: &mut Chunk) -> Vec<u8> {
        chunk.bytes().to_vec()
    }
}

#[derive(Default)]
struct Together {
    text: Vec<u8>,
    most: usize,
    pauses: usize,
}

impl Take<Vec<u8>> for Together {
    fn take(&mut self, chunk: &Chunk, found: Vec<u8>) {
        assert_eq!(chunk.bytes(), found);
        self.text.extend(found);
    }

    fn pause(&mut self) {
        self.pauses += 1;
    }

    fn broken(&self) -> bool {
        self.most > 0 && self.text.len() >= self.most
    }
}

fn scan(texts: &[String], threads: usize, most: usize) -> (Together, usize) {
    let dir = tempfile::tempdir().unwrap();
    for (number, text) in texts.iter().enumerate() {
        fs::write(dir.path().join(format!("host{number}.log")), text).unwrap();
    }
    let mut paths: Vec<_> =
        (0..texts.len()).map(|n| dir.path().join(format!("host{n}.log"))).collect();
    paths.push(dir.path().join("absent.log"));
    let found = discover(&Arguments { paths, ..Arguments::default() });
    let options = Options { chunk: 300, ..Options::new(Zone::UTC, 0) };
    let mut together = Together { most, ..Together::default() };
    let scan = Scan { streams: found.streams, options, threads };
    let problems = scan.run(&Lengths, &mut together, &mut |_| ());
    (together, problems.len() + found.problems.len())
}

#[test]
fn chunks_come_in_order() {
    let line =
        |n: usize| format!("Nov  4 06:25:01 mx postfix/smtpd[{n}]: connect from a[192.0.2.1]\n");
    let texts: Vec<String> =
        [400, 0, 1, 90].iter().map(|count| (0..*count).map(line).collect()).collect();
    for threads in [1, 2, 5, 0] {
        let (together, problems) = scan(&texts, threads, 0);
        assert_eq!(together.text, texts.concat().into_bytes(), "{threads} threads");
        assert!(together.pauses > 0);
        assert_eq!(problems, 1);
    }
}

#[test]
fn a_scan_ends_with_who_takes() {
    let texts = vec!["a line that is as long as some others are\n".repeat(5_000)];
    for threads in [1, 3] {
        let (together, _) = scan(&texts, threads, 1_000);
        assert!((1_000..10_000).contains(&together.text.len()), "{}", together.text.len());
    }
}
