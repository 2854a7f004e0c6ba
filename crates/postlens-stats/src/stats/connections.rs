//! Client connections.

use postlens_track::{Record, SessionEnd};

use super::Section;
use crate::counts::Counts;
use crate::top::Top;

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
}

impl Section for Connections {
    fn record(&mut self, record: &Record<'_>) {
        let Record::Session(session) = record else { return };
        let weight = u64::from(session.weight);
        self.total += weight;
        self.ends.add(session.ended, weight);
        self.tls += if session.tls { weight } else { 0 };
        *self.services.entry(session.service.map_or(&b"smtp"[..], |service| service)) += weight;
        *self.clients.entry(session.client_address) += weight;
    }

    fn merge(&mut self, other: &Self) {
        self.total += other.total;
        self.ends.merge(&other.ends);
        self.tls += other.tls;
        self.services.merge(&other.services);
        self.clients.merge(&other.clients);
    }
}
