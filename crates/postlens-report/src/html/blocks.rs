//! The blocks of a section as HTML.

use super::markup::Markup;
use crate::text::block::{Block, Row, Table, Tone};

/// Writes the blocks below a section's own heading.
pub(crate) fn write(out: &mut Markup, blocks: &[Block]) {
    let mut rest = blocks;
    while let Some((block, after)) = rest.split_first() {
        rest = after;
        match block {
            Block::Space => {}
            Block::Heading(words) => out.element("h3", words),
            Block::Styled(tone, words) => out.element(class(*tone), words),
            Block::Paragraph { text, .. } => out.element("p", text),
            Block::Line(words) => out.element("p", words),
            Block::Item { lead, text, .. } => out.element("p", &format!("{lead}{text}")),
            Block::Labelled(rows) => {
                out.raw("<dl>");
                for (label, text, _) in rows {
                    out.element("dt", label);
                    out.element("dd", text);
                }
                out.raw("</dl>");
            }
            Block::Table(table) => self::table(out, table),
            Block::Row(_) => {
                let rows: Vec<&Row> = blocks_of_rows(block, rest).collect();
                rest = rest.get(rows.len() - 1..).unwrap_or_default();
                self::rows(out, &rows);
            }
        }
    }
}

fn blocks_of_rows<'b>(first: &'b Block, after: &'b [Block]) -> impl Iterator<Item = &'b Row> {
    std::iter::once(first).chain(after).map_while(|block| match block {
        Block::Row(row) => Some(row),
        _ => None,
    })
}

fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Strong => "p class=\"d0\"",
        Tone::Alarm | Tone::Grave(_) => "p class=\"alarm\"",
        Tone::Warning => "p class=\"warn\"",
    }
}

fn rows(out: &mut Markup, rows: &[&Row]) {
    let asides = rows.iter().any(|row| !row.aside.is_empty());
    // Where nothing lies below anything, nothing need stand out.
    let flat = rows.iter().all(|row| row.depth == 0);
    out.raw(if flat { "<table class=\"rows flat\">" } else { "<table class=\"rows\">" });
    for row in rows {
        out.raw("<tr>");
        out.element("td class=\"n\"", &row.value);
        if asides {
            out.element("td class=\"n also\"", &row.aside);
        }
        let class = match row.depth {
            _ if row.value.is_empty() && row.depth == 0 => "td class=\"note\"",
            _ if row.value.is_empty() => "td class=\"d2\"",
            0 => "th scope=\"row\" class=\"d0\"",
            1 => "th scope=\"row\" class=\"d1\"",
            _ => "th scope=\"row\" class=\"d2\"",
        };
        out.element(class, &row.label.replace('\u{a0}', " "));
        out.raw("</tr>");
    }
    out.raw("</table>");
}

/// The last column, which says what a row is about, comes first.
fn table(out: &mut Markup, table: &Table) {
    out.raw("<div class=\"wide\"><table class=\"grid\"><thead><tr>");
    let order = |row: &[String]| -> Option<(String, Vec<String>)> {
        row.split_last().map(|(label, values)| (label.clone(), values.to_vec()))
    };
    if let Some((label, heads)) = order(&table.heads) {
        match label.as_str() {
            "" => out.raw("<td></td>"),
            label => out.element("th scope=\"col\"", label),
        }
        for head in heads {
            out.element("th scope=\"col\" class=\"n\"", &head);
        }
    }
    out.raw("</tr></thead><tbody>");
    for (label, values) in table.rows.iter().filter_map(|row| order(row)) {
        out.raw("<tr>");
        out.element("th scope=\"row\"", &label);
        for value in values {
            out.element("td class=\"n\"", &value);
        }
        out.raw("</tr>");
    }
    out.raw("</tbody></table></div>");
}
