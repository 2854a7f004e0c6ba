//! The tables of sources: logs, the network, journals.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Error, anyhow};
use postlens_receive::{Journal, Listen, Protocol, TlsFiles};
use serde::{Deserialize, Serialize};

use super::{Config, Setting, zone};

/// A log to follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    /// The file that is written to. Its rotated files beside it are read too.
    pub(crate) path: PathBuf,
    /// The zone of its stamps, where it is another.
    pub(crate) tz: Option<String>,
}

/// An address to receive at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListenTable {
    /// How messages come.
    #[serde(with = "protocol")]
    protocol: Protocol,
    /// Where: an address of this machine and a port.
    address: SocketAddr,
    /// For TLS.
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    /// Authorities of which senders must have a certificate.
    client_ca: Option<PathBuf>,
    /// The zone of stamps without one, where it is another.
    pub(crate) tz: Option<String>,
    /// More connections at a time are closed at once.
    #[serde(default = "connections")]
    connections: usize,
    /// Longer messages are cut, in KiB.
    #[serde(default = "message_kib")]
    message_kib: usize,
}

/// A journal to follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JournalTable {
    /// A directory with journal files instead of this machine's journal.
    directory: Option<PathBuf>,
    /// Only what these units logged.
    #[serde(default)]
    units: Vec<String>,
    /// Only what these identifiers logged.
    #[serde(default)]
    identifiers: Vec<String>,
}

fn connections() -> usize {
    256
}

fn message_kib() -> usize {
    64
}

impl ListenTable {
    /// What to listen to.
    pub(crate) fn listen(&self) -> Listen {
        let files = self.certificate.clone().zip(self.key.clone());
        let tls = files.map(|(certificate, key)| TlsFiles {
            certificate,
            key,
            client_ca: self.client_ca.clone(),
        });
        Listen {
            tls,
            connections: self.connections,
            longest: self.message_kib.saturating_mul(1024),
            ..Listen::new(self.protocol, self.address)
        }
    }

    fn has_tls(&self) -> bool {
        self.certificate.is_some() || self.key.is_some() || self.client_ca.is_some()
    }
}

impl JournalTable {
    /// What to follow.
    pub(crate) fn journal(&self) -> Journal {
        Journal {
            directory: self.directory.clone(),
            units: self.units.clone(),
            identifiers: self.identifiers.clone(),
            ..Journal::system()
        }
    }
}

/// What is wrong with the sources, each with the setting that is to be changed.
pub(super) fn mistakes(config: &Config) -> Vec<(Vec<Setting>, Error)> {
    let Config { log, listen, journal, .. } = config;
    let mut found = Vec::new();
    for (index, table) in log.iter().enumerate() {
        let at = |name: &'static str| vec!["log".into(), index.into(), name.into()];
        found.extend(zone(table.tz.as_deref()).err().map(|error| (at("tz"), error)));
        if log.iter().take(index).any(|other| other.path == table.path) {
            found.push((at("path"), anyhow!("{} is named twice", table.path.display())));
        }
    }
    for (index, table) in listen.iter().enumerate() {
        let at = || vec!["listen".into(), index.into()];
        let of = |name: &'static str| [at(), vec![name.into()]].concat();
        let ListenTable { protocol, address, .. } = table;
        found.extend(zone(table.tz.as_deref()).err().map(|error| (of("tz"), error)));
        let same = |other: &ListenTable| (other.protocol, other.address) == (*protocol, *address);
        if listen.iter().take(index).any(same) {
            found.push((at(), anyhow!("{address} is named twice for {}", protocol.name())));
        }
        let name = protocol.name();
        if *protocol == Protocol::SyslogTls && table.listen().tls.is_none() {
            found.push((at(), anyhow!("{name} needs `certificate` and `key`")));
        }
        if *protocol != Protocol::SyslogTls && table.has_tls() {
            found.push((at(), anyhow!("{name} has no TLS: syslog-tls has")));
        }
        if table.message_kib == 0 {
            found.push((of("message_kib"), anyhow!("message_kib must not be 0")));
        }
    }
    for (index, table) in journal.iter().enumerate() {
        if journal.iter().take(index).any(|other| other.directory == table.directory) {
            let at = vec!["journal".into(), index.into()];
            found.push((at, anyhow!("the journal is named twice: put all units into one table")));
        }
    }
    found
}

/// A protocol by its name.
mod protocol {
    use postlens_receive::Protocol;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
    pub(super) fn serialize<S: Serializer>(
        it: &Protocol,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(it.name())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Protocol, D::Error> {
        let name = String::deserialize(from)?;
        Protocol::named(&name).ok_or_else(|| {
            let all = Protocol::ALL.map(Protocol::name).join(", ");
            D::Error::custom(format!("no protocol `{name}`: give one of {all}"))
        })
    }
}
