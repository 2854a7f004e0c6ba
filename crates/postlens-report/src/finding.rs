//! Findings in words.

use bstr::ByteSlice;
use postlens_detect::{Evidence, Finding, FindingKind, Subject};
use postlens_explain::{Cause, Side};
use postlens_syntax::Time;

use crate::escape::printable;
use crate::language::Language;
use crate::number::{count, rate};

/// What is wrong, in one sentence.
pub fn what(finding: &Finding, language: &Language) -> String {
    let subject = printable(finding.subject.text().as_bstr());
    let amount = count(finding.amount);
    let figures: Vec<_> =
        finding.figures.iter().map(|(name, value)| (*name, count(*value))).collect();
    let cause = language.text(cause(finding).unwrap_or(Cause::Unknown).key());
    let mut values =
        vec![("subject", subject.as_str()), ("amount", amount.as_str()), ("cause", cause.as_str())];
    values.extend(figures.iter().map(|(name, value)| (*name, value.as_str())));
    language.with(&finding.key(), &values)
}

/// The same with its gravity in front: the line that tells a problem.
pub fn headline(finding: &Finding, language: &Language) -> String {
    let gravity = language.text(finding.gravity.key()).to_uppercase();
    let what = what(finding, language);
    language.with("problem-headline", &[("gravity", &gravity), ("what", &what)])
}

/// Since when or from when to when, and what is usual.
pub fn when(finding: &Finding, language: &Language) -> Vec<String> {
    let mut parts = vec![span(finding, language)];
    if let Some(normal) = finding.normal {
        let usual = rate(normal.usual);
        let most = normal.most.map(rate);
        let key = match &most {
            Some(_) => "finding-usual-per-minute",
            None if usual == "0" => "finding-usual-none",
            None => "finding-usual-per-hour",
        };
        let most = most.unwrap_or_default();
        parts.push(language.with(key, &[("usual", &usual), ("most", &most)]));
    }
    parts
}

/// Why mail failed. Mail of one sender fails for as many reasons as it has recipients.
pub fn cause(finding: &Finding) -> Option<Cause> {
    let mixed = matches!(finding.subject, Subject::Sender(_));
    finding.cause.filter(|cause| !mixed && *cause != Cause::Unknown)
}

/// Parts of a line as one text.
pub(crate) fn joined(parts: &[String], language: &Language) -> String {
    parts.join(&language.text("separator-parts"))
}

fn span(finding: &Finding, language: &Language) -> String {
    let onset = minute(finding.onset);
    if finding.open {
        return language.with("problem-since", &[("onset", &onset)]);
    }
    let last = minute(finding.last);
    let seconds = (finding.last.micros - finding.onset.micros).div_euclid(1_000_000);
    if onset == last {
        return language.with("problem-at", &[("onset", &onset)]);
    }
    // The day is not said twice.
    let same_day = onset.get(..10) == last.get(..10);
    let last = if same_day { last.get(11..).unwrap_or_default() } else { &last };
    let lasted = duration(seconds, language);
    let values = [("onset", onset.as_str()), ("last", last), ("lasted", &lasted)];
    language.with("problem-span", &values)
}

/// A span of time in its largest unit that leaves at least two: `58 min`, `22 h`, `3 d`.
pub(crate) fn duration(seconds: i64, language: &Language) -> String {
    let (key, unit) = match seconds {
        ..120 => ("duration-seconds", 1),
        120..7_200 => ("duration-minutes", 60),
        7_200..172_800 => ("duration-hours", 3_600),
        _ => ("duration-days", 86_400),
    };
    let value = (seconds + unit / 2) / unit;
    language.with(key, &[("value", &value.to_string())])
}

/// Who must act.
pub fn actor(finding: &Finding, language: &Language) -> String {
    language.text(finding.actor.key())
}

/// What to do. Where the cause says it better than the kind of problem does, the cause's.
pub fn remedy(finding: &Finding, language: &Language) -> String {
    language.text(&remedy_key(finding))
}

/// The key of [`remedy`].
pub fn remedy_key(finding: &Finding) -> String {
    match finding.cause {
        Some(cause) if finding.kind == FindingKind::DestinationDeferring => {
            cause.remedy_key(Side::Peer).to_owned()
        }
        _ => finding.remedy.clone(),
    }
}

/// A line that shows it, with its time without the year.
pub fn evidence(line: &Evidence) -> String {
    let minute = minute(line.time);
    let (minute, second) = (minute.get(5..).unwrap_or_default(), line.time.civil().second);
    // What was not seen as a line has neither host nor program.
    let text = if line.program.is_empty() {
        format!("{minute}:{second:02} {}", line.text)
    } else {
        format!("{minute}:{second:02} {} {}: {}", line.host, line.program, line.text)
    };
    printable(text.as_str().into())
}

/// A time to the minute, as the log's clock showed it.
pub(crate) fn minute(time: Time) -> String {
    let civil = time.civil();
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}",
        civil.year, civil.month, civil.day, civil.hour, civil.minute
    )
}
