//! The report of pflogsumm 1.1.5: its figures, its layout, and two ways to its figures.
//!
//! [`Tally`] counts what the tracker makes of a log; [`Imitation`] counts what pflogsumm
//! itself counts in the same lines. [`render`] lays out either as pflogsumm does; there is
//! one file per family of sections.

mod figures;
mod fold;
mod hosts;
mod imitation;
mod messages;
mod munge;
mod number;
mod options;
mod order;
mod page;
mod problems;
mod sessions;
mod tally;
mod totals;
mod traffic;
mod trim;
mod users;

pub use figures::Figures;
pub use imitation::{Imitation, Names, NamesError, Present};
pub use options::{Counting, Layout, Limits};
pub use page::{mail_queue_title, render};
pub use tally::Tally;
