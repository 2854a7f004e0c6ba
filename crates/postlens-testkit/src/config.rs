//! What to generate.

/// Everything that a run depends on. The same configuration gives the same bytes.
#[derive(Debug, Clone)]
pub struct Config {
    /// Seed of all chance.
    pub seed: u64,
    /// When to stop. New traffic ends there; mail on its way still settles unless
    /// [`cut_end`](Self::cut_end) is set.
    pub until: Until,
    /// Time of the first line, in microseconds since 1970 UTC.
    pub start: i64,
    /// Offset of the log's local time from UTC, in minutes.
    pub offset_minutes: i32,
    /// Messages arriving per hour, averaged over a week, about.
    pub messages_per_hour: f64,
    /// Whether traffic follows the time of day and the day of the week.
    pub daily_rhythm: bool,
    /// Mail hosts, 1 to 4. The first holds the mailboxes; the others receive mail and
    /// relay it to the first.
    pub hosts: u8,
    /// Postfix instances on the first host, 1 or 2. The second sends the first's mail
    /// to the outside.
    pub instances: u8,
    /// `enable_long_queue_ids`.
    pub long_queue_ids: bool,
    /// The header of every line.
    pub format: Format,
    /// Which version's wording the log has.
    pub flavour: Flavour,
    /// Share of inbound messages that go through an after-queue content filter and come
    /// back as another message, 0 to 1.
    pub content_filter: f64,
    /// Share of inbound sessions on a port with a before-queue filter, 0 to 1.
    pub proxy_filter: f64,
    /// postscreen stands before smtpd on port 25.
    pub postscreen: bool,
    /// How many recipients a list or newsletter message has, at most.
    pub max_recipients: u32,
    /// Share of lines that are written some milliseconds late, so that a message's lines
    /// are not in order, 0 to 1. Stamps stay in order.
    pub disorder: f64,
    /// Share of new messages that get the queue ID of a message that has just left the
    /// same queue (short IDs only), 0 to 1.
    pub reuse_ids: f64,
    /// Share of new messages that get a queue ID that another queue is using at this
    /// moment, where there are several queues, 0 to 1.
    pub collide_ids: f64,
    /// Simulated time before the first line whose lines are not in the log, in seconds:
    /// messages and sessions are then cut off at the log's beginning.
    pub cut_start: u32,
    /// Stop in the middle of everything, as a log being written does.
    pub cut_end: bool,
    /// What a syslog daemon makes of equal lines in a row.
    pub repeats: Repeats,
    /// How nasty addresses, HELO names and replies are.
    pub hostility: Hostility,
    /// `maximal_queue_lifetime`, in seconds.
    pub queue_lifetime: u32,
    /// Lines of Dovecot among Postfix's.
    pub dovecot: bool,
    /// Share of extra lines from other programs (cron, kernel), 0 to 1.
    pub foreign: f64,
    /// What goes wrong, and when.
    pub incidents: Vec<Incident>,
}

impl Default for Config {
    /// A small company's single server on Monday, 2 November 2026, 1,000 messages.
    fn default() -> Self {
        Self {
            seed: 1,
            until: Until::Messages(1_000),
            start: 1_793_577_600_000_000,
            offset_minutes: 0,
            messages_per_hour: 2_000.0,
            daily_rhythm: true,
            hosts: 1,
            instances: 1,
            long_queue_ids: false,
            format: Format::Traditional,
            flavour: Flavour::V3_7,
            content_filter: 0.1,
            proxy_filter: 0.02,
            postscreen: true,
            max_recipients: 40,
            disorder: 0.01,
            reuse_ids: 0.001,
            collide_ids: 0.0,
            cut_start: 0,
            cut_end: false,
            repeats: Repeats::None,
            hostility: Hostility::None,
            queue_lifetime: 432_000,
            dovecot: true,
            foreign: 0.01,
            incidents: Vec::new(),
        }
    }
}

/// When the log is long enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// At least this many messages have arrived.
    Messages(u64),
    /// At least this many lines are written.
    Lines(u64),
    /// At least this many bytes are written.
    Bytes(u64),
    /// This many seconds after the first line.
    Seconds(u64),
}

/// The header before a line's text, or the record around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// `Nov  4 06:25:01 host tag[pid]: text` (RFC 3164, syslogd).
    Traditional,
    /// The same with the day padded by a zero, as postlogd(8) writes it.
    TraditionalZero,
    /// `Nov  4 2026 06:25:01 …`.
    TraditionalYear,
    /// `2026-11-04T06:25:01.123+00:00 …` with this many digits of a second, 0 to 9.
    Rfc3339 {
        /// Digits after the second; none with the point for 0.
        digits: u8,
        /// How the offset is written.
        zone: Zone,
    },
    /// `<22>1 2026-11-04T06:25:01.123456+00:00 host tag pid - - text`.
    Rfc5424,
    /// `<22>Nov  4 06:25:01 …`: with the priority in front.
    Priority,
    /// `Nov  4 06:25:01 host tag[pid]: [ID 197553 mail.info] text` (Solaris).
    Solaris,
    /// `mail-1  | Nov  4 06:25:01 …`: out of a container.
    Container,
    /// `journalctl -o json`.
    JournalJson,
    /// `journalctl -o export`.
    JournalExport,
    /// rsyslog's JSON template.
    RsyslogJson,
    /// `journalctl -o short-precise`.
    JournalShortPrecise,
    /// `journalctl -o short-iso`.
    JournalShortIso,
    /// `journalctl -o short-iso-precise`.
    JournalShortIsoPrecise,
    /// `journalctl -o short-unix`.
    JournalShortUnix,
    /// Another one of the formats of one line on every line.
    Mixed,
}

