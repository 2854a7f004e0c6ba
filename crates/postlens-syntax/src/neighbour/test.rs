//! What the tests of this module share.

use std::fmt::Write;

use bstr::BStr;
use proptest::prelude::*;

use super::parse;
use crate::delay::Delay;
use crate::entry::Entry;
use crate::field::FieldSink;
use crate::program::{Daemon, Tag};

/// Writes `name=value` for each field.
#[derive(Default)]
struct Lines(String);

impl FieldSink for Lines {
    fn text(&mut self, name: &'static str, value: &BStr) {
        write!(self.0, " {name}={value}").unwrap();
    }
    fn int(&mut self, name: &'static str, value: i64) {
        write!(self.0, " {name}={value}").unwrap();
    }
    fn delay(&mut self, name: &'static str, value: Delay) {
        write!(self.0, " {name}={value}").unwrap();
    }
}

fn render(program: &str, text: &[u8]) -> Option<String> {
    let entry = Entry { text: BStr::new(text), repeat: 1, ..Entry::default() };
    let daemon = Tag::parse(program.as_bytes()).known.unwrap();
    let line = parse(&entry, daemon)?;
    let mut lines = Lines(line.kind().to_owned());
    if let Some(id) = line.queue_id() {
        lines.text("queue_id", id.as_bstr());
    }
    line.fields(&mut lines);
    Some(lines.0)
}

/// The program's text becomes `kind name=value…`.
#[track_caller]
pub(super) fn check(program: &str, text: &str, expected: &str) {
    assert_eq!(render(program, text.as_bytes()).as_deref(), Some(expected));
}

/// The program's text is no event of its own.
#[track_caller]
pub(super) fn check_none(program: &str, text: &str) {
    assert_eq!(render(program, text.as_bytes()), None);
}

/// Pieces of real lines, so that random lines get past the first words.
const PIECES: &[&str] = &[
    "imap-login: ",
    "Disconnected (auth failed, 1 attempts): ",
    "user=<",
    ">, method=",
    ", rip=",
    "192.0.2.1",
    "lmtp(",
    ")<1><s>: ",
    "sieve: ",
    "msgid=",
    ": ",
    "stored mail into mailbox '",
    "auth: sql(",
    ",192.0.2.1): ",
    "unknown user",
    "(1-2) ",
    "Passed ",
    "CLEAN ",
    "{",
    "}",
    " <",
    "> -> <",
    ", Message-ID: ",
    ", mail_id: ",
    ", Hits: ",
    ", size: ",
    ", queued_as: ",
    " ms",
    "<a>; task; rspamd_task_write_log: id: <",
    ">, qid: <",
    ", (default: F (no action): [",
    "1.0/15.0",
    "] [",
    "]), len: 1, time: 2ms, ",
    "spamd: result: ",
    "Y ",
    "9 - ",
    ",mid=",
    "identified spam (",
    ") for ",
    " in ",
    "4T8Zh133D8zGpCM: ",
    "s=",
    " d=",
    " SSL ",
    "example.com pass",
    "prepend Received-SPF: Pass (",
    ") identity=",
    "; client-ip=",
    "; helo=",
    "; envelope-from=",
    "; receiver=",
    "action=greylist, reason=",
    ", client_name=",
    ", sender=",
    ", recipient=",
    "login: ",
    "badlogin: ",
    "[192.0.2.1] ",
    "plaintext",
    " SASL(-13): ",
    "LOGIN FAILED, user=",
    ", ip=[",
    "], port=[",
    "]",
    "do_auth : auth failure: [user=",
    "] [service=",
    "] [realm=",
    "] [mech=",
    "] [reason=",
    "(",
    ")",
    "\u{e4}",
    "\0",
    "\"",
    "\\",
];

proptest! {
    #[test]
    fn no_bytes_make_a_parser_panic(
        pieces in prop::collection::vec(
            prop_oneof![
                4 => prop::sample::select(PIECES).prop_map(|piece| piece.as_bytes().to_vec()),
                1 => prop::collection::vec(any::<u8>(), 0..12),
            ],
            0..14,
        ),
    ) {
        let text = pieces.concat();
        let entry = Entry { text: BStr::new(&text), repeat: 1, ..Entry::default() };
        for &daemon in Daemon::ALL {
            if let Some(line) = parse(&entry, daemon) {
                let mut lines = Lines::default();
                line.fields(&mut lines);
                prop_assert!(!line.kind().is_empty());
            }
        }
    }
}
