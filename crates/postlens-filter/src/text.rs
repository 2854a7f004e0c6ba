//! Regular expressions over a line's text, which take linear time whatever they are.

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange};
use regex_syntax::hir::{Hir, HirKind, Repetition};

use crate::needle::Needle;

/// A regular expression that matches nothing across line feeds.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    regex: Regex,
    needle: Option<Needle>,
}

/// A compiled expression may be this large, in bytes.
const LARGEST: usize = 4 << 20;

impl Text {
    /// Reads an expression; the error is what its reader says, on one line.
    pub(crate) fn new(expression: &str) -> Result<Self, String> {
        let hir = ParserBuilder::new().utf8(false).build().parse(expression).map_err(one_line)?;
        // A line's text has no line feed. Leaving it out of what the expression matches
        // changes no result, and lets it be searched for in many lines at once.
        let hir = without_line_feed(&hir);
        let expression = hir.to_string();
        let build = RegexBuilder::new(&expression).size_limit(LARGEST).build();
        let regex = build.map_err(one_line)?;
        let shortest = hir.properties().minimum_len().unwrap_or(0);
        // Where a place in the text counts, the line around it is not the text.
        let needle = if hir.properties().look_set().is_empty() {
            Needle::expression(expression, shortest.min(literal(&hir)))
        } else {
            None
        };
        Ok(Self { regex, needle })
    }

    pub(crate) fn matches(&self, text: &[u8]) -> bool {
        self.regex.is_match(text)
    }

    pub(crate) fn needle(&self) -> Option<Needle> {
        self.needle.clone()
    }
}

fn one_line(error: impl std::fmt::Display) -> String {
    let text = error.to_string();
    let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    last.trim_start_matches("error: ").trim().to_owned()
}

/// The longest run of bytes that each match holds; what only classes tell is little.
fn literal(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Capture(capture) => literal(&capture.sub),
        HirKind::Repetition(repeated) if repeated.min > 0 => literal(&repeated.sub),
        HirKind::Concat(parts) => parts.iter().map(literal).max().unwrap_or(0),
        HirKind::Alternation(parts) => parts.iter().map(literal).min().unwrap_or(0),
        _ => 0,
    }
}

fn without_line_feed(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Literal(literal) if literal.0.contains(&b'\n') => Hir::fail(),
        HirKind::Empty | HirKind::Look(_) | HirKind::Literal(_) => hir.clone(),
        HirKind::Class(Class::Unicode(class)) => {
            let mut class = class.clone();
            class.difference(&ClassUnicode::new([ClassUnicodeRange::new('\n', '\n')]));
            Hir::class(Class::Unicode(class))
        }
        HirKind::Class(Class::Bytes(class)) => {
            let mut class = class.clone();
            class.difference(&ClassBytes::new([ClassBytesRange::new(b'\n', b'\n')]));
            Hir::class(Class::Bytes(class))
        }
        HirKind::Repetition(repeated) => Hir::repetition(Repetition {
            sub: Box::new(without_line_feed(&repeated.sub)),
            ..repeated.clone()
        }),
        HirKind::Capture(capture) => without_line_feed(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(without_line_feed).collect()),
        HirKind::Alternation(parts) => {
            Hir::alternation(parts.iter().map(without_line_feed).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn matches_stay_in_their_line() {
        let text = Text::new(r"to=<[^!]*refused").unwrap();
        assert!(text.matches(b"to=<a@example.com>: refused"));
        assert!(!text.matches(b"to=<a\nrefused"));
        assert!(Text::new("a\\nb").unwrap().needle().is_none());
    }

    #[test]
    fn needles() {
        let needle = |text: &str| Text::new(text).unwrap().needle().map(|needle| needle.length);
        assert_eq!(needle("Connection refused"), Some(18));
        assert_eq!(needle("Connection (refused|timed out)"), Some(11));
        assert_eq!(needle("^warning: "), None);
        assert_eq!(needle(r"\d+"), None);
        assert_eq!(needle(r".*(?i)ab|."), None);
    }

    #[test]
    fn errors_are_one_line() {
        let error = Text::new("(").unwrap_err();
        assert!(!error.contains('\n') && error.contains("unclosed group"), "{error}");
        assert!(Text::new(r"(?:\w{1000}){1000}").unwrap_err().contains("size limit"));
    }
}
