//! Where a record of the journal's export format ends, and its cursor (systemd, "Journal
//! Export Formats"): lines `KEY=value`, or `KEY`, a length of 64 bits little-endian, so many
//! bytes and a line feed; an empty line ends it.

/// A record at the beginning of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Record<'a> {
    /// With its empty line.
    pub(crate) length: usize,
    /// What the journal finds it by; `None` for an empty line more than there has to be.
    pub(crate) cursor: Option<&'a str>,
}

/// The first record, if it is whole.
pub(crate) fn first(bytes: &[u8]) -> Option<Record<'_>> {
    let (mut at, mut cursor) = (0, None);
    loop {
        let rest = bytes.get(at..)?;
        let end = memchr::memchr(b'\n', rest)?;
        let line = rest.get(..end)?;
        at += end + 1;
        if line.is_empty() {
            return Some(Record { length: at, cursor });
        }
        if let Some(value) = line.strip_prefix(b"__CURSOR=") {
            cursor = std::str::from_utf8(value).ok();
        } else if !line.contains(&b'=') {
            let (length, _) = bytes.get(at..)?.split_first_chunk::<8>()?;
            let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
            at = at.checked_add(8)?.checked_add(length)?.checked_add(1)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Record, first};

    #[test]
    fn records_end_at_their_empty_lines() {
        let mut record = b"__CURSOR=s=1;i=2\nMESSAGE\n".to_vec();
        let message = b"a\n\n__CURSOR=s=9\n\nb";
        record.extend_from_slice(&(message.len() as u64).to_le_bytes());
        record.extend_from_slice(message);
        record.extend_from_slice(b"\n_PID=1\n\n");
        let length = record.len();
        for cut in 0..length {
            assert_eq!(first(&record[..cut]), None, "{cut}");
        }
        record.extend_from_slice(b"__CURSOR=s=1;i=3\n");
        assert_eq!(first(&record), Some(Record { length, cursor: Some("s=1;i=2") }));
        assert_eq!(first(b"\n__CURSOR"), Some(Record { length: 1, cursor: None }));
    }
}
