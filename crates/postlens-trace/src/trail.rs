//! Lines that belong together, and what to look for next.

use std::collections::{BTreeMap, HashMap, HashSet};

use bstr::ByteSlice;
use postlens_syntax::neighbour::Neighbour;
use postlens_syntax::postfix::decision::Action;
use postlens_syntax::{Event, Time};
use postlens_track::{LineId, Observation};

use crate::query::{Key, Query, unbracketed};

/// A line that belongs to what is traced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptLine {
    /// Its time, or that of the line before.
    pub time: Time,
    /// Whether the line says so itself.
    pub stamped: bool,
    /// Where it stands.
    pub id: LineId,
    /// The line's bytes.
    pub bytes: Vec<u8>,
}

/// What to look for next: texts that lines of the same mail hold.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Clues {
    /// The texts, as they stand in lines.
    pub texts: Vec<Vec<u8>>,
    /// No line before this one can belong, in microseconds since 1970.
    pub from: i64,
    /// No line after this one, unless mail waits in the queue.
    pub to: Option<i64>,
}

/// How long before the first known line a session or an earlier hop may have begun, and how
/// long after the last one something may follow.
const NEAR: i64 = 3600 * 1_000_000;

/// How soon a message begins about which something was decided.
const FORETOLD: i64 = 60 * 1_000_000;

/// Queue IDs that are followed. A query that finds more is too general to be answered by
/// journeys.
const MOST: usize = 500;

/// Lines that belong to what is traced: see the [crate's](crate) beginning.
#[derive(Debug)]
pub struct Trail {
    query: Query,
    /// In the order of time, then of the logs and within them.
    lines: BTreeMap<(i64, usize, LineId), KeptLine>,
    logs: Vec<u64>,
    hits: HashSet<LineId>,
    ids: HashMap<Vec<u8>, Follow>,
    /// Queue IDs of which there are lines, and whether one tells of the end.
    ended: HashMap<Vec<u8>, bool>,
    message_ids: HashMap<Vec<u8>, Follow>,
    sessions: HashMap<Vec<u8>, Follow>,
    /// Processes that decided something about a message to come, when and where.
    foretold: HashMap<Vec<u8>, (i64, LineId)>,
    /// Queue IDs that were too many to follow.
    left_out: HashSet<Vec<u8>>,
}

/// How far a text has been followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Follow {
    /// Not looked for yet.
    New,
    /// Looked for near the lines that named it.
    Near,
    /// Looked for as far as it can occur.
    Far,
}

impl Trail {
    /// Begins with a query.
    pub fn new(query: Query) -> Self {
        let mut trail = Self {
            query,
            lines: BTreeMap::new(),
            logs: Vec::new(),
            hits: HashSet::new(),
            ids: HashMap::new(),
            ended: HashMap::new(),
            message_ids: HashMap::new(),
            sessions: HashMap::new(),
            foretold: HashMap::new(),
            left_out: HashSet::new(),
        };
        // What the query itself finds needs not be looked for again.
        let (text, _) = trail.query.needle();
        match trail.query.key() {
            Key::QueueId => drop(trail.ids.insert(text.to_vec(), Follow::Far)),
            Key::MessageId => drop(trail.message_ids.insert(text.to_vec(), Follow::Far)),
            _ => {}
        }
        trail
    }

    /// Whether a line answers the query itself.
    pub(crate) fn hit_at(&self, line: LineId) -> bool {
        self.hits.contains(&line)
    }

    /// Queue IDs that the query found and that were too many to follow.
    pub fn left_out(&self) -> usize {
        self.left_out.len()
    }

    /// All lines in the order of time.
    pub fn lines(&self) -> impl Iterator<Item = &KeptLine> {
        self.lines.values()
    }

    /// Takes a line in if it belongs.
    pub fn take(&mut self, line: &Observation<'_>, bytes: &[u8]) {
        let hit = self.query.matches(line) || self.is_foretold(line);
        if hit {
            self.hits.insert(line.line);
            self.foretell(line);
        }
        if hit || self.belongs(line) {
            self.learn(line);
        } else if !self.sessions.contains_key(session(line).as_slice()) {
            // A process serves many clients: what its other lines name is others' mail.
            return;
        }
        if let Some(id) = line.event.queue_id() {
            *self.ended.entry(id.as_bstr().to_vec()).or_default() |=
                matches!(line.event, Event::Removed(_));
        }
        let key = (line.time.micros, self.log(line.line), line.line);
        self.lines.entry(key).or_insert_with(|| KeptLine {
            time: line.time,
            stamped: line.stamped,
            id: line.line,
            bytes: bytes.to_vec(),
        });
    }

    /// The number of a line's log, in the order in which they were met.
    fn log(&mut self, line: LineId) -> usize {
        let known = self.logs.iter().position(|log| *log == line.log);
        known.unwrap_or_else(|| {
            self.logs.push(line.log);
            self.logs.len() - 1
        })
    }

