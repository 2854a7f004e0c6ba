//! Searches over files, held against looking at every line by itself.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod around;
mod drive;
mod hits;
