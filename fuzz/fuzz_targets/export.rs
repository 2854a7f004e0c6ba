//! Any bytes as a stream of journal export records.
#![no_main]

#[path = "../promises.rs"]
#[allow(dead_code, reason = "each target checks its own promise")]
mod promises;

libfuzzer_sys::fuzz_target!(|data: &[u8]| promises::export(data));
