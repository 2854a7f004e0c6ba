//! Lookup tables that postmap(1) or postalias(1) make of a text: are they there, and newer
//! than it?

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::super::plugin::State;
use super::{Found, Scene};

/// Types of tables, and what their files are called behind the text's name (DATABASE_README).
const TYPES: [(&str, &str); 6] = [
    ("hash", ".db"),
    ("btree", ".db"),
    ("lmdb", ".lmdb"),
    ("cdb", ".cdb"),
    ("dbm", ".pag"),
    ("sdbm", ".pag"),
];

pub(super) fn look(scene: &Scene<'_>, found: &mut Found) {
    let mut met: BTreeMap<(String, PathBuf), (String, String)> = BTreeMap::new();
    for (name, value, at) in scene.postfix.all() {
        for (kind, path) in tables(&value) {
            // Only what main.cf or master.cf sets has a line; of defaults, aliases matter.
            // alias_database is for newaliases(1) alone, Postfix looks into alias_maps.
            if (at.line.is_some() && name != "alias_database") || name == "alias_maps" {
                met.entry((kind, path)).or_insert((name.clone(), at.to_string()));
            }
        }
    }
    for ((kind, path), (name, at)) in met {
        table(scene, found, (&kind, &path), &format!("{name} ({at})"));
    }
}

fn table(scene: &Scene<'_>, found: &mut Found, (kind, path): (&str, &Path), setting: &str) {
    let suffix = TYPES.iter().find(|(name, _)| *name == kind).map_or("", |(_, suffix)| suffix);
    let mut made = path.as_os_str().to_owned();
    made.push(suffix);
    let made = PathBuf::from(made);
    let of_aliases = setting.starts_with("alias_");
    let program = if of_aliases { "postalias" } else { "postmap" };
    let command = format!("{} {kind}:{}", scene.postfix.command(program), path.display());
    let changed = |path: &Path| std::fs::metadata(path).and_then(|found| found.modified());
    match (changed(&made), changed(path)) {
        (Ok(made_at), Ok(source)) if made_at < source && lies_behind(made_at, source) => found
            .wrong(
                State::Warning,
                format!("{} is older than its source", made.display()),
                format!("{setting}; `{command}`"),
            ),
        (Ok(_), _) => found.fine(),
        (Err(error), _) if error.kind() == std::io::ErrorKind::NotFound => found.wrong(
            State::Critical,
            format!("there is no {}", made.display()),
            format!("{setting}; mail is deferred until `{command}`"),
        ),
        (Err(error), _) => found.unseen(format!("{}: {error}", made.display())),
    }
}

/// Tables are made while their source is being saved, by editors and scripts.
fn lies_behind(made: SystemTime, source: SystemTime) -> bool {
    source.duration_since(made).is_ok_and(|apart| apart.as_secs() >= 1)
}

/// The tables in a value: `type:/path`, also behind `proxy:` and within braces.
fn tables(value: &str) -> Vec<(String, PathBuf)> {
    let words = value.split(|c: char| c.is_whitespace() || ",{}()".contains(c));
    words
        .filter_map(|word| {
            let word = word.strip_prefix("proxy:").unwrap_or(word);
            let (kind, path) = word.split_once(':')?;
            let known = TYPES.iter().any(|(name, _)| *name == kind);
            (known && path.starts_with('/')).then(|| (kind.to_owned(), PathBuf::from(path)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::tables;

    #[test]
    fn tables_in_values() {
        let value = "permit_mynetworks, check_client_access hash:/e/a, proxy:btree:/e/b \
            regexp:/e/c {lmdb:/e/d} mysql:/e/e cdb:relative";
        let found: Vec<String> =
            tables(value).iter().map(|(kind, path)| format!("{kind}:{}", path.display())).collect();
        assert_eq!(found, ["hash:/e/a", "btree:/e/b", "lmdb:/e/d"]);
    }
}
