//! The report as a mail: its subject, its text and HTML, and the pictures that the HTML
//! shows.

use crate::chart::{figures, png};
use crate::finding::minute;
use crate::html::Charts;
use crate::language::{Lang, Language};
use crate::number::count;
use crate::report::Report;
use crate::text::Look;
use crate::verdict::Verdict;
use crate::{escape, html, text};

/// What a mail about a report consists of.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The verdict in a line.
    pub subject: String,
    /// The text report.
    pub text: String,
    /// The HTML report, with its charts as pictures beside it.
    pub html: String,
    /// The pictures: their content IDs, and PNG files.
    pub pictures: Vec<(String, Vec<u8>)>,
}

/// Puts the parts together. The subject is `about`, or the host and the days reported on,
/// and how many problems there are.
pub fn write(report: &Report<'_>, language: &Language, about: Option<&str>) -> Mail {
    // The fonts of pictures have no letters but English ones.
    let drawn = figures::all(report, &Language::new(Lang::En));
    let pictures = drawn
        .iter()
        .filter_map(|chart| Some((html::picture_id(chart.id), png::file(chart)?)))
        .collect();
    Mail {
        subject: subject(report, language, about),
        text: text::write(report, language, Look::default()),
        html: html::write(report, language, Charts::Beside),
        pictures,
    }
}

/// Whether there is anything that somebody should look at: a problem, or a log that could
/// not be read or followed to its end.
pub fn is_called_for(report: &Report<'_>) -> bool {
    let verdict = Verdict::of(report);
    verdict.first().is_some() || !verdict.complete || report.stats.lines.period.is_none()
}

fn subject(report: &Report<'_>, language: &Language, about: Option<&str>) -> String {
    let verdict = Verdict::of(report);
    let number = verdict.problems.len() as u64;
    let about = about.map_or_else(|| self::about(report, language), str::to_owned);
    let key = if verdict.complete { "mail-subject" } else { "mail-subject-incomplete" };
    language.with(key, &[("about", about), ("count", count(number))])
}

/// `Postfix report mail.example.com 2026-11-23`
fn about(report: &Report<'_>, language: &Language) -> String {
    let lines = &report.stats.lines;
    let host = lines.hosts.iter().next().map(|host| escape::printable(host.as_ref()));
    let host = match (host, lines.hosts.len()) {
        (None, _) => language.text("no-host"),
        (Some(host), 0 | 1) => host,
        (Some(host), _) => format!("{host} …"),
    };
    let day = |time| minute(time).get(..10).unwrap_or_default().to_owned();
    let days = match lines.period.map(|(from, to)| (day(from), day(to))) {
        None => String::new(),
        Some((from, to)) if from == to => from,
        Some((from, to)) => language.with("mail-days", &[("from", from), ("to", to)]),
    };
    language.with("mail-about", &[("host", host), ("days", days)]).trim_end().to_owned()
}
