//! What detectors say.

use bstr::{BStr, BString};
use postlens_explain::{Actor, Basis, Cause, Failure, Verdict};
use postlens_syntax::postfix::delivery::DeliveryLine;
use postlens_syntax::{QueueId, Time};

use crate::signal::Sight;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal $gravity:ident $actor:ident;)*) => {
        /// What is wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FindingKind { $($(#[$doc])* $name,)* }

        impl FindingKind {
            /// Every kind; of equally grave findings the one that stands first here is told
            /// first.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word used in JSON, CSV and filters, in snake_case.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// How grave it is as such.
            pub fn gravity(self) -> Gravity {
                match self { $(Self::$name => Gravity::$gravity,)* }
            }

            /// Who must act, where no cause says so.
            pub fn actor(self) -> Actor {
                match self { $(Self::$name => Actor::$actor,)* }
            }
        }
    };
}

kinds! {
    /// A file system that Postfix writes to is full, or its queue cannot be written.
    DiskFull = "disk_full" Critical OurAdmin;
    /// Our name service does not answer.
    DnsFailing = "dns_failing" Critical OurDns;
    /// A content filter, milter, policy service, mail store or transport of ours is down.
    ServiceDown = "service_down" Critical OurAdmin;
    /// A lookup table or database cannot be read.
    LookupsFailing = "lookups_failing" Critical OurAdmin;
    /// Postfix's own processes give up.
    ProcessesDying = "processes_dying" Critical OurAdmin;
    /// Our certificate has expired.
    CertificateExpired = "certificate_expired" Critical OurAdmin;
    /// Somebody else sends mail with a user's login.
    AccountHijacked = "account_hijacked" Critical OurAdmin;
    /// A program on the host or a client floods the system with mail.
    ApplicationFlooding = "application_flooding" Severe OurAdmin;
    /// One destination defers or does not answer.
    DestinationDeferring = "destination_deferring" Severe PeerAdmin;
    /// Mail of one sender, or to one domain, bounces far more than usual.
    BouncesRising = "bounces_rising" Severe Sender;
    /// One recipient address gets far more mail than usual.
    AddressHammered = "address_hammered" Severe OurAdmin;
    /// The queue grows.
    QueueGrowing = "queue_growing" Severe OurAdmin;
    /// Loggers lost lines, so that figures are too low.
    LinesLost = "lines_lost" Severe OurAdmin;
    /// Far more client connections per minute than usual at that hour.
    ConnectionsUnusual = "connections_unusual" Severe OurAdmin;
    /// TLS fails for many peers.
    TlsBroken = "tls_broken" Severe OurAdmin;
    /// Mailboxes of ours are full.
    MailboxesFull = "mailboxes_full" Moderate Recipient;
    /// Many clients try the passwords of many users.
    BruteForceDistributed = "brute_force_distributed" Moderate OurAdmin;
    /// One client tries passwords.
    BruteForceClient = "brute_force_client" Moderate OurAdmin;
    /// Many clients try one user's password.
    BruteForceUser = "brute_force_user" Moderate OurAdmin;
    /// A client that used to log in as a user now fails to: an old password.
    ClientMisconfigured = "client_misconfigured" Slight Sender;
}

impl FindingKind {
    /// The keys of the sentences that say it, one for each sort of subject that needs its
    /// own; [`Finding::key`] chooses.
    pub fn keys(self) -> Vec<String> {
        let stem = self.stem();
        match self.subjects() {
            [] => vec![stem],
            subjects => subjects.iter().map(|subject| format!("{stem}-{subject}")).collect(),
        }
    }

    fn stem(self) -> String {
        format!("finding-{}", self.name().replace('_', "-"))
    }

    /// The sorts of subjects that are spoken of in different words.
    fn subjects(self) -> &'static [&'static str] {
        match self {
            Self::ApplicationFlooding => &["uid", "client"],
            Self::BouncesRising => &["sender", "domain"],
            _ => &[],
        }
    }

    /// The key of what to do about it.
    pub fn remedy_key(self) -> String {
        format!("{}-remedy", self.stem())
    }
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gravity {
    /// To be known; little mail suffers.
    Slight,
    /// Some users suffer, or somebody tries to do harm.
    Moderate,
    /// Much mail suffers.
    Severe,
    /// The mail system does not do its work, or does somebody else's.
    Critical,
}

impl Gravity {
    /// Every gravity, the least first.
    pub const ALL: [Self; 4] = [Self::Slight, Self::Moderate, Self::Severe, Self::Critical];

    /// The key of its words for people.
    pub fn key(self) -> &'static str {
        match self {
            Self::Slight => "gravity-slight",
            Self::Moderate => "gravity-moderate",
            Self::Severe => "gravity-severe",
            Self::Critical => "gravity-critical",
        }
    }

    /// The word used in JSON, CSV and filters.
    pub fn name(self) -> &'static str {
        match self {
            Self::Slight => "slight",
            Self::Moderate => "moderate",
            Self::Severe => "severe",
            Self::Critical => "critical",
        }
    }
}

/// Whom or what a finding is about. Texts are as the log has them, domains in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The mail system as a whole.
    System,
    /// One of our hosts, as the log names it.
    Host(BString),
    /// A domain that mail goes to.
    Domain(BString),
    /// A service of ours: `127.0.0.1[127.0.0.1]:10024`, a milter's or a transport's name.
    Service(BString),
    /// An envelope sender.
    Sender(BString),
    /// A recipient address.
    Recipient(BString),
    /// A login name.
    User(BString),
    /// A client's address.
    Client(BString),
    /// A login name at one client's address.
    UserAt {
        /// The login name; empty where the log has none.
        user: BString,
        /// The client's address.
        client: BString,
    },
    /// A user ID of the host.
    Uid(u32),
    /// A daemon or program.
    Program(BString),
}

