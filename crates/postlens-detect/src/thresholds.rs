//! The thresholds of all detectors in one place, for the book.

use crate::finding::FindingKind;
use crate::watch::Rule;
use crate::{
    account, address, application, bounces, certificate, destination, disk, dns, logger, login,
    lookup, mailbox, process, service,
};

/// What counts as guesses at one user, and where nobody can tell.
const ONE_USER: &str = "failed logins as one user from at least ten such clients. smtpd names the user \
    since 3.8; before, only what checks passwords does, Dovecot's auth process or saslauthd, if \
    it logs to the same log. Without any name they are told as `brute_force_distributed`";

impl FindingKind {
    /// What is counted, in English, and by which rules it becomes a finding. Connections and
    /// the queue's length are compared otherwise and have none.
    pub fn rules(self) -> (&'static str, Vec<Rule>) {
        match self {
            Self::DiskFull => ("lines and deliveries that say so, on one host", vec![disk::RULE]),
            Self::DnsFailing => (
                "lookups without an answer, for three different domains at least, of which none \
                 has failed for longer than an hour",
                vec![dns::RULE],
            ),
            Self::ServiceDown => ("failures to reach one service", vec![service::RULE]),
            Self::LookupsFailing => ("failed lookups in one table", vec![lookup::RULE]),
            Self::ProcessesDying => (
                "processes of one daemon that give up; a killed one counts three, a panic six, and what master(8) says of an exit half",
                vec![process::RULE],
            ),
            Self::CertificateExpired => {
                ("TLS alerts of peers that say so, on one host", vec![certificate::EXPIRED])
            }
            Self::AccountHijacked => (
                "messages sent with one login from addresses that are new for it (for less than \
                 twelve hours); half as much from a network that is not new. Logins that were \
                 not seen before count from three addresses on, and none in a log's first \
                 twelve hours",
                vec![account::RULE],
            ),
            Self::ApplicationFlooding => (
                "messages of one user ID of the host (first rule), or of one client without \
                 login (second rule)",
                vec![application::LOCAL, application::CLIENT],
            ),
            Self::DestinationDeferring => (
                "first attempts to one domain that fail for now, less those that succeed; \
                 greylisting aside, and for domains that usually take most mail at the first \
                 attempt. Or, graded as moderate, first attempts that fail for two hours and \
                 longer without a success between them (second rule)",
                vec![destination::RULE, destination::SLOW],
            ),
            Self::BouncesRising => (
                "bounces of one sender's mail, or to one domain if at least four senders are \
                 concerned",
                vec![bounces::RULE],
            ),
            Self::AddressHammered => {
                ("messages for one address, as it was before aliases", vec![address::RULE])
            }
            Self::QueueGrowing => (
                "messages that came less those that went: growth within three hours of more than \
                 60, three times the largest usual growth, and a third of what came meanwhile",
                vec![],
            ),
            Self::LinesLost => ("notes of a host's loggers", vec![logger::RULE]),
            Self::ConnectionsUnusual => (
                "connections per minute: four minutes with more than the median of the minutes \
                 of that hour of the day plus five times the distance of their quartiles, and \
                 more than three times the median, and than 30 beyond it",
                vec![],
            ),
            Self::TlsBroken => (
                "TLS warnings on one host; one that leaves the server without TLS is enough",
                vec![certificate::BROKEN],
            ),
            Self::MailboxesFull => {
                ("attempts to deliver to full mailboxes of ours", vec![mailbox::RULE])
            }
            Self::BruteForceClient => (
                "failed logins from one client, unless it has logged in as that user before",
                vec![login::CLIENT],
            ),
            Self::BruteForceUser => (ONE_USER, vec![login::USER]),
            Self::BruteForceDistributed => (
                "failed logins that belong to neither, from at least 15 such clients",
                vec![login::ALL],
            ),
            Self::ClientMisconfigured => (
                "failed logins from a client that has logged in as that user before",
                vec![login::KNOWN],
            ),
        }
    }
}
