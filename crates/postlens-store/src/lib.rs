//! What the daemon keeps: Delta tables of our records.
//!
//! A [`Store`] takes lines, tracks what they tell, and commits the rows of messages,
//! deliveries, refusals, sessions and events in batches, each exactly once:
//!
//! 1. The rows are written to Parquet files that no table knows of yet.
//! 2. The next checkpoint is written: those files, how far each log was read, and what of
//!    the tracker is still open.
//! 3. Each table takes its files in a commit that has the batch's number as its transaction;
//!    a table that has that number is left alone.
//! 4. The next checkpoint becomes the checkpoint.
//!
//! Whoever finds step 2 done goes on with step 3. Whoever does not reads the logs again from
//! the checkpoint before.
//!
//! A [`View`] answers queries about it, with the rows that are not committed yet and the
//! messages and sessions that are still open.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests fail by panicking"))]

mod answer;
mod compact;
mod encoder;
mod error;
mod files;
mod function;
mod ids;
mod layout;
mod lines;
mod lock;
mod named;
mod reading;
mod repair;
mod rows;
mod stamp;
mod state;
mod store;
mod table;
mod tables;
mod template;
mod upkeep;
mod view;

pub use answer::{Answer, Answers};
pub use error::StoreError;
pub use lines::{Ends, KeptLog, Piece, Pieces};
pub use reading::{Reading, Taken};
pub use store::{Store, view};
pub use table::{DAY, TABLES};
pub use upkeep::{DELAY, Fault, TableInfo};
pub use view::View;
