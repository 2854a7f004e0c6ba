//! How many processes were busy, minute by minute: against the limits of Postfix that is the
//! headroom.

use postlens_syntax::{Daemon, Delay, Time};
use postlens_track::Record;

use crate::stats::Section;
use crate::timeline::Timeline;

/// Time that processes were busy, in microseconds, by minutes on the wall. Divided by a minute
/// it is how many were busy on average.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    /// smtpd(8): from connect to disconnect.
    pub smtpd: Timeline<u64>,
    /// smtp(8): setting up connections and transmitting.
    pub smtp: Timeline<u64>,
    /// Recipients in the active queue, their deliveries included.
    pub active: Timeline<u64>,
}

/// Microseconds of a minute.
const MINUTE: i64 = 60_000_000;
/// Longer stretches are mistakes of a clock, or sessions whose end is not in the log.
const LONGEST: i64 = 24 * 60 * MINUTE;

impl Default for Load {
    fn default() -> Self {
        Self { smtpd: Timeline::by(60), smtp: Timeline::by(60), active: Timeline::by(60) }
    }
}

impl Load {
    /// The busiest minute: its first second on the wall, and how many were busy on average.
    #[expect(clippy::cast_precision_loss, reason = "microseconds of a minute are few")]
    pub fn peak(busy: &Timeline<u64>) -> Option<(i64, f64)> {
        let spans = busy.spans();
        let (second, micros) = spans
            .into_iter()
            .max_by_key(|(second, micros)| (**micros, std::cmp::Reverse(*second)))?;
        Some((second, *micros as f64 / MINUTE as f64))
    }

    /// The mean of the busiest minute in a hundred: a peak that is no accident.
    #[expect(clippy::cast_precision_loss, reason = "microseconds of a minute are few")]
    pub fn usual_peak(busy: &Timeline<u64>) -> Option<f64> {
        let mut minutes: Vec<u64> = busy.spans().into_values().copied().collect();
        minutes.sort_unstable();
        let place = (minutes.len().saturating_sub(1)) * 99 / 100;
        Some(*minutes.get(place)? as f64 / MINUTE as f64)
    }
}

/// Adds a stretch of time to the minutes that it lies in.
fn add(busy: &mut Timeline<u64>, end: Time, length: i64, weight: u64) {
    let end = end.micros + i64::from(end.offset) * 1_000_000;
    let start = end - length.clamp(0, LONGEST);
    let mut minute = start.div_euclid(MINUTE);
    while minute * MINUTE < end {
        let from = start.max(minute * MINUTE);
        let to = end.min((minute + 1) * MINUTE);
        *busy.at(minute * 60) += u64::try_from(to - from).unwrap_or_default() * weight;
        minute += 1;
    }
}

impl Section for Load {
    fn record(&mut self, record: &Record<'_>) {
        match record {
            Record::Session(session) if session.daemon == Daemon::Smtpd => {
                let length = session.end.micros - session.start.micros;
                add(&mut self.smtpd, session.end, length, u64::from(session.weight));
            }
            Record::Delivery(delivery) => {
                let Some(delays) = delivery.line.delays else { return };
                let weight = u64::from(delivery.weight);
                let micros = |delay: Delay| i64::try_from(delay.micros()).unwrap_or(LONGEST);
                let sending = micros(delays.connection).saturating_add(micros(delays.transmission));
                let active = sending.saturating_add(micros(delays.in_qmgr));
                add(&mut self.active, delivery.time, active, weight);
                if delivery.daemon == Some(Daemon::Smtp) {
                    add(&mut self.smtp, delivery.time, sending, weight);
                }
            }
            Record::Session(_) | Record::Message(_) | Record::Refusal(_) => {}
        }
    }

    fn merge(&mut self, other: &Self) {
        let pairs = [
            (&mut self.smtpd, &other.smtpd),
            (&mut self.smtp, &other.smtp),
            (&mut self.active, &other.active),
        ];
        for (ours, theirs) in pairs {
            for (second, micros) in theirs.spans() {
                *ours.at(second) += micros;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use postlens_syntax::Time;

    use super::{Load, MINUTE, add};

    #[test]
    fn stretches_lie_in_their_minutes() {
        let mut load = Load::default();
        let at = |seconds: i64| Time { micros: seconds * 1_000_000, offset: 0 };
        // From 0:30 to 2:30, three of them; and half a minute of one.
        add(&mut load.smtpd, at(150), 2 * MINUTE, 3);
        add(&mut load.smtpd, at(90), MINUTE / 2, 1);
        let spans: Vec<_> = load.smtpd.spans().into_iter().map(|(at, it)| (at, *it)).collect();
        let half = u64::try_from(MINUTE / 2).unwrap();
        assert_eq!(spans, [(0, 3 * half), (60, 7 * half), (120, 3 * half)]);
        assert_eq!(Load::peak(&load.smtpd), Some((60, 3.5)));
        assert_eq!(Load::peak(&load.smtp), None);
    }
}
