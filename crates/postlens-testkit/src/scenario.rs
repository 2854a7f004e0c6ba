//! Logs of some days in which one thing goes wrong.
//!
//! The traffic is a small company's. The same traffic without an incident is
//! [`Scenario::baseline`].

use crate::config::{Config, Flavour, Incident, IncidentKind, Until};

/// A log of some days with at most one incident.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scenario {
    /// Its name on the command line.
    pub name: &'static str,
    /// What goes wrong.
    pub kind: Option<IncidentKind>,
    /// When it begins, in minutes after the log's beginning at midnight.
    from: u64,
    /// How long it lasts, in minutes.
    minutes: u64,
    /// [`Incident::strength`].
    strength: f64,
}

const DAY: u64 = 1_440;

/// Wednesday at ten and at half past two.
const MORNING: u64 = 2 * DAY + 600;
const AFTERNOON: u64 = 2 * DAY + 870;

macro_rules! scenarios {
    ($($name:literal $kind:ident $from:expr, $minutes:literal, $strength:literal;)*) => {
        /// Every scenario with an incident.
        pub const SCENARIOS: &[Scenario] = &[$(Scenario {
            name: $name,
            kind: Some(IncidentKind::$kind),
            from: $from,
            minutes: $minutes,
            strength: $strength,
        },)*];
    };
}

// Name, kind; when it begins and how long it lasts, in minutes; share or steps per minute.
scenarios! {
    "deferral-surge" DeferralSurge MORNING, 240, 1.0;
    "blocked" Blocked MORNING, 300, 1.0;
    "dns-down" DnsDown AFTERNOON, 60, 0.8;
    "disk-full" DiskFull MORNING, 60, 1.0;
    "filter-down" FilterDown AFTERNOON, 120, 1.0;
    "milter-down" MilterDown MORNING, 45, 1.0;
    "mailboxes-full" MailboxesFull MORNING, 240, 1.0;
    "certificate-expired" CertificateExpired MORNING, 600, 0.2;
    "brute-force-distributed" BruteForce AFTERNOON, 120, 10.0;
    "brute-force-client" BruteForceClient 3 * DAY + 130, 90, 4.0;
    "brute-force-user" BruteForceUser MORNING, 120, 2.0;
    "misconfigured-client" MisconfiguredClient MORNING, 480, 0.2;
    "hijacked-account" HijackedAccount 3 * DAY + 200, 120, 1.0;
    "newsletter" Newsletter AFTERNOON, 60, 6.0;
    "list-import" ListImport MORNING, 60, 0.3;
    "list-hammered" ListHammered AFTERNOON, 90, 5.0;
    "local-flood" LocalFlood 3 * DAY + 180, 60, 10.0;
    "client-flood" ClientFlood MORNING, 60, 15.0;
    "connection-flood" ConnectionFlood AFTERNOON, 30, 80.0;
    "queue-growth" QueueGrowth MORNING, 300, 0.9;
    "lines-lost" LinesLost MORNING, 30, 1.0;
    "postlogd-fails" PostlogdFails MORNING, 30, 2.0;
    "tls-broken" TlsBroken AFTERNOON, 60, 4.0;
}

impl Scenario {
    /// The days as they are without an incident.
    pub fn baseline() -> Self {
        Self { name: "baseline", kind: None, from: 0, minutes: 0, strength: 0.0 }
    }

    /// The scenario of a name.
    pub fn named(name: &str) -> Option<Self> {
        let all = SCENARIOS.iter().copied().chain([Self::baseline()]);
        all.into_iter().find(|scenario| scenario.name == name)
    }

    /// How to generate it: four days, some ten megabytes.
    pub fn config(&self, seed: u64) -> Config {
        let incident = self.kind.map(|kind| Incident {
            kind,
            from: self.from * 60,
            seconds: self.minutes * 60,
            strength: self.strength,
        });
        Config {
            seed,
            until: Until::Seconds(4 * DAY * 60),
            messages_per_hour: 25.0,
            long_queue_ids: true,
            flavour: Flavour::V3_10,
            content_filter: 0.6,
            incidents: incident.into_iter().collect(),
            ..Config::default()
        }
    }
}
