//! Why mail was refused, deferred or bounced, and who must act.
//!
//! A [`Failure`] is a delivery's or a refusal's text with its status code; its
//! [`Verdict`] names the [`Cause`], the [`Side`] on which it happened, the [`Actor`] who
//! must do something, whether trying again can help, and what that stands on.
//!
//! ```
//! use postlens_explain::{Actor, Cause, Failure};
//!
//! let text = "host mx.example.net[192.0.2.1] said: 452 4.2.2 Mailbox full \
//!     (in reply to RCPT TO command)";
//! let verdict = Failure::delivery(Some("4.2.2".into()), text.into()).verdict();
//! assert_eq!(verdict.cause, Cause::MailboxFull);
//! assert_eq!(verdict.actor(), Actor::Recipient);
//! ```
//!
//! What is known lies in tables (`tables/`), not in code. A verdict allocates nothing and
//! costs time linear in the text's length; those who meet the same text often may keep it.
//! There are keys here and no words for people: those are with the reports.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests fail by panicking"))]

mod actor;
mod cause;
mod examples;
mod failure;
mod known;
mod own;
mod pasted;
mod pattern;
mod provider;
mod reply;
mod status;
mod step;
mod table;
mod wording;

pub use actor::{Actor, Confidence, Permanence, Side};
pub use cause::Cause;
pub use failure::{Basis, Failure, Verdict};
pub use known::Known;
pub use pasted::Pasted;
pub use provider::Provider;
pub use step::Step;
