//! `postlens queue watch`: the queue live, in a terminal.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use bstr::{BString, ByteSlice};
use clap::Args;
use jiff::tz::TimeZone;
use postlens_engine::Summary;
use postlens_explain::Side;
use postlens_queue::{Origin, Pace, domain};
use postlens_report::escape::printable;
use postlens_report::trace::{self, Telling};
use postlens_report::{Lang, Language};
use postlens_source::{Arguments, Options, Period, Zone, discover};
use postlens_trace::{Key, Query, assemble};
use postlens_tui::queue::{Cause, Message, Reading, Recipient, Snapshot, Source, watch};
use postlens_tui::{End, Screen, ScreenError, Theme};

use super::PlaceArgs;
use super::filter::{FilterArgs, seconds};
use super::list::{shown_sender, stamp};
use super::place::Held;
use super::why::judged;
use crate::cmd::trace::follow;
use crate::exit::{self, hint};
use crate::input::Input;
use crate::output::{self, When};

/// Watch the queue live: how much waits, where, why, and whether it grows
///
/// A view for a terminal, also over ssh, from 40 columns and 10 lines on. It shows the size
/// of each queue, what came and went since the start and lately, what is wrong and what to do,
/// destinations and causes, and the messages. `?` tells the keys. `Enter` on a message shows
/// its recipients, why they wait, and its way through the log, as `postlens trace` tells it.
///
/// Reading a queue opens every file in it. So reading takes 5 % of the time at most: the
/// longer it takes, the longer the pause after it. The last line says how long both are.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  postlens queue watch
  postlens queue watch --domain example.net --interval 10s
  postlens queue watch --spool saved-queue --log saved-mail.log
  NO_COLOR=1 postlens queue watch

Exit status: 0 ended by a key, 128 and its number ended by a signal, 2 wrong usage or failure.")]
pub(crate) struct WatchArgs {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    filter: FilterArgs,
    /// The shortest pause between two readings, two seconds or more.
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = seconds)]
    interval: i64,
    /// The log for a message's way: a file, with its rotated ones. Default: this machine's
    /// mail log; none with --spool.
    #[arg(long, value_name = "LOG")]
    log: Vec<PathBuf>,
    /// The language of the text: en or ja. Default: the locale's.
    #[arg(long, value_name = "LANG")]
    lang: Option<Lang>,
    /// Terminal colours.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: When,
}

impl WatchArgs {
    /// Shows the view until it is ended.
    pub(crate) fn run(self) -> Result<u8> {
        let lang = self.lang.unwrap_or_else(output::lang);
        let theme = Theme {
            colour: self.color.allows_colour(),
            unicode: output::locale("LC_CTYPE")
                .to_ascii_lowercase()
                .replace('-', "")
                .contains("utf8"),
        };
        let logs =
            if self.place.is_copy() && self.log.is_empty() { None } else { Some(self.log.clone()) };
        let least = Duration::from_secs(u64::try_from(self.interval).unwrap_or_default());
        let mut reader = Reader { place: self.place, filter: self.filter, pace: Pace::new(least) };
        // A queue that cannot be read at all is told as by the other commands.
        let first = reader.read();
        let first = Reading { result: Ok(first.result?), cost: first.cost, pause: first.pause };
        let screen = Screen::enter().map_err(explain)?;
        let source = Source {
            read: Box::new(move || {
                let read = reader.read();
                let result = read
                    .result
                    .map_err(|error| printable(format!("{error:#}").as_bytes().as_bstr()));
                Reading { cost: read.cost, pause: read.pause, result }
            }),
            trace: Box::new(move |message| way(message, logs.as_deref(), lang)),
        };
        let ended = watch(screen, first, source, &Language::new(lang), theme).map_err(explain)?;
        Ok(match ended {
            End::Asked => exit::OK,
            End::Signal(number) => 128_u8.saturating_add(number),
        })
    }
}

fn explain(error: ScreenError) -> anyhow::Error {
    match error {
        ScreenError::NoTerminal => hint(
            error,
            "use `postlens queue` or `postlens queue why` where there is no terminal; with ssh, use ssh -t",
        ),
        ScreenError::Terminal { .. } => error.into(),
    }
}

/// Reads the queue again and again.
struct Reader {
    place: PlaceArgs,
    filter: FilterArgs,
    pace: Pace,
}

/// What a reading gave, and what it cost.
struct Read {
    cost: Duration,
    pause: Duration,
    result: Result<Snapshot>,
}

