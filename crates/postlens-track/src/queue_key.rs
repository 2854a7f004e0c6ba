//! Queue IDs as owned keys.

use std::fmt;
use std::hash::{Hash, Hasher};

use bstr::BStr;
use postlens_syntax::QueueId;

/// A queue ID held by value. IDs longer than any Postfix makes are told apart by
/// their first bytes and their length.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct QueueKey {
    length: u8,
    long: bool,
    bytes: [u8; BYTES],
}

/// With the length and the kind a key is three words.
const BYTES: usize = 22;

impl Hash for QueueKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Words of fixed size cost less than bytes of any length.
        let (words, _) = self.bytes.as_chunks::<8>();
        for word in words.iter().chain(self.bytes.last_chunk()) {
            state.write_u64(u64::from_le_bytes(*word));
        }
    }
}

impl QueueKey {
    /// The ID's text.
    pub fn as_bstr(&self) -> &BStr {
        BStr::new(
            self.bytes.get(..usize::from(self.length).min(self.bytes.len())).unwrap_or_default(),
        )
    }

    /// Whether it is a long ID, which tells its arrival and so is never reused.
    pub fn is_long(&self) -> bool {
        self.long
    }
}

impl From<QueueId<'_>> for QueueKey {
    fn from(id: QueueId<'_>) -> Self {
        let text: &[u8] = id.as_bstr();
        let mut bytes = [0; BYTES];
        let known = text.get(..BYTES).unwrap_or(text);
        if let Some(bytes) = bytes.get_mut(..known.len()) {
            bytes.copy_from_slice(known);
        }
        Self {
            length: u8::try_from(text.len()).unwrap_or(u8::MAX),
            // Only long IDs have the letter, and always within these bytes: it follows the
            // time. Comparing all of them at once is faster than looking for it.
            long: bytes.iter().fold(0, |found, byte| found | u8::from(*byte == b'z')) > 0,
            bytes,
        }
    }
}

impl fmt::Debug for QueueKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "QueueKey({})", self.as_bstr())
    }
}

impl fmt::Display for QueueKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_bstr(), f)
    }
}
