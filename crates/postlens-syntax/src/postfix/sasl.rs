//! Failed SASL authentication.
//!
//! ```text
//! warning: NAME[ADDR]: SASL MECH authentication failed: REASON[, sasl_username=NAME]
//! warning: SASL authentication failed; server RELAY said: REPLY       (smtp, by table)
//! ```
//! By smtpd_sasl_glue.c; the login name came with 3.8.

use bstr::BStr;

use crate::address::Client;
use crate::field::FieldSink;
use crate::scan::cut;

/// A client failed to log in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SaslFailure<'a> {
    /// The client.
    pub client: Client<'a>,
    /// SASL mechanism (`PLAIN`, `LOGIN`, `CRAM-MD5`, …).
    pub method: &'a BStr,
    /// The reason; may be a base64 prompt such as `UGFzc3dvcmQ6`.
    pub reason: &'a BStr,
    /// The login name, as the client sent it.
    pub username: Option<&'a BStr>,
}

impl<'a> SaslFailure<'a> {
    /// Reads a failure from what follows `warning: `.
    pub fn parse(text: &'a [u8]) -> Option<Self> {
        let (client, rest) = Client::split(text)?;
        let (method, rest) = cut(rest.strip_prefix(b": SASL ")?, b" authentication ")?;
        if method.contains(&b' ') {
            return None;
        }
        let rest = rest
            .strip_prefix(b"failed")
            .or_else(|| rest.strip_prefix(b"aborted"))
            .or_else(|| rest.strip_prefix(b"failure"))?;
        let rest = if rest.is_empty() { rest } else { rest.strip_prefix(b":")? };
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        // The name is the client's and last: whatever it holds belongs to it.
        let (reason, username) = match cut(rest, b", sasl_username=") {
            Some((reason, username)) => (reason, Some(BStr::new(username))),
            None => (rest, None),
        };
        Some(Self { client, method: BStr::new(method), reason: BStr::new(reason), username })
    }

    /// Sends the client, `sasl_method`, `reason`, `sasl_username`.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        self.client.fields(sink);
        sink.text("sasl_method", self.method);
        sink.text("reason", self.reason);
        sink.opt_text("sasl_username", self.username);
    }
}
