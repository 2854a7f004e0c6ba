//! What can be filtered by.

/// A property of lines and records that a filter can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The recipient, also the one before aliasing.
    Recipient,
    /// The envelope sender.
    Sender,
    /// An address in any part: sender, recipient, login.
    Address,
    /// The domain of an address, with its subdomains.
    Domain,
    /// The client's address or name.
    Client,
    /// What the client called itself.
    Helo,
    /// The next hop's address or name.
    Relay,
    /// The enhanced status code.
    Dsn,
    /// The reply code.
    Code,
    /// Why: a cause.
    Cause,
    /// The status of a delivery.
    Status,
    /// The kind of the line, or an everyday word for it.
    Kind,
    /// The login name.
    SaslUser,
    /// The queue ID, also of a message that this one came from or went on as.
    QueueId,
    /// The Message-ID.
    MessageId,
    /// The daemon.
    Daemon,
    /// The instance.
    Instance,
    /// The service.
    Service,
    /// The program, as the tag has it.
    Program,
    /// The host that logged.
    Host,
    /// How bad the line is.
    Severity,
    /// The delay of a delivery.
    Delay,
    /// The size of a message.
    Size,
    /// The line's text.
    Text,
    /// Any field by its public name.
    Where,
}

/// How a field's values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// An address, perhaps with `*`.
    Address,
    /// A domain and what is below it.
    Domain,
    /// An address, a network, or a host name.
    Host,
    /// Words compared without regard to case, perhaps with `*`.
    Word,
    /// A name in which case matters.
    Exact,
    MessageId,
    Code,
    Cause,
    Status,
    Kind,
    Severity,
    Span,
    Bytes,
    Text,
    Where,
}

struct Row {
    name: &'static str,
    /// Public names of what is looked at.
    columns: &'static [&'static str],
    shape: Shape,
    example: &'static str,
}

impl Field {
    /// Every field, in the order of the help.
    pub const ALL: [Self; 25] = [
        Self::Kind,
        Self::Status,
        Self::Recipient,
        Self::Sender,
        Self::Address,
        Self::Domain,
        Self::Client,
        Self::Helo,
        Self::Relay,
        Self::SaslUser,
        Self::Cause,
        Self::Code,
        Self::Dsn,
        Self::Delay,
        Self::Size,
        Self::QueueId,
        Self::MessageId,
        Self::Daemon,
        Self::Instance,
        Self::Service,
        Self::Program,
        Self::Host,
        Self::Severity,
        Self::Text,
        Self::Where,
    ];

    /// The option's name, without its dashes.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// A value as one would write it on a command line.
    pub fn example(self) -> &'static str {
        self.row().example
    }

    /// Public names of the fields that it looks at; none where it can be any.
    pub fn columns(self) -> &'static [&'static str] {
        self.row().columns
    }

    pub(crate) fn shape(self) -> Shape {
        self.row().shape
    }

    fn row(self) -> Row {
        const RECIPIENT: &[&str] = &["recipient", "orig_recipient"];
        const ADDRESS: &[&str] =
            &["sender", "recipient", "orig_recipient", "sasl_username", "user"];
        const CLIENT: &[&str] =
            &["client_address", "client_name", "orig_client_address", "orig_client_name", "client"];
        const RELAY: &[&str] = &["relay_address", "relay_name", "relay"];
        const QUEUE_ID: &[&str] = &["queue_id", "queued_as", "orig_queue_id", "notification_id"];
        let (name, columns, shape, example): (_, &[&str], _, _) = match self {
            Self::Recipient => ("recipient", RECIPIENT, Shape::Address, "'*@example.com'"),
            Self::Sender => ("sender", &["sender"], Shape::Address, "alice@example.com"),
            Self::Address => ("address", ADDRESS, Shape::Address, "alice@example.com"),
            Self::Domain => ("domain", ADDRESS, Shape::Domain, "example.com"),
            Self::Client => ("client", CLIENT, Shape::Host, "192.0.2.0/24"),
            Self::Helo => ("helo", &["helo"], Shape::Word, "'*.example.com'"),
            Self::Relay => ("relay", RELAY, Shape::Host, "'*.mx.example.com'"),
            Self::Dsn => ("dsn", &["dsn"], Shape::Word, "'4.7.*'"),
            Self::Code => ("code", &["reply_code"], Shape::Code, "550"),
            Self::Cause => ("cause", &["cause"], Shape::Cause, "mailbox_full"),
            Self::Status => ("status", &["status"], Shape::Status, "deferred"),
            Self::Kind => ("kind", &["kind"], Shape::Kind, "auth-failed"),
            Self::SaslUser => ("sasl-user", &["sasl_username", "user"], Shape::Address, "alice"),
            Self::QueueId => ("queue-id", QUEUE_ID, Shape::Exact, "4jWpv44LHMz1SZqm"),
            Self::MessageId => ("message-id", &["message_id"], Shape::MessageId, "'*@example.com'"),
            Self::Daemon => ("daemon", &["daemon"], Shape::Word, "smtpd"),
            Self::Instance => ("instance", &["instance"], Shape::Word, "postfix-out"),
            Self::Service => ("service", &["service"], Shape::Word, "submission"),
            Self::Program => ("program", &["program"], Shape::Word, "'postfix/*'"),
            Self::Host => ("host", &["host"], Shape::Word, "mx1"),
            Self::Severity => ("severity", &["severity"], Shape::Severity, "warning"),
            Self::Delay => ("delay", &["delay"], Shape::Span, "'>5m'"),
            Self::Size => ("size", &["size"], Shape::Bytes, "'>10M'"),
            Self::Text => ("text", &["text"], Shape::Text, "'Connection (refused|timed out)'"),
            Self::Where => ("where", &[], Shape::Where, "'relay_port=25'"),
        };
        Row { name, columns, shape, example }
    }
}
