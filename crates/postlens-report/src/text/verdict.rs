//! What is wrong, before all else.

use postlens_detect::{Finding, FindingKind, Gravity};

use super::page::{Fit, Page};
use crate::finding::{
    actor, cause, duration, evidence, headline, joined, remedy, remedy_key, when,
};
use crate::number::count;
use crate::report::Report;
use crate::verdict::Verdict;
use crate::{command, language::Language};

/// The verdict's first line: the problem to be looked at first, or that there is none.
pub fn first_line(report: &Report<'_>, verdict: &Verdict<'_>, language: &Language) -> String {
    match verdict.first() {
        Some(finding) => headline(finding, language),
        None => quiet(report, verdict, language),
    }
}

pub(super) fn verdict(page: &mut Page<'_>, report: &Report<'_>) {
    let verdict = Verdict::of(report);
    page.space();
    let line = first_line(report, &verdict, page.language());
    match verdict.first() {
        Some(finding) => {
            page.grave(finding.gravity, &line);
            first(page, finding);
            if let Some(words) = more(&verdict, page.language()) {
                page.paragraph(2, &words, Fit::Wrap);
            }
        }
        None => page.bold(&line),
    }
    for words in incomplete(report, page.language()) {
        page.warning(&words);
    }
}

/// All that is known of the first problem.
fn first(page: &mut Page<'_>, finding: &Finding) {
    let language = page.language();
    let mut rows = vec![("verdict-when", joined(&when(finding, language), language), Fit::Wrap)];
    if let Some(cause) = cause(finding) {
        let (name, meaning) = (language.text(cause.key()), language.text(cause.definition_key()));
        let values = [("cause", name.as_str()), ("definition", meaning.as_str())];
        rows.push(("verdict-cause", language.with("problem-cause", &values), Fit::Wrap));
    }
    rows.push(("verdict-actor", actor(finding, language), Fit::Wrap));
    rows.push(("verdict-remedy", remedy(finding, language), Fit::Wrap));
    rows.extend(command::first(finding).map(|command| ("verdict-look", command, Fit::Wrap)));
    let line = finding.evidence.first();
    rows.extend(line.map(|line| ("verdict-evidence", evidence(line), Fit::Lines(4))));
    page.labelled(&rows);
}

/// How many problems there are, and whether all are over; `None` for one or none.
pub(crate) fn more(verdict: &Verdict<'_>, language: &Language) -> Option<String> {
    if verdict.problems.len() < 2 {
        return None;
    }
    let of_gravity = |(gravity, number): (Gravity, u64)| {
        let (number, gravity) = (count(number), language.text(gravity.key()));
        language.with("verdict-grave", &[("count", &number), ("gravity", &gravity)])
    };
    let kinds: Vec<String> = verdict.by_gravity().map(of_gravity).collect();
    let kinds = kinds.join(&language.text("separator-list"));
    let (all, open) = (count(verdict.problems.len() as u64), count(verdict.open()));
    let values = [("all", all.as_str()), ("kinds", &kinds), ("open", &open)];
    Some(language.with("verdict-more", &values))
}

fn quiet(report: &Report<'_>, verdict: &Verdict<'_>, language: &Language) -> String {
    let outcomes = &report.stats.outcomes;
    let refusals = &report.stats.refusals.actions;
    let seen = outcomes.mails.total() + outcomes.recipients.total() + refusals.total();
    if report.filter.is_some() && report.stats.lines.total() + seen == 0 {
        return language.text("verdict-no-match");
    }
    let Some((from, to)) = report.stats.lines.period else { return language.text("nothing") };
    let seconds = (to.micros - from.micros).div_euclid(1_000_000);
    let mails = count(outcomes.mails.total());
    let (lines, lasted) = (count(report.stats.lines.total()), duration(seconds, language));
    let values = [("mails", mails.as_str()), ("lines", &lines), ("lasted", &lasted)];
    let key = match (seen, verdict.complete) {
        (0, _) if report.filter.is_none() => "verdict-no-mail",
        (_, false) => "verdict-quiet-incomplete",
        (_, true) if seconds + learned(report) < SHORT => "verdict-quiet-short",
        (_, true) => "verdict-quiet",
    };
    language.with(key, &values)
}

/// Seconds before the period that tell what is usual too.
fn learned(report: &Report<'_>) -> i64 {
    let learned = report.learned.and_then(|learned| learned.from.zip(learned.to));
    learned.map_or(0, |(from, to)| (to.micros - from.micros).div_euclid(1_000_000))
}

/// Logs of fewer seconds say nothing about what is usual.
const SHORT: i64 = 2 * 3_600;

/// Why figures may be too low.
pub(crate) fn incomplete(report: &Report<'_>, language: &Language) -> Vec<String> {
    let problems = &report.source.problems;
    let mut words = Vec::new();
    if let Some((problem, _)) = problems.first() {
        let problem = crate::escape::printable(problem.as_str().into());
        let number = count(problems.len() as u64);
        let values = [("count", &number), ("problem", &problem)];
        words.push(language.with("verdict-unread", &values));
    }
    let evicted = report.source.tracker.messages_evicted;
    if evicted > 0 {
        words.push(language.with("evicted", &[("count", &count(evicted))]));
    }
    words
}

/// The problems beside the first.
pub(super) fn problems(page: &mut Page<'_>, report: &Report<'_>) {
    let verdict = Verdict::of(report);
    let others = verdict.problems.get(1..).unwrap_or_default();
    if others.is_empty() {
        return;
    }
    page.heading("section-problems");
    // What to do is not said again for the next of the same kind.
    let mut told: Vec<String> = verdict.first().map(remedy_key).into_iter().collect();
    for (number, finding) in (2..).zip(others).take(report.top.max(1)) {
        let line = format!("{number:>2}  {}", headline(finding, page.language()));
        page.grave(finding.gravity, &line);
        let origin = verdict.origin(finding).map(|place| count(place as u64 + 1));
        problem(page, finding, origin.as_deref(), &mut told);
    }
    page.more_paragraphs(4, others.len().saturating_sub(report.top.max(1)));
}

fn problem(page: &mut Page<'_>, finding: &Finding, origin: Option<&str>, told: &mut Vec<String>) {
    let language = page.language();
    let mut parts = when(finding, language);
    if let Some(origin) = origin {
        parts.push(language.with("problem-follows", &[("number", origin)]));
        page.paragraph(4, &joined(&parts, language), Fit::Wrap);
        return;
    }
    let in_headline = finding.kind == FindingKind::DestinationDeferring;
    if let Some(cause) = cause(finding).filter(|_| !in_headline) {
        parts.push(language.with("problem-because", &[("cause", &language.text(cause.key()))]));
    }
    parts.push(language.with("problem-actor", &[("actor", &actor(finding, language))]));
    page.paragraph(4, &joined(&parts, language), Fit::Wrap);
    let key = remedy_key(finding);
    if !told.contains(&key) {
        page.paragraph(4, &remedy(finding, language), Fit::Wrap);
        told.push(key);
    }
    if let Some(line) = finding.evidence.first() {
        page.paragraph(4, &format!("> {}", evidence(line)), Fit::Lines(3));
    }
}
