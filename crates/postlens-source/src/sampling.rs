//! Which lines of a file are looked at before and while it is read. The choice
//! depends on byte offsets alone, never on how the file is cut into chunks.

use postlens_syntax::canonical::canonicalize;

use crate::year::Sighting;

/// Every line that starts before this offset is looked at.
pub(crate) const DENSE: u64 = 64 * 1024;
/// After that, the first line that starts in each block of this size.
pub(crate) const BLOCK: u64 = 8 * 1024;

/// Looks at some of the lines in `data`, which starts at a line's start, at byte
/// `offset` of its file. `next` is the offset before which no line is wanted; it is
/// moved on.
pub(crate) fn sample(data: &[u8], offset: u64, next: &mut u64, mut see: impl FnMut(u64, Sighting)) {
    while let Some(wanted) = position(offset, *next).filter(|wanted| *wanted < data.len()) {
        let Some(start) = line_start(data, wanted) else { return };
        let rest = data.get(start..).unwrap_or_default();
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        if let Some(sighting) = sighting(rest.get(..end).unwrap_or_default()) {
            see(offset + start as u64, sighting);
        }
        let after = offset + (start + end + 1) as u64;
        *next = if after <= DENSE {
            after
        } else {
            ((offset + start as u64) / BLOCK + 1).max(DENSE / BLOCK) * BLOCK
        };
    }
}

/// Every line in `data`.
pub(crate) fn scan(data: &[u8], offset: u64, mut see: impl FnMut(u64, Sighting)) {
    let mut start = 0;
    while let Some(rest) = data.get(start..).filter(|rest| !rest.is_empty()) {
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        if let Some(sighting) = sighting(rest.get(..end).unwrap_or_default()) {
            see(offset + start as u64, sighting);
        }
        start += end + 1;
    }
}

fn position(offset: u64, next: u64) -> Option<usize> {
    usize::try_from(next.saturating_sub(offset)).ok()
}

/// The first line start at or after `from`.
fn line_start(data: &[u8], from: usize) -> Option<usize> {
    let Some(before) = from.checked_sub(1) else { return Some(0) };
    let found = memchr::memchr(b'\n', data.get(before..)?)?;
    Some(before + found + 1).filter(|start| *start < data.len())
}

/// JSON is brought into a form that can be read first; such lines are rare enough here
/// for a copy of each.
fn sighting(line: &[u8]) -> Option<Sighting> {
    if line.first() != Some(&b'{') {
        return Sighting::of_line(line);
    }
    let mut line = line.to_vec();
    let length = canonicalize(&mut line, &mut Vec::new())?;
    Sighting::of_line(line.get(..length)?)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::sample;

    #[test]
    fn cuts_do_not_change_the_choice() {
        let mut log = Vec::new();
        for line in 0..6000u32 {
            let minute = line / 100;
            let fill = "x".repeat((line % 130) as usize);
            writeln!(log, "Nov  4 06:{minute:02}:01 mx postfix/qmgr[1]: {fill}").unwrap();
        }
        let (mut whole, mut next) = (Vec::new(), 0);
        sample(&log, 0, &mut next, |offset, _| whole.push(offset));
        assert!(whole.len() > 700, "{}", whole.len());
        for size in [700, 5000, 70_000, 200_000] {
            let (mut parts, mut next, mut start) = (Vec::new(), 0, 0);
            while start < log.len() {
                let end = (start + size).min(log.len());
                let end = log[end - 1..].iter().position(|b| *b == b'\n').unwrap() + end;
                sample(&log[start..end], start as u64, &mut next, |offset, _| parts.push(offset));
                start = end;
            }
            assert_eq!(parts, whole, "{size}");
        }
    }
}
