//! The report as text for a terminal or a mail.

mod authentication;
mod delivery;
mod lines;
mod mail;
mod page;
mod refusals;
mod traffic;
mod trouble;

use crate::language::Language;
use crate::report::Report;

pub use page::Page;

type Write = fn(&mut Page<'_>, &Report<'_>);

/// What says where the figures come from: always shown.
const HEAD: &[Write] = &[lines::head, lines::problems];

/// The sections in their order, by the names that users choose them by: what is wrong
/// first, then traffic. Several parts may share a name.
const SECTIONS: &[(&str, Write)] = &[
    ("mail", mail::outcomes),
    ("warnings", trouble::warnings),
    ("deferrals", delivery::deferrals),
    ("bounces", delivery::bounces),
    ("refusals", refusals::reasons),
    ("refusals", refusals::clients),
    ("logins", authentication::failures),
    ("logins", authentication::logins),
    ("destinations", delivery::destinations),
    ("delays", delivery::delays),
    ("times", traffic::spans),
    ("times", traffic::days),
    ("times", traffic::hours),
    ("senders", mail::senders),
    ("recipients", mail::recipients),
    ("connections", traffic::connections),
    ("lines", lines::unrecognized),
    ("lines", lines::counts),
];

/// The names of all sections, in their order.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<_> = SECTIONS.iter().map(|(name, _)| *name).collect();
    names.dedup();
    names
}

/// Writes a report. `colour` allows terminal colours.
pub fn write(report: &Report<'_>, language: &Language, colour: bool) -> String {
    let mut page = Page::new(language, colour);
    for part in HEAD {
        part(&mut page, report);
    }
    for (_, section) in SECTIONS.iter().filter(|(name, _)| report.shows(name)) {
        section(&mut page, report);
    }
    page.finish()
}