impl Reader {
    fn read(&mut self) -> Read {
        let begin = Instant::now();
        let result = self.snapshot();
        let cost = begin.elapsed();
        Read { cost, pause: self.pace.pause(cost), result }
    }

    fn snapshot(&self) -> Result<Snapshot> {
        let now = jiff::Timestamp::now().as_second();
        let mut names = Names::default();
        let mut messages = Vec::new();
        let reading = self.filter.each(&self.place, now, &mut |held| {
            messages.push(names.message(&held));
        })?;
        let problems = reading.problems.iter();
        Ok(Snapshot {
            at: now,
            clock: stamp(now, &TimeZone::system(), "%H:%M:%S"),
            origin: printable(reading.origins.join(", ").as_bytes().as_bstr()),
            attempts_known: reading.attempts_known,
            incomplete: reading.incomplete,
            problems: problems.map(|text| printable(text.as_bytes().as_bstr())).collect(),
            messages,
        })
    }
}

/// Texts that many messages have are kept once.
#[derive(Default)]
struct Names(HashSet<Arc<str>>);

impl Names {
    fn keep(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.0.insert(Arc::clone(&new));
        new
    }

    fn shown(&mut self, text: &BString) -> Arc<str> {
        self.keep(&printable(text.as_bstr()))
    }

    fn message(&mut self, held: &Held) -> Message {
        let message = &held.message;
        let origin = message.origin.as_deref();
        let mut of = |field: fn(&Origin) -> Option<&BString>| {
            origin.and_then(field).map(|text| self.shown(text))
        };
        let login = of(|origin| origin.sasl_username.as_ref());
        let client = of(|origin| origin.client_address.as_ref());
        let filter = of(|origin| origin.filter.as_ref());
        Message {
            instance: held.instance.as_ref().map(|name| self.keep(name)),
            id: message.id.as_str().into(),
            queue: message.queue.name(),
            arrival: message.arrival,
            size: message.size,
            next_attempt: message.next_attempt,
            sender: self.keep(&shown_sender(&message.sender)),
            login,
            client,
            filter,
            recipients: message.recipients.iter().map(|to| self.recipient(to)).collect(),
        }
    }

    fn recipient(&mut self, to: &postlens_queue::Recipient) -> Recipient {
        let cause = judged(to).map(|(side, cause)| Cause {
            own: side == Side::Own,
            key: cause.key(),
            actor: cause.actor(side).key(),
            remedy: cause.remedy_key(side),
        });
        Recipient {
            address: printable(to.address.as_bstr()).into(),
            destination: self.shown(&domain(&to.address)),
            cause,
            reason: to.reason.as_ref().map(|reason| self.shown(reason)),
        }
    }
}

/// Lines may be stamped so long before the queue file's time, in microseconds.
const BEFORE: i64 = 600_000_000;

/// What the log says about a message since its arrival.
fn way(message: &Message, logs: Option<&[PathBuf]>, lang: Lang) -> Vec<String> {
    let language = Language::new(lang);
    let Some(logs) = logs else { return vec![language.text("watch-no-log")] };
    match journeys(message, logs, &language) {
        Ok(text) if text.is_empty() => vec![language.text("watch-no-trace")],
        Ok(text) => text.lines().map(str::to_owned).collect(),
        Err(error) => vec![printable(format!("{error:#}").as_bytes().as_bstr())],
    }
}

fn journeys(message: &Message, logs: &[PathBuf], language: &Language) -> Result<String> {
    let found = discover(&Arguments { paths: logs.to_vec(), ..Arguments::default() });
    let now = jiff::Timestamp::now().as_microsecond();
    let from = message.arrival.saturating_mul(1_000_000).saturating_sub(BEFORE);
    let period = Some(Period { from: Some(from), to: None });
    let options = Options { period, ..Options::new(Zone::system(), now) };
    let input = Input { found, options, threads: 1 };
    let mut summary = Summary::default();
    let query = Query::new(Key::QueueId, &message.id);
    let trail = follow(query, &input, &mut summary, &mut |_| {}).context("cannot read the log")?;
    let mut text = String::new();
    for problem in input.found.problems.iter().chain(&summary.problems) {
        text.push_str(&printable(problem.to_string().as_bytes().as_bstr()));
        text.push('\n');
    }
    text.push_str(&trace::write(&assemble(&trail), language, Telling::default()));
    Ok(text)
}
