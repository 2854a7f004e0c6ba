//! Lines around hits, as grep -A and -B give them.

use postlens_filter::Field;
use postlens_search::{Group, Part, Search};
use postlens_testkit::{Config, Until, generate_in_memory};
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

/// Messages and sessions are the same however the log is cut, each line of them once; with
/// less room they come in parts, and that is told.
#[test]
fn groups_are_whole_wherever_the_log_is_cut() {
    let config = Config { until: Until::Messages(200), ..Config::default() };
    let (log, _, _) = generate_in_memory(config);
    for group in [Group::Message, Group::Session] {
        let search = || {
            Search::new(query(&[(Field::Kind, "reject"), (Field::Kind, "deferred")]), None)
                .gathering(group)
        };
        let (whole, lost) = Log::new(&log, 1 << 17).gather(&search(), usize::MAX);
        assert!(whole.len() > 100 && lost == 0);
        for chunk in [600, 9_000] {
            assert_eq!(Log::new(&log, chunk).gather(&search(), usize::MAX).0, whole);
        }
        let (parts, lost) = Log::new(&log, 600).gather(&search(), 4_000);
        assert!(lost > 0);
        let mut hits: Vec<_> = whole.iter().filter(|line| line.contains("reject: ")).collect();
        let mut in_parts: Vec<_> = parts.iter().filter(|line| line.contains("reject: ")).collect();
        hits.sort();
        in_parts.sort();
        assert_eq!(hits, in_parts, "every hit is given, whatever the room");
    }
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
