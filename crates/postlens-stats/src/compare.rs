//! Two periods side by side, and what is usual for an hour of the week.

use bstr::BString;

use crate::stats::Stats;
use crate::stats::traffic::{Flow, Span, Traffic};
use crate::timeline::HOUR;
use crate::top::{Counted, Top};

/// A change stands out from here on: so many standard deviations of a count that is drawn
/// at random (its square root)…
const DEVIATIONS: f64 = 4.0;
/// …and so many times as much, or as little: mail comes in bursts, so that counts differ
/// by more than chance would have it.
const RATIO: f64 = 1.5;
/// …and at least so many more or fewer.
const LEAST: f64 = 10.0;

/// A figure of two periods.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// In the period of the report.
    pub now: u64,
    /// In the period that it is compared with.
    pub then: u64,
    /// The length of the first in that of the second.
    pub scale: f64,
}

impl Change {
    /// What the second period would have given in the length of the first.
    #[expect(clippy::cast_precision_loss, reason = "counts beyond 2^53 may round")]
    pub fn expected(&self) -> f64 {
        self.then as f64 * self.scale
    }

    /// By how much it changed, as a part of what was expected: 0.5 is half as much again.
    /// `None` where nothing was expected.
    #[expect(clippy::cast_precision_loss, reason = "counts beyond 2^53 may round")]
    pub fn relative(&self) -> Option<f64> {
        let expected = self.expected();
        (expected > 0.0).then(|| self.now as f64 / expected - 1.0)
    }

    /// How far it lies from what was expected, in standard deviations.
    #[expect(clippy::cast_precision_loss, reason = "counts beyond 2^53 may round")]
    pub fn deviations(&self) -> f64 {
        // Both counts are drawn at random; one more keeps it finite.
        let variance = self.now as f64 + self.expected() * self.scale.max(1.0) + 1.0;
        (self.now as f64 - self.expected()) / variance.sqrt()
    }

    /// Whether it is more than the ups and downs of mail.
    #[expect(clippy::cast_precision_loss, reason = "counts beyond 2^53 may round")]
    pub fn stands_out(&self) -> bool {
        let (now, expected) = (self.now as f64, self.expected());
        let (low, high) = (now.min(expected), now.max(expected));
        high - low >= LEAST && high >= low * RATIO && self.deviations().abs() >= DEVIATIONS
    }
}

macro_rules! measures {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $value:expr;)*) => {
        /// A figure that periods are compared by.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Measure { $($(#[$doc])* $name,)* }
        impl Measure {
            /// Every measure.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
            /// The word used in JSON.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
            /// Its value.
            fn of(self, stats: &Stats) -> u64 {
                let value: fn(&Stats) -> u64 = match self { $(Self::$name => $value,)* };
                value(stats)
            }
        }
    };
}

measures! {
    /// Mails that came in.
    Received = "received", |stats| sum(stats, |flow| flow.received);
    /// Recipients delivered or relayed.
    Delivered = "delivered", |stats| sum(stats, |flow| flow.delivered);
    /// Attempts deferred.
    Deferred = "deferred", |stats| sum(stats, |flow| flow.deferred);
    /// Recipients bounced or expired.
    Bounced = "bounced", |stats| sum(stats, |flow| flow.bounced);
    /// Commands, recipients and messages refused.
    Refused = "refused", |stats| sum(stats, |flow| flow.refused);
    /// Client connections.
    Connections = "connections", |stats| sum(stats, |flow| flow.connections);
    /// SMTP sessions that logged in.
    Logins = "logins", |stats| stats.authentication.logins;
    /// Failed logins.
    LoginFailures = "login_failures", |stats| stats.authentication.failures;
    /// Warnings, errors, fatal and panic lines.
    Warnings = "warnings", |stats| stats.trouble.severities.total();
    /// Bytes of the mails that came in.
    Bytes = "bytes", |stats| stats.outcomes.bytes;
}

fn sum(stats: &Stats, figure: fn(&Flow) -> u64) -> u64 {
    stats.traffic.flow.spans().values().map(|flow| figure(flow)).sum()
}

macro_rules! subjects {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $movers:expr;)*) => {
        /// What a change that stands out is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Subject { $($(#[$doc])* $name,)* }
        impl Subject {
            /// Every subject.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
            /// The word used in JSON.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
            fn movers(self, pair: Pair<'_>) -> Vec<Mover> {
                let movers: fn(Self, Pair<'_>) -> Vec<Mover> =
                    match self { $(Self::$name => $movers,)* };
                movers(self, pair)
            }
        }
    };
}

