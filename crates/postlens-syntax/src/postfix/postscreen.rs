//! postscreen(8)'s tests and their results. Its rejects are
//! [`Decision`](super::decision::Decision)s.
//!
//! ```text
//! CONNECT from [ADDR]:PORT to [ADDR]:PORT
//! PASS OLD|NEW [ADDR]:PORT                  DISCONNECT [ADDR]:PORT
//! ALLOWLISTED|DENYLISTED [ADDR]:PORT        ALLOWLIST VETO [ADDR]:PORT
//! DNSBL rank N for [ADDR]:PORT              PREGREET N after T from [ADDR]:PORT: TEXT
//! HANGUP after T from [ADDR]:PORT in WHERE
//! COMMAND TIME|COUNT|LENGTH LIMIT from [ADDR]:PORT after COMMAND
//! COMMAND PIPELINING|BARE NEWLINE|NON-SMTP COMMAND from [ADDR]:PORT after COMMAND[: TEXT]
//! DATA|BDAT without valid RCPT from [ADDR]:PORT
//! ```
//! By postscreen.c, postscreen_early.c, postscreen_misc.c, postscreen_smtpd.c. Before 3.6
//! and with `respectful_logging=no`: WHITELISTED, BLACKLISTED, WHITELIST VETO.

use bstr::BStr;

use crate::address::Client;
use crate::field::FieldSink;
use crate::scan::{cut, leading_number};

/// A line of postscreen about one client.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Postscreen<'a> {
    /// What happened.
    pub event: PostscreenEvent,
    /// The client.
    pub client: Client<'a>,
    /// Our end, in `CONNECT` lines.
    pub server: Option<Client<'a>>,
    /// DNSBL rank, or bytes sent before the greeting.
    pub number: Option<u64>,
    /// The last command (`CONNECT`, `EHLO`, …) or the seconds since connecting.
    pub after: Option<&'a BStr>,
    /// What the client sent, or where in the tests it hung up.
    pub detail: Option<&'a BStr>,
}

