//! A queue file's envelope.
//!
//! ```text
//! C             353             686               1               0             353               0
//! T 1795518000 123456
//! A create_time=1795518000
//! S sender@example.com
//! A dsn_orig_rcpt=rfc822;rcpt@example.net
//! R rcpt@example.net
//! p               0
//! M …content…
//! X
//! E
//! ```
//! Written by cleanup(8), edited by it on behalf of milters (records are replaced by
//! pointers to new ones at the end of the file), marked by qmgr(8) and the delivery
//! agents (`R` becomes `D`). What postdrop(1) leaves in `maildrop` begins with `F`, `c` or
//! `S` and has neither size nor arrival.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use bstr::{BString, ByteSlice};

use crate::message::{Message, Origin, Recipient};
use crate::name::QueueName;
use crate::record::{Break, Records, Trouble, kind, number};

/// Why a queue file gave no message.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Gone, or moved to another queue, since its name was read.
    #[error("{} has gone since its name was read", path.display())]
    Vanished {
        /// Which.
        path: PathBuf,
    },
    /// Still being written: the owner has no leave to execute it yet.
    #[error("{} is still being written", path.display())]
    Unfinished {
        /// Which.
        path: PathBuf,
    },
    /// It may not be read, or reading failed.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It ends too early or holds what Postfix does not write.
    #[error("{} {} at byte {place}", path.display(), words(*kind))]
    Damaged {
        /// Which.
        path: PathBuf,
        /// Where, in bytes from the start.
        place: u64,
        /// How.
        kind: Break,
    },
}

fn words(kind: Break) -> &'static str {
    match kind {
        Break::Short => "is a queue file that was cut short",
        Break::Foreign => "is no queue file: it has an unknown record",
        Break::Loop => "is a damaged queue file: its pointers lead in circles",
    }
}

/// What the records of an envelope say.
#[derive(Debug, Default)]
struct Envelope {
    arrival: Option<i64>,
    size: Option<u64>,
    data_size: Option<u64>,
    sender: Option<BString>,
    recipients: Vec<Recipient>,
    original: Option<BString>,
    origin: Origin,
}

/// Reads the envelope of a queue file.
///
/// # Errors
///
/// [`FileError`]: a file in use by Postfix can be unfinished, or gone when it is opened.
pub fn read(queue: QueueName, id: &str, path: &Path) -> Result<Message, FileError> {
    let fail = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => FileError::Vanished { path: path.to_owned() },
        _ => FileError::Read { path: path.to_owned(), source },
    };
    let found = std::fs::symlink_metadata(path).map_err(fail)?;
    if !found.is_file() {
        let place = 0;
        return Err(FileError::Damaged { path: path.to_owned(), place, kind: Break::Foreign });
    }
    // The group's leave to execute stands for a forced expiry.
    if found.mode() & 0o723 != 0o700 {
        return Err(FileError::Unfinished { path: path.to_owned() });
    }
    let file = File::open(path).map_err(fail)?;
    let mut records = Records::new(file);
    let envelope = match envelope(&mut records) {
        Ok(envelope) => envelope,
        Err(Trouble::Io(source)) => return Err(fail(source)),
        Err(Trouble::Broken(kind)) => {
            let place = records.place();
            return Err(FileError::Damaged { path: path.to_owned(), place, kind });
        }
    };
    let origin = (envelope.origin != Origin::default()).then(|| Box::new(envelope.origin));
    Ok(Message {
        queue,
        id: id.to_owned(),
        arrival: envelope.arrival.unwrap_or_else(|| found.mtime()),
        size: envelope.size,
        sender: envelope.sender.unwrap_or_default(),
        recipients: envelope.recipients,
        // postsuper -e gives the group leave to execute it.
        expires: found.mode() & 0o010 != 0,
        next_attempt: (queue == QueueName::Deferred).then(|| found.mtime()),
        origin,
    })
}

fn envelope<R: Read + Seek>(records: &mut Records<R>) -> Result<Envelope, Trouble> {
    let mut envelope = Envelope::default();
    let mut first = true;
    loop {
        let kind = records.next()?;
        if first
            && !matches!(
                kind,
                kind::SIZE
                    | kind::SENDER
                    | kind::FULL_NAME
                    | kind::CREATED
                    | kind::ATTRIBUTE
                    | kind::TIME
            )
        {
            return Err(Trouble::Broken(Break::Foreign));
        }
        first = false;
        match kind {
            kind::POINTER => records.follow()?,
            kind::CONTENT => content(records, &envelope)?,
            kind::END => return Ok(envelope),
            _ => envelope.take(kind, records.data()),
        }
    }
}

/// Goes over the content to the extracted records.
fn content<R: Read + Seek>(records: &mut Records<R>, envelope: &Envelope) -> Result<(), Trouble> {
    if let Some(size) = envelope.data_size {
        records.skip(size)?;
        return match records.next()? {
            kind::EXTRACTED => Ok(()),
            _ => Err(Trouble::Broken(Break::Foreign)),
        };
    }
    loop {
        match records.next()? {
            kind::LINE | kind::FILTER | kind::PADDING => {}
            kind::POINTER => records.follow()?,
            kind::EXTRACTED => return Ok(()),
            _ => return Err(Trouble::Broken(Break::Foreign)),
        }
    }
}

impl Envelope {
    fn take(&mut self, kind: u8, data: &[u8]) {
        let text = || Some(BString::from(data));
        match kind {
            kind::SIZE if self.data_size.is_none() => self.sizes(data),
            kind::TIME if self.arrival.is_none() => self.arrival = number(data),
            kind::SENDER if self.sender.is_none() => self.sender = text(),
            kind::FILTER => self.origin.filter = text(),
            kind::ORIGINAL => self.original = text().filter(|address| !address.is_empty()),
            kind::RECIPIENT => self.recipients.push(Recipient {
                address: BString::from(data),
                original: self.original.take(),
                ..Recipient::default()
            }),
            kind::DONE | kind::CANCELLED => self.original = None,
            kind::ATTRIBUTE => self.attribute(data),
            _ => {}
        }
    }

    /// Size of the records of the content, its offset, recipients, flags of qmgr(8), size
    /// of the content itself (2.3 and later), and flags (3.9).
    fn sizes(&mut self, data: &[u8]) {
        let mut numbers =
            data.split(u8::is_ascii_whitespace).filter(|field| !field.is_empty()).map(number);
        let mut next = || numbers.next().flatten();
        let records = next().and_then(|size| u64::try_from(size).ok());
        let (_, _, _) = (next(), next(), next());
        let content = next().and_then(|size| u64::try_from(size).ok());
        self.data_size = records;
        self.size = content.or(records);
    }

    /// Of the named attributes, those that tell who sent the message.
    fn attribute(&mut self, data: &[u8]) {
        let Some((name, value)) = data.split_once_str("=") else { return };
        let value = || Some(BString::from(value));
        match name {
            b"log_client_name" => self.origin.client_name = value(),
            b"log_client_address" => self.origin.client_address = value(),
            b"sasl_username" => self.origin.sasl_username = value(),
            _ => {}
        }
    }
}
