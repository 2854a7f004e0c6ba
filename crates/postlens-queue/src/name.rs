//! The queues, and the names of the files in them.

/// A queue: a directory of Postfix's queue directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QueueName {
    /// Submitted locally, not yet picked up.
    Maildrop,
    /// Taken, not yet looked at by qmgr(8).
    Incoming,
    /// Being delivered.
    Active,
    /// Tried, to be tried again.
    Deferred,
    /// Held until the admin lets it go.
    Hold,
    /// Damaged files that qmgr(8) put aside.
    Corrupt,
    /// Messages that were kept instead of being bounced.
    Saved,
}

impl QueueName {
    /// Every queue, in the order in which a message goes through them.
    pub const ALL: [Self; 7] = [
        Self::Maildrop,
        Self::Incoming,
        Self::Active,
        Self::Deferred,
        Self::Hold,
        Self::Corrupt,
        Self::Saved,
    ];

    /// The queues that mail waits in, in the order of showq(8).
    pub const WAITING: [Self; 5] =
        [Self::Maildrop, Self::Active, Self::Incoming, Self::Deferred, Self::Hold];

    /// The name of its directory.
    pub fn name(self) -> &'static str {
        match self {
            Self::Maildrop => "maildrop",
            Self::Incoming => "incoming",
            Self::Active => "active",
            Self::Deferred => "deferred",
            Self::Hold => "hold",
            Self::Corrupt => "corrupt",
            Self::Saved => "saved",
        }
    }

    /// The queue of a directory's name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|queue| queue.name() == name)
    }
}

/// Whether a file's name can be a queue ID: six or more letters and digits, as
/// `mail_queue_id_ok()` and its long form have it.
pub fn is_queue_id(name: &[u8]) -> bool {
    name.len() >= 6 && name.iter().all(u8::is_ascii_alphanumeric)
}

/// The names of the directories below `deferred` and `defer` that a queue ID is filed
/// under: its first letters, or for a long ID those of its microseconds in hexadecimal
/// (`mail_queue_dir()`), as deep as `depth` says.
pub fn directories(id: &str, depth: usize) -> Vec<String> {
    let source = long_microseconds(id).unwrap_or_else(|| id.to_owned());
    source.chars().take(depth).map(String::from).collect()
}

/// The microseconds of a long queue ID: seconds in six or more digits of base 52,
/// microseconds in four, then `z` and the inode number.
fn long_microseconds(id: &str) -> Option<String> {
    let (before, _) = id.split_once('z').filter(|(before, _)| before.len() >= 10)?;
    let digits = before.get(before.len().checked_sub(4)?..)?;
    let value = digits.bytes().try_fold(0u32, |value, byte| Some(value * 52 + base52(byte)?))?;
    Some(format!("{value:05X}"))
}

/// Digits, then consonants in capitals, then in small letters: no vowels, so no words.
fn base52(byte: u8) -> Option<u32> {
    const DIGITS: &[u8] = b"0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";
    let place = DIGITS.iter().position(|digit| *digit == byte)?;
    u32::try_from(place).ok()
}
