//! What can go wrong.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// An export that failed.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The output took no more.
    #[error("cannot write the export")]
    Write(#[source] io::Error),
    /// A workbook took no more.
    #[error("cannot write the workbook")]
    Workbook(#[source] rust_xlsxwriter::XlsxError),
    /// A Parquet file took no more.
    #[error("cannot write the Parquet file")]
    Parquet(#[source] parquet::errors::ParquetError),
    /// A database file was wanted on a stream.
    #[error("a database is a file, not a stream")]
    NeedsFile,
    /// SQLite refused.
    #[error("cannot write to the database {}", path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        #[source]
        source: rusqlite::Error,
    },
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
            Self::Write(_) | Self::Parquet(_) => None,
            Self::Workbook(_) => Some(
                "rows of a workbook are kept in a temporary file until its end: see whether \
                 there is room, or set TMPDIR",
            ),
            Self::NeedsFile => Some("name one with --output"),
            Self::Sqlite { .. } => Some(
                "nothing was changed there; see whether the file is a database of SQLite and \
                 nobody else writes to it",
            ),
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
