//! Chunks looked at in parallel, and what was found in them taken in their order: for
//! those who want few lines of many and understand only these.

use std::collections::BTreeMap;
use std::sync::mpsc::{self, SyncSender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use postlens_source::{Chunk, Options, Problem, Stream, StreamReader};

use crate::run::Progress;

/// Looks at chunks: many at once, in no order.
pub trait Look: Sync {
    /// What it found in a chunk.
    type Found: Send;

    /// Looks at a chunk, which it may rewrite into canonical lines.
    fn look(&self, chunk: &mut Chunk) -> Self::Found;
}

/// Takes what was found, chunk by chunk in their order.
pub trait Take<F>: Send {
    /// One more chunk.
    fn take(&mut self, chunk: &Chunk, found: F);

    /// The next chunk may be long in coming: what has been held back should go out.
    fn pause(&mut self) {}

    /// Whether it can take no more: the scan then ends early.
    fn broken(&self) -> bool {
        false
    }
}

/// A scan over some streams, one after the other.
#[derive(Debug)]
pub struct Scan {
    /// What to read.
    pub streams: Vec<Stream>,
    /// How to read it. Of a period only what is far outside is left out.
    pub options: Options,
    /// Worker threads; 0 means as many as the machine has processors.
    pub threads: usize,
}

impl Scan {
    /// Scans to the end of all streams; returns what could not be read. Taker and
    /// `progress` are called by one worker at a time, not always the same.
    pub fn run<L: Look>(
        self,
        look: &L,
        take: &mut dyn Take<L::Found>,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Vec<Problem> {
        let workers = match self.threads {
            0 => thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        };
        let mut waiting = self.streams;
        waiting.reverse();
        let state = State {
            waiting,
            reader: Reader::None,
            begun: 0,
            taken: 0,
            found: BTreeMap::new(),
            buffers: Vec::new(),
            taker: Some(Taker { take, progress, seen: Progress::default() }),
            problems: Vec::new(),
            idle: 0,
            done: false,
        };
        let shared = Shared {
            state: Mutex::new(state),
            changed: Condvar::new(),
            options: Options { chunk: self.options.chunk * LARGER, ..self.options },
            ahead: workers as u64 + 1,
        };
        thread::scope(|scope| {
            for _ in 1..workers {
                scope.spawn(|| shared.work(look));
            }
            shared.work(look);
        });
        shared.state.into_inner().unwrap_or_else(PoisonError::into_inner).problems
    }

    /// Follows streams that have no end, side by side, until the taker is broken. Problems
    /// are told as they come. Readers that wait for more are left waiting: whoever follows
    /// goes on to the end of the process.
    pub fn follow<L>(
        self,
        look: &Arc<L>,
        take: &mut dyn Take<L::Found>,
        problem: &mut dyn FnMut(&Problem),
    ) where
        L: Look + Send + 'static,
        L::Found: 'static,
    {
        let (sender, receiver) = mpsc::sync_channel(AHEAD);
        for stream in self.streams {
            let (sender, look, options) = (sender.clone(), Arc::clone(look), self.options.clone());
            thread::spawn(move || watch(stream, &options, &*look, &sender));
        }
        drop(sender);
        let mut next = receiver.recv().ok();
        while let Some(sighting) = next {
            sighting.problems.iter().for_each(&mut *problem);
            if let Some((chunk, found)) = sighting.chunk {
                take.take(&chunk, found);
            }
            if take.broken() {
                return;
            }
            next = receiver.try_recv().ok();
            if next.is_none() {
                take.pause();
                next = receiver.recv().ok();
            }
        }
    }
}

/// How many chunks of followed streams wait for the taker.
const AHEAD: usize = 4;

/// What came of a followed stream.
struct Sighting<F> {
    chunk: Option<(Chunk, F)>,
    problems: Vec<Problem>,
}

/// Looks at a stream's chunks as they come, as long as somebody takes them.
fn watch<L: Look>(
    stream: Stream,
    options: &Options,
    look: &L,
    sender: &SyncSender<Sighting<L::Found>>,
) {
    let mut reader = stream.open(options);
    loop {
        let mut chunk = reader.next_chunk(Vec::new());
        let found = chunk.as_mut().map(|chunk| look.look(chunk));
        let problems = reader.take_problems();
        let ended = chunk.is_none();
        let gone = sender.send(Sighting { chunk: chunk.zip(found), problems }).is_err();
        if ended || gone {
            return;
        }
    }
}

/// Chunks are so many times larger than where every line is understood: little is kept of
/// most, and handing chunks from worker to worker takes time too.
const LARGER: usize = 4;

/// What the workers share.
struct Shared<'a, F> {
    state: Mutex<State<'a, F>>,
    changed: Condvar,
    options: Options,
    /// How many chunks may be on their way.
    ahead: u64,
}

struct State<'a, F> {
    /// Streams that have not been begun, the next one last.
    waiting: Vec<Stream>,
    reader: Reader,
    /// Chunks read, and those of them that have been taken.
    begun: u64,
    taken: u64,
    found: BTreeMap<u64, (Chunk, F)>,
    buffers: Vec<Vec<u8>>,
    /// `None` while a worker has it.
    taker: Option<Taker<'a, F>>,
    problems: Vec<Problem>,
    /// Workers that wait for a change.
    idle: usize,
    done: bool,
}

