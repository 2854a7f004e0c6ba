//! All lines of the message or the client session that a hit belongs to.

use std::collections::VecDeque;
use std::hash::BuildHasher;
use std::ops::Range;

use hashbrown::HashMap;
use postlens_source::Chunk;
use postlens_syntax::neighbour::Neighbour;
use postlens_syntax::postfix::postscreen::PostscreenEvent;
use postlens_syntax::{Client, Daemon, Entry, Event, Time};

use crate::around::Part;
use crate::hit::Hits;

/// What lines belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Those of one message: one queue ID, from its arrival to its removal.
    Message,
    /// Those of one client connection, from connect to disconnect.
    Session,
}

/// A line and what it belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) place: Range<usize>,
    time: i64,
    /// Names what it belongs to, while that lasts.
    key: Option<u64>,
    /// Whether it begins something new: for messages only after the end of the last, since
    /// a message's first line may come after others of it.
    begins: bool,
    ends: bool,
    group: Group,
}

impl Member {
    /// What a line belongs to.
    pub(crate) fn new(
        group: Group,
        place: Range<usize>,
        time: Option<Time>,
        entry: &Entry<'_>,
        event: &Event<'_>,
    ) -> Self {
        let time = time.map_or(i64::MIN, |time| time.micros);
        let (key, begins, ends) = match group {
            Group::Message => of_message(event),
            Group::Session => of_session(entry, event),
        };
        Self { place, time, key, begins, ends, group }
    }
}

fn of_message(event: &Event<'_>) -> (Option<u64>, bool, bool) {
    let key = event.queue_id().map(|id| hash(&[id.as_bstr()]));
    let begins = matches!(event, Event::Accepted(_) | Event::Pickup(_));
    (key, begins, matches!(event, Event::Removed(_)))
}

fn of_session(entry: &Entry<'_>, event: &Event<'_>) -> (Option<u64>, bool, bool) {
    let host = entry.host.unwrap_or_default();
    // postscreen serves many clients in one process.
    let screened = |client: &Client<'_>| {
        let port = client.port.unwrap_or_default().to_string();
        Some(hash(&[host, b"postscreen", client.address, port.as_bytes()]))
    };
    match (entry.tag.known, event) {
        (Some(Daemon::Postscreen), Event::Postscreen(line)) => {
            use PostscreenEvent::{Connect, Disconnect, PassNew, PassOld};
            let ends = matches!(line.event, Disconnect | PassOld | PassNew);
            (screened(&line.client), line.event == Connect, ends)
        }
        (Some(Daemon::Postscreen), Event::Decision(line)) => {
            (line.client.as_ref().and_then(screened), false, false)
        }
        (Some(Daemon::Smtpd | Daemon::Qmqpd), event) => {
            let pid = entry.pid.unwrap_or_default().to_string();
            let key = hash(&[host, entry.tag.program, pid.as_bytes()]);
            let begins = matches!(event, Event::Connect(_));
            (Some(key), begins, matches!(event, Event::Disconnect(_)))
        }
        (_, Event::Neighbour(line)) => {
            let attempt = match line {
                Neighbour::Login(line) => line.attempt,
                Neighbour::LoginFailure(line) => line.attempt,
                Neighbour::LoginAborted(line) => line.attempt,
                Neighbour::Logout(line) => line.attempt,
                _ => return (None, false, false),
            };
            let key = attempt.session.map(|session| hash(&[host, session]));
            (key, false, matches!(line, Neighbour::Logout(_)))
        }
        _ => (None, false, false),
    }
}

/// The same in every run.
fn hash(parts: &[&[u8]]) -> u64 {
    foldhash::fast::FixedState::default().hash_one(parts)
}

/// Gathers the lines of messages or sessions, and gives those of which a line was asked
/// for, one after the other, each as soon as it is whole.
#[derive(Debug)]
pub struct Gatherer {
    open: HashMap<u64, Gathered, foldhash::fast::RandomState>,
    /// Those that have ended, for a while: a message's last lines may come after its end.
    ended: VecDeque<(i64, u64, u64)>,
    begun: u64,
    bytes: usize,
    limit: usize,
    given: bool,
    lost: u64,
    now: i64,
}