macro_rules! postscreen_events {
    ($($(#[$doc:meta])* $name:ident = $kind:literal;)*) => {
        /// What postscreen saw or did.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum PostscreenEvent { $($(#[$doc])* $name,)* }
        impl PostscreenEvent {
            /// The event's kind.
            pub fn kind(self) -> &'static str {
                match self { $(Self::$name => $kind,)* }
            }
        }
    };
}

postscreen_events! {
    /// A client connected.
    Connect = "postscreen_connect";
    /// Handed to smtpd on the strength of earlier tests.
    PassOld = "postscreen_pass_old";
    /// Passed all tests.
    PassNew = "postscreen_pass_new";
    /// On the permanent allow list.
    Allowlisted = "postscreen_allowlisted";
    /// On the permanent deny list.
    Denylisted = "postscreen_denylisted";
    /// Allow-listed, but it came to the primary MX only (`postscreen_allowlist_interfaces`).
    AllowlistVeto = "postscreen_allowlist_veto";
    /// Listed by DNS blocklists with this score.
    DnsblRank = "postscreen_dnsbl_rank";
    /// Spoke before its turn.
    Pregreet = "postscreen_pregreet";
    /// Hung up.
    Hangup = "postscreen_hangup";
    /// The connection ended.
    Disconnect = "postscreen_disconnect";
    /// Too slow.
    CommandTimeLimit = "postscreen_command_time_limit";
    /// Too many commands.
    CommandCountLimit = "postscreen_command_count_limit";
    /// Too long a command.
    CommandLengthLimit = "postscreen_command_length_limit";
    /// Commands before their turn.
    CommandPipelining = "postscreen_command_pipelining";
    /// A bare line feed.
    BareNewline = "postscreen_bare_newline";
    /// Another protocol's command, such as HTTP's `GET`.
    NonSmtpCommand = "postscreen_non_smtp_command";
    /// DATA or BDAT without a recipient.
    DataWithoutRcpt = "postscreen_data_without_rcpt";
}

use PostscreenEvent as E;

const LISTS: [(&[u8], PostscreenEvent); 6] = [
    (b"ALLOWLISTED ", E::Allowlisted),
    (b"WHITELISTED ", E::Allowlisted),
    (b"DENYLISTED ", E::Denylisted),
    (b"BLACKLISTED ", E::Denylisted),
    (b"ALLOWLIST VETO ", E::AllowlistVeto),
    (b"WHITELIST VETO ", E::AllowlistVeto),
];

const COMMANDS: [(&[u8], PostscreenEvent); 6] = [
    (b"COMMAND TIME LIMIT from ", E::CommandTimeLimit),
    (b"COMMAND COUNT LIMIT from ", E::CommandCountLimit),
    (b"COMMAND LENGTH LIMIT from ", E::CommandLengthLimit),
    (b"COMMAND PIPELINING from ", E::CommandPipelining),
    (b"BARE NEWLINE from ", E::BareNewline),
    (b"NON-SMTP COMMAND from ", E::NonSmtpCommand),
];

impl<'a> Postscreen<'a> {
    fn new(event: PostscreenEvent, client: Client<'a>) -> Self {
        Self { event, client, server: None, number: None, after: None, detail: None }
    }

    /// Reads one of postscreen's lines.
    pub fn parse(text: &'a [u8]) -> Option<Self> {
        match text.first()? {
            b'C' if text.starts_with(b"CONNECT from ") => Self::connect(text),
            b'P' if text.starts_with(b"PASS ") => Self::pass(text),
            b'P' => Self::pregreet(text),
            b'H' => Self::hangup(text),
            b'D' if text.starts_with(b"DNSBL rank ") => {
                let (rank, rest) = leading_number(text.strip_prefix(b"DNSBL rank ")?)?;
                let client = Client::parse(rest.strip_prefix(b" for ")?)?;
                Some(Self { number: Some(rank), ..Self::new(E::DnsblRank, client) })
            }
            b'D' if text.starts_with(b"DISCONNECT ") => {
                let client = Client::parse(text.strip_prefix(b"DISCONNECT ")?)?;
                Some(Self::new(E::Disconnect, client))
            }
            _ => Self::listed(text).or_else(|| Self::command(text)).or_else(|| Self::no_rcpt(text)),
        }
    }

    fn connect(text: &'a [u8]) -> Option<Self> {
        let (client, rest) = Client::split(text.strip_prefix(b"CONNECT from ")?)?;
        let server = Client::parse(rest.strip_prefix(b" to ")?)?;
        Some(Self { server: Some(server), ..Self::new(E::Connect, client) })
    }

    fn pass(text: &'a [u8]) -> Option<Self> {
        if let Some(client) = text.strip_prefix(b"PASS OLD ") {
            return Some(Self::new(E::PassOld, Client::parse(client)?));
        }
        Some(Self::new(E::PassNew, Client::parse(text.strip_prefix(b"PASS NEW ")?)?))
    }

    fn pregreet(text: &'a [u8]) -> Option<Self> {
        let (bytes, rest) = leading_number(text.strip_prefix(b"PREGREET ")?)?;
        let (after, rest) = cut(rest.strip_prefix(b" after ")?, b" from ")?;
        let (client, rest) = Client::split(rest)?;
        Some(Self {
            number: Some(bytes),
            after: Some(BStr::new(after)),
            detail: Some(BStr::new(rest.strip_prefix(b": ").or_else(|| rest.strip_prefix(b":"))?)),
            ..Self::new(E::Pregreet, client)
        })
    }

    fn hangup(text: &'a [u8]) -> Option<Self> {
        let (after, rest) = cut(text.strip_prefix(b"HANGUP after ")?, b" from ")?;
        let (client, rest) = Client::split(rest)?;
        let detail =
            if rest.is_empty() { None } else { Some(BStr::new(rest.strip_prefix(b" in ")?)) };
        Some(Self { after: Some(BStr::new(after)), detail, ..Self::new(E::Hangup, client) })
    }

    fn listed(text: &'a [u8]) -> Option<Self> {
        LISTS.iter().find_map(|(word, event)| {
            Some(Self::new(*event, Client::parse(text.strip_prefix(*word)?)?))
        })
    }

    fn command(text: &'a [u8]) -> Option<Self> {
        let (rest, event) =
            COMMANDS.iter().find_map(|(word, event)| Some((text.strip_prefix(*word)?, *event)))?;
        let (client, rest) = Client::split(rest)?;
        let rest = rest.strip_prefix(b" after ")?;
        let (after, detail) = match cut(rest, b": ") {
            Some((after, detail)) => (after, Some(BStr::new(detail))),
            None => (rest.strip_suffix(b":").unwrap_or(rest), None),
        };
        Some(Self { after: Some(BStr::new(after)), detail, ..Self::new(event, client) })
    }

    fn no_rcpt(text: &'a [u8]) -> Option<Self> {
        let (command, client) = cut(text, b" without valid RCPT from ")?;
        matches!(command, b"DATA" | b"BDAT").then_some(())?;
        let line = Self::new(E::DataWithoutRcpt, Client::parse(client)?);
        Some(Self { after: Some(BStr::new(command)), ..line })
    }

    /// The event's kind.
    pub fn kind(&self) -> &'static str {
        self.event.kind()
    }

    /// Sends the client, `server_address`, `server_port`, `rank` or `bytes`, `after`
    /// (seconds or a command) and `detail`.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        self.client.fields(sink);
        if let Some(server) = self.server {
            sink.text("server_address", server.address);
            sink.opt_int("server_port", server.port.map(i64::from));
        }
        let number = self.number.and_then(|number| i64::try_from(number).ok());
        sink.opt_int(if self.event == E::DnsblRank { "rank" } else { "bytes" }, number);
        sink.opt_text("after", self.after);
        sink.opt_text("detail", self.detail);
    }
}
