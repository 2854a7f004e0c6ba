//! The documents that a reader expects are there, of the size that can be read, and
//! their links lead somewhere.

use std::path::{Path, PathBuf};

use super::{Tidy, has_extension};

const EXPECTED: &[&str] = &[
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "docs/book/book.toml",
    "docs/book/src/SUMMARY.md",
];

const ARCHITECTURE_LIMIT: usize = 300;

pub(super) fn check(tidy: &mut Tidy) {
    for expected in EXPECTED {
        if !tidy.root.join(expected).is_file() {
            tidy.problem(format!("{expected} is missing"));
        }
    }
    let lines = tidy.read("ARCHITECTURE.md").map_or(0, |text| text.lines().count());
    if lines > ARCHITECTURE_LIMIT {
        tidy.problem(format!("ARCHITECTURE.md: {lines} lines, the limit is {ARCHITECTURE_LIMIT}"));
    }
    decisions(tidy);
    chapters(tidy);
    links(tidy);
}

/// Decisions are numbered without gaps.
fn decisions(tidy: &mut Tidy) {
    let decisions = tidy.files.iter().filter(|file| file.starts_with("docs/adr"));
    let names = decisions.filter_map(|file| file.file_name()?.to_str());
    let numbers: Vec<Option<usize>> =
        names.map(|name| name.split_once('-')?.0.parse().ok()).collect();
    let wanted: Vec<Option<usize>> = (1..=numbers.len()).map(Some).collect();
    if numbers != wanted {
        tidy.problem("docs/adr: files are not numbered 0001-…, 0002-… without gaps");
    }
}

/// Every chapter of the book is in its table of contents.
fn chapters(tidy: &mut Tidy) {
    let book = Path::new("docs/book/src");
    let summary = tidy.read(book.join("SUMMARY.md")).unwrap_or_default();
    let listed: Vec<&str> = targets(&summary).collect();
    let mut found = Vec::new();
    for file in &tidy.files {
        let Ok(chapter) = file.strip_prefix(book) else { continue };
        let chapter = chapter.to_string_lossy();
        if chapter != "SUMMARY.md" && chapter.ends_with(".md") && !listed.contains(&&*chapter) {
            found.push(format!("{}: not in SUMMARY.md", file.display()));
        }
    }
    tidy.problems.extend(found);
}

/// Links between the project's own files.
fn links(tidy: &mut Tidy) {
    let mut found = Vec::new();
    for file in tidy.files.iter().filter(|file| has_extension(file, &["md"])) {
        let directory = file.parent().map(Path::to_path_buf).unwrap_or_default();
        let text = tidy.read(file).unwrap_or_default();
        for target in targets(&text) {
            let path = target.split('#').next().unwrap_or_default();
            let outside = target.contains("://") || target.starts_with("mailto:");
            let resolved: PathBuf = tidy.root.join(&directory).join(path);
            if !path.is_empty() && !outside && !resolved.exists() {
                found.push(format!("{}: the link to {target} leads nowhere", file.display()));
            }
        }
    }
    tidy.problems.extend(found);
}

/// What `[text](target)` points to, outside of code.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    let mut in_block = false;
    let prose = text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        in_block ^= fence;
        !in_block && !fence
    });
    prose.flat_map(|line| {
        line.split('`')
            .step_by(2)
            .flat_map(|part| part.split("](").skip(1))
            .filter_map(|rest| Some(rest.split_once(')')?.0))
    })
}

#[cfg(test)]
mod tests {
    use super::targets;

    #[test]
    fn links_are_found_outside_of_code() {
        let text = "see [a](b.md) and [c](d.md#e), not `[x](y)`\n```\n[f](g)\n```\n[`h`](i)\n";
        let found: Vec<&str> = targets(text).collect();
        assert_eq!(found, ["b.md", "d.md#e", "i"]);
    }
}
