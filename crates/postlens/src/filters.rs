//! Filters by meaning: arguments that several commands share.

use anyhow::Result;
use clap::Args;
use postlens_filter::{Field, Query};

use crate::exit::hint;

/// What the user wrote.
#[derive(Debug, Args, Default)]
#[command(next_help_heading = "Filters")]
pub(crate) struct FilterArgs {
    /// What the line tells: an event kind, or an everyday word such as auth-failed,
    /// rejected, "imap-login failed", greylisted.
    #[arg(long, value_name = "KIND")]
    kind: Vec<String>,
    /// A delivery's status: sent, deferred, bounced; for `reject` and others see --kind.
    #[arg(long, value_name = "STATUS")]
    status: Vec<String>,
    /// The recipient: an address, its local part, or a pattern with * and ?.
    #[arg(long, value_name = "ADDRESS")]
    recipient: Vec<String>,
    /// The envelope sender; '<>' is the null sender.
    #[arg(long, value_name = "ADDRESS")]
    sender: Vec<String>,
    /// An address as sender, recipient or login.
    #[arg(long, value_name = "ADDRESS")]
    address: Vec<String>,
    /// Addresses of a domain and of those below it.
    #[arg(long, value_name = "DOMAIN")]
    domain: Vec<String>,
    /// The client: an address, a network such as 192.0.2.0/24, or a host name.
    #[arg(long, value_name = "CLIENT")]
    client: Vec<String>,
    /// What the client called itself.
    #[arg(long, value_name = "NAME")]
    helo: Vec<String>,
    /// The next hop: an address, a network, or a host name.
    #[arg(long, value_name = "RELAY")]
    relay: Vec<String>,
    /// The login name.
    #[arg(long, value_name = "USER")]
    sasl_user: Vec<String>,
    /// Why something failed: mailbox_full, greylisted, dns_*, …
    #[arg(long, value_name = "CAUSE")]
    cause: Vec<String>,
    /// The reply code: 550, 5xx, '>=500'.
    #[arg(long, value_name = "CODE")]
    code: Vec<String>,
    /// The enhanced status code: 5.1.1, '4.7.*'.
    #[arg(long, value_name = "CODE")]
    dsn: Vec<String>,
    /// A delivery's delay: '>5m', '<=1.5', 1h..2d.
    #[arg(long, value_name = "SPAN", allow_hyphen_values = true)]
    delay: Vec<String>,
    /// The message's size in bytes: '>10M'.
    #[arg(long, value_name = "SIZE")]
    size: Vec<String>,
    /// The queue ID, also of the message that this one came from or went on as.
    #[arg(long, value_name = "ID")]
    queue_id: Vec<String>,
    /// The Message-ID, with or without its brackets.
    #[arg(long, value_name = "ID")]
    message_id: Vec<String>,
    /// The daemon: smtpd, qmgr, dovecot, …
    #[arg(long, value_name = "NAME")]
    daemon: Vec<String>,
    /// The Postfix instance.
    #[arg(long, value_name = "NAME")]
    instance: Vec<String>,
    /// The service: submission, smtps, …
    #[arg(long, value_name = "NAME")]
    service: Vec<String>,
    /// The program, as the line's tag has it.
    #[arg(long, value_name = "NAME")]
    program: Vec<String>,
    /// The host that logged the line.
    #[arg(long, value_name = "NAME")]
    host: Vec<String>,
    /// This severity and worse: warning, error, fatal; '=warning' for that alone.
    #[arg(long, value_name = "SEVERITY")]
    severity: Vec<String>,
    /// A regular expression for the line's text.
    #[arg(long, value_name = "REGEX", allow_hyphen_values = true)]
    text: Vec<String>,
    /// Any field of the event reference: 'relay_port=25', 'bytes_out>1M', 'helo!=localhost'.
    #[arg(long, value_name = "COMPARISON")]
    r#where: Vec<String>,
}

impl FilterArgs {
    /// What was written, field by field.
    fn given(&self) -> [(Field, &[String]); 25] {
        [
            (Field::Kind, &self.kind),
            (Field::Status, &self.status),
            (Field::Recipient, &self.recipient),
            (Field::Sender, &self.sender),
            (Field::Address, &self.address),
            (Field::Domain, &self.domain),
            (Field::Client, &self.client),
            (Field::Helo, &self.helo),
            (Field::Relay, &self.relay),
            (Field::SaslUser, &self.sasl_user),
            (Field::Cause, &self.cause),
            (Field::Code, &self.code),
            (Field::Dsn, &self.dsn),
            (Field::Delay, &self.delay),
            (Field::Size, &self.size),
            (Field::QueueId, &self.queue_id),
            (Field::MessageId, &self.message_id),
            (Field::Daemon, &self.daemon),
            (Field::Instance, &self.instance),
            (Field::Service, &self.service),
            (Field::Program, &self.program),
            (Field::Host, &self.host),
            (Field::Severity, &self.severity),
            (Field::Text, &self.text),
            (Field::Where, &self.r#where),
        ]
    }

    /// What it means.
    pub(crate) fn query(&self) -> Result<Query> {
        let filters = self
            .given()
            .into_iter()
            .flat_map(|(field, values)| values.iter().map(move |value| (field, value.as_str())));
        Query::new(filters).map_err(|error| {
            let remedy = error.hint();
            hint(error, remedy)
        })
    }
}
