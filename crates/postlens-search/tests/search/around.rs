//! Lines around hits, as grep -A and -B give them.

use postlens_filter::Field;
use postlens_search::{Part, Search};
use proptest::prelude::*;

use crate::drive::{Log, query};

/// What grep would write: hits marked by `x`, with so many lines before and after.
fn expected(lines: &[String], before: usize, after: usize) -> Vec<String> {
    let hits: Vec<_> = (0..lines.len()).filter(|i| lines[*i].contains('x')).collect();
    let mut out = Vec::new();
    let mut last = None;
    for (index, line) in lines.iter().enumerate() {
        let near = |hit: &usize| index + before >= *hit && index <= *hit + after;
        if !hits.iter().any(near) {
            continue;
        }
        if last.is_some_and(|last| last + 1 < index) {
            out.push("--".to_owned());
        }
        out.push(line.clone());
        last = Some(index);
    }
    out
}

proptest! {
    #[test]
    fn as_grep_does(
        marks in prop::collection::vec(prop::bool::weighted(0.2), 1..60),
        before in 0usize..4,
        after in 0usize..4,
        chunk in 1usize..200,
    ) {
        let name = |(number, hit): (usize, &bool)| {
            format!("{number} {}", if *hit { "xx marks a hit" } else { "nothing" })
        };
        let lines: Vec<_> = marks.iter().enumerate().map(name).collect();
        let log = Log::new((lines.join("\n") + "\n").as_bytes(), chunk);
        for text in ["xx", "x"] {
            let search = Search::new(query(&[(Field::Text, text)]), None);
            let mut found = Vec::new();
            log.search(&search, Some((before, after)), &mut |part, _| found.push(match part {
                Part::Gap => "--".to_owned(),
                Part::Line(line) => String::from_utf8(line.to_vec()).unwrap(),
            }));
            prop_assert_eq!(&found, &expected(&lines, before, after));
        }
    }
}
