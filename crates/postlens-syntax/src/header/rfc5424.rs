//! `1 2026-11-04T06:25:01Z host app procid msgid sd text`, RFC 5424 after its PRI
//! (section 6; `-` stands for an absent field).

use bstr::BStr;

use super::iso;
use super::origin::{Origin, program_and_pid};
use super::scan::{number, skip_blanks, token};
use crate::program::Tag;
use crate::stamp::Stamp;

/// Reads the header from the version on.
pub(super) fn read(line: &[u8]) -> Option<(Stamp, Origin<'_>)> {
    let rest = line.strip_prefix(b"1 ")?;
    let (time, rest) = token(rest);
    let stamp = match iso::usual(time).or_else(|| iso::read(time)) {
        Some((stamp, [])) => stamp,
        None if time == b"-" => Stamp::None,
        _ => return None,
    };
    let (host, rest) = token(rest);
    let (app, rest) = token(rest);
    let (procid, rest) = token(rest);
    let (msgid, rest) = token(rest);
    if msgid.is_empty() {
        return None;
    }
    let rest = structured_data(rest);
    let rest = rest.strip_prefix(b"\xef\xbb\xbf").unwrap_or(rest);
    let (program, pid) = program_and_pid(present(app).unwrap_or_default());
    let origin = Origin {
        host: present(host).map(BStr::new),
        tag: Tag::parse(program),
        pid: number(procid).or(pid),
        text: skip_blanks(rest),
    };
    Some((stamp, origin))
}

fn present(field: &[u8]) -> Option<&[u8]> {
    (field != b"-" && !field.is_empty()).then_some(field)
}

/// Skips `-` or `[id name="value" …]…` and the blanks after it. Values may hold
/// `\"`, `\\` and `\]`. Broken data is left in the text.
fn structured_data(rest: &[u8]) -> &[u8] {
    if let [b'-'] = rest {
        return b"";
    }
    if let [b'-', b' ', tail @ ..] = rest {
        return skip_blanks(tail);
    }
    let mut left = rest;
    while let [b'[', tail @ ..] = left {
        match element(tail) {
            Some(after) => left = after,
            None => return rest,
        }
    }
    skip_blanks(left)
}

fn element(inside: &[u8]) -> Option<&[u8]> {
    let mut rest = inside;
    let mut quoted = false;
    loop {
        rest = match (rest, quoted) {
            ([b'"', tail @ ..], _) => {
                quoted = !quoted;
                tail
            }
            ([b']', tail @ ..], false) => return Some(tail),
            ([b'\\', _, tail @ ..], true) | ([_, tail @ ..], _) => tail,
            ([], _) => return None,
        };
    }
}
