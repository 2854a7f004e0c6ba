//! Arrows between crates: only those that ARCHITECTURE.md lists, and only downward.
//!
//! The list there is a code block after a line `<!-- edges -->`. A row is a layer, a
//! crate, and after a colon the crates that it may depend on. Crates of the layer `dev`
//! are for tests and chores: others may use them in tests only.

use std::collections::BTreeMap;

use super::Tidy;

const DOCUMENT: &str = "ARCHITECTURE.md";

/// One row of the list.
#[derive(Debug, PartialEq)]
struct Row<'a> {
    /// `None` for `dev`.
    layer: Option<u32>,
    may_need: Vec<&'a str>,
}

pub(super) fn check(tidy: &mut Tidy) {
    let Some(document) = tidy.read(DOCUMENT) else {
        return tidy.problem(format!("{DOCUMENT} is missing"));
    };
    let mut found = Vec::new();
    let rows = rows(&document, &mut found);
    listed_downward(&rows, &mut found);
    for member in &tidy.members {
        let Some(row) = rows.get(member.name.as_str()) else {
            found.push(format!("crate {} is not in the list of edges", member.name));
            continue;
        };
        for need in &member.needs {
            if !row.may_need.contains(&need.as_str()) {
                found.push(format!("{} depends on {need}: no such edge is listed", member.name));
            }
        }
        for need in &member.tests_need {
            let allowed = match (rows.get(need.as_str()).map(|row| row.layer), row.layer) {
                (None, _) => false,
                (Some(None), _) | (_, None) => true,
                (Some(Some(theirs)), Some(ours)) => theirs < ours,
            };
            if !allowed {
                found.push(format!("tests of {} depend upward, on {need}", member.name));
            }
        }
    }
    tidy.problems.extend(found.into_iter().map(|problem| format!("{DOCUMENT}: {problem}")));
    let missing = rows.keys().filter(|name| !tidy.members.iter().any(|has| has.name == **name));
    let missing: Vec<&str> = missing.copied().collect();
    if !missing.is_empty() {
        tidy.note(format!("{DOCUMENT} lists crates that are not made yet: {}", missing.join(", ")));
    }
}

fn rows<'a>(document: &'a str, problems: &mut Vec<String>) -> BTreeMap<&'a str, Row<'a>> {
    let block =
        document.split_once("<!-- edges -->").and_then(|(_, rest)| rest.split("```").nth(1));
    let Some(block) = block else {
        problems.push("no code block after `<!-- edges -->`".to_owned());
        return BTreeMap::new();
    };
    // The first line of a block is the rest of its fence.
    let lines = block.lines().skip(1).filter(|line| !line.trim().is_empty());
    let mut rows = BTreeMap::new();
    for line in lines {
        match row(line) {
            Some((name, row)) => drop(rows.insert(name, row)),
            None => problems.push(format!("not a row of edges: {line}")),
        }
    }
    rows
}

fn row(line: &str) -> Option<(&str, Row<'_>)> {
    let (head, needs) = line.split_once(':').unwrap_or((line, ""));
    let mut head = head.split_ascii_whitespace();
    let layer = match head.next()? {
        "dev" => None,
        number => Some(number.parse().ok()?),
    };
    let name = head.next()?;
    let may_need = needs.split_ascii_whitespace().collect();
    head.next().is_none().then_some((name, Row { layer, may_need }))
}

/// The list itself must point downward.
fn listed_downward(rows: &BTreeMap<&str, Row<'_>>, problems: &mut Vec<String>) {
    for (name, row) in rows {
        for need in &row.may_need {
            let downward = match (rows.get(need).map(|row| row.layer), row.layer) {
                (None, _) => false,
                (Some(theirs), None) => theirs.is_some(),
                (Some(theirs), Some(ours)) => theirs.is_some_and(|theirs| theirs < ours),
            };
            if !downward {
                problems.push(format!("the edge {name} → {need} does not point down"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{listed_downward, row, rows};

    #[track_caller]
    fn check(block: &str, problem: Option<&str>) {
        let document = format!("words\n<!-- edges -->\n```text\n{block}\n```\n");
        let mut problems = Vec::new();
        let rows = rows(&document, &mut problems);
        listed_downward(&rows, &mut problems);
        assert_eq!(problems.first().map(String::as_str), problem);
    }

    #[test]
    fn edges_point_down() {
        check("0 a\n1 b: a\n2 c: a b\ndev d: c", None);
        check("0 a: b\n1 b", Some("the edge a → b does not point down"));
        check("1 a: b\n1 b", Some("the edge a → b does not point down"));
        check("0 a: d\ndev d", Some("the edge a → d does not point down"));
        check("0 a: nowhere", Some("the edge a → nowhere does not point down"));
        check("zero a", Some("not a row of edges: zero a"));
    }

    #[test]
    fn rows_are_read() {
        let (name, row) = row("2 postlens-stats:  postlens-syntax postlens-track").unwrap();
        assert_eq!(name, "postlens-stats");
        assert_eq!(row.layer, Some(2));
        assert_eq!(row.may_need, ["postlens-syntax", "postlens-track"]);
    }
}
