//! `cargo xtask licences`: licences, bans and sources of all dependencies.
//!
//! The rules lie in `deny.toml`, in the format of cargo-deny, of which this checks the
//! part that we use; building cargo-deny for it would take longer than all other checks.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use toml::Table;

use crate::workspace::{self, array, text};

/// Checks every package that Cargo.lock brings in.
pub(crate) fn run() -> Result<()> {
    let root = workspace::root()?;
    let rules = rules(&root)?;
    let metadata = workspace::metadata(&root, true)?;
    let packages = array(&metadata, "packages");
    let mut problems = Vec::new();
    licences(&rules, packages, &mut problems);
    bans(&rules, packages, &mut problems);
    sources(packages, &mut problems);
    for problem in &problems {
        eprintln!("licences: {problem}");
    }
    if !problems.is_empty() {
        bail!("{} dependencies break deny.toml", problems.len());
    }
    println!("licences: {} packages, all as deny.toml allows", packages.len());
    Ok(())
}

fn rules(root: &Path) -> Result<Table> {
    let text = std::fs::read_to_string(root.join("deny.toml")).context("cannot read deny.toml")?;
    text.parse().context("deny.toml is no TOML")
}

fn list<'a>(rules: &'a Table, table: &str, key: &str) -> &'a [toml::Value] {
    let list = rules.get(table).and_then(|table| table.get(key)).and_then(toml::Value::as_array);
    list.map_or(&[], Vec::as_slice)
}

fn licences(rules: &Table, packages: &[Value], problems: &mut Vec<String>) {
    let texts = |list: &[toml::Value]| -> Vec<String> {
        list.iter().filter_map(toml::Value::as_str).map(str::to_owned).collect()
    };
    let allowed = texts(list(rules, "licenses", "allow"));
    let exceptions = list(rules, "licenses", "exceptions");
    for package in packages {
        let expression = text(package, "license");
        let own = exceptions.iter().filter(|exception| {
            exception.get("crate").and_then(toml::Value::as_str) == Some(text(package, "name"))
        });
        let own = own.filter_map(|exception| exception.get("allow")?.as_array());
        let own: Vec<String> = own.flat_map(|allow| texts(allow)).collect();
        let allowed: Vec<&str> = allowed.iter().chain(&own).map(String::as_str).collect();
        if !permitted(expression, &allowed) {
            problems.push(format!("{}: licence `{expression}` is not allowed", name(package)));
        }
    }
}

/// Whether an SPDX expression can be met with the allowed licences. `OR` binds weaker
/// than `AND`; the old way to write `OR` is a slash.
fn permitted(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let tokens: Vec<&str> = spaced.split_ascii_whitespace().collect();
    let (met, rest) = any(&tokens, allowed);
    met && rest.is_empty()
}

fn any<'t>(tokens: &'t [&'t str], allowed: &[&str]) -> (bool, &'t [&'t str]) {
    let (mut met, mut rest) = all(tokens, allowed);
    while let Some((&"OR", tail)) = rest.split_first() {
        let (other, tail) = all(tail, allowed);
        (met, rest) = (met || other, tail);
    }
    (met, rest)
}

fn all<'t>(tokens: &'t [&'t str], allowed: &[&str]) -> (bool, &'t [&'t str]) {
    let (mut met, mut rest) = one(tokens, allowed);
    while let Some((&"AND", tail)) = rest.split_first() {
        let (other, tail) = one(tail, allowed);
        (met, rest) = (met && other, tail);
    }
    (met, rest)
}

fn one<'t>(tokens: &'t [&'t str], allowed: &[&str]) -> (bool, &'t [&'t str]) {
    match tokens {
        ["(", inner @ ..] => match any(inner, allowed) {
            (met, [")", rest @ ..]) => (met, rest),
            (_, rest) => (false, rest),
        },
        [licence, "WITH", exception, rest @ ..] => {
            (allowed.contains(&format!("{licence} WITH {exception}").as_str()), rest)
        }
        [licence, rest @ ..] => (allowed.contains(licence), rest),
        [] => (false, tokens),
    }
}

fn bans(rules: &Table, packages: &[Value], problems: &mut Vec<String>) {
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in packages {
        versions.entry(text(package, "name")).or_default().push(text(package, "version"));
    }
    for rule in list(rules, "bans", "deny") {
        let Some(banned) = rule.get("crate").and_then(toml::Value::as_str) else { continue };
        let Some(found) = versions.get(banned) else { continue };
        match rule.get("deny-multiple-versions").and_then(toml::Value::as_bool) {
            Some(true) if found.len() > 1 => {
                problems.push(format!("{banned}: only one version may be used, not {found:?}"));
            }
            Some(true) => {}
            _ => problems.push(format!("{banned}: must not be used")),
        }
    }
    let doubles = versions.iter().filter(|(_, found)| found.len() > 1);
    for (package, found) in doubles {
        println!("licences: note: {package} is used in several versions: {found:?}");
    }
}

/// All packages come from Cargo's own registry: it is the one that needs no name in
/// any manifest. Ours have no source at all.
fn sources(packages: &[Value], problems: &mut Vec<String>) {
    let default = concat!("registry+https://github.com/rust-lang/crates", ".io-index");
    for package in packages {
        match package.get("source").and_then(Value::as_str) {
            None | Some("") if name(package).starts_with("postlens") => {}
            None if text(package, "name") == "xtask" => {}
            Some(source) if source == default => {}
            source => problems.push(format!("{}: comes from {source:?}", name(package))),
        }
    }
}

fn name(package: &Value) -> String {
    format!("{} {}", text(package, "name"), text(package, "version"))
}

#[cfg(test)]
mod tests {
    use super::permitted;

    #[track_caller]
    fn check(expression: &str, expected: bool) {
        let allowed = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "Zlib"];
        assert_eq!(permitted(expression, &allowed), expected, "{expression}");
    }

    #[test]
    fn expressions_are_met_by_allowed_licences() {
        check("MIT", true);
        check("MIT/Apache-2.0", true);
        check("GPL-3.0 OR MIT", true);
        check("Zlib AND (GPL-3.0 OR MIT)", true);
        check("Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT", true);
    }

    #[test]
    fn other_expressions_are_refused() {
        check("", false);
        check("GPL-3.0", false);
        check("MIT AND GPL-3.0", false);
        check("GPL-3.0 OR MIT AND AGPL-3.0", false);
        check("Zlib WITH LLVM-exception", false);
        check("(MIT", false);
        check("MIT)", false);
    }
}
