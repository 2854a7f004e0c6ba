//! Verbose output: `-v` in master.cf, `debug_peer_list`, raised TLS log levels.
//!
//! ```text
//! > CLIENT: REPLY        < CLIENT: COMMAND        (smtpd, smtp: the conversation)
//! function_name: …                               (msg_verbose, after the C function)
//! input attribute name: …                        (attr_scan0.c and its like)
//! 0010 60 cc 07 84 e9 0a b6 0f|81 a0 … text      (TLS log levels 3 and 4: what was sent)
//! ```
//! Such a line has no event of its own; it is told from lines that nobody understands.
//! Texts without a function's name are in `tables/verbose.txt`.

use super::notice::Notice;
use crate::program::Daemon;

/// Whether a line that is no event is verbose output.
pub(super) fn is_verbose(daemon: Daemon, text: &[u8]) -> bool {
    is_named_after_a_function(text) || is_dump(text) || Notice::is_debug(daemon, text)
}

/// `match_hostname: …`, `dict_open[12]: …`: a C identifier with an underscore.
fn is_named_after_a_function(text: &[u8]) -> bool {
    let Some(colon) = memchr::memchr(b':', text.get(..64.min(text.len())).unwrap_or_default())
    else {
        return false;
    };
    let (name, rest) = text.split_at(colon);
    let name = name.split(|byte| *byte == b'[').next().unwrap_or_default();
    rest.get(1).is_none_or(|byte| *byte == b' ')
        && name.contains(&b'_')
        && name.first().is_some_and(u8::is_ascii_lowercase)
        && name.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'_')
}

/// `0010 60 cc 07 …`, `0040 - <SPACES/NULLS>`: an offset of at least four hexadecimal
/// digits, then bytes.
fn is_dump(text: &[u8]) -> bool {
    let digits = text.iter().take_while(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')).count();
    let rest = text.get(digits..).unwrap_or_default();
    let byte = |b: &u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    (4..=16).contains(&digits)
        && match rest {
            [b' ', high, low] | [b' ', high, low, b' ' | b'-' | b'|', ..] => {
                byte(high) && byte(low)
            }
            _ => rest == b" - <SPACES/NULLS>",
        }
}

#[cfg(test)]
mod tests {
    use super::is_verbose;
    use crate::program::Daemon;

    #[test]
    fn verbose_lines_are_told() {
        for text in [
            "> client.example[192.0.2.1]: 250 2.1.0 Ok",
            "< client.example[192.0.2.1]:25: EHLO x",
            "> [192.0.2.1]:4711: 220 mx.example.com",
            "< mx.example.com[private/lmtp]:",
            "match_hostname: mynetworks: a.example ~? 127.0.0.0/8",
            "name_mask: noanonymous",
            "input attribute name: (end)",
            "private/rewrite socket: wanted attribute: status",
            "send attr request = rewrite",
            ">>> START Client host RESTRICTIONS <<<",
            "`local' `a@example.com' -> `a@example.com'",
            "wakeup 4T8Zh133D8zGpCM after 300 secs",
            "connection established",
            "0000 16 03 01 02                                      ....",
            "01a0 60 cc 07 84 e9 0a b6 0f|81 a0 58 5f 68 5c 0d 27  `....... ..X_h\\.'",
            "0040 - <SPACES/NULLS>",
        ] {
            assert!(is_verbose(Daemon::Smtpd, text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn ordinary_lines_are_no_verbose_output() {
        for text in [
            "nobody ever wrote this",
            "Match_x: y",
            "word: text",
            "table: not found: here",
            "service: connection established by peer",
            "a.example[192.0.2.1]: no match",
            "open the door",
            "remove 3 files",
            "2026 an hour later",
            "beef or fish",
        ] {
            assert!(!is_verbose(Daemon::Smtpd, text.as_bytes()), "{text}");
        }
    }
}
