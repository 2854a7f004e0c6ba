//! Client sessions while they are open.

use std::collections::VecDeque;
use std::hash::{BuildHasher, Hasher};

use hashbrown::HashMap;
use postlens_syntax::postfix::decision::Action;
use postlens_syntax::{Client, Daemon, Entry, Time};

use crate::index::Handle;
use crate::observation::{LineId, Observation};
use crate::record::{self, SessionEnd};
use crate::text::{Span, TextBuf};

/// Names an open session: a hash of (host, tag, pid), and for postscreen, which serves
/// many clients in one process, of the client's address and port too.
pub(crate) type SessionKey = u64;

/// A session's state.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct SessionState {
    start: Time,
    pub(crate) last_seen: Time,
    daemon: Daemon,
    service: Option<Span>,
    client_name: Option<Span>,
    client_address: Span,
    sasl_username: Option<Span>,
    text: TextBuf,
    pub(crate) messages: u32,
    pub(crate) refusals: u32,
    pub(crate) auth_failures: u32,
    pub(crate) tls: bool,
    pub(crate) trouble: Option<SessionEnd>,
    /// postscreen let it through: smtpd has it now, unless postscreen ends it itself.
    pub(crate) passed: bool,
    /// The message that the client is sending.
    pub(crate) message: Option<Handle>,
    /// What was decided about the message to come, and its sender.
    foretold: Option<(Action, Option<Span>)>,
    weight: u32,
    line: LineId,
    host: Option<Span>,
}

impl SessionState {
    pub(crate) fn login(&mut self, username: &[u8]) {
        self.sasl_username = Some(self.text.push(username));
    }

    pub(crate) fn username(&self) -> Option<&bstr::BStr> {
        self.sasl_username.map(|span| self.text.get(span))
    }

    pub(crate) fn client(&self) -> Client<'_> {
        Client {
            name: self.client_name.map(|name| self.text.get(name)),
            address: self.text.get(self.client_address),
            port: None,
        }
    }

    /// A decision before the first accepted recipient holds for the message that then
    /// gets a queue ID.
    pub(crate) fn foretell(&mut self, action: Action, sender: Option<&bstr::BStr>) {
        let sender = sender.map(|sender| self.text.push(sender));
        self.foretold = Some((action, sender));
    }

    /// What was decided about the message that now begins, and its sender.
    pub(crate) fn take_foretold(&mut self) -> Option<(Action, Option<&bstr::BStr>)> {
        let (action, sender) = self.foretold.take()?;
        Some((action, sender.map(|sender| self.text.get(sender))))
    }

    /// Hands the session out.
    pub(crate) fn record(&self, end: Time, lost: bool, sink: &mut dyn record::RecordSink) {
        let ended = if lost { SessionEnd::Lost } else { SessionEnd::Closed };
        sink.record(&record::Record::Session(record::Session {
            line: self.line,
            host: self.host.map(|host| self.text.get(host)),
            start: self.start,
            end,
            daemon: self.daemon,
            service: self.service.map(|service| self.text.get(service)),
            client_name: self.client_name.map(|name| self.text.get(name)),
            client_address: self.text.get(self.client_address),
            sasl_username: self.username(),
            messages: self.messages,
            refusals: self.refusals,
            auth_failures: self.auth_failures,
            tls: self.tls,
            ended: self.trouble.unwrap_or(ended),
            weight: self.weight,
        }));
    }
}

/// The open sessions.
#[derive(Debug, Clone, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Sessions {
    open: HashMap<SessionKey, SessionState, foldhash::fast::RandomState>,
    idle: VecDeque<(i64, SessionKey)>,
}

impl Sessions {
    pub(crate) fn len(&self) -> usize {
        self.open.len()
    }

    pub(crate) fn get_mut(&mut self, key: SessionKey) -> Option<&mut SessionState> {
        self.open.get_mut(&key)
    }

    /// Opens a session; returns the one that had the key before.
    pub(crate) fn open(
        &mut self,
        key: SessionKey,
        line: &Observation<'_>,
        daemon: Daemon,
        client: &Client<'_>,
    ) -> Option<SessionState> {
        let (entry, time) = (line.entry, line.time);
        let length = |text: Option<&bstr::BStr>| text.map_or(0, |text| text.len());
        let mut text = TextBuf::with_capacity(
            length(entry.host)
                + length(entry.tag.service())
                + length(client.name)
                + client.address.len(),
        );
        let state = SessionState {
            start: time,
            last_seen: time,
            daemon,
            service: entry.tag.service().map(|service| text.push(service)),
            client_name: client.name.map(|name| text.push(name)),
            client_address: text.push(client.address),
            sasl_username: None,
            messages: 0,
            refusals: 0,
            auth_failures: 0,
            tls: false,
            trouble: None,
            passed: false,
            message: None,
            foretold: None,
            weight: line.weight,
            line: line.line,
            host: entry.host.map(|host| text.push(host)),
            text,
        };
        self.idle.push_back((time.micros, key));
        self.open.insert(key, state)
    }

    pub(crate) fn close(&mut self, key: SessionKey) -> Option<SessionState> {
        self.open.remove(&key)
    }

    /// The longest unseen session if it was last seen before `before`.
    pub(crate) fn pop_idle(&mut self, before: i64) -> Option<SessionState> {
        while let Some((seen, key)) = self.idle.front().copied() {
            if seen >= before {
                return None;
            }
            self.idle.pop_front();
            match self.open.get(&key).map(|state| state.last_seen.micros) {
                Some(last) if last > seen => self.idle.push_back((last, key)),
                Some(_) => return self.open.remove(&key),
                None => {}
            }
        }
        None
    }

    /// Takes all sessions, in the order of their beginnings.
    pub(crate) fn take_all(&mut self) -> Vec<SessionState> {
        let mut all: Vec<_> = self.open.drain().collect();
        all.sort_by(|(_, a), (_, b)| {
            (a.start, a.text.get(a.client_address)).cmp(&(b.start, b.text.get(b.client_address)))
        });
        all.into_iter().map(|(_, state)| state).collect()
    }
}

/// The key of the session that a line belongs to.
pub(crate) fn key_of(entry: &Entry<'_>, screened: Option<&Client<'_>>) -> SessionKey {
    let mut hasher = foldhash::fast::FixedState::default().build_hasher();
    hasher.write(entry.host.map_or(&b""[..], |host| host));
    hasher.write_u8(0);
    hasher.write(entry.tag.program);
    hasher.write_u32(entry.pid.unwrap_or_default());
    if let Some(client) = screened {
        hasher.write(client.address);
        hasher.write_u16(client.port.unwrap_or_default());
    }
    hasher.finish()
}
