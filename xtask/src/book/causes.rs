//! The causes with their definitions, examples and remedies, from the enum, its examples
//! and the English words of the reports.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use postlens_explain::{Basis, Cause, Known, Side};

use super::{Words, cell};

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
        write!(page, "| [`{0}`](causes/{0}.md) | {name} | {lasting} |", cause.name())?;
        for side in Side::ALL {
            write!(page, " {} |", word(cause.actor(side).key())?)?;
        }
        page.push('\n');
    }
    Ok(page)
}

/// A page for each cause.
pub(super) fn pages(root: &Path) -> Result<Vec<(String, String)>> {
    let words = Words::read(root, &["causes", "steps", "explain"])?;
    let page = |cause: &Cause| {
        let path = format!("causes/{}.md", cause.name());
        let text = page(*cause, &words).with_context(|| path.clone())?;
        Ok((path, text))
    };
    Cause::ALL.iter().map(page).collect()
}

fn page(cause: Cause, words: &Words) -> Result<String> {
    let (name, meaning) = (words.get(cause.key())?, words.get(cause.definition_key())?);
    let lasting = words.get(cause.permanence().key())?;
    let mut page = format!(
        "# {name}\n\n<!-- Made by `cargo xtask book` from the tables of causes and the words of the \
         reports. -->\n\n`{}`: {meaning} How long it lasts, where no code \
         says so: {lasting}.\n",
        cause.name()
    );
    page.push_str("\n## In the log\n\n");
    for (_, text) in cause.examples() {
        writeln!(page, "```text\n{text}\n```")?;
    }
    let codes: Vec<_> = cause.codes().map(|(code, exact)| (cell(code), exact)).collect();
    for (exact, lead) in [(true, "Codes that mean this alone"), (false, "Codes that hint at it")] {
        let of: Vec<_> =
            codes.iter().filter(|(_, of)| *of == exact).map(|(code, _)| &**code).collect();
        if !of.is_empty() {
            writeln!(page, "\n{lead}: {}.", of.join(", "))?;
        }
    }
    page.push_str("\n## What to do\n");
    let mut told = Vec::new();
    for side in Side::ALL {
        let (actor, remedy) = (words.get(cause.actor(side).key())?, cause.remedy_key(side));
        let entry = (remedy, cause.steps(side));
        if told.contains(&entry) {
            continue;
        }
        told.push(entry);
        let sides =
            Side::ALL.into_iter().filter(|it| (cause.remedy_key(*it), cause.steps(*it)) == entry);
        let sides: Result<Vec<_>> = sides.map(|side| words.get(side.key())).collect();
        let sides = sides?.join(", or ");
        writeln!(page, "\nIf {sides}: **{actor}** must act. {}\n", words.get(remedy)?)?;
        for (number, step) in (1..).zip(cause.steps(side)) {
            let text = words.get(&step.key())?.replace("{ $page }", "if there is one");
            writeln!(page, "{number}. {text}")?;
            if let Some(command) = step.command(&Known::default()) {
                writeln!(page, "\n   ```sh\n   {command}\n   ```")?;
            }
        }
    }
    Ok(page)
}
