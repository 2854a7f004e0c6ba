//! The services of an instance, and their tags.

use crate::config::Flavour;

/// A service whose processes write lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Service {
    Smtpd,
    Submission,
    Submissions,
    Reinject,
    Cleanup,
    Qmgr,
    Pickup,
    Smtp,
    Relay,
    Lmtp,
    Local,
    Virtual,
    Pipe,
    Error,
    Discard,
    Bounce,
    Anvil,
    Scache,
    Postscreen,
    Dnsblog,
    Postsuper,
    Master,
    Dovecot,
    Cron,
    Kernel,
    Rsyslog,
    Journald,
    Postlogd,
}

impl Service {
    /// All services, in order of their numbers.
    pub(crate) const ALL: &[Self] = &[
        Self::Smtpd,
        Self::Submission,
        Self::Submissions,
        Self::Reinject,
        Self::Cleanup,
        Self::Qmgr,
        Self::Pickup,
        Self::Smtp,
        Self::Relay,
        Self::Lmtp,
        Self::Local,
        Self::Virtual,
        Self::Pipe,
        Self::Error,
        Self::Discard,
        Self::Bounce,
        Self::Anvil,
        Self::Scache,
        Self::Postscreen,
        Self::Dnsblog,
        Self::Postsuper,
        Self::Master,
        Self::Dovecot,
        Self::Cron,
        Self::Kernel,
        Self::Rsyslog,
        Self::Journald,
        Self::Postlogd,
    ];

    /// One process for good does all the work.
    pub(crate) fn is_single(self) -> bool {
        matches!(
            self,
            Self::Qmgr
                | Self::Pickup
                | Self::Anvil
                | Self::Scache
                | Self::Postscreen
                | Self::Dnsblog
                | Self::Master
                | Self::Dovecot
                | Self::Rsyslog
                | Self::Journald
                | Self::Postlogd
        )
    }

    /// The syslog tag in an instance with this `syslog_name`.
    pub(crate) fn tag(self, instance: &str, flavour: Flavour) -> String {
        let path = match self {
            Self::Smtpd | Self::Reinject => "smtpd",
            Self::Submission => "submission/smtpd",
            // Debian's master.cf called it so until 3.6.
            Self::Submissions if flavour < Flavour::V3_7 => "smtps/smtpd",
            Self::Submissions => "submissions/smtpd",
            Self::Cleanup => "cleanup",
            Self::Qmgr => "qmgr",
            Self::Pickup => "pickup",
            Self::Smtp => "smtp",
            Self::Relay => "relay/smtp",
            Self::Lmtp => "lmtp",
            Self::Local => "local",
            Self::Virtual => "virtual",
            Self::Pipe => "pipe",
            Self::Error => "error",
            Self::Discard => "discard",
            Self::Bounce => "bounce",
            Self::Anvil => "anvil",
            Self::Scache => "scache",
            Self::Postscreen => "postscreen",
            Self::Dnsblog => "dnsblog",
            Self::Postsuper => "postsuper",
            Self::Master => "master",
            Self::Postlogd => "postlogd",
            Self::Dovecot => return "dovecot".to_owned(),
            Self::Cron => return "CRON".to_owned(),
            Self::Kernel => return "kernel".to_owned(),
            Self::Rsyslog => return "rsyslogd".to_owned(),
            Self::Journald => return "systemd-journald".to_owned(),
        };
        format!("{instance}/{path}")
    }
}
