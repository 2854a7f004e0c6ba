//! The simulated mail system: what happens at each moment, and the lines it leaves.
//!
//! Every happening of a few seconds (a session, a round of deliveries) is played at
//! once and plans its lines at their own times; what comes later (retries, releases) is
//! scheduled. Lines are written in order of time.

mod admin;
mod attack;
mod bounce;
mod deliver;
mod incident;
mod local;
mod neighbour;
mod postscreen;
mod receive;
mod refuse;
mod session;
mod submission;

use std::io::{self, Write};

use crate::clock::{Micros, SECOND, rhythm};
use crate::config::{Config, Flavour, IncidentKind, Repeats, Until};
use crate::format::{Framer, Plain, put};
use crate::kind::Kind;
use crate::ledger::{Effect, Ledger, Sink};
use crate::mail::Mail;
use crate::process::{Processes, Who};
use crate::queue_id::Mint;
use crate::random::Random;
use crate::remote::Weather;
use crate::schedule::{Line, Schedule};
use crate::service::Service;
use crate::truth::Totals;
use crate::world::World;

/// Plans a line.
macro_rules! line {
    ($sim:expr, $at:expr, $who:expr, $kind:ident, $effect:expr, $($text:tt)*) => {{
        let mut text = $sim.spare.pop().unwrap_or_default();
        $crate::format::put!(text, $($text)*);
        $sim.plan($at, $who, $crate::kind::Kind::$kind, $effect, text);
    }};
}
pub(crate) use line;

/// What happens later.
#[derive(Debug)]
pub(crate) enum Action {
    /// Somebody does something; the next one follows.
    Arrival,
    /// An attack of the incident with this number goes on.
    Incident(usize),
    /// The queue manager takes a message up again.
    Activate(Box<Mail>),
    /// The admin puts a deferred message on hold, deletes or requeues it.
    Admin(Box<Mail>),
    /// The admin releases a held message.
    Release(Box<Mail>),
    /// A delay notice is due, if the message is still in the queue then.
    Statistics(usize),
}

/// One Postfix instance: a queue and its daemons.
#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) host: usize,
    pub(crate) name: String,
    pub(crate) mint: Mint,
    pools: Vec<usize>,
}

/// The whole system.
#[derive(Debug)]
pub(crate) struct Simulation {
    pub(crate) config: Config,
    pub(crate) random: Random,
    pub(crate) world: World,
    pub(crate) processes: Processes,
    pub(crate) ledger: Ledger,
    pub(crate) instances: Vec<Instance>,
    pub(crate) hosts: Vec<String>,
    pub(crate) spare: Vec<Vec<u8>>,
    lines: Schedule<Line>,
    actions: Schedule<Action>,
    framer: Framer,
    /// What the incidents did so far.
    harm: Vec<incident::Harm>,
    /// Messages from outside and users so far.
    pub(crate) arrivals: u64,
    /// Messages whose accounts can be closed.
    pub(crate) closing: Vec<u64>,
    out: Vec<u8>,
    written: u64,
}

impl Simulation {
    /// A system at rest.
    pub(crate) fn new(config: Config) -> Self {
        let mut processes = Processes::default();
        let mut instances = Vec::new();
        let hosts: Vec<String> =
            (1..=config.hosts.clamp(1, 4)).map(|number| format!("mx{number}")).collect();
        for host in 0..hosts.len() {
            let second = host == 0 && config.instances > 1;
            for name in ["postfix", "postfix-out"].iter().take(1 + usize::from(second)) {
                let inode = 0x0002_0000 + instances.len() as u64 * 0x0001_1000;
                let pools = Service::ALL.iter().map(|service| {
                    let tag = service.tag(name, config.flavour);
                    processes.pool(tag, host, service.is_single())
                });
                instances.push(Instance {
                    host,
                    name: (*name).to_owned(),
                    pools: pools.collect(),
                    mint: Mint::new(config.long_queue_ids, inode),
                });
            }
        }
        let world = World::new(config.hostility);
        Self {
            random: Random::new(config.seed),
            world,
            processes,
            ledger: Ledger::default(),
            instances,
            hosts,
            spare: Vec::new(),
            lines: Schedule::default(),
            actions: Schedule::default(),
            framer: Framer::new(config.format, config.offset_minutes),
            harm: vec![incident::Harm::default(); config.incidents.len()],
            arrivals: 0,
            closing: Vec::new(),
            out: Vec::with_capacity(1 << 17),
            written: 0,
            config,
        }
    }

