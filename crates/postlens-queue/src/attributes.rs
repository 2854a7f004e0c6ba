//! Attributes, as Postfix's own programs send them to each other.
//!
//! ```text
//! queue_name\0deferred\0queue_id\038F17A4F0A5\0…\0\0
//! ```
//! A name and a value, each ended by a zero byte; an empty name ends a group
//! (util/attr_print0.c). Since Postfix 3.6 a server begins by naming its protocol.

use std::io::{self, BufRead, Read, Write};

use bstr::BString;

/// Postfix limits a queue file's record to some thousand bytes; what is longer is no answer.
const LONGEST: u64 = 1 << 20;

/// Reads attributes one after the other.
#[derive(Debug)]
pub(crate) struct Attributes<R: BufRead>(pub(crate) R);

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// A name and its value.
    Pair(BString, BString),
    /// The end of a group.
    End,
    /// The end of everything, between two attributes.
    Closed,
}

impl<R: BufRead> Attributes<R> {
    /// The next attribute.
    pub(crate) fn next(&mut self) -> io::Result<Next> {
        if self.0.fill_buf()?.is_empty() {
            return Ok(Next::Closed);
        }
        let name = self.text()?;
        if name.is_empty() {
            return Ok(Next::End);
        }
        Ok(Next::Pair(name, self.text()?))
    }

    /// A group to its end.
    pub(crate) fn group(&mut self) -> io::Result<Vec<(BString, BString)>> {
        let mut group = Vec::new();
        loop {
            match self.next()? {
                Next::Pair(name, value) => group.push((name, value)),
                Next::End => return Ok(group),
                Next::Closed => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
        }
    }

    fn text(&mut self) -> io::Result<BString> {
        let mut text = Vec::new();
        self.0.by_ref().take(LONGEST).read_until(0, &mut text)?;
        match text.pop() {
            Some(0) => Ok(text.into()),
            Some(_) if text.len() as u64 + 1 == LONGEST => Err(io::ErrorKind::InvalidData.into()),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// Sends a group.
pub(crate) fn send(out: &mut dyn Write, group: &[(&str, &[u8])]) -> io::Result<()> {
    let mut bytes = Vec::new();
    for (name, value) in group {
        bytes.extend_from_slice(name.as_bytes());
        bytes.push(0);
        // A zero byte would begin an attribute of its own; no address has one.
        bytes.extend(value.iter().filter(|byte| **byte != 0));
        bytes.push(0);
    }
    bytes.push(0);
    out.write_all(&bytes)
}

#[cfg(test)]
mod tests {
    use super::{Attributes, Next, send};

    #[test]
    fn what_is_sent_is_read() {
        let mut bytes = Vec::new();
        send(&mut bytes, &[("sender", b""), ("address", b"a\0b@example.net")]).unwrap();
        let mut attributes = Attributes(&bytes[..]);
        let pair = |name: &str, value: &str| (name.into(), value.into());
        let group = attributes.group().unwrap();
        assert_eq!(group, [pair("sender", ""), pair("address", "ab@example.net")]);
        assert_eq!(attributes.next().unwrap(), Next::Closed);
        for cut in 1..bytes.len() {
            assert!(Attributes(&bytes[..cut]).group().is_err(), "{cut}");
        }
        let long = vec![b'x'; 2 << 20];
        assert!(Attributes(&long[..]).next().is_err());
    }
}
