//! Exit codes, and how errors are shown.

use std::io;
use std::process::ExitCode;

use crate::output::message;

/// All was read and written.
pub(crate) const OK: u8 = 0;
/// Something could not be read; what could be read was used.
pub(crate) const INCOMPLETE: u8 = 1;
/// Nothing was found, of commands that look for something.
pub(crate) const NOT_FOUND: u8 = 1;
/// Wrong usage, or nothing could be done.
pub(crate) const FAILED: u8 = 2;

/// An error's remedy, kept apart from the error.
#[derive(Debug)]
pub(crate) struct Hint {
    error: anyhow::Error,
    hint: String,
}

impl Hint {
    /// What to do.
    pub(crate) fn remedy(&self) -> &str {
        &self.hint
    }
}

impl std::fmt::Display for Hint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for Hint {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}

/// Adds a remedy to an error.
pub(crate) fn hint(error: impl Into<anyhow::Error>, hint: impl Into<String>) -> anyhow::Error {
    anyhow::Error::new(Hint { error: error.into(), hint: hint.into() })
}

/// Shows an error with what caused it and what to do, and turns it into a code. A
/// reader that went away, such as `head`, is no error.
pub(crate) fn code(result: anyhow::Result<u8>) -> ExitCode {
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) if is_broken_pipe(&error) => ExitCode::from(OK),
        Err(error) => {
            message(&format!("error: {error}"));
            let mut told = error.to_string();
            for cause in error.chain().skip(1).map(ToString::to_string) {
                // Some libraries repeat a cause in what it causes.
                if !told.ends_with(&cause) {
                    message(&format!("  because: {cause}"));
                    told = cause;
                }
            }
            if let Some(hint) = error.downcast_ref::<Hint>() {
                message(&format!("hint: {}", hint.hint));
            }
            ExitCode::from(FAILED)
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
