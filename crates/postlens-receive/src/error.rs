//! What can go wrong with receiving.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Why nothing can be received.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// The address cannot be listened at.
    #[error("cannot listen at {address} for {protocol}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// For what.
        protocol: &'static str,
        /// What the operating system says.
        #[source]
        source: io::Error,
    },
    /// A file of the spool cannot be made or written.
    #[error("cannot {action} {}", path.display())]
    Spool {
        /// What was tried.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the operating system says.
        #[source]
        source: io::Error,
    },
    /// The disk is nearly full.
    #[error("{} has {free} bytes free, fewer than the {floor} that are to stay free", path.display())]
    Full {
        /// The spool's directory.
        path: PathBuf,
        /// Free bytes.
        free: u64,
        /// How many are to stay free.
        floor: u64,
    },
    /// A certificate or key cannot be read.
    #[error("cannot read {what} from {}", path.display())]
    TlsFile {
        /// What should be in it.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Certificate and key cannot be used.
    #[error("cannot use the certificate {} for TLS", path.display())]
    Tls {
        /// The certificate.
        path: PathBuf,
        /// What the library says.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// TLS without a certificate.
    #[error("{protocol} at {address} needs a certificate and its key")]
    NoCertificate {
        /// Where.
        address: SocketAddr,
        /// For what.
        protocol: &'static str,
    },
    /// A thread cannot be started.
    #[error("cannot start a thread")]
    Thread(#[source] io::Error),
}

impl ReceiveError {
    pub(crate) fn spool(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Spool { action, path: path.to_owned(), source }
    }

    /// What may help.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Listen { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                "ports below 1024 need CAP_NET_BIND_SERVICE: take a higher one, or allow that"
            }
            Self::Listen { source, .. } if source.kind() == io::ErrorKind::AddrInUse => {
                "another program listens there: `ss -lnp` names it"
            }
            Self::Listen { .. } => "name an address of this machine and a port",
            Self::Spool { .. } => "the directory must belong to who receives",
            Self::Full { .. } => "make room: until then nothing is received",
            Self::TlsFile { .. } => "name a file in PEM form that this user may read",
            Self::Tls { .. } => "the key must be the certificate's",
            Self::NoCertificate { .. } => "name `certificate` and `key`",
            Self::Thread(_) => return None,
        })
    }
}
