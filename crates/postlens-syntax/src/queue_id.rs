//! Queue IDs: short (hexadecimal) and long (base 52 and 51), as cleanup(8) and
//! pickup(8) make them.

use std::fmt;

use bstr::BStr;

use crate::scan::position;

/// The name of a queue file. Short IDs are five hexadecimal digits of microseconds
/// and the inode in hexadecimal; long IDs (`enable_long_queue_ids`) are the time in
/// base 52, a `z`, and the inode in base 51. IDs are reused: they name a message
/// only together with its queue and arrival time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueueId<'a>(&'a BStr);

/// The alphabet of long queue IDs: digits and consonants, in Postfix's order.
const SAFE: &[u8; 52] = b"0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";

/// No queue ID is longer than its alphabet can need for 64-bit numbers.
const LONGEST: usize = 36;

/// The byte may stand in a short ID.
const HEXADECIMAL: u8 = 1;
/// The byte may stand in a long ID.
const SAFE_ALPHABET: u8 = 2;

/// In which kinds of ID all bytes of a text may stand.
#[inline]
fn alphabets(text: &[u8]) -> u8 {
    text.iter().fold(HEXADECIMAL | SAFE_ALPHABET, |known, byte| {
        known & ALPHABETS.get(usize::from(*byte)).copied().unwrap_or_default()
    })
}

const ALPHABETS: [u8; 256] = {
    let mut alphabets = [0; 256];
    let mut rest: &mut [u8] = &mut alphabets;
    let mut byte = 0u8;
    while let [first, after @ ..] = rest {
        *first = match byte {
            b'0'..=b'9' | b'B' | b'C' | b'D' | b'F' => HEXADECIMAL | SAFE_ALPHABET,
            b'A' | b'E' => HEXADECIMAL,
            b'I' | b'O' | b'U' | b'a' | b'e' | b'i' | b'o' | b'u' => 0,
            b'G'..=b'Z' | b'b'..=b'z' => SAFE_ALPHABET,
            _ => 0,
        };
        byte = byte.wrapping_add(1);
        rest = after;
    }
    alphabets
};

impl<'a> QueueId<'a> {
    /// Takes `text` as a queue ID if it has the shape of one.
    pub fn new(text: &'a [u8]) -> Option<Self> {
        fits(text, alphabets(text)).then_some(Self(BStr::new(text)))
    }

    /// Reads `QUEUEID: rest`. `NOQUEUE` is no queue ID.
    #[inline]
    pub fn split(text: &'a [u8]) -> Option<(Self, &'a [u8])> {
        // Most lines that do not begin with an ID are told from one within a few bytes.
        let (start, _) = text.split_first_chunk::<4>()?;
        if alphabets(start) == 0 {
            return None;
        }
        let near = text.get(..=LONGEST).unwrap_or(text);
        let (id, rest) = text.split_at_checked(position(b':', near)?)?;
        let rest = match rest {
            [b':', b' ', rest @ ..] => rest,
            [b':'] => b"",
            _ => return None,
        };
        fits(id, alphabets(id)).then_some((Self(BStr::new(id)), rest))
    }

    /// The ID as written.
    pub fn as_bstr(self) -> &'a BStr {
        self.0
    }

    /// The arrival time that a long queue ID tells, in microseconds since 1970 UTC.
    /// `None` for short IDs, which only tell the microseconds within their second.
    pub fn arrival_micros(self) -> Option<i64> {
        // Short IDs have no such letter.
        let z = rposition(b'z', self.0)?;
        let time = self.0.get(..z)?;
        let (seconds, micros) = time.split_at_checked(time.len().checked_sub(4)?)?;
        let (seconds, micros) = (base52(seconds)?, base52(micros)?);
        if micros >= 1_000_000 {
            return None;
        }
        seconds.checked_mul(1_000_000)?.checked_add(micros)
    }
}

fn base52(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0i64, |sum, byte| {
        let digit = SAFE.iter().position(|safe| safe == byte)?;
        sum.checked_mul(52)?.checked_add(i64::try_from(digit).ok()?)
    })
}

/// Whether a text of bytes from these alphabets is an ID.
#[inline]
fn fits(text: &[u8], alphabets: u8) -> bool {
    // At least six digits of seconds, four of microseconds, the z and an inode.
    let is_long = || {
        (12..=LONGEST).contains(&text.len())
            && rposition(b'z', text).is_some_and(|z| z >= 10 && z + 1 < text.len())
    };
    (alphabets & HEXADECIMAL != 0 && (6..=32).contains(&text.len()))
        || (alphabets & SAFE_ALPHABET != 0 && is_long())
}

/// The last place of a byte in a text so short that a plain loop is fastest.
fn rposition(byte: u8, text: &[u8]) -> Option<usize> {
    text.iter().rposition(|known| *known == byte)
}

impl fmt::Display for QueueId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.0, f)
    }
}

impl fmt::Debug for QueueId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "QueueId({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::QueueId;

    #[test]
    fn tells_queue_ids_from_words() {
        for id in ["1234567890A", "123412341234", "4T8Zh133D8zGpCM", "3mPVKl0Mhjz7sXv", "E5D411"] {
            assert!(QueueId::new(id.as_bytes()).is_some(), "{id}");
        }
        for word in
            ["NOQUEUE", "STATISTICS1", "warning", "connect", "statistics", "CONNECT", "1234"]
        {
            assert!(QueueId::new(word.as_bytes()).is_none(), "{word}");
        }
    }

    #[test]
    fn long_ids_tell_their_arrival() {
        // 2014-10-26 and its microseconds, computed by hand from the alphabet.
        let id = QueueId::new(b"3jqmCk4lXpz1Z").unwrap();
        let micros = id.arrival_micros().unwrap();
        assert_eq!(micros / 1_000_000 / 86_400 / 365, 44);
        assert_eq!(QueueId::new(b"1234567890A").unwrap().arrival_micros(), None);
    }
}
