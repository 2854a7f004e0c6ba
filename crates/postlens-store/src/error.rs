//! What can go wrong with a store.

use std::io;
use std::path::PathBuf;

use arrow_schema::ArrowError;
use deltalake::DeltaTableError;
use deltalake::datafusion::error::DataFusionError;

/// Why the store cannot do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process writes to it.
    #[error("{} is in use by another process", path.display())]
    InUse {
        /// The store's directory.
        path: PathBuf,
    },
    /// There is none.
    #[error("there is no store in {}", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// A file cannot be written, read or made.
    #[error("cannot {action} {}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the operating system says.
        #[source]
        source: io::Error,
    },
    /// The checkpoint is not one, or one of a later version.
    #[error("the checkpoint {} is damaged, or of another version", path.display())]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A table cannot be made, read, or added to.
    #[error("cannot {action} the table {table}")]
    Table {
        /// What was tried.
        action: &'static str,
        /// The table.
        table: &'static str,
        /// What the library says.
        #[source]
        source: Box<DeltaTableError>,
    },
    /// Rows do not make a batch of columns.
    #[error("cannot put rows of {table} into columns")]
    Columns {
        /// The table.
        table: &'static str,
        /// What the library says.
        #[source]
        source: ArrowError,
    },
    /// The disk is nearly full.
    #[error("{} has {free} bytes free, fewer than the {floor} that are to stay free", path.display())]
    Full {
        /// The store's directory.
        path: PathBuf,
        /// Free bytes.
        free: u64,
        /// How many are to stay free.
        floor: u64,
    },
    /// A query cannot be understood or run.
    #[error("cannot run the query")]
    Query(#[source] Box<DataFusionError>),
    /// A query took too long.
    #[error("the query was ended after {seconds} seconds")]
    Slow {
        /// How long it may take.
        seconds: u64,
    },
    /// Rows of a result cannot be written in the format.
    #[error("cannot write the result")]
    Result(#[source] ArrowError),
    /// A result cannot be written out.
    #[error("cannot write the result")]
    Write(#[source] io::Error),
    /// The threads that do the store's work cannot be started.
    #[error("cannot start threads")]
    Threads(#[source] io::Error),
}

impl StoreError {
    pub(crate) fn file(action: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        Self::File { action, path: path.into(), source }
    }

    pub(crate) fn table(
        action: &'static str,
        table: &'static str,
        source: DeltaTableError,
    ) -> Self {
        Self::Table { action, table, source: Box::new(source) }
    }

    /// What may help.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::InUse { .. } => {
                "stop the other postlensd, or give it another store: one process writes to a store"
            }
            Self::Missing { .. } => "name the directory with --store, or make one with `import`",
            Self::File { .. } => "the store's directory must belong to who runs postlensd",
            Self::Full { .. } => "make room, or keep less: `postlensd store vacuum --keep-days`",
            Self::Slow { .. } => {
                "ask about fewer days (`day >= '2026-11-01'`), or raise `query_seconds` in the \
                 configuration of postlensd"
            }
            _ => return None,
        })
    }
}
