//! What stands between stamp and text: `mx1 postfix/smtpd[123]: `. The host may be
//! missing (container output, Dovecot's own log files), the pid too.

use bstr::BStr;

use super::scan::{number, skip_blanks, token};
use crate::program::{Daemon, Tag};
use crate::scan::position;

/// Host, tag and pid, and the text after them.
pub(super) struct Origin<'a> {
    pub(super) host: Option<&'a BStr>,
    pub(super) tag: Tag<'a>,
    pub(super) pid: Option<u32>,
    pub(super) text: &'a [u8],
}

/// Reads a host that cannot be anything else, and gives what follows the blank after it.
#[inline]
pub(super) fn usual_host(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let (host, rest) = rest.split_at_checked(position(b' ', rest)?)?;
    let [b'A'..=b'Z' | b'a'..=b'z', .., b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9'] = host else {
        return None;
    };
    Some((host, rest.get(1..)?))
}

/// Reads `tag: text` with a single blank between them: program, pid and text.
#[inline]
pub(super) fn usual(rest: &[u8]) -> Option<(&[u8], Option<u32>, &[u8])> {
    let (word, text) = rest.split_at_checked(position(b' ', rest)?)?;
    let (program, pid) = match usual_pid(word) {
        Some((program, pid)) => (program, Some(pid)),
        None => program_and_pid(word.strip_suffix(b":")?),
    };
    Some((program, pid, text.get(1..)?))
}

/// Reads `123]: text`, from the left.
#[inline]
pub(crate) fn leading_pid(rest: &[u8]) -> Option<(u32, &[u8])> {
    let (mut pid, mut left) = (0, rest);
    while let [digit @ b'0'..=b'9', after @ ..] = left {
        // Nine digits always fit; the long way reads more.
        if rest.len() - left.len() == 9 {
            return None;
        }
        pid = pid * 10 + u32::from(digit - b'0');
        left = after;
    }
    let text = left.strip_prefix(b"]: ")?;
    (left.len() < rest.len()).then_some((pid, text))
}

/// Takes `postfix/smtpd[123]:` apart, from the right.
#[inline]
fn usual_pid(word: &[u8]) -> Option<(&[u8], u32)> {
    let mut left = word.strip_suffix(b"]:")?;
    let (mut pid, mut place) = (0, 1);
    while let [before @ .., digit @ b'0'..=b'9'] = left {
        pid += u32::from(digit - b'0') * place;
        // Nine digits always fit; the long way reads more.
        place = if place < 100_000_000 { place * 10 } else { return None };
        left = before;
    }
    let program = left.strip_suffix(b"[")?;
    (place > 1 && program.last() != Some(&b')')).then_some((program, pid))
}

/// Reads `host tag: text` or `tag: text`. `None` where no tag can be made out.
pub(super) fn read(rest: &[u8]) -> Option<Origin<'_>> {
    let (first, after) = token(rest);
    // A logger that knows no host writes none, or `-`.
    match first {
        [.., b':'] if !is_ipv6(first) => return tagged(None, rest),
        [b'<', ..] | [] => return None,
        _ if is_stamp(first) => return None,
        _ => {}
    }
    let host = (first != b"-").then_some(BStr::new(first));
    tagged(host, after)
}

/// Reads `tag: text`.
pub(super) fn tagged<'a>(host: Option<&'a BStr>, rest: &'a [u8]) -> Option<Origin<'a>> {
    let (word, after) = token(rest);
    let (name, text) = match word {
        [name @ .., b':'] => (name, after),
        // Loggers that put no blank after the tag.
        _ => match memchr::memmem::find(word, b"]:") {
            Some(end) => (word.get(..=end)?, rest.get(end + 2..)?),
            None => (word, after),
        },
    };
    let (program, pid) = program_and_pid(name);
    // Without a colon only a pid tells a tag from a word of the text.
    if program.is_empty() || (name.len() == word.len() && pid.is_none()) {
        return None;
    }
    if host.is_none() && pid.is_none() && is_dovecot_level(text) {
        let tag = Tag::parse(Daemon::Dovecot.name().as_bytes());
        return Some(Origin { host, tag, pid, text: rest });
    }
    Some(Origin { host, tag: Tag::parse(program), pid, text })
}

/// Takes `postfix/smtpd[123]` apart. Manual sections (`syslogd(8)`) are dropped.
pub(super) fn program_and_pid(name: &[u8]) -> (&[u8], Option<u32>) {
    let (program, pid) = match name {
        [before @ .., b']'] => match before.iter().rposition(|&byte| byte == b'[') {
            Some(open) => (
                before.get(..open).unwrap_or_default(),
                number(before.get(open + 1..).unwrap_or_default()),
            ),
            None => (name, None),
        },
        _ => (name, None),
    };
    match program {
        [before @ .., b'(', b'0'..=b'9', b')'] => (before, pid),
        _ => (program, pid),
    }
}

/// Whether a line without a stamp begins with a tag beyond doubt.
pub(super) fn read_bare(line: &[u8]) -> Option<Origin<'_>> {
    let (first, after) = token(line);
    if let [.., b':'] = first {
        // A text may begin with any word and colon; a mail program's name is one.
        return tagged(None, line).filter(|found| {
            found.pid.is_some() || found.tag.known.is_some_and(|known| is_telling(known, first))
        });
    }
    if first.is_empty() || is_stamp(first) {
        return None;
    }
    let beyond_doubt = |found: &Origin<'_>| found.pid.is_some() && found.tag.known.is_some();
    tagged(Some(BStr::new(first)), after).filter(beyond_doubt).or_else(|| {
        // The start of the line is lost, but for the end of its stamp: `25:01 mx …`.
        let cut = matches!(first, [.., b'0'..=b'9']) && memchr::memchr(b':', first).is_some();
        if cut { read(after).filter(beyond_doubt) } else { None }
    })
}

/// Whether a name alone tells the program: `imap:` or `sieve:` may begin a text.
fn is_telling(known: Daemon, word: &[u8]) -> bool {
    known.is_postfix()
        || memchr::memchr2(b'/', b'-', word).is_some()
        || word.starts_with(b"dovecot")
}

/// Whether a word that ends in a colon is an address such as `2001:db8::`.
fn is_ipv6(word: &[u8]) -> bool {
    word.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b':')
        && memchr::memchr_iter(b':', word).nth(1).is_some()
}

/// Whether a word is an RFC 3339 stamp, which no host is named like.
fn is_stamp(word: &[u8]) -> bool {
    word.len() >= 19 && matches!(word.get(4..11), Some([b'-', _, _, b'-', _, _, b'T']))
}

/// Whether a text begins with a level as Dovecot's own log files write it.
fn is_dovecot_level(text: &[u8]) -> bool {
    dovecot_level(text).is_some()
}

/// The syslog keyword of a level as Dovecot's own log files write it after the
/// process: `Info: `. No other program we know writes it there with a capital.
pub(super) fn dovecot_level(text: &[u8]) -> Option<&[u8]> {
    let end = memchr::memchr(b':', text.get(..8.min(text.len()))?)?;
    match text.get(..end)? {
        b"Debug" => Some(b"debug"),
        b"Info" => Some(b"info"),
        b"Warning" => Some(b"warning"),
        b"Error" => Some(b"err"),
        b"Fatal" => Some(b"crit"),
        b"Panic" => Some(b"emerg"),
        _ => None,
    }
}

/// The text after Dovecot's `imap-login: `.
pub(super) fn after_process(text: &[u8]) -> &[u8] {
    skip_blanks(token(text).1)
}
