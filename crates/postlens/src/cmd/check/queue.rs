//! `postlens check queue`: how much mail waits, for how long, for whom, and whether it grows.

use anyhow::Result;
use clap::Args;
use postlens_queue::{Message, QueueName, domain};
use postlens_report::escape::printable;
use postlens_report::number::span;
use postlens_stats::Top;
use serde::{Deserialize, Serialize};

use super::plugin::{Check, Limits, Plugin, State, percent, real};
use super::range::Range;
use super::state::StateArgs;
use crate::cmd::queue::{PlaceArgs, Reading, Sums, seconds};

/// Check how much mail waits, and for how long
#[derive(Debug, Args)]
#[command(
    mut_arg("config", |arg| arg.short(None)),
    after_long_help = "\
Examples:
  postlens check queue -w 500 -c 2000 --age-warning 6h --age-critical 2d
  postlens check queue --growth-warning 200 --growth-critical 1000 --growth-time 30m
  postlens check queue --share-warning 50 --share-least 100

Without limits it is OK as long as the queue can be read. Mail on hold is counted apart: it
is in neither `unsent` nor the ages. Where part of the queue cannot be read the state is
UNKNOWN, unless what could be read is CRITICAL already.

Growth is measured from earlier calls within --growth-time, the oldest of them; if there are
none, from the last call, as if it had gone on at that rate for that time. Only calls with a
limit of growth remember anything."
)]
pub(super) struct QueueCheckArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// WARNING outside this range of unsent messages: above so many.
    #[arg(long, short, value_name = "RANGE", value_parser = Range::numbers, help_heading = "Limits")]
    warning: Option<Range>,
    /// CRITICAL outside this range of unsent messages.
    #[arg(long, short, value_name = "RANGE", value_parser = Range::numbers, help_heading = "Limits")]
    critical: Option<Range>,
    /// WARNING if a message waits for longer: 30m, 6h, 2d.
    #[arg(long, value_name = "RANGE", value_parser = Range::times, help_heading = "Limits")]
    age_warning: Option<Range>,
    /// CRITICAL if a message waits for longer.
    #[arg(long, value_name = "RANGE", value_parser = Range::times, help_heading = "Limits")]
    age_critical: Option<Range>,
    /// WARNING if what waits is larger in bytes: 500M.
    #[arg(long, value_name = "RANGE", value_parser = Range::sizes, help_heading = "Limits")]
    size_warning: Option<Range>,
    /// CRITICAL if what waits is larger in bytes.
    #[arg(long, value_name = "RANGE", value_parser = Range::sizes, help_heading = "Limits")]
    size_critical: Option<Range>,
    /// WARNING if the queue has grown by more messages within --growth-time.
    #[arg(long, value_name = "RANGE", value_parser = Range::numbers, allow_hyphen_values = true, help_heading = "Limits")]
    growth_warning: Option<Range>,
    /// CRITICAL if the queue has grown by more messages within --growth-time.
    #[arg(long, value_name = "RANGE", value_parser = Range::numbers, allow_hyphen_values = true, help_heading = "Limits")]
    growth_critical: Option<Range>,
    /// In which time growth is measured.
    #[arg(long, value_name = "TIME", value_parser = seconds, default_value = "1h", help_heading = "Limits")]
    growth_time: i64,
    /// WARNING if one recipient domain has more percent of all recipients that wait.
    #[arg(long, value_name = "RANGE", value_parser = Range::percent, help_heading = "Limits")]
    share_warning: Option<Range>,
    /// CRITICAL if one recipient domain has more percent of all recipients that wait.
    #[arg(long, value_name = "RANGE", value_parser = Range::percent, help_heading = "Limits")]
    share_critical: Option<Range>,
    /// Shares are judged only if the domain has so many recipients waiting.
    #[arg(long, value_name = "N", default_value_t = 50, help_heading = "Limits")]
    share_least: u64,
    #[command(flatten)]
    state: StateArgs,
}

/// How many messages there were, at which time in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Sample {
    at: i64,
    unsent: u64,
}

/// Earlier calls, the oldest first.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Earlier {
    schema: u32,
    samples: Vec<Sample>,
}

/// What waits, counted message by message; mail on hold apart.
#[derive(Debug, Default)]
struct Waiting {
    unsent: Sums,
    held: u64,
    recipients: u64,
    domains: Top<u64>,
}

impl Waiting {
    fn add(&mut self, message: &Message) {
        if message.queue == QueueName::Hold {
            self.held += 1;
            return;
        }
        self.unsent.add(message);
        for recipient in &message.recipients {
            self.recipients += 1;
            *self.domains.entry(&domain(&recipient.address)) += 1;
        }
    }
}

impl Check for QueueCheckArgs {
    const NAME: &'static str = "QUEUE";

    fn check(&self) -> Result<Plugin> {
        let now = jiff::Timestamp::now().as_second();
        let mut waiting = Waiting::default();
        let reading: Reading = self.place.each(&[], &mut |held| waiting.add(&held.message))?;
        reading.tell();
        let mut plugin = Plugin::default();
        self.counts(&waiting, now, &mut plugin);
        self.shares(&waiting, &mut plugin);
        if reading.incomplete {
            plugin.wrong(State::Unknown, "part of the queue could not be read");
        }
        self.growth(waiting.unsent.messages(), now, reading.incomplete, &mut plugin)?;
        Ok(plugin)
    }
}

