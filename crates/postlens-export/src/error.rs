//! What can go wrong.

use std::io;

use thiserror::Error;

/// An export that failed.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The output took no more.
    #[error("cannot write the export")]
    Write(#[source] io::Error),
    /// psql(1) could not be started.
    #[error("cannot start psql to load {server}")]
    StartLoader {
        /// The server, without its password.
        server: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// psql(1) took no more, or ended with an error.
    #[error("{server} did not take the rows: {said}")]
    Load {
        /// The server, without its password.
        server: String,
        /// What psql said.
        said: String,
    },
}

impl ExportError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Write(_) => None,
            Self::StartLoader { .. } => {
                Some("install PostgreSQL's client, on Debian: apt-get install postgresql-client")
            }
            Self::Load { .. } => Some(
                "nothing was changed there; try the same address with psql, and look whether \
                 its user may create tables",
            ),
        }
    }
}
