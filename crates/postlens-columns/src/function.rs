//! Functions of SQL that a store has beside those of its query engine.

/// A function of SQL for mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Function {
    /// An address's domain.
    Domain,
    /// What of a domain somebody registered.
    RegistrableDomain,
    /// An address's network.
    Network,
    /// Why something failed.
    Cause,
    /// A place in the week.
    HourOfWeek,
}

/// Every function.
pub const FUNCTIONS: [Function; 5] = [
    Function::Domain,
    Function::RegistrableDomain,
    Function::Network,
    Function::Cause,
    Function::HourOfWeek,
];

impl Function {
    /// Its name in SQL.
    pub fn name(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::RegistrableDomain => "registrable_domain",
            Self::Network => "network",
            Self::Cause => "cause",
            Self::HourOfWeek => "hour_of_week",
        }
    }

    /// Its arguments; those in brackets may be left out.
    pub fn arguments(self) -> &'static str {
        match self {
            Self::Domain => "address",
            Self::RegistrableDomain => "host",
            Self::Network => "address [, bits [, bits of IPv6]]",
            Self::Cause => "reply [, dsn]",
            Self::HourOfWeek => "time [, zone]",
        }
    }

    /// What it gives, sentences without the last full stop.
    pub fn about(self) -> &'static str {
        match self {
            Self::Domain => {
                "an address's domain in lower case; null for the null sender and local names"
            }
            Self::RegistrableDomain => {
                "what of a host's or an address's domain somebody registered, by the public \
                 suffix list; null for addresses of IP and for public suffixes themselves"
            }
            Self::Network => {
                "an IP address's network; without bits /24 and, for IPv6, /64; null for what is \
                 no address"
            }
            Self::Cause => "why a delivery failed, from a reply and, where known, its status code",
            Self::HourOfWeek => {
                "hours since Monday 00:00, 0 to 167, in UTC or in a zone such as `Asia/Tokyo`"
            }
        }
    }

    /// A call of it, and the text that it gives.
    pub fn example(self) -> (&'static str, &'static str) {
        match self {
            Self::Domain => ("domain('Bob@Example.com')", "example.com"),
            Self::RegistrableDomain => {
                ("registrable_domain('mx1.mail.example.co.uk')", "example.co.uk")
            }
            Self::Network => ("network('192.0.2.77', 24)", "192.0.2.0/24"),
            Self::Cause => ("cause('552 5.2.2 Mailbox full')", "mailbox_full"),
            Self::HourOfWeek => ("hour_of_week(TIMESTAMP '2026-11-24T10:30:00Z')", "34"),
        }
    }
}
