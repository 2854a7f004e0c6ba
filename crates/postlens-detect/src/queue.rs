//! The queue grows: more mail comes in than goes out.

use postlens_syntax::postfix::cleanup::MessageIdLine;
use postlens_syntax::{Event, Time};
use postlens_track::Observation;

use crate::detector::Detector;
use crate::finding::{Evidence, Finding, FindingKind, Normal, Subject};
use crate::signal::Sight;
use crate::watch::{Clock, Episode, MINUTE, finding};

/// The queue's length is noted every so many minutes.
const STEP: i64 = 6;
/// It is compared with the shortest of so many notes: three hours.
const NOTES: usize = 30;
/// Growth of so many messages, and so many times the usual growth, is too much.
const LEAST: i64 = 60;
const TIMES: i64 = 3;
/// And this share of what came in meanwhile.
const SHARE: i64 = 3;
/// How much of the largest growth so far stays the measure from note to note, in
/// thousandths: half of it after two days.
const FADING: i64 = 999;
/// Notes before anything is said.
const LEARNING: u32 = 30;

/// Watches arrivals and removals.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    /// When the next note is due.
    next: i64,
    /// Messages that came less those that went, as far as the log tells.
    length: i64,
    arrived: i64,
    /// Length and arrivals at the last notes, in a ring.
    notes: [Note; NOTES],
    noted: u32,
    /// The largest growth so far, fading, in thousandths of a message.
    usual: i64,
    /// The largest growth since one was over.
    peak: i64,
    current: Option<Growth>,
    past: Option<Growth>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Note {
    time: Time,
    length: i64,
    arrived: i64,
}

#[derive(Debug, Clone)]
struct Growth {
    episode: Episode,
    from: i64,
    most: i64,
    usual: i64,
}

impl Queue {
    fn arrived(&mut self, line: &Observation<'_>, clock: &Clock) {
        self.arrived += i64::from(line.weight);
        self.count(line, 1, clock);
        if let Some(current) = &mut self.current
            && current.episode.evidence.len() < Evidence::MOST
        {
            current.episode.evidence.push(Evidence::of(&Sight::of(line)));
        }
    }

    fn count(&mut self, line: &Observation<'_>, sign: i64, clock: &Clock) {
        self.length += sign * i64::from(line.weight);
        if line.time.micros >= self.next {
            self.next = (line.time.micros.div_euclid(STEP * MINUTE) + 1) * STEP * MINUTE;
            self.note(line.time, clock);
        }
    }

    fn note(&mut self, time: Time, clock: &Clock) {
        let now = Note { time, length: self.length, arrived: self.arrived };
        let index = usize::try_from(self.noted).unwrap_or_default() % NOTES;
        if let Some(slot) = self.notes.get_mut(index) {
            *slot = now;
        }
        self.noted = self.noted.saturating_add(1);
        if self.noted < LEARNING {
            return;
        }
        let Some(low) = self.notes.iter().min_by_key(|note| (note.length, -note.time.micros))
        else {
            return;
        };
        let low = *low;
        let growth = now.length - low.length;
        let limit = LEAST.max(TIMES * self.usual / 1000).max((now.arrived - low.arrived) / SHARE);
        if let Some(current) = &mut self.current {
            if now.length > current.most {
                current.most = now.length;
                current.episode.last = time;
            }
            // It is over when half of what came on top is gone.
            if now.length < current.from + (current.most - current.from) / 2 {
                let over = self.current.take();
                let most = |growth: &Growth| growth.most - growth.from;
                let over = over.filter(|growth| clock.tells(growth.episode.last));
                let greater = over.as_ref().map(most) > self.past.as_ref().map(most);
                if greater {
                    self.past = over;
                }
                self.peak = 0;
            }
            return;
        }
        if growth > limit {
            // It began where the queue was last about as short as that.
            let near = low.length + (growth / 12).max(2);
            let short = self.notes.iter().filter(|note| note.length <= near);
            let onset = short.map(|note| note.time).max().unwrap_or(low.time);
            let episode = Episode { onset, last: time, ..Episode::default() };
            let usual = self.usual / 1000;
            self.current = Some(Growth { episode, from: low.length, most: now.length, usual });
            return;
        }
        // A growth is usual when it is over, not while it goes on.
        self.usual = self.usual * FADING / 1000;
        self.peak = self.peak.max(growth);
        if growth * 2 < self.peak {
            self.usual = self.usual.max(self.peak * 1000);
            self.peak = growth;
        }
    }
}

impl Detector for Queue {
    #[inline]
    fn line(&mut self, line: &Observation<'_>, clock: &Clock) {
        match line.event {
            Event::MessageId(MessageIdLine { resent: false, .. }) => self.arrived(line, clock),
            Event::Removed(_) => self.count(line, -1, clock),
            _ => {}
        }
    }

    fn findings(&self, clock: Clock, out: &mut Vec<Finding>) {
        let now = self.current.iter().map(|growth| (growth, true));
        for (growth, open) in now.chain(self.past.iter().map(|growth| (growth, false))) {
            let mut episode = growth.episode.clone();
            episode.count = u64::try_from(growth.most - growth.from).unwrap_or_default();
            let mut said =
                finding(FindingKind::QueueGrowing, Subject::System, episode, open, clock);
            #[expect(clippy::cast_precision_loss, reason = "messages in a queue")]
            let usual = growth.usual as f64;
            said.normal = Some(Normal { usual: usual / 3.0, most: None });
            out.push(said);
        }
    }
}
