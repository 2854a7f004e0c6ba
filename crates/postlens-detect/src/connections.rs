//! Far more client connections per minute than usual at that hour.

use postlens_syntax::postfix::postscreen::PostscreenEvent;
use postlens_syntax::{Event, Time};
use postlens_track::Observation;

use crate::detector::Detector;
use crate::finding::{Evidence, Finding, FindingKind, Normal, Subject};
use crate::signal::Sight;
use crate::watch::{Clock, Episode, MINUTE, finding};

/// What is usual: the median of the minutes of that hour of the day, and as much more as
/// this many times their spread (the distance of the quartiles).
const SPREADS: f64 = 5.0;
/// At least this many connections per minute more than the median.
const LEAST: f64 = 30.0;
/// And at least this many times the median.
const TIMES: f64 = 3.0;
/// For so many minutes, or so many more than quiet ones in between.
const MINUTES: u32 = 4;
/// Minutes of an hour of the day that must be known; else all hours are taken together.
const KNOWN: u32 = 45;
/// Minutes that must be known of all hours.
const KNOWN_AT_ALL: u32 = 180;

/// Watches connections per minute.
#[derive(Debug)]
pub(crate) struct Connections {
    minute: i64,
    smtpd: u32,
    screened: u32,
    hours: Box<[Band; 24]>,
    all: Band,
    /// Minutes above the band less those within it since.
    over: u32,
    current: Peak,
    past: Option<Peak>,
}

/// Something above the band.
#[derive(Debug, Clone, Default)]
struct Peak {
    episode: Episode,
    most: u32,
    usual: f64,
    limit: f64,
    told: bool,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            minute: i64::MIN,
            smtpd: 0,
            screened: 0,
            hours: Box::new([Band::default(); 24]),
            all: Band::default(),
            over: 0,
            current: Peak::default(),
            past: None,
        }
    }
}

impl Connections {
    /// A connection counts once, though postscreen(8) hands it on to smtpd(8).
    fn count(&self) -> u32 {
        self.smtpd.max(self.screened)
    }

    fn begin(&mut self, time: Time, clock: &Clock) {
        let minute = time.micros.div_euclid(MINUTE);
        if self.minute != i64::MIN && minute > self.minute {
            self.end(time, clock);
            // Quiet minutes count too, but a gap in the log is no quiet.
            for empty in self.minute + 1..minute.min(self.minute + 60) {
                let time = Time { micros: empty * MINUTE, ..time };
                self.judge(0, time, clock);
            }
        }
        if minute > self.minute {
            self.minute = minute;
            self.smtpd = 0;
            self.screened = 0;
        }
    }

    fn connected(&mut self, line: &Observation<'_>, screened: bool, clock: &Clock) {
        self.begin(line.time, clock);
        let count = if screened { &mut self.screened } else { &mut self.smtpd };
        *count = count.saturating_add(line.weight);
        let evidence = &mut self.current.episode.evidence;
        if self.over > 0 && evidence.len() < Evidence::MOST {
            evidence.push(Evidence::of(&Sight::of(line)));
        }
    }

    fn end(&mut self, time: Time, clock: &Clock) {
        self.judge(self.count(), Time { micros: self.minute * MINUTE, ..time }, clock);
    }

    fn band(&self, time: Time) -> Option<(f64, f64)> {
        let hour = self.hours.get(hour_of(time)).filter(|band| band.minutes >= KNOWN);
        let all = (self.all.minutes >= KNOWN_AT_ALL).then_some(&self.all);
        let (median, spread) = match (hour, all) {
            (Some(hour), _) => hour.median_and_spread(),
            // Other hours say little of this one: their busiest minutes are its measure.
            (None, Some(all)) => (all.quantile(0.99), all.quantile(0.99) - all.quantile(0.75)),
            (None, None) => return None,
        };
        let limit = (median + SPREADS * spread).max(median + LEAST).max(median * TIMES);
        Some((median, limit))
    }