enum Reader {
    None,
    Here(Box<StreamReader>),
    /// A worker has it.
    Away,
}

struct Taker<'a, F> {
    take: &'a mut dyn Take<F>,
    progress: &'a mut (dyn FnMut(Progress) + Send),
    seen: Progress,
}

impl<F> Taker<'_, F> {
    fn take(&mut self, chunk: &Chunk, found: F) {
        self.seen.bytes += chunk.bytes().len() as u64;
        self.take.take(chunk, found);
        (self.progress)(self.seen);
    }
}

impl<'a, F: Send> Shared<'a, F> {
    /// A worker that panics holds no lock where it can.
    fn lock(&self) -> MutexGuard<'_, State<'a, F>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works until there is nothing left to do.
    fn work<L: Look<Found = F>>(&self, look: &L) {
        let _alarm = Alarm(self);
        let mut state = self.lock();
        loop {
            if state.done {
                return;
            }
            let number = state.taken;
            if state.taker.is_some()
                && let Some((chunk, found)) = state.found.remove(&number)
            {
                state = self.take(state, chunk, found);
            } else if let Some(reader) = state.next_reader(&self.options, self.ahead) {
                state = self.read(state, reader, look);
            } else if state.has_ended() {
                state.done = true;
                self.tell(&state);
            } else {
                state.idle += 1;
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                state.idle -= 1;
            }
        }
    }

    /// Wakes those who wait: each time costs a call into the system, and mostly nobody does.
    fn tell(&self, state: &State<'a, F>) {
        if state.idle > 0 {
            self.changed.notify_all();
        }
    }

    fn take<'s>(
        &'s self,
        mut state: MutexGuard<'s, State<'a, F>>,
        chunk: Chunk,
        found: F,
    ) -> MutexGuard<'s, State<'a, F>> {
        let Some(mut taker) = state.taker.take() else { return state };
        drop(state);
        taker.take(&chunk, found);
        let mut state = self.lock();
        state.taken += 1;
        if !state.found.contains_key(&state.taken) {
            drop(state);
            taker.take.pause();
            state = self.lock();
        }
        state.done = state.done || taker.take.broken();
        state.taker = Some(taker);
        state.buffers.push(chunk.into_buffer());
        self.tell(&state);
        state
    }

    fn read<'s, L: Look<Found = F>>(
        &'s self,
        mut state: MutexGuard<'s, State<'a, F>>,
        mut reader: Box<StreamReader>,
        look: &L,
    ) -> MutexGuard<'s, State<'a, F>> {
        let buffer = state.buffers.pop().unwrap_or_default();
        drop(state);
        let chunk = reader.next_chunk(buffer);
        let problems = reader.take_problems();
        let mut state = self.lock();
        state.problems.extend(problems);
        let Some(mut chunk) = chunk else {
            state.reader = Reader::None;
            self.tell(&state);
            return state;
        };
        state.reader = Reader::Here(reader);
        let number = state.begun;
        state.begun += 1;
        // Somebody else may read on meanwhile.
        self.tell(&state);
        drop(state);
        let found = look.look(&mut chunk);
        let mut state = self.lock();
        state.found.insert(number, (chunk, found));
        self.tell(&state);
        state
    }
}

impl<F> State<'_, F> {
    /// Who reads the next chunk, if one may be read.
    fn next_reader(&mut self, options: &Options, ahead: u64) -> Option<Box<StreamReader>> {
        if self.begun - self.taken >= ahead {
            return None;
        }
        match std::mem::replace(&mut self.reader, Reader::Away) {
            Reader::Here(reader) => Some(reader),
            Reader::Away => None,
            Reader::None => {
                let reader = self.waiting.pop().map(|stream| Box::new(stream.open(options)));
                if reader.is_none() {
                    self.reader = Reader::None;
                }
                reader
            }
        }
    }

    fn has_ended(&self) -> bool {
        matches!(self.reader, Reader::None) && self.waiting.is_empty() && self.begun == self.taken
    }
}

/// Makes all workers stop when one panics.
struct Alarm<'s, 'a, F: Send>(&'s Shared<'a, F>);

impl<F: Send> Drop for Alarm<'_, '_, F> {
    fn drop(&mut self) {
        if thread::panicking() {
            let mut state = self.0.lock();
            state.done = true;
            self.0.changed.notify_all();
        }
    }
}
