//! Filters by meaning, over lines and over the records that come of them.
//!
//! A [`Query`] is made of pairs of a [`Field`] and what a person wrote for it: an address
//! with `*`, a network, a cause, a comparison. Different fields must all hold; several
//! values of one field are alternatives; a value that begins with `!` must not hold. What
//! is judged is anything that has [`Facts`]: a line, a message, a delivery, a refusal, a
//! session.
//!
//! A query also tells which bytes every line that it matches must have
//! ([`Query::needle`]), so that most lines of a log need not be understood at all.
//!
//! ```
//! use postlens_filter::{Field, Line, Query};
//! use postlens_syntax::{Entry, Event};
//!
//! let query = Query::new([(Field::Status, "deferred"), (Field::Delay, ">5m")])?;
//! let text = b"Nov  4 06:25:01 mx postfix/smtp[9]: 4jWpv44LHMz1SZqm: to=<a@example.com>, \
//! relay=none, delay=432, delays=0.1/0/432/0, dsn=4.4.1, status=deferred (connect to \
//! example.com[192.0.2.1]:25: Connection timed out)";
//! let entry = Entry::parse(text);
//! let event = Event::parse(&entry);
//! assert!(query.matches(&Line { entry: &entry, event: &event }));
//! # Ok::<(), postlens_filter::FilterError>(())
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests fail by panicking"))]

mod error;
mod facts;
mod field;
mod kind;
mod needle;
mod pattern;
mod query;
mod term;
mod text;

pub use error::FilterError;
pub use facts::{Facts, Line, domain_of, verdict};
pub use field::Field;
pub use kind::everyday_words;
pub use query::Query;
