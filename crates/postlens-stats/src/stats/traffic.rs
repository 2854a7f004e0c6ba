//! Mail over time, by the log's own clock.

use std::collections::BTreeMap;

use postlens_syntax::Time;
use postlens_syntax::postfix::decision::Action;
use postlens_syntax::time::{DAY, civil_from_days, weekday};
use postlens_track::{Outcome, Record};

use super::Section;
use crate::timeline::{HOUR, Timeline};

/// Mail by hour.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Traffic {
    /// By seconds since 1970 on the wall.
    pub flow: Timeline<Flow>,
}

/// By which span mail is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// Minutes; counted only where it was asked for from the beginning.
    Minute,
    /// Hours of each day.
    Hour,
    /// Days.
    Day,
    /// Days of the week, all weeks together.
    Weekday,
    /// Weeks, which begin on Monday (ISO 8601).
    Week,
    /// Months.
    Month,
}

impl Span {
    /// Every span.
    pub const ALL: [Self; 6] =
        [Self::Minute, Self::Hour, Self::Day, Self::Weekday, Self::Week, Self::Month];

    /// The word used in options and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Weekday => "weekday",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The span that a second lies in: the second that it begins with; of a weekday the
    /// second that Monday, Tuesday… of the first week of 1970 begins with.
    fn start(self, second: i64) -> i64 {
        let day = second.div_euclid(DAY);
        let weekday = weekday(day);
        match self {
            Self::Minute => second - second.rem_euclid(60),
            Self::Hour => second - second.rem_euclid(HOUR),
            Self::Day => day * DAY,
            Self::Weekday => (4 + weekday) * DAY,
            Self::Week => (day - weekday) * DAY,
            Self::Month => {
                let (_, _, of_month) = civil_from_days(day);
                (day + 1 - i64::from(of_month)) * DAY
            }
        }
    }
}

/// What happened in a span of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flow {
    /// Mails that came in.
    pub received: u64,
    /// Recipients delivered here or relayed on.
    pub delivered: u64,
    /// Attempts that were deferred.
    pub deferred: u64,
    /// Recipients bounced or expired.
    pub bounced: u64,
    /// Commands, recipients and messages refused.
    pub refused: u64,
    /// Client connections that began.
    pub connections: u64,
}

impl Flow {
    /// Adds another's counts to these.
    pub fn add(&mut self, other: &Self) {
        self.received += other.received;
        self.delivered += other.delivered;
        self.deferred += other.deferred;
        self.bounced += other.bounced;
        self.refused += other.refused;
        self.connections += other.connections;
    }
}

impl Traffic {
    /// Counts by the minute instead of by the hour.
    pub fn by_minute() -> Self {
        Self { flow: Timeline::by(60) }
    }

    /// By a span; keys are the seconds that spans begin with. Minutes are hours unless
    /// they were [counted](Self::by_minute).
    pub fn by(&self, span: Span) -> BTreeMap<i64, Flow> {
        let mut spans = BTreeMap::<i64, Flow>::new();
        for (second, flow) in self.flow.spans() {
            spans.entry(span.start(second)).or_default().add(flow);
        }
        spans
    }

    /// By hour of the day, all days together.
    pub fn hours(&self) -> [Flow; 24] {
        let mut hours = [Flow::default(); 24];
        for (second, flow) in self.flow.spans() {
            let hour = usize::try_from(second.rem_euclid(DAY) / HOUR).unwrap_or_default();
            if let Some(hour) = hours.get_mut(hour) {
                hour.add(flow);
            }
        }
        hours
    }

    fn at(&mut self, time: Time) -> &mut Flow {
        self.flow.at(time.local_seconds())
    }
}

impl Section for Traffic {
    fn record(&mut self, record: &Record<'_>) {
        match record {
            Record::Message(message) if !message.probe => {
                if message.parent.is_none() && message.arrived_in_period {
                    self.at(message.arrival).received += 1;
                }
                for recipient in message.recipients {
                    match recipient.outcome {
                        Outcome::Delivered | Outcome::Relayed => {
                            self.at(recipient.time).delivered += 1;
                        }
                        Outcome::Bounced | Outcome::Expired => {
                            self.at(recipient.time).bounced += 1;
                        }
                        _ => {}
                    }
                }
            }
            Record::Delivery(delivery) => {
                use postlens_syntax::postfix::delivery::DeliveryStatus;
                if delivery.line.status == DeliveryStatus::Deferred {
                    let weight = u64::from(delivery.weight);
                    self.at(delivery.time).deferred += weight;
                }
            }
            Record::Session(session) => {
                self.at(session.start).connections += u64::from(session.weight);
            }
            Record::Refusal(refusal) if refusal.decision.action == Action::Reject => {
                let weight = u64::from(refusal.weight);
                self.at(refusal.time).refused += weight;
            }
            _ => {}
        }
    }

    fn merge(&mut self, other: &Self) {
        for (second, flow) in other.flow.spans() {
            self.flow.at(second).add(flow);
        }
    }
}

#[cfg(test)]
mod tests {
    use postlens_syntax::time::{civil_from_days, days_from_civil};

    use super::{DAY, Span, Traffic};

    #[test]
    fn spans_begin_where_calendars_say() {
        let second = |year, month, day| days_from_civil(year, month, day).unwrap() * DAY;
        // A Tuesday.
        let time = second(2026, 11, 24) + 10 * 3600 + 59;
        let start = |span: Span| {
            let second = span.start(time);
            (civil_from_days(second.div_euclid(DAY)), second.rem_euclid(DAY))
        };
        assert_eq!(start(Span::Minute), ((2026, 11, 24), 36_000));
        assert_eq!(start(Span::Hour), ((2026, 11, 24), 36_000));
        assert_eq!(start(Span::Day), ((2026, 11, 24), 0));
        assert_eq!(start(Span::Weekday), ((1970, 1, 6), 0));
        assert_eq!(start(Span::Week), ((2026, 11, 23), 0));
        assert_eq!(start(Span::Month), ((2026, 11, 1), 0));
        assert_eq!(Span::Week.start(second(2026, 11, 23)), second(2026, 11, 23));
        assert_eq!(Span::Week.start(second(2026, 11, 22)), second(2026, 11, 16));
    }

    #[test]
    fn flows_add_up_over_any_span() {
        let mut traffic = Traffic::by_minute();
        for second in (0..400 * DAY).step_by(7_777) {
            traffic.flow.at(second).received += 1;
        }
        let total = traffic.flow.spans().values().map(|flow| flow.received).sum::<u64>();
        for (span, spans) in [(Span::Weekday, 7), (Span::Month, 14), (Span::Day, 400)] {
            let flows = traffic.by(span);
            assert_eq!(flows.len(), spans, "{span:?}");
            assert_eq!(flows.values().map(|flow| flow.received).sum::<u64>(), total);
        }
    }
}
