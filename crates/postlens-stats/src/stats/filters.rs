//! What content filters, sender checks and greylisting said.

use postlens_syntax::neighbour::verdict::Check;
use postlens_syntax::neighbour::{Authentication, FilterVerdict, Greylist};
use postlens_syntax::{Daemon, Delay, Event, Neighbour};
use postlens_track::Observation;

use super::{Scratch, Section};
use crate::counts::Counts;
use crate::histogram::Histogram;
use crate::top::Top;

/// Verdicts of content filters, results of DKIM, SPF and DMARC checks, greylisting.
#[derive(Debug, Clone, PartialEq)]
pub struct Filters {
    /// Verdicts by `program verdict` or `program action verdict`: `amavis Blocked SPAM`,
    /// `rspamd reject spam`, `spamd clean`.
    pub verdicts: Top<u64>,
    /// spamd's first line about a message, which its second one repeats. They count where
    /// there are no second ones.
    summaries: Top<u64>,
    /// Names of viruses and of banned parts, as the filter writes them.
    pub names: Top<u64>,
    /// How long filters took.
    pub took: Histogram,
    /// Results by check and result.
    pub checks: Counts<(CheckName, CheckResult)>,
    /// Domains whose check failed, by check: `dmarc example.com`.
    pub failed_domains: Top<u64>,
    /// Greylisting decisions.
    pub greylisting: Counts<Greylisting>,
    /// How long senders had to wait.
    pub waited: Histogram,
    text: Scratch,
}

/// Words of the filters' own, of which there are few.
const WORDS: usize = 1000;

impl Default for Filters {
    fn default() -> Self {
        Self {
            verdicts: Top::with_limit(WORDS),
            summaries: Top::with_limit(WORDS),
            names: Top::default(),
            took: Histogram::default(),
            checks: Counts::default(),
            failed_domains: Top::default(),
            greylisting: Counts::default(),
            waited: Histogram::default(),
            text: Scratch::default(),
        }
    }
}

macro_rules! names {
    ($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $item:ident = $text:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$item_doc])* $item,)* }

        impl $name {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$item,)*];

            /// The word used in JSON.
            pub fn name(self) -> &'static str {
                match self { $(Self::$item => $text,)* }
            }
        }
    };
}

names! {
    /// A way to check who sent a message, in an order.
    CheckName {
        /// DKIM.
        Dkim = "dkim";
        /// SPF.
        Spf = "spf";
        /// DMARC.
        Dmarc = "dmarc";
    }
}

names! {
    /// A result of a check, RFC 8601, section 2.7.
    CheckResult {
        /// It passed.
        Pass = "pass";
        /// It failed.
        Fail = "fail";
        /// It failed, and the domain does not insist (SPF).
        SoftFail = "softfail";
        /// The domain says nothing (SPF).
        Neutral = "neutral";
        /// There was nothing to check.
        None = "none";
        /// It could not be checked now.
        TempError = "temperror";
        /// It can not be checked.
        PermError = "permerror";
        /// OpenDKIM signed a message of ours.
        Signed = "signed";
        /// Any other word.
        Other = "other";
    }
}

names! {
    /// What a greylister decided about one recipient.
    Greylisting {
        /// Seen for the first time: to come back later.
        New = "new";
        /// Came back too early.
        EarlyRetry = "early_retry";
        /// Came back in time, or was known.
        Known = "known";
        /// The client is on a list of those that are let through.
        Allowlisted = "allowlisted";
        /// Let through or not for another reason.
        Other = "other";
    }
}

impl CheckResult {
    fn parse(word: &[u8]) -> Self {
        const WORDS: [(&[u8], CheckResult); 8] = [
            (b"pass", CheckResult::Pass),
            (b"fail", CheckResult::Fail),
            (b"softfail", CheckResult::SoftFail),
            (b"neutral", CheckResult::Neutral),
            (b"none", CheckResult::None),
            (b"temperror", CheckResult::TempError),
            (b"permerror", CheckResult::PermError),
            (b"signed", CheckResult::Signed),
        ];
        let known = WORDS.iter().find(|(known, _)| word.eq_ignore_ascii_case(known));
        known.map_or(Self::Other, |(_, result)| *result)
    }
}

impl Greylisting {
    fn of(line: &Greylist<'_>) -> Self {
        let reason: &[u8] = line.reason.map_or(b"", |reason| reason);
        match reason {
            b"new" => Self::New,
            b"triplet found" => Self::Known,
            b"client AWL" | b"client whitelist" | b"recipient whitelist" => Self::Allowlisted,
            _ if reason.starts_with(b"early-retry") => Self::EarlyRetry,
            _ => Self::Other,
        }
    }
}

impl Section for Filters {
    fn line(&mut self, line: &Observation<'_>) {
        let Event::Neighbour(neighbour) = line.event else { return };
        let weight = u64::from(line.weight);
        match neighbour {
            Neighbour::Filter(verdict) => self.filter(line, verdict, weight),
            Neighbour::Authentication(result) => self.check(result, weight),
            Neighbour::Greylist(decision) => {
                self.greylisting.add(Greylisting::of(decision), weight);
                if let Some(seconds) = decision.waited {
                    let waited = Delay::from_micros(u64::from(seconds) * 1_000_000);
                    self.waited.add(waited, weight);
                }
            }
            _ => {}
        }
    }

    fn merge(&mut self, other: &Self) {
        self.verdicts.merge(&other.verdicts);
        self.summaries.merge(&other.summaries);
        self.names.merge(&other.names);
        self.took.merge(&other.took);
        self.checks.merge(&other.checks);
        self.failed_domains.merge(&other.failed_domains);
        self.greylisting.merge(&other.greylisting);
        self.waited.merge(&other.waited);
    }
}

impl Filters {
    /// Verdicts, each message once.
    pub fn all_verdicts(&self) -> Top<u64> {
        let mut all = self.verdicts.clone();
        for (text, first) in self.summaries.iter() {
            let count = all.entry(text);
            *count = (*count).max(*first);
        }
        all
    }

    fn filter(&mut self, line: &Observation<'_>, verdict: &FilterVerdict<'_>, weight: u64) {
        let text = &mut self.text.0;
        text.clear();
        text.extend_from_slice(line.entry.tag.daemon());
        for word in [verdict.action, Some(verdict.verdict)].into_iter().flatten() {
            text.push(b' ');
            text.extend_from_slice(word);
        }
        // spamd's second line has the tests, its first one the user.
        let is_first = line.entry.tag.known == Some(Daemon::Spamd) && verdict.tests.is_none();
        let verdicts = if is_first { &mut self.summaries } else { &mut self.verdicts };
        *verdicts.entry(text) += weight;
        if let Some(names) = verdict.detail {
            *self.names.entry(names) += weight;
        }
        if let (Some(micros), false) = (verdict.took_micros, is_first) {
            self.took.add(Delay::from_micros(micros), weight);
        }
    }

    fn check(&mut self, line: &Authentication<'_>, weight: u64) {
        let check = match line.check {
            Check::Dkim => CheckName::Dkim,
            Check::Spf => CheckName::Spf,
            Check::Dmarc => CheckName::Dmarc,
        };
        let result = CheckResult::parse(line.result);
        self.checks.add((check, result), weight);
        if let (CheckResult::Fail | CheckResult::SoftFail, Some(domain)) = (result, line.domain) {
            let text = &mut self.text.0;
            text.clear();
            text.extend_from_slice(check.name().as_bytes());
            text.push(b' ');
            text.extend(domain.iter().map(u8::to_ascii_lowercase));
            *self.failed_domains.entry(text) += weight;
        }
    }
}
