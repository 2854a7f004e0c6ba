//! Where a report goes.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use postlens_report::text::Look;
use postlens_report::{Language, Report};

use super::format::Format;
use super::mail::Post;
use crate::output::bytes;
use crate::whole::WholeFile;

/// Where a report goes, and in which form.
#[derive(Debug)]
pub(super) enum Way {
    /// To people's mailboxes.
    Mail(Box<Post>),
    /// To a file, whole or not at all.
    File(PathBuf, Format, Look),
    /// To standard output.
    Output(Format, Look),
}

impl Way {
    /// Brings it there.
    pub(super) fn send(&self, report: &Report<'_>, language: &Language) -> Result<()> {
        match self {
            Self::Mail(post) => post.send(report, language),
            Self::File(path, format, look) => {
                write_whole(path, &format.write(report, language, *look)?)
                    .with_context(|| format!("cannot write {}", path.display()))
            }
            Self::Output(format, look) => bytes(&format.write(report, language, *look)?)
                .context("cannot write to standard output"),
        }
    }
}

fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = WholeFile::create(path)?;
    file.write_all(bytes)?;
    file.commit()
}
