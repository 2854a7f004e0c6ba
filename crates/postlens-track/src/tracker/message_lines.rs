//! Lines about one message.

use postlens_syntax::Daemon;
use postlens_syntax::delay::Delay;
use postlens_syntax::postfix::check::ContentCheck;
use postlens_syntax::postfix::cleanup::MessageIdLine;
use postlens_syntax::postfix::decision::{Action, Decision, DecisionBy};
use postlens_syntax::postfix::delivery::DeliveryLine;
use postlens_syntax::postfix::pickup::Pickup;
use postlens_syntax::postfix::postsuper::{Postsuper, QueueAction};
use postlens_syntax::postfix::qmgr::{Active, Expired, Removed};
use postlens_syntax::postfix::smtpd::Accepted;

use super::Tracker;
use crate::index::Handle;
use crate::message::MessageState;
use crate::observation::Observation;
use crate::outcome::{Link, Origin, Outcome};
use crate::queue_key::QueueKey;
use crate::record::{Delivery, Record, RecordSink, Refusal};
use crate::session::key_of;

impl Tracker {
    pub(super) fn delivery(
        &mut self,
        line: &Observation<'_>,
        event: &DeliveryLine<'_>,
        sink: &mut dyn RecordSink,
    ) {
        let handle = self.message(event.queue_id, line, false);
        let daemon = line.entry.tag.known;
        let Some(state) = self.messages.get_mut(handle) else { return };
        state.probe |= event.status.is_probe();
        // One line repeated may be as many recipients with the same address.
        let copies = line.weight.min(state.unnamed()).saturating_sub(1);
        for _ in 0..copies {
            let Some(state) = self.messages.get_mut(handle) else { return };
            let index = state.deliver(event, daemon, line.time, 1);
            self.hand_over(line, event, handle, index);
        }
        let Some(state) = self.messages.get_mut(handle) else { return };
        let index = state.deliver(event, daemon, line.time, line.weight - copies);
        let handed_over = self.hand_over(line, event, handle, index);
        let Some(state) = self.messages.get(handle) else { return };
        sink.record(&Record::Delivery(Delivery {
            time: line.time,
            daemon,
            tag: line.entry.tag,
            host: line.entry.host,
            line: event,
            line_id: line.line,
            message: state.name(&self.names),
            sender: state.text(state.sender),
            size: state.size,
            attempt: state.recipients.get(index).map_or(1, |recipient| recipient.attempts),
            handed_over,
            deferred_for: deferred_for(state, event),
            weight: line.weight,
        }));
    }

    pub(super) fn accepted(
        &mut self,
        line: &Observation<'_>,
        event: &Accepted<'_>,
        sink: &mut dyn RecordSink,
    ) {
        let session = key_of(line.entry, None);
        let Some(queue_id) = event.queue_id else {
            // Before a before-queue filter: the message gets its queue ID behind it.
            if let Some(session) = self.sessions.get_mut(session) {
                session.last_seen = line.time;
                event.sasl_username.inspect(|username| session.login(username));
            }
            return;
        };
        let handle = self.arrival(queue_id, line, sink);
        if let Some(state) = self.messages.get_mut(handle) {
            if let Some(name) = event.client.name {
                state.keep(|state| &mut state.client_name, name);
            }
            state.keep(|state| &mut state.client_address, event.client.address);
            let origin = match event.sasl_username {
                Some(username) => {
                    state.keep(|state| &mut state.sasl_username, username);
                    Origin::Submission
                }
                None => Origin::Smtp,
            };
            state.origin.get_or_insert(origin);
        }
        if let Some(id) = event.orig_queue_id.and_then(|id| postlens_syntax::QueueId::new(id)) {
            self.adopt_by_ident(id, handle);
        }
        let Some(session) = self.sessions.get_mut(session) else { return };
        session.last_seen = line.time;
        session.messages = session.messages.saturating_add(line.weight);
        event.sasl_username.inspect(|username| session.login(username));
        if let Some((action, sender)) = session.take_foretold()
            && let Some(state) = self.messages.get_mut(handle)
        {
            match action {
                Action::Hold => state.held = true,
                _ => state.verdict = Some(Outcome::Discarded),
            }
            if let Some(sender) = sender {
                state.keep(|state| &mut state.sender, sender);
            }
        }
        if let Some(before) = session.message.replace(handle) {
            self.await_qmgr(before, line);
        }
    }

    pub(super) fn pickup(
        &mut self,
        line: &Observation<'_>,
        event: &Pickup<'_>,
        sink: &mut dyn RecordSink,
    ) {
        let handle = self.arrival(event.queue_id, line, sink);
        let Some(state) = self.messages.get_mut(handle) else { return };
        state.origin.get_or_insert(Origin::Local);
        state.uid = Some(event.uid);
        state.keep(|state| &mut state.sender, event.sender);
        if let Some(id) = event.orig_queue_id {
            state.parent.get_or_insert((Link::Requeue, QueueKey::from(id)));
        }
    }

