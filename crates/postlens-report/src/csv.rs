//! The report's figures as comma-separated values (RFC 4180), one figure a line, for
//! spreadsheets and scripts: `section,name,figure,value`, under the keys of the JSON report.

use serde_json::Value;

use crate::escape::printable;

/// Writes the figures of the JSON report ([`json::value`](crate::json::value)).
pub fn write(report: &Value) -> String {
    let mut out = String::from("section,name,figure,value\n");
    if let Value::Object(sections) = report {
        for (section, value) in sections {
            let place = Place { section, name: String::new(), figure: String::new() };
            place.write(value, &mut out);
        }
    }
    out
}

/// Where in the report a value stands.
struct Place<'a> {
    section: &'a str,
    /// The names of the entries it lies in.
    name: String,
    /// The keys that lead to it.
    figure: String,
}

impl Place<'_> {
    fn write(&self, value: &Value, out: &mut String) {
        match value {
            Value::Object(fields) => {
                // Entries are told by their names.
                let named = |key: &str| key == "name" && !self.name.is_empty();
                for (key, value) in fields.iter().filter(|(key, _)| !named(key)) {
                    // Lists are told by their section.
                    let key = if key == "entries" { "" } else { key };
                    let figure = joined(&self.figure, key, ".");
                    let name = self.name.clone();
                    Place { section: self.section, name, figure }.write(value, out);
                }
            }
            Value::Array(entries) => {
                for (place, entry) in entries.iter().enumerate() {
                    let name = match entry.get("name").and_then(Value::as_str) {
                        Some("") => "<>".to_owned(),
                        Some(name) => name.to_owned(),
                        None => (place + 1).to_string(),
                    };
                    let name = joined(&self.name, &name, " / ");
                    Place { section: self.section, name, figure: self.figure.clone() }
                        .write(entry, out);
                }
            }
            leaf => self.line(leaf, out),
        }
    }

    fn line(&self, leaf: &Value, out: &mut String) {
        let value = match leaf {
            Value::Null => String::new(),
            Value::String(text) => cell(text),
            other => other.to_string(),
        };
        let figure = if self.figure.is_empty() { "value" } else { &self.figure };
        let cells = [cell(self.section), cell(&self.name), cell(figure), value];
        out.push_str(&cells.join(","));
        out.push('\n');
    }
}

fn joined(before: &str, after: &str, between: &str) -> String {
    match (before, after) {
        ("", after) => after.to_owned(),
        (before, "") => before.to_owned(),
        (before, after) => format!("{before}{between}{after}"),
    }
}

/// A text as a cell: quoted where it must be, and with an apostrophe before what a
/// spreadsheet would take for a formula.
fn cell(text: &str) -> String {
    let text = printable(text.into());
    let is_formula = text.starts_with(['=', '+', '-', '@']);
    let text = if is_formula { format!("'{text}") } else { text };
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::write;

    #[test]
    fn one_figure_a_line() {
        let report = json!({
            "schema": 1,
            "mails": { "smtp": 3 },
            "destinations": { "entries": [
                { "name": "example.com", "sent": 2, "delay": { "p50": 0.5 } },
                { "name": "=cmd()", "sent": 1, "delay": { "p50": null } },
            ], "distinct": 2 },
            "hosts": ["mx, or so", "a\"b\u{1b}"],
        });
        let expected = "section,name,figure,value\n\
            schema,,value,1\n\
            mails,,smtp,3\n\
            destinations,example.com,sent,2\n\
            destinations,example.com,delay.p50,0.5\n\
            destinations,'=cmd(),sent,1\n\
            destinations,'=cmd(),delay.p50,\n\
            destinations,,distinct,2\n\
            hosts,1,value,\"mx, or so\"\n\
            hosts,2,value,\"a\"\"b\\x1B\"\n";
        assert_eq!(write(&report), expected);
    }
}
