//! The workers, and what they hand to each other.
//!
//! Each worker does whatever is to be done next: consume chunks, which only one does at a
//! time, or read a chunk and parse it. So the work of one chunk mostly stays with one
//! processor and its caches, and no processor waits while another has too much to do.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use postlens_source::{Options, Stream};

use crate::feed::Feed;
use crate::lane::{Lane, Turn};
use crate::parsed::{Spare, parse};
use crate::run::{Order, Summary};

/// What the workers share.
pub(crate) struct Relay<'a> {
    state: Mutex<State<'a>>,
    changed: Condvar,
    options: Options,
    order: Order,
    compared: bool,
    /// How many chunks of a stream may be on their way.
    ahead: usize,
}

struct State<'a> {
    lanes: Vec<Lane>,
    /// `None` while a worker has it.
    feed: Option<Box<Feed<'a>>>,
    spares: Vec<Spare>,
    done: bool,
}

/// What a worker does next.
enum Step<'a> {
    Feed(Box<Feed<'a>>),
    Read(usize, Turn, Spare),
    Wait,
    Stop,
}

impl<'a> Relay<'a> {
    pub(crate) fn new(
        streams: Vec<Stream>,
        options: Options,
        order: Order,
        workers: usize,
        feed: Feed<'a>,
    ) -> Self {
        let compared = feed.compares();
        let state = State {
            lanes: streams.into_iter().map(Lane::new).collect(),
            feed: Some(Box::new(feed)),
            spares: Vec::new(),
            done: false,
        };
        let (state, changed) = (Mutex::new(state), Condvar::new());
        Self { state, changed, options, order, compared, ahead: workers + 1 }
    }

    /// Works until there is nothing left to do.
    pub(crate) fn work(&self) {
        let _alarm = Alarm(self);
        let mut scratch = Vec::new();
        let mut state = self.lock();
        loop {
            state = match self.next(&mut state) {
                Step::Stop => return,
                Step::Wait => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Step::Feed(mut feed) => {
                    drop(state);
                    feed.run();
                    let state = self.lock();
                    self.settle(state, feed)
                }
                Step::Read(lane, turn, spare) => {
                    drop(state);
                    self.read(lane, turn, spare, &mut scratch)
                }
            };
        }
    }

    /// A worker that panics must not leave the others waiting: no lock is held where one
    /// can, so that what it guards is whole.
    fn lock(&self) -> MutexGuard<'_, State<'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self, state: &mut State<'a>) -> Step<'a> {
        if state.done {
            return Step::Stop;
        }
        if let Some(mut feed) = state.feed.take() {
            let ready = feed.load(&mut state.lanes, &mut state.spares);
            if feed.has_ended() {
                state.feed = Some(feed);
                state.done = true;
                self.changed.notify_all();
                return Step::Stop;
            }
            if ready {
                return Step::Feed(feed);
            }
            state.feed = Some(feed);
        }
        let Some(lane) = self.readable(&state.lanes) else { return Step::Wait };
        match state.lanes.get_mut(lane).and_then(Lane::begin) {
            Some(turn) => Step::Read(lane, turn, state.spares.pop().unwrap_or_default()),
            None => Step::Wait,
        }
    }

    /// The lane to be read next: the one with the fewest chunks on their way.
    fn readable(&self, lanes: &[Lane]) -> Option<usize> {
        let open = match self.order {
            Order::Time => lanes.len(),
            // One stream after the other.
            Order::Given => lanes.iter().position(|lane| !lane.has_ended())? + 1,
        };
        (0..open)
            .zip(lanes)
            .filter(|(_, lane)| lane.is_readable() && lane.ahead() < self.ahead)
            .min_by_key(|(_, lane)| lane.ahead())
            .map(|(index, _)| index)
    }

    /// Puts the feed back after it has run.
    fn settle<'s>(
        &'s self,
        mut state: MutexGuard<'s, State<'a>>,
        mut feed: Box<Feed<'a>>,
    ) -> MutexGuard<'s, State<'a>> {
        let idle = |lane: &Lane| lane.ahead() == 0 && !lane.has_ended();
        if state.lanes.iter().any(idle) {
            drop(state);
            feed.pause();
            state = self.lock();
        }
        state.feed = Some(feed);
        self.changed.notify_all();
        state
    }

    /// Reads a lane's next chunk and parses it.
    fn read(
        &self,
        index: usize,
        turn: Turn,
        mut spare: Spare,
        scratch: &mut Vec<u8>,
    ) -> MutexGuard<'_, State<'a>> {
        let mut reader = turn.reader(&self.options);
        let chunk = reader.next_chunk(std::mem::take(&mut spare.buffer));
        let mut state = self.lock();
        let Some(lane) = state.lanes.get_mut(index) else { return state };
        let Some(chunk) = chunk else {
            lane.end(reader);
            self.changed.notify_all();
            return state;
        };
        let number = lane.expect(reader);
        // Somebody else may read on meanwhile.
        self.changed.notify_all();
        drop(state);
        let parsed = parse(chunk, self.compared, spare, scratch);
        let mut state = self.lock();
        if let Some(lane) = state.lanes.get_mut(index) {
            lane.put(number, parsed);
        }
        self.changed.notify_all();
        state
    }

    /// What the run has to say; after all workers have stopped.
    pub(crate) fn finish(self) -> Summary {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        match state.feed {
            Some(feed) => feed.finish(state.lanes),
            None => Summary::default(),
        }
    }
}

/// Makes all workers stop when one panics.
struct Alarm<'r, 'a>(&'r Relay<'a>);

impl Drop for Alarm<'_, '_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.lock().done = true;
            self.0.changed.notify_all();
        }
    }
}
