//! File sizes, in lines of production code: tests inside a file and files of tests are
//! not counted. A pure data table may opt out in its first line, with a reason.

use std::path::Path;

use super::{Tidy, has_extension};

const AIM: usize = 400;
const LIMIT: usize = 800;
const OPT_OUT: &str = "tidy: data table: ";

pub(super) fn check(tidy: &mut Tidy) {
    for (file, text) in tidy.texts() {
        if !has_extension(&file, &["rs", "py", "sh"]) || is_test(&file) || opts_out(&text) {
            continue;
        }
        let lines = production_lines(&text);
        let said = format!("{}: {lines} lines of production code", file.display());
        if lines > LIMIT {
            tidy.problem(format!("{said}, the limit is {LIMIT}"));
        } else if lines > AIM {
            tidy.note(format!("{said}, the aim is {AIM}"));
        }
    }
}

fn is_test(file: &Path) -> bool {
    let directories = ["test", "tests", "benches", "fuzz_targets"];
    file.ends_with("tests.rs")
        || file.ends_with("test.rs")
        || file.iter().any(|part| directories.iter().any(|it| part == *it))
}

fn opts_out(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    first.split_once(OPT_OUT).is_some_and(|(_, reason)| !reason.trim().is_empty())
}

/// The lines that are not part of an inline `#[cfg(test)]` module.
fn production_lines(text: &str) -> usize {
    let mut count = 0;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let module = |next: &&str| next.starts_with("mod ") && next.ends_with('{');
        if line == "#[cfg(test)]" && lines.peek().is_some_and(module) {
            // rustfmt puts the brace that ends it alone at the line's beginning.
            lines.find(|line| *line == "}");
        } else {
            count += 1;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::{opts_out, production_lines};

    #[test]
    fn inline_tests_are_not_counted() {
        let text = "a\n#[cfg(test)]\nmod tests {\n    b {\n    }\n}\nc\n";
        assert_eq!(production_lines(text), 2);
        assert_eq!(production_lines("#[cfg(test)]\nmod tests;\n"), 2);
    }

    #[test]
    fn opting_out_takes_a_reason() {
        assert!(opts_out("// tidy: data table: one row per reply text\nx\n"));
        assert!(!opts_out("// tidy: data table: \nx\n"));
        assert!(!opts_out("x\n// tidy: data table: too late\n"));
    }
}
