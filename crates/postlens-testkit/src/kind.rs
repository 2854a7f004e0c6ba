//! Kinds of lines, named as the parser names its events.

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// What a line means, as its writer knows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Kind { $($(#[$doc])* $name,)* }

        impl Kind {
            /// All kinds, in order.
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)*];

            /// The word in [`Totals::kinds`](crate::truth::Totals::kinds).
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

kinds! {
    Delivery = "delivery";
    Connect = "connect";
    Disconnect = "disconnect";
    Client = "client";
    LostConnection = "lost_connection";
    Timeout = "timeout";
    TooManyErrors = "too_many_errors";
    Pipelining = "improper_pipelining";
    Reject = "reject";
    RejectWarning = "reject_warning";
    ProxyAccept = "proxy_accept";
    AuthFailed = "auth_failed";
    TlsSession = "tls_session";
    MessageId = "message_id";
    ContentCheck = "content_check";
    Pickup = "pickup";
    QueueActive = "queue_active";
    Removed = "removed";
    Expired = "expired";
    Notification = "notification";
    ConnectFailed = "connect_failed";
    HostSaid = "host_said";
    HostRefused = "host_refused";
    PostscreenConnect = "postscreen_connect";
    PostscreenPassOld = "postscreen_pass_old";
    PostscreenPassNew = "postscreen_pass_new";
    PostscreenAllowlisted = "postscreen_allowlisted";
    PostscreenDenylisted = "postscreen_denylisted";
    PostscreenDnsblRank = "postscreen_dnsbl_rank";
    PostscreenPregreet = "postscreen_pregreet";
    PostscreenHangup = "postscreen_hangup";
    PostscreenDisconnect = "postscreen_disconnect";
    DnsblListed = "dnsbl_listed";
    Postsuper = "postsuper";
    /// Warnings, statistics and other rare lines of Postfix.
    Notice = "notice";
    Dovecot = "dovecot";
    Foreign = "foreign";
    /// `last message repeated N times`.
    Repeated = "repeated";
}