subjects! {
    /// Attempts deferred, by recipient domain.
    DeferringDomain = "deferring_domain",
        |it, pair| pair.movers(it, |stats| &stats.destinations.domains, |of| of.counts.deferred);
    /// Recipients bounced, by recipient domain.
    BouncingDomain = "bouncing_domain",
        |it, pair| pair.movers(it, |stats| &stats.destinations.domains, |of| of.counts.bounced);
    /// Recipients delivered, by recipient domain.
    Domain = "domain",
        |it, pair| pair.movers(it, |stats| &stats.destinations.domains, |of| of.counts.sent);
    /// Mails that came in, by sender.
    Sender = "sender",
        |it, pair| pair.movers(it, |stats| &stats.users.senders, |of| of.count);
    /// Recipients delivered here or relayed, by address.
    Recipient = "recipient",
        |it, pair| pair.movers(it, |stats| &stats.users.recipients, |of| of.count);
    /// Connections, by client address.
    Client = "client",
        |it, pair| pair.movers(it, |stats| &stats.connections.clients, |of| *of);
    /// Refusals, by client address.
    RefusedClient = "refused_client",
        |it, pair| pair.movers(it, |stats| &stats.refusals.clients, |of| *of);
    /// Failed logins, by client address.
    FailingClient = "failing_client",
        |it, pair| pair.movers(it, |stats| &stats.authentication.failed_clients, |of| of.count);
    /// Warnings and worse, by their text.
    Warning = "warning",
        |it, pair| pair.movers(it, |stats| &stats.trouble.texts, |of| of.count);
}

/// Somebody or something whose figure changed more than the ups and downs of mail.
#[derive(Debug, Clone, PartialEq)]
pub struct Mover {
    /// What it is.
    pub subject: Subject,
    /// Who it is.
    pub name: BString,
    /// The figures.
    pub change: Change,
}

/// Two periods of the same logs.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// The period of the report.
    pub now: &'a Stats,
    /// The period that it is compared with.
    pub then: &'a Stats,
    /// The length of the first in that of the second.
    pub scale: f64,
}

impl Pair<'_> {
    /// One figure of both.
    pub fn change(self, measure: Measure) -> Change {
        Change { now: measure.of(self.now), then: measure.of(self.then), scale: self.scale }
    }

    /// Who stands out: what rose before what fell, the farthest from what was expected first.
    pub fn outstanding(self) -> Vec<Mover> {
        let mut all: Vec<_> =
            Subject::ALL.iter().flat_map(|subject| subject.movers(self)).collect();
        all.sort_by(|a, b| {
            let far = |mover: &Mover| mover.change.deviations().abs();
            let fell = |mover: &Mover| mover.change.deviations() < 0.0;
            fell(a).cmp(&fell(b)).then(far(b).total_cmp(&far(a))).then_with(|| a.name.cmp(&b.name))
        });
        all
    }

    fn movers<C: Counted>(
        self,
        subject: Subject,
        list: fn(&Stats) -> &Top<C>,
        figure: fn(&C) -> u64,
    ) -> Vec<Mover> {
        let (now, then) = (list(self.now), list(self.then));
        let gone = then.iter().filter(|(name, _)| now.get(name).is_none());
        now.iter()
            .chain(gone)
            .filter_map(|(name, _)| {
                let of = |list: &Top<C>| list.get(name).map_or(0, figure);
                let change = Change { now: of(now), then: of(then), scale: self.scale };
                change.stands_out().then(|| Mover { subject, name: name.to_owned(), change })
            })
            .collect()
    }
}

/// What is usual for an hour, and what it was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HourBand {
    /// The hour's first second, on the wall, since 1970.
    pub second: i64,
    /// What was counted.
    pub value: u64,
    /// The median of the hours it is held against.
    pub median: f64,
    /// The lower end of what is normal.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// How many hours it is held against.
    pub hours: usize,
}

impl HourBand {
    /// Whether it lies within what is normal.
    #[expect(clippy::cast_precision_loss, reason = "an hour's count is small")]
    pub fn is_normal(&self) -> bool {
        (self.low..=self.high).contains(&(self.value as f64))
    }
}

/// Of this hour of the week there must be so many earlier ones; else of the hour of the
/// day, whatever the day.
const SAME_HOURS: usize = 3;
/// The width of the band in median absolute deviations, as for a normal distribution…
const SPREAD: f64 = 3.0 * 1.4826;
/// …and at least this part of the median, and so many roots of it.
const RELATIVE: f64 = 0.25;
const ROOTS: f64 = 3.0;

