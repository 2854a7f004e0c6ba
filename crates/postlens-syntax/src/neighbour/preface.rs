//! What stands before a program's own words: the process, the level, the task.
//!
//! Dovecot: `PROCESS(…)<…>: [LEVEL: ]`; amavis: `(ID) [(!)|(!!)]`; Courier: `LEVEL: `;
//! rspamd: `<TASK>; MODULE; FUNCTION: `; saslauthd: `FUNCTION : `; spamd: `spamd: `; the
//! others nothing, or Perl's and Python's words for a level.

use super::anchor::span;
use crate::program::Daemon;
use crate::scan::cut;
use crate::severity::Severity;

/// The severity that a line's own words state and the text behind all of that.
pub(super) fn split(daemon: Daemon, text: &[u8]) -> (Severity, &[u8]) {
    match daemon {
        Daemon::Dovecot => level(dovecot(text)),
        Daemon::Amavis => amavis(text),
        Daemon::Rspamd => (Severity::Info, rspamd(text)),
        Daemon::Saslauthd => (Severity::Info, saslauthd(text)),
        Daemon::Spamd => level(text.strip_prefix(b"spamd: ").unwrap_or(text)),
        _ => level(text),
    }
}

/// A leading word for the level, as the programs beside Postfix write it.
fn level(text: &[u8]) -> (Severity, &[u8]) {
    const LEVELS: [(&[u8], Severity); 18] = [
        (b"Debug: ", Severity::Debug),
        (b"DEBUG: ", Severity::Debug),
        (b"dbg: ", Severity::Debug),
        (b"Info: ", Severity::Info),
        (b"INFO: ", Severity::Info),
        (b"info: ", Severity::Info),
        (b"NOTICE: ", Severity::Info),
        (b"Warning: ", Severity::Warning),
        (b"WARNING: ", Severity::Warning),
        (b"WARN: ", Severity::Warning),
        (b"warning: ", Severity::Warning),
        (b"warn: ", Severity::Warning),
        (b"Error: ", Severity::Error),
        (b"ERROR: ", Severity::Error),
        (b"ERR: ", Severity::Error),
        (b"error: ", Severity::Error),
        (b"Fatal: ", Severity::Fatal),
        (b"Panic: ", Severity::Panic),
    ];
    LEVELS
        .iter()
        .find_map(|(word, severity)| Some((*severity, text.strip_prefix(*word)?)))
        .unwrap_or((Severity::Info, text))
}

fn dovecot(text: &[u8]) -> &[u8] {
    let (process, rest) = span(text, |byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if process.is_empty() || !matches!(rest.first(), Some(b'(' | b':' | b'<')) {
        return text;
    }
    // `(USER)<PID><SESSION>: ` ends at the first colon and space.
    let rest = cut(rest, b": ").map_or(text, |(_, rest)| rest);
    match rest.strip_prefix(b"conn unix:").and_then(|rest| cut(rest, b"): ")) {
        Some((_, rest)) => rest,
        None => rest,
    }
}

fn amavis(text: &[u8]) -> (Severity, &[u8]) {
    let text = match text.strip_prefix(b"(").and_then(|rest| cut(rest, b") ")) {
        // An ID is `01234-05` or `01234-05-2`; before the first message there is none.
        Some((id, rest)) if span(id, |b| b.is_ascii_digit() || b == b'-').1.is_empty() => rest,
        _ => text,
    };
    let marked = [(&b"(!!)"[..], Severity::Error), (b"(!)", Severity::Warning)];
    marked
        .iter()
        .find_map(|(mark, severity)| {
            Some((*severity, text.strip_prefix(*mark)?.trim_ascii_start()))
        })
        .unwrap_or((Severity::Info, text))
}

fn rspamd(text: &[u8]) -> &[u8] {
    match text.strip_prefix(b"<").and_then(|rest| cut(rest, b">; ")) {
        Some((_, rest)) => rest,
        None => text,
    }
}

fn saslauthd(text: &[u8]) -> &[u8] {
    let (_, rest) = span(text, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let rest = rest.trim_ascii_start();
    rest.strip_prefix(b": ").unwrap_or(text)
}
