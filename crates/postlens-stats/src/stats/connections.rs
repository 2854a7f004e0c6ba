//! Client connections.

use postlens_syntax::{Delay, Event};
use postlens_track::{Observation, Record, SessionEnd};

use super::{Scratch, Section};
use crate::counts::Counts;
use crate::histogram::Histogram;
use crate::top::{Counted, Top};

/// Client connections; one that postscreen passed on to smtpd is one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Connections {
    /// All.
    pub total: u64,
    /// By how they ended.
    pub ends: Counts<SessionEnd>,
    /// Those that used TLS.
    pub tls: u64,
    /// By service (`submission`, …), `smtp` for the plain one.
    pub services: Top<u64>,
    /// By client address.
    pub clients: Top<u64>,
    /// How long they lasted.
    pub duration: Histogram,
    /// Connections that broke, by what happened and after which command:
    /// `lost_connection AUTH`.
    pub broken: Top<Broken>,
    /// Hosts that we could not connect to, with the reason: `mx.example.net: Connection
    /// refused`.
    pub unreached: Top<u64>,
    text: Scratch,
}

/// Connections that broke in one way.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Broken {
    /// How many.
    pub count: u64,
    /// By client address.
    pub clients: Top<u64>,
}

impl Counted for Broken {
    fn rank(&self) -> u64 {
        self.count
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.clients.merge(&other.clients);
    }
}

impl Section for Connections {
    fn line(&mut self, line: &Observation<'_>) {
        let weight = u64::from(line.weight);
        let text = &mut self.text.0;
        match line.event {
            Event::SessionTrouble(trouble) => {
                text.clear();
                text.extend_from_slice(trouble.kind().as_bytes());
                text.push(b' ');
                text.extend_from_slice(trouble.after);
                let broken = self.broken.entry(text);
                broken.count += weight;
                *broken.clients.entry(trouble.client.address) += weight;
            }
            Event::ConnectFailure(failure) => {
                text.clear();
                text.extend_from_slice(failure.relay.name);
                text.extend_from_slice(b": ");
                text.extend_from_slice(failure.reason);
                *self.unreached.entry(text) += weight;
            }
            _ => {}
        }
    }

    fn record(&mut self, record: &Record<'_>) {
        let Record::Session(session) = record else { return };
        let weight = u64::from(session.weight);
        self.total += weight;
        self.ends.add(session.ended, weight);
        self.tls += if session.tls { weight } else { 0 };
        *self.services.entry(session.service.map_or(&b"smtp"[..], |service| service)) += weight;
        *self.clients.entry(session.client_address) += weight;
        if session.ended != SessionEnd::Lost {
            let micros = session.end.micros - session.start.micros;
            let micros = u64::try_from(micros).unwrap_or_default();
            self.duration.add(Delay::from_micros(micros), weight);
        }
    }

    fn merge(&mut self, other: &Self) {
        self.total += other.total;
        self.ends.merge(&other.ends);
        self.tls += other.tls;
        self.services.merge(&other.services);
        self.clients.merge(&other.clients);
        self.duration.merge(&other.duration);
        self.broken.merge(&other.broken);
        self.unreached.merge(&other.unreached);
    }
}
