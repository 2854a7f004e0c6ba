//! Names that may stand in a command: addresses, hosts and domains that a reply or a line
//! gives, each checked to be what it seems. Strangers write these texts, and readers paste
//! commands into shells.

use std::net::IpAddr;

use bstr::{BStr, ByteSlice};

use crate::pasted::Pasted;

/// What is known about a failure beside its words. Every field is safe in a shell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The sending address: ours if a peer complains, the client's if we do.
    pub address: Option<IpAddr>,
    /// The sender's domain.
    pub sender_domain: Option<String>,
    /// The recipient's address.
    pub recipient: Option<String>,
    /// The recipient's domain.
    pub recipient_domain: Option<String>,
    /// The server that was spoken to.
    pub relay: Option<String>,
    /// The zone of the block list that is named.
    pub list: Option<String>,
    /// The message's queue ID.
    pub queue_id: Option<String>,
}

/// Block lists that are mostly named without their zone.
const ZONES: [(&[u8], &str); 4] = [
    (b"spamhaus", "zen.spamhaus.org"),
    (b"spamcop", "bl.spamcop.net"),
    (b"barracuda", "b.barracudacentral.org"),
    (b"uceprotect", "dnsbl-1.uceprotect.net"),
];

impl Known {
    /// What a pasted text gives.
    pub fn of(pasted: &Pasted<'_>) -> Self {
        let text = pasted.text();
        let recipient = pasted.recipient.and_then(|name| mailbox(name)).or_else(|| {
            let mut words = words(text).filter_map(|word| mailbox(word.bytes));
            words.next()
        });
        let relay = pasted.relay.and_then(|name| host(name));
        let known_sender = pasted.sender.and_then(|name| mailbox(name));
        let sender_domain = known_sender.map(|name| domain_of(&name)).or_else(|| {
            named(text, &[b"domain", b"from", b"for", b"domain:"])
                .find(|name| Some(name) != relay.as_ref() && !pasted.is_recipient_domain(name))
        });
        let client = pasted.client.and_then(address);
        let from_text = || {
            let addresses = words(text).filter_map(|word| address(word.bytes.as_bstr()));
            addresses.into_iter().find(|found| Some(*found) != pasted.relay_address)
        };
        Self {
            address: client.or_else(from_text),
            sender_domain,
            recipient_domain: recipient.as_deref().map(domain_of),
            recipient,
            relay,
            list: list(text),
            queue_id: pasted.queue_id.map(|id| id.to_string()),
        }
    }

    /// Fills names into a command.
    pub(crate) fn fill(&self, command: &str) -> String {
        let mut out = String::with_capacity(command.len() + 32);
        let mut rest = command;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((name, after)) = after.split_once('}') else { break };
            match self.value(name) {
                Some(value) => out.push_str(&value),
                None => out.push_str(&name.to_uppercase()),
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }

    fn value(&self, name: &str) -> Option<String> {
        match name {
            "address" => self.address.map(|address| address.to_string()),
            "reverse" => self.address.map(reverse),
            "sender_domain" => self.sender_domain.clone(),
            "recipient" => self.recipient.clone(),
            "recipient_domain" => self.recipient_domain.clone(),
            "relay" => self.relay.clone(),
            "list" => self.list.clone(),
            "queue_id" => self.queue_id.clone(),
            _ => None,
        }
    }
}

/// The address as a block list is asked for it.
fn reverse(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            format!("{d}.{c}.{b}.{a}")
        }
        IpAddr::V6(address) => {
            let nibbles =
                address.octets().into_iter().rev().flat_map(|byte| [byte & 15, byte >> 4]);
            nibbles.map(|nibble| format!("{nibble:x}")).collect::<Vec<_>>().join(".")
        }
    }
}

/// A word of a text, with the one before it.
struct Word<'a> {
    before: &'a [u8],
    bytes: &'a [u8],
}

fn words(text: &[u8]) -> impl Iterator<Item = Word<'_>> {
    let is_edge = |byte: &u8| !byte.is_ascii_alphanumeric();
    let mut before: &[u8] = b"";
    text.split(|byte| byte.is_ascii_whitespace() || b"<>()[]\"',;=".contains(byte))
        .filter(|word| !word.is_empty())
        .map(move |word| {
            let end = word.iter().rposition(|byte| !is_edge(byte)).map_or(0, |at| at + 1);
            let start = word.iter().position(|byte| !is_edge(byte) || *byte == b':').unwrap_or(end);
            let bytes = word.get(start..end).unwrap_or(word);
            let found = Word { before, bytes };
            before = word;
            found
        })
}

/// Hosts that follow one of some words.
fn named<'a>(text: &'a [u8], after: &'a [&[u8]]) -> impl Iterator<Item = String> + 'a {
    let follows = |word: &Word<'_>| after.iter().any(|name| word.before.eq_ignore_ascii_case(name));
    words(text).filter(move |word| follows(word)).filter_map(|word| host(word.bytes))
}

