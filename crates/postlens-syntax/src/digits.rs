//! Short numbers written into memory, many at once: what writes every row of a large table
//! cannot afford a formatter for each.

/// Up to 32 bytes of ASCII.
#[derive(Debug, Default)]
pub(crate) struct Digits {
    bytes: [u8; 32],
    length: usize,
}

impl Digits {
    /// Adds a byte of ASCII; what does not fit is left out.
    pub(crate) fn byte(&mut self, byte: u8) -> &mut Self {
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
            self.length += 1;
        }
        self
    }

    /// Adds the last `width` digits of a number, zeros before it.
    pub(crate) fn put(&mut self, number: u32, width: usize) -> &mut Self {
        let end = self.length + width;
        let Some(places) = self.bytes.get_mut(self.length..end) else { return self };
        let mut rest = number;
        for place in places.iter_mut().rev() {
            // A digit is below 10.
            *place = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
        }
        self.length = end;
        self
    }

    pub(crate) fn as_str(&self) -> &str {
        let text = self.bytes.get(..self.length).unwrap_or_default();
        std::str::from_utf8(text).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Digits;

    #[test]
    fn zeros_stand_before_a_number() {
        let mut digits = Digits::default();
        digits.put(7, 2).byte(b':').put(42, 6).byte(b':').put(123, 2);
        assert_eq!(digits.as_str(), "07:000042:23");
        digits.put(1, 32).put(5, 1);
        assert_eq!(digits.as_str(), "07:000042:235", "what does not fit is left out");
    }
}
