//! Any bytes as one line: framing, meaning and fields.
#![no_main]

#[path = "../promises.rs"]
#[allow(dead_code, reason = "each target checks its own promise")]
mod promises;

libfuzzer_sys::fuzz_target!(|data: &[u8]| promises::entry(data));
