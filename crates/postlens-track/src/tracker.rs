//! The state machine.

mod journey;
mod message_lines;
mod session_lines;

use std::collections::VecDeque;

use hashbrown::HashMap;
use postlens_syntax::{Event, QueueId, Time};

use crate::index::{Handle, Index};
use crate::limits::{Counters, Limits};
use crate::names::{Names, Place};
use crate::observation::Observation;
use crate::outcome::Outcome;
use crate::queue_key::QueueKey;
use crate::record::RecordSink;
use crate::session::Sessions;

/// Turns the log's events into messages, deliveries, sessions and refusals.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Tracker {
    limits: Limits,
    counters: Counters,
    names: Names,
    messages: Index,
    sessions: Sessions,
    /// The latest time seen. Lines may be a little out of order; time does not go back.
    now: Time,
    /// Finished messages in the order in which their lingering ends.
    lingering: VecDeque<(i64, Handle)>,
    /// Messages whose client went on or away before qmgr took them.
    unfinished: VecDeque<(i64, Handle)>,
    /// Messages taken for canceled, which a busy qmgr may take yet.
    presumed: VecDeque<(i64, Handle)>,
    /// Parents of messages that we have not seen yet, by the child's queue ID.
    expected: HashMap<QueueKey, journey::Expected, foldhash::fast::RandomState>,
    expected_order: VecDeque<(i64, QueueKey)>,
}