    /// Runs until the log is long enough.
    pub(crate) fn run(&mut self, log: &mut dyn Write, sink: Sink<'_>) -> io::Result<Totals> {
        let begin = self.config.start - i64::from(self.config.cut_start) * SECOND;
        self.actions.push(begin, Action::Arrival);
        for instance in 0..self.instances.len() {
            self.actions.push(begin + SECOND, Action::Statistics(instance));
        }
        for (index, incident) in self.config.incidents.iter().enumerate() {
            let seconds = i64::try_from(incident.from).unwrap_or_default();
            self.actions.push(self.config.start + seconds * SECOND, Action::Incident(index));
        }
        while let Some((now, action)) = self.actions.pop() {
            while self.lines.next_at().is_some_and(|at| at <= now) {
                self.write_next(log, sink)?;
                if self.reached(now) {
                    return self.end(log, sink);
                }
            }
            if self.reached(now) {
                break;
            }
            self.act(now, action);
            while let Some(serial) = self.closing.pop() {
                self.ledger.close(serial, sink);
            }
        }
        self.end(log, sink)
    }

    fn reached(&mut self, now: Micros) -> bool {
        match self.config.until {
            Until::Messages(messages) => self.arrivals >= messages,
            Until::Lines(lines) => self.ledger.totals().lines >= lines,
            Until::Bytes(bytes) => self.written >= bytes,
            Until::Seconds(seconds) => {
                let seconds = i64::try_from(seconds).unwrap_or(i64::MAX / SECOND);
                now - self.config.start >= seconds.saturating_mul(SECOND)
            }
        }
    }

    fn end(&mut self, log: &mut dyn Write, sink: Sink<'_>) -> io::Result<Totals> {
        while !self.config.cut_end && self.lines.next_at().is_some() {
            self.write_next(log, sink)?;
        }
        log.write_all(&self.out)?;
        self.out.clear();
        log.flush()?;
        self.tell_incidents(sink);
        let mut totals = self.ledger.finish(sink);
        totals.bytes = self.written;
        Ok(totals)
    }

    fn act(&mut self, now: Micros, action: Action) {
        match action {
            Action::Arrival => {
                self.arrive(now);
                let wait = self.until_next(now);
                self.actions.push(now + wait, Action::Arrival);
            }
            Action::Incident(index) => self.incident(now, index),
            Action::Activate(mail) => self.activate(*mail, now),
            Action::Admin(mail) => self.admin(*mail, now),
            Action::Release(mail) => self.release(*mail, now),
            Action::Statistics(instance) => {
                self.statistics(now, instance);
                self.actions.push(now + 600 * SECOND, Action::Statistics(instance));
            }
        }
    }

    /// Microseconds to the next arrival. An arrival brings 0.7 messages on average.
    #[expect(clippy::cast_possible_truncation, reason = "clamped to a day")]
    fn until_next(&mut self, now: Micros) -> Micros {
        let local = now.div_euclid(SECOND) + i64::from(self.config.offset_minutes) * 60;
        let busy = if self.config.daily_rhythm { rhythm(local) } else { 1.0 };
        let mean = 3_600e6 * 0.7 / (self.config.messages_per_hour.max(0.01) * busy);
        self.random.waiting(mean).clamp(1.0, 86_400e6) as Micros
    }

    /// Chooses what happens.
    fn arrive(&mut self, at: Micros) {
        if self.arrive_in_trouble(at) {
            return;
        }
        match self.random.below(1000) {
            0..=379 => self.inbound(at),
            380..=579 => self.refused_session(at),
            580..=719 => {
                self.submission(at, None);
            }
            720..=779 => self.scan(at),
            780..=829 => self.guess_password(at),
            830..=859 => self.local_mail(at),
            860..=864 => self.newsletter(at, false),
            865..=874 => self.probe(at),
            875..=884 => self.rare(at),
            _ => self.mailbox_login(at),
        }
        if self.random.chance(self.config.foreign) {
            self.foreign(at);
        }
    }

    /// Does something later.
    pub(crate) fn later(&mut self, at: Micros, action: Action) {
        self.actions.push(at, action);
    }

    /// Plans a line.
    pub(crate) fn plan(&mut self, at: Micros, who: Who, kind: Kind, effect: Effect, text: Vec<u8>) {
        self.plan_times(at, who, (kind, 1), effect, text);
    }

    /// Plans a line that is written several times in a row.
    pub(crate) fn plan_times(
        &mut self,
        at: Micros,
        who: Who,
        (kind, times): (Kind, u32),
        effect: Effect,
        text: Vec<u8>,
    ) {
        self.ledger.plan(&effect);
        self.lines.push(at, Line { who, kind, effect, times, text });
    }

