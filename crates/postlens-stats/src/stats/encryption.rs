//! TLS: how many connections, how well authenticated, which protocols and ciphers.

use postlens_syntax::Event;
use postlens_syntax::postfix::tls::TlsSession;
use postlens_track::Observation;

use super::Section;
use crate::counts::Counts;
use crate::top::Top;

/// TLS sessions in both directions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Encryption {
    /// Of clients that connected to us.
    pub inbound: TlsUse,
    /// With servers that we connected to.
    pub outbound: TlsUse,
}

/// TLS sessions of one direction.
#[derive(Debug, Clone, PartialEq)]
pub struct TlsUse {
    /// Sessions that began; a connection that is kept open counts once.
    pub total: u64,
    /// By how far the peer's certificate was checked.
    pub trust: Counts<Trust>,
    /// By protocol version.
    pub protocols: Counts<TlsVersion>,
    /// By cipher suite.
    pub ciphers: Top<u64>,
}

/// Cipher suites are a client's choice, but among those that we know.
const CIPHERS: usize = 1000;

impl Default for TlsUse {
    fn default() -> Self {
        Self {
            total: 0,
            trust: Counts::default(),
            protocols: Counts::default(),
            ciphers: Top::with_limit(CIPHERS),
        }
    }
}

/// How far a certificate was checked, in Postfix's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// No certificate.
    Anonymous,
    /// A certificate that nobody vouches for.
    Untrusted,
    /// A certificate of a trusted authority, its name not checked.
    Trusted,
    /// A trusted certificate with the right name.
    Verified,
}

impl Trust {
    /// Every level.
    pub const ALL: [Self; 4] = [Self::Anonymous, Self::Untrusted, Self::Trusted, Self::Verified];

    /// The word used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Untrusted => "untrusted",
            Self::Trusted => "trusted",
            Self::Verified => "verified",
        }
    }

    fn of(word: &[u8]) -> Self {
        match word {
            b"Untrusted" => Self::Untrusted,
            b"Trusted" => Self::Trusted,
            b"Verified" => Self::Verified,
            _ => Self::Anonymous,
        }
    }
}

/// A version of the protocol, the oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    /// SSLv2 or SSLv3.
    Ssl,
    /// TLS 1.0.
    Tls10,
    /// TLS 1.1.
    Tls11,
    /// TLS 1.2.
    Tls12,
    /// TLS 1.3.
    Tls13,
    /// Any other word.
    Other,
}

impl TlsVersion {
    /// The version as Postfix writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ssl => "SSLv3",
            Self::Tls10 => "TLSv1",
            Self::Tls11 => "TLSv1.1",
            Self::Tls12 => "TLSv1.2",
            Self::Tls13 => "TLSv1.3",
            Self::Other => "other",
        }
    }

    /// Whether it is to be given up (RFC 8996).
    pub fn is_old(self) -> bool {
        self < Self::Tls12
    }

    fn of(word: &[u8]) -> Self {
        match word {
            b"TLSv1.3" => Self::Tls13,
            b"TLSv1.2" => Self::Tls12,
            b"TLSv1.1" => Self::Tls11,
            b"TLSv1" => Self::Tls10,
            b"SSLv3" | b"SSLv2" => Self::Ssl,
            _ => Self::Other,
        }
    }
}

impl TlsUse {
    fn add(&mut self, session: &TlsSession<'_>, weight: u64) {
        self.total += weight;
        self.trust.add(Trust::of(session.trust), weight);
        self.protocols.add(TlsVersion::of(session.protocol), weight);
        *self.ciphers.entry(session.cipher) += weight;
    }

    fn merge(&mut self, other: &Self) {
        self.total += other.total;
        self.trust.merge(&other.trust);
        self.protocols.merge(&other.protocols);
        self.ciphers.merge(&other.ciphers);
    }
}

impl Section for Encryption {
    fn line(&mut self, line: &Observation<'_>) {
        let Event::TlsSession(session) = line.event else { return };
        if session.reused {
            return;
        }
        let side = if session.outbound { &mut self.outbound } else { &mut self.inbound };
        side.add(session, u64::from(line.weight));
    }

    fn merge(&mut self, other: &Self) {
        self.inbound.merge(&other.inbound);
        self.outbound.merge(&other.outbound);
    }
}
