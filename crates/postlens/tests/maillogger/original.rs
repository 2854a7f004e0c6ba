//! The original, in a virtual environment that is kept between runs.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use postlens_testkit::python::environment;

/// It takes every log to be of the present year.
pub(crate) const NOW: &str = "2026-11-24 10:30:00";

/// The version that is taken the place of.
const PACKAGE: &str = "maillogger==0.2.0";

/// The path of the original, installed at the first call.
pub(crate) fn original() -> &'static Path {
    static ORIGINAL: OnceLock<PathBuf> = OnceLock::new();
    ORIGINAL.get_or_init(|| {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("maillogger-venv");
        environment(&directory, &[PACKAGE]).unwrap().join("maillogger")
    })
}
