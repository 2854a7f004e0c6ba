//! From a line to an entry: which header it has, layer by layer.
//!
//! A line may have several headers (a container's log inside the host's), so one
//! layer is read at a time until a program that we know is found or nothing is left
//! that looks like a header. The text of a program that we know is never searched:
//! what a mail client can make Postfix log cannot pose as a header.

pub(crate) mod iso;
pub(crate) mod mark;
mod origin;
mod rfc5424;
mod scan;
pub(crate) mod traditional;
mod wrapper;

use bstr::BStr;

use crate::entry::Entry;
use crate::program::Tag;
use crate::stamp::Stamp;
use origin::Origin;
pub(crate) use origin::leading_pid;

/// How many headers may stand one inside another: a container runtime's stamp, the
/// host's syslog, the container's syslog, the program's own stamp.
const LAYERS: usize = 4;

/// Frames one line without its line end.
pub(crate) fn frame(line: &[u8]) -> Entry<'_> {
    match usual(line) {
        Some(entry) => entry,
        None => by_layers(line),
    }
}

/// The short way for nearly every line: stamp, host, the tag of a program that we
/// know, and a text without a wrapper. What it gives, the long way gives as well.
fn usual(line: &[u8]) -> Option<Entry<'_>> {
    let (stamp, host, rest) = usual_opening(line)?;
    let (program, pid, text) = origin::usual(rest)?;
    let tag = Tag::parse(program);
    if tag.known.is_none() || may_be_wrapped(program, text) {
        return None;
    }
    let (host, text) = (Some(BStr::new(host)), BStr::new(text));
    Some(Entry { stamp, host, tag, pid, priority: None, text, repeat: 1 })
}

/// Stamp and host of nearly every line, and what follows the blank after them.
pub(crate) fn usual_opening(line: &[u8]) -> Option<(Stamp, &[u8], &[u8])> {
    let (stamp, rest) = match line {
        [b'A'..=b'Z', ..] => traditional::usual(line)?,
        [b'0'..=b'9', ..] => iso::usual(line).or_else(|| iso::read(line))?,
        _ => return None,
    };
    let (host, rest) = origin::usual_host(rest.strip_prefix(b" ")?)?;
    Some((stamp, host, rest))
}

/// Whether something may stand before a text or around it that is to be taken off: see
/// [`finish`].
#[inline]
pub(crate) fn may_be_wrapped(program: &[u8], text: &[u8]) -> bool {
    matches!(text, [b' ' | b'\t' | b'[' | b'm', ..]) || after_same_tag(program, text).is_some()
}

fn by_layers(line: &[u8]) -> Entry<'_> {
    let mut entry = Entry { text: BStr::new(line), repeat: 1, ..Entry::default() };
    let mut framed = outer(line, &mut entry);
    for _ in 1..LAYERS {
        if !framed || entry.tag.known.is_some() {
            break;
        }
        framed = inner(&mut entry);
    }
    finish(&mut entry);
    entry
}

/// What follows the line's own tag and a pid where they stand once more at the text's
/// beginning, as some relays write them. No program begins its text like that, least of
/// all with what a stranger sent.
#[inline]
fn after_same_tag<'a>(program: &[u8], text: &'a [u8]) -> Option<&'a [u8]> {
    if program.is_empty() || text.first() != program.first() {
        return None;
    }
    let (pid, text) = scan::digits(text.strip_prefix(program)?.strip_prefix(b"[")?);
    if pid.is_empty() { None } else { text.strip_prefix(b"]: ") }
}

/// Reads what stands inside the text: the tag once more, a repeat wrapper, Solaris'
/// message ID.
fn finish(entry: &mut Entry<'_>) {
    if let Some(text) = after_same_tag(entry.tag.program, entry.text) {
        entry.text = BStr::new(text);
    }
    let [b'[' | b'm', ..] = **entry.text else { return };
    if let Some((severity, text)) = mark::solaris(entry.text) {
        entry.priority = entry.priority.or(Some(severity));
        entry.text = BStr::new(text);
    }
    if let Some((count, text)) = wrapper::repeated(entry.text) {
        entry.repeat = count;
        entry.text = BStr::new(text);
    }
}

/// Reads a header inside the text. Where the outer one named a program, the inner one
/// must be beyond doubt: a program that we know, or all of host, tag and pid.
fn inner(entry: &mut Entry<'_>) -> bool {
    if !entry.tag.program.is_empty() && !may_hold_header(entry.text) {
        return false;
    }
    let mut found = Entry { tag: Tag::default(), pid: None, host: None, ..*entry };
    if !outer(entry.text, &mut found) {
        return false;
    }
    let telling = found.tag.known.is_some() || (found.host.is_some() && found.pid.is_some());
    if !telling && !entry.tag.program.is_empty() {
        return false;
    }
    found.host = found.host.or(entry.host);
    *entry = found;
    true
}

