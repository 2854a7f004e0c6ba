//! Where mail that waits goes: by which transport, to which next hop, to which host.

use std::collections::HashMap;
use std::path::PathBuf;

use bstr::{BString, ByteSlice};
use postlens_queue::{Recipient, Resolver, Route, domain};

use super::place::{Held, queue_directory};
use crate::postfix::Instance;

/// Answers kept; a mailing to so many is over by then.
const KEPT: usize = 10_000;

/// What is known of a recipient's way; queue files hold none but that of content filters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Way {
    pub(super) transport: Option<BString>,
    pub(super) next_hop: Option<BString>,
}

/// Finds ways: of content filters in the queue file, others by asking the Postfix whose queue
/// it is, or else in the reason for which the recipient waits.
#[derive(Debug)]
pub(super) struct Ways {
    /// Whether there is a Postfix to ask.
    live: bool,
    services: HashMap<Option<PathBuf>, Option<Resolver>>,
    answers: HashMap<(Option<PathBuf>, BString, BString), Option<Route>>,
    /// Recipients whose transport is not known.
    pub(super) unknown: u64,
}

impl Ways {
    pub(super) fn new(live: bool) -> Self {
        Self { live, services: HashMap::new(), answers: HashMap::new(), unknown: 0 }
    }

    /// The way of a recipient.
    pub(super) fn of(&mut self, held: &Held, recipient: &Recipient) -> Way {
        let filter = held.message.origin.as_ref().and_then(|origin| origin.filter.as_ref());
        let way = match filter {
            Some(filter) => filtered(filter, recipient),
            None => self.asked(held, recipient).unwrap_or_else(|| told(recipient)),
        };
        self.unknown += u64::from(way.transport.is_none());
        way
    }

    fn asked(&mut self, held: &Held, recipient: &Recipient) -> Option<Way> {
        if !self.live {
            return None;
        }
        let (sender, address) = (&held.message.sender, &recipient.address);
        let key = (held.config.clone(), sender.clone(), address.clone());
        if let Some(known) = self.answers.get(&key) {
            return known.clone().map(Way::from);
        }
        let connect = || {
            let instance = Instance { name: None, config: held.config.clone() };
            Resolver::connect(&queue_directory(&instance).ok()?).ok()
        };
        let service = self.services.entry(held.config.clone()).or_insert_with(connect);
        let mut answer = service.as_mut()?.route(sender, address);
        if answer.is_err() {
            // It ends now and then, and is started anew; once more, then no more.
            *service = connect();
            answer = service.as_mut()?.route(sender, address);
        }
        if answer.is_err() {
            *service = None;
        }
        let answer = answer.ok()?;
        if self.answers.len() >= KEPT {
            self.answers.clear();
        }
        self.answers.insert(key, answer.clone());
        answer.map(Way::from)
    }
}

impl From<Route> for Way {
    fn from(Route { transport, next_hop }: Route) -> Self {
        Self { transport: Some(transport), next_hop: Some(next_hop) }
    }
}

/// `transport:nexthop` of a filter; without a next hop that is the recipient's domain
/// (Postfix 2.7, content_filter in postconf(5)).
fn filtered(filter: &[u8], recipient: &Recipient) -> Way {
    let (transport, next_hop) = filter.split_once_str(":").unwrap_or((filter, b""));
    let next_hop = if next_hop.is_empty() { domain(&recipient.address) } else { next_hop.into() };
    Way { transport: Some(transport.into()), next_hop: Some(next_hop) }
}

/// What a reason tells: a domain without a mail server is the next hop itself, and so is a
/// socket of the file system. The transport that the words are of is not in them.
fn told(recipient: &Recipient) -> Way {
    let reason = recipient.reason.as_ref().map(|reason| reason.as_bstr()).unwrap_or_default();
    let between = |begin: &str, end: &str| {
        let (_, after) = reason.split_once_str(begin)?;
        after.split_once_str(end).map(|(text, _)| text)
    };
    let socket = between("connect to ", "]:")
        .and_then(|host| host.split_once_str("["))
        .filter(|(_, path)| path.contains(&b'/'))
        .map(|(_, path)| [b"unix:", path].concat());
    let domain = between("Name service error for name=", " type=MX").map(<[u8]>::to_vec);
    Way { transport: None, next_hop: socket.or(domain).map(BString::from) }
}

/// The host in a reason: after `host`, `connect to`, `to` or `with`, as smtp(8) words it.
pub(crate) fn relay(recipient: &Recipient) -> BString {
    let Some(reason) = &recipient.reason else { return BString::from("not tried") };
    for lead in ["host ", "connect to ", "conversation with ", "connection with ", "look up host "]
    {
        let Some(after) = reason.find(lead).and_then(|place| reason.get(place + lead.len()..))
        else {
            continue;
        };
        let end = after.find_byteset(b" [,;:)").unwrap_or(after.len());
        if end > 0 {
            return BString::from(after.get(..end).unwrap_or(after));
        }
    }
    BString::from("none")
}

#[cfg(test)]
mod tests {
    use postlens_queue::Recipient;

    use super::{Way, filtered, told};

    fn waiting(reason: &str) -> Recipient {
        let reason = Some(reason.into());
        Recipient { address: "a@Example.net".into(), reason, ..Recipient::default() }
    }

    fn way(transport: Option<&str>, next_hop: Option<&str>) -> Way {
        Way { transport: transport.map(Into::into), next_hop: next_hop.map(Into::into) }
    }

    #[test]
    fn filters_name_the_way() {
        let check = |filter: &str, transport, next_hop| {
            let found = filtered(filter.as_bytes(), &waiting(""));
            assert_eq!(found, way(Some(transport), Some(next_hop)), "{filter}");
        };
        check("smtp:[127.0.0.1]:10026", "smtp", "[127.0.0.1]:10026");
        check("amavis:", "amavis", "example.net");
        check("amavis", "amavis", "example.net");
    }

    #[test]
    fn reasons_tell_little() {
        let check = |reason, next_hop| assert_eq!(told(&waiting(reason)), way(None, next_hop));
        let socket = "connect to mail.example.com[private/lmtp]: No such file or directory";
        check(socket, Some("unix:private/lmtp"));
        check("connect to mx.example.net[192.0.2.1]:25: Connection timed out", None);
        let nowhere = "Host or domain name not found. Name service error for name=example.net type=MX: \
             Host not found, try again";
        check(nowhere, Some("example.net"));
    }
}
