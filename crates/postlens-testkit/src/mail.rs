//! Messages as the simulated system handles them.

use crate::clock::Micros;
use crate::truth::{Origin, Relation};
use crate::world::Client;

/// Where a recipient's mail finally goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Home {
    Local,
    Virtual,
    Lmtp,
    Pipe,
    /// local(8) sends it on to the domain with this number.
    Forward(usize),
    Discard,
    Error,
    /// The domain outside with this number.
    Outside(usize),
}

/// A recipient on the way.
#[derive(Debug, Clone)]
pub(crate) struct Rcpt {
    pub(crate) address: String,
    pub(crate) orig_to: Option<String>,
    pub(crate) home: Home,
    /// Nothing more is to be done.
    pub(crate) done: bool,
    /// Position in the truth's list.
    pub(crate) index: usize,
}

impl Rcpt {
    /// A recipient with nothing done yet.
    pub(crate) fn new(address: String, home: Home) -> Self {
        Self { address, orig_to: None, home, done: false, index: 0 }
    }
}

/// A message before it has a queue ID.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    pub(crate) sender: String,
    /// Where notifications to the sender go.
    pub(crate) sender_home: Option<Home>,
    pub(crate) recipients: Vec<Rcpt>,
    pub(crate) origin: Origin,
    pub(crate) client: Option<Client>,
    pub(crate) sasl_username: Option<String>,
    pub(crate) uid: Option<u32>,
    /// `None`: Postfix makes one.
    pub(crate) message_id: Option<String>,
    pub(crate) parent: Option<(u64, Relation)>,
    pub(crate) probe: bool,
    /// Goes to an old list of addresses.
    pub(crate) old_list: bool,
    pub(crate) size: u64,
}

/// A message in a queue.
#[derive(Debug)]
pub(crate) struct Mail {
    pub(crate) serial: u64,
    pub(crate) instance: usize,
    pub(crate) id: String,
    pub(crate) inode: u64,
    pub(crate) arrival: Micros,
    pub(crate) message_id: String,
    pub(crate) draft: Draft,
    /// Rounds of delivery so far.
    pub(crate) tries: u32,
    /// A delay notice was sent.
    pub(crate) warned: bool,
    /// Goes through the content filter first.
    pub(crate) filter: bool,
    /// The admin let it expire.
    pub(crate) force_expired: bool,
}

impl Mail {
    /// Recipients not settled yet.
    pub(crate) fn open_count(&self) -> usize {
        self.draft.recipients.iter().filter(|recipient| !recipient.done).count()
    }
}
