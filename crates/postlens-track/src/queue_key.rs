//! Queue IDs as owned keys.

use std::fmt;

use bstr::BStr;
use postlens_syntax::QueueId;

/// A queue ID held by value. IDs longer than any Postfix makes are told apart by
/// their first bytes and their length.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct QueueKey {
    length: u8,
    bytes: [u8; 23],
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
        self.bytes.contains(&b'z')
    }
}

impl From<QueueId<'_>> for QueueKey {
    fn from(id: QueueId<'_>) -> Self {
        let mut key =
            Self { length: u8::try_from(id.as_bstr().len()).unwrap_or(u8::MAX), bytes: [0; 23] };
        for (to, from) in key.bytes.iter_mut().zip(id.as_bstr().iter()) {
            *to = *from;
        }
        key
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
