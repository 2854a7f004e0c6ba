//! From lines to journeys.

use std::collections::{BTreeMap, HashMap};

use bstr::{BStr, BString};
use postlens_explain::Failure;
use postlens_syntax::neighbour::Neighbour;
use postlens_syntax::postfix::delivery::DeliveryStatus;
use postlens_syntax::{Daemon, Entry, Event, Time};
use postlens_track::{
    Delivery, Limits, Message, Observation, Record, RecordSink, Refusal, Tracker,
};

use crate::connection::{Session, at, attend, connections};
use crate::journey::{
    Attempt, Connection, Journey, Note, NoteKind, Refused, Traced, TracedRecipient,
};
use crate::query::unbracketed;
use crate::trail::{KeptLine, Trail, session};

/// Makes journeys of a trail's lines: those that the query is about, in the order of their
/// beginnings.
pub fn assemble(trail: &Trail) -> Vec<Journey> {
    let records = track(trail);
    let mut messages = records.messages;
    let roots = roots(&messages);
    let names = Names::of(&messages);
    let mut lines: Vec<Vec<KeptLine>> = messages.iter().map(|_| Vec::new()).collect();
    let mut hit = vec![false; messages.len()];
    for (place, line) in trail.lines().enumerate() {
        let entry = Entry::parse(&line.bytes);
        let event = Event::parse(&entry);
        for index in names.of_line(&event) {
            let Some(message) = messages.get_mut(*index).filter(|it| lives_at(it, line.time))
            else {
                continue;
            };
            note(message, line.time, place, &entry, &event);
            if let (Some(lines), Some(hit)) = (lines.get_mut(*index), hit.get_mut(*index)) {
                lines.push(line.clone());
                *hit |= trail.hit_at(line.id);
            }
        }
    }
    let clients = connections(trail);
    // In an order, so that those of one second always come in the same.
    let mut journeys: BTreeMap<usize, (bool, Journey)> = BTreeMap::new();
    let parts = messages.into_iter().zip(lines).zip(hit).zip(&roots);
    for (((mut message, lines), hit), root) in parts {
        attend(&mut message, &lines, &clients);
        let (wanted, journey) = journeys.entry(*root).or_default();
        *wanted |= hit;
        journey.messages.push(message);
        journey.lines.extend(lines);
    }
    let mut all: Vec<Journey> =
        journeys.into_values().filter(|(wanted, _)| *wanted).map(|(_, journey)| journey).collect();
    let asked = |refused: &Refused| trail.hit_at(refused.line);
    let refusals = records.refused.into_iter().filter(asked);
    all.extend(refusals.map(|refused| refusal(refused, trail, &clients)));
    for journey in &mut all {
        journey.lines.sort_by_key(|line| (line.time.micros, line.id));
        journey.lines.dedup_by_key(|line| line.id);
        // A hop may arrive within the second of the one before it.
        journey.messages.sort_by_key(|message| (message.arrival, message.parent.is_some()));
    }
    all.sort_by_key(Journey::begin);
    all
}

/// For each message the first one of its journey.
fn roots(messages: &[Traced]) -> Vec<usize> {
    let parent_of = |index: usize| -> Option<usize> {
        let message = messages.get(index)?;
        let (_, id) = message.parent.as_ref()?;
        // Short IDs come again: the parent is the latest with that ID that had begun.
        messages
            .iter()
            .enumerate()
            .filter(|(other, parent)| *other != index && parent.queue_id == *id)
            .filter(|(_, parent)| parent.arrival.micros <= message.last_seen.micros)
            .max_by_key(|(_, parent)| parent.arrival)
            .map(|(other, _)| other)
    };
    (0..messages.len())
        .map(|index| {
            let mut root = index;
            // Never in a circle, whatever the log says.
            for _ in 0..messages.len() {
                match parent_of(root) {
                    Some(parent) => root = parent,
                    None => break,
                }
            }
            root
        })
        .collect()
}

/// Lines of a message may be this late, in microseconds.
const LATE: i64 = 60 * 1_000_000;

fn lives_at(message: &Traced, time: Time) -> bool {
    (message.arrival.micros - LATE..=message.last_seen.micros + LATE).contains(&time.micros)
}

/// Messages by what lines call them.
struct Names {
    queue_ids: HashMap<BString, Vec<usize>>,
    message_ids: HashMap<BString, Vec<usize>>,
}

impl Names {
    fn of(messages: &[Traced]) -> Self {
        let mut names = Self { queue_ids: HashMap::new(), message_ids: HashMap::new() };
        for (index, message) in messages.iter().enumerate() {
            let id = BString::from(message.queue_id.as_str());
            names.queue_ids.entry(id).or_default().push(index);
            if let Some(id) = &message.message_id {
                let id = BString::from(unbracketed(id));
                names.message_ids.entry(id).or_default().push(index);
            }
        }
        names
    }

