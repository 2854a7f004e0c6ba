//! Logs that somebody else keeps, such as a daemon's history.

use std::fmt::Debug;
use std::io::{self, Read};
use std::sync::Arc;

use crate::period::Period;

/// Who keeps a log.
pub trait Keeper: Debug + Send + Sync {
    /// Begins to read the lines of a period; others may be among them.
    ///
    /// # Errors
    /// When they cannot be had.
    fn open(&self, period: Option<Period>) -> io::Result<KeptLines>;
}

/// Lines of a kept log.
pub struct KeptLines {
    /// When the first was logged, in microseconds since 1970-01-01T00:00:00Z, if that is known:
    /// it tells the year.
    pub first: Option<i64>,
    /// Where in its log it begins.
    pub offset: u64,
    /// The lines.
    pub bytes: Box<dyn Read + Send>,
}

impl Debug for KeptLines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { first, offset, .. } = self;
        f.debug_struct("KeptLines").field("first", first).field("offset", offset).finish()
    }
}

/// A kept log, and what of it is wanted.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) keeper: Arc<dyn Keeper>,
    /// Which log.
    pub(crate) log: u64,
    pub(crate) period: Option<Period>,
}

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.keeper, &other.keeper) && self.log == other.log
    }
}

impl Eq for Kept {}
