//! What happened to one mail: from the lines that a question finds to journeys.
//!
//! A [`Query`] says what is looked for. A [`Trail`] takes in lines: those that answer the
//! query, and those that the lines before made interesting, such as all of a queue ID. It
//! says which texts to look for next, until nothing new turns up; then [`assemble`] makes
//! [`Journey`]s of its lines.
//!
//! ```
//! use postlens_syntax::{Entry, Event, Time};
//! use postlens_trace::{Key, Query, Trail, assemble};
//! use postlens_track::{LineId, Observation};
//!
//! let query = Query::new(Key::Recipient, "bob@example.org");
//! let mut trail = Trail::new(query);
//! let line = b"Nov  4 06:25:01 mx postfix/smtp[123]: 4jYXrC3hT6z1SZfq: to=<bob@example.org>, \
//!     relay=mx.example.org[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, \
//!     status=sent (250 ok)";
//! let entry = Entry::parse(line);
//! trail.take(
//!     &Observation {
//!         time: Time::default(),
//!         stamped: true,
//!         entry: &entry,
//!         bytes: line,
//!         event: &Event::parse(&entry),
//!         line: LineId::default(),
//!         weight: 1,
//!         echo: false,
//!     },
//!     line,
//! );
//! let journeys = assemble(&trail);
//! assert_eq!(journeys.len(), 1);
//! assert_eq!(journeys[0].outcomes().count(), 1);
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests fail by panicking"))]

mod assemble;
mod connection;
mod journey;
mod query;
mod trail;

pub use assemble::assemble;
pub use journey::{Attempt, Connection, Journey, Note, NoteKind, Refused, Traced, TracedRecipient};
pub use query::{Key, Query};
pub use trail::{Clues, KeptLine, Trail};
