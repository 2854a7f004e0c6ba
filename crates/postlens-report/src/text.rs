//! The report as text for a terminal or a mail.

mod authentication;
mod bars;
mod block;
mod causes;
mod compare;
mod delivery;
mod encryption;
mod filters;
mod layout;
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
pub(crate) use compare::USUAL;
pub use page::Page;
pub use verdict::first_line;

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
    let mut page = Page::new(language);
    for part in HEAD {
        part(&mut page, report);
    }
    let lists = match report.view.first {
        First::Problems => [OVERVIEW, PROBLEMS, TRAFFIC],
        First::Traffic => [OVERVIEW, TRAFFIC, PROBLEMS],
    };
    for (_, section) in lists.into_iter().flatten().filter(|(name, _)| report.shows(name)) {
        section(&mut page, report);
    }
    layout::lines(&page.finish(), look)
}
