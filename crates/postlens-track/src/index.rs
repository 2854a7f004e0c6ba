//! The open messages, found by queue ID.

use hashbrown::HashMap;
use postlens_syntax::Time;
use std::collections::VecDeque;

use crate::message::MessageState;
use crate::names::Place;
use crate::queue_key::QueueKey;

/// A message's slot, valid while the slot's generation is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Handle {
    pub(crate) slot: u32,
    pub(crate) generation: u32,
}

/// Slots of messages, an index by queue ID, and the order in which they were last seen.
#[derive(Debug, Clone, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Index {
    slots: Vec<MessageState>,
    free: Vec<u32>,
    heads: HashMap<QueueKey, u32, foldhash::fast::RandomState>,
    /// Roughly by last seen: an entry whose message was seen since goes to the end again.
    idle: VecDeque<(i64, Handle)>,
}

impl Index {
    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    pub(crate) fn get(&self, handle: Handle) -> Option<&MessageState> {
        self.slots.get(handle.slot as usize).filter(|slot| slot.generation == handle.generation)
    }

    pub(crate) fn get_mut(&mut self, handle: Handle) -> Option<&mut MessageState> {
        self.slots.get_mut(handle.slot as usize).filter(|slot| slot.generation == handle.generation)
    }

    /// Handles of all messages with this queue ID, the newest first.
    pub(crate) fn with_id(&self, id: QueueKey) -> impl Iterator<Item = Handle> + '_ {
        let mut next = self.heads.get(&id).copied();
        std::iter::from_fn(move || {
            let slot = next?;
            let state = self.slots.get(slot as usize)?;
            next = state.next;
            Some(Handle { slot, generation: state.generation })
        })
    }

    /// Opens a message.
    pub(crate) fn open(&mut self, id: QueueKey, place: Place, time: Time) -> Handle {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(MessageState::default());
            u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
        });
        let mut handle = Handle { slot, generation: 0 };
        if let Some(state) = self.slots.get_mut(slot as usize) {
            state.begin(id, place, time);
            handle.generation = state.generation;
            state.next = self.heads.insert(id, slot);
        }
        self.idle.push_back((time.micros, handle));
        handle
    }

    /// Takes a message out; its slot may be used again.
    pub(crate) fn close(&mut self, handle: Handle) {
        let Some(state) = self.get_mut(handle) else { return };
        let (id, next) = (state.queue_id, state.next.take());
        // The generation moves on, so that no old handle finds the slot.
        state.generation = state.generation.wrapping_add(1);
        match self.heads.get(&id).copied() {
            Some(head) if head == handle.slot => {
                match next {
                    Some(next) => self.heads.insert(id, next),
                    None => self.heads.remove(&id),
                };
            }
            Some(head) => self.unlink(head, handle.slot, next),
            None => {}
        }
        self.free.push(handle.slot);
    }

    fn unlink(&mut self, head: u32, slot: u32, next: Option<u32>) {
        let mut at = Some(head);
        while let Some(state) = at.and_then(|at| self.slots.get_mut(at as usize)) {
            if state.next == Some(slot) {
                state.next = next;
                return;
            }
            at = state.next;
        }
    }

    /// The longest unseen message if it was last seen before `before`.
    pub(crate) fn pop_idle(&mut self, before: i64) -> Option<Handle> {
        while let Some((seen, handle)) = self.idle.front().copied() {
            if seen >= before {
                return None;
            }
            self.idle.pop_front();
            match self.get(handle).map(|state| state.last_seen.micros) {
                Some(last) if last > seen => self.idle.push_back((last, handle)),
                Some(_) => return Some(handle),
                None => {}
            }
        }
        None
    }

    /// All messages, the oldest first.
    pub(crate) fn all(&self) -> Vec<Handle> {
        let freed: hashbrown::HashSet<u32, foldhash::fast::RandomState> =
            self.free.iter().copied().collect();
        let mut all: Vec<_> = (0u32..)
            .zip(&self.slots)
            .filter(|(slot, _)| !freed.contains(slot))
            .map(|(slot, state)| {
                let handle = Handle { slot, generation: state.generation };
                (state.first_seen, state.queue_id, handle)
            })
            .collect();
        all.sort_by_key(|(time, id, _)| (*time, *id));
        all.into_iter().map(|(_, _, handle)| handle).collect()
    }
}
