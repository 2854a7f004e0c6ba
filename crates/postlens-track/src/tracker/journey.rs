//! How messages belong together.

use bstr::{BStr, ByteSlice};
use postlens_syntax::QueueId;
use postlens_syntax::postfix::bounce::Notification;
use postlens_syntax::postfix::decision::Decision;
use postlens_syntax::postfix::delivery::DeliveryLine;

use super::Tracker;
use crate::index::Handle;
use crate::observation::Observation;
use crate::outcome::{Link, Outcome};
use crate::queue_key::QueueKey;
use crate::session::key_of;

/// A parent that named its child before we saw the child.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Expected {
    parent: Handle,
    /// The parent's recipient that goes on as the child; none for a notification.
    recipient: Option<usize>,
    /// Further ones, of the same SMTP transaction.
    more: Vec<usize>,
    link: Link,
    /// The child cannot be older than this.
    since: i64,
}

/// How far the clocks of two hosts, or two lines of one second, may be apart.
const SLACK: i64 = 5_000_000;

impl Tracker {
    /// Whether a delivery only handed the message to another one of ours; ties the two.
    pub(super) fn hand_over(
        &mut self,
        line: &Observation<'_>,
        event: &DeliveryLine<'_>,
        parent: Handle,
        recipient: usize,
    ) -> bool {
        let Some(child) = event.queued_as() else { return false };
        let link = if event.is_forward() { Link::Forward } else { Link::NextHop };
        // The next hop took the message during this attempt.
        let attempt = event.delays.map_or(event.delay, |delays| {
            let micros = delays.connection.micros().saturating_add(delays.transmission.micros());
            postlens_syntax::delay::Delay::from_micros(micros)
        });
        let attempt = i64::try_from(attempt.micros()).unwrap_or(i64::MAX);
        let since = line.time.micros.saturating_sub(attempt).saturating_sub(SLACK);
        let expected =
            Expected { parent, recipient: Some(recipient), link, since, more: Vec::new() };
        self.tie(QueueKey::from(child), expected)
    }

    pub(super) fn notification(&mut self, line: &Observation<'_>, event: &Notification<'_>) {
        let parent = self.message(event.queue_id, line, false);
        let since = line.time.micros.saturating_sub(60 * 1_000_000);
        let link = Link::Notification;
        let expected = Expected { parent, recipient: None, link, since, more: Vec::new() };
        self.tie(QueueKey::from(event.notification_id), expected);
    }

    /// Ties parent and child now, or as soon as the child is seen.
    fn tie(&mut self, child: QueueKey, expected: Expected) -> bool {
        let found = self.messages.with_id(child).find(|child| self.fits(*child, &expected));
        if let Some(child) = found {
            self.adopt(child, &expected);
            return true;
        }
        if let Some(known) = self.expected.get_mut(&child)
            && (known.parent, known.link) == (expected.parent, expected.link)
        {
            known.since = known.since.min(expected.since);
            known.more.extend(expected.recipient);
            return false;
        }
        let due = self.now.micros.saturating_add(self.limits.linger);
        self.expected.insert(child, expected);
        self.expected_order.push_back((due, child));
        false
    }

    /// Whether a message can be the child that its parent's line names. A host outside
    /// may happen to use the same short ID, so time and sender must fit.
    fn fits(&self, child: Handle, expected: &Expected) -> bool {
        let (Some(child_state), Some(parent)) =
            (self.messages.get(child), self.messages.get(expected.parent))
        else {
            return false;
        };
        let ours = child_state.parent.is_none_or(|(_, known)| known == parent.queue_id);
        let (sender, parent_sender) =
            (child_state.text(child_state.sender), parent.text(parent.sender));
        let senders_agree = expected.link != Link::NextHop
            || child_state.queue_id.is_long()
            || sender.is_none()
            || parent_sender.is_none()
            || sender == parent_sender
            || is_verp(parent_sender, sender);
        child != expected.parent
            && ours
            && senders_agree
            && child_state.first_seen.micros >= expected.since
    }

    fn adopt(&mut self, child: Handle, expected: &Expected) {
        let Some(parent) = self.messages.get_mut(expected.parent) else { return };
        let parent_id = parent.queue_id;
        for index in expected.recipient.iter().chain(&expected.more) {
            if let Some(recipient) = parent.recipients.get_mut(*index)
                && (expected.link != Link::Forward || recipient.outcome != Outcome::Delivered)
            {
                recipient.outcome = Outcome::HandedOver;
            }
        }
        if let Some(child) = self.messages.get_mut(child) {
            child.parent.get_or_insert((expected.link, parent_id));
        }
    }

    /// A message has come into view: somebody may have named it before.
    pub(super) fn meet_expected_parent(&mut self, id: QueueKey, child: Handle) {
        if self.expected.is_empty() {
            return;
        }
        if self.expected.get(&id).is_some_and(|expected| self.fits(child, expected))
            && let Some(expected) = self.expected.remove(&id)
        {
            self.adopt(child, &expected);
        }
    }

    /// A content filter passed the first queue ID on (XFORWARD IDENT).
    pub(super) fn adopt_by_ident(&mut self, parent: QueueId<'_>, child: Handle) {
        let key = QueueKey::from(parent);
        if self.messages.with_id(key).any(|handle| handle != child)
            && let Some(child) = self.messages.get_mut(child)
        {
            child.parent.get_or_insert((Link::NextHop, key));
        }
    }

    /// A before-queue filter queued the message: its client is the one that talked to the
    /// smtpd before the filter.
    pub(super) fn proxied(&mut self, line: &Observation<'_>, event: &Decision<'_>) {
        let Some((_, id)) = event.text.rsplit_once_str("queued as ") else { return };
        let Some(id) = QueueId::new(id) else { return };
        let child = self.messages.with_id(QueueKey::from(id)).next();
        let session = self.sessions.get_mut(key_of(line.entry, None));
        let (Some(child), Some(session)) = (child, session) else { return };
        session.messages = session.messages.saturating_add(line.weight);
        let Some(state) = self.messages.get_mut(child) else { return };
        let session = &*session;
        let client = session.client();
        state.client_address = Some(state.text.push(client.address));
        state.client_name = client.name.map(|name| state.text.push(name));
        if let Some(username) = session.username() {
            state.sasl_username = Some(state.text.push(username));
            state.origin = Some(crate::outcome::Origin::Submission);
        }
    }
}

/// Whether `child` is `parent` with a recipient in it (`sendmail -XV`, XVERP): a mailing
/// list's `list@example.com` becomes `list+user=example.org@example.com`.
fn is_verp(parent: Option<&BStr>, child: Option<&BStr>) -> bool {
    let (Some(parent), Some(child)) = (parent, child) else { return false };
    parent.rsplit_once_str("@").is_some_and(|(list, domain)| {
        let inner = child.strip_prefix(list).and_then(|rest| rest.strip_suffix(domain));
        inner.is_some_and(|inner| inner.ends_with(b"@") && inner.contains(&b'='))
    })
}
