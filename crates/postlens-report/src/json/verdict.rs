//! The verdict and the findings.

use postlens_detect::{Evidence, Finding, FindingKind};
use serde_json::{Map, Value, json};

use crate::escape::lossless;
use crate::language::Language;
use crate::report::Report;
use crate::verdict::Verdict;
use crate::{command, finding as words, text};

pub(super) fn verdict(report: &Report<'_>, language: &Language) -> Value {
    let verdict = Verdict::of(report);
    let first = verdict.first();
    let gravities: Map<String, Value> = verdict
        .by_gravity()
        .map(|(gravity, count)| (gravity.name().to_owned(), json!(count)))
        .collect();
    json!({
        "text": text::first_line(report, &verdict, language),
        "gravity": first.map(|finding| finding.gravity.name()),
        "actor": first.map(|finding| finding.actor.name()),
        "remedy": first.map(|finding| words::remedy(finding, language)),
        "look": first.and_then(command::first),
        "findings": verdict.problems.len(),
        "open": verdict.open(),
        "gravities": gravities,
        "complete": verdict.complete,
    })
}

pub(super) fn findings(report: &Report<'_>, language: &Language) -> Value {
    let verdict = Verdict::of(report);
    verdict.problems.iter().map(|finding| object(finding, &verdict, language)).collect()
}

fn object(finding: &Finding, verdict: &Verdict<'_>, language: &Language) -> Value {
    let figures: Map<String, Value> =
        finding.figures.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let per = if finding.kind == FindingKind::ConnectionsUnusual { "minute" } else { "hour" };
    let normal = finding
        .normal
        .map(|normal| json!({ "usual": normal.usual, "most": normal.most, "per": per }));
    json!({
        "kind": finding.kind.name(),
        "gravity": finding.gravity.name(),
        "subject_kind": finding.subject.name(),
        "subject": lossless(finding.subject.text().as_ref()),
        "since": finding.onset.to_string(),
        "last": finding.last.to_string(),
        "open": finding.open,
        "amount": finding.amount,
        "figures": figures,
        "normal": normal,
        "cause": words::cause(finding).map(postlens_explain::Cause::name),
        "basis": words::cause(finding).and(finding.basis).map(postlens_explain::Basis::name),
        "actor": finding.actor.name(),
        "text": words::what(finding, language),
        "remedy": words::remedy(finding, language),
        "look": command::first(finding),
        "follows": verdict.origin(finding),
        "evidence": finding.evidence.iter().map(evidence).collect::<Vec<_>>(),
    })
}

fn evidence(line: &Evidence) -> Value {
    json!({
        "time": line.time.to_string(),
        "host": lossless(line.host.as_ref()),
        "program": lossless(line.program.as_ref()),
        "text": lossless(line.text.as_ref()),
    })
}
