//! What is wrong, before all else.

use postlens_detect::{Finding, FindingKind};

use super::markup::Markup;
use crate::finding::{actor, cause, evidence, joined, remedy, remedy_key, what, when};
use crate::language::Language;
use crate::number::count;
use crate::report::Report;
use crate::verdict::Verdict;
use crate::{command, text};

/// The first problem with all that is known of it, or that there is none.
pub(super) fn write(out: &mut Markup, report: &Report<'_>, language: &Language) {
    let verdict = Verdict::of(report);
    if let Some(finding) = verdict.first() {
        let gravity = finding.gravity.name();
        out.raw(&format!("<section class=\"verdict {gravity}\" aria-labelledby=\"verdict\">"));
        out.raw("<h2 id=\"verdict\">");
        headline(out, finding, language);
        out.raw("</h2>");
        first(out, finding, language);
        if let Some(words) = text::more_problems(&verdict, language) {
            out.element("p", &words);
        }
    } else {
        out.raw("<section class=\"verdict\" aria-labelledby=\"verdict\">");
        out.element("h2 id=\"verdict\"", &text::first_line(report, &verdict, language));
    }
    for words in text::incomplete(report, language) {
        out.element("p class=\"warn\"", &words);
    }
    out.raw("</section>");
}

fn headline(out: &mut Markup, finding: &Finding, language: &Language) {
    let gravity = finding.gravity;
    out.element(&format!("span class=\"badge {}\"", gravity.name()), &language.text(gravity.key()));
    out.text(&what(finding, language));
}

fn first(out: &mut Markup, finding: &Finding, language: &Language) {
    let mut rows = vec![("verdict-when", joined(&when(finding, language), language), "span")];
    if let Some(cause) = cause(finding) {
        let (name, meaning) = (language.text(cause.key()), language.text(cause.definition_key()));
        let words = language.with("problem-cause", &[("cause", name), ("definition", meaning)]);
        rows.push(("verdict-cause", words, "span"));
    }
    rows.push(("verdict-actor", actor(finding, language), "strong"));
    rows.push(("verdict-remedy", remedy(finding, language), "span"));
    rows.extend(command::first(finding).map(|command| ("verdict-look", command, "code")));
    let line = finding.evidence.first();
    rows.extend(line.map(|line| ("verdict-evidence", evidence(line), "span class=\"line\"")));
    out.raw("<dl>");
    for (key, text, tag) in rows {
        out.element("dt", &language.text(key));
        out.raw("<dd>");
        out.element(tag, &text);
        out.raw("</dd>");
    }
    out.raw("</dl>");
}

/// The problems beside the first.
pub(super) fn problems(out: &mut Markup, report: &Report<'_>, language: &Language) {
    let verdict = Verdict::of(report);
    let others = verdict.problems.get(1..).unwrap_or_default();
    out.element("h2 id=\"problems-h\"", &language.text("section-problems"));
    out.raw("<ol class=\"problems\">");
    // What to do is not said again for the next of the same kind.
    let mut told: Vec<String> = verdict.first().map(remedy_key).into_iter().collect();
    for (number, finding) in (2..).zip(others).take(report.top.max(1)) {
        out.raw("<li>");
        out.raw("<h3>");
        out.text(&format!("{number}. "));
        headline(out, finding, language);
        out.raw("</h3>");
        let origin = verdict.origin(finding).map(|place| count(place as u64 + 1));
        problem(out, finding, origin, &mut told, language);
        out.raw("</li>");
    }
    out.raw("</ol>");
    let left = others.len().saturating_sub(report.top.max(1));
    if left > 0 {
        let words = language.with("more", &[("count", count(left as u64))]);
        out.element("p class=\"note\"", &words);
    }
}

fn problem(
    out: &mut Markup,
    finding: &Finding,
    origin: Option<String>,
    told: &mut Vec<String>,
    language: &Language,
) {
    let mut parts = when(finding, language);
    if let Some(origin) = origin {
        parts.push(language.with("problem-follows", &[("number", origin)]));
        out.element("p class=\"when\"", &joined(&parts, language));
        return;
    }
    let in_headline = finding.kind == FindingKind::DestinationDeferring;
    if let Some(cause) = cause(finding).filter(|_| !in_headline) {
        parts.push(language.with("problem-because", &[("cause", language.text(cause.key()))]));
    }
    parts.push(language.with("problem-actor", &[("actor", actor(finding, language))]));
    out.element("p class=\"when\"", &joined(&parts, language));
    let key = remedy_key(finding);
    if !told.contains(&key) {
        out.element("p", &remedy(finding, language));
        told.push(key);
    }
    if let Some(line) = finding.evidence.first() {
        out.element("span class=\"line\"", &evidence(line));
    }
}