    /// What is decided before the first accepted recipient, other than a refusal, holds for
    /// the message that then begins: its lines may not name what was asked for.
    fn foretell(&mut self, line: &Observation<'_>) {
        if let Event::Decision(decision) = line.event
            && decision.queue_id.is_none()
            && decision.action != Action::Reject
        {
            self.foretold.insert(session(line), (line.time.micros, line.line));
        }
    }

    fn is_foretold(&self, line: &Observation<'_>) -> bool {
        let Event::Accepted(_) = line.event else { return false };
        let told = self.foretold.get(session(line).as_slice());
        told.is_some_and(|(time, at)| {
            let apart = line.time.micros - time;
            (0..FORETOLD).contains(&apart) && (apart > 0 || line.line > *at)
        })
    }

    fn belongs(&self, line: &Observation<'_>) -> bool {
        let known = |id: &[u8]| self.ids.contains_key(id);
        if line.event.queue_id().is_some_and(|id| known(id.as_bstr())) {
            return true;
        }
        match line.event {
            Event::Delivery(delivery) => delivery.queued_as().is_some_and(|id| known(id.as_bstr())),
            Event::Notification(notice) => known(notice.notification_id.as_bstr()),
            Event::MessageId(message) => self.knows_message(message.message_id),
            Event::Neighbour(Neighbour::Mailbox(mailbox)) => self.knows_message(mailbox.message_id),
            Event::Neighbour(Neighbour::Filter(verdict)) => {
                verdict.message_id.is_some_and(|id| self.knows_message(id))
            }
            _ => false,
        }
    }

    fn knows_message(&self, id: &[u8]) -> bool {
        self.message_ids.contains_key(unbracketed(id))
    }

    /// Notes what else lines of the same mail hold.
    fn learn(&mut self, line: &Observation<'_>) {
        if let Some(id) = line.event.queue_id() {
            self.follow_id(id.as_bstr());
        }
        match line.event {
            Event::Delivery(delivery) => {
                if let Some(child) = delivery.queued_as() {
                    self.follow_id(child.as_bstr());
                }
            }
            Event::Notification(notice) => self.follow_id(notice.notification_id.as_bstr()),
            Event::MessageId(message) => self.follow_message(message.message_id),
            Event::Accepted(accepted) => {
                if let Some(before) = accepted.orig_queue_id {
                    self.follow_id(before);
                }
                self.follow_session(line);
            }
            Event::Decision(decision) => {
                if let Some((_, id)) = decision.text.rsplit_once_str("queued as ") {
                    self.follow_id(id);
                }
                self.follow_session(line);
            }
            Event::Neighbour(Neighbour::Filter(verdict)) => {
                for id in verdict.queued_as.into_iter().flat_map(|ids| ids.split_str("/")) {
                    self.follow_id(id);
                }
            }
            Event::Connect(_)
            | Event::Disconnect(_)
            | Event::SessionTrouble(_)
            | Event::SaslFailure(_) => self.follow_session(line),
            _ => {}
        }
    }

    fn follow_id(&mut self, id: &[u8]) {
        if postlens_syntax::QueueId::new(id).is_none() || self.ids.contains_key(id) {
            return;
        }
        if self.ids.len() >= MOST {
            self.left_out.insert(id.to_vec());
        } else {
            self.ids.insert(id.to_vec(), Follow::New);
        }
    }

    fn follow_message(&mut self, id: &[u8]) {
        let id = unbracketed(id);
        // What is so short is no name of one mail.
        if id.len() >= 6 && self.message_ids.len() < MOST {
            self.message_ids.entry(id.to_vec()).or_insert(Follow::New);
        }
    }

    fn follow_session(&mut self, line: &Observation<'_>) {
        if line.entry.pid.is_some() && self.sessions.len() < MOST {
            self.sessions.entry(session(line)).or_insert(Follow::New);
        }
    }

    /// What to look for next; `None` when all has been followed.
    pub fn next_clues(&mut self) -> Option<Clues> {
        let mut clues = Clues::default();
        let (first, last) = (self.lines.keys().next()?.0, self.lines.keys().next_back()?.0);
        clues.from = first.saturating_sub(NEAR);
        for followed in [&mut self.ids, &mut self.message_ids, &mut self.sessions] {
            for (text, follow) in followed.iter_mut().filter(|(_, state)| **state == Follow::New) {
                clues.texts.push(text.clone());
                *follow = Follow::Near;
            }
        }
        if !clues.texts.is_empty() {
            clues.to = Some(last.saturating_add(NEAR));
            return Some(clues);
        }
        // Mail whose end was not near may wait for days.
        for (id, follow) in self.ids.iter_mut().filter(|(_, state)| **state == Follow::Near) {
            if self.ended.get(id) == Some(&false) {
                *follow = Follow::Far;
                clues.texts.push(id.clone());
            }
        }
        clues.from = first;
        (!clues.texts.is_empty()).then_some(clues)
    }
}

/// The text that names a line's process, as it stands in lines: `postfix/smtpd[123]`.
pub(crate) fn session(line: &Observation<'_>) -> Vec<u8> {
    let mut text = line.entry.tag.program.to_vec();
    if let Some(pid) = line.entry.pid {
        text.extend_from_slice(format!("[{pid}]").as_bytes());
    }
    text
}
