//! The words for what journeys consist of, which all formats share.

use postlens_syntax::{Delay, Time};
use postlens_trace::{Attempt, Journey, Refused, Traced, TracedRecipient};
use postlens_track::Outcome;

use super::client;
use crate::escape::printable;
use crate::language::Language;
use crate::number::{bytes, count, delay};

/// Names and values; a value without a name goes on with the one before it.
pub(super) type Facts = Vec<(String, String)>;

/// What a journey is about.
pub(super) fn facts(journey: &Journey, language: &Language) -> Facts {
    let mut facts = Facts::new();
    match journey.first() {
        Some(first) => origin(first, language, &mut facts),
        None => {
            for refused in &journey.refused {
                refusal(refused, language, &mut facts);
            }
        }
    }
    facts
}

/// What of a journey is not in the log: recipients, its beginning, its end.
pub(super) fn missing(journey: &Journey, language: &Language) -> Vec<String> {
    let mut lines = Vec::new();
    for (number, fate) in journey.messages.iter().filter_map(|message| message.unseen) {
        let values = [("count", count(u64::from(number))), ("outcome", fate_of(fate, language))];
        lines.push(language.with("trace-unseen", &values));
    }
    if journey.begins_before() {
        lines.push(language.text("trace-begins-before"));
    }
    if journey.is_open() {
        lines.push(language.text("trace-open"));
    }
    lines
}

/// What a message is and where it came from.
fn origin(first: &Traced, language: &Language, facts: &mut Facts) {
    if let Some(connection) = &first.connection {
        facts.push((language.text("trace-from"), client(connection, language)));
    } else if let Some(uid) = first.uid {
        let from = language.with("trace-local-user", &[("uid", uid.to_string())]);
        facts.push((language.text("trace-from"), from));
    }
    let mut parts = vec![first.queue_id.clone()];
    if let Some(host) = &first.host {
        parts.push(printable(host.as_ref()));
    }
    parts.extend(first.message_id.as_ref().map(|id| printable(id.as_ref())));
    parts.extend(first.size.map(bytes));
    facts.push((language.text("trace-message"), parts.join(", ")));
}

fn refusal(refused: &Refused, language: &Language, facts: &mut Facts) {
    if let Some(connection) = &refused.connection {
        facts.push((language.text("trace-from"), client(connection, language)));
    }
    let to = refused.recipient.as_ref().map(|to| printable(to.as_ref())).unwrap_or_default();
    let key = match refused.action {
        "reject" => "trace-was-refused",
        _ => "trace-was-decided",
    };
    let values = [
        ("stage", printable(refused.stage.as_ref())),
        ("action", refused.action.to_owned()),
        ("name", refused.line.to_string()),
    ];
    facts.push((to, language.with(key, &values)));
    facts.push((String::new(), printable(refused.text.as_ref())));
    if refused.action == "reject" {
        facts.extend(why(refused.verdict, language).map(|line| (String::new(), line)));
    }
}

/// Why it failed, who must act, and what to do.
fn why(verdict: postlens_explain::Verdict, language: &Language) -> [String; 2] {
    let values = [
        ("cause", language.text(verdict.cause.key())),
        ("actor", language.text(verdict.actor().key())),
    ];
    let remedy = language.text(verdict.cause.remedy_key(verdict.side));
    [language.with("trace-why", &values), format!("→ {remedy}")]
}

/// What became of a recipient, and when.
pub(super) fn fate(recipient: &TracedRecipient, language: &Language) -> String {
    let last = recipient.decisive();
    let fate = fate_of(recipient.outcome, language);
    let values = [
        ("outcome", fate),
        ("time", at(recipient.time)),
        ("relay", last.map(|last| printable(last.relay.as_ref())).unwrap_or_default()),
        ("count", recipient.attempts.len().to_string()),
        ("since", recipient.attempts.first().map(|first| at(first.time)).unwrap_or_default()),
    ];
    let key = match (recipient.outcome, recipient.attempts.len()) {
        (_, 0) => "trace-fate",
        (Outcome::Delivered | Outcome::Relayed, _) => "trace-fate-sent",
        (_, 1) => "trace-fate-failed",
        _ => "trace-fate-failed-often",
    };
    language.with(key, &values)
}

