//! A journey step by step.

use std::collections::HashSet;

use postlens_syntax::Time;
use postlens_trace::{Attempt, Journey, NoteKind, Traced, TracedRecipient};

use super::client;
use crate::escape::printable;
use crate::language::Language;
use crate::number::{bytes, delay};

/// One thing that happened.
pub(super) struct Step {
    pub(super) time: Time,
    /// Where its line stands, for what happened within one second.
    place: usize,
    pub(super) text: String,
}

/// Attempts of a recipient that are told one by one, at the beginning and at the end; those
/// between them are folded.
const TOLD: usize = 2;

/// What happened, in order.
pub(super) fn steps(journey: &Journey, language: &Language) -> Vec<Step> {
    let mut steps = Vec::new();
    for message in &journey.messages {
        arrival(message, language, &mut steps);
        let mut told = HashSet::new();
        for note in &message.notes {
            // At each attempt hosts that do not answer say the same.
            if note.kind == NoteKind::Trouble && !told.insert(&note.text) {
                continue;
            }
            let key = format!("trace-note-{}", note.kind.name().replace('_', "-"));
            let values = [
                ("program", printable(note.program.as_ref())),
                ("text", printable(note.text.as_ref())),
            ];
            steps.push(Step {
                time: note.time,
                place: note.place,
                text: language.with(&key, &values),
            });
        }
        for recipient in &message.recipients {
            attempts(recipient, language, &mut steps);
        }
    }
    for refused in &journey.refused {
        let values = [
            ("action", refused.action.to_owned()),
            ("stage", printable(refused.stage.as_ref())),
            ("text", printable(refused.text.as_ref())),
        ];
        let text = language.with("trace-refused", &values);
        steps.push(Step { time: refused.time, place: usize::MAX, text });
    }
    steps.sort_by_key(|step| (step.time.micros, step.place));
    steps
}

fn arrival(message: &Traced, language: &Language, steps: &mut Vec<Step>) {
    let id = message.queue_id.clone();
    if let Some(connection) = &message.connection
        && let Some(start) = connection.start
    {
        let values = [("client", client(connection, language))];
        steps.push(Step {
            time: start,
            place: message.place,
            text: language.with("trace-connected", &values),
        });
    }
    let (key, value) = match (&message.parent, message.seen_arrival, message.uid) {
        (Some((link, parent)), _, _) => {
            (format!("trace-arrived-{}", link.name().replace('_', "-")), parent.clone())
        }
        (None, false, _) => ("trace-first-seen".to_owned(), String::new()),
        (None, true, Some(uid)) => ("trace-arrived-local".to_owned(), uid.to_string()),
        (None, true, None) => ("trace-arrived".to_owned(), String::new()),
    };
    let size = message.size.map_or_else(String::new, |size| format!(", {}", bytes(size)));
    let text = language.with(&key, &[("id", id), ("value", value), ("size", size)]);
    steps.push(Step { time: message.arrival, place: message.place, text });
}

fn attempts(recipient: &TracedRecipient, language: &Language, steps: &mut Vec<Step>) {
    let all = recipient.attempts.len();
    for (index, attempt) in recipient.attempts.iter().enumerate() {
        if index >= TOLD && index + TOLD < all {
            if index == TOLD {
                let more = (all - 2 * TOLD).to_string();
                let to = printable(recipient.address.as_ref());
                let text = language.with("trace-attempts-more", &[("count", more), ("to", to)]);
                steps.push(Step { time: attempt.time, place: attempt.place, text });
            }
            continue;
        }
        let text = told(recipient, attempt, language);
        steps.push(Step { time: attempt.time, place: attempt.place, text });
    }
}

fn told(recipient: &TracedRecipient, attempt: &Attempt, language: &Language) -> String {
    let values = [
        ("to", printable(recipient.address.as_ref())),
        ("status", printable(attempt.status.as_ref())),
        ("relay", printable(attempt.relay.as_ref())),
        ("daemon", printable(attempt.daemon.as_ref())),
        ("delay", delay(attempt.delay)),
        ("reply", printable(attempt.reply.as_ref())),
    ];
    language.with("trace-attempt", &values)
}