    /// A process of a service that is free at `at`.
    pub(crate) fn acquire(&mut self, instance: usize, service: Service, at: Micros) -> Who {
        let pools = self.instances.get(instance).map(|instance| &instance.pools);
        let pool = pools.and_then(|pools| pools.get(service as usize)).copied().unwrap_or(0);
        self.processes.acquire(pool, at)
    }

    /// A process that does one thing that takes no time.
    pub(crate) fn brief(&mut self, instance: usize, service: Service, at: Micros) -> Who {
        let who = self.acquire(instance, service, at);
        self.processes.release(who, at);
        who
    }

    /// How late a process's lines get into the log, mostly not at all.
    pub(crate) fn lateness(&mut self) -> Micros {
        if self.random.chance(self.config.disorder) { self.random.between(500, 9_000) } else { 0 }
    }

    /// The host name of an instance, as the log has it.
    pub(crate) fn host_of(&self, instance: usize) -> &str {
        let host = self.instances.get(instance).map_or(0, |instance| instance.host);
        self.hosts.get(host).map_or("mx1", |host| host)
    }

    /// The `syslog_name` of an instance.
    pub(crate) fn name_of(&self, instance: usize) -> &str {
        self.instances.get(instance).map_or("postfix", |instance| &instance.name)
    }

    /// Whether the log has the wording of this version or a later one.
    pub(crate) fn since(&self, flavour: Flavour) -> bool {
        self.config.flavour >= flavour
    }

    /// What is wrong outside at `at`, for mail to the domain with this number.
    pub(crate) fn weather(&mut self, at: Micros, domain: usize) -> Weather {
        let mut weather = Weather::default();
        for (kind, affected) in [
            (IncidentKind::DnsDown, true),
            (IncidentKind::DeferralSurge, domain == 0),
            (IncidentKind::Blocked, domain == 0),
        ] {
            let Some(index) = self.going_on(kind, at).filter(|_| affected) else { continue };
            let strength = self.config.incidents.get(index).map_or(0.0, |known| known.strength);
            if !self.random.chance(strength) {
                continue;
            }
            weather.incident = Some(index);
            match kind {
                IncidentKind::DnsDown => weather.dns_down = true,
                IncidentKind::DeferralSurge => weather.deferring = true,
                _ => weather.blocked = true,
            }
        }
        weather
    }

    fn write_next(&mut self, log: &mut dyn Write, sink: Sink<'_>) -> io::Result<()> {
        let Some((at, line)) = self.lines.pop() else { return Ok(()) };
        let Line { who, kind, effect, times, mut text } = line;
        let hidden = at < self.config.start || self.is_dropped(at, who);
        if !hidden {
            let chance = self.random.next();
            let extra = self.frame(at, who, times, &text, chance);
            self.ledger.totals().lines += extra;
        }
        self.ledger.write(at, (kind, times), effect, hidden, sink);
        text.clear();
        self.spare.push(text);
        if self.out.len() >= 1 << 16 {
            log.write_all(&self.out)?;
            self.out.clear();
        }
        Ok(())
    }

    /// Writes a line as often as it came; gives how many lines that took beyond one.
    fn frame(&mut self, at: Micros, who: Who, times: u32, text: &[u8], chance: u64) -> u64 {
        let before = self.out.len();
        let (tag, host) = self.processes.origin(who);
        let host = self.hosts.get(host).map_or("mx1", |host| host);
        let pid = (who.pid != 0).then_some(who.pid);
        let line = Plain { at, host, tag, pid, text };
        self.framer.write(&mut self.out, line, chance);
        let more = u64::from(times.saturating_sub(1));
        let extra = match self.config.repeats {
            Repeats::Rsyslog if more > 1 => {
                let mut wrapped = Vec::with_capacity(text.len() + 40);
                put!(wrapped, "message repeated {more} times: [ ");
                wrapped.extend_from_slice(text);
                wrapped.push(b']');
                self.framer.write(&mut self.out, Plain { text: &wrapped, ..line }, chance);
                1
            }
            Repeats::Classic if more > 0 => {
                let text = format!("last message repeated {more} times");
                let line = Plain { tag: "", pid: None, text: text.as_bytes(), ..line };
                self.framer.write(&mut self.out, line, chance);
                self.ledger.count(Kind::Repeated);
                1
            }
            _ => {
                for _ in 0..more {
                    self.framer.write(&mut self.out, line, chance);
                }
                more
            }
        };
        self.written += (self.out.len() - before) as u64;
        extra
    }
}
