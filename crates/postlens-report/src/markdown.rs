//! The report as Markdown (CommonMark with the tables of GitHub's dialect), for tickets,
//! wikis and chats.

use crate::language::Language;
use crate::report::Report;
use crate::text::block::{Block, Row, Table, Tone};
use crate::text::document;

/// Writes the report.
pub fn write(report: &Report<'_>, language: &Language) -> String {
    let mut out = String::new();
    let mut titled = false;
    for block in document(report, language) {
        match block {
            // The rows of a list stand close together.
            Block::Row(row) => self::row(&mut out, &row),
            other => {
                if out.ends_with('\n') && !out.ends_with("\n\n") {
                    out.push('\n');
                }
                self::block(&mut out, &other, &mut titled);
            }
        }
    }
    out
}

fn block(out: &mut String, block: &Block, titled: &mut bool) {
    match block {
        Block::Space | Block::Row(_) => return,
        Block::Heading(words) => push(out, &["## ", &escaped(words)]),
        Block::Styled(Tone::Strong, words) if !*titled => {
            *titled = true;
            push(out, &["# ", &escaped(words)]);
        }
        Block::Styled(_, words) => push(out, &["**", &escaped(words.trim()), "**"]),
        Block::Paragraph { text, .. } => match text.strip_prefix("> ") {
            Some(line) => push(out, &["> ", &escaped(line)]),
            None => push(out, &[&escaped(text)]),
        },
        Block::Item { lead, text, .. } => push(out, &[&escaped(lead), &escaped(text)]),
        Block::Line(words) => push(out, &[&escaped(words.trim_start())]),
        Block::Labelled(rows) => {
            for (label, text, _) in rows {
                push(out, &["- **", &escaped(label), "** ", &escaped(text), "\n"]);
            }
            return;
        }
        Block::Table(table) => return self::table(out, table),
    }
    out.push('\n');
}

fn push(out: &mut String, parts: &[&str]) {
    out.extend(parts.iter().copied());
}

fn row(out: &mut String, row: &Row) {
    out.extend(std::iter::repeat_n("  ", row.depth));
    let label = escaped(&row.label.replace('\u{a0}', " "));
    match (row.value.as_str(), row.aside.as_str()) {
        ("", _) => push(out, &["- ", &label, "\n"]),
        (value, "") => push(out, &["- **", &escaped(value), "** ", &label, "\n"]),
        (value, aside) => {
            push(out, &["- **", &escaped(value), "** (", &escaped(aside), ") ", &label, "\n"]);
        }
    }
}

/// The last column, which says what a row is about, comes first.
fn table(out: &mut String, table: &Table) {
    let line = |out: &mut String, row: &[String]| {
        let Some((label, values)) = row.split_last() else { return };
        push(out, &["| ", &escaped(label), " |"]);
        for value in values {
            push(out, &[" ", &escaped(value), " |"]);
        }
        out.push('\n');
    };
    line(out, &table.heads);
    out.push_str("|---|");
    out.extend(table.heads.iter().skip(1).map(|_| "---:|"));
    out.push('\n');
    for row in &table.rows {
        line(out, row);
    }
}

/// A text in which nothing is markup, and no name becomes a link.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for (place, character) in text.char_indices() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' => {
                out.push('\\');
                out.push(character);
            }
            ':' if text.get(place..).is_some_and(|rest| rest.starts_with("://")) => {
                out.push_str("\\:");
            }
            '.' if text.get(..place).is_some_and(|before| before.ends_with("www")) => {
                out.push_str("\\.");
            }
            // At the beginning they make lists and headings.
            '+' | '-' | '=' if place == 0 => {
                out.push('\\');
                out.push(character);
            }
            '.' | ')' if place > 0 && text.get(..place).is_some_and(is_number) => {
                out.push('\\');
                out.push(character);
            }
            other => out.push(other),
        }
    }
    out
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_is_markup() {
        let checks = [
            ("<script>", "&lt;script&gt;"),
            ("a|b", "a\\|b"),
            ("[x](http://evil.example)", "\\[x\\](http\\://evil.example)"),
            ("www.evil.example", "www\\.evil.example"),
            ("1. not a list", "1\\. not a list"),
            ("- not a list", "\\- not a list"),
            ("carol@example.com", "carol@example.com"),
            ("**", "\\*\\*"),
        ];
        for (text, expected) in checks {
            assert_eq!(escaped(text), expected);
        }
    }
}
