//! `postlens queue why`: what waits by cause, who must act, and what to do, in which order.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use bstr::{BString, ByteSlice};
use clap::Args;
use postlens_explain::{Actor, Cause, Side};
use postlens_queue::{Recipient, domain};
use postlens_report::escape::printable;
use postlens_report::number::span;
use postlens_report::{Lang, Language};
use serde_json::{Value, json};

use super::PlaceArgs;
use super::filter::{FilterArgs, verdict};
use super::list::{shown_sender, sums};
use super::place::{Held, Waiting};
use super::shape::relay;
use crate::output::{self, data};

/// From so many recipients on, and such a share of all in percent, a sender is told.
const SENDER_LEAST: usize = 20;
const SENDER_SHARE: usize = 25;
/// Destinations and senders shown.
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
    recipients: usize,
    messages: usize,
    oldest: i64,
    next: Option<i64>,
    destinations: BTreeMap<BString, usize>,
    example: BString,
}

/// Broken parts of our own come first.
type Groups = BTreeMap<(bool, Cause), Group>;

impl WhyArgs {
    /// Reads the queue and explains it.
    pub(crate) fn run(self) -> Result<u8> {
        let now = jiff::Timestamp::now().as_second();
        let waiting = self.filter.read(&self.place, now)?;
        let groups = groups(&waiting.messages, now);
        let text = if self.json {
            let mut text = serde_json::to_string_pretty(&object(&groups, now))?;
            text.push('\n');
            text
        } else {
            let lang = self.lang.unwrap_or_else(output::lang);
            page(&waiting, &groups, now, &Language::new(lang))
        };
        data(&text).context("cannot write to standard output")?;
        Ok(waiting.reading.code())
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

fn groups(messages: &[Held], now: i64) -> Groups {
    let mut groups = Groups::new();
    for held in messages {
        let message = &held.message;
        let mut met = Vec::new();
        for recipient in &message.recipients {
            let (Some((side, cause)), Some(reason)) = (judged(recipient), &recipient.reason) else {
                continue;
            };
            let key = (side != Side::Own, cause);
            let group = groups.entry(key).or_default();
            group.recipients += 1;
            if !met.contains(&key) {
                met.push(key);
                group.messages += 1;
            }
            group.oldest = group.oldest.max(message.age(now));
            group.next = [group.next, message.next_attempt].into_iter().flatten().min();
            *group.destinations.entry(domain(&recipient.address)).or_default() += 1;
            if group.example.is_empty() {
                group.example.clone_from(reason);
            }
        }
    }
    groups
}

/// The groups, our own first, then the largest.
fn sorted(groups: &Groups) -> Vec<(Side, Cause, &Group)> {
    let side = |remote: bool| if remote { Side::Peer } else { Side::Own };
    let mut sorted: Vec<_> =
        groups.iter().map(|((remote, cause), group)| (side(*remote), *cause, group)).collect();
    sorted
        .sort_by_key(|(side, _, group)| (*side != Side::Own, std::cmp::Reverse(group.recipients)));
    sorted
}

fn largest(counts: &BTreeMap<BString, usize>) -> Vec<(&BString, usize)> {
    let mut all: Vec<_> = counts.iter().map(|(name, count)| (name, *count)).collect();
    all.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    all
}

fn page(waiting: &Waiting, groups: &Groups, now: i64, language: &Language) -> String {
    let mut text = sums(waiting, now, language);
    for (side, cause, group) in sorted(groups) {
        text.push('\n');
        text.push_str(&paragraph(side, cause, group, now, language));
    }
    let held = waiting.messages.iter().filter(|held| held.message.queue.name() == "hold").count();
    if held > 0 {
        text.push('\n');
        text.push_str(&language.with("queue-why-held", &[("count", &held.to_string())]));
        text.push('\n');
    }
    for line in senders(&waiting.messages, language) {
        text.push('\n');
        text.push_str(&line);
        text.push('\n');
    }
    if !groups.is_empty() {
        text.push('\n');
        text.push_str(&language.text("queue-why-steps"));
        text.push('\n');
        for step in ["cause", "retry", "hold", "requeue", "expire", "rate"] {
            text.push_str("  ");
            text.push_str(&language.text(&format!("queue-why-step-{step}")));
            text.push('\n');
        }
    }
    text
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
    let all = largest(&group.destinations);
    let mut to: Vec<String> = all
        .iter()
        .take(SHOWN)
        .map(|(name, count)| format!("{} {count}", printable(name.as_bstr())))
        .collect();
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

/// What a sender, or a login where one is known, has waiting.
#[derive(Debug, Default)]
struct Sending {
    recipients: usize,
    refused: usize,
    senders: BTreeMap<BString, usize>,
    login: bool,
}

/// Says which sender fills the queue, and whether it looks like a stolen login.
fn senders(messages: &[Held], language: &Language) -> Vec<String> {
    let mut all: BTreeMap<BString, Sending> = BTreeMap::new();
    let mut total = 0;
    for held in messages {
        let message = &held.message;
        let login = message.origin.as_ref().and_then(|origin| origin.sasl_username.as_ref());
        let sending = all.entry(login.unwrap_or(&message.sender).clone()).or_default();
        sending.login |= login.is_some();
        sending.recipients += message.recipients.len();
        total += message.recipients.len();
        *sending.senders.entry(message.sender.clone()).or_default() += 1;
        sending.refused += message.recipients.iter().filter(|to| is_refusal(to)).count();
    }
    let mut told: Vec<_> = all
        .into_iter()
        .filter(|(_, sending)| {
            sending.recipients >= SENDER_LEAST && sending.recipients * 100 >= total * SENDER_SHARE
        })
        .collect();
    told.sort_by_key(|(_, sending)| std::cmp::Reverse(sending.recipients));
    told.iter()
        .map(|(name, sending)| {
            // Many senders of one login, or many addresses that nobody has, are no newsletter's.
            let many = sending.senders.len() >= 3 || sending.refused * 5 >= sending.recipients;
            let key = match (name.is_empty(), sending.login && many) {
                (true, _) => "queue-why-bounces",
                (false, true) => "queue-why-stolen",
                (false, false) => "queue-why-bulk",
            };
            let values = [
                ("sender", shown_sender(name)),
                ("recipients", sending.recipients.to_string()),
                ("percent", (sending.recipients * 100 / total.max(1)).to_string()),
            ];
            let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
            language.with(key, &values)
        })
        .collect()
}

fn is_refusal(recipient: &Recipient) -> bool {
    use postlens_explain::Cause::{BlockedReputation, DomainUnknown, UserUnknown};
    verdict(recipient).is_some_and(|verdict| {
        matches!(verdict.cause, UserUnknown | DomainUnknown | BlockedReputation)
    })
}

fn object(groups: &Groups, now: i64) -> Value {
    let groups: Vec<Value> = sorted(groups)
        .into_iter()
        .map(|(side, cause, group)| {
            let destinations: serde_json::Map<String, Value> = largest(&group.destinations)
                .into_iter()
                .map(|(name, count)| {
                    (postlens_report::escape::lossless(name.as_bstr()), count.into())
                })
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
                "example": postlens_report::escape::lossless(group.example.as_bstr()),
            })
        })
        .collect();
    json!({ "schema": 1, "groups": groups })
}
