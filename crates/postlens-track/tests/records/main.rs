//! From log text to records: what the tracker makes of small logs.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
#![allow(clippy::needless_raw_string_hashes, reason = "expectations are written by a tool")]

mod arrivals;
mod deliveries;
mod journeys;
mod limits;
mod order;
mod sessions;
mod told;
