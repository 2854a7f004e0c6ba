//! The pipeline as a whole, on real example logs and on generated ones with known truth.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::format_push_string,
    reason = "tests fail by panicking"
)]

mod collect;
mod exact;
mod identity;
mod invariance;
mod truth;
