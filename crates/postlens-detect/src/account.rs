//! Somebody else sends mail with a user's login.
//!
//! A newsletter is much mail too, but from where the user always sends; a traveller comes
//! from elsewhere, but with little mail. Both together is what a stolen password looks
//! like.

use std::hash::BuildHasher;

use postlens_syntax::Time;

use crate::detector::Detector;
use crate::finding::{Finding, FindingKind, Subject, kept};
use crate::signal::LoginAttempt;
use crate::subjects::{Held, Subjects, network};
use crate::watch::{Clock, MINUTE, Rule, Watch};

/// Messages from networks new for the user, beyond one in ten minutes and three times
/// what the user sends at all.
pub(crate) const RULE: Rule = Rule { least: 10.0, pace: 0.1, times: 3.0, ..Rule::OPEN };

/// How much a message from a new address in a known network counts.
const NEIGHBOUR: f64 = 0.5;

/// How long a network is new, if it stays in use.
const NEW: i64 = 12 * 60 * MINUTE;

/// Addresses remembered of a user.
const ADDRESSES: usize = 16;

/// New addresses at once that are too many for a user who was not seen before.
const STRANGE: usize = 3;

/// Minutes at a log's beginning in which every network is new.
const LEARNING: f64 = 720.0;

/// Watches who sends from where.
#[derive(Debug, Default)]
pub(crate) struct Account {
    users: Subjects<User>,
}

#[derive(Debug, Default)]
struct User {
    watch: Watch,
    places: Vec<Place>,
    last: Time,
    /// The most new addresses at once.
    most: u64,
}

/// An address that a user came from, and its network: /24 or /48.
#[derive(Debug, Clone, Copy)]
struct Place {
    address: u64,
    network: u64,
    first: Time,
    last: Time,
}

impl Place {
    fn is_new(&self, time: Time) -> bool {
        time.micros - self.first.micros < NEW
    }
}

/// What is known of where a user is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whereabouts {
    Usual,
    /// A new address in a network that the user came from before.
    Near,
    Strange,
}

impl Held for User {
    fn last(&self) -> Time {
        self.last
    }

    fn matters(&self) -> bool {
        self.watch.has_episodes()
    }
}

fn hash_of(text: &[u8]) -> u64 {
    foldhash::fast::FixedState::with_seed(11).hash_one(text)
}

impl User {
    /// Notes where the user is.
    fn at(&mut self, client: &[u8], time: Time) -> Whereabouts {
        self.last = time;
        let address = hash_of(client);
        let known = self.places.iter_mut().find(|place| place.address == address);
        let (new, network) = if let Some(known) = known {
            known.last = time;
            (known.is_new(time), known.network)
        } else {
            let network = hash_of(network(client));
            self.remember(Place { address, network, first: time, last: time });
            (true, network)
        };
        if !new {
            return Whereabouts::Usual;
        }
        let near = self.places.iter().any(|place| place.network == network && !place.is_new(time));
        if near { Whereabouts::Near } else { Whereabouts::Strange }
    }

    fn remember(&mut self, place: Place) {
        if self.places.len() >= ADDRESSES {
            // The one not seen for longest, among the new ones if there are any.
            let oldest = self.places.iter().enumerate().min_by_key(|(_, known)| {
                (known.last.micros - known.first.micros >= NEW, known.last)
            });
            let oldest = oldest.map(|(index, _)| index);
            oldest.map(|index| self.places.swap_remove(index));
        }
        self.places.push(place);
    }

    /// Addresses that are new, and whether an older one is known.
    fn new_places(&self, time: Time) -> (usize, bool) {
        let new = self.places.iter().filter(|place| place.is_new(time)).count();
        (new, new < self.places.len())
    }
}

impl Detector for Account {
    fn login(&mut self, attempt: &LoginAttempt<'_>, _: Clock) {
        if let Some(user) = attempt.user.filter(|_| attempt.success) {
            self.users.entry(user).at(attempt.client, attempt.sight.time);
        }
    }

    fn accepted(&mut self, attempt: &LoginAttempt<'_>, clock: Clock) {
        let Some(name) = attempt.user else { return };
        let user = self.users.entry(name);
        let time = attempt.sight.time;
        let level = match user.at(attempt.client, time) {
            Whereabouts::Usual => 0.0,
            Whereabouts::Near => NEIGHBOUR,
            Whereabouts::Strange => 1.0,
        };
        let (addresses, known) = user.new_places(time);
        let learned = clock.minutes(time) >= LEARNING;
        if level > 0.0 && learned && (known || addresses >= STRANGE) {
            user.watch.add_as(level, RULE, clock, &attempt.sight, attempt.weight);
            if user.watch.has_just_begun(attempt.weight) && user.watch.has_no_past() {
                user.most = 0;
            }
            if user.watch.is_alarmed() {
                user.most = user.most.max(u64::try_from(addresses).unwrap_or_default());
            }
        } else {
            user.watch.dismiss(time, attempt.weight);
        }
    }

    fn findings(&self, clock: Clock, out: &mut Vec<Finding>) {
        for (name, user) in self.users.iter() {
            let subject = Subject::User(kept(name));
            let from = out.len();
            user.watch.report((FindingKind::AccountHijacked, &subject), RULE, clock, out);
            for finding in out.iter_mut().skip(from) {
                finding.figures.push(("addresses", user.most));
            }
        }
    }
}
