//! The truth files of the lab; `lab/README.md` describes them.

use serde_json::Value;

use crate::run::lab;

/// The lines of one file.
pub(crate) fn read(variant: &str, name: &str) -> Vec<Value> {
    let path = lab().join(variant).join(name);
    let text = std::fs::read_to_string(&path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What the clients saw, of one kind.
pub(crate) fn clients(variant: &str, kind: &str) -> Vec<Value> {
    let mut lines = read(variant, "truth-clients.jsonl");
    lines.retain(|line| line["kind"] == kind);
    assert!(!lines.is_empty(), "no {kind} in {variant}");
    lines
}

/// A text; absent is empty.
pub(crate) fn text<'a>(line: &'a Value, name: &str) -> &'a str {
    line[name].as_str().unwrap_or_default()
}

/// A list; absent is empty.
pub(crate) fn list<'a>(line: &'a Value, name: &str) -> &'a [Value] {
    line[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The addresses that a transaction's RCPT commands were accepted with.
pub(crate) fn accepted(transaction: &Value) -> Vec<&str> {
    let recipients = list(transaction, "recipients").iter();
    recipients
        .filter(|to| text(to, "reply").starts_with('2'))
        .map(|to| text(to, "address"))
        .collect()
}
