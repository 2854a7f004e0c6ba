//! The connections of a trail's clients.

use std::collections::HashMap;

use postlens_syntax::{Entry, Event, Time};

use crate::assemble::observation;
use crate::journey::{Connection, Traced};
use crate::trail::{KeptLine, Trail, session};

/// A client's connection with what names it: the process, and the time that it lasted.
pub(crate) struct Session {
    process: Vec<u8>,
    from: i64,
    to: i64,
    pub(crate) connection: Connection,
    pub(crate) lines: Vec<KeptLine>,
}

/// The connections in a trail: from connect to disconnect of one process.
pub(crate) fn connections(trail: &Trail) -> Vec<Session> {
    let mut done = Vec::new();
    let mut open: HashMap<Vec<u8>, Session> = HashMap::new();
    for line in trail.lines() {
        let entry = Entry::parse(&line.bytes);
        let event = Event::parse(&entry);
        let observation = observation(line, &entry, &event);
        let process = session(&observation);
        match event {
            Event::Connect(connect) => {
                let connection = Connection {
                    name: connect.client.name.map(ToOwned::to_owned),
                    address: connect.client.address.to_owned(),
                    start: Some(line.time),
                    ..Connection::default()
                };
                let (from, to) = (line.time.micros, i64::MAX);
                let lines = vec![line.clone()];
                let begun = Session { process: process.clone(), from, to, connection, lines };
                done.extend(open.insert(process, begun));
            }
            Event::TlsSession(tls) if !tls.outbound => {
                if let Some(session) = open.get_mut(&process) {
                    let mut text = tls.protocol.to_owned();
                    text.push(b' ');
                    text.extend_from_slice(tls.cipher);
                    session.connection.tls = Some(text);
                    session.lines.push(line.clone());
                }
            }
            Event::SaslFailure(_) | Event::SessionTrouble(_) => {
                if let Some(session) = open.get_mut(&process) {
                    session.lines.push(line.clone());
                }
            }
            Event::Decision(decision) => {
                if let Some(session) = open.get_mut(&process) {
                    session.connection.helo = decision.envelope.helo.map(ToOwned::to_owned);
                }
            }
            Event::Disconnect(_) => {
                if let Some(mut session) = open.remove(&process) {
                    session.to = line.time.micros;
                    session.lines.push(line.clone());
                    done.push(session);
                }
            }
            _ => {}
        }
    }
    done.extend(open.into_values());
    done
}

/// The connection that a process served at a time.
pub(crate) fn at<'s>(sessions: &'s [Session], process: &[u8], time: Time) -> Option<&'s Session> {
    let within = |session: &&Session| {
        session.process == process && (session.from..=session.to).contains(&time.micros)
    };
    sessions.iter().filter(within).max_by_key(|session| session.from)
}

/// Adds what the connection's lines tell to a message that came by it.
pub(crate) fn attend(message: &mut Traced, lines: &[KeptLine], sessions: &[Session]) {
    for line in lines {
        let entry = Entry::parse(&line.bytes);
        let event = Event::parse(&entry);
        let helo = match &event {
            Event::Decision(decision) => decision.envelope.helo,
            Event::ContentCheck(check) => check.envelope.helo,
            _ => None,
        };
        let observation = observation(line, &entry, &event);
        let session = match event {
            Event::Accepted(_) => at(sessions, &session(&observation), line.time),
            _ => None,
        };
        if let Some(connection) = &mut message.connection {
            if let Some(session) = session {
                let known = &session.connection;
                connection.tls = connection.tls.take().or_else(|| known.tls.clone());
                connection.helo = connection.helo.take().or_else(|| known.helo.clone());
                connection.start = connection.start.or(known.start);
            }
            connection.helo = connection.helo.take().or_else(|| helo.map(ToOwned::to_owned));
        }
    }
}
