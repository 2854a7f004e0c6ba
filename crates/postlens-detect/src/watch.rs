//! How a detector notices that something happens more often than usual, and since when.
//!
//! A `Watch` holds a level: every event adds to it, and it sinks steadily with the log's
//! time, the faster the more of these events are usual (a cumulative sum, Page 1954). At
//! the usual pace it stays near the bottom; when it reaches the rule's height something is
//! wrong, since the event that lifted it off the bottom. That takes a few numbers per
//! subject, whatever the length of the log, and depends on the log's times alone.

use postlens_syntax::Time;

use crate::finding::{Evidence, Finding, FindingKind, Normal, Subject};
use crate::signal::Sight;

/// Microseconds of a minute.
pub(crate) const MINUTE: i64 = 60_000_000;

/// Minutes at a log's beginning in which what is usual is only learned.
const LEARNING: f64 = 60.0;

/// Minutes of a day. Before a whole one was seen the quiet hours may be all that was, so
/// that twice as much is let pass.
const DAY: f64 = 1_440.0;

/// Minutes that a log must have lasted before something in it goes on all the time.
const BEGINNING: f64 = 10.0;

/// When something is wrong.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// How many events at once, beyond the pace that is let pass.
    pub least: f64,
    /// Events per minute that are let pass.
    pub pace: f64,
    /// How many times the usual pace is let pass, if that is more; 0 where nothing of it
    /// is usual, and then it counts from the log's first line on.
    pub times: f64,
    /// Events per minute of which more are never usual, so that what is wrong all the time is
    /// told too; infinite where there is no such number.
    pub most: f64,
}

impl Rule {
    /// Whatever is usual is let pass.
    pub(crate) const OPEN: Self = Self { least: 0.0, pace: 0.0, times: 0.0, most: f64::INFINITY };
}

/// The log's time as far as it is known.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// The first line's time.
    pub begin: Time,
    /// The latest line's time.
    pub now: Time,
    /// What was over before this is not told: it is what normal was learned from.
    pub from: Time,
}

impl Default for Clock {
    /// Before the first line, to tell all.
    fn default() -> Self {
        let from = Time { micros: i64::MIN, offset: 0 };
        Self { begin: Time::default(), now: Time::default(), from }
    }
}

impl Clock {
    /// Whether what lasted until `last` is to be told.
    pub(crate) fn tells(&self, last: Time) -> bool {
        last.micros >= self.from.micros
    }

    /// Minutes from the log's beginning to `time`.
    pub(crate) fn minutes(&self, time: Time) -> f64 {
        minutes(time.micros.saturating_sub(self.begin.micros).max(0))
    }
}

/// Microseconds as minutes.
#[expect(clippy::cast_precision_loss, reason = "spans over 285 years may round")]
pub(crate) fn minutes(micros: i64) -> f64 {
    micros as f64 / MINUTE as f64
}

/// Something that went on for a while.
#[derive(Debug, Clone, Default)]
pub(crate) struct Episode {
    pub(crate) onset: Time,
    pub(crate) last: Time,
    pub(crate) count: u64,
    /// Events that were usual before it, per minute.
    pub(crate) usual: f64,
    pub(crate) evidence: Vec<Evidence>,
}

/// The level rises to this many times the rule's height at most, so that it sinks again soon.
const CEILING: f64 = 3.0;

/// The share of its greatest height above which the level shows that it still goes on.
const STILL: f64 = 0.8;

/// How many first events of an episode are remembered to find its beginning.
const FIRST: usize = 8;

/// Watches the events of one subject. Of most subjects little is held: what goes on now has
/// a place of its own.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watch {
    /// Events before what goes on now.
    before: u64,
    /// The last event.
    seen: Time,
    current: Option<Box<Current>>,
    /// The greatest episode that is over.
    past: Option<Box<Episode>>,
}

/// What goes on now, and may become an episode.
#[derive(Debug, Clone, Default)]
struct Current {
    level: f64,
    /// The highest level so far.
    height: f64,
    /// When the level last sank.
    sunk: Time,
    /// The times of the first events.
    first: [i64; FIRST],
    /// How many of them are known.
    known: usize,
    alarmed: bool,
    episode: Episode,
}

impl Watch {
    /// Takes in an event; true while something is wrong.
    pub(crate) fn add(&mut self, rule: Rule, clock: Clock, sight: &Sight<'_>, weight: u32) -> bool {
        self.add_as(f64::from(weight), rule, clock, sight, weight)
    }

