//! HTML, written so that no text can become markup: elements have fixed names and
//! attributes, and every other text passes [`escaped`].

use std::fmt::Write as _;

/// A text inside an element or an attribute. What HTML would read is escaped; characters
/// that a browser hides, or that turn the direction of writing, become `\u{N}`, and control
/// characters `\xNN`, as in the text report.
pub(crate) fn escaped(text: &str) -> String {
    let text = crate::escape::printable(text.into());
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// A document that grows element by element.
#[derive(Debug, Default)]
pub(crate) struct Markup(String);

impl Markup {
    /// Fixed markup, which holds nothing from elsewhere.
    pub(crate) fn raw(&mut self, markup: &str) {
        self.0.push_str(markup);
    }

    /// A text.
    pub(crate) fn text(&mut self, text: &str) {
        self.0.push_str(&escaped(text));
    }

    /// An element with a text in it. `tag` has the element's name, and attributes if it has
    /// any; both are fixed.
    pub(crate) fn element(&mut self, tag: &str, text: &str) {
        let name = tag.split(' ').next().unwrap_or(tag);
        // Writing to a string cannot fail.
        let _ = write!(self.0, "<{tag}>{}</{name}>", escaped(text));
    }

    /// The document.
    pub(crate) fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{Markup, escaped};

    #[test]
    fn no_text_becomes_markup() {
        let hostile = "</td><script>alert(1)</script>&amp;\"'\u{1b}[2J\u{202e}\u{0}";
        let escaped = escaped(hostile);
        assert_eq!(
            escaped,
            "&lt;/td&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;&quot;&#39;\\x1B[2J\\u{202E}\\x00"
        );
        let mut markup = Markup::default();
        markup.element("td class=\"n\"", "<b>");
        assert_eq!(markup.finish(), "<td class=\"n\">&lt;b&gt;</td>");
    }
}
