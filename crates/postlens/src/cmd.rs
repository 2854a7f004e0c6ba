//! The commands, one file each: arguments, their validation, and what they do.

pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod maillogger;
pub(crate) mod man;
pub(crate) mod parse;
pub(crate) mod pflogsumm;
pub(crate) mod qshape;
pub(crate) mod queue;
pub(crate) mod report;
pub(crate) mod search;
pub(crate) mod sql;
pub(crate) mod trace;
pub(crate) mod trend;
