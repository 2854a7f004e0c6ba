//! Reports from figures: text, HTML, Markdown, CSV and JSON, in English and Japanese.
//!
//! Causes, outcomes and headings are keys; their words are in `locales/*.ftl`. One file
//! per format; the text report has one file per section under `text/`.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests fail by panicking"))]

mod chart;
pub mod command;
pub mod csv;
pub mod escape;
pub mod explanation;
pub mod finding;
pub mod html;
pub mod json;
pub mod language;
pub mod mail;
pub mod maillogger;
pub mod markdown;
pub mod mask;
pub mod number;
pub mod pflogsumm;
pub mod queue;
pub mod report;
pub mod text;
pub mod trace;
pub mod trend;
pub mod verdict;
pub mod xlsx;

pub use explanation::Explanation;
pub use language::{Lang, Language};
pub use report::{Comparison, Filter, First, Learned, Report, Source, View};
pub use verdict::Verdict;
