//! A program on the host, or a client without login, floods the system with mail.

use postlens_syntax::Event;
use postlens_track::Observation;

use crate::detector::Detector;
use crate::finding::{Finding, FindingKind, Subject, kept};
use crate::signal::{Sight, is_own};
use crate::subjects::{Sieve, Subjects};
use crate::watch::{Clock, Rule, Watch};

/// Messages of one user ID, beyond one per minute and five times what is usual.
pub(crate) const LOCAL: Rule = Rule { least: 100.0, pace: 1.0, times: 5.0, ..Rule::OPEN };

/// Messages of one client, beyond three per minute and five times what is usual.
pub(crate) const CLIENT: Rule = Rule { least: 200.0, pace: 3.0, times: 5.0, ..Rule::OPEN };

/// A client is looked at from this many messages in ten minutes on.
const GATE: u32 = 10;
const SPAN: i64 = 10;

/// Watches user IDs and clients.
#[derive(Debug)]
pub(crate) struct Application {
    uids: Subjects<Watch>,
    sieve: Sieve,
    clients: Subjects<Watch>,
}

impl Default for Application {
    fn default() -> Self {
        Self {
            uids: Subjects::with_limit(1_000),
            sieve: Sieve::new(SPAN),
            clients: Subjects::with_limit(2_000),
        }
    }
}

impl Application {
    fn local(&mut self, uid: u32, line: &Observation<'_>, clock: &Clock) {
        let watch = self.uids.entry(&uid.to_le_bytes());
        watch.add(LOCAL, *clock, &Sight::of(line), line.weight);
    }

    fn accepted(&mut self, client: &[u8], line: &Observation<'_>, clock: &Clock) {
        if self.sieve.add(client, line.time, line.weight) >= GATE && !is_own(client) {
            let watch = self.clients.entry(client);
            watch.add(CLIENT, *clock, &Sight::of(line), line.weight);
        }
    }
}

impl Detector for Application {
    #[inline]
    fn line(&mut self, line: &Observation<'_>, clock: &Clock) {
        match line.event {
            Event::Pickup(pickup) => self.local(pickup.uid, line, clock),
            Event::Accepted(accepted) if accepted.sasl_username.is_none() => {
                self.accepted(accepted.client.address, line, clock);
            }
            _ => {}
        }
    }

    fn findings(&self, clock: Clock, out: &mut Vec<Finding>) {
        let kind = FindingKind::ApplicationFlooding;
        for (uid, watch) in self.uids.iter() {
            let uid = uid.first_chunk::<4>().copied().map_or(0, u32::from_le_bytes);
            watch.report((kind, &Subject::Uid(uid)), LOCAL, clock, out);
        }
        for (client, watch) in self.clients.iter() {
            watch.report((kind, &Subject::Client(kept(client))), CLIENT, clock, out);
        }
    }
}
