//! Where log bytes come from: files, rotation sets, archives, pipes, the journal,
//! and what the stamps in them mean.
//!
//! [`discover()`] finds the logs; each [`Stream`] is a rotation set in time order;
//! [`Stream::open`] looks at its files and puts their stamps in the right years; then
//! [`StreamReader::next_chunk`] gives [`Chunk`]s of whole lines, whose [`Clock`]
//! resolves the stamps. A source that cannot be read is a [`Problem`], never an end to
//! the rest.
//!
//! ```
//! use postlens_source::{Arguments, Options, Zone, discover};
//! use postlens_syntax::Entry;
//!
//! let found = discover(&Arguments { paths: vec!["mail.log".into()], ..Arguments::default() });
//! let mut problems = found.problems;
//! for stream in found.streams {
//!     let mut reader = stream.open(&Options::new(Zone::UTC, 0));
//!     let (mut buffer, mut scratch) = (Vec::new(), Vec::new());
//!     while let Some(mut chunk) = reader.next_chunk(buffer) {
//!         chunk.canonicalize(&mut scratch);
//!         let mut resolver = chunk.clock().resolver();
//!         for line in chunk.lines() {
//!             let entry = Entry::parse(line.bytes);
//!             let time = resolver.resolve(&entry.stamp, line.offset);
//!             assert!(time.is_some() || line.bytes.is_empty());
//!         }
//!         buffer = chunk.into_buffer();
//!     }
//!     problems.extend(reader.take_problems());
//! }
//! assert_eq!(problems.len(), 1, "there is no mail.log here");
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests fail by panicking"))]

pub mod chunk;
pub mod clock;
pub mod compression;
pub mod copies;
pub mod discover;
pub mod identity;
pub mod input;
pub mod period;
pub mod place;
pub mod plan;
pub mod problem;
pub mod stream;
pub mod time;
pub mod year;
pub mod zone;

mod course;
mod feed;
mod halt;
mod journal;
mod kept;
mod rotation;
mod sampling;
mod survey;
mod tail;
mod wide;
mod writer;

pub use chunk::{Chunk, Line, Lines};
pub use clock::{Clock, Resolver};
pub use compression::Compression;
pub use copies::Copies;
pub use discover::{Arguments, Discovery, System, discover, discover_set};
pub use halt::Halt;
pub use identity::{FileIdentity, log_identity};
pub use input::LogFile;
pub use kept::{Keeper, KeptLines};
pub use period::{Period, PeriodError};
pub use place::Place;
pub use plan::Evidence;
pub use problem::{Problem, ProblemKind};
pub use stream::{Options, Skipped, Stream, StreamReader};
pub use time::{Civil, Time};
pub use zone::{Zone, ZoneError};
