//! Scripts of queries in the form of sqllogictest, asked of a running daemon.
//!
//! `query`, the SQL, `----`, and the rows: cells parted by blanks, NULL, and `(empty)` for an
//! empty text; `rowsort` sorts both. `statement error WORDS` is a query that must fail so.

use std::path::Path;

use postlens_client::Daemon as Asked;
use postlens_testkit::{Config, Until, generate_in_memory};
use serde_json::{Value, json};

use crate::drive::Home;

/// A part of a script.
struct Record<'a> {
    /// Its first line.
    head: &'a str,
    sql: String,
    expected: Vec<&'a str>,
    line: usize,
}

fn records(text: &str) -> Vec<Record<'_>> {
    let mut records = Vec::new();
    let mut lines = text.lines().enumerate().map(|(number, line)| (number + 1, line));
    while let Some((line, head)) = lines.next() {
        if head.is_empty() || head.starts_with('#') {
            continue;
        }
        let body: Vec<_> =
            lines.by_ref().map(|(_, text)| text).take_while(|text| !text.is_empty()).collect();
        let rows = body.iter().position(|line| *line == "----").unwrap_or(body.len());
        let sql = body[..rows].join("\n");
        let expected = body.iter().skip(rows + 1).copied().collect();
        records.push(Record { head, sql, expected, line });
    }
    records
}

fn rows(answer: &str) -> Vec<String> {
    let cell = |value: &Value| match value {
        Value::Null => "NULL".to_owned(),
        Value::String(text) if text.is_empty() => "(empty)".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let row = |line| {
        let Ok(Value::Object(row)) = serde_json::from_str(line) else { panic!("{line}") };
        row.values().map(cell).collect::<Vec<_>>().join(" ")
    };
    answer.lines().map(row).collect()
}

fn run(script: &Path, daemon: &Asked) -> usize {
    let text = std::fs::read_to_string(script).unwrap();
    let records = records(&text);
    for Record { head, sql, expected, line } in &records {
        let place = format!("{}:{line}", script.display());
        let question = json!({ "query": sql, "format": "ndjson" }).to_string();
        let answer = daemon.post("/sql", question.as_bytes());
        let answer = answer.map_err(|error| error.to_string());
        let answer = answer.and_then(|reply| reply.text().map_err(|error| error.to_string()));
        if let Some(words) = head.strip_prefix("statement error ") {
            let error = answer.expect_err(&place);
            assert!(error.contains(words), "{place}: {error}");
            continue;
        }
        let mut found = rows(&answer.unwrap_or_else(|error| panic!("{place}: {error}")));
        let mut expected: Vec<_> = expected.iter().map(ToString::to_string).collect();
        if head.contains("rowsort") {
            found.sort();
            expected.sort();
        }
        assert_eq!(found, expected, "{place}");
    }
    records.len()
}

#[test]
fn scripts_give_what_they_say() {
    let home = Home::new();
    let config = Config { seed: 31, until: Until::Messages(400), ..Config::default() };
    let (log, _, totals) = generate_in_memory(config);
    home.write("mail.log", &log);
    let daemon = home.follow(1);
    home.wait_for("SELECT count(*) FROM events", i64::try_from(totals.lines).unwrap());
    let asked = Asked::of_store(&home.path("store"));
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/daemon/slt");
    let scripts = std::fs::read_dir(directory).unwrap();
    let queries: usize = scripts.map(|script| run(&script.unwrap().path(), &asked)).sum();
    assert!(queries > 30, "{queries}");
    assert_eq!(daemon.stop().0, Some(0));
}
