//! `postlens queue hold|release|requeue|expire|delete|retry`: what changes the queue, through
//! Postfix's own programs.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, anyhow};
use bstr::ByteSlice;
use clap::Args;
use postlens_queue::QueueName;
use postlens_report::escape::printable;
use postlens_report::number::span;
use postlens_report::{Lang, Language};

use super::PlaceArgs;
use super::filter::FilterArgs;
use super::list::shown_sender;
use super::place::Held;
use crate::exit::{self, hint};
use crate::output::{self, data, message};
use crate::postfix::program;

/// What is done with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Hold,
    Release,
    Requeue,
    Expire,
    Delete,
    Retry,
}

/// Messages in one go: between looking again and acting little time may pass.
const BATCH: usize = 100;
/// How many messages are shown before the question.
const SHOWN: usize = 20;

impl Action {
    fn name(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Release => "release",
            Self::Requeue => "requeue",
            Self::Expire => "expire",
            Self::Delete => "delete",
            Self::Retry => "retry",
        }
    }

    /// The option of postsuper(1); `retry` is postqueue's.
    fn option(self) -> &'static str {
        match self {
            Self::Hold => "-h",
            Self::Release => "-H",
            Self::Requeue => "-r",
            Self::Expire => "-e",
            Self::Delete => "-d",
            Self::Retry => "-i",
        }
    }

    /// Whether there is anything to do for a message of that queue.
    fn fits(self, queue: QueueName) -> bool {
        match self {
            Self::Hold => {
                matches!(queue, QueueName::Incoming | QueueName::Active | QueueName::Deferred)
            }
            Self::Release => queue == QueueName::Hold,
            Self::Retry => queue == QueueName::Deferred,
            Self::Expire => {
                !matches!(queue, QueueName::Maildrop | QueueName::Corrupt | QueueName::Saved)
            }
            Self::Requeue | Self::Delete => true,
        }
    }
}

/// What the user wrote.
#[derive(Debug, Args)]
#[command(after_long_help = "\
The messages are shown first, and the question is asked on a terminal; scripts need --yes.
Right before it is done each message is looked at again: one that has gone, moved, changed
or whose queue ID now belongs to another mail is left alone. Postfix's own postsuper and
postqueue do the work; a line in the mail log says what was done, and for whom.

Exit status: 0 all was done, 1 some messages were left alone, 2 wrong usage or failure.")]
pub(crate) struct ActArgs {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    filter: FilterArgs,
    /// All messages: needed where no filter is given.
    #[arg(long)]
    all: bool,
    /// Do not ask.
    #[arg(long, short)]
    yes: bool,
    /// Show what would be done, and stop.
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// The language of the text: en or ja. Default: the locale's.
    #[arg(long, value_name = "LANG")]
    lang: Option<Lang>,
}

impl ActArgs {
    /// Shows, asks, does, and tells.
    pub(crate) fn run(self, action: Action) -> Result<u8> {
        if !self.filter.is_narrow() && !self.all {
            let error = anyhow!("no filter is given, so this would be for the whole queue");
            return Err(hint(
                error,
                "name messages with --id, --sender, --domain, --cause …, or say --all",
            ));
        }
        if self.place.is_copy() {
            let error = anyhow!("a copy of a queue cannot be acted on");
            return Err(hint(error, "leave --spool out; --config names an instance"));
        }
        let now = jiff::Timestamp::now().as_second();
        let mut messages = Vec::new();
        let reading = self.filter.read(&self.place, now, &mut |held| {
            if action.fits(held.message.queue) {
                messages.push(held);
            }
        })?;
        let language = &Language::new(self.lang.unwrap_or_else(output::lang));
        data(&preview(action, &messages, now, language))
            .context("cannot write to standard output")?;
        if messages.is_empty() || self.dry_run {
            return Ok(reading.code());
        }
        if !self.yes && !asked(action, messages.len(), language)? {
            data(&(language.text("queue-act-nothing") + "\n"))
                .context("cannot write to standard output")?;
            return Ok(exit::OK);
        }
        let mut done = 0;
        let mut left = Vec::new();
        for batch in messages.chunks(BATCH) {
            let still = self.still(batch, action, now, &mut left)?;
            for (config, ids) in by_instance(&still) {
                done += act(action, config.as_ref(), &ids)?;
                audit(action, config.as_ref(), &ids);
            }
        }
        let changed = left.len();
        for id in left.iter().take(SHOWN) {
            message(&language.with("queue-act-left", &[("id", id)]));
        }
        let values = [
            ("action", action.name()),
            ("done", &done.to_string()),
            ("count", &messages.len().to_string()),
            ("left", &changed.to_string()),
        ];
        let text = language.with("queue-act-done", &values) + "\n";
        data(&text).context("cannot write to standard output")?;
        Ok(if done == messages.len() { exit::OK } else { exit::INCOMPLETE })
    }

    /// Those of the batch that are still the same mail in the same queue.
    fn still<'a>(
        &self,
        batch: &'a [Held],
        action: Action,
        now: i64,
        left: &mut Vec<String>,
    ) -> Result<Vec<&'a Held>> {
        let again = self.place.again(batch)?;
        let mut still = Vec::new();
        for held in batch {
            let found = again.iter().find(|found| found.id == held.message.id);
            let same = found.is_some_and(|found| {
                found.arrival == held.message.arrival
                    && found.sender == held.message.sender
                    && action.fits(found.queue)
                    && self.filter.keeps(found, now)
            });
            if same {
                still.push(held);
            } else {
                left.push(held.message.id.clone());
            }
        }
        Ok(still)
    }
}

