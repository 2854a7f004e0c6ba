//! `postlens queue why`: what waits by cause, who must act, and what to do, in which order.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use bstr::{BStr, BString, ByteSlice};
use clap::Args;
use postlens_explain::{Actor, Cause, Side};
use postlens_queue::{Message, QueueName, Recipient, domain};
use postlens_report::escape::{lossless, printable};
use postlens_report::number::span;
use postlens_report::{Lang, Language};
use postlens_stats::Top;
use serde_json::{Value, json};

use super::PlaceArgs;
use super::filter::{FilterArgs, verdict};
use super::place::Reading;
use super::route::relay;
use super::sums::Sums;
use crate::output::{self, data};
use senders::Senders;

mod senders;

/// Destinations shown.
const SHOWN: usize = 5;

/// Tell why mail waits, who must act, and what to do in which order
///
/// What waits is grouped by the cause of the last attempt, broken parts of this system
/// first. Nothing is changed: the commands are shown, not run.
#[derive(Debug, Args)]
pub(crate) struct WhyArgs {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    filter: FilterArgs,
    /// Write JSON.
    #[arg(long)]
    json: bool,
    /// The language of the text: en or ja. Default: the locale's.
    #[arg(long, value_name = "LANG")]
    lang: Option<Lang>,
}

/// Recipients that wait for the same cause on the same side.
#[derive(Debug, Default)]
struct Group {
    recipients: u64,
    messages: u64,
    oldest: i64,
    next: Option<i64>,
    destinations: Top<u64>,
    example: BString,
}

/// What waits, counted message by message.
#[derive(Debug, Default)]
struct Found {
    sums: Sums,
    /// Broken parts of our own come first.
    groups: BTreeMap<(bool, Cause), Group>,
    senders: Senders,
}

impl WhyArgs {
    /// Reads the queue and explains it.
    pub(crate) fn run(self) -> Result<u8> {
        let now = jiff::Timestamp::now().as_second();
        let mut found = Found::default();
        let reading =
            self.filter.read(&self.place, now, &mut |held| found.add(&held.message, now))?;
        let text = if self.json {
            let mut text = serde_json::to_string_pretty(&found.object(now))?;
            text.push('\n');
            text
        } else {
            let lang = self.lang.unwrap_or_else(output::lang);
            found.page(&reading, now, &Language::new(lang))
        };
        data(&text).context("cannot write to standard output")?;
        Ok(reading.code())
    }
}

/// Whether the host of the last attempt is this one: a filter or a service of our own.
fn is_local(recipient: &Recipient) -> bool {
    let host = relay(recipient);
    host.starts_with(b"127.") || host == "localhost" || host == "::1" || host.contains(&b'/')
}

/// Why a recipient waits, and on whose side.
pub(crate) fn judged(recipient: &Recipient) -> Option<(Side, Cause)> {
    let verdict = verdict(recipient)?;
    let own = verdict.side == Side::Own || is_local(recipient);
    Some((if own { Side::Own } else { Side::Peer }, verdict.cause))
}

impl Found {
    fn add(&mut self, message: &Message, now: i64) {
        self.sums.add(message);
        self.senders.add(message);
        let mut met = Vec::new();
        for recipient in &message.recipients {
            let (Some((side, cause)), Some(reason)) = (judged(recipient), &recipient.reason) else {
                continue;
            };
            let key = (side != Side::Own, cause);
            let group = self.groups.entry(key).or_default();
            group.recipients += 1;
            if !met.contains(&key) {
                met.push(key);
                group.messages += 1;
            }
            group.oldest = group.oldest.max(message.age(now));
            group.next = [group.next, message.next_attempt].into_iter().flatten().min();
            *group.destinations.entry(&domain(&recipient.address)) += 1;
            if group.example.is_empty() {
                group.example.clone_from(reason);
            }
        }
    }

    /// The groups, our own first, then the largest.
    fn sorted(&self) -> Vec<(Side, Cause, &Group)> {
        let side = |remote: bool| if remote { Side::Peer } else { Side::Own };
        let all = self.groups.iter();
        let mut sorted: Vec<_> =
            all.map(|((remote, cause), group)| (side(*remote), *cause, group)).collect();
        sorted.sort_by_key(|(side, _, group)| {
            (*side != Side::Own, std::cmp::Reverse(group.recipients))
        });
        sorted
    }

    fn page(&self, reading: &Reading, now: i64, language: &Language) -> String {
        let mut parts = vec![self.sums.text(reading, now, language)];
        let groups = self.sorted().into_iter();
        parts.extend(
            groups.map(|(side, cause, group)| paragraph(side, cause, group, now, language)),
        );
        let mut count = |key: &str, count: u64| {
            if count > 0 {
                parts.push(language.with(key, &[("count", &count.to_string())]) + "\n");
            }
        };
        count("queue-why-held", self.sums.of(QueueName::Hold));
        let dropped = self.groups.values().map(|group| group.destinations.dropped());
        count("queue-cut", dropped.sum::<u64>() + self.senders.dropped());
        parts.extend(self.senders.lines(language).into_iter().map(|line| line + "\n"));
        if !self.groups.is_empty() {
            let mut steps = language.text("queue-why-steps") + "\n";
            for step in ["cause", "retry", "hold", "requeue", "expire", "rate"] {
                let words = language.text(&format!("queue-why-step-{step}"));
                steps.extend(["  ", &words, "\n"]);
            }
            parts.push(steps);
        }
        parts.join("\n")
    }

    fn object(&self, now: i64) -> Value {
        let groups: Vec<Value> = self
            .sorted()
            .into_iter()
            .map(|(side, cause, group)| {
                let destinations: serde_json::Map<String, Value> = group
                    .destinations
                    .top(usize::MAX)
                    .into_iter()
                    .map(|(name, count)| (lossless(name), (*count).into()))
                    .collect();
                json!({
                    "cause": cause.name(),
                    "local": side == Side::Own,
                    "actor": cause.actor(side).name(),
                    "recipients": group.recipients,
                    "messages": group.messages,
                    "oldest": group.oldest,
                    "next_attempt_in": group.next.map(|next| (next - now).max(0)),
                    "destinations": destinations,
                    "example": lossless(group.example.as_bstr()),
                })
            })
            .collect();
        json!({ "schema": 1, "groups": groups })
    }
}

fn paragraph(side: Side, cause: Cause, group: &Group, now: i64, language: &Language) -> String {
    let next = match group.next {
        Some(next) if next > now => span(next - now),
        Some(_) => "0s".to_owned(),
        None => "?".to_owned(),
    };
    let head = language.with(
        "queue-why-group",
        &[
            ("cause", &language.text(cause.key())),
            ("recipients", &group.recipients.to_string()),
            ("messages", &group.messages.to_string()),
            ("oldest", &span(group.oldest)),
            ("next", &next),
        ],
    );
    let place = language.text(if side == Side::Own { "queue-why-own" } else { "queue-why-remote" });
    let actor: Actor = cause.actor(side);
    let act = language.with("queue-why-actor", &[("actor", &language.text(actor.key()))]);
    let all = &group.destinations;
    let shown = all.top(SHOWN).into_iter();
    let mut to: Vec<String> =
        shown.map(|(name, count)| format!("{} {count}", printable(BStr::new(name)))).collect();
    if all.len() > SHOWN {
        to.push(format!("+{}", all.len() - SHOWN));
    }
    format!(
        "{head}\n  {place} {act}\n  > {}\n  \"{}\"\n  {}\n",
        to.join(", "),
        printable(group.example.as_bstr()),
        language.text(cause.remedy_key(side)),
    )
}
