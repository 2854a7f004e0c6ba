//! What to listen to, and where.

use std::net::SocketAddr;
use std::path::PathBuf;

/// How messages come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// A message of syslog (RFC 3164, RFC 5424) per datagram (RFC 5426).
    SyslogUdp,
    /// Messages of syslog behind their lengths or before line feeds (RFC 6587).
    SyslogTcp,
    /// The same over TLS (RFC 5425).
    SyslogTls,
    /// A message of GELF per datagram or in chunks, compressed or not (GELF 1.1).
    GelfUdp,
    /// Messages of GELF before zero bytes.
    GelfTcp,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::SyslogUdp, Self::SyslogTcp, Self::SyslogTls, Self::GelfUdp, Self::GelfTcp];

    /// Its name in configurations.
    pub fn name(self) -> &'static str {
        match self {
            Self::SyslogUdp => "syslog-udp",
            Self::SyslogTcp => "syslog-tcp",
            Self::SyslogTls => "syslog-tls",
            Self::GelfUdp => "gelf-udp",
            Self::GelfTcp => "gelf-tcp",
        }
    }

    /// Finds one by its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|protocol| protocol.name() == name)
    }
}

/// Files of a TLS server, in PEM form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TlsFiles {
    /// The certificate, and those that lead to a known authority behind it.
    pub certificate: PathBuf,
    /// The certificate's key.
    pub key: PathBuf,
    /// Authorities of which senders must have a certificate; `None` lets everybody send.
    pub client_ca: Option<PathBuf>,
}

/// What to listen to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listen {
    /// How messages come.
    pub protocol: Protocol,
    /// Where.
    pub address: SocketAddr,
    /// For TLS.
    pub tls: Option<TlsFiles>,
    /// More connections at a time are closed at once.
    pub connections: usize,
    /// Longer messages are cut, in bytes.
    pub longest: usize,
}

impl Listen {
    /// With 256 connections and messages of 64 KiB at most.
    pub fn new(protocol: Protocol, address: SocketAddr) -> Self {
        Self { protocol, address, tls: None, connections: 256, longest: 64 * 1024 }
    }

    /// A name for files: letters, digits, dots and hyphens, and no digit at its end, where
    /// names of rotated files have theirs.
    pub fn file_name(&self) -> String {
        let address: String = self
            .address
            .to_string()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' })
            .collect();
        format!("at-{address}-{}", self.protocol.name())
    }
}

#[cfg(test)]
mod tests {
    use super::{Listen, Protocol};

    #[test]
    fn names_of_files() {
        let name =
            |address: &str, protocol| Listen::new(protocol, address.parse().unwrap()).file_name();
        assert_eq!(name("127.0.0.1:514", Protocol::SyslogUdp), "at-127.0.0.1-514-syslog-udp");
        assert_eq!(name("[::]:12201", Protocol::GelfTcp), "at------12201-gelf-tcp");
        for protocol in Protocol::ALL {
            assert_eq!(Protocol::named(protocol.name()), Some(protocol));
        }
        assert_eq!(Protocol::named("syslog"), None);
    }
}
