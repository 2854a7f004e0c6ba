//! Texts with wildcards: `*` for anything, `?` for one character.

use regex::bytes::Regex;

use crate::needle::Needle;

/// A text to compare with. `*` stands for any bytes, `?` for one.
#[derive(Debug, Clone)]
pub(crate) struct Glob {
    /// As written.
    text: String,
    /// Whether letters' case counts.
    exact: bool,
    /// `None` without wildcards.
    regex: Option<Regex>,
}

impl Glob {
    /// A pattern without regard to case.
    pub(crate) fn folded(text: &str) -> Self {
        Self::new(text, false)
    }

    /// A pattern in which case counts.
    pub(crate) fn exact(text: &str) -> Self {
        Self::new(text, true)
    }

    fn new(text: &str, exact: bool) -> Self {
        let wild = text.contains(['*', '?']) || (!exact && !text.is_ascii());
        // A pattern that is too large to compile is compared as it stands.
        let regex = wild.then(|| Regex::new(&expression(text, exact)).ok()).flatten();
        Self { text: text.to_owned(), exact, regex }
    }

    /// As written.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn is_wild(&self) -> bool {
        self.regex.is_some()
    }

    pub(crate) fn matches(&self, value: &[u8]) -> bool {
        match &self.regex {
            Some(regex) => regex.is_match(value),
            None if self.exact => self.text.as_bytes() == value,
            None => self.text.as_bytes().eq_ignore_ascii_case(value),
        }
    }

    /// The longest part without wildcards.
    pub(crate) fn needle(&self) -> Option<Needle> {
        let part = self.text.split(['*', '?']).max_by_key(|part| part.len())?;
        if self.exact { Needle::exact(part.as_bytes()) } else { Needle::folded(part.as_bytes()) }
    }
}

/// The same as a regular expression, in which every text takes linear time.
fn expression(text: &str, exact: bool) -> String {
    let mut out = String::from(if exact { r"\A(?s)" } else { r"\A(?si)" });
    for part in text.split_inclusive(['*', '?']) {
        let (literal, wildcard) = match part.strip_suffix('*') {
            Some(literal) => (literal, "(?-u:.*)"),
            None => match part.strip_suffix('?') {
                Some(literal) => (literal, "."),
                None => (part, ""),
            },
        };
        out.push_str(&regex::escape(literal));
        out.push_str(wildcard);
    }
    out.push_str(r"\z");
    out
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn wildcards() {
        let glob = Glob::folded("*@example.com");
        assert!(glob.matches(b"a@EXAMPLE.com") && glob.matches(b"\xff@example.com"));
        assert!(!glob.matches(b"a@example.com.test") && !glob.matches(b"a@examplexcom"));
        assert!(Glob::folded("4.?.1").matches(b"4.4.1"));
        assert!(Glob::folded("a.b").matches(b"A.B") && !Glob::exact("a.b").matches(b"A.B"));
        assert!(Glob::folded("ÄB").matches("äb".as_bytes()));
    }

    #[test]
    fn many_wildcards_take_linear_time() {
        let glob = Glob::folded(&"*a".repeat(200));
        let text = [b"a".repeat(100_000), b"b".to_vec()].concat();
        assert!(!glob.matches(&text));
    }
}
