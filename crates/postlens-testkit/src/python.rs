//! Programs and libraries from PyPI, for tests beside them.

use std::fs;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// Makes a virtual environment with these packages, as pip names them, unless the directory
/// holds it already; returns the directory of its programs.
///
/// # Errors
///
/// When `python3 -m venv` (Debian's python3-venv) or pip fails: with what they said.
pub fn environment(directory: &Path, packages: &[&str]) -> Result<PathBuf> {
    // Tests of one program run side by side.
    static MAKING: Mutex<()> = Mutex::new(());
    let _making = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    let programs = directory.join("bin");
    // Written last, so that an environment that was cut off is made anew.
    let (done, wanted) = (directory.join("packages"), packages.join("\n"));
    if fs::read_to_string(&done).is_ok_and(|made| made == wanted) {
        return Ok(programs);
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(directory))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    run(Command::new(programs.join("python")).args(pip).args(packages))?;
    fs::write(done, wanted)?;
    Ok(programs)
}

fn run(command: &mut Command) -> Result<()> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::other(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr))))
}
