//! Failed logins, each once, whoever tells of it.
//!
//! The service that the client talks to says that a login failed: smtpd, or the login
//! process of a mail store, whose line may stand for several attempts. The password checker
//! behind it (Dovecot's auth process, saslauthd) may say so too, and before smtpd 3.8 only
//! the checker names the user. So what a checker says waits for the service's line: the
//! line takes its user's name, and what no service speaks of within [`WAIT`] has failed all
//! the same, such as a login to ManageSieve whose log is elsewhere.

use std::cmp::Reverse;

use bstr::{BStr, BString, ByteSlice};
use hashbrown::HashMap;
use postlens_syntax::neighbour::LoginFailure;
use postlens_syntax::time::MICROS;
use postlens_syntax::{Daemon, Event, Neighbour, Time};

use crate::observation::Observation;

/// A failed login, or several of one client and user.
#[derive(Debug, Clone, Copy)]
pub struct FailedLogin<'a> {
    /// When the line that tells of it was logged.
    pub time: Time,
    /// The host field of that line.
    pub host: &'a BStr,
    /// Its tag without pid.
    pub program: &'a BStr,
    /// Its text; of a checker's line the first 300 bytes.
    pub text: &'a BStr,
    /// The service: `smtp`, `submission`, `imap`, `pop3`…; `auth` where only the checker
    /// spoke of it.
    pub service: &'a [u8],
    /// The client's address; `unknown` without one.
    pub client: &'a [u8],
    /// The login name, where anybody logs it.
    pub user: Option<&'a [u8]>,
    /// How many attempts.
    pub count: u32,
}

/// Joins what services and password checkers say.
#[derive(Debug, Clone, Default)]
pub struct FailedLogins {
    clients: HashMap<BString, Client, foldhash::fast::RandomState>,
    /// The last user that a checker named without a client.
    any: Option<(Time, BString)>,
    /// When the next of those that wait has waited long enough.
    due: Option<Time>,
}

/// What is known of a client.
#[derive(Debug, Clone, Default)]
struct Client {
    waiting: Vec<Waiting>,
    /// When a service last spoke of a failure of which no checker had spoken.
    early: Option<Time>,
}

/// What a checker said.
#[derive(Debug, Clone, Default)]
struct Waiting {
    session: BString,
    user: BString,
    last: Time,
    count: u32,
    host: BString,
    program: BString,
    text: BString,
}

/// How long a checker's word waits for the service's: Dovecot's login processes hang up
/// after three minutes without a login.
pub const WAIT: i64 = 300 * MICROS;
/// Without a session's name, checker and service speak of one failure within this time.
const TOGETHER: i64 = 10 * MICROS;
/// A checker that does not delay its answer may be logged after the service by so much.
const REVERSED: i64 = MICROS;
/// What waits is looked at no more often than this.
const PAUSE: i64 = 30 * MICROS;
/// Clients that are known at once.
const CLIENTS: usize = 2_000;
/// What waits of one client.
const OF_CLIENT: usize = 8;
/// Bytes of a checker's line that are kept.
const TEXT: usize = 300;
/// The service of what only a checker told.
const CHECKER: &[u8] = b"auth";