#[derive(Debug)]
struct Gathered {
    /// Which one it is, in the order of beginnings.
    number: u64,
    lines: Vec<Vec<u8>>,
    bytes: usize,
    wanted: bool,
    ended: bool,
}

/// How long lines of what has ended are waited for, in microseconds.
const LINGER: i64 = 10_000_000;

impl Gatherer {
    /// Holds no more than so many bytes of lines; what has waited longest for its end is
    /// then given up.
    pub fn new(limit: usize) -> Self {
        Self {
            open: HashMap::default(),
            ended: VecDeque::new(),
            begun: 0,
            bytes: 0,
            limit,
            given: false,
            lost: 0,
            now: i64::MIN,
        }
    }

    /// Takes the lines of the next chunk.
    pub fn take(&mut self, chunk: &Chunk, hits: &Hits, write: &mut dyn FnMut(Part<'_>)) {
        let mut wanted = hits.hits.iter().map(|hit| hit.place.start).peekable();
        for member in &hits.members {
            let is_hit = wanted.next_if(|start| *start == member.place.start).is_some();
            self.now = self.now.max(member.time);
            self.let_go(write);
            self.line(member, hits.bytes(chunk, &member.place), is_hit, write);
        }
    }

    /// Gives what is left; returns how many were given up without their end, lines of which
    /// may be missing.
    pub fn finish(&mut self, write: &mut dyn FnMut(Part<'_>)) -> u64 {
        let mut left: Vec<_> = self.open.drain().map(|(_, gathered)| gathered).collect();
        left.sort_unstable_by_key(|gathered| gathered.number);
        for gathered in left {
            self.give(&gathered, write);
        }
        self.lost
    }

    fn line(&mut self, member: &Member, bytes: &[u8], hit: bool, write: &mut dyn FnMut(Part<'_>)) {
        let Some(key) = member.key else {
            if hit {
                let lines = vec![bytes.to_vec()];
                let alone = Gathered { number: 0, lines, bytes: 0, wanted: true, ended: true };
                self.give(&alone, write);
            }
            return;
        };
        if member.begins
            && let Some(before) = self.open.get(&key)
            && (before.ended || member.group == Group::Session)
        {
            self.close(key, write);
        }
        let number = self.begun;
        let gathered = self.open.entry(key).or_insert_with(|| Gathered {
            number,
            lines: Vec::new(),
            bytes: 0,
            wanted: false,
            ended: false,
        });
        self.begun += u64::from(gathered.lines.is_empty());
        gathered.lines.push(bytes.to_vec());
        let size = bytes.len() + size_of::<Vec<u8>>();
        gathered.bytes += size;
        self.bytes += size;
        gathered.wanted |= hit;
        if member.ends && !gathered.ended {
            gathered.ended = true;
            self.ended.push_back((self.now.saturating_add(LINGER), key, gathered.number));
        }
    }

    /// Lets go of what has ended a while ago, and of what there is no room for.
    fn let_go(&mut self, write: &mut dyn FnMut(Part<'_>)) {
        while let Some((until, key, number)) = self.ended.front().copied()
            && until <= self.now
        {
            self.ended.pop_front();
            if self.open.get(&key).is_some_and(|gathered| gathered.number == number) {
                self.close(key, write);
            }
        }
        if self.bytes > self.limit {
            self.make_room(write);
        }
    }

    /// Gives up what began first, until a quarter of the room is free.
    fn make_room(&mut self, write: &mut dyn FnMut(Part<'_>)) {
        let mut keys: Vec<_> = self.open.iter().map(|(key, it)| (it.number, *key)).collect();
        keys.sort_unstable();
        for (_, key) in keys {
            if self.bytes <= self.limit / 4 * 3 {
                return;
            }
            self.lost += 1;
            self.close(key, write);
        }
    }

    fn close(&mut self, key: u64, write: &mut dyn FnMut(Part<'_>)) {
        if let Some(gathered) = self.open.remove(&key) {
            self.bytes -= gathered.bytes;
            self.give(&gathered, write);
        }
    }

    fn give(&mut self, gathered: &Gathered, write: &mut dyn FnMut(Part<'_>)) {
        if !gathered.wanted {
            return;
        }
        if std::mem::replace(&mut self.given, true) {
            write(Part::Gap);
        }
        gathered.lines.iter().for_each(|line| write(Part::Line(line)));
    }
}
