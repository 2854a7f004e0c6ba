//! One recipient address gets far more mail than usual: a list address that is hammered,
//! a loop, a mail bomb.

use bstr::ByteSlice;
use postlens_track::{Link, Message};

use crate::detector::Detector;
use crate::finding::{Finding, FindingKind, Subject, kept};
use crate::signal::Sight;
use crate::subjects::{Sieve, Subjects};
use crate::watch::{Clock, Rule, Watch};

/// Messages for one address, beyond one per minute and five times what is usual.
pub(crate) const RULE: Rule = Rule { least: 80.0, pace: 1.0, times: 5.0, ..Rule::OPEN };

/// An address is looked at from this many messages in ten minutes on.
const GATE: u32 = 5;
const SPAN: i64 = 10;

/// Watches recipients.
#[derive(Debug)]
pub(crate) struct Address {
    sieve: Sieve,
    addresses: Subjects<Watch>,
}

impl Default for Address {
    fn default() -> Self {
        Self { sieve: Sieve::new(SPAN), addresses: Subjects::with_limit(2_000) }
    }
}

impl Detector for Address {
    fn message(&mut self, message: &Message<'_>, clock: Clock) {
        // A further hop is the same mail, and our notifications follow from other mail.
        let again =
            matches!(message.parent, Some((Link::NextHop | Link::Requeue | Link::Notification, _)));
        if message.probe || again {
            return;
        }
        let mut before: &[u8] = b"";
        for recipient in message.recipients {
            // Members of an alias come one after the other.
            let address: &[u8] = recipient.orig.unwrap_or(recipient.address);
            if address == before {
                continue;
            }
            before = address;
            if self.sieve.add(address, message.arrival, 1) < GATE {
                continue;
            }
            // There is no one line of a message; its sender shows most.
            let sight = Sight {
                time: message.arrival,
                host: b"".as_bstr(),
                program: b"".as_bstr(),
                text: message.sender.unwrap_or_default(),
            };
            self.addresses.entry(address).add(RULE, clock, &sight, 1);
        }
    }

    fn findings(&self, clock: Clock, out: &mut Vec<Finding>) {
        for (address, watch) in self.addresses.iter() {
            let subject = Subject::Recipient(kept(address));
            watch.report((FindingKind::AddressHammered, &subject), RULE, clock, out);
        }
    }
}
