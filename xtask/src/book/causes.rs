//! The causes with their definitions, examples and remedies, from the enum, its examples
//! and the English words of the reports.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use postlens_explain::{Basis, Cause, Side};

use super::Words;

const HEAD: &str = "# Causes

<!-- Made by `cargo xtask book` from the list of causes and the words of the reports. -->

Every deferral, bounce and refusal has a cause: why it happened, whatever words said so. The
same cause asks different people to act, by the side on which it happened: the *peer* did not
take our mail, our *own* system could not deliver it, or a *client* was refused by us.

A code of class 4 makes a failure temporary and one of class 5 permanent; without a code it is
as the table says. What decides, the surest first; from the vague wordings on, a cause is no more than
likely.

";

/// The page.
pub(super) fn render(root: &Path) -> Result<String> {
    let words = Words::read(root, &["causes"])?;
    let word = |key: &str| words.get(key);
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
