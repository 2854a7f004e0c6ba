//! TLS session summaries.
//!
//! ```text
//! [QID: ]Anonymous|Untrusted|Trusted|Verified TLS connection established|reused from|to PEER[ to SNI]:
//!     PROTOCOL with cipher CIPHER (BITS/BITS bits)[ key-exchange …][ server-signature …]…
//! ```
//! By tls_misc.c (`tls_log_summary`), in smtpd, smtp, lmtp, postscreen's tlsproxy and
//! posttls-finger.

use bstr::BStr;

use crate::address::Client;
use crate::field::FieldSink;
use crate::scan::{cut, leading_number};

/// A TLS session began.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TlsSession<'a> {
    /// `Anonymous`, `Untrusted`, `Trusted`, `Verified`.
    pub trust: &'a BStr,
    /// Whether an open connection was reused.
    pub reused: bool,
    /// Whether the peer is a server that we connected to.
    pub outbound: bool,
    /// The peer.
    pub peer: Client<'a>,
    /// The server name that the client asked for (SNI).
    pub sni: Option<&'a BStr>,
    /// `TLSv1.3`, …
    pub protocol: &'a BStr,
    /// Cipher suite.
    pub cipher: &'a BStr,
    /// Bits in use.
    pub bits: Option<u64>,
    /// Key exchange, signatures and digests as written.
    pub detail: Option<&'a BStr>,
}

const TRUST: [&[u8]; 4] = [b"Anonymous", b"Untrusted", b"Trusted", b"Verified"];

impl<'a> TlsSession<'a> {
    /// Reads a TLS summary.
    pub fn parse(text: &'a [u8]) -> Option<Self> {
        let trust = TRUST.iter().find(|trust| text.starts_with(trust))?;
        let (trust, rest) = text.split_at_checked(trust.len())?;
        let rest = rest.strip_prefix(b" TLS connection ")?;
        let (verb, rest) = cut(rest, b" ")?;
        let reused = match verb {
            b"established" => false,
            b"reused" => true,
            _ => return None,
        };
        let (direction, rest) = cut(rest, b" ")?;
        let (peer, rest) = Client::split(rest)?;
        let (sni, rest) = match rest.strip_prefix(b" to ") {
            Some(rest) => cut(rest, b": ").map(|(sni, rest)| (Some(BStr::new(sni)), rest))?,
            None => (None, rest.strip_prefix(b": ")?),
        };
        let (protocol, rest) = cut(rest, b" with cipher ")?;
        let (cipher, rest) = cut(rest, b" (")?;
        let (bits, rest) = leading_number(rest)?;
        let rest = cut(rest, b" bits)")?.1;
        Some(Self {
            trust: BStr::new(trust),
            reused,
            outbound: direction == b"to",
            peer,
            sni,
            protocol: BStr::new(protocol),
            cipher: BStr::new(cipher),
            bits: Some(bits),
            detail: rest.strip_prefix(b" ").map(BStr::new),
        })
    }

    /// Sends the peer (as client or as relay) and the `tls_…` fields.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        if self.outbound {
            sink.opt_text("relay_name", self.peer.name);
            sink.text("relay_address", self.peer.address);
            sink.opt_int("relay_port", self.peer.port.map(i64::from));
        } else {
            self.peer.fields(sink);
        }
        sink.text("tls_trust", self.trust);
        if self.reused {
            sink.text("tls_connection", BStr::new("reused"));
        }
        sink.opt_text("tls_sni", self.sni);
        sink.text("tls_protocol", self.protocol);
        sink.text("tls_cipher", self.cipher);
        sink.opt_int("tls_bits", self.bits.and_then(|bits| i64::try_from(bits).ok()));
        sink.opt_text("tls_detail", self.detail);
    }
}
