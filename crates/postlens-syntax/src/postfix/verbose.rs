//! Verbose output: `-v` in master.cf, `debug_peer_list`, raised TLS log levels.
//!
//! ```text
//! > CLIENT: REPLY        < CLIENT: COMMAND        (smtpd, smtp: the conversation)
//! function_name: …                               (msg_verbose, after the C function)
//! input attribute name: …                        (attr_scan0.c and its like)
//! ```
//! Such a line has no event of its own; it is told from lines that nobody understands.
//! Texts without a function's name are in `tables/verbose.txt`.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::address::Client;

/// The texts of the table. Were they ever no automaton, verbose lines without a
/// function's name would count as unrecognized; a test makes sure that they are one.
static TEXTS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(rows()).ok());

fn rows() -> impl Iterator<Item = &'static str> {
    let rows = include_str!("../../tables/verbose.txt").lines();
    rows.filter(|row| !row.is_empty() && !row.starts_with('#'))
}

/// Whether a line that is no event is verbose output.
pub(super) fn is_verbose(text: &[u8]) -> bool {
    is_conversation(text)
        || is_named_after_a_function(text)
        || TEXTS.as_ref().is_some_and(|texts| texts.is_match(text))
}

fn is_conversation(text: &[u8]) -> bool {
    text.strip_prefix(b"> ")
        .or_else(|| text.strip_prefix(b"< "))
        .and_then(Client::split)
        .is_some_and(|(_, rest)| rest.starts_with(b": "))
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

#[cfg(test)]
mod tests {
    use super::{TEXTS, is_verbose, rows};

    #[test]
    fn the_table_is_an_automaton() {
        assert!(TEXTS.is_some());
        assert!(rows().all(|row| row.len() > 8));
    }

    #[test]
    fn verbose_lines_are_told() {
        for text in [
            "> client.example[192.0.2.1]: 250 2.1.0 Ok",
            "< client.example[192.0.2.1]:25: EHLO x",
            "match_hostname: mynetworks: a.example ~? 127.0.0.0/8",
            "name_mask: noanonymous",
            "input attribute name: (end)",
        ] {
            assert!(is_verbose(text.as_bytes()), "{text}");
        }
        for text in ["nobody ever wrote this", "> no client", "Match_x: y", "word: text"] {
            assert!(!is_verbose(text.as_bytes()), "{text}");
        }
    }
}
