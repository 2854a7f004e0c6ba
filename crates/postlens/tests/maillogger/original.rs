//! The original, in a virtual environment that is kept between runs.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// It takes every log to be of the present year.
pub(crate) const NOW: &str = "2026-11-24 10:30:00";

/// The version that is taken the place of.
const PACKAGE: &str = "maillogger==0.2.0";

/// The path of the original, installed at the first call.
pub(crate) fn original() -> &'static Path {
    static ORIGINAL: OnceLock<PathBuf> = OnceLock::new();
    ORIGINAL.get_or_init(|| {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("maillogger-venv");
        let program = directory.join("bin/maillogger");
        if !program.exists() {
            run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&directory));
            let pip = directory.join("bin/pip");
            run(Command::new(pip).args([
                "install",
                "--quiet",
                "--disable-pip-version-check",
                PACKAGE,
            ]));
        }
        program
    })
}

#[track_caller]
fn run(command: &mut Command) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?} (python3-venv is needed): {error}"));
    assert!(output.status.success(), "{command:?}: {output:?}");
}
