//! What showq(8) says at its socket, as it tells postqueue(1).
//!
//! ```text
//! protocol mail_queue_list_protocol                                             (3.6 and later)
//! queue_name deferred, queue_id 38F17A4F0A5, time 1795507185, size 271,
//!   forced_expire 0, sender user@example.com,
//!   recipient rcpt@example.net, reason connect to …, recipient …
//! ```
//! A group of [attributes](crate::attributes) per message, an empty one at the end
//! (showq/showq.c, since 3.1; before that it wrote the text of `postqueue -p`). As in
//! `postqueue -j`, the null sender is `MAILER-DAEMON`, and since 3.11 a recipient with
//! `bounce_reason` waits no longer.

use std::io::{self, BufRead, BufReader};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bstr::{BString, ByteSlice};

use crate::attributes::{Attributes, Next};
use crate::message::{Message, Recipient};
use crate::name::QueueName;

/// Where its socket is, below the queue directory.
const SOCKET: &str = "public/showq";
/// It opens every file before it tells of it; longer it takes for none.
const PATIENCE: Duration = Duration::from_mins(2);

/// Why showq(8) gave no queue.
#[derive(Debug, thiserror::Error)]
pub enum ShowqError {
    /// Its socket cannot be reached.
    #[error("cannot connect to {}", path.display())]
    Connect {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Postfix before 3.1: it says a text for people.
    #[error("{} speaks no attributes: this Postfix is older than 3.1", path.display())]
    Old {
        /// Which.
        path: PathBuf,
    },
    /// It ended, or said something else, before the queue's end.
    #[error("{} ended before the end of the queue, after {messages} messages", path.display())]
    Cut {
        /// Which.
        path: PathBuf,
        /// How many messages were told until then.
        messages: u64,
        /// Why, where the system told.
        #[source]
        source: io::Error,
    },
}

/// A connection to showq(8).
#[derive(Debug)]
pub struct Showq {
    path: PathBuf,
    stream: BufReader<UnixStream>,
}

impl Showq {
    /// Connects to the service of a Postfix by its queue directory.
    ///
    /// # Errors
    ///
    /// [`ShowqError`]: it is for root and the group `postdrop`, and only while Postfix runs.
    pub fn connect(queue_directory: &Path) -> Result<Self, ShowqError> {
        let path = queue_directory.join(SOCKET);
        let opened = UnixStream::connect(&path).and_then(|stream| {
            stream.set_read_timeout(Some(PATIENCE))?;
            let mut stream = BufReader::new(stream);
            let begin = stream.fill_buf()?;
            let is_text = begin.starts_with(b"Mail queue") || begin.starts_with(b"-");
            Ok((stream, is_text))
        });
        match opened {
            Ok((_, true)) => Err(ShowqError::Old { path }),
            Ok((stream, false)) => Ok(Self { path, stream }),
            Err(source) => Err(ShowqError::Connect { path, source }),
        }
    }

