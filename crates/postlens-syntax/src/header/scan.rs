//! The small steps that all header grammars are made of. Each takes the rest of a
//! line and gives what it read and what is left.

/// Without leading blanks.
pub(super) fn skip_blanks(mut rest: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', tail @ ..] = rest {
        rest = tail;
    }
    rest
}

/// Up to the next space (or the end), and what follows the blanks after it.
pub(super) fn token(rest: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memchr(b' ', rest).and_then(|at| rest.split_at_checked(at)) {
        Some((token, tail)) => (token, skip_blanks(tail)),
        None => (rest, b""),
    }
}

/// Whether a word ends here: a blank follows, or nothing.
pub(super) fn at_word_end(rest: &[u8]) -> bool {
    matches!(rest, [] | [b' ' | b'\t', ..])
}

/// The value of one ASCII digit.
pub(super) fn digit(byte: u8) -> Option<u8> {
    let value = byte.wrapping_sub(b'0');
    (value < 10).then_some(value)
}

/// The value of two ASCII digits.
pub(super) fn two(tens: u8, ones: u8) -> Option<u8> {
    Some(digit(tens)? * 10 + digit(ones)?)
}

/// The value of four ASCII digits, as a year.
pub(super) fn year(digits: [u8; 4]) -> Option<i16> {
    let [a, b, c, d] = digits;
    Some(i16::from(two(a, b)?) * 100 + i16::from(two(c, d)?))
}

/// A number made of digits only, without a sign. `None` when empty or past the range.
pub(super) fn number(digits: &[u8]) -> Option<u32> {
    // Nine digits always fit, so that this needs no check per digit.
    if digits.is_empty() || digits.len() > 10 {
        return None;
    }
    let mut value = 0_u64;
    for &byte in digits {
        value = value * 10 + u64::from(digit(byte)?);
    }
    u32::try_from(value).ok()
}

/// The digits at the start, and the rest.
pub(super) fn digits(rest: &[u8]) -> (&[u8], &[u8]) {
    let end = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
    rest.split_at_checked(end).unwrap_or((rest, b""))
}

/// An optional fraction of a second, `.123456` or `,123`, in microseconds; finer
/// digits are read and cut.
pub(super) fn fraction(rest: &[u8]) -> (u32, &[u8]) {
    let [b'.' | b',', tail @ ..] = rest else { return (0, rest) };
    let (mut micros, mut missing, mut left) = (0, 6, tail);
    while let [byte, next @ ..] = left {
        let Some(value) = digit(*byte) else { break };
        if missing > 0 {
            micros = micros * 10 + u32::from(value);
            missing -= 1;
        }
        left = next;
    }
    if left.len() == tail.len() { (0, rest) } else { (micros * 10_u32.pow(missing), left) }
}