/// What is known beside: the address before aliasing, the reply, why it failed, where the
/// time went.
pub(super) fn details(recipient: &TracedRecipient, language: &Language) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(orig) = recipient.orig.as_ref().filter(|orig| **orig != recipient.address) {
        let orig = printable(orig.as_ref());
        lines.push(language.with("trace-orig", &[("address", orig)]));
    }
    let Some(last) = recipient.decisive() else { return lines };
    lines.push(printable(last.reply.as_ref()));
    lines.extend(last.verdict.into_iter().flat_map(|verdict| why(verdict, language)));
    lines.extend(stages(last, language));
    lines
}

/// Where the time went.
fn stages(attempt: &Attempt, language: &Language) -> Option<String> {
    let delays = attempt.delays?;
    let deferred = attempt.deferred_for.map_or(0, Delay::micros);
    let before = Delay::from_micros(delays.before_qmgr.micros().saturating_sub(deferred));
    let mut values = vec![
        ("total", delay(attempt.delay)),
        ("before", delay(before)),
        ("queue", delay(delays.in_qmgr)),
        ("connection", delay(delays.connection)),
        ("transmission", delay(delays.transmission)),
    ];
    let key = if deferred > 0 {
        values.push(("deferred", delay(Delay::from_micros(deferred))));
        "trace-stages-deferred"
    } else {
        "trace-stages"
    };
    Some(language.with(key, &values))
}

fn fate_of(outcome: Outcome, language: &Language) -> String {
    language.text(&format!("outcome-{}", outcome.name()))
}

/// What became of all recipients, in a few words.
pub(super) fn fates(journey: &Journey, language: &Language) -> String {
    let mut counts: Vec<(Outcome, u64)> = Vec::new();
    let unseen = journey.messages.iter().filter_map(|message| message.unseen);
    let all = journey.outcomes().map(|(_, to)| (to.outcome, 1));
    for (outcome, number) in all.chain(unseen.map(|(number, fate)| (fate, u64::from(number)))) {
        match counts.iter_mut().find(|(known, _)| *known == outcome) {
            Some((_, count)) => *count += number,
            None => counts.push((outcome, number)),
        }
    }
    if !journey.refused.is_empty() {
        return language.text("trace-refused-short");
    }
    let told = counts.into_iter().map(|(outcome, number)| match number {
        1 => fate_of(outcome, language),
        _ => format!("{} {}", count(number), fate_of(outcome, language)),
    });
    told.collect::<Vec<_>>().join(", ")
}

/// `sender → recipients`.
pub(super) fn envelope(journey: &Journey) -> String {
    let sender = match journey.first() {
        Some(first) => first.sender.as_ref(),
        None => journey.refused.first().and_then(|refused| refused.sender.as_ref()),
    };
    let sender = sender.map_or_else(
        || "?".to_owned(),
        |sender| if sender.is_empty() { "<>".to_owned() } else { printable(sender.as_ref()) },
    );
    let mut to: Vec<String> =
        journey.outcomes().map(|(_, to)| printable(to.address.as_ref())).collect();
    to.extend(
        journey
            .refused
            .iter()
            .filter_map(|refused| Some(printable(refused.recipient.as_ref()?.as_ref()))),
    );
    to.dedup();
    let more = to.len().saturating_sub(NAMED);
    to.truncate(NAMED);
    let mut to = to.join(", ");
    if more > 0 {
        to = format!("{to} … +{more}");
    }
    format!("{sender} → {}", if to.is_empty() { "?" } else { &to })
}

/// Recipients named in a heading.
const NAMED: usize = 3;

/// `2026-11-24 10:02:11`, by the log's clock.
pub(super) fn at(time: Time) -> String {
    let civil = time.civil();
    format!("{:04}-{:02}-{:02} {}", civil.year, civil.month, civil.day, clock(time))
}

pub(super) fn clock(time: Time) -> String {
    let civil = time.civil();
    format!("{:02}:{:02}:{:02}", civil.hour, civil.minute, civil.second)
}