    /// The socket.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives each message as it is told.
    ///
    /// # Errors
    ///
    /// [`ShowqError::Cut`], where it ended early; what it had told was given.
    pub fn read(self, each: &mut dyn FnMut(Message)) -> Result<(), ShowqError> {
        let mut messages = 0;
        let read = messages_of(self.stream, &mut |message| {
            messages += 1;
            each(message);
        });
        read.map_err(|source| ShowqError::Cut { path: self.path, messages, source })
    }
}

/// Reads messages to the empty group that ends the queue.
fn messages_of(stream: impl BufRead, each: &mut dyn FnMut(Message)) -> io::Result<()> {
    let mut attributes = Attributes(stream);
    let mut told = Told::default();
    loop {
        match attributes.next()? {
            Next::Pair(name, value) => told.take(&name, value),
            Next::End if told.is_empty() => return Ok(()),
            Next::End => {
                let said = std::mem::take(&mut told);
                if !said.is_greeting {
                    each(said.message().ok_or(io::ErrorKind::InvalidData)?);
                }
            }
            Next::Closed => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// What was told of a message.
#[derive(Debug, Default)]
struct Told {
    is_greeting: bool,
    queue: Option<QueueName>,
    id: Option<String>,
    arrival: Option<i64>,
    size: Option<u64>,
    expires: bool,
    sender: Option<BString>,
    recipients: Vec<Recipient>,
    /// Whether the last recipient has been given back.
    is_done: bool,
}

impl Told {
    fn is_empty(&self) -> bool {
        !self.is_greeting && self.id.is_none() && self.queue.is_none()
    }

    fn take(&mut self, name: &[u8], value: BString) {
        let text = || value.to_str().ok();
        match name {
            b"protocol" => self.is_greeting = true,
            b"queue_name" => self.queue = text().and_then(QueueName::from_name),
            b"queue_id" => self.id = text().map(str::to_owned),
            b"time" => self.arrival = text().and_then(|text| text.parse().ok()),
            b"size" => self.size = text().and_then(|text| text.parse().ok()),
            b"forced_expire" => self.expires = value != "0",
            b"sender" if value == "MAILER-DAEMON" => self.sender = Some(BString::default()),
            b"sender" => self.sender = Some(value),
            b"recipient" => {
                self.settle();
                self.recipients.push(Recipient { address: value, ..Recipient::default() });
            }
            b"reason" | b"delay_reason" => {
                if let Some(last) = self.recipients.last_mut().filter(|_| !value.is_empty()) {
                    last.reason = Some(value);
                }
            }
            b"bounce_reason" => self.is_done = !value.is_empty(),
            // Later versions may tell more.
            _ => {}
        }
    }

    /// A recipient that waits no longer is left out.
    fn settle(&mut self) {
        if std::mem::take(&mut self.is_done) {
            self.recipients.pop();
        }
    }

    fn message(mut self) -> Option<Message> {
        self.settle();
        Some(Message {
            queue: self.queue?,
            id: self.id?,
            arrival: self.arrival?,
            size: self.size,
            sender: self.sender?,
            recipients: self.recipients,
            expires: self.expires,
            next_attempt: None,
            origin: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::messages_of;
    use crate::message::Message;

    /// One `name value` a line, an empty line ends a group.
    fn read(text: &str) -> (Vec<Message>, bool) {
        let pair = |line: &str| match line.split_once(' ') {
            Some((name, value)) => format!("{name}\0{value}\0"),
            None => "\0".to_owned(),
        };
        let bytes: String = text.lines().map(pair).collect();
        let mut found = Vec::new();
        let whole = messages_of(bytes.as_bytes(), &mut |message| found.push(message)).is_ok();
        (found, whole)
    }

    const ONE: &str = "queue_name deferred\nqueue_id 38F17A4F0A5\ntime 9\nsize 271\n\
        forced_expire 1\nsender MAILER-DAEMON\nrecipient a@example.net\nreason refused\n\
        recipient b@example.net\nreason \nrecipient c@example.net\nbounce_reason no such user\n\n";

    #[test]
    fn messages_are_read_with_and_without_greeting() {
        for greeting in ["", "protocol mail_queue_list_protocol\n\n"] {
            let (found, whole) = read(&format!("{greeting}{ONE}{ONE}\n"));
            assert!(whole && found.len() == 2);
            let message = &found[1];
            assert_eq!((message.sender.as_slice(), message.size), (&b""[..], Some(271)));
            assert!(message.expires);
            let told = message.recipients.iter().map(|to| (&to.address[..1], to.reason.is_some()));
            assert_eq!(told.collect::<Vec<_>>(), [(&b"a"[..], true), (&b"b"[..], false)]);
        }
        assert_eq!(read("protocol mail_queue_list_protocol\n\n\n"), (Vec::new(), true));
    }

    #[test]
    fn an_answer_that_ends_early_is_no_queue() {
        assert!(!read(ONE).1 && read(ONE).0.len() == 1);
        assert!(!read("").1);
        assert!(!read("queue_name nowhere\nqueue_id 38F17A4F0A5\n\n\n").1);
    }
}