    /// The same for an event that weighs `level` as a sign of trouble.
    pub(crate) fn add_as(
        &mut self,
        level: f64,
        rule: Rule,
        clock: Clock,
        sight: &Sight<'_>,
        weight: u32,
    ) -> bool {
        let learning = if rule.most.is_infinite() { LEARNING } else { BEGINNING };
        if rule.times > 0.0 && clock.minutes(sight.time) < learning {
            self.dismiss(sight.time, weight);
            return false;
        }
        self.sink(rule, clock, sight.time);
        self.seen = sight.time;
        let usual = self.usual(clock, sight.time);
        let current = self.current.get_or_insert_with(|| {
            let episode = Episode { onset: sight.time, usual, ..Episode::default() };
            Box::new(Current { episode, ..Current::default() })
        });
        current.add(level, rule, sight, weight);
        current.alarmed
    }

    /// Lets the level sink to what it is at `time`; at the bottom an episode is over.
    fn sink(&mut self, rule: Rule, clock: Clock, time: Time) {
        let Some(current) = &self.current else { return };
        let gone = time.micros.saturating_sub(current.sunk.micros).max(0);
        let known = clock.minutes(time);
        let times = if known < DAY { rule.times * 2.0 } else { rule.times };
        let usual = times * current.episode.usual;
        // In a log's first hour all may be usual up to what never is.
        let usual = if rule.times > 0.0 && known < LEARNING { rule.most } else { usual };
        let pace = rule.pace.max(usual.min(rule.most));
        self.calm(minutes(gone) * pace, clock);
    }

    /// Takes in an event that is usual whatever the pace.
    pub(crate) fn dismiss(&mut self, time: Time, weight: u32) {
        self.before += u64::from(weight);
        self.seen = time;
    }

    /// Something happened that speaks against trouble, such as a success.
    pub(crate) fn calm(&mut self, weight: f64, clock: Clock) {
        let Some(current) = &mut self.current else { return };
        current.level -= weight;
        if current.level > 0.0 {
            return;
        }
        if let Some(over) = self.current.take() {
            self.before += over.episode.count;
            let greater = self.past.as_ref().is_none_or(|past| past.count < over.episode.count);
            if over.alarmed && greater && clock.tells(over.episode.last) {
                self.past = Some(Box::new(over.episode));
            }
        }
    }

    /// Events per minute before what goes on now.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    fn usual(&self, clock: Clock, at: Time) -> f64 {
        self.before as f64 / clock.minutes(at).max(LEARNING)
    }

    /// Whether something is wrong now.
    pub(crate) fn is_alarmed(&self) -> bool {
        self.current.as_ref().is_some_and(|current| current.alarmed)
    }

    /// Whether anything was ever wrong.
    pub(crate) fn has_episodes(&self) -> bool {
        self.past.is_some() || self.is_alarmed()
    }

    /// Whether nothing that is over will be told.
    pub(crate) fn has_no_past(&self) -> bool {
        self.past.is_none()
    }

    /// When what goes on now began.
    pub(crate) fn onset(&self) -> Time {
        self.current.as_ref().map_or(self.seen, |current| current.episode.onset)
    }

    /// When the last event came.
    pub(crate) fn last(&self) -> Time {
        self.seen
    }

    /// Whether nothing goes on but what the last event of this weight began.
    pub(crate) fn has_just_begun(&self, weight: u32) -> bool {
        let count = self.current.as_ref().map_or(0, |current| current.episode.count);
        count <= u64::from(weight)
    }

    /// Events before what goes on now.
    pub(crate) fn before(&self) -> u64 {
        self.before
    }

    /// What was and is wrong, with whether it still goes on.
    pub(crate) fn episodes(&self, rule: Rule, clock: Clock) -> Vec<(Episode, bool)> {
        if !self.has_episodes() {
            return Vec::new();
        }
        let mut now = self.clone();
        now.sink(rule, clock, clock.now);
        let current = now.current.filter(|current| current.alarmed);
        let past = now.past.map(|past| (*past, false));
        current.map(|current| (current.episode, true)).into_iter().chain(past).collect()
    }

    /// Says what was and is wrong. Of an episode that is over and one that goes on, both.
    pub(crate) fn report(
        &self,
        (kind, subject): (FindingKind, &Subject),
        rule: Rule,
        clock: Clock,
        out: &mut Vec<Finding>,
    ) {
        for (episode, open) in self.episodes(rule, clock) {
            out.push(finding(kind, subject.clone(), episode, open, clock));
        }
    }
}

