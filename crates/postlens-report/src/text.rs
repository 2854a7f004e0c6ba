//! The report as text for a terminal or a mail.

mod authentication;
mod bars;
pub(crate) mod block;
mod causes;
pub(crate) mod compare;
mod delivery;
mod encryption;
mod filters;
pub(crate) mod layout;
mod lines;
mod mail;
pub(crate) mod page;
mod refusals;
mod services;
mod traffic;
mod trouble;
mod verdict;

use crate::language::Language;
use crate::report::{First, Report};

pub use bars::{Bars, Look};
use block::Block;
pub(crate) use compare::USUAL;
pub use page::Page;
pub use verdict::first_line;
pub(crate) use verdict::{incomplete, more as more_problems};

type Write = fn(&mut Page<'_>, &Report<'_>);
type Sections = &'static [(&'static str, Write)];

/// What is wrong, and where the figures come from: always shown.
const HEAD: &[Write] = &[lines::head, verdict::verdict, lines::problems];

// The sections in their order, by the names that users choose them by. Several parts may
// share a name.

/// What stands before both lists.
const OVERVIEW: Sections =
    &[("problems", verdict::problems), ("mail", mail::outcomes), ("compare", compare::compare)];

/// What went wrong and what was refused.
const PROBLEMS: Sections = &[
    ("gaps", services::gaps),
    ("warnings", trouble::warnings),
    ("deferrals", delivery::deferrals),
    ("bounces", delivery::bounces),
    ("bounces", delivery::expired),
    ("refusals", refusals::reasons),
    ("refusals", refusals::clients),
    ("unreached", traffic::unreached),
    ("screening", filters::screening),
    ("logins", authentication::failures),
];

/// The traffic, and the lines themselves.
const TRAFFIC: Sections = &[
    ("logins", authentication::logins),
    ("filters", filters::verdicts),
    ("filters", filters::checks),
    ("filters", filters::greylisting),
    ("destinations", delivery::destinations),
    ("delays", delivery::delays),
    ("times", traffic::spans),
    ("times", traffic::days),
    ("times", traffic::hours),
    ("senders", mail::senders),
    ("recipients", mail::recipients),
    ("connections", traffic::connections),
    ("tls", encryption::both),
    ("services", services::events),
    ("lines", lines::unrecognized),
    ("lines", lines::counts),
];

/// The names of all sections, in their order.
pub fn names() -> Vec<&'static str> {
    let lists = [OVERVIEW, PROBLEMS, TRAFFIC];
    let mut names: Vec<_> = lists.into_iter().flatten().map(|(name, _)| *name).collect();
    names.dedup();
    names
}

/// Writes a report for a place that can show it as `look` says.
pub fn write(report: &Report<'_>, language: &Language, look: Look) -> String {
    layout::lines(&document(report, language), look)
}

/// The whole report.
pub(crate) fn document(report: &Report<'_>, language: &Language) -> Vec<Block> {
    let mut blocks = head(report, language);
    blocks.extend(parts(report, language).into_iter().flat_map(|part| part.blocks));
    blocks
}

/// What is wrong, and where the figures come from.
fn head(report: &Report<'_>, language: &Language) -> Vec<Block> {
    HEAD.iter().flat_map(|write| blocks(*write, report, language)).collect()
}

fn blocks(write: Write, report: &Report<'_>, language: &Language) -> Vec<Block> {
    let mut page = Page::new(language);
    write(&mut page, report);
    page.finish()
}

/// The title, and what was read.
pub(crate) fn title(report: &Report<'_>, language: &Language) -> Vec<Block> {
    blocks(lines::head, report, language)
}

/// What could not be read.
pub(crate) fn unread(report: &Report<'_>, language: &Language) -> Vec<Block> {
    blocks(lines::problems, report, language)
}

/// A part of a section.
#[derive(Debug)]
pub(crate) struct Part {
    /// The name of the section.
    pub(crate) name: &'static str,
    /// Its own heading first; nothing where there are no figures.
    pub(crate) blocks: Vec<Block>,
}

/// The sections that are to be shown, in their order.
pub(crate) fn parts(report: &Report<'_>, language: &Language) -> Vec<Part> {
    let lists = match report.view.first {
        First::Problems => [OVERVIEW, PROBLEMS, TRAFFIC],
        First::Traffic => [OVERVIEW, TRAFFIC, PROBLEMS],
    };
    let shown = lists.into_iter().flatten().filter(|(name, _)| report.shows(name));
    let part = |(name, write): &(&'static str, Write)| Part {
        name,
        blocks: blocks(*write, report, language),
    };
    shown.map(part).collect()
}
