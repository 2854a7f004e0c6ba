//! Delays in seconds as Postfix writes them.

use std::fmt;

use crate::digits::Digits;
use crate::scan::leading_number;

/// A span of time with microsecond resolution, written in seconds (`0.04`, `5.3`,
/// `63495`), as in `delay=` and `delays=` of delivery lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Delay {
    micros: u64,
}

impl Delay {
    /// From microseconds.
    pub const fn from_micros(micros: u64) -> Self {
        Self { micros }
    }

    /// In microseconds.
    pub const fn micros(self) -> u64 {
        self.micros
    }

    /// In seconds.
    #[expect(clippy::cast_precision_loss, reason = "delays over 285 years may round")]
    pub fn seconds(self) -> f64 {
        self.micros as f64 / 1e6
    }

    /// Reads a decimal number of seconds; digits finer than a microsecond are cut.
    /// `None` unless the whole text is digits with at most one point.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let (delay, rest) = Self::split(text)?;
        rest.is_empty().then_some(delay)
    }

    /// Reads a number of seconds from the left of `text` and returns what follows it.
    #[inline]
    pub(crate) fn split(text: &[u8]) -> Option<(Self, &[u8])> {
        let (whole, rest) = leading_number(text)?;
        let [b'.', after @ ..] = rest else {
            return Some((Self { micros: whole.checked_mul(1_000_000)? }, rest));
        };
        let (mut fraction, mut scale, mut rest) = (0, 1_000_000, after);
        while let [digit @ b'0'..=b'9', after @ ..] = rest {
            // Finer digits come out as nothing.
            scale /= 10;
            fraction += u64::from(digit - b'0') * scale;
            rest = after;
        }
        Some((Self { micros: whole.checked_mul(1_000_000)?.checked_add(fraction)? }, rest))
    }
}

impl fmt::Display for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.micros / 1_000_000, self.micros % 1_000_000);
        write!(f, "{whole}")?;
        if fraction == 0 {
            return Ok(());
        }
        let mut text = Digits::default();
        // A fraction has six digits.
        text.byte(b'.').put(u32::try_from(fraction).unwrap_or_default(), 6);
        f.write_str(text.as_str().trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::Delay;

    #[test]
    fn reads_and_writes_seconds() {
        for text in ["0", "0.04", "5.3", "63495", "0.000001", "12.5"] {
            assert_eq!(Delay::parse(text.as_bytes()).unwrap().to_string(), text);
        }
        assert_eq!(Delay::parse(b"1.23456789").unwrap().micros(), 1_234_567);
        for text in ["", ".", "-1", "1.2.3", "1e5", "99999999999999999999"] {
            assert_eq!(Delay::parse(text.as_bytes()), None, "{text}");
        }
    }
}
