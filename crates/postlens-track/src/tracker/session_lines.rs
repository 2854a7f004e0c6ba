//! Lines about a client's session.

use postlens_syntax::postfix::postscreen::{Postscreen, PostscreenEvent};
use postlens_syntax::postfix::smtpd::{SessionTrouble, Trouble};
use postlens_syntax::{Client, Daemon};

use super::Tracker;
use crate::index::Handle;
use crate::observation::Observation;
use crate::record::{RecordSink, SessionEnd};
use crate::session::{SessionKey, key_of};

impl Tracker {
    pub(super) fn connect(
        &mut self,
        line: &Observation<'_>,
        client: &Client<'_>,
        sink: &mut dyn RecordSink,
    ) {
        let key = key_of(line.entry, None);
        self.open_session(key, line, client, sink);
    }

    fn open_session(
        &mut self,
        key: SessionKey,
        line: &Observation<'_>,
        client: &Client<'_>,
        sink: &mut dyn RecordSink,
    ) {
        let daemon = line.entry.tag.known.unwrap_or(Daemon::Smtpd);
        if let Some(before) = self.sessions.open(key, line, daemon, client) {
            // The pid serves another client: the end of its last session is not in the log.
            if !before.passed {
                before.record(before.last_seen, true, sink);
            }
            if let Some(message) = before.message {
                self.await_qmgr(message, line);
            }
        }
    }

    pub(super) fn disconnect(
        &mut self,
        line: &Observation<'_>,
        client: &Client<'_>,
        sink: &mut dyn RecordSink,
    ) {
        let key = key_of(line.entry, None);
        if self.sessions.get_mut(key).is_none() {
            // Its beginning is not in the log.
            self.open_session(key, line, client, sink);
        }
        let Some(session) = self.sessions.close(key) else { return };
        session.record(line.time, false, sink);
        if let Some(message) = session.message {
            self.await_qmgr(message, line);
        }
    }

    /// Watches whether qmgr takes a message whose client has gone on.
    pub(super) fn await_qmgr(&mut self, message: Handle, line: &Observation<'_>) {
        let Some(state) = self.messages.get(message) else { return };
        if state.is_open() && state.activations == 0 {
            let due = line.time.micros.saturating_add(self.limits.linger);
            self.unfinished.push_back((due, message));
        }
    }

    pub(super) fn session_trouble(&mut self, line: &Observation<'_>, event: &SessionTrouble<'_>) {
        let Some(session) = self.sessions.get_mut(key_of(line.entry, None)) else { return };
        session.last_seen = line.time;
        let ended = match event.trouble {
            Trouble::LostConnection => SessionEnd::LostConnection,
            Trouble::Timeout => SessionEnd::Timeout,
            Trouble::TooManyErrors => SessionEnd::TooManyErrors,
            Trouble::Pipelining | Trouble::BareNewline => return,
        };
        session.trouble = Some(ended);
    }

    pub(super) fn sasl_failure(&mut self, line: &Observation<'_>) {
        if let Some(session) = self.sessions.get_mut(key_of(line.entry, None)) {
            session.last_seen = line.time;
            session.auth_failures = session.auth_failures.saturating_add(line.weight);
        }
    }

    pub(super) fn tls_session(&mut self, line: &Observation<'_>) {
        if let Some(session) = self.sessions.get_mut(key_of(line.entry, None)) {
            session.last_seen = line.time;
            session.tls = true;
        }
    }

    pub(super) fn postscreen(
        &mut self,
        line: &Observation<'_>,
        event: &Postscreen<'_>,
        sink: &mut dyn RecordSink,
    ) {
        use PostscreenEvent as E;
        let key = key_of(line.entry, Some(&event.client));
        match event.event {
            E::Connect => self.open_session(key, line, &event.client, sink),
            // smtpd has the connection now and logs its own session: one connection.
            E::PassOld | E::Allowlisted => drop(self.sessions.close(key)),
            E::PassNew => {
                if let Some(session) = self.sessions.get_mut(key) {
                    session.passed = true;
                }
            }
            E::Disconnect => {
                if let Some(session) = self.sessions.close(key) {
                    session.record(line.time, false, sink);
                }
            }
            E::Hangup => self.screen(key, line, SessionEnd::LostConnection),
            E::CommandTimeLimit => self.screen(key, line, SessionEnd::Timeout),
            E::CommandCountLimit | E::CommandLengthLimit => {
                self.screen(key, line, SessionEnd::TooManyErrors);
            }
            E::Denylisted
            | E::DnsblRank
            | E::Pregreet
            | E::CommandPipelining
            | E::BareNewline
            | E::NonSmtpCommand => self.screen(key, line, SessionEnd::Screened),
            E::AllowlistVeto | E::DataWithoutRcpt => {}
        }
    }

    fn screen(&mut self, key: SessionKey, line: &Observation<'_>, ended: SessionEnd) {
        if let Some(session) = self.sessions.get_mut(key) {
            session.last_seen = line.time;
            session.trouble = Some(ended);
        }
    }

    pub(super) fn expire_sessions(&mut self, now: i64, sink: &mut dyn RecordSink) {
        let idle_since = now.saturating_sub(self.limits.session_idle);
        while let Some(session) = self.sessions.pop_idle(idle_since) {
            // What postscreen passed on is smtpd's session, not a lost one.
            if !session.passed {
                self.counters.sessions_idle += 1;
                session.record(session.last_seen, true, sink);
            }
        }
    }

    pub(super) fn enforce_sessions(&mut self, sink: &mut dyn RecordSink) {
        while self.sessions.len() > self.limits.sessions
            && let Some(session) = self.sessions.pop_idle(i64::MAX)
        {
            if !session.passed {
                self.counters.sessions_evicted += 1;
                session.record(session.last_seen, true, sink);
            }
        }
    }
}