    /// Opens the message that arrives with this line.
    fn arrival(
        &mut self,
        id: postlens_syntax::QueueId<'_>,
        line: &Observation<'_>,
        sink: &mut dyn RecordSink,
    ) -> Handle {
        let place = self.names.place(line.entry);
        let key = QueueKey::from(id);
        let known = self.choose(key, place, true);
        if let Some(handle) = known
            && let Some(state) = self.messages.get(handle)
        {
            // Concurrent processes may log about a message before its arrival line.
            let recent = self.now.micros.saturating_sub(state.first_seen.micros);
            let is_it = state.arrival.is_none() && recent <= self.limits.linger;
            let twice = state.arrival == Some(line.time) && key.is_long();
            if !is_it && !twice && state.places.contains(place) {
                self.counters.queue_ids_reused += 1;
                self.lose(handle, sink);
            }
            if !is_it && !twice {
                let handle = self.messages.open(key, place, line.time);
                return self.arrived(handle, line);
            }
        }
        let handle = self.see(known, key, place, line);
        self.arrived(handle, line)
    }

    fn arrived(&mut self, handle: Handle, line: &Observation<'_>) -> Handle {
        if let Some(state) = self.messages.get_mut(handle) {
            state.arrival.get_or_insert(line.time);
            let key = state.queue_id;
            self.meet_expected_parent(key, handle);
        }
        handle
    }

    pub(super) fn message_id(&mut self, line: &Observation<'_>, event: &MessageIdLine<'_>) {
        let (key, place) = (QueueKey::from(event.queue_id), self.names.place(line.entry));
        // cleanup tells a message's ID once: told from elsewhere too, it is another
        // message with the same short queue ID.
        let known = self.choose(key, place, true);
        let another = !key.is_long()
            && !event.resent
            && known
                .and_then(|handle| self.messages.get(handle))
                .is_some_and(|state| state.message_id.is_some() && !state.places.contains(place));
        let known = known.filter(|_| !another);
        let handle = self.see(known, key, place, line);
        let Some(state) = self.messages.get_mut(handle) else { return };
        if !event.resent {
            state.keep(|state| &mut state.message_id, event.message_id);
        }
        let (key, fresh) = (state.queue_id, state.parent.is_none());
        if fresh {
            self.meet_expected_parent(key, handle);
        }
    }

    pub(super) fn active(&mut self, line: &Observation<'_>, event: &Active<'_>) {
        let (key, place) = (QueueKey::from(event.queue_id), self.names.place(line.entry));
        let known = self.taken(key, place);
        let handle = self.see(known, key, place, line);
        let Some(state) = self.messages.get_mut(handle) else { return };
        if state.activations == 0 && state.verdict == Some(Outcome::Discarded) {
            // What was to be discarded was another transaction of the same session.
            state.verdict = None;
        }
        state.first_active.get_or_insert(line.time);
        state.activations = state.activations.saturating_add(1);
        state.held = false;
        state.size = Some(event.size);
        state.recipient_count =
            Some(state.recipient_count.unwrap_or_default().max(event.recipient_count));
        // pickup and smtpd log the sender as given, qmgr as cleanup completed it.
        if state.activations == 1 && state.text(state.sender).is_none_or(|it| it != event.sender) {
            state.sender = Some(state.text.push(event.sender));
        }
    }

    pub(super) fn removed(&mut self, line: &Observation<'_>, event: &Removed<'_>) {
        let handle = self.message(event.queue_id, line, false);
        if let Some(state) = self.messages.get_mut(handle) {
            let by_admin = match line.entry.tag.known {
                Some(Daemon::Postsuper) => true,
                // Either, by the tag; qmgr(8) keeps a message while a recipient is deferred.
                Some(Daemon::Postfix) => state.has_open(),
                _ => false,
            };
            let verdict = match event.reason.map(|reason| -> &[u8] { reason }) {
                Some(b"canceled") => Some(Outcome::Canceled),
                Some(b"discarded") => Some(Outcome::Discarded),
                _ => by_admin.then_some(Outcome::Deleted),
            };
            state.verdict = state.verdict.or(verdict);
        }
        self.finish_message(handle, true);
    }

    pub(super) fn expired(&mut self, line: &Observation<'_>, event: &Expired<'_>) {
        let handle = self.message(event.queue_id, line, false);
        let Some(state) = self.messages.get_mut(handle) else { return };
        state.keep(|state| &mut state.sender, event.sender);
        state.verdict = Some(Outcome::Expired);
        for recipient in &mut state.recipients {
            if !recipient.outcome.is_settled() {
                recipient.outcome = Outcome::Expired;
                recipient.time = line.time;
            }
        }
    }