impl Current {
    fn add(&mut self, level: f64, rule: Rule, sight: &Sight<'_>, weight: u32) {
        // What is told late must not let the level sink twice.
        self.sunk = self.sunk.max(sight.time);
        if let Some(slot) = self.first.get_mut(self.known) {
            *slot = sight.time.micros;
            self.known += 1;
        }
        self.level = (self.level + level).min(rule.least * CEILING);
        self.height = self.height.max(self.level);
        let episode = &mut self.episode;
        episode.count += u64::from(weight);
        // What comes when the level has sunk is the usual again.
        if self.level >= self.height * STILL {
            episode.last = episode.last.max(sight.time);
        }
        if !self.alarmed && self.level >= rule.least {
            self.alarmed = true;
            self.episode.onset.micros = self.beginning();
        }
        if self.alarmed && self.episode.evidence.len() < Evidence::MOST {
            self.episode.evidence.push(Evidence::of(sight));
        }
    }

    /// The first event after the longest pause among the first ones, if what came before it
    /// is no more than what is usual in such a time.
    fn beginning(&self) -> i64 {
        let first = self.first.get(..self.known).unwrap_or_default();
        let gaps = first.iter().zip(first.iter().skip(1)).enumerate();
        let gaps = gaps.map(|(before, (from, to))| (to - from, before + 1, *to));
        let onset = self.episode.onset.micros;
        let all = first.last().map_or(0, |last| last - onset);
        let is_usual = |gap| self.episode.usual * minutes(gap) >= 0.5;
        let after_pause = gaps.max().filter(|(gap, before, _)| {
            *gap > MINUTE && gap * 2 > all && before * 4 < self.known && is_usual(*gap)
        });
        after_pause.map_or(onset, |(_, _, to)| to)
    }
}

/// The finding of an episode.
pub(crate) fn finding(
    kind: FindingKind,
    subject: Subject,
    episode: Episode,
    open: bool,
    clock: Clock,
) -> Finding {
    // A log that begins just before says nothing about what is normal.
    let known = clock.minutes(episode.onset) >= LEARNING;
    Finding {
        kind,
        subject,
        onset: episode.onset,
        last: episode.last,
        open,
        amount: episode.count,
        figures: Vec::new(),
        normal: known.then_some(Normal { usual: episode.usual * 60.0, most: None }),
        gravity: kind.gravity(),
        cause: None,
        basis: None,
        actor: kind.actor(),
        remedy: kind.remedy_key(),
        evidence: episode.evidence,
        follows: None,
    }
}

#[cfg(test)]
mod tests {
    use bstr::BStr;
    use postlens_syntax::Time;

    use super::{Clock, MINUTE, Rule, Watch};
    use crate::signal::Sight;

    const RULE: Rule = Rule { least: 10.0, pace: 0.2, times: 3.0, ..Rule::OPEN };

    fn feed(watch: &mut Watch, from: i64, every: i64, count: i64) {
        for number in 0..count {
            let time = Time { micros: from + number * every, offset: 0 };
            let text = BStr::new("x");
            let sight = Sight { time, host: text, program: text, text };
            watch.add(RULE, Clock { now: time, ..Clock::default() }, &sight, 1);
        }
    }

    fn clock(micros: i64) -> Clock {
        Clock { now: Time { micros, offset: 0 }, ..Clock::default() }
    }

    #[test]
    fn what_is_told_late_does_not_sink_the_level_again() {
        let mut watch = Watch::default();
        let start = 1440 * MINUTE;
        for number in 0..40 {
            // Every second event is told with a time of hours ago.
            let late = if number % 2 == 0 { 0 } else { 300 * MINUTE };
            feed(&mut watch, start + number * MINUTE - late, MINUTE, 1);
        }
        assert!(watch.is_alarmed());
    }

    #[test]
    fn the_usual_pace_is_silent_and_a_burst_has_its_onset() {
        let mut watch = Watch::default();
        feed(&mut watch, 0, 20 * MINUTE, 72);
        assert!(watch.episodes(RULE, clock(1440 * MINUTE)).is_empty());
        let burst = 1433 * MINUTE;
        feed(&mut watch, burst, MINUTE / 4, 60);
        let episodes = watch.episodes(RULE, clock(burst + 20 * MINUTE));
        assert_eq!(episodes.len(), 1);
        assert_eq!(episodes[0].0.onset.micros, burst);
        assert!(episodes[0].1);
        assert_eq!(episodes[0].0.evidence.len(), 3);
        // A day later it is over.
        let (episode, open) = watch.episodes(RULE, clock(burst + 1440 * MINUTE)).remove(0);
        assert!(!open);
        assert_eq!(episode.last.micros, burst + 59 * MINUTE / 4);
    }
}