    /// The messages that a line may be about.
    fn of_line(&self, event: &Event<'_>) -> &[usize] {
        let by_message_id = |id: &[u8]| self.message_ids.get(BStr::new(unbracketed(id)));
        let found = match (event.queue_id(), event) {
            (Some(id), _) => self.queue_ids.get(id.as_bstr()),
            (None, Event::Neighbour(Neighbour::Mailbox(mailbox))) => {
                by_message_id(mailbox.message_id)
            }
            (None, Event::Neighbour(Neighbour::Filter(verdict))) => {
                verdict.message_id.and_then(|id| by_message_id(id))
            }
            _ => None,
        };
        found.map_or(&[], Vec::as_slice)
    }
}

/// Adds what a line says about a message.
fn note(message: &mut Traced, time: Time, place: usize, entry: &Entry<'_>, event: &Event<'_>) {
    message.place = message.place.min(place);
    message.host = message.host.take().or_else(|| entry.host.map(ToOwned::to_owned));
    if entry.tag.known.is_some_and(Daemon::is_postfix) && message.instance.is_none() {
        message.instance = entry.tag.instance().map(ToOwned::to_owned);
    }
    if let Some(kind) = kind_of(event) {
        let (program, text) = (entry.tag.program.to_owned(), words(entry, message));
        message.notes.push(Note { time, place, kind, program, text });
    }
}

/// A line's text without the queue ID at its beginning.
fn words(entry: &Entry<'_>, message: &Traced) -> BString {
    let text: &[u8] = entry.text;
    let rest = text.strip_prefix(message.queue_id.as_bytes());
    let rest = rest.and_then(|rest| rest.strip_prefix(b": "));
    rest.unwrap_or(text).into()
}

/// What kind of note a line is; `None` for what the message's other fields say.
fn kind_of(event: &Event<'_>) -> Option<NoteKind> {
    Some(match event {
        Event::Delivery(_)
        | Event::Accepted(_)
        | Event::MessageId(_)
        | Event::Pickup(_)
        | Event::Active(_)
        | Event::Removed(_)
        | Event::TlsSession(_) => return None,
        Event::ContentCheck(_) => NoteKind::ContentCheck,
        Event::Decision(_) => NoteKind::Decision,
        Event::Notification(_) => NoteKind::Notification,
        Event::Postsuper(_) | Event::Expired(_) => NoteKind::Admin,
        Event::RemoteTrouble(_) | Event::ConnectFailure(_) | Event::SessionTrouble(_) => {
            NoteKind::Trouble
        }
        Event::Neighbour(Neighbour::Filter(_)) => NoteKind::Filter,
        Event::Neighbour(Neighbour::Authentication(_)) => NoteKind::Authentication,
        Event::Neighbour(Neighbour::Greylist(_)) => NoteKind::Greylisting,
        Event::Neighbour(Neighbour::Mailbox(_)) => NoteKind::Mailbox,
        _ => NoteKind::Other,
    })
}

/// A kept line as the tracker takes it.
pub(crate) fn observation<'a>(
    line: &'a KeptLine,
    entry: &'a Entry<'a>,
    event: &'a Event<'a>,
) -> Observation<'a> {
    Observation {
        time: line.time,
        stamped: line.stamped,
        entry,
        bytes: &line.bytes,
        event,
        line: line.id,
        weight: entry.repeat.max(1),
        echo: false,
    }
}

/// What the tracker makes of a trail's lines.
#[derive(Debug, Default)]
struct Records {
    messages: Vec<Traced>,
    refused: Vec<Refused>,
    attempts: Vec<(String, BString, Option<BString>, Attempt)>,
    /// The line's place in the trail.
    place: usize,
}

fn track(trail: &Trail) -> Records {
    let mut records = Records::default();
    let mut tracker = Tracker::new(Limits { message_idle: i64::MAX / 4, ..Limits::default() });
    for (place, line) in trail.lines().enumerate() {
        let entry = Entry::parse(&line.bytes);
        let event = Event::parse(&entry);
        records.place = place;
        tracker.observe(&observation(line, &entry, &event), &mut records);
    }
    tracker.finish(&mut records);
    records
}