impl Subject {
    /// The word used in JSON, CSV and filters.
    pub fn name(&self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Host(_) => "host",
            Self::Domain(_) => "domain",
            Self::Service(_) => "service",
            Self::Sender(_) => "sender",
            Self::Recipient(_) => "recipient",
            Self::User(_) => "user",
            Self::Client(_) => "client",
            Self::UserAt { .. } => "user_at",
            Self::Uid(_) => "uid",
            Self::Program(_) => "program",
        }
    }

    /// The subject's own text; empty for the system.
    pub fn text(&self) -> BString {
        match self {
            Self::System => BString::default(),
            Self::Host(text)
            | Self::Domain(text)
            | Self::Service(text)
            | Self::Sender(text)
            | Self::Recipient(text)
            | Self::User(text)
            | Self::Client(text)
            | Self::Program(text) => text.clone(),
            Self::UserAt { user, client } if user.is_empty() => client.clone(),
            Self::UserAt { user, client } => format!("{user} [{client}]").into(),
            Self::Uid(uid) => uid.to_string().into(),
        }
    }
}

/// A line that shows what a finding says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// When it was logged.
    pub time: Time,
    /// The host field.
    pub host: BString,
    /// The tag without pid.
    pub program: BString,
    /// The text, cut at [`Evidence::LONGEST`] bytes.
    pub text: BString,
}

impl Evidence {
    /// The most bytes of a line's text.
    pub const LONGEST: usize = 500;
    /// The most lines of one finding.
    pub const MOST: usize = 3;

    /// Why mail failed, if the line says that it did.
    fn verdict(&self) -> Option<Verdict> {
        let (id, rest) = QueueId::split(&self.text)?;
        let line = DeliveryLine::parse(id, rest)?;
        Some(Failure::from(&line).verdict())
    }

    /// Keeps a line.
    pub(crate) fn of(sight: &Sight<'_>) -> Self {
        let text = sight.text.get(..sight.text.len().min(Self::LONGEST)).unwrap_or_default();
        Self {
            time: sight.time,
            host: sight.host.to_owned(),
            program: sight.program.to_owned(),
            text: BString::from(text),
        }
    }
}

/// What a finding is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normal {
    /// What is usual, per hour; per minute for
    /// [`ConnectionsUnusual`](FindingKind::ConnectionsUnusual).
    pub usual: f64,
    /// The upper end of what is still usual, where the log is long enough to say so.
    pub most: Option<f64>,
}

/// Something that is wrong, with what shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What is wrong.
    pub kind: FindingKind,
    /// Whom or what it is about.
    pub subject: Subject,
    /// Since when: the time of the first line that belongs to it.
    pub onset: Time,
    /// The time of the last line that belongs to it.
    pub last: Time,
    /// Whether it was still going on at the log's end.
    pub open: bool,
    /// How many attempts, failures, messages or lines, as the kind has it.
    pub amount: u64,
    /// Further numbers, by name in snake_case: `clients`, `users`, `networks`, …
    pub figures: Vec<(&'static str, u64)>,
    /// What is normal; `None` where any is too much or the log is too short to say.
    pub normal: Option<Normal>,
    /// How grave it is.
    pub gravity: Gravity,
    /// Why mail failed, where the finding is about mail that did.
    pub cause: Option<Cause>,
    /// What the cause stands on: how sure it is.
    pub basis: Option<Basis>,
    /// Who must act.
    pub actor: Actor,
    /// The key of what to do about it.
    pub remedy: String,
    /// Lines that show it, the earliest kept first.
    pub evidence: Vec<Evidence>,
    /// The graver finding that explains this one, where there is one.
    pub follows: Option<FindingKind>,
}

impl Finding {
    /// The key of the sentence that says it. Its values are `subject`, `amount` and the
    /// figures by their names.
    pub fn key(&self) -> String {
        let (stem, subject) = (self.kind.stem(), self.subject.name());
        if self.kind.subjects().contains(&subject) { format!("{stem}-{subject}") } else { stem }
    }

    /// The figure `name`.
    pub fn figure(&self, name: &str) -> Option<u64> {
        self.figures.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// Takes the cause from the first delivery line among the evidence.
    pub(crate) fn explain(&mut self) {
        let verdict = self.evidence.iter().find_map(Evidence::verdict);
        self.cause = verdict.map(|verdict| verdict.cause);
        self.basis = verdict.map(|verdict| verdict.basis);
        // What is wrong as a whole is known better than why one mail failed.
        if let Some(verdict) = verdict.filter(|_| self.kind == FindingKind::DestinationDeferring) {
            self.actor = verdict.actor();
        }
    }

    /// Whether it and another were true at the same time.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.onset.micros <= other.last.micros && other.onset.micros <= self.last.micros
    }

    /// Orders findings: what others follow from first, then by gravity, kind and amount.
    pub(crate) fn rank(&self) -> impl Ord + use<> {
        use std::cmp::Reverse;
        let text = self.subject.clone();
        (self.follows.is_some(), Reverse(self.gravity), self.kind, Reverse(self.amount), text)
    }
}

/// A text as bytes to be kept.
pub(crate) fn kept(text: &[u8]) -> BString {
    BStr::new(text).to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::FindingKind;

    #[test]
    fn kinds_have_words_of_their_own() {
        let names: BTreeSet<_> = FindingKind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(names.len(), FindingKind::ALL.len());
        assert_eq!(FindingKind::DiskFull.keys(), ["finding-disk-full"]);
        assert_eq!(FindingKind::DiskFull.remedy_key(), "finding-disk-full-remedy");
    }
}