    fn judge(&mut self, count: u32, time: Time, clock: &Clock) {
        let band = self.band(time);
        let high = band.is_some_and(|(_, limit)| f64::from(count) > limit);
        if !high {
            // What is above the band must not become usual by itself.
            if let Some(hour) = self.hours.get_mut(hour_of(time)) {
                hour.add(count);
            }
            self.all.add(count);
        }
        match band {
            Some((usual, limit)) if high => {
                if self.over == 0 {
                    self.current = Peak { usual, limit, ..Peak::default() };
                    self.current.episode.onset = time;
                }
                self.over = (self.over + 1).min(MINUTES * 4);
                self.current.episode.last = time;
                self.current.episode.count += u64::from(count);
                self.current.most = self.current.most.max(count);
                self.current.told |= self.over >= MINUTES;
            }
            _ if self.over > 0 => {
                self.over -= 1;
                if self.over == 0 {
                    self.close(clock);
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, clock: &Clock) {
        let over = std::mem::take(&mut self.current);
        let greater = self.past.as_ref().is_none_or(|past| past.most < over.most);
        if over.told && greater && clock.tells(over.episode.last) {
            self.past = Some(over);
        }
    }
}

fn hour_of(time: Time) -> usize {
    usize::try_from(time.local_seconds().div_euclid(3600).rem_euclid(24)).unwrap_or_default()
}

impl Detector for Connections {
    #[inline]
    fn line(&mut self, line: &Observation<'_>, clock: &Clock) {
        match line.event {
            Event::Connect(_) => self.connected(line, false, clock),
            Event::Postscreen(line_of) if line_of.event == PostscreenEvent::Connect => {
                self.connected(line, true, clock);
            }
            _ => {}
        }
    }

    fn findings(&self, clock: Clock, out: &mut Vec<Finding>) {
        let now = self.current.told.then_some((&self.current, true));
        for (peak, open) in now.into_iter().chain(self.past.iter().map(|past| (past, false))) {
            let kind = FindingKind::ConnectionsUnusual;
            let mut said = finding(kind, Subject::System, peak.episode.clone(), open, clock);
            said.normal = Some(Normal { usual: peak.usual, most: Some(peak.limit) });
            said.figures.push(("most_per_minute", u64::from(peak.most)));
            out.push(said);
        }
    }
}

/// How many minutes had how many connections: exact up to 15, then four steps for each
/// doubling.
#[derive(Debug, Clone, Copy)]
struct Band {
    counts: [u32; STEPS],
    minutes: u32,
}

const STEPS: usize = 16 + 4 * 12;

impl Default for Band {
    fn default() -> Self {
        Self { counts: [0; STEPS], minutes: 0 }
    }
}

impl Band {
    fn add(&mut self, count: u32) {
        if let Some(cell) = self.counts.get_mut(step(count)) {
            *cell += 1;
            self.minutes += 1;
        }
    }

    /// The number that this share of the minutes does not exceed.
    fn quantile(&self, share: f64) -> f64 {
        let wanted = f64::from(self.minutes) * share;
        let mut sum = 0;
        for (index, count) in self.counts.iter().enumerate() {
            sum += count;
            if f64::from(sum) >= wanted {
                return value(index);
            }
        }
        value(STEPS)
    }

    fn median_and_spread(&self) -> (f64, f64) {
        (self.quantile(0.5), self.quantile(0.75) - self.quantile(0.25))
    }
}

fn step(count: u32) -> usize {
    if count < 16 {
        return usize::try_from(count).unwrap_or_default();
    }
    let doublings = count.ilog2() - 4;
    let quarter = (count >> (doublings + 2)) & 3;
    usize::try_from(16 + doublings * 4 + quarter).unwrap_or_default().min(STEPS - 1)
}

#[expect(clippy::cast_precision_loss, reason = "below 2^17")]
fn value(step: usize) -> f64 {
    if step < 16 {
        return step as f64;
    }
    let (doublings, quarter) = ((step - 16) / 4, (step - 16) % 4);
    ((16_usize << doublings) * (4 + quarter) / 4) as f64
}

#[cfg(test)]
mod tests {
    use super::{Band, step, value};

    #[test]
    fn steps_are_in_order_and_near() {
        for count in 0..60_000_u32 {
            let (low, high) = (value(step(count)), value(step(count) + 1));
            assert!(low <= f64::from(count) && f64::from(count) < high, "{count}: {low} {high}");
        }
    }

    #[test]
    fn the_middle_and_the_spread() {
        let mut band = Band::default();
        (0..100).for_each(|count| band.add(count % 10));
        assert_eq!(band.median_and_spread(), (4.0, 5.0));
    }
}
