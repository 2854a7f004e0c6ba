//! The causes with their definitions, examples and remedies, from the enum, its examples
//! and the English words of the reports.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use postlens_explain::{Basis, Cause, Side};

/// The words, one line each.
const WORDS: &str = "crates/postlens-report/locales/en/causes.ftl";

const HEAD: &str = "# Causes

<!-- Made by `cargo xtask book` from the list of causes and the words of the reports. -->

Every deferral, bounce and refusal has a cause: why it happened, whatever words said so. The
same cause asks different people to act, by the side on which it happened: the *peer* did not
take our mail, our *own* system could not deliver it, or a *client* was refused by us.

A code of class 4 makes a failure temporary and one of class 5 permanent; without a code it is
as the table says. What decided is said too, the surest first; from the vague wordings on, a
cause is no more than likely.

";

/// The page.
pub(super) fn render(root: &Path) -> Result<String> {
    let file = root.join(WORDS);
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {WORDS}"))?;
    let words: HashMap<&str, &str> =
        text.lines().filter_map(|line| line.split_once(" = ")).collect();
    let word = |key: &str| words.get(key).copied().with_context(|| format!("no words: {key}"));
    let mut page = HEAD.to_owned();
    for basis in Basis::ALL {
        writeln!(page, "- `{}`: {}", basis.name(), word(basis.key())?)?;
    }
    page.push_str("\n| cause | | lasting | who must act: peer | own | client |\n");
    page.push_str("|---|---|---|---|---|---|\n");
    for cause in Cause::ALL {
        let name = word(cause.key())?;
        let lasting = word(cause.permanence().key())?;
        write!(page, "| [`{0}`](#{0}) | {name} | {lasting} |", cause.name())?;
        for side in Side::ALL {
            write!(page, " {} |", word(cause.actor(side).key())?)?;
        }
        page.push('\n');
    }
    for cause in Cause::ALL {
        let meaning = word(cause.definition_key())?;
        writeln!(page, "\n## {}\n\n{meaning}\n", cause.name())?;
        if let Some(example) = cause.example() {
            writeln!(page, "```text\n{example}\n```\n")?;
        }
        let mut told = Vec::new();
        for side in Side::ALL {
            let key = cause.remedy_key(side);
            if !told.contains(&key) {
                told.push(key);
                let actor = word(cause.actor(side).key())?;
                writeln!(page, "- **{}** ({actor}): {}", side.name(), word(key)?)?;
            }
        }
    }
    Ok(page)
}
