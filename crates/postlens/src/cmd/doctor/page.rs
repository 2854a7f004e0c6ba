//! Findings as text and as JSON.

use anyhow::Result;
use postlens_report::escape::printable;
use postlens_report::{Lang, Language};
use serde_json::{Value, json};

use super::Advice;

fn words(advice: &Advice, end: &str, language: &Language) -> String {
    language.with(&format!("doctor-{}{end}", advice.kind.name()), &advice.values)
}

/// For people.
pub(super) fn text(found: &[Advice], language: &Language) -> String {
    if found.is_empty() {
        return language.text("doctor-nothing") + "\n";
    }
    let mut lines = Vec::new();
    for advice in found {
        let level = language.text(&format!("doctor-level-{}", advice.level.name()));
        lines.push(format!("{level}: {}", words(advice, "", language)));
        lines.push(format!("  {}: {}", advice.at, advice.setting));
        lines.push(format!("  {}", words(advice, "-why", language)));
        lines.push(format!("  > {}", advice.fix.text(language)));
        lines.push(String::new());
    }
    lines.push(language.with("doctor-count", &[("count", &found.len().to_string())]));
    let escaped = lines.iter().map(|line| printable(line.as_str().into()) + "\n");
    escaped.collect()
}

/// For programs. Texts are English.
pub(super) fn json(found: &[Advice], unseen: &[String]) -> Result<String> {
    let language = Language::new(Lang::En);
    let findings: Vec<Value> = found
        .iter()
        .map(|advice| {
            json!({
                "kind": advice.kind.name(),
                "level": advice.level.name(),
                "file": advice.at.file.display().to_string(),
                "line": advice.at.line,
                "setting": advice.setting,
                "text": words(advice, "", &language),
                "why": words(advice, "-why", &language),
                "fix": advice.fix.text(&language),
            })
        })
        .collect();
    let page = json!({ "schema": 1, "findings": findings, "unseen": unseen });
    Ok(serde_json::to_string_pretty(&page)? + "\n")
}
