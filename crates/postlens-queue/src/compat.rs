//! The listing of `postqueue -p`, byte for byte (postqueue/showq_compat.c).

use std::io::{self, Write};

use crate::message::Message;
use crate::name::QueueName;

/// How queue IDs are laid out: `enable_long_queue_ids` decides in Postfix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    /// For IDs of up to eleven characters.
    Short,
    /// For long IDs.
    Long,
}

/// Writes listings.
#[derive(Debug)]
pub struct Writer<W: Write> {
    out: W,
    columns: Option<Columns>,
    messages: u64,
    bytes: u64,
}

impl<W: Write> Writer<W> {
    /// A writer to `out`. Where the columns are not known the first message decides.
    pub fn new(out: W, columns: Option<Columns>) -> Self {
        Self { out, columns, messages: 0, bytes: 0 }
    }

    /// Writes a message; `time` is its arrival as `Tue Nov 24 13:23:51`, in the reader's zone.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub fn message(&mut self, message: &Message, time: &str) -> io::Result<()> {
        let long = if message.id.len() > 12 { Columns::Long } else { Columns::Short };
        let columns = *self.columns.get_or_insert(long);
        self.heading(columns)?;
        let mark = match message.queue {
            QueueName::Active => "*",
            QueueName::Hold => "!",
            _ if message.expires => "#",
            _ => "",
        };
        let id = format!("{}{mark}", message.id);
        let size = message.size.unwrap_or(0);
        let sender: &[u8] =
            if message.sender.is_empty() { b"MAILER-DAEMON" } else { &message.sender };
        match columns {
            Columns::Short => write!(self.out, "{id:<11} {size:>7} {time:<20.20} ")?,
            Columns::Long => write!(self.out, "{id:<17} {size:>8} {time:<19.19} ")?,
        }
        self.line(sender)?;
        let mut last: &[u8] = b"";
        for recipient in &message.recipients {
            let reason: &[u8] = recipient.reason.as_ref().map_or(b"", |reason| reason);
            if reason != last {
                last = reason;
                let room = 76_usize.saturating_sub(reason.len());
                write!(self.out, "{:room$}(", "")?;
                self.out.write_all(reason)?;
                self.out.write_all(b")\n")?;
            }
            match columns {
                Columns::Short => write!(self.out, "{:41}", "")?,
                Columns::Long => write!(self.out, "{:47}", "")?,
            }
            self.line(&recipient.address)?;
        }
        self.out.write_all(b"\n")?;
        self.messages += 1;
        self.bytes += size;
        Ok(())
    }

    fn line(&mut self, text: &[u8]) -> io::Result<()> {
        // As Postfix does for its listing: a control character could act on a terminal.
        let shown: Vec<u8> =
            text.iter().map(|byte| if byte.is_ascii_control() { b'?' } else { *byte }).collect();
        self.out.write_all(&shown)?;
        self.out.write_all(b"\n")
    }

    fn heading(&mut self, columns: Columns) -> io::Result<()> {
        if self.messages > 0 {
            return Ok(());
        }
        self.out.write_all(match columns {
            Columns::Short => {
                b"-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------\n"
            }
            Columns::Long => {
                b"----Queue ID----- --Size-- ---Arrival Time---- --Sender/Recipient------\n"
            }
        })
    }

    /// Writes the sums.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub fn finish(mut self) -> io::Result<()> {
        if self.messages == 0 {
            self.out.write_all(b"Mail queue is empty\n")?;
        } else {
            let plural = if self.messages == 1 { "" } else { "s" };
            writeln!(
                self.out,
                "-- {} Kbytes in {} Request{plural}.",
                self.bytes / 1024,
                self.messages
            )?;
        }
        self.out.flush()
    }
}
