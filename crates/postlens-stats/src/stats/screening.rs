//! What postscreen saw, and which DNS blocklists listed clients.

use memchr::memmem::Finder;
use postlens_syntax::postfix::decision::Action;
use postlens_syntax::postfix::postscreen::PostscreenEvent;
use postlens_syntax::{Daemon, Event};
use postlens_track::{Observation, Record};

use super::Section;
use crate::counts::{Counts, NameCounts};
use crate::top::{Counted, Top};

/// Results of postscreen's tests, and hits of DNS blocklists.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Screening {
    /// postscreen's lines by kind, `postscreen_…`.
    pub events: NameCounts,
    /// Clients that did not pass a test, by address.
    pub clients: Top<u64>,
    /// Scores of clients that blocklists listed.
    pub ranks: Counts<u64>,
    /// Hits by blocklist.
    pub lists: Top<Hits>,
    blocked: Blocked,
}

/// Hits of one blocklist.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hits {
    /// Answers that dnsblog(8) got for postscreen.
    pub listed: u64,
    /// Refusals that name the list.
    pub refused: u64,
}

impl Counted for Hits {
    fn rank(&self) -> u64 {
        self.listed.max(self.refused)
    }

    fn merge(&mut self, other: &Self) {
        self.listed += other.listed;
        self.refused += other.refused;
    }
}

/// Finds the words before a list's name in a reply, as in the default of
/// `default_rbl_reply` and in postscreen's own replies.
#[derive(Debug, Clone)]
struct Blocked(Finder<'static>);

impl Default for Blocked {
    fn default() -> Self {
        Self(Finder::new("blocked using "))
    }
}

impl PartialEq for Blocked {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Blocked {
    /// The list that a reply names.
    fn list<'a>(&self, text: &'a [u8]) -> Option<&'a [u8]> {
        let rest = text.get(self.0.find(text)? + self.0.needle().len()..)?;
        let end = rest.iter().position(|byte| matches!(byte, b' ' | b';' | b','));
        let list = rest.get(..end.unwrap_or(rest.len()))?;
        let list = list.strip_suffix(b".").unwrap_or(list);
        (!list.is_empty()).then_some(list)
    }
}

impl Section for Screening {
    fn line(&mut self, line: &Observation<'_>) {
        let weight = u64::from(line.weight);
        match line.event {
            Event::Postscreen(event) => {
                self.events.add(event.kind(), weight);
                use PostscreenEvent as E;
                match event.event {
                    E::DnsblRank => self.ranks.add(event.number.unwrap_or_default(), weight),
                    E::Connect | E::PassOld | E::PassNew | E::Allowlisted | E::Disconnect => return,
                    _ => {}
                }
                *self.clients.entry(event.client.address) += weight;
            }
            Event::Notice(notice) if line.entry.tag.known == Some(Daemon::Dnsblog) => {
                if notice.kind == "dnsbl_listed"
                    && let Some(list) = notice.capture("dnsbl_domain")
                {
                    self.lists.entry(list).listed += weight;
                }
            }
            _ => {}
        }
    }

    fn record(&mut self, record: &Record<'_>) {
        let Record::Refusal(refusal) = record else { return };
        if refusal.decision.action == Action::Reject
            && let Some(list) = self.blocked.list(refusal.decision.text)
        {
            self.lists.entry(list).refused += u64::from(refusal.weight);
        }
    }

    fn merge(&mut self, other: &Self) {
        self.events.merge(&other.events);
        self.clients.merge(&other.clients);
        self.ranks.merge(&other.ranks);
        self.lists.merge(&other.lists);
    }
}

#[cfg(test)]
mod tests {
    use super::Blocked;

    #[test]
    fn lists_are_read_from_replies() {
        let check = |text: &str, list: Option<&str>| {
            let found = Blocked::default();
            assert_eq!(found.list(text.as_bytes()), list.map(str::as_bytes), "{text}");
        };
        check(
            "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using \
             list.dnsbl.example; see http://dnsbl.example/q",
            Some("list.dnsbl.example"),
        );
        check("550 5.7.1 client [192.0.2.7] blocked using dnsbl.example", Some("dnsbl.example"));
        check("550 5.7.1 blocked using ", None);
        check("550 5.7.1 Access denied", None);
    }
}
