//! The Postfix instances of this machine, and their programs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, anyhow};

use crate::exit::hint;

/// A Postfix.
#[derive(Debug, Clone, Default)]
pub(crate) struct Instance {
    /// Where there is more than one.
    pub(crate) name: Option<String>,
    /// Its configuration directory; `None` for the one that Postfix looks at by default.
    pub(crate) config: Option<PathBuf>,
}

/// A program of Postfix for an instance, found where Postfix has them even if `PATH` does not.
pub(crate) fn program(name: &str, config: Option<&Path>) -> Command {
    let usual = Path::new("/usr/sbin").join(name);
    let mut command = if usual.exists() { Command::new(usual) } else { Command::new(name) };
    if let Some(config) = config {
        command.arg("-c").arg(config);
    }
    command.stdin(Stdio::null());
    command
}

/// What a command prints.
pub(crate) fn printed(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| {
        hint(
            anyhow::Error::new(error).context(format!("cannot run {name}")),
            "Postfix is not installed here, or not in PATH; a copy of its files can be named with \
             --spool (queue, check queue) or --root (doctor)",
        )
    })?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        return Err(anyhow!("{}", words.trim()).context(format!("{name} failed")));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// All instances; the only one, or where nobody knows, has no name.
pub(crate) fn instances() -> Vec<Instance> {
    let listed = printed(program("postmulti", None).arg("-l")).unwrap_or_default();
    let all: Vec<Instance> = listed.lines().filter_map(instance).collect();
    if all.len() > 1 { all } else { vec![Instance::default()] }
}

/// A line of `postmulti -l`: name, group, enabled, configuration directory.
fn instance(line: &str) -> Option<Instance> {
    let mut parts = line.split_ascii_whitespace();
    let (name, _, enabled, config) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    // The first has no name of its own and is listed even where it is not enabled.
    let name = if name == "-" { "postfix" } else { name };
    let wanted = enabled == "y" || name == "postfix";
    wanted.then(|| Instance { name: Some(name.to_owned()), config: Some(config.into()) })
}
