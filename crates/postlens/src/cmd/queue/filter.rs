//! Which messages are meant: arguments that all commands on the queue share.

use std::str::FromStr;

use anyhow::Result;
use clap::Args;
use postlens_explain::{Cause, Failure, Verdict};
use postlens_queue::{Message, QueueName, Recipient, domain};

use super::place::{Held, PlaceArgs, Reading};

/// What the user wrote.
#[derive(Debug, Args, Clone)]
pub(crate) struct FilterArgs {
    /// Only these queues: maildrop, incoming, active, deferred, hold.
    #[arg(long, value_name = "QUEUE", value_delimiter = ',', value_parser = queue, help_heading = "Filter")]
    queue: Vec<QueueName>,
    /// Only from this sender, or with @ before it from this domain; "<>" is the null sender.
    #[arg(long, value_name = "ADDRESS", help_heading = "Filter")]
    sender: Option<String>,
    /// Only with this recipient waiting.
    #[arg(long, value_name = "ADDRESS", help_heading = "Filter")]
    recipient: Option<String>,
    /// Only with a recipient waiting at this domain or one below it.
    #[arg(long, value_name = "DOMAIN", help_heading = "Filter")]
    domain: Option<String>,
    /// Only what has waited for longer than this: 30m, 12h, 3d.
    #[arg(long, value_name = "TIME", value_parser = seconds, help_heading = "Filter")]
    older_than: Option<i64>,
    /// Only with a recipient that waits for this cause (`postlens explain --list`).
    #[arg(long, value_name = "CAUSE", value_parser = cause, help_heading = "Filter")]
    cause: Option<Cause>,
    /// Only larger than this: 500k, 10M.
    #[arg(long, value_name = "SIZE", value_parser = bytes, help_heading = "Filter")]
    size: Option<u64>,
    /// Only these queue IDs.
    #[arg(long, value_name = "ID", value_delimiter = ',', help_heading = "Filter")]
    id: Vec<String>,
}

fn queue(text: &str) -> Result<QueueName, String> {
    QueueName::from_name(text)
        .filter(|queue| QueueName::WAITING.contains(queue))
        .ok_or_else(|| "not one of maildrop, incoming, active, deferred, hold".to_owned())
}

fn cause(text: &str) -> Result<Cause, String> {
    Cause::from_name(text).ok_or_else(|| "no such cause: see `postlens explain --list`".to_owned())
}

/// A number with a unit behind it.
fn scaled(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let (_, factor) = units.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit))?;
    u64::from_str(number).ok()?.checked_mul(*factor)
}

/// A span of time as seconds; also the checks' thresholds.
pub(crate) fn seconds(text: &str) -> Result<i64, String> {
    let units = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400), ("w", 604_800), ("", 1)];
    let value = scaled(text, &units).and_then(|value| i64::try_from(value).ok());
    value.ok_or_else(|| "write a number and s, m, h, d or w, such as 12h".to_owned())
}

/// A size as bytes.
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    let units = [("", 1), ("k", 1 << 10), ("M", 1 << 20), ("G", 1 << 30)];
    scaled(text, &units).ok_or_else(|| "write a number and k, M or G, such as 10M".to_owned())
}

impl FilterArgs {
    /// Reads the queue, gives what is meant one by one, and says what could not be read.
    pub(crate) fn read(
        &self,
        place: &PlaceArgs,
        now: i64,
        take: &mut dyn FnMut(Held),
    ) -> Result<Reading> {
        let reading = self.each(place, now, take)?;
        reading.tell();
        Ok(reading)
    }

    /// Gives what is meant one by one, and says nothing.
    pub(crate) fn each(
        &self,
        place: &PlaceArgs,
        now: i64,
        take: &mut dyn FnMut(Held),
    ) -> Result<Reading> {
        place.each(&self.queue, &mut |held| {
            if self.keeps(&held.message, now) {
                take(held);
            }
        })
    }

    /// Whether anything narrows the choice.
    pub(crate) fn is_narrow(&self) -> bool {
        let Self { queue, sender, recipient, domain, older_than, cause, size, id } = self;
        !queue.is_empty()
            || sender.is_some()
            || recipient.is_some()
            || domain.is_some()
            || older_than.is_some()
            || cause.is_some()
            || size.is_some()
            || !id.is_empty()
    }

    /// Whether a message is meant; looks at all but the queue once more, for a message that
    /// is read again.
    pub(crate) fn keeps(&self, message: &Message, now: i64) -> bool {
        let older = self.older_than.is_none_or(|limit| message.age(now) > limit);
        let larger = self.size.is_none_or(|limit| message.size.is_some_and(|size| size > limit));
        let named = self.id.is_empty() || self.id.contains(&message.id);
        let sent = self.sender.as_ref().is_none_or(|wanted| is_address(&message.sender, wanted));
        let queue = self.queue.is_empty() || self.queue.contains(&message.queue);
        let whole = self.recipient.is_none() && self.domain.is_none() && self.cause.is_none();
        let received = whole || message.recipients.iter().any(|recipient| self.meets(recipient));
        older && larger && named && sent && queue && received
    }

    fn meets(&self, recipient: &Recipient) -> bool {
        let address = |wanted: &String| {
            let original = recipient.original.as_ref();
            is_address(&recipient.address, wanted)
                || original.is_some_and(|original| is_address(original, wanted))
        };
        self.recipient.as_ref().is_none_or(address)
            && self.domain.as_ref().is_none_or(|wanted| is_below(&recipient.address, wanted))
            && self
                .cause
                .is_none_or(|cause| verdict(recipient).is_some_and(|found| found.cause == cause))
    }
}

fn is_address(address: &[u8], wanted: &str) -> bool {
    match wanted {
        "<>" | "" | "MAILER-DAEMON" => address.is_empty(),
        _ => match wanted.strip_prefix('@') {
            Some(name) => domain(address).eq_ignore_ascii_case(name.as_bytes()),
            None => address.eq_ignore_ascii_case(wanted.as_bytes()),
        },
    }
}

fn is_below(address: &[u8], wanted: &str) -> bool {
    let name = domain(address);
    let wanted = wanted.trim_matches('.').to_ascii_lowercase();
    let before = name.strip_suffix(wanted.as_bytes());
    before.is_some_and(|before| before.is_empty() || before.ends_with(b"."))
}

/// Why a recipient waits; `None` where nothing has been tried.
pub(crate) fn verdict(recipient: &Recipient) -> Option<Verdict> {
    let reason = recipient.reason.as_ref()?;
    let dsn = recipient.dsn.as_ref().map(|dsn| dsn.as_slice().into());
    Some(Failure::delivery(dsn, reason.as_slice().into()).verdict())
}

/// The cause of a message: that of its first recipient with one.
pub(crate) fn cause_of(held: &Held) -> Option<Cause> {
    held.message.recipients.iter().find_map(verdict).map(|verdict| verdict.cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_sizes_have_units() {
        assert_eq!(seconds("3d"), Ok(259_200));
        assert_eq!(bytes("10M"), Ok(10_485_760));
        assert!(seconds("3x").is_err() && seconds("").is_err() && bytes("99999999999G").is_err());
    }

    #[test]
    fn domains_are_compared_whole() {
        assert!(is_below(b"a@Mail.Example.net", "example.net"));
        assert!(is_below(b"a@example.net", ".example.net"));
        assert!(!is_below(b"a@badexample.net", "example.net"));
        assert!(
            is_address(b"A@example.net", "a@EXAMPLE.net")
                && is_address(b"a@b.example", "@b.example")
        );
        assert!(is_address(b"", "<>") && !is_address(b"a@b.example", "<>"));
    }
}
