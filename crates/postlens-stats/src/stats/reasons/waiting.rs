//! Recipients whose mail waits, with the reason of their last attempt.

use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;

use bstr::BString;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// What waits, by a hash of queue ID and recipient: the same in every part of a log.
#[derive(Debug, Clone, Default)]
pub(super) struct Waiting {
    reasons: HashMap<u64, Arc<[u8]>, FixedState>,
    /// Given up, with the domain, where no attempt was seen.
    unseen: HashMap<u64, BString, FixedState>,
    /// Of these, those past the limit.
    more_unseen: u64,
}

/// What waits is no figure; what was given up is.
impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.unseen == other.unseen && self.more_unseen == other.more_unseen
    }
}

/// The most recipients held: some 10 MB. Those past it expire for an unseen reason.
const LIMIT: usize = 200_000;

impl Waiting {
    /// The place of a recipient of a message.
    pub(super) fn place(queue_id: &[u8], recipient: &[u8]) -> u64 {
        let mut hasher = FixedState::default().build_hasher();
        hasher.write(queue_id);
        hasher.write_u8(b' ');
        hasher.write(recipient);
        hasher.finish()
    }

    /// A recipient's attempt failed for now.
    pub(super) fn begin(&mut self, place: u64, reason: &Arc<[u8]>) {
        if self.reasons.len() < LIMIT || self.reasons.contains_key(&place) {
            self.reasons.insert(place, Arc::clone(reason));
        }
    }

    /// A recipient waits no longer; why it did.
    pub(super) fn end(&mut self, place: u64) -> Option<Arc<[u8]>> {
        self.reasons.remove(&place)
    }

    /// A recipient was given up whose attempts were not seen.
    pub(super) fn miss(&mut self, place: u64, domain: BString) {
        if self.unseen.len() < LIMIT {
            self.unseen.insert(place, domain);
        } else {
            self.more_unseen += 1;
        }
    }

    /// Those given up whose attempts were not seen.
    pub(super) fn unseen(&self) -> impl Iterator<Item = (u64, BString)> + '_ {
        self.unseen.iter().map(|(place, domain)| (*place, domain.clone()))
    }

    /// How many they are.
    pub(super) fn unseen_count(&self) -> u64 {
        self.more_unseen + u64::try_from(self.unseen.len()).unwrap_or(u64::MAX)
    }

    /// Takes over what waits in another part of the log, and what is past its limit.
    pub(super) fn merge(&mut self, other: &Self) {
        for (place, reason) in &other.reasons {
            self.begin(*place, reason);
        }
        self.more_unseen += other.more_unseen;
    }
}
