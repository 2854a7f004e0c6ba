//! How bad a line is, and which part of the system it speaks of.

use std::fmt;

/// The severity of a line: Postfix's own word (`warning:`, `error:`, `fatal:`,
/// `panic:`) where there is one, else the syslog priority, else [`Severity::Info`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Verbose or debug output.
    Debug,
    /// Normal operation.
    Info,
    /// Normal but significant (syslog only).
    Notice,
    /// Something is off; Postfix goes on.
    Warning,
    /// An operation failed; Postfix goes on.
    Error,
    /// The process gave up.
    Fatal,
    /// A bug or an impossible condition; the process gave up.
    Panic,
}

impl Severity {
    /// The word used in JSON, CSV and filters.
    pub fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Fatal => "fatal",
            Self::Panic => "panic",
        }
    }

    /// From a syslog severity number, 0 (emergency) to 7 (debug), RFC 5424 section 6.2.1.
    /// Postfix logs `fatal` and `panic` alike with 2 (critical).
    pub fn from_syslog(number: u8) -> Self {
        match number {
            0 => Self::Panic,
            1 | 2 => Self::Fatal,
            3 => Self::Error,
            4 => Self::Warning,
            5 => Self::Notice,
            6 => Self::Info,
            _ => Self::Debug,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What part of the mail system a warning, error, fatal or panic line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Parameters, master.cf, file permissions and ownership, command lines.
    Configuration,
    /// Lookup tables and databases: hash, LDAP, SQL, proxymap, caches.
    LookupTable,
    /// Name service: DNS, host name lookups, DNSBL queries.
    Dns,
    /// TLS: certificates, handshakes, protocols, DANE.
    Tls,
    /// SASL authentication.
    Sasl,
    /// Sockets and connections.
    Network,
    /// Milters, policy services, content filters.
    Milter,
    /// Memory, disk space, processes, file descriptors, limits.
    Resource,
    /// Queue files and mailboxes.
    QueueFile,
    /// Clients or servers that break or abuse the protocol.
    Protocol,
    /// Inside Postfix: interprocess communication, unexpected states, bugs.
    Internal,
    /// None of these.
    Other,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 12] = [
        Self::Configuration,
        Self::LookupTable,
        Self::Dns,
        Self::Tls,
        Self::Sasl,
        Self::Network,
        Self::Milter,
        Self::Resource,
        Self::QueueFile,
        Self::Protocol,
        Self::Internal,
        Self::Other,
    ];

    /// The word used in JSON, CSV and filters.
    pub fn name(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::LookupTable => "lookup_table",
            Self::Dns => "dns",
            Self::Tls => "tls",
            Self::Sasl => "sasl",
            Self::Network => "network",
            Self::Milter => "milter",
            Self::Resource => "resource",
            Self::QueueFile => "queue_file",
            Self::Protocol => "protocol",
            Self::Internal => "internal",
            Self::Other => "other",
        }
    }
}