/// Holds each hour of `now` against the same hour of the week before it in `usual`, which
/// must not hold hours of `now`. Hours that nothing tells what is usual for are left out.
pub fn hours(now: &Traffic, usual: &Traffic, figure: fn(&Flow) -> u64) -> Vec<HourBand> {
    let before = usual.by(Span::Hour);
    let Some((&first, _)) = before.first_key_value() else { return Vec::new() };
    let Some((&last, _)) = before.last_key_value() else { return Vec::new() };
    let value = |second: i64| before.get(&second).map_or(0, figure);
    let spans = now.by(Span::Hour);
    let (Some(begin), Some(end)) = (spans.keys().next(), spans.keys().last()) else {
        return Vec::new();
    };
    let every = |second: i64, step: i64| -> Vec<u64> {
        let offset = (second - first).rem_euclid(step);
        let starts = std::iter::successors(Some(first + offset), |at| Some(at + step));
        starts.take_while(|at| *at <= last).map(value).collect()
    };
    let count = usize::try_from((end - begin) / HOUR + 1).unwrap_or(0);
    let hours = std::iter::successors(Some(*begin), |at| Some(at + HOUR)).take(count);
    hours
        .filter_map(|second| {
            let mut same = every(second, 7 * 24 * HOUR);
            if same.len() < SAME_HOURS {
                same = every(second, 24 * HOUR);
            }
            let (median, low, high) = band(&mut same)?;
            let value = spans.get(&second).map_or(0, figure);
            Some(HourBand { second, value, median, low, high, hours: same.len() })
        })
        .collect()
}

/// The median of some counts and what is normal around it.
#[expect(clippy::cast_precision_loss, reason = "an hour's count is small")]
fn band(counts: &mut [u64]) -> Option<(f64, f64, f64)> {
    if counts.len() < SAME_HOURS {
        return None;
    }
    let mut values: Vec<f64> = counts.iter().map(|count| *count as f64).collect();
    let median = middle(&mut values)?;
    let mut apart: Vec<f64> = values.iter().map(|value| (value - median).abs()).collect();
    let spread = middle(&mut apart)? * SPREAD;
    let spread = spread.max(median * RELATIVE).max(median.max(1.0).sqrt() * ROOTS);
    Some((median, (median - spread).max(0.0), median + spread))
}

fn middle(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    let upper = *values.get(half)?;
    if values.len() % 2 == 1 {
        return Some(upper);
    }
    Some(f64::midpoint(*values.get(half.checked_sub(1)?)?, upper))
}

#[cfg(test)]
mod tests {
    use super::{Change, Measure, Pair, Subject, hours};
    use crate::stats::Stats;
    use crate::stats::traffic::Traffic;

    const HOUR: i64 = 3600;

    #[test]
    fn what_stands_out() {
        let change = |now, then| Change { now, then, scale: 1.0 };
        assert!(change(431, 12).stands_out());
        assert!(change(0, 40).stands_out());
        assert!(!change(12, 3).stands_out(), "too few");
        assert!(!change(1_100, 1_000).stands_out(), "no half as much again");
        assert!(!change(40, 28).stands_out(), "chance");
        let longer = Change { now: 700, then: 100, scale: 7.0 };
        assert!(!longer.stands_out(), "a week against a day");
        assert_eq!(longer.relative(), Some(0.0));
    }

    #[test]
    fn movers_are_found_on_both_sides() {
        let (mut now, mut then) = (Stats::default(), Stats::default());
        now.destinations.domains.entry(b"up.example").counts.deferred = 50;
        now.destinations.domains.entry(b"same.example").counts.deferred = 50;
        then.destinations.domains.entry(b"same.example").counts.deferred = 52;
        then.destinations.domains.entry(b"gone.example").counts.sent = 500;
        let pair = Pair { now: &now, then: &then, scale: 1.0 };
        let found: Vec<_> = pair
            .outstanding()
            .into_iter()
            .map(|mover| (mover.subject, mover.name.to_string()))
            .collect();
        assert_eq!(
            found,
            [
                (Subject::DeferringDomain, "up.example".to_owned()),
                (Subject::Domain, "gone.example".to_owned())
            ]
        );
        assert_eq!(pair.change(Measure::Deferred).now, 0, "of the timeline");
    }

    #[test]
    fn hours_are_held_against_the_same_hour_of_the_week() {
        let (mut now, mut usual) = (Traffic::default(), Traffic::default());
        // Four weeks: 100 an hour, but on the first day of each week 1000.
        for hour in 0..4 * 7 * 24 {
            let count = if hour % (7 * 24) < 24 { 1000 } else { 100 };
            usual.flow.at(hour * HOUR).received = count;
        }
        let week = 4 * 7 * 24 * HOUR;
        now.flow.at(week).received = 1010;
        now.flow.at(week + 30 * HOUR).received = 1010;
        let bands = hours(&now, &usual, |flow| flow.received);
        assert_eq!(bands.len(), 31);
        let odd: Vec<_> = bands.iter().filter(|band| !band.is_normal()).collect();
        // Between the two there was nothing where a hundred or a thousand are usual.
        assert!(bands[0].is_normal() && !bands[30].is_normal());
        assert_eq!(odd.len(), 30);
        assert_eq!((bands[30].median, bands[30].hours), (100.0, 4));
    }

    #[test]
    fn without_enough_hours_nothing_is_usual() {
        let (mut now, mut usual) = (Traffic::default(), Traffic::default());
        usual.flow.at(0).received = 5;
        now.flow.at(24 * HOUR).received = 5000;
        assert_eq!(hours(&now, &usual, |flow| flow.received), []);
    }
}
