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

/// The sections in their order: what is wrong first, then traffic.
const SECTIONS: &[fn(&mut Page<'_>, &Report<'_>)] = &[
    lines::head,
    lines::problems,
    mail::outcomes,
    trouble::warnings,
    delivery::deferrals,
    delivery::bounces,
    refusals::reasons,
    refusals::clients,
    authentication::failures,
    authentication::logins,
    delivery::destinations,
    delivery::delays,
    traffic::days,
    traffic::hours,
    mail::senders,
    mail::recipients,
    traffic::connections,
    lines::unrecognized,
    lines::counts,
];

/// Writes a report. `colour` allows terminal colours.
pub fn write(report: &Report<'_>, language: &Language, colour: bool) -> String {
    let mut page = Page::new(language, colour);
    for section in SECTIONS {
        section(&mut page, report);
    }
    page.finish()
}
