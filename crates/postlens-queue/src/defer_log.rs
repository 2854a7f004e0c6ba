//! Why recipients wait: the files below `defer`.
//!
//! ```text
//! <rcpt@example.net>: connect to 127.0.0.1[127.0.0.1]:2526: Connection refused
//! recipient=rcpt@example.net
//! offset=247
//! dsn_orig_rcpt=rfc822;rcpt@example.net
//! status=4.4.1
//! action=delayed
//! reason=connect to 127.0.0.1[127.0.0.1]:2526: Connection refused
//! ```
//! Written by bounce(8) as `defer` (bounce_append_service.c); an empty line ends a
//! recipient. The file has the message's name and is removed when the message becomes
//! active again.

use bstr::{BString, ByteSlice};

/// A recipient's entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deferral {
    /// Address, as in the queue file.
    pub recipient: BString,
    /// Where the recipient's record stands in the queue file; 0 where it is not known.
    pub offset: u64,
    /// Enhanced status code.
    pub dsn: Option<BString>,
    /// Why.
    pub reason: BString,
}

/// Reads a file's entries. What is cut short is left out.
pub fn parse(text: &[u8]) -> Vec<Deferral> {
    let mut found = Vec::new();
    let mut entry = Deferral::default();
    for line in text.lines() {
        if line.is_empty() {
            push(&mut found, std::mem::take(&mut entry));
        } else if let Some((name, value)) = line.split_once_str("=") {
            match name {
                b"recipient" => entry.recipient = value.into(),
                b"reason" => entry.reason = value.into(),
                b"status" => entry.dsn = Some(value.into()),
                b"offset" => {
                    entry.offset = value.to_str().ok().and_then(|v| v.parse().ok()).unwrap_or(0);
                }
                _ => {}
            }
        }
    }
    push(&mut found, entry);
    found
}

fn push(found: &mut Vec<Deferral>, entry: Deferral) {
    if !entry.recipient.is_empty() && !entry.reason.is_empty() {
        found.push(entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_and_a_cut_one_is_left_out() {
        let text = b"\n<a@example.net>: x\nrecipient=a@example.net\noffset=247\nstatus=4.4.1\n\
            action=delayed\nreason=connect to b=c: refused\n\n\nrecipient=b@example.net\nstat";
        let found = parse(text);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].reason, "connect to b=c: refused");
        assert_eq!(found[0].offset, 247);
        assert_eq!(found[0].dsn.as_ref().unwrap(), "4.4.1");
    }
}