impl Tracker {
    /// A tracker with these limits.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            counters: Counters::default(),
            names: Names::default(),
            messages: Index::default(),
            sessions: Sessions::default(),
            now: Time { micros: i64::MIN, offset: 0 },
            lingering: VecDeque::new(),
            unfinished: VecDeque::new(),
            presumed: VecDeque::new(),
            expected: HashMap::default(),
            expected_order: VecDeque::new(),
        }
    }

    /// What limits made the tracker let go so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Messages and sessions held now.
    pub fn held(&self) -> (usize, usize) {
        (self.messages.len(), self.sessions.len())
    }

    /// Takes in one line. Lines come in the order of the log, give or take what
    /// concurrent processes and loggers mix up.
    pub fn observe(&mut self, line: &Observation<'_>, sink: &mut dyn RecordSink) {
        if line.time.micros > self.now.micros {
            self.now = line.time;
            self.expire(sink);
        }
        match line.event {
            Event::Delivery(event) => self.delivery(line, event, sink),
            Event::Accepted(event) => self.accepted(line, event, sink),
            Event::Pickup(event) => self.pickup(line, event, sink),
            Event::MessageId(event) => self.message_id(line, event),
            Event::Active(event) => self.active(line, event),
            Event::Removed(event) => self.removed(line, event),
            Event::Expired(event) => self.expired(line, event),
            Event::ContentCheck(event) => self.content_check(line, event, sink),
            Event::Decision(event) => self.decision(line, event, sink),
            Event::Notification(event) => self.notification(line, event),
            Event::Postsuper(event) => self.postsuper(line, event),
            Event::Connect(event) => self.connect(line, &event.client, sink),
            Event::Disconnect(event) => self.disconnect(line, &event.client, sink),
            Event::SessionTrouble(event) => self.session_trouble(line, event),
            Event::SaslFailure(_) => self.sasl_failure(line),
            Event::TlsSession(_) => self.tls_session(line),
            Event::Postscreen(event) => self.postscreen(line, event, sink),
            _ => {}
        }
        self.enforce(sink);
    }

    /// Hands out what is still held, as it stands at the log's end.
    pub fn finish(&mut self, sink: &mut dyn RecordSink) {
        // Deferred mail is tried again within hours, so a message unseen for longer than
        // that before the log's end has left without our seeing it.
        const LOST_AFTER: i64 = 36 * 3600 * 1_000_000;
        for handle in self.messages.all() {
            if let Some(state) = self.messages.get_mut(handle) {
                let unseen = self.now.micros.saturating_sub(state.last_seen.micros);
                if unseen > self.limits.linger {
                    state.cancel_if_never_queued();
                }
                let lost = state.is_open() && !state.held && unseen > LOST_AFTER;
                state.record(lost, &self.names, sink);
            }
            self.messages.close(handle);
        }
        for session in self.sessions.take_all() {
            if !session.passed {
                session.record(session.last_seen, true, sink);
            }
        }
    }

    /// Lets go what time or a limit ends.
    fn expire(&mut self, sink: &mut dyn RecordSink) {
        let now = self.now.micros;
        while let Some((_, handle)) = pop_due(&mut self.unfinished, now) {
            self.cancel_if_unfinished(handle);
        }
        while let Some((_, handle)) = pop_due(&mut self.lingering, now) {
            if let Some(state) = self.messages.get(handle) {
                state.record(false, &self.names, sink);
                self.messages.close(handle);
            }
        }
        while let Some((_, handle)) = pop_due(&mut self.presumed, now) {
            let Some(state) = self.messages.get(handle).filter(|state| state.presumed) else {
                continue;
            };
            if state.may_be_whole(now) {
                self.presumed.push_back((now.saturating_add(PRESUMED), handle));
                continue;
            }
            state.record(false, &self.names, sink);
            self.messages.close(handle);
        }
        while let Some((_, id)) = pop_due(&mut self.expected_order, now) {
            self.expected.remove(&id);
        }
        let idle_since = now.saturating_sub(self.limits.message_idle);
        while let Some(handle) = self.messages.pop_idle(idle_since) {
            self.counters.messages_idle += 1;
            self.lose(handle, sink);
        }
        self.expire_sessions(now, sink);
    }

    /// Keeps within what may be held. After every line, since a log's time may stand
    /// still: lines of one second, or all that follow one stamp from the future.
    fn enforce(&mut self, sink: &mut dyn RecordSink) {
        while self.messages.len() > self.limits.messages
            && let Some(handle) = self.messages.pop_idle(i64::MAX)
        {
            self.counters.messages_evicted += 1;
            self.lose(handle, sink);
        }
        self.enforce_sessions(sink);
    }

    fn lose(&mut self, handle: Handle, sink: &mut dyn RecordSink) {
        if let Some(state) = self.messages.get_mut(handle) {
            state.cancel_if_never_queued();
            state.record(state.is_open(), &self.names, sink);
        }
        self.messages.close(handle);
    }

    /// Marks a message as finished; it lingers for late lines.
    fn finish_message(&mut self, handle: Handle, ended: bool) {
        let now = self.now;
        let Some(state) = self.messages.get_mut(handle) else { return };
        state.ended |= ended;
        if state.closed.is_none() {
            state.closed = Some(now);
            self.lingering.push_back((now.micros.saturating_add(self.limits.linger), handle));
        }
    }

    /// A message that its client began and did not complete, and that qmgr never saw.
    fn cancel_if_unfinished(&mut self, handle: Handle) {
        let Some(state) = self.messages.get_mut(handle) else { return };
        if state.is_open() && state.activations == 0 && !state.held && state.recipients.is_empty() {
            state.verdict.get_or_insert(Outcome::Canceled);
            (state.presumed, state.ended, state.closed) = (true, true, Some(self.now));
            self.presumed.push_back((self.now.micros.saturating_add(PRESUMED), handle));
        }
    }

    /// The message that qmgr takes; one that seemed canceled comes back to life: with
    /// many in the incoming queue qmgr takes a while.
    fn taken(&mut self, key: QueueKey, place: Place) -> Option<Handle> {
        let seems_canceled = |handle: &Handle| {
            let state = self.messages.get(*handle);
            state.is_some_and(|state| state.presumed && state.places.contains(place))
        };
        let known = self.choose(key, place, true);
        if known.is_some_and(|handle| !seems_canceled(&handle)) {
            return known;
        }
        let handle = self.messages.with_id(key).find(seems_canceled)?;
        if let Some(state) = self.messages.get_mut(handle) {
            (state.presumed, state.ended, state.closed) = (false, false, None);
            state.verdict = None;
        }
        self.choose(key, place, true)
    }

    /// The message that a line is about; opens one where the beginning was not seen.
    fn message(&mut self, id: QueueId<'_>, line: &Observation<'_>, begins: bool) -> Handle {
        let place = self.names.place(line.entry);
        let key = QueueKey::from(id);
        let known = self.choose(key, place, begins);
        self.see(known, key, place, line)
    }

    /// Notes that a line is about a message; opens one where none is known.
    fn see(
        &mut self,
        known: Option<Handle>,
        key: QueueKey,
        place: Place,
        line: &Observation<'_>,
    ) -> Handle {
        let handle = known.unwrap_or_else(|| self.messages.open(key, place, line.time));
        if let Some(state) = self.messages.get_mut(handle) {
            state.last_seen = state.last_seen.max(line.time);
            state.places.add(place);
        }
        handle
    }

    /// The best of the messages with this ID: open before finished, then the closest
    /// place, then the newest. Tags need not name the queue, so another instance on the
    /// same host will do; a short ID from another host and instance is another message.
    fn choose(&self, key: QueueKey, place: Place, begins: bool) -> Option<Handle> {
        let long = key.is_long();
        let mut best: Option<((bool, u8), Handle)> = None;
        for handle in self.messages.with_id(key) {
            let Some(state) = self.messages.get(handle) else { continue };
            // A finished message does not become active again: that is the ID's next life.
            if begins && state.ended && !long {
                continue;
            }
            let closeness = state.places.iter().map(|known| closeness(known, place)).max();
            let closeness = closeness.unwrap_or_default().max(u8::from(long));
            let rank = (state.is_open(), closeness);
            if closeness > 0 && best.is_none_or(|(known, _)| rank > known) {
                best = Some((rank, handle));
            }
        }
        best.map(|(_, handle)| handle)
    }
}

/// How long qmgr may take to prove alive what seemed canceled, unless its content had come:
/// then see [`MessageState::may_be_whole`](crate::message::MessageState).
const PRESUMED: i64 = 3600 * 1_000_000;

fn closeness(known: Place, place: Place) -> u8 {
    2 * u8::from(known.instance == place.instance) + u8::from(known.host == place.host)
}

fn pop_due<T: Copy>(queue: &mut VecDeque<(i64, T)>, now: i64) -> Option<(i64, T)> {
    queue.pop_front_if(|(due, _)| *due <= now)
}
