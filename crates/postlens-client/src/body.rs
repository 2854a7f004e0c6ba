//! What follows the headers of an answer.

use std::io::{self, BufRead, Read};

use crate::head::header;

/// A body of known length, or in chunks (RFC 9112, 7.1).
#[derive(Debug)]
pub(crate) struct Body<R> {
    from: R,
    /// Bytes that are left, of all or of this chunk.
    left: u64,
    chunked: bool,
    ended: bool,
}

/// A longer line is no size of a chunk.
const LONGEST: u64 = 64 * 1024;

impl<R: BufRead> Body<R> {
    pub(crate) fn new(from: R, headers: &[(String, String)]) -> io::Result<Self> {
        if header(headers, "transfer-encoding") == Some("chunked") {
            return Ok(Self { from, left: 0, chunked: true, ended: false });
        }
        let length = header(headers, "content-length").and_then(|length| length.parse().ok());
        let left = length.ok_or_else(|| io::Error::other("an answer without a length"))?;
        Ok(Self { from, left, chunked: false, ended: left == 0 })
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.from.by_ref().take(LONGEST).read_line(&mut line)?;
        if line.ends_with('\n') {
            line.truncate(line.trim_end().len());
            Ok(line)
        } else {
            Err(io::ErrorKind::UnexpectedEof.into())
        }
    }

    /// Begins the next chunk; the last has no bytes.
    fn begin(&mut self) -> io::Result<()> {
        let size = self.line()?;
        if let Some(error) = size.strip_prefix("error: ") {
            return Err(io::Error::other(error.to_owned()));
        }
        self.left = u64::from_str_radix(&size, 16)
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "not the size of a chunk"))?;
        if self.left == 0 {
            self.ended = true;
            self.line()?;
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Body<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        if self.left == 0 && self.chunked && !self.ended {
            self.begin()?;
        }
        if self.ended {
            return Ok(0);
        }
        let count = self.from.by_ref().take(self.left).read(into)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= count as u64;
        if self.left == 0 {
            if self.chunked {
                self.line()?;
            } else {
                self.ended = true;
            }
        }
        Ok(count)
    }
}
