//! Journeys as text.

use postlens_syntax::{Delay, Time};
use postlens_trace::{Attempt, Journey, Refused, Traced, TracedRecipient, name_of};
use postlens_track::Outcome;
use unicode_width::UnicodeWidthStr;

use super::steps::steps;
use super::{Telling, client};
use crate::escape::printable;
use crate::language::Language;
use crate::number::{bytes, count, delay};

/// Tells journeys one after the other.
pub fn write(journeys: &[Journey], language: &Language, telling: Telling) -> String {
    let mut out = Out { text: String::new(), colour: telling.colour };
    for (index, journey) in journeys.iter().enumerate() {
        if index > 0 {
            out.line(0, "");
        }
        tell(journey, language, telling, &mut out);
    }
    out.text
}

/// One line for each journey: when, what it is called, from whom to whom, what became of it.
pub fn list(journeys: &[Journey], language: &Language) -> String {
    let mut out = Out { text: String::new(), colour: false };
    for journey in journeys {
        let name = journey.first().map_or_else(
            || journey.refused.first().map(|refused| name_of(refused.line)).unwrap_or_default(),
            |message| message.queue_id.clone(),
        );
        let fate = fates(journey, language);
        out.line(0, &format!("{}  {name}  {}  {fate}", at(journey.begin()), envelope(journey)));
    }
    out.text
}

struct Out {
    text: String,
    colour: bool,
}

impl Out {
    fn line(&mut self, indent: usize, text: &str) {
        self.text.push_str(&" ".repeat(indent));
        self.text.push_str(text);
        let end = self.text.trim_end().len();
        // Blank lines stay.
        self.text.truncate(end.max(self.text.rfind('\n').map_or(0, |at| at + 1)));
        self.text.push('\n');
    }

    fn bold(&mut self, text: &str) {
        let text = if self.colour { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() };
        self.line(0, &text);
    }

    /// A name in a column of its own, and what it is.
    fn field(&mut self, name: &str, value: &str) {
        if let Some(gap) = NAMES.checked_sub(name.width()).filter(|gap| *gap > 0) {
            self.line(2, &format!("{name}{}{value}", " ".repeat(gap)));
        } else {
            self.line(2, name);
            self.line(2 + NAMES, value);
        }
    }
}

/// Columns of the names of fields.
const NAMES: usize = 12;

fn tell(journey: &Journey, language: &Language, telling: Telling, out: &mut Out) {
    out.bold(&format!("{}  {}", at(journey.begin()), envelope(journey)));
    match journey.first() {
        Some(first) => origin(first, language, out),
        None => {
            for refused in &journey.refused {
                refusal(refused, language, out);
            }
        }
    }
    for (_, recipient) in journey.outcomes() {
        outcome(recipient, language, out);
    }
    for message in &journey.messages {
        if let Some((number, fate)) = message.unseen {
            let values =
                [("count", count(u64::from(number))), ("outcome", fate_of(fate, language))];
            out.field("", &language.with("trace-unseen", &values));
        }
    }
    if journey.begins_before() {
        out.field("", &language.text("trace-begins-before"));
    }
    if journey.is_open() {
        out.field("", &language.text("trace-open"));
    }
    out.line(0, "");
    let all = steps(journey, language);
    let begin = all.first().map_or(0, |step| step.time.micros);
    for step in &all {
        let since = u64::try_from(step.time.micros - begin).unwrap_or_default();
        let since = match since {
            0 => String::new(),
            _ => format!("+{}", delay(Delay::from_micros(since))),
        };
        out.line(2, &format!("{}  {since:>9}  {}", clock(step.time), step.text));
    }
    if telling.lines {
        out.line(0, "");
        for line in &journey.lines {
            out.line(2, &printable(bstr::BStr::new(&line.bytes)));
        }
    }
}

fn origin(first: &Traced, language: &Language, out: &mut Out) {
    if let Some(connection) = &first.connection {
        out.field(&language.text("trace-from"), &client(connection, language));
    } else if let Some(uid) = first.uid {
        let from = language.with("trace-local-user", &[("uid", uid.to_string())]);
        out.field(&language.text("trace-from"), &from);
    }
    let mut parts = vec![first.queue_id.clone()];
    if let Some(host) = &first.host {
        parts.push(printable(host.as_ref()));
    }
    parts.extend(first.message_id.as_ref().map(|id| printable(id.as_ref())));
    parts.extend(first.size.map(bytes));
    out.field(&language.text("trace-message"), &parts.join(", "));
}

fn refusal(refused: &Refused, language: &Language, out: &mut Out) {
    if let Some(connection) = &refused.connection {
        out.field(&language.text("trace-from"), &client(connection, language));
    }
    let to = refused.recipient.as_ref().map(|to| printable(to.as_ref())).unwrap_or_default();
    let key = match refused.action {
        "reject" => "trace-was-refused",
        _ => "trace-was-decided",
    };
    let values = [
        ("stage", printable(refused.stage.as_ref())),
        ("action", refused.action.to_owned()),
        ("name", name_of(refused.line)),
    ];
    out.field(&to, &language.with(key, &values));
    out.field("", &printable(refused.text.as_ref()));
    if refused.action == "reject" {
        why(refused.verdict, language, out);
    }
}

/// Why it failed, who must act, and what to do.
fn why(verdict: postlens_explain::Verdict, language: &Language, out: &mut Out) {
    let values = [
        ("cause", language.text(verdict.cause.key())),
        ("actor", language.text(verdict.actor().key())),
    ];
    out.field("", &language.with("trace-why", &values));
    let remedy = language.text(verdict.cause.remedy_key(verdict.side));
    out.field("", &format!("→ {remedy}"));
}

fn outcome(recipient: &TracedRecipient, language: &Language, out: &mut Out) {
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
    let address = printable(recipient.address.as_ref());
    out.field(&address, &language.with(key, &values));
    if let Some(orig) = recipient.orig.as_ref().filter(|orig| **orig != recipient.address) {
        let orig = printable(orig.as_ref());
        out.field("", &language.with("trace-orig", &[("address", orig)]));
    }
    let Some(last) = last else { return };
    out.field("", &printable(last.reply.as_ref()));
    if let Some(verdict) = last.verdict {
        why(verdict, language, out);
    }
    stages(last, language, out);
}

/// Where the time went.
fn stages(attempt: &Attempt, language: &Language, out: &mut Out) {
    let Some(delays) = attempt.delays else { return };
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
    out.field("", &language.with(key, &values));
}

fn fate_of(outcome: Outcome, language: &Language) -> String {
    language.text(&format!("outcome-{}", outcome.name()))
}

/// What became of all recipients, in a few words.
fn fates(journey: &Journey, language: &Language) -> String {
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
fn envelope(journey: &Journey) -> String {
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
fn at(time: Time) -> String {
    let civil = time.civil();
    format!("{:04}-{:02}-{:02} {}", civil.year, civil.month, civil.day, clock(time))
}

fn clock(time: Time) -> String {
    let civil = time.civil();
    format!("{:02}:{:02}:{:02}", civil.hour, civil.minute, civil.second)
}
