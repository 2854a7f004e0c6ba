//! The commands and their options, as the program's own `--help` gives them.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;

use crate::run;

const PROGRAM: &str = "postlens";

/// The page, from the program built now.
pub(super) fn render(root: &Path) -> Result<String> {
    let help = help(root, &[])?;
    let mut page = format!(
        "# Commands\n\n<!-- Made by `cargo xtask book` from the program's own help. -->\n\n\
         ```text\n{}\n```\n",
        help.trim_end()
    );
    for command in commands(&help) {
        let help = self::help(root, &[command])?;
        write!(page, "\n## {PROGRAM} {command}\n\n```text\n{}\n```\n", help.trim_end())?;
    }
    Ok(page)
}

fn help(root: &Path, command: &[&str]) -> Result<String> {
    let line = format!("run --quiet --locked --package {PROGRAM} --");
    let mut program = run::cargo(root, &line);
    // The width of a terminal must not change the page.
    let program = program.args(command).arg("--help").env("COLUMNS", "100").env_remove("TERM");
    let text = run::output(program)?;
    // Blank lines inside a description come with its indentation.
    Ok(text.lines().flat_map(|line| [line.trim_end(), "\n"]).collect())
}

/// The names under `Commands:`.
fn commands(help: &str) -> Vec<&str> {
    let after = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    // A name is indented by two blanks, the rest of a long description by more.
    let rows = after.take_while(|line| line.starts_with("  "));
    rows.filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_ascii_whitespace().next())
        .filter(|name| *name != "help")
        .collect()
}

#[cfg(test)]
mod tests {
    use super::commands;

    #[test]
    fn commands_are_those_of_the_help() {
        let help = "What it does\n\nUsage: a <COMMAND>\n\nCommands:\n  report  A report\n          \
                    of logs\n  parse   Lines\n  help    Print this\n\nOptions:\n  -h, --help  X\n";
        assert_eq!(commands(help), ["report", "parse"]);
        assert!(commands("Usage: a\n\nOptions:\n  -h\n").is_empty());
    }
}
