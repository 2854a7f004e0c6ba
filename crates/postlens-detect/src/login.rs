//! Passwords are guessed: by one client, against one user, by many against many; or a
//! client of a user's own has an old password.

use std::hash::BuildHasher;

use bstr::BString;
use hashbrown::HashMap;
use postlens_syntax::Time;

use crate::detector::Detector;
use crate::finding::{Finding, FindingKind, Subject, kept};
use crate::signal::LoginAttempt;
use crate::subjects::{Distinct, Held, Subjects};
use crate::watch::{Clock, MINUTE, Rule, Watch};

/// Failures of one client, beyond nine an hour and four times what is usual.
pub(crate) const CLIENT: Rule = Rule { least: 20.0, pace: 0.15, times: 4.0, most: 3.0 };

/// Failures of one user, beyond one in five minutes and four times what is usual.
pub(crate) const USER: Rule = Rule { least: 20.0, pace: 0.2, times: 4.0, most: 5.0 };
/// They must come from this many clients; else the client is the story.
const CLIENTS: u64 = 10;

/// Failures of all that are neither, beyond one in two minutes and four times what is
/// usual.
pub(crate) const ALL: Rule = Rule { least: 60.0, pace: 0.5, times: 4.0, most: 20.0 };
/// From this many clients.
const MANY: u64 = 15;

/// Failures of a client that has logged in as the same user before, beyond three an hour.
pub(crate) const KNOWN: Rule = Rule { least: 6.0, pace: 0.05, times: 0.0, ..Rule::OPEN };
/// How much a login that succeeds speaks against it where the log does not name the user of a
/// failure.
const CALM: f64 = 2.0;
/// How many such clients are remembered.
const REMEMBERED: usize = 50_000;

/// Watches failed logins.
#[derive(Debug, Default)]
pub(crate) struct Login {
    clients: Subjects<Tried>,
    users: Subjects<Tried>,
    all: Tried,
    /// Users that have logged in, by the hash of their name and their client.
    known: HashMap<u64, Known, foldhash::fast::FixedState>,
}

#[derive(Debug, Default)]
struct Tried {
    watch: Watch,
    users: Distinct,
    clients: Distinct,
    /// Users and clients of the episode.
    figures: (u64, u64),
}

/// A user that has logged in from a client.
#[derive(Debug, Default)]
struct Known {
    last: Time,
    /// Its failures since, if there were any.
    failed: Option<Box<Pair>>,
}

#[derive(Debug, Default)]
struct Pair {
    watch: Watch,
    user: BString,
    client: BString,
}

impl Held for Tried {
    fn last(&self) -> Time {
        self.watch.last()
    }

    fn matters(&self) -> bool {
        self.watch.has_episodes()
    }
}

impl Tried {
    fn add(&mut self, rule: Rule, attempt: &LoginAttempt<'_>, clock: Clock) -> bool {
        let alarmed = self.watch.is_alarmed();
        let now = self.watch.add(rule, clock, &attempt.sight, attempt.weight);
        if self.watch.has_just_begun(attempt.weight) {
            self.users.clear();
            self.clients.clear();
        }
        self.clients.add(attempt.client);
        if let Some(user) = attempt.user {
            self.users.add(user);
        }
        if now {
            let (users, clients) = (self.users.count(), self.clients.count());
            let (known_users, known_clients) = self.figures;
            self.figures = if alarmed {
                (users.max(known_users), clients.max(known_clients))
            } else {
                (users, clients)
            };
        }
        now
    }

    fn report(
        &self,
        kind: FindingKind,
        subject: &Subject,
        rule: Rule,
        clock: Clock,
        out: &mut Vec<Finding>,
    ) {
        let from = out.len();
        self.watch.report((kind, subject), rule, clock, out);
        for finding in out.iter_mut().skip(from) {
            finding.figures.push(("users", self.figures.0));
            finding.figures.push(("clients", self.figures.1));
        }
    }
}

/// A user at a client. Before 3.8 smtpd(8) does not name the user of a failure, so that
/// the client alone is remembered too.
fn pair(user: Option<&[u8]>, client: &[u8]) -> u64 {
    foldhash::fast::FixedState::with_seed(7).hash_one((user, client))
}

impl Login {
    fn remember(&mut self, attempt: &LoginAttempt<'_>, clock: Clock) {
        if self.known.len() >= REMEMBERED {
            self.forget();
        }
        for user in [attempt.user, None] {
            let known = self.known.entry(pair(user, attempt.client)).or_default();
            known.last = attempt.sight.time;
            if let (None, Some(failed)) = (user, &mut known.failed) {
                failed.watch.calm(CALM, clock);
            }
        }
    }

    /// Lets the half go that was not seen for longest.
    fn forget(&mut self) {
        let mut times: Vec<_> = self.known.values().map(|known| known.last).collect();
        let half = times.len() / 2;
        let (_, middle, _) = times.select_nth_unstable(half);
        let middle = *middle;
        self.known.retain(|_, known| {
            let told = known.failed.as_ref().is_some_and(|failed| failed.watch.has_episodes());
            told || known.last > middle
        });
    }

    fn failed(&mut self, attempt: &LoginAttempt<'_>, clock: Clock) {
        if let Some(known) = self.known.get_mut(&pair(attempt.user, attempt.client)) {
            let pair = known.failed.get_or_insert_with(|| {
                Box::new(Pair {
                    watch: Watch::default(),
                    user: kept(attempt.user.unwrap_or_default()),
                    client: kept(attempt.client),
                })
            });
            // Several at once are one program's one attempt.
            let again = attempt.sight.time.micros - pair.watch.last().micros < MINUTE;
            let level = if again { 0.0 } else { 1.0 };
            pair.watch.add_as(level, KNOWN, clock, &attempt.sight, attempt.weight);
            return;
        }
        let mut told = self.clients.entry(attempt.client).add(CLIENT, attempt, clock);
        if let Some(user) = attempt.user {
            let user = self.users.entry(user);
            // What one client does to a user is that client's story.
            let one = user.add(USER, attempt, clock);
            told |= one && user.figures.1 >= CLIENTS;
        }
        if !told {
            self.all.add(ALL, attempt, clock);
        }
    }
}

impl Detector for Login {
    fn login(&mut self, attempt: &LoginAttempt<'_>, clock: Clock) {
        if attempt.client.is_empty() {
            return;
        }
        if attempt.success { self.remember(attempt, clock) } else { self.failed(attempt, clock) }
    }

    fn accepted(&mut self, attempt: &LoginAttempt<'_>, clock: Clock) {
        self.remember(attempt, clock);
    }

    fn findings(&self, clock: Clock, out: &mut Vec<Finding>) {
        for (client, tried) in self.clients.iter() {
            let subject = Subject::Client(kept(client));
            tried.report(FindingKind::BruteForceClient, &subject, CLIENT, clock, out);
        }
        for (user, tried) in self.users.iter().filter(|(_, tried)| tried.figures.1 >= CLIENTS) {
            let subject = Subject::User(kept(user));
            tried.report(FindingKind::BruteForceUser, &subject, USER, clock, out);
        }
        if self.all.figures.1 >= MANY {
            let kind = FindingKind::BruteForceDistributed;
            self.all.report(kind, &Subject::System, ALL, clock, out);
        }
        for pair in self.known.values().filter_map(|known| known.failed.as_ref()) {
            let subject = Subject::UserAt { user: pair.user.clone(), client: pair.client.clone() };
            pair.watch.report((FindingKind::ClientMisconfigured, &subject), KNOWN, clock, out);
        }
    }
}
