//! Queue directories of any size: files as cleanup(8) and bounce(8) write them.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// A record: kind, length in groups of seven bits, data (`rec_put()` of Postfix).
pub fn record(kind: u8, data: &[u8]) -> Vec<u8> {
    let low = |length: usize| u8::try_from(length & 127).unwrap_or_default();
    let mut bytes = vec![kind];
    let mut length = data.len();
    while length > 127 {
        bytes.push(low(length) | 128);
        length >>= 7;
    }
    bytes.push(low(length));
    bytes.extend_from_slice(data);
    bytes
}

/// A deferred message.
#[derive(Debug, Clone)]
pub struct Deferred<'a> {
    /// Queue ID, a short one.
    pub id: &'a str,
    /// Arrival in seconds since 1970.
    pub arrival: i64,
    /// Sender, bytes as they are.
    pub sender: &'a [u8],
    /// Recipient.
    pub recipient: &'a str,
    /// Size of the content in bytes, in lines of 70.
    pub size: usize,
    /// What the last attempt gave.
    pub reason: &'a str,
}

/// What attempts gave, in the words of smtp(8), with the host `{}`.
const REASONS: [&str; 5] = [
    "connect to {}[192.0.2.1]:25: Connection timed out",
    "connect to {}[192.0.2.2]:25: Connection refused",
    "host {}[192.0.2.3] said: 452 4.2.2 Mailbox full (in reply to RCPT TO command)",
    "host {}[192.0.2.4] said: 450 4.2.0 Greylisted, try again (in reply to RCPT TO command)",
    "lost connection with {}[192.0.2.5] while receiving the initial server greeting",
];
/// Mail waits for five days at most, in seconds.
const LIFETIME: u64 = 432_000;

/// Fills a queue directory with deferred messages: 997 senders, 211 destinations, five causes,
/// ages up to five days before `now` in seconds since 1970.
///
/// # Errors
///
/// Those of the file system.
pub fn fill(root: &Path, count: u64, now: i64) -> io::Result<()> {
    for number in 0..count {
        let age = i64::try_from(number * 7919 % LIFETIME).unwrap_or_default();
        let host = format!("mx{}.example.net", number % 211);
        let reason = REASONS.get(usize::try_from(number % 5).unwrap_or_default());
        let sender = format!("user{}@example.com", number % 997);
        let message = Deferred {
            id: &format!("{:X}{number:07X}", number % 16),
            arrival: now - age,
            sender: sender.as_bytes(),
            recipient: &format!("rcpt{number}@host{}.example.net", number % 211),
            size: 300 + usize::try_from(number % 2000).unwrap_or_default(),
            reason: &reason.copied().unwrap_or_default().replace("{}", &host),
        };
        message.write(root)?;
    }
    Ok(())
}

impl Deferred<'_> {
    /// Writes the message and its defer log below a queue directory.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    pub fn write(&self, root: &Path) -> io::Result<()> {
        let letter = self.id.get(..1).unwrap_or_default();
        let [message, log] = ["deferred", "defer"].map(|queue| root.join(queue).join(letter));
        fs::create_dir_all(&message)?;
        fs::create_dir_all(&log)?;
        let path = message.join(self.id);
        fs::write(&path, self.bytes())?;
        fs::set_permissions(&path, Permissions::from_mode(0o700))?;
        let Self { recipient, reason, .. } = self;
        let text = format!(
            "\n<{recipient}>: {reason}\nrecipient={recipient}\noffset=247\nstatus=4.4.1\n\
             action=delayed\nreason={reason}\n\n"
        );
        fs::write(log.join(self.id), text)
    }

    fn bytes(&self) -> Vec<u8> {
        let line = record(b'N', &[b'x'; 70]);
        let content = line.repeat(self.size.div_ceil(71));
        let numbers = [content.len(), 0, 1, 0, self.size].map(|number| format!("{number:15}"));
        let recipient = self.recipient.as_bytes();
        [
            record(b'C', numbers.join(" ").as_bytes()),
            record(b'T', format!("{} 0", self.arrival).as_bytes()),
            record(b'S', self.sender),
            record(b'R', recipient),
            record(b'p', b"              0"),
            record(b'M', b""),
            content,
            record(b'X', b""),
            record(b'E', b""),
        ]
        .concat()
    }
}
