//! What containers and rsyslog wrap around a line.

use super::scan::{digits, number, skip_blanks, token};

/// Skips the prefix of a container's output: `postfix-1  | ` (docker compose) or
/// `[pod/mail-0/postfix] ` (kubectl).
pub(super) fn container_prefix(line: &[u8]) -> Option<&[u8]> {
    let (name, rest) = token(line);
    match (name, rest) {
        ([b'[', .., b']'], _) if memchr::memchr(b'/', name).is_some() => Some(rest),
        (_, [b'|', b' ', rest @ ..]) => Some(skip_blanks(rest)),
        (_, [b'|']) => Some(b""),
        _ => None,
    }
}

/// Skips `stdout F ` after the stamp of a container runtime's log file. `P` marks
/// the first parts of a line that the runtime cut.
pub(super) fn runtime_stream(rest: &[u8]) -> Option<&[u8]> {
    let (stream, rest) = token(rest);
    let (cut, rest) = token(rest);
    (matches!(stream, b"stdout" | b"stderr") && matches!(cut, b"F" | b"P")).then_some(rest)
}

/// Takes rsyslog's `message repeated 2 times: [ text]` apart. The bracket at the end
/// may be missing, where a line was cut.
pub(super) fn repeated(text: &[u8]) -> Option<(u32, &[u8])> {
    let (count, rest) = digits(text.strip_prefix(b"message repeated ")?);
    let inner = skip_blanks(rest.strip_prefix(b" times: [")?);
    Some((number(count)?, inner.strip_suffix(b"]").unwrap_or(inner)))
}
