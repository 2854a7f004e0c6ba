//! `cargo xtask agreement`: how far our causes agree with replies that others have labelled.
//!
//! The labelled replies are not part of the project. They come as JSON lines with the fields
//! `text`, `reason` (a name of `crates/postlens-explain/tables/reasons.txt`) and `source`.
//! Sources, not single replies, are dealt out to the two parts, since replies of one source
//! resemble one another.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use postlens_explain::{Cause, Pasted};
use serde_json::Value;

use crate::workspace;

/// The seed of the split. It stays as it is: rules are written with the tuning part in view
/// and never with the test part.
const SEED: &str = "1";

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// JSON lines with `text`, `reason` and `source`
    file: PathBuf,
    /// Whose names the reasons are
    #[arg(long, default_value = "sisimai")]
    scheme: String,
    /// Show the replies of the tuning part that are judged otherwise
    #[arg(long)]
    differences: bool,
}

/// Which part a source belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Tuning,
    Test,
}

/// One labelled reply with our cause.
struct Judged {
    part: Part,
    reason: String,
    wanted: Vec<Cause>,
    cause: Cause,
    text: String,
}

impl Judged {
    fn agrees(&self) -> bool {
        self.wanted.contains(&self.cause)
    }
}

/// Measures and prints.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let reasons = reasons(&arguments.scheme)?;
    let file = &arguments.file;
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut judged = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let place = || format!("{}:{number}", file.display());
        judged.extend(judge(line, &reasons).with_context(place)?);
    }
    print!("{}", page(&judged, arguments.differences));
    Ok(())
}

/// The causes of each reason of a scheme.
fn reasons(scheme: &str) -> Result<BTreeMap<String, Vec<Cause>>> {
    let file = workspace::root()?.join("crates/postlens-explain/tables/reasons.txt");
    let text =
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut reasons = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let mut columns = line.split('\t');
        let (Some(of), Some(reason), Some(causes), None) =
            (columns.next(), columns.next(), columns.next(), columns.next())
        else {
            bail!("not three columns: {line}");
        };
        if of != scheme {
            continue;
        }
        let names = causes.split(' ').filter(|name| *name != "-");
        let causes: Option<Vec<_>> = names.map(Cause::from_name).collect();
        let causes = causes.with_context(|| format!("an unknown cause: {line}"))?;
        reasons.insert(reason.to_owned(), causes);
    }
    if reasons.is_empty() {
        bail!("no reasons of {scheme} in {}", file.display());
    }
    Ok(reasons)
}

/// A line's reply, unless its reason is none of a failure.
fn judge(line: &str, reasons: &BTreeMap<String, Vec<Cause>>) -> Result<Option<Judged>> {
    let value: Value = serde_json::from_str(line).context("no JSON")?;
    let field = |name: &str| {
        value.get(name).and_then(Value::as_str).with_context(|| format!("no field {name}"))
    };
    let (text, reason) = (field("text")?, field("reason")?);
    let wanted = reasons.get(reason).with_context(|| format!("an unknown reason {reason}"))?;
    if wanted.is_empty() {
        return Ok(None);
    }
    let cause = Pasted::read(text.into()).failure.verdict().cause;
    let part = part(field("source")?);
    let (reason, text) = (reason.to_owned(), text.to_owned());
    Ok(Some(Judged { part, reason, wanted: wanted.clone(), cause, text }))
}

/// The part of a source: by FNV-1a over the seed, a zero byte and the source's name.
fn part(source: &str) -> Part {
    let bytes = SEED.bytes().chain([0]).chain(source.bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    if (hash >> 32).is_multiple_of(2) { Part::Test } else { Part::Tuning }
}

/// Agreement by part, and what was taken for what.
fn page(judged: &[Judged], differences: bool) -> String {
    let mut page = String::new();
    for part in [Part::Tuning, Part::Test] {
        let of_part: Vec<_> = judged.iter().filter(|one| one.part == part).collect();
        let agree = of_part.iter().filter(|one| one.agrees()).count();
        let _ = writeln!(page, "{part:?}: {agree} of {} agree\n", of_part.len());
        confusion(&of_part, &mut page);
        page.push('\n');
    }
    let shown = judged.iter().filter(|one| differences && one.part == Part::Tuning);
    for one in shown.filter(|one| !one.agrees()) {
        let _ = writeln!(page, "{}, not {}: {}", one.reason, one.cause.name(), one.text);
    }
    page
}

/// For each reason how many agree, and what the others were taken for.
fn confusion(judged: &[&Judged], page: &mut String) {
    page.push_str("| reason | replies | agree | taken for |\n|---|---|---|---|\n");
    let mut by_reason = BTreeMap::<&str, Vec<&Judged>>::new();
    for one in judged {
        by_reason.entry(&one.reason).or_default().push(one);
    }
    for (reason, replies) in by_reason {
        let mut others = BTreeMap::<&str, u32>::new();
        for other in replies.iter().filter(|one| !one.agrees()) {
            *others.entry(other.cause.name()).or_default() += 1;
        }
        let agree = replies.iter().filter(|one| one.agrees()).count();
        let others: Vec<_> =
            others.iter().map(|(name, count)| format!("`{name}` {count}")).collect();
        let others = others.join(", ");
        let _ = writeln!(page, "| {reason} | {} | {agree} | {others} |", replies.len());
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, judge, page, part, reasons};

    #[test]
    fn every_scheme_names_known_causes() {
        assert!(reasons("sisimai").unwrap().len() > 30);
        assert!(reasons("kumomta").unwrap().len() > 10);
        assert!(reasons("nobody").is_err());
    }

    #[test]
    fn a_source_stays_in_its_part() {
        let sources = ["e.example", "f.example", "c.example", "d.example"];
        let parts = sources.map(part);
        assert_eq!(parts, [Part::Test, Part::Test, Part::Tuning, Part::Tuning]);
    }

    #[test]
    fn what_is_judged_otherwise_is_told_for_the_tuning_part_alone() {
        let reasons = reasons("sisimai").unwrap();
        let line = |reason: &str, source: &str| {
            let text = "550 5.1.1 User unknown";
            format!(r#"{{"text":"{text}","reason":"{reason}","source":"{source}"}}"#)
        };
        let lines = [
            line("userunknown", "c.example"),
            line("mailboxfull", "c.example"),
            line("systemfull", "e.example"),
            line("vacation", "a.example"),
        ];
        let judged: Vec<_> =
            lines.iter().filter_map(|line| judge(line, &reasons).unwrap()).collect();
        let page = page(&judged, true);
        assert!(page.starts_with("Tuning: 1 of 2 agree\n"), "{page}");
        assert!(page.contains("\nTest: 0 of 1 agree\n"), "{page}");
        assert!(page.contains("| mailboxfull | 1 | 0 | `user_unknown` 1 |"), "{page}");
        assert!(page.contains("mailboxfull, not user_unknown: 550"), "{page}");
        assert!(!page.contains("systemfull, not"), "{page}");
        assert!(judge(&line("nosuch", "a"), &reasons).is_err());
    }
}