/// How RFC 3339 stamps write their offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Zone {
    /// `+09:00`.
    Colon,
    /// `+0900`.
    Digits,
    /// Always UTC, as `Z`.
    Zulu,
}

/// Whose wording: a version of Postfix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flavour {
    /// No counters in `disconnect from`.
    V2_10,
    /// Counters; BLACKLISTED; short TLS summaries.
    V3_4,
    /// DENYLISTED; long TLS summaries.
    V3_7,
    /// `sasl_*` fields in refusals, `NOQUEUE: lost connection`, `removed (canceled)`.
    V3_10,
    /// `tls=` in deliveries.
    V3_11,
}

/// What a syslog daemon makes of equal lines in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Repeats {
    /// It writes each.
    None,
    /// rsyslog: `message repeated 2 times: [ text]`.
    Rsyslog,
    /// syslogd: `last message repeated 2 times`.
    Classic,
}

/// How nasty the outside world's texts are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hostility {
    /// Plain addresses.
    None,
    /// Quoted addresses, HELO names and replies that imitate other fields.
    Quoted,
    /// The same with `info_log_address_format = internal`: nothing is quoted.
    Raw,
}

/// Something that goes wrong for a while.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Incident {
    /// What goes wrong.
    pub kind: IncidentKind,
    /// When it begins, in seconds after the first line.
    pub from: u64,
    /// How long it lasts, in seconds.
    pub seconds: u64,
    /// How strong it is: the share of affected traffic (0 to 1), or for attacks their
    /// number per minute.
    pub strength: f64,
}

macro_rules! incidents {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// What goes wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum IncidentKind { $($(#[$doc])* $name,)* }

        impl IncidentKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word in the truth.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

incidents! {
    /// The largest provider defers our mail.
    DeferralSurge = "deferral_surge";
    /// The largest provider refuses us for our reputation.
    Blocked = "blocked";
    /// Name service fails.
    DnsDown = "dns_down";
    /// Our disk is full.
    DiskFull = "disk_full";
    /// The content filter does not listen.
    FilterDown = "filter_down";
    /// A milter does not listen.
    MilterDown = "milter_down";
    /// Our mailboxes are full.
    MailboxesFull = "mailboxes_full";
    /// Our certificate has expired.
    CertificateExpired = "certificate_expired";
    /// Many clients guess passwords of many users.
    BruteForce = "brute_force";
    /// One client guesses the passwords of many users.
    BruteForceClient = "brute_force_client";
    /// Many clients guess one user's password.
    BruteForceUser = "brute_force_user";
    /// A user's mail program has an old password.
    MisconfiguredClient = "misconfigured_client";
    /// A user's account sends spam from many addresses.
    HijackedAccount = "hijacked_account";
    /// A user sends a newsletter.
    Newsletter = "newsletter";
    /// A newsletter goes to an old list with many dead addresses.
    ListImport = "list_import";
    /// Everybody writes to one list address.
    ListHammered = "list_hammered";
    /// A program on the host sends far too much.
    LocalFlood = "local_flood";
    /// A client sends far too much.
    ClientFlood = "client_flood";
    /// Clients connect in crowds and want nothing.
    ConnectionFlood = "connection_flood";
    /// qmgr(8) does not keep up: what arrives stays in the queue.
    QueueGrowth = "queue_growth";
    /// Loggers drop lines.
    LinesLost = "lines_lost";
    /// postlogd(8) cannot take all lines in.
    PostlogdFails = "postlogd_fails";
    /// Our TLS settings fit no client any more.
    TlsBroken = "tls_broken";
}

impl Config {
    /// A configuration with every feature on: several hosts and instances, filters,
    /// hostile texts, reused and colliding queue IDs, disorder and both ends cut.
    pub fn everything(seed: u64) -> Self {
        Self {
            seed,
            hosts: 2,
            instances: 2,
            content_filter: 0.2,
            proxy_filter: 0.1,
            disorder: 0.05,
            reuse_ids: 0.02,
            collide_ids: 0.02,
            cut_start: 600,
            cut_end: true,
            repeats: Repeats::Rsyslog,
            hostility: Hostility::Quoted,
            foreign: 0.05,
            ..Self::default()
        }
    }
}