/// Whether a text holds a time of day near its start, or a pid's end: a look that
/// spares most lines of other programs the full search.
fn may_hold_header(text: &[u8]) -> bool {
    let start = text.get(..40).unwrap_or(text);
    start.windows(4).any(|window| matches!(window, [b':', _, _, b':']))
        || memchr::memchr_iter(b']', text).any(|at| text.get(at + 1) == Some(&b':'))
}

/// Reads the header at the start of a line. What the header does not say stays as it
/// is in the entry. Gives whether there was one.
fn outer<'a>(line: &'a [u8], entry: &mut Entry<'a>) -> bool {
    let rest = match mark::bracketed(line) {
        Some((severity, rest)) => {
            entry.priority = Some(severity);
            rest
        }
        None => line,
    };
    let marked = rest.len() != line.len();
    if let Some((stamp, origin)) = rfc5424::read(rest) {
        if stamp != Stamp::None {
            entry.stamp = stamp;
        }
        place(&origin, entry);
        return true;
    }
    let Some((stamp, after)) = stamp(rest) else {
        return unstamped(rest, marked, entry);
    };
    if stamp != Stamp::None {
        entry.stamp = stamp;
    }
    let after = scan::skip_blanks(after);
    match origin::read(after) {
        Some(origin) => place(&origin, entry),
        None => untagged(after, entry),
    }
    true
}

/// The stamp at the start, chosen by the first byte.
fn stamp(line: &[u8]) -> Option<(Stamp, &[u8])> {
    match line {
        [b'A'..=b'Z', ..] => traditional::read(line).or_else(|| iso::read_full(line)),
        [b'0'..=b'9', ..] => {
            iso::read(line).or_else(|| iso::read_unix(line)).or_else(|| traditional::read(line))
        }
        [b'a'..=b'z' | 0x80.., ..] => traditional::read(line).or_else(|| iso::read_full(line)),
        [b'[', tail @ ..] => monotonic(tail),
        _ => None,
    }
}

/// `[12345.678901] ` of `journalctl -o short-monotonic`: seconds since boot, which
/// tell no time of day.
fn monotonic(inside: &[u8]) -> Option<(Stamp, &[u8])> {
    let (seconds, rest) = scan::digits(scan::skip_blanks(inside));
    let (_, after) = scan::fraction(rest);
    if seconds.is_empty() || after.len() == rest.len() {
        return None;
    }
    // `short-delta` adds ` <    0.000123>`.
    let end = memchr::memchr(b']', after.get(..32.min(after.len()))?)?;
    Some((Stamp::None, after.get(end + 1..)?))
}

fn place<'a>(origin: &Origin<'a>, entry: &mut Entry<'a>) {
    entry.host = origin.host.or(entry.host);
    entry.tag = origin.tag;
    entry.pid = origin.pid;
    entry.text = BStr::new(origin.text);
    let own_log = origin.host.is_none() && origin.pid.is_none() && entry.priority.is_none();
    if own_log && let Some(level) = origin::dovecot_level(origin::after_process(origin.text)) {
        entry.priority = mark::severity(level);
    }
}

/// A line with a stamp, but without the usual host and tag after it.
fn untagged<'a>(after: &'a [u8], entry: &mut Entry<'a>) {
    if let Some(rest) = wrapper::runtime_stream(after) {
        entry.text = BStr::new(rest);
        return;
    }
    if let Some((severity, rest)) = mark::bracketed(after) {
        entry.priority = Some(severity);
        return match origin::read(rest) {
            Some(origin) => place(&origin, entry),
            None => entry.text = BStr::new(rest),
        };
    }
    let (first, rest) = scan::token(after);
    if let Some(severity) = mark::word(first)
        && let Some(origin) = origin::read(rest)
    {
        entry.priority = Some(severity);
        return place(&origin, entry);
    }
    let (second, rest_of_second) = scan::token(rest);
    if let Some(severity) = mark::word(second) {
        entry.priority = Some(severity);
        if let Some(origin) = origin::tagged(Some(BStr::new(first)), rest_of_second) {
            return place(&origin, entry);
        }
    }
    // A stamp may follow; else the first word is the host where the stamp is syslog's.
    if matches!(entry.stamp, Stamp::Local { .. }) || stamp(after).is_some() || !is_host(first) {
        entry.text = BStr::new(after);
    } else {
        entry.host = Some(BStr::new(first));
        entry.text = BStr::new(rest);
    }
}

fn is_host(word: &[u8]) -> bool {
    word.iter().all(|byte| byte.is_ascii_alphanumeric() || b".-_:".contains(byte))
}

/// A line without a stamp at its start.
fn unstamped<'a>(line: &'a [u8], marked: bool, entry: &mut Entry<'a>) -> bool {
    if let Some(rest) = wrapper::container_prefix(line) {
        entry.text = BStr::new(rest);
        return true;
    }
    let origin = if marked { origin::read(line) } else { origin::read_bare(line) };
    match origin {
        Some(origin) => place(&origin, entry),
        None if marked => entry.text = BStr::new(line),
        None => return false,
    }
    true
}

#[cfg(test)]
mod tests;
