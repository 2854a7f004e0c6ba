//! The kinds of findings with their thresholds and remedies, from the enum, the detectors'
//! rules and the English words of the reports.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use postlens_detect::{FindingKind, Rule};

use super::Words;

const HEAD: &str = "# Findings

<!-- Made by `cargo xtask book` from the list of findings, the detectors' thresholds and the
words of the reports. -->

A finding says what is wrong: since when, for whom, how much, compared with what is usual, who
must act and what to do, with lines that show it. Of equally grave ones the first in the table
is told first. One that only follows from a graver one at the same time says so and comes last.

Something is wrong when it happens more often than is let pass. A level is lifted by each
event and sinks steadily; at a given height it is a finding, which began with the event that
lifted the level off the bottom. What is let pass is a number of events per hour, or some times
what is usual, if that is more. What is usual is the average from the log's beginning to the
beginning of the incident. In the first hour of a log it is only learned, and twice as much is
let pass until a day was seen; where any is too much, or more than some number an hour is
never usual, it counts from the first line on. With `--period`, days before it belong to what is
usual, as [the report](report.md#periods) says.

";

/// The page.
pub(super) fn render(root: &Path) -> Result<String> {
    let words = Words::read(root, &["findings", "causes"])?;
    let word = |key: &str| words.get(key);
    let mut page = HEAD.to_owned();
    page.push_str("| finding | gravity | who must act |\n|---|---|---|\n");
    let mut kinds = FindingKind::ALL.to_vec();
    kinds.sort_by_key(|kind| (std::cmp::Reverse(kind.gravity()), *kind));
    for kind in &kinds {
        let (gravity, actor) = (word(kind.gravity().key())?, word(kind.actor().key())?);
        writeln!(page, "| [`{0}`](#{0}) | {gravity} | {actor} |", kind.name())?;
    }
    for kind in &kinds {
        let (counted, rules) = kind.rules();
        writeln!(page, "\n## {}\n", kind.name())?;
        for key in kind.keys() {
            let sentence = word(&key)?.replace("{ $", "*").replace("{ counted-", "*");
            writeln!(page, "> {}\n", sentence.replace(" }", "*"))?;
        }
        writeln!(page, "Counted are {counted}.")?;
        for rule in rules {
            writeln!(page, "\n- {}", said(rule))?;
        }
        writeln!(page, "\n{}", word(&kind.remedy_key())?)?;
    }
    Ok(page)
}

/// A rule in words.
fn said(rule: Rule) -> String {
    let mut text = format!("{} at once", rule.least);
    if rule.pace > 0.0 {
        let _ = write!(text, ", beyond {} an hour", (rule.pace * 60.0).round());
    }
    if rule.times > 0.0 {
        let _ = write!(text, " or {} times the usual", rule.times);
    }
    if rule.most.is_finite() {
        let _ = write!(text, "; more than {} an hour is never usual", (rule.most * 60.0).round());
    }
    text
}