fn preview(action: Action, messages: &[Held], now: i64, language: &Language) -> String {
    if messages.is_empty() {
        return language.with("queue-act-none", &[("action", action.name())]) + "\n";
    }
    let count = messages.len().to_string();
    let mut text = language.with(&format!("queue-act-{}", action.name()), &[("count", &count)]);
    text.push('\n');
    for held in messages.iter().take(SHOWN) {
        let message = &held.message;
        let to = message.recipients.first().map(|to| printable(to.address.as_bstr()));
        let more = match message.recipients.len() {
            0 | 1 => String::new(),
            count => format!(" +{}", count - 1),
        };
        text.push_str(&format_line(held, now, &to.unwrap_or_default(), &more));
    }
    if messages.len() > SHOWN {
        let more = messages.len() - SHOWN;
        let more = language.with("queue-act-more", &[("count", &more.to_string())]);
        text.extend(["  ", &more, "\n"]);
    }
    text
}

fn format_line(held: &Held, now: i64, to: &str, more: &str) -> String {
    let message = &held.message;
    let (age, queue) = (span(message.age(now)), message.queue.name());
    format!("  {} {queue} {age} {} > {to}{more}\n", message.id, shown_sender(&message.sender))
}

fn asked(action: Action, count: usize, language: &Language) -> Result<bool> {
    if !io::stdin().is_terminal() {
        let error = anyhow!("nobody is there to say yes");
        return Err(hint(error, "use --yes in scripts, --dry-run to look only"));
    }
    let mut out = io::stderr();
    let values = [("action", action.name()), ("count", &count.to_string())];
    write!(out, "{} ", language.with("queue-act-ask", &values)).context("cannot ask")?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).context("cannot read the answer")?;
    Ok(answer.trim() == "yes")
}

fn by_instance(messages: &[&Held]) -> BTreeMap<Option<PathBuf>, Vec<String>> {
    let mut instances: BTreeMap<Option<PathBuf>, Vec<String>> = BTreeMap::new();
    for held in messages {
        instances.entry(held.config.clone()).or_default().push(held.message.id.clone());
    }
    instances
}

/// Lets Postfix do it; gives how many messages it says it did.
fn act(action: Action, config: Option<&PathBuf>, ids: &[String]) -> Result<usize> {
    let config = config.map(PathBuf::as_path);
    if action == Action::Retry {
        // One at a time is what postqueue takes; a flush of the whole queue would be worse.
        let mut done = 0;
        for id in ids {
            let status = program("postqueue", config).args(["-i", id]).status();
            done += usize::from(status.context("cannot run postqueue")?.success());
        }
        return Ok(done);
    }
    let mut child = program("postsuper", config)
        .args([action.option(), "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot run postsuper")?;
    if let Some(mut input) = child.stdin.take() {
        input
            .write_all((ids.join("\n") + "\n").as_bytes())
            .context("cannot tell postsuper the queue IDs")?;
    }
    let output = child.wait_with_output().context("cannot wait for postsuper")?;
    let words = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let error = anyhow!("{}", words.trim()).context("postsuper failed");
        return Err(hint(error, "postsuper is for root: use sudo"));
    }
    Ok(words.lines().filter_map(counted).sum())
}

/// `postsuper: Placed on hold: 3 messages` says 3.
fn counted(line: &str) -> Option<usize> {
    let (before, last) = line.rsplit_once(' ')?;
    let number = before.rsplit(' ').next()?;
    last.starts_with("message").then(|| number.parse().ok())?
}

/// A line in the mail log. The work is done by then: failing to say so only warns.
fn audit(action: Action, config: Option<&PathBuf>, ids: &[String]) {
    let user = std::env::var("SUDO_USER")
        .or_else(|_| std::env::var("USER"))
        .or_else(|_| std::env::var("LOGNAME"));
    let user = user.unwrap_or_else(|_| "unknown".to_owned());
    let text =
        format!("queue {} for {user}: {} messages: {}", action.name(), ids.len(), ids.join(" "));
    let logged = program("postlog", config.map(PathBuf::as_path))
        .args(["-t", "postlens", "-p", "info", &text])
        .stderr(Stdio::null())
        .status();
    if !logged.is_ok_and(|status| status.success()) {
        message("warning: no line about this could be written to the mail log (postlog failed)");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_words() {
        use Action::{Delete, Expire, Hold, Release, Requeue, Retry};
        for lang in Lang::ALL {
            let language = Language::new(lang);
            for action in [Hold, Release, Requeue, Expire, Delete, Retry] {
                let key = format!("queue-act-{}", action.name());
                assert_ne!(language.with(&key, &[("count", "7")]), key);
            }
        }
    }

    #[test]
    fn the_count_of_postsuper_is_read() {
        assert_eq!(counted("postsuper: Placed on hold: 3 messages"), Some(3));
        assert_eq!(counted("postsuper: Requeued: 1 message"), Some(1));
        assert_eq!(counted("postsuper: warning: bogus file name: x"), None);
    }
}
