//! The causes: why mail was refused, deferred or bounced.

use crate::actor::{Actor, Permanence, Side};
use crate::{examples, status};

macro_rules! causes {
    ($($(#[$doc:meta])* $cause:ident = $name:literal $key:literal
        $permanence:ident, $peer:ident, $own:ident, $client:ident;)*) => {
        /// Why mail was refused, deferred or bounced, whatever words said so.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Cause { $($(#[$doc])* $cause,)* }

        impl Cause {
            /// Every cause, those about recipients first, the unknown one last.
            pub const ALL: &'static [Self] = &[$(Self::$cause,)*];

            /// The name in records, in snake_case.
            pub fn name(self) -> &'static str {
                match self { $(Self::$cause => $name,)* }
            }

            /// The cause of a name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$cause),)* _ => None }
            }

            /// The key of its short name for people.
            pub fn key(self) -> &'static str {
                match self { $(Self::$cause => $key,)* }
            }

            /// The key of the sentence that says what it means.
            pub fn definition_key(self) -> &'static str {
                match self { $(Self::$cause => concat!($key, "-definition"),)* }
            }

            /// The key of what to do about it, for the one who must act on that side.
            pub fn remedy_key(self, side: Side) -> &'static str {
                match (self, self.remedy(side)) {
                    $((Self::$cause, Side::Peer) => concat!($key, "-remedy"),)*
                    $((Self::$cause, Side::Own) => concat!($key, "-remedy-own"),)*
                    $((Self::$cause, Side::Client) => concat!($key, "-remedy-client"),)*
                }
            }

            /// Whether trying again can help, where no code says so.
            pub fn permanence(self) -> Permanence {
                match self { $(Self::$cause => Permanence::$permanence,)* }
            }

            /// Who must act when it happens on that side.
            pub fn actor(self, side: Side) -> Actor {
                let (peer, own, client) = match self {
                    $(Self::$cause => (Actor::$peer, Actor::$own, Actor::$client),)*
                };
                match side {
                    Side::Peer => peer,
                    Side::Own => own,
                    Side::Client => client,
                }
            }
        }
    };
}

