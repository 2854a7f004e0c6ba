//! The fuzzer's seeds and past findings, as ordinary tests.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::fs;
use std::path::Path;

#[path = "../../../fuzz/promises.rs"]
mod promises;

#[track_caller]
fn each_seed(target: &str, promise: impl Fn(&[u8])) {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(target);
    let mut count = 0;
    for seed in fs::read_dir(&fuzz).unwrap() {
        let bytes = fs::read(seed.unwrap().path()).unwrap();
        promise(&bytes);
        // A finding often differs from a good line in its end alone.
        for end in 0..bytes.len().min(2048) {
            promise(&bytes[..end]);
        }
        count += 1;
    }
    assert!(count > 0, "no seeds in {}", fuzz.display());
}

#[test]
fn entry() {
    each_seed("entry", promises::entry);
}

#[test]
fn canonical() {
    each_seed("canonical", promises::canonical);
}

#[test]
fn export() {
    each_seed("export", promises::export);
}