    pub(super) fn content_check(
        &mut self,
        line: &Observation<'_>,
        event: &ContentCheck<'_>,
        sink: &mut dyn RecordSink,
    ) {
        let handle = self.message(event.queue_id, line, false);
        self.judge(handle, event.action);
        if let Some(state) = self.messages.get_mut(handle)
            && let Some(sender) = event.envelope.sender
        {
            state.keep(|state| &mut state.sender, sender);
        }
        let decision = Decision {
            queue_id: Some(event.queue_id),
            action: event.action,
            by: if event.milter { DecisionBy::Milter } else { DecisionBy::Access },
            stage: event.part,
            client: event.client,
            text: event.text.unwrap_or_default(),
            envelope: event.envelope,
        };
        self.refusal(line, &decision, sink);
    }

    pub(super) fn decision(
        &mut self,
        line: &Observation<'_>,
        event: &Decision<'_>,
        sink: &mut dyn RecordSink,
    ) {
        if let Some(id) = event.queue_id {
            let handle = self.message(id, line, false);
            let whole = !["RCPT", "MAIL", "VRFY", "ETRN"].iter().any(|stage| event.stage == stage);
            let message_wide = matches!(event.action, Action::Hold | Action::Discard);
            if whole || message_wide {
                self.judge(handle, event.action);
            }
            if let Some(state) = self.messages.get_mut(handle)
                && let Some(sender) = event.envelope.sender
            {
                state.keep(|state| &mut state.sender, sender);
            }
        }
        if event.queue_id.is_none()
            && matches!(event.action, Action::Hold | Action::Discard)
            && let Some(session) = self.sessions.get_mut(key_of(line.entry, None))
        {
            session.foretell(event.action, event.envelope.sender);
        }
        if event.by == DecisionBy::ProxyFilter && event.action == Action::Accept {
            self.proxied(line, event);
        }
        self.refusal(line, event, sink);
    }

    /// What an action means for the whole message.
    fn judge(&mut self, handle: Handle, action: Action) {
        let Some(state) = self.messages.get_mut(handle) else { return };
        let verdict = match action {
            Action::Reject => Outcome::Rejected,
            Action::Discard => Outcome::Discarded,
            Action::Quarantine => Outcome::Quarantined,
            Action::Hold => {
                state.held = true;
                return;
            }
            _ => return,
        };
        state.verdict = Some(verdict);
        // Rejected mail has no ending line before 3.10.
        self.finish_message(handle, true);
    }

    fn refusal(&mut self, line: &Observation<'_>, event: &Decision<'_>, sink: &mut dyn RecordSink) {
        // Only postscreen writes no name; its tag may have been cut.
        let screened = event.client.filter(|client| client.name.is_none());
        let session = self.sessions.get_mut(key_of(line.entry, screened.as_ref()));
        let (mut client, mut username) = (event.client, None);
        if let Some(session) = session {
            session.last_seen = line.time;
            if event.action == Action::Reject {
                session.refusals = session.refusals.saturating_add(line.weight);
            }
            let session = &*session;
            client = client.or_else(|| Some(session.client()));
            username = session.username();
        }
        sink.record(&Record::Refusal(Refusal {
            time: line.time,
            daemon: line.entry.tag.known,
            tag: line.entry.tag,
            host: line.entry.host,
            decision: event,
            client,
            sasl_username: event.envelope.sasl_username.or(username),
            line: line.line,
            weight: line.weight,
        }));
    }

    pub(super) fn postsuper(&mut self, line: &Observation<'_>, event: &Postsuper<'_>) {
        let Some(id) = event.queue_id else { return };
        let handle = self.message(id, line, false);
        let Some(state) = self.messages.get_mut(handle) else { return };
        match event.action {
            QueueAction::Held => state.held = true,
            QueueAction::Released => state.held = false,
            QueueAction::Requeued => {
                // pickup(8) makes a new message of it and names the old ID.
                state.held = false;
                state.verdict = Some(Outcome::HandedOver);
                self.finish_message(handle, true);
            }
            QueueAction::Deleted => {
                state.verdict = Some(Outcome::Deleted);
                self.finish_message(handle, true);
            }
            QueueAction::Expired | QueueAction::Renamed => {}
        }
    }
}

/// The time that the message spent deferred before this attempt: the first of the four
/// delays runs to the last activation, so what passed since the first one is not
/// slowness of ours.
fn deferred_for(state: &MessageState, event: &DeliveryLine<'_>) -> Option<Delay> {
    let delays = event.delays?;
    if state.activations <= 1 {
        return state.first_active.map(|_| Delay::default());
    }
    let first = state.first_active?.micros - state.arrival?.micros;
    let first = u64::try_from(first).unwrap_or_default();
    Some(Delay::from_micros(delays.before_qmgr.micros().saturating_sub(first)))
}