// Name, key, permanence; who must act if a peer, our own system, our own door failed.
causes! {
    /// The recipient's mailbox or address does not exist.
    UserUnknown = "user_unknown" "cause-user-unknown" Permanent, Sender, Sender, Sender;
    /// The recipient's mailbox has no room left.
    MailboxFull = "mailbox_full" "cause-mailbox-full" Either, Recipient, Recipient, Recipient;
    /// The recipient's account exists but is closed, suspended, inactive or moved.
    MailboxDisabled = "mailbox_disabled" "cause-mailbox-disabled" Permanent, Recipient, Recipient, Recipient;
    /// The recipient's domain does not exist, has no mail server, or says that it takes no mail.
    DomainUnknown = "domain_unknown" "cause-domain-unknown" Permanent, Sender, Sender, Sender;
    /// The recipient's address is not an address: syntax, missing domain.
    InvalidAddress = "invalid_address" "cause-invalid-address" Permanent, Sender, Sender, Sender;
    /// The address is still being verified, or could not be verified yet.
    AddressUnverified = "address_unverified" "cause-address-unverified" Temporary, Nobody, Nobody, Nobody;
    /// A name could not be looked up for now.
    DnsFailure = "dns_failure" "cause-dns-failure" Temporary, OurDns, OurDns, PeerAdmin;
    /// Nothing listens at the other end, or a firewall says so.
    ConnectionRefused = "connection_refused" "cause-connection-refused" Temporary, PeerAdmin, OurAdmin, OurAdmin;
    /// The other end did not answer when called.
    ConnectionTimeout = "connection_timeout" "cause-connection-timeout" Temporary, Network, OurAdmin, Network;
    /// There is no way to the other end: no route, host down, address family missing.
    NetworkUnreachable = "network_unreachable" "cause-network-unreachable" Temporary, Network, OurAdmin, Network;
    /// The other end closed the connection in the middle of the dialogue.
    ConnectionLost = "connection_lost" "cause-connection-lost" Temporary, PeerAdmin, OurAdmin, PeerAdmin;
    /// The other end fell silent in the middle of the dialogue.
    ConversationTimeout = "conversation_timeout" "cause-conversation-timeout" Temporary, PeerAdmin, OurAdmin, PeerAdmin;
    /// The mail goes round in circles.
    MailLoop = "mail_loop" "cause-mail-loop" Permanent, PeerAdmin, OurAdmin, PeerAdmin;
    /// The server is down for now, busy, shutting down, or has an error of its own.
    ServerUnavailable = "server_unavailable" "cause-server-unavailable" Temporary, PeerAdmin, OurAdmin, OurAdmin;
    /// The server says that its own settings are wrong.
    ServerMisconfigured = "server_misconfigured" "cause-server-misconfigured" Either, PeerAdmin, OurAdmin, OurAdmin;
    /// The server's disk is full.
    StorageFull = "storage_full" "cause-storage-full" Temporary, PeerAdmin, OurAdmin, OurAdmin;
    /// A lookup table, a database or the user directory could not be asked.
    LookupFailure = "lookup_failure" "cause-lookup-failure" Temporary, PeerAdmin, OurAdmin, OurAdmin;
    /// A transport, content filter, milter or policy service does not work.
    FilterUnavailable = "filter_unavailable" "cause-filter-unavailable" Temporary, PeerAdmin, OurAdmin, OurAdmin;
    /// The command that should deliver the mail failed.
    DeliveryAgentFailed = "delivery_agent_failed" "cause-delivery-agent-failed" Either, PeerAdmin, OurAdmin, OurAdmin;
    /// The mailbox's file or directory could not be written: owner, permissions, locks.
    MailboxUnwritable = "mailbox_unwritable" "cause-mailbox-unwritable" Either, PeerAdmin, OurAdmin, OurAdmin;
    /// The mail was given up because it had been tried for too long.
    QueueExpired = "queue_expired" "cause-queue-expired" Permanent, Sender, Sender, Sender;
    /// The server does not know the sender yet and asks for a second try.
    Greylisted = "greylisted" "cause-greylisted" Temporary, Nobody, Nobody, Nobody;
    /// Too much mail in too short a time, by the server's own measure.
    RateLimited = "rate_limited" "cause-rate-limited" Temporary, OurAdmin, OurAdmin, PeerAdmin;
    /// Too many connections at once, or too many mails in one.
    TooManyConnections = "too_many_connections" "cause-too-many-connections" Temporary, OurAdmin, OurAdmin, PeerAdmin;
    /// Too many recipients in one mail or one transaction.
    TooManyRecipients = "too_many_recipients" "cause-too-many-recipients" Either, OurAdmin, OurAdmin, Sender;
    /// The sending address is blocked for its bad name with this server.
    BlockedReputation = "blocked_reputation" "cause-blocked-reputation" Either, OurAdmin, OurAdmin, PeerAdmin;
    /// The sending address or domain is on a block list that the server asks.
    BlockedDnsbl = "blocked_dnsbl" "cause-blocked-dnsbl" Either, OurAdmin, OurAdmin, PeerAdmin;
    /// The sending address has no name, or the name does not lead back to it.
    ReverseDnsMissing = "reverse_dns_missing" "cause-reverse-dns-missing" Either, OurDns, OurDns, PeerAdmin;
    /// The name that the client gave as its own is not acceptable.
    HeloRejected = "helo_rejected" "cause-helo-rejected" Either, OurAdmin, OurAdmin, PeerAdmin;
    /// The sending address is not among those that the sender's domain names (SPF).
    AuthFailureSpf = "auth_failure_spf" "cause-auth-failure-spf" Either, OurDns, OurDns, PeerAdmin;
    /// A signature is missing or does not verify (DKIM).
    AuthFailureDkim = "auth_failure_dkim" "cause-auth-failure-dkim" Either, OurAdmin, OurAdmin, PeerAdmin;
    /// The author's domain asks to refuse mail that is not authenticated (DMARC), or the server demands authentication of any kind.
    AuthFailureDmarc = "auth_failure_dmarc" "cause-auth-failure-dmarc" Either, OurDns, OurDns, PeerAdmin;
    /// The sender's address is not acceptable: unknown domain, bad syntax, blocked.
    SenderRefused = "sender_refused" "cause-sender-refused" Either, Sender, Sender, Sender;
    /// The client may not send under this address: not logged in, or not its owner.
    SenderNotAllowed = "sender_not_allowed" "cause-sender-not-allowed" Either, Sender, OurAdmin, Sender;
    /// The server does not take mail for this domain from this client.
    RelayDenied = "relay_denied" "cause-relay-denied" Permanent, PeerAdmin, OurAdmin, Nobody;
    /// The server wants a login first.
    LoginRequired = "login_required" "cause-login-required" Permanent, OurAdmin, OurAdmin, Sender;
    /// The login was not accepted.
    LoginFailed = "login_failed" "cause-login-failed" Either, OurAdmin, OurAdmin, Sender;
    /// An encrypted connection is demanded, and there is none.
    TlsRequired = "tls_required" "cause-tls-required" Either, OurAdmin, OurAdmin, PeerAdmin;
    /// The encrypted connection could not be made, or its certificate not trusted.
    TlsFailure = "tls_failure" "cause-tls-failure" Either, PeerAdmin, OurAdmin, PeerAdmin;
    /// The message looks like spam.
    SpamContent = "spam_content" "cause-spam-content" Either, Sender, Sender, Nobody;
    /// The message carries a virus or a forbidden attachment.
    VirusContent = "virus_content" "cause-virus-content" Permanent, Sender, Sender, Nobody;
    /// The message breaks the rules of mail: headers, lines, MIME.
    MessageMalformed = "message_malformed" "cause-message-malformed" Permanent, Sender, Sender, PeerAdmin;
    /// The message is larger than the server takes.
    MessageTooLarge = "message_too_large" "cause-message-too-large" Permanent, Sender, Sender, Sender;
    /// Refused by a rule of the server that it does not explain.
    PolicyRefused = "policy_refused" "cause-policy-refused" Either, PeerAdmin, OurAdmin, Nobody;
    /// The recipient, or the group or list behind the address, takes no mail from this sender.
    RecipientRefused = "recipient_refused" "cause-recipient-refused" Permanent, Recipient, Recipient, Recipient;
    /// A command came at the wrong time or in the wrong form.
    ProtocolError = "protocol_error" "cause-protocol-error" Either, PeerAdmin, OurAdmin, PeerAdmin;
    /// The mail needs an extension that the server does not have.
    FeatureUnsupported = "feature_unsupported" "cause-feature-unsupported" Permanent, PeerAdmin, OurAdmin, PeerAdmin;
    /// Nothing that is known here explains it.
    Unknown = "unknown" "cause-unknown" Either, Unclear, Unclear, Unclear;
}

impl Cause {
    /// The side whose remedy serves: where the same people must act, it is the same.
    fn remedy(self, side: Side) -> Side {
        let actor = self.actor(side);
        Side::ALL.into_iter().find(|other| self.actor(*other) == actor).unwrap_or(side)
    }

    /// Texts of lines that show it, replies or Postfix's own words, with the side on which
    /// each happened.
    pub fn examples(self) -> impl Iterator<Item = (Side, &'static str)> {
        let of = examples::all().filter(move |example| example.cause == self);
        of.map(|example| (example.side, example.text))
    }

    /// Status and reply codes that tell it, in the notation of their table (`X.2.2`,
    /// `550 RCPT TO`), with whether a code means this cause alone.
    pub fn codes(self) -> impl Iterator<Item = (&'static str, bool)> {
        status::codes(self)
    }
}

#[cfg(test)]
mod tests {
    use super::Cause;

    #[test]
    fn names_go_both_ways() {
        for cause in Cause::ALL {
            assert_eq!(Cause::from_name(cause.name()), Some(*cause));
            assert_eq!(format!("cause-{}", cause.name().replace('_', "-")), cause.key());
        }
        assert_eq!(Cause::from_name("mailbox_fuller"), None);
    }
}
