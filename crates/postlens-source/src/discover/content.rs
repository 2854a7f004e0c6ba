//! What a file in a directory holds.

use std::io;

use postlens_syntax::Entry;
use postlens_syntax::canonical::canonicalize;

use crate::compression::Compression;
use crate::input::LogFile;
use crate::journal;
use crate::wide::Records;

/// What a file holds, by its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Lines of a mail program.
    Mail,
    /// Nothing.
    Empty,
    /// Other text.
    Other,
    /// No text.
    Binary,
    /// A file of the systemd journal.
    Journal,
    /// A compression that we do not read.
    Unsupported(&'static str),
}

/// How much of a log is searched for a mail program's line.
const BEGINNING: usize = 64 * 1024;
/// The same for logs of the whole system, where mail may be rare.
const SYSTEM_BEGINNING: usize = 4 * 1024 * 1024;

/// Looks at the beginning of a file.
pub(super) fn content(file: &mut LogFile) -> io::Result<Content> {
    let name = super::name(&file.path);
    let is_system = ["syslog", "messages", "daemon.log"].iter().any(|log| name.starts_with(log));
    let head = file.head(if is_system { SYSTEM_BEGINNING } else { BEGINNING })?;
    if head.is_empty() {
        return Ok(Content::Empty);
    }
    if head.starts_with(journal::MAGIC) {
        return Ok(Content::Journal);
    }
    if let Some(format) = Compression::unsupported(&head) {
        return Ok(Content::Unsupported(format));
    }
    if head.split(|byte| *byte == b'\n').any(is_mail) || is_mail_export(&head) {
        return Ok(Content::Mail);
    }
    let strange =
        head.iter().filter(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31 | 127)).count();
    if strange * 20 > head.len() {
        return Ok(Content::Binary);
    }
    Ok(Content::Other)
}

/// Whether a file belongs to the systemd journal.
pub(super) fn is_journal(file: &mut LogFile) -> bool {
    file.head(journal::MAGIC.len()).is_ok_and(|head| head == journal::MAGIC)
}

fn is_mail(line: &[u8]) -> bool {
    if line.first() != Some(&b'{') {
        return Entry::parse(line).tag.known.is_some();
    }
    let mut line = line.to_vec();
    let length = canonicalize(&mut line, &mut Vec::new());
    length.and_then(|length| line.get(..length)).is_some_and(is_mail)
}

/// Records of several lines, as journalctl writes them, of a mail program.
fn is_mail_export(head: &[u8]) -> bool {
    Records::recognize(head).is_some()
        && [
            &b"SYSLOG_IDENTIFIER=postfix"[..],
            b"SYSLOG_IDENTIFIER=dovecot",
            b"SYSLOG_FACILITY=2\n",
            b"\"SYSLOG_IDENTIFIER\" : \"postfix",
            b"\"SYSLOG_IDENTIFIER\" : \"dovecot",
            b"\"SYSLOG_FACILITY\" : \"2\"",
        ]
        .iter()
        .any(|field| memchr::memmem::find(head, field).is_some())
}
