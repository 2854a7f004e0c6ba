//! Exit codes, and how errors are shown.

use std::io;
use std::process::ExitCode;

use postlens_client::ClientError;
use postlens_receive::ReceiveError;
use postlens_source::Problem;
use postlens_store::StoreError;

use crate::output::message;

/// All was done.
pub(crate) const OK: u8 = 0;
/// Some logs could not be read, or something is wrong with the store.
pub(crate) const INCOMPLETE: u8 = 1;
/// Wrong usage, or nothing could be done.
pub(crate) const FAILED: u8 = 2;

/// Shows an error with what caused it and what to do, and turns it into a code. A reader
/// that went away, such as `head`, is no error.
pub(crate) fn code(result: anyhow::Result<u8>) -> ExitCode {
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) if is_broken_pipe(&error) => ExitCode::from(OK),
        Err(error) => {
            tell_error(&error);
            ExitCode::from(FAILED)
        }
    }
}

/// Shows an error with what caused it and what to do.
pub(crate) fn tell_error(error: &anyhow::Error) {
    tracing::error!("error: {}", causes(error.as_ref()));
    let hint = error.chain().find_map(|cause| {
        let of_store = || cause.downcast_ref::<StoreError>()?.hint().map(str::to_owned);
        let received = || cause.downcast_ref::<ReceiveError>()?.hint().map(str::to_owned);
        let asked = cause.downcast_ref::<ClientError>();
        asked.map_or_else(|| of_store().or_else(received), ClientError::hint)
    });
    if let Some(hint) = hint {
        message(&format!("hint: {hint}"));
    }
}

/// Shows what could not be read.
pub(crate) fn tell_problem(problem: &Problem) {
    message(&causes(problem));
    if let Some(hint) = problem.hint() {
        message(&format!("hint: {hint}"));
    }
}

/// An error and what caused it, in one line.
pub(crate) fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let all = std::iter::successors(Some(error), |error| error.source());
    all.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