impl FailedLogins {
    /// Takes in a line and tells of the failures that it makes known.
    pub fn line(&mut self, line: &Observation<'_>, told: &mut dyn FnMut(FailedLogin<'_>)) {
        match line.event {
            Event::SaslFailure(failure) => {
                let user = failure.username.map(|user| &**user);
                let taken = self.taken(failure.client.address, line.time, told);
                let user = user.or(taken.as_ref().map(|user| user.as_slice()));
                let service = line.entry.tag.service().map_or(&b"smtp"[..], |service| service);
                told(of_line(line, service, failure.client.address, user, line.weight));
            }
            Event::Neighbour(Neighbour::LoginFailure(failure)) => {
                if line.entry.tag.known == Some(Daemon::Saslauthd) {
                    self.any = failure.attempt.username.map(|user| (line.time, user.to_owned()));
                } else if failure.attempt.backend.is_some() {
                    self.checked(line, failure, told);
                } else {
                    self.failed(line, failure, told);
                }
            }
            Event::Neighbour(Neighbour::Login(login)) => {
                let attempt = &login.attempt;
                // Wrong passwords before the right one: only the checker told of them.
                let session = attempt.session.and_then(|session| {
                    self.of_session(attempt.client_address.map(|client| &**client), session)
                });
                if let Some((client, waiting)) = session {
                    let service = attempt.service.unwrap_or(line.entry.tag.daemon());
                    told(waiting.failed(&client, service));
                }
            }
            _ => return,
        }
        self.pass(line.time, told);
    }

    /// Tells of all that still waits, as at the log's end.
    pub fn settle(&mut self, told: &mut dyn FnMut(FailedLogin<'_>)) {
        self.settle_until(Time { micros: i64::MAX, offset: 0 }, told);
    }

    /// A login process says that logins of a session failed.
    fn failed(
        &mut self,
        line: &Observation<'_>,
        failure: &LoginFailure<'_>,
        told: &mut dyn FnMut(FailedLogin<'_>),
    ) {
        let attempt = &failure.attempt;
        let client = attempt.client_address.map(|client| &**client);
        let waiting = match (attempt.session, client) {
            (Some(session), client) => self.of_session(client, session).map(|(_, waiting)| waiting),
            // A log format without sessions: all that waits of the client is meant.
            (None, Some(client)) => self.clients.remove(client).and_then(|mut client| {
                client.waiting.sort_by_key(|waiting| Reverse(waiting.last));
                client.waiting.into_iter().next()
            }),
            (None, None) => None,
        };
        let lent = waiting.as_ref().map(|waiting| waiting.user.as_slice());
        let user = attempt.username.map(|user| &**user).or(lent);
        let service = attempt.service.unwrap_or(line.entry.tag.daemon());
        let count = line.weight.saturating_mul(failure.attempts.unwrap_or(1).max(1));
        told(of_line(line, service, client.unwrap_or(b"unknown"), user, count));
    }

    /// A checker says that a login failed.
    fn checked(
        &mut self,
        line: &Observation<'_>,
        failure: &LoginFailure<'_>,
        told: &mut dyn FnMut(FailedLogin<'_>),
    ) {
        let attempt = &failure.attempt;
        let (Some(address), Some(user)) = (attempt.client_address, attempt.username) else {
            return;
        };
        // A local delivery to a user that does not exist looks the same.
        let is_near = address.starts_with(b"127.") || *address == "::1";
        let session = attempt.session.unwrap_or_default();
        if is_near && session.is_empty() && failure.reason.is_some_and(|why| *why == "unknown user")
        {
            return;
        }
        if self.clients.len() >= CLIENTS && !self.clients.contains_key(address) {
            self.make_room(told);
        }
        let client = self.clients.entry_ref(address).or_default();
        let early = client.early.take();
        if early.is_some_and(|early| is_near_in_time(early, line.time, REVERSED)) {
            return;
        }
        let same = client.waiting.iter_mut().find(|known| known.is_same(session, user, line.time));
        if let Some(same) = same {
            // Several databases are asked about one attempt in the same second.
            let again = same.last.micros.div_euclid(MICROS) == line.time.micros.div_euclid(MICROS);
            same.count += if again { 0 } else { line.weight };
            same.last = line.time;
        } else {
            if client.waiting.len() >= OF_CLIENT {
                told(client.waiting.remove(0).failed(address, CHECKER));
            }
            client.waiting.push(Waiting::of(line, session, user));
        }
        let due = Time { micros: line.time.micros.saturating_add(WAIT), ..line.time };
        self.due = Some(self.due.map_or(due, |known| known.min(due)));
    }

    /// What a checker said just before about a client without a session, such as smtpd's:
    /// its user. What it said earlier, no service spoke of.
    fn taken(
        &mut self,
        address: &[u8],
        now: Time,
        told: &mut dyn FnMut(FailedLogin<'_>),
    ) -> Option<BString> {
        let mut user = None;
        if let Some(client) = self.clients.get_mut(BStr::new(address)) {
            let (without, with) = std::mem::take(&mut client.waiting)
                .into_iter()
                .partition(|waiting| waiting.session.is_empty());
            client.waiting = with;
            let without: Vec<Waiting> = without;
            for waiting in without {
                if is_near_in_time(waiting.last, now, TOGETHER) {
                    user = Some(waiting.user);
                } else {
                    told(waiting.failed(address, CHECKER));
                }
            }
        }
        let of_any = self.any.take().filter(|(time, _)| is_near_in_time(*time, now, TOGETHER));
        let user = user.or(of_any.map(|(_, user)| user));
        if user.is_none() && self.clients.len() < CLIENTS {
            self.clients.entry_ref(BStr::new(address)).or_default().early = Some(now);
            self.due.get_or_insert(Time { micros: now.micros.saturating_add(WAIT), ..now });
        }
        user
    }

    /// Takes out what waits of a session, with its client.
    fn of_session(&mut self, client: Option<&[u8]>, session: &BStr) -> Option<(BString, Waiting)> {
        let take = |known: &mut Client| {
            let place = known.waiting.iter().position(|waiting| waiting.session == session)?;
            Some(known.waiting.remove(place))
        };
        if let Some(client) = client {
            let known = self.clients.get_mut(BStr::new(client))?;
            return take(known).map(|waiting| (client.into(), waiting));
        }
        // A log format without the client's address.
        self.clients.iter_mut().find_map(|(client, known)| Some((client.clone(), take(known)?)))
    }

    /// Lets go what has waited long enough.
    fn pass(&mut self, now: Time, told: &mut dyn FnMut(FailedLogin<'_>)) {
        if self.due.is_some_and(|due| due.micros <= now.micros) {
            self.settle_until(Time { micros: now.micros.saturating_sub(WAIT), ..now }, told);
        }
    }

    fn make_room(&mut self, told: &mut dyn FnMut(FailedLogin<'_>)) {
        let mut last: Vec<Time> = self.clients.values().map(Client::last).collect();
        let half = last.len() / 2;
        let (_, middle, _) = last.select_nth_unstable(half);
        let middle = *middle;
        self.settle_until(middle, told);
    }

    /// Tells of what a checker said up to a time, in the order of times, and forgets
    /// clients of which nothing waits.
    fn settle_until(&mut self, until: Time, told: &mut dyn FnMut(FailedLogin<'_>)) {
        let mut over = Vec::new();
        let mut next: Option<Time> = None;
        self.clients.retain(|address, client| {
            let done = client.waiting.extract_if(.., |waiting| waiting.last <= until);
            over.extend(done.map(|waiting| (address.clone(), waiting)));
            client.early = client.early.filter(|early| *early > until);
            let waits = !client.waiting.is_empty() || client.early.is_some();
            if waits {
                let first = client.waiting.iter().map(|waiting| waiting.last).chain(client.early);
                next = next.into_iter().chain(first).min();
            }
            waits
        });
        // Under attack something is always due: looking at all that waits must stay rare.
        let again = until.micros.saturating_add(WAIT + PAUSE);
        self.due =
            next.map(|next| Time { micros: next.micros.saturating_add(WAIT).max(again), ..next });
        over.sort_by(|a, b| (a.1.last, &a.0).cmp(&(b.1.last, &b.0)));
        for (client, waiting) in over {
            told(waiting.failed(&client, CHECKER));
        }
    }
}

impl Client {
    /// When it was last spoken of.
    fn last(&self) -> Time {
        let waiting = self.waiting.iter().map(|waiting| waiting.last);
        waiting.chain(self.early).max().unwrap_or_default()
    }
}

impl Waiting {
    fn of(line: &Observation<'_>, session: &BStr, user: &BStr) -> Self {
        let text = line.entry.text;
        Self {
            session: session.to_owned(),
            user: user.to_owned(),
            last: line.time,
            count: line.weight,
            host: line.entry.host.unwrap_or_default().to_owned(),
            program: line.entry.tag.program.to_owned(),
            text: text.get(..text.len().min(TEXT)).unwrap_or_default().into(),
        }
    }

    /// Whether a checker speaks of the same session, or without one of the same attempts.
    fn is_same(&self, session: &BStr, user: &BStr, now: Time) -> bool {
        let together = || is_near_in_time(self.last, now, TOGETHER) && self.user == user;
        self.session == session && (!session.is_empty() || together())
    }

    fn failed<'a>(&'a self, client: &'a [u8], service: &'a [u8]) -> FailedLogin<'a> {
        FailedLogin {
            time: self.last,
            host: self.host.as_bstr(),
            program: self.program.as_bstr(),
            text: self.text.as_bstr(),
            service,
            client,
            user: Some(&self.user),
            count: self.count,
        }
    }
}

fn of_line<'a>(
    line: &Observation<'a>,
    service: &'a [u8],
    client: &'a [u8],
    user: Option<&'a [u8]>,
    count: u32,
) -> FailedLogin<'a> {
    FailedLogin {
        time: line.time,
        host: line.entry.host.unwrap_or_default(),
        program: line.entry.tag.program,
        text: line.entry.text,
        service,
        client,
        user,
        count,
    }
}

fn is_near_in_time(one: Time, other: Time, most: i64) -> bool {
    one.micros.abs_diff(other.micros) <= most.unsigned_abs()
}

#[cfg(test)]
mod tests {
    use postlens_syntax::{Entry, Event, Time};

    use super::{CLIENTS, FailedLogins};
    use crate::observation::{LineId, Observation};

    /// Lines with their seconds, and what is told: `SERVICE CLIENT USER COUNT`.
    fn told(lines: &[(i64, &str)]) -> Vec<String> {
        let mut logins = FailedLogins::default();
        let mut told = Vec::new();
        let mut tell = |failed: super::FailedLogin<'_>| {
            let user = failed.user.unwrap_or(b"?");
            let [service, client, user] = [failed.service, failed.client, user]
                .map(|text| String::from_utf8_lossy(text).into_owned());
            told.push(format!("{service} {client} {user} {}", failed.count));
        };
        for (number, (second, text)) in lines.iter().enumerate() {
            let line = format!("2026-11-23T10:00:00Z mail {text}");
            let entry = Entry::parse(line.as_bytes());
            let event = Event::parse(&entry);
            logins.line(
                &Observation {
                    time: Time { micros: second * 1_000_000, offset: 0 },
                    stamped: true,
                    entry: &entry,
                    bytes: line.as_bytes(),
                    event: &event,
                    line: LineId { log: 0, offset: number as u64 },
                    weight: 1,
                    echo: false,
                },
                &mut tell,
            );
        }
        logins.settle(&mut tell);
        told
    }

    const AUTH: &str = "dovecot: auth: pam(bob,192.0.2.7,<s1>): unknown user";
    const LOGIN: &str = "dovecot: imap-login: Disconnected: Connection closed (auth failed, 2 \
        attempts in 9 secs): user=<bob>, method=PLAIN, rip=192.0.2.7, lip=198.51.100.1, \
        session=<s1>";
    const SMTPD: &str = "postfix/smtpd[9]: warning: unknown[192.0.2.7]: SASL PLAIN \
        authentication failed: x";

    #[test]
    fn the_login_process_speaks_for_the_checker() {
        assert_eq!(told(&[(0, AUTH), (4, AUTH), (9, LOGIN)]), ["imap 192.0.2.7 bob 2"]);
        assert_eq!(told(&[(0, AUTH), (200, LOGIN)]), ["imap 192.0.2.7 bob 2"]);
    }

    #[test]
    fn what_only_the_checker_tells_has_failed_too() {
        let other = "dovecot: auth: sql(eve,192.0.2.8,<s2>): Password mismatch";
        assert_eq!(told(&[(0, AUTH), (0, AUTH)]), ["auth 192.0.2.7 bob 1"]);
        assert_eq!(told(&[(0, AUTH), (1, AUTH)]), ["auth 192.0.2.7 bob 2"]);
        // What waited long enough is told when other lines come.
        assert_eq!(
            told(&[(0, AUTH), (400, other), (401, LOGIN)]),
            ["auth 192.0.2.7 bob 1", "imap 192.0.2.7 bob 2", "auth 192.0.2.8 eve 1"]
        );
    }

    #[test]
    fn smtpd_gets_the_name_of_what_was_just_checked() {
        let auth = "dovecot: auth: passwd-file(bob,192.0.2.7): Password mismatch";
        assert_eq!(told(&[(0, auth), (2, SMTPD)]), ["smtp 192.0.2.7 bob 1"]);
        assert_eq!(
            told(&[(0, auth), (60, auth), (62, SMTPD)]),
            ["auth 192.0.2.7 bob 1", "smtp 192.0.2.7 bob 1"]
        );
        // The other way round, where the checker does not wait with its answer.
        assert_eq!(told(&[(0, SMTPD), (1, auth)]), ["smtp 192.0.2.7 ? 1"]);
        assert_eq!(told(&[(0, SMTPD), (20, auth)]), ["smtp 192.0.2.7 ? 1", "auth 192.0.2.7 bob 1"]);
    }

    #[test]
    fn wrong_passwords_before_the_right_one() {
        let login = "dovecot: pop3-login: Login: user=<bob>, method=PLAIN, rip=192.0.2.7, \
            lip=198.51.100.1, mpid=77, session=<s1>";
        assert_eq!(told(&[(0, AUTH), (3, login)]), ["pop3 192.0.2.7 bob 1"]);
    }

    #[test]
    fn log_formats_without_sessions_count_once_too() {
        let login = LOGIN.replace(", session=<s1>", "");
        assert_eq!(told(&[(0, AUTH), (9, &login)]), ["imap 192.0.2.7 bob 2"]);
    }

    #[test]
    fn a_local_delivery_to_nobody_is_no_login() {
        let lookup = "dovecot: auth: passwd-file(nobody,127.0.0.1): unknown user";
        assert_eq!(told(&[(0, lookup)]), [""; 0]);
    }

    #[test]
    fn saslauthd_only_lends_the_name() {
        let line = "saslauthd[5]: do_auth : auth failure: [user=kim] [service=smtp] [realm=] \
            [mech=pam] [reason=PAM auth error]";
        assert_eq!(told(&[(0, line), (1, SMTPD)]), ["smtp 192.0.2.7 kim 1"]);
        assert_eq!(told(&[(0, line)]), [""; 0]);
    }

    #[test]
    fn many_clients_are_all_told_and_few_are_held() {
        let lines: Vec<(i64, String)> = (0..3 * CLIENTS)
            .map(|number| {
                let (a, b) = (number / 250, number % 250);
                let text = format!("dovecot: auth: sql(eve,198.51.{a}.{b},<s{number}>): ");
                (0, text + "Password mismatch")
            })
            .collect();
        let lines: Vec<_> = lines.iter().map(|(at, line)| (*at, line.as_str())).collect();
        assert_eq!(told(&lines).len(), 3 * CLIENTS);
    }
}