impl QueueCheckArgs {
    fn counts(&self, waiting: &Waiting, now: i64, plugin: &mut Plugin) {
        let Waiting { unsent, held, .. } = waiting;
        let oldest = unsent.oldest(now).unwrap_or(0);
        let none = Limits::default();
        plugin.figure("active", real(unsent.of(QueueName::Active)), "", none);
        plugin.figure("deferred", real(unsent.of(QueueName::Deferred)), "", none);
        let incoming = unsent.of(QueueName::Incoming) + unsent.of(QueueName::Maildrop);
        plugin.figure("incoming", real(incoming), "", none);
        plugin.figure("hold", real(*held), "", none);
        let limits = Limits::new(self.warning, self.critical);
        let messages = unsent.messages();
        plugin.judged("unsent", real(messages), "", limits, format!("{messages} messages unsent"));
        let limits = Limits::new(self.age_warning, self.age_critical);
        let text = format!("the oldest for {}", span(oldest));
        plugin.judged("oldest", real(oldest.unsigned_abs()), "s", limits, text);
        let limits = Limits::new(self.size_warning, self.size_critical);
        if let state @ (State::Warning | State::Critical) =
            plugin.figure("size", real(unsent.bytes()), "B", limits)
        {
            plugin.wrong(state, format!("{} bytes wait", unsent.bytes()));
        }
        plugin.fact(format!("{held} on hold"));
    }

    fn shares(&self, waiting: &Waiting, plugin: &mut Plugin) {
        let limits = Limits::new(self.share_warning, self.share_critical);
        if !limits.is_set() {
            return;
        }
        let all = waiting.recipients;
        let largest = waiting.domains.top(1);
        let (name, count) =
            largest.first().map_or(("".into(), 0), |(name, count)| (*name, **count));
        let share = percent(count, all);
        let state = plugin.figure("share", share, "%", limits);
        if state != State::Ok && count >= self.share_least {
            let name = printable(name);
            let text = format!("{count} of {all} recipients that wait are at {name}");
            plugin.wrong(state, text);
            plugin.detail(format!("postlens queue why --domain {name}"));
        }
    }

    fn growth(&self, unsent: u64, now: i64, partly: bool, plugin: &mut Plugin) -> Result<()> {
        let limits = Limits::new(self.growth_warning, self.growth_critical);
        // Part of a queue would look like a queue that shrank, and then grew.
        if !limits.is_set() || partly {
            return Ok(());
        }
        let file = self.state.open("queue", &self.place.name())?;
        let mut earlier: Earlier = file.read()?.unwrap_or_default();
        if let Some(grown) = grown(&earlier.samples, unsent, now, self.growth_time) {
            let text = format!("{grown:+.0} messages within {}", span(self.growth_time));
            plugin.judged("growth", grown, "", limits, text);
        } else {
            plugin.fact("growth is told from the next call on");
        }
        earlier.schema = 1;
        remember(&mut earlier.samples, Sample { at: now, unsent }, self.growth_time);
        file.write(&earlier)
    }
}

/// Messages more than at the oldest call within `time`; from an older one only a part of the
/// growth since, as much as falls into `time`.
fn grown(samples: &[Sample], unsent: u64, now: i64, time: i64) -> Option<f64> {
    let within = samples.iter().find(|sample| (now - time..now).contains(&sample.at));
    let before = within.or(samples.iter().rfind(|sample| sample.at < now))?;
    let all = real(unsent) - real(before.unsent);
    #[expect(clippy::cast_precision_loss, reason = "no span is that long")]
    let part = (time as f64 / (now - before.at).max(1) as f64).min(1.0);
    Some(all * part)
}

/// At most so many calls are remembered.
const SAMPLES: usize = 500;

fn remember(samples: &mut Vec<Sample>, sample: Sample, time: i64) {
    samples.retain(|old| (sample.at - time..sample.at).contains(&old.at));
    if samples.len() >= SAMPLES {
        // Every other one, the oldest among those that stay.
        let mut at = 0;
        samples.retain(|_| {
            at += 1;
            at % 2 == 1
        });
    }
    samples.push(sample);
}

#[cfg(test)]
mod tests {
    use super::{SAMPLES, Sample, grown, remember};

    fn samples(all: &[(i64, u64)]) -> Vec<Sample> {
        all.iter().map(|(at, unsent)| Sample { at: *at, unsent: *unsent }).collect()
    }

    #[track_caller]
    fn check(earlier: &[(i64, u64)], unsent: u64, expected: Option<f64>) {
        assert_eq!(grown(&samples(earlier), unsent, 10_000, 3600), expected, "{earlier:?}");
    }

    #[test]
    fn growth_is_measured_within_its_time() {
        check(&[], 100, None);
        check(&[(9_700, 40), (9_900, 90)], 100, Some(60.0));
        check(&[(1_000, 0), (9_900, 90)], 100, Some(10.0));
        check(&[(2_800, 50)], 150, Some(50.0));
        check(&[(9_000, 100)], 20, Some(-80.0));
        check(&[(20_000, 5)], 20, None);
    }

    #[test]
    fn few_calls_are_remembered() {
        let mut all = Vec::new();
        for at in 0..10_000 {
            remember(&mut all, Sample { at, unsent: 1 }, 3600);
            assert!(all.len() <= SAMPLES);
        }
        let first = all.first().unwrap().at;
        assert!((6_400..8_000).contains(&first), "{first}");
    }
}