/// The zone of the block list that a text names.
fn list(text: &[u8]) -> Option<String> {
    let zone = named(text, &[b"using", b"at", b"by", b"in", b"on"]).next();
    let lower = text.to_ascii_lowercase();
    let known = || ZONES.into_iter().find(|(name, _)| lower.contains_str(name));
    zone.filter(|zone| zone.split('.').count() > 2 && !zone.starts_with("www."))
        .or_else(|| known().map(|(_, zone)| zone.to_owned()))
}

fn address(text: &BStr) -> Option<IpAddr> {
    text.to_str().ok()?.parse().ok()
}

/// A host name of at least two labels: letters, digits and hyphens, no number at the end.
fn host(name: &[u8]) -> Option<String> {
    let name = name.strip_suffix(b".").unwrap_or(name).to_str().ok()?;
    let label = |label: &str| {
        let plain = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        (1..=63).contains(&label.len()) && plain && !label.starts_with('-') && !label.ends_with('-')
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    let named = last.len() > 1 && last.bytes().any(|byte| byte.is_ascii_alphabetic());
    let fits = name.len() <= 253 && name.contains('.') && named && name.split('.').all(label);
    fits.then(|| name.to_ascii_lowercase())
}

/// A mail address of plain characters.
fn mailbox(text: &[u8]) -> Option<String> {
    let (local, domain) = text.split_once_str("@")?;
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"._+=-".contains(byte);
    let fits = (1..=64).contains(&local.len()) && local.iter().all(plain);
    let domain = host(domain).filter(|_| fits && !local.starts_with(b"-"))?;
    Some(format!("{}@{domain}", local.to_str().ok()?))
}

fn domain_of(mailbox: &str) -> String {
    mailbox.rsplit_once('@').map_or_else(String::new, |(_, domain)| domain.to_owned())
}

#[cfg(test)]
mod tests {
    use bstr::BStr;
    use proptest::prelude::*;

    use super::{Known, host, mailbox};
    use crate::pasted::Pasted;
    use crate::step::Step;

    fn known(text: &str) -> Known {
        Known::of(&Pasted::read(BStr::new(text)))
    }

    #[test]
    fn names_are_taken_from_what_is_pasted() {
        let found = known(
            "550 5.7.26 Unauthenticated email from example.org is not accepted due to domain's \
             DMARC policy",
        );
        assert_eq!(found.sender_domain.as_deref(), Some("example.org"));
        let found = known(
            "host mx.example.net[192.0.2.10] said: 554 5.7.1 Service unavailable; Client host \
             [198.51.100.7] blocked using list.dnsbl.example; see there",
        );
        assert_eq!(found.address, "198.51.100.7".parse().ok());
        assert_eq!(found.relay.as_deref(), Some("mx.example.net"));
        assert_eq!(found.list.as_deref(), Some("list.dnsbl.example"));
        assert_eq!(found.fill("dig {reverse}.{list}"), "dig 7.100.51.198.list.dnsbl.example");
        let found = known("550 5.1.1 <ann@example.net>: User unknown");
        assert_eq!(found.recipient.as_deref(), Some("ann@example.net"));
        assert_eq!(found.recipient_domain.as_deref(), Some("example.net"));
        let found = known("550 2001:db8::1 is listed by Spamhaus");
        assert_eq!(found.list.as_deref(), Some("zen.spamhaus.org"));
        let reverse = found.fill("{reverse}");
        assert!(reverse.starts_with("1.0.0.0.") && reverse.ends_with("8.b.d.0.1.0.0.2"));
        assert_eq!(found.fill("dig {sender_domain}"), "dig SENDER_DOMAIN");
    }

    #[test]
    fn what_is_no_name_is_not_taken() {
        for name in ["-x.example.com", "a..b", "1.2.3.4", "com", "a_b.example", "$(id).example.com"]
        {
            assert_eq!(host(name.as_bytes()), None, "{name}");
        }
        for name in [
            "-f@example.com",
            "a b@example.com",
            "`id`@example.com",
            "a'@example.com",
            "@example.com",
        ] {
            assert_eq!(mailbox(name.as_bytes()), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn nothing_of_a_reply_reaches_a_shell(text in "[ -~]{0,120}", name in "[ -~]{1,20}") {
            let empty = Known::default();
            let text = format!("550 from {name} domain {text} using {name}.example {text}@{name}");
            let found = known(&text);
            for step in Step::all() {
                let (plain, filled) = (step.command(&empty), step.command(&found));
                let special = |command: &Option<String>| {
                    let command = command.clone().unwrap_or_default();
                    command.chars().filter(|c| !c.is_ascii_alphanumeric() && !"._+=-@:".contains(*c)).collect::<String>()
                };
                // `_` of a placeholder is not special; all else must be as in the table.
                prop_assert_eq!(special(&plain), special(&filled));
            }
        }
    }
}