impl RecordSink for Records {
    fn record(&mut self, record: &Record<'_>) {
        match record {
            Record::Delivery(delivery) => self.attempts.push(attempt(delivery, self.place)),
            Record::Message(message) => {
                let traced = self.message(message);
                self.messages.push(traced);
            }
            Record::Refusal(refusal) if refusal.decision.queue_id.is_none() => {
                self.refused.push(refused(refusal));
            }
            Record::Refusal(_) | Record::Session(_) => {}
        }
    }
}

impl Records {
    fn message(&mut self, message: &Message<'_>) -> Traced {
        let queue_id = message.queue_id.to_string();
        let span = message.arrival.micros - LATE..=message.last_seen.micros + LATE;
        let mut recipients: Vec<TracedRecipient> = message
            .recipients
            .iter()
            .map(|recipient| TracedRecipient {
                address: recipient.address.to_owned(),
                orig: recipient.orig.map(ToOwned::to_owned),
                outcome: recipient.outcome,
                time: recipient.time,
                attempts: Vec::new(),
            })
            .collect();
        self.attempts.retain(|(id, address, orig, attempt)| {
            if *id != queue_id || !span.contains(&attempt.time.micros) {
                return true;
            }
            let known = recipients.iter_mut().find(|known| {
                known.address == *address
                    && (known.orig == *orig || orig.as_ref() == Some(&known.address))
            });
            let Some(recipient) = known else { return true };
            recipient.attempts.push(attempt.clone());
            false
        });
        let connection = message.client_address.map(|address| Connection {
            name: message.client_name.map(ToOwned::to_owned),
            address: address.to_owned(),
            username: message.sasl_username.map(ToOwned::to_owned),
            ..Connection::default()
        });
        Traced {
            queue_id,
            place: usize::MAX,
            host: None,
            instance: None,
            arrival: message.arrival,
            seen_arrival: message.seen_arrival,
            last_seen: message.last_seen,
            ended: message.ended,
            origin: message.origin,
            parent: message.parent.map(|(link, id)| (link, id.to_string())),
            sender: message.sender.map(ToOwned::to_owned),
            size: message.size,
            message_id: message.message_id.map(ToOwned::to_owned),
            uid: message.uid,
            connection,
            recipients,
            unseen: message.unseen,
            notes: Vec::new(),
        }
    }
}

fn attempt(delivery: &Delivery<'_>, place: usize) -> (String, BString, Option<BString>, Attempt) {
    let line = delivery.line;
    let failed = !matches!(line.status, DeliveryStatus::Sent | DeliveryStatus::Deliverable);
    let attempt = Attempt {
        time: delivery.time,
        place,
        daemon: delivery.tag.daemon().to_owned(),
        status: line.status.as_bstr().to_owned(),
        relay: line.relay.to_bstring(),
        dsn: line.dsn.map(ToOwned::to_owned),
        reply: line.reply.to_owned(),
        delay: line.delay,
        delays: line.delays,
        deferred_for: delivery.deferred_for,
        verdict: failed.then(|| Failure::from(line).verdict()),
        queued_as: line.queued_as().map(|id| id.to_string()),
    };
    let id = line.queue_id.to_string();
    (id, line.recipient.to_owned(), line.orig_recipient.map(ToOwned::to_owned), attempt)
}

fn refused(refusal: &Refusal<'_>) -> Refused {
    let decision = refusal.decision;
    let owned = |text: Option<&BStr>| text.map(ToOwned::to_owned);
    let connection = refusal.client.map(|client| Connection {
        name: owned(client.name),
        address: client.address.to_owned(),
        helo: owned(decision.envelope.helo),
        username: owned(refusal.sasl_username),
        ..Connection::default()
    });
    Refused {
        time: refusal.time,
        line: refusal.line,
        action: decision.action.name(),
        stage: decision.stage.to_owned(),
        connection,
        sender: owned(decision.envelope.sender),
        recipient: owned(decision.envelope.recipient),
        text: decision.text.to_owned(),
        verdict: Failure::from(decision).verdict(),
    }
}

/// A refusal as a journey of its own, with its connection's lines.
fn refusal(mut refused: Refused, trail: &Trail, sessions: &[Session]) -> Journey {
    let mut lines: Vec<KeptLine> = Vec::new();
    if let Some(line) = trail.lines().find(|line| line.id == refused.line) {
        let entry = Entry::parse(&line.bytes);
        let event = Event::parse(&entry);
        let process = session(&observation(line, &entry, &event));
        if let Some(session) = at(sessions, &process, line.time) {
            lines.extend(session.lines.iter().cloned());
            if let Some(connection) = &mut refused.connection {
                connection.tls.clone_from(&session.connection.tls);
                connection.start = session.connection.start;
            }
        }
        lines.push(line.clone());
    }
    Journey { refused: vec![refused], lines, ..Journey::default() }
}
