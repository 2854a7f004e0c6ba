//! Which programs are Postfix.

use bstr::{BStr, ByteSlice};
use regex::bytes::{Regex, RegexBuilder};
use thiserror::Error;

use crate::pflogsumm::order::is_space;

/// The names that tags of Postfix begin with: `postfix`, and others that fit a pattern.
#[derive(Debug, Clone, Default)]
pub struct Names {
    others: Option<Regex>,
}

/// A pattern that cannot be read.
#[derive(Debug, Error)]
#[error("the name {pattern:?} is no regular expression")]
pub struct NamesError {
    pattern: String,
    #[source]
    source: regex::Error,
}

impl Names {
    /// With names that fit a regular expression.
    ///
    /// # Errors
    /// When it is none.
    pub fn like(pattern: &str) -> Result<Self, NamesError> {
        let regex = RegexBuilder::new(&format!("^(?:{pattern})/"))
            .unicode(false)
            .build()
            .map_err(|source| NamesError { pattern: pattern.to_owned(), source })?;
        Ok(Self { others: Some(regex) })
    }

    /// Whether a tag's program, such as `postfix-in/submission/smtpd`, is of these names.
    pub(in crate::pflogsumm) fn hold(&self, program: &[u8]) -> bool {
        program.starts_with(b"postfix/") || self.other(program).is_some()
    }

    /// What follows another name, from the slash on.
    fn other<'a>(&self, text: &'a [u8]) -> Option<&'a [u8]> {
        let found = self.others.as_ref()?.find(text)?;
        text.get(found.end() - 1..)
    }

    /// Daemon, and the word after the tag: a queue ID in most lines.
    pub(super) fn split<'a>(&self, text: &'a [u8]) -> Option<(&'a BStr, &'a BStr)> {
        // What a pattern captures is taken for a field too many.
        if self.others.as_ref().is_some_and(|others| others.captures_len() > 1) {
            return script(text);
        }
        let own = text.strip_prefix(b"postfix").and_then(daemon);
        own.or_else(|| self.other(text).and_then(daemon)).or_else(|| script(text))
    }
}

/// After the name: two services are known, any other is a part of the daemon's name.
fn daemon(text: &[u8]) -> Option<(&BStr, &BStr)> {
    let known = [&b"/smtps"[..], b"/submission"];
    let mut after = known.iter().filter_map(|service| text.strip_prefix(*service));
    let text = after.find(|rest| rest.starts_with(b"/")).unwrap_or(text);
    let text = text.strip_prefix(b"/")?;
    let end = text.find_byteset("[:").unwrap_or(text.len());
    let (daemon, rest) = text.split_at_checked(end)?;
    let word = rest.find_iter(": ").find_map(|at| word(rest.get(at + 2..)?))?;
    Some((daemon.as_bstr(), word))
}

/// `postfix[pid]: …` and `postfix-script[pid]: …`.
fn script(text: &[u8]) -> Option<(&BStr, &BStr)> {
    ["postfix-script", "postfix"].into_iter().find_map(|name| {
        let rest = text.strip_prefix(name.as_bytes())?;
        let rest = rest
            .strip_prefix(b"[")
            .and_then(|rest| rest.split_once_str("]"))
            .filter(|(pid, _)| !pid.is_empty() && pid.iter().all(u8::is_ascii_digit))
            .map_or(rest, |(_, rest)| rest);
        Some((BStr::new(name), word(rest.strip_prefix(b": ")?)?))
    })
}

fn word(text: &[u8]) -> Option<&BStr> {
    let length = text.iter().take_while(|byte| **byte != b':' && !is_space(**byte)).count();
    text.get(..length).filter(|word| !word.is_empty()).map(BStr::new)
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[track_caller]
    fn check(names: &Names, text: &str, expected: Option<(&str, &str)>) {
        let split = names.split(text.as_bytes());
        let split = split.map(|(daemon, word)| (daemon.to_string(), word.to_string()));
        assert_eq!(split, expected.map(|(a, b)| (a.to_owned(), b.to_owned())), "{text}");
    }

    #[test]
    fn tags() {
        let names = Names::default();
        check(&names, "postfix/smtpd[1]: 4F1A: client=x", Some(("smtpd", "4F1A")));
        check(&names, "postfix/submission/smtpd[1]: 4F1A: x", Some(("smtpd", "4F1A")));
        check(&names, "postfix/submissions/smtpd[1]: x", Some(("submissions/smtpd", "x")));
        check(&names, "postfix-in/smtpd[1]: x", None);
        check(&names, "postfix-script[1]: starting", Some(("postfix-script", "starting")));
        check(&names, "postfix: a", Some(("postfix", "a")));
    }

    #[test]
    fn other_names_are_a_pattern() {
        let names = Names::like("postfix-(?:in|out)").unwrap();
        check(&names, "postfix-in/smtpd[1]: x", Some(("smtpd", "x")));
        check(&names, "postfix/smtpd[1]: x", Some(("smtpd", "x")));
        check(&names, "postfix-no/smtpd[1]: x", None);
        assert!(Names::like("(").is_err());
        let names = Names::like("postfix-(in|out)").unwrap();
        check(&names, "postfix-in/smtpd[1]: x", None);
        check(&names, "postfix/smtpd[1]: x", None);
    }
}
