//! What a value must be like.

mod glob;
mod network;
mod number;

use bstr::{BStr, ByteSlice};
use postlens_syntax::address::parse_ip;

pub(crate) use glob::Glob;
pub(crate) use network::Network;
pub(crate) use number::{Numbers, Unit};

use crate::facts::domain_of;
use crate::needle::Needle;

/// What a value must be like.
#[derive(Debug, Clone)]
pub(crate) enum Pattern {
    /// A text with or without wildcards.
    Glob(Glob),
    /// An address; a login may be its local part alone.
    Address(Glob),
    /// An address's local part, or all of it.
    Local(Glob),
    /// A Message-ID, with or without its brackets.
    MessageId(Glob),
    /// An address of this domain, or of one below it.
    Domain(Vec<u8>),
    /// An address of a network.
    Network(Network),
    /// A number; delays count in microseconds.
    Numbers(Numbers),
    /// A severity at or above one.
    AtLeast(u8),
}

impl Pattern {
    /// Whether a text is like this.
    pub(crate) fn text(&self, value: &BStr) -> bool {
        match self {
            Self::Glob(glob) | Self::Address(glob) => glob.matches(value),
            Self::Local(glob) => {
                let local = value.rfind_byte(b'@').and_then(|at| value.get(..at));
                glob.matches(value) || local.is_some_and(|local| glob.matches(local))
            }
            Self::MessageId(glob) => {
                let inner = value.strip_prefix(b"<").unwrap_or(value);
                glob.matches(inner.strip_suffix(b">").unwrap_or(inner))
            }
            Self::Domain(domain) => is_within(domain_of(value), domain),
            Self::Network(network) => parse_ip(value).is_some_and(|ip| network.contains(ip)),
            Self::Numbers(numbers) => numbers.of_text(value).is_some_and(|n| numbers.contains(n)),
            Self::AtLeast(least) => severity_rank(value).is_some_and(|rank| rank >= *least),
        }
    }

    /// Whether a number is like this; delays come in microseconds.
    pub(crate) fn number(&self, value: i64) -> bool {
        match self {
            Self::Numbers(numbers) => numbers.contains(value),
            Self::Glob(glob) => glob.matches(value.to_string().as_bytes()),
            _ => false,
        }
    }

    /// What a text that is like this must hold.
    pub(crate) fn needle(&self) -> Option<Needle> {
        match self {
            Self::Glob(glob) | Self::Address(glob) | Self::Local(glob) | Self::MessageId(glob) => {
                glob.needle()
            }
            Self::Domain(domain) => Needle::folded(domain),
            Self::Network(network) => network.needle(),
            Self::Numbers(_) | Self::AtLeast(_) => None,
        }
    }
}

/// Whether a domain is another or below it; `within` is in lower case.
fn is_within(domain: &[u8], within: &[u8]) -> bool {
    let Some(start) = domain.len().checked_sub(within.len()) else { return false };
    let (below, end) = domain.split_at_checked(start).unwrap_or_default();
    end.eq_ignore_ascii_case(within) && (below.is_empty() || below.ends_with(b"."))
}

const SEVERITIES: [&str; 7] = ["debug", "info", "notice", "warning", "error", "fatal", "panic"];

/// The place of a severity in their order.
pub(crate) fn severity_rank(name: &[u8]) -> Option<u8> {
    let place = SEVERITIES.iter().position(|known| known.as_bytes() == name)?;
    u8::try_from(place).ok()
}
