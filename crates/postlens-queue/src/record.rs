//! The records of a queue file.
//!
//! A record is a byte of kind, a length (seven bits a byte, the lowest first, the high bit
//! says that more follow), and that many bytes. Postfix writes them so in `rec_put()`
//! (global/record.c); the kinds are in global/rec_type.h.

use std::io::{self, BufReader, Read, Seek};

/// Postfix itself writes no longer records: what is longer is no queue file.
const MAX_LENGTH: usize = 2_097_151;

/// The kinds of records, by the byte that stands for each.
pub(crate) mod kind {
    /// Size of the content, its offset, recipients, flags: the first record of a message
    /// that cleanup(8) has written.
    pub(crate) const SIZE: u8 = b'C';
    /// Arrival: seconds and microseconds.
    pub(crate) const TIME: u8 = b'T';
    /// When the file was made by postdrop(1), in seconds.
    pub(crate) const CREATED: u8 = b'c';
    /// Full name of the sender.
    pub(crate) const FULL_NAME: u8 = b'F';
    /// Content filter in the envelope; in the content, a line that goes on.
    pub(crate) const FILTER: u8 = b'L';
    /// Sender.
    pub(crate) const SENDER: u8 = b'S';
    /// A recipient that is done with.
    pub(crate) const DONE: u8 = b'D';
    /// A recipient that waits.
    pub(crate) const RECIPIENT: u8 = b'R';
    /// The recipient's address before rewriting.
    pub(crate) const ORIGINAL: u8 = b'O';
    /// A recipient that was cancelled.
    pub(crate) const CANCELLED: u8 = b'/';
    /// A named attribute, `name=value`.
    pub(crate) const ATTRIBUTE: u8 = b'A';
    /// The content begins.
    pub(crate) const CONTENT: u8 = b'M';
    /// A line of the content.
    pub(crate) const LINE: u8 = b'N';
    /// Room that an edit left.
    pub(crate) const PADDING: u8 = b'w';
    /// What was extracted from the content begins.
    pub(crate) const EXTRACTED: u8 = b'X';
    /// Reading goes on at this offset, if it is not zero.
    pub(crate) const POINTER: u8 = b'p';
    /// The end.
    pub(crate) const END: u8 = b'E';

    /// Every kind; a byte that is none of them begins no record. Beside those above:
    /// `I` filter of old versions, `W` time of the delay warning, `K` taken out by an edit,
    /// `>` redirection, `f` flags and `d` delay of cleanup(8), `r` Return-Receipt-To, `e`
    /// Errors-To, `P` priority, `V` VERP delimiters, `<` `i` `o` `n` status notification
    /// (what to return, envelope ID, original recipient, when), `m` count of milters.
    pub(crate) const ALL: &[u8] = b"CTcFILSDRO/WAK>fdMNwXrePpV<ionmE";
}

/// Why records end before their end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// The file ends here, within a record or before the last one.
    Short,
    /// This byte stands for no record, or the length is impossible.
    Foreign,
    /// Pointers lead in circles.
    Loop,
}

/// Reads records one after the other.
#[derive(Debug)]
pub(crate) struct Records<R: Read + Seek> {
    input: BufReader<R>,
    place: u64,
    data: Vec<u8>,
    pointers: u32,
}

/// What reading a record can give beside the record.
#[derive(Debug)]
pub(crate) enum Trouble {
    Broken(Break),
    Io(io::Error),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            Self::Broken(Break::Short)
        } else {
            Self::Io(error)
        }
    }
}

impl<R: Read + Seek> Records<R> {
    pub(crate) fn new(input: R) -> Self {
        Self {
            input: BufReader::with_capacity(4096, input),
            place: 0,
            data: Vec::new(),
            pointers: 0,
        }
    }

    /// Where the next record begins.
    pub(crate) fn place(&self) -> u64 {
        self.place
    }

    /// The data of the last record.
    pub(crate) fn data(&self) -> &[u8] {
        &self.data
    }

    /// The kind of the next record; follows no pointers.
    pub(crate) fn next(&mut self) -> Result<u8, Trouble> {
        let kind = self.byte()?;
        if !kind::ALL.contains(&kind) {
            return Err(Trouble::Broken(Break::Foreign));
        }
        let length = self.length()?;
        self.data.resize(length, 0);
        self.input.read_exact(&mut self.data)?;
        self.place += length as u64;
        Ok(kind)
    }

    fn length(&mut self) -> Result<usize, Trouble> {
        let mut length = 0;
        for shift in [0, 7, 14] {
            let byte = usize::from(self.byte()?);
            length |= (byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(length);
            }
        }
        debug_assert!(length <= MAX_LENGTH, "three times seven bits");
        Err(Trouble::Broken(Break::Foreign))
    }

    fn byte(&mut self) -> Result<u8, Trouble> {
        let mut byte = [0];
        self.input.read_exact(&mut byte)?;
        self.place += 1;
        Ok(byte[0])
    }

    /// Goes where the last record, a pointer, leads.
    pub(crate) fn follow(&mut self) -> Result<(), Trouble> {
        let Some(target) = number(&self.data).filter(|target| *target > 0) else { return Ok(()) };
        self.pointers += 1;
        // An edited message has a handful; only a damaged one has more than bytes.
        if self.pointers > 100_000 {
            return Err(Trouble::Broken(Break::Loop));
        }
        self.go(target.unsigned_abs())
    }

    /// Goes over `length` bytes.
    pub(crate) fn skip(&mut self, length: u64) -> Result<(), Trouble> {
        self.go(self.place.saturating_add(length))
    }

    fn go(&mut self, target: u64) -> Result<(), Trouble> {
        match i64::try_from(i128::from(target) - i128::from(self.place)) {
            Ok(by) => self.input.seek_relative(by)?,
            Err(_) => return Err(Trouble::Broken(Break::Foreign)),
        }
        self.place = target;
        Ok(())
    }
}

/// A decimal number after blanks, up to what is no digit.
pub(crate) fn number(data: &[u8]) -> Option<i64> {
    let text = data.trim_ascii_start();
    let (negative, digits) = match text.strip_prefix(b"-") {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let end = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    let value: i64 = std::str::from_utf8(digits.get(..end)?).ok()?.parse().ok()?;
    Some(if negative { -value } else { value })
}
