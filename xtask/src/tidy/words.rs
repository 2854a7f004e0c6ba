//! Words that must not be in the project: paths of one machine, notes to oneself, and
//! host names of package registries.

use std::path::Path;

use super::Tidy;

/// Words and what is wrong with them. Written in two parts, so that this list does not
/// find itself.
const WORDS: &[(&str, &str)] = &[
    (concat!("/wo", "rk/"), "a path of one machine"),
    (concat!("/ro", "ot/"), "a path of one machine"),
    (concat!("TO", "DO"), "do it, or file it"),
    (concat!("FIX", "ME"), "do it, or file it"),
    (concat!("XX", "X:"), "do it, or file it"),
    (concat!("crates", ".io"), "a registry's host name"),
    (concat!("pypi", ".org"), "a registry's host name"),
    (concat!("npmjs", ".org"), "a registry's host name"),
    (concat!("deb.debian", ".org"), "a registry's host name"),
];

pub(super) fn check(tidy: &mut Tidy) {
    for (file, text) in tidy.texts() {
        if file.ends_with("Cargo.lock") {
            continue;
        }
        for (number, line) in (1..).zip(text.lines()) {
            for (word, why) in found(&file, line) {
                tidy.problem(format!("{}:{number}: `{word}`: {why}", file.display()));
            }
        }
    }
}

fn found<'a>(
    file: &Path,
    line: &'a str,
) -> impl Iterator<Item = &'static (&'static str, &'static str)> + 'a {
    // Logs name users' mailboxes; their paths are the mail system's, not ours.
    let is_log = file.starts_with("examples");
    WORDS.iter().filter(move |(word, _)| stands(line, word) && !(is_log && word.starts_with('/')))
}

/// Whether `word` is in the line, not as the end or the middle of a longer word.
fn stands(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|text| text.chars().next());
        let joins = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '}' | '*');
        let ends = word.ends_with('/') || !after.is_some_and(char::is_alphanumeric);
        !before.is_some_and(joins) && ends
    })
}

#[cfg(test)]
mod tests {
    use super::stands;

    #[test]
    fn words_stand_alone() {
        assert!(stands("see /srv/a for it", "/srv/"));
        assert!(stands("\"/srv/a\"", "/srv/"));
        assert!(!stands("crates/srv/a", "/srv/"));
        assert!(!stands("./srv/a", "/srv/"));
        assert!(stands("// NOTE: x", "NOTE"));
        assert!(!stands("FOOTNOTES", "NOTE"));
    }
}
