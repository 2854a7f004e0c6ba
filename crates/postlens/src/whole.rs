//! Files that are written whole or not at all.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file under another name until it is whole, so that no reader ever sees a part of it.
#[derive(Debug)]
pub(crate) struct WholeFile {
    file: File,
    temporary: PathBuf,
    path: PathBuf,
    done: bool,
}

impl WholeFile {
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{}.tmp", std::process::id()));
        let temporary = PathBuf::from(name);
        let file = File::create_new(&temporary)?;
        Ok(Self { file, temporary, path: path.to_owned(), done: false })
    }

    /// A second handle, for a writer that wants to own it.
    pub(crate) fn writer(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// Gives the file its name.
    pub(crate) fn commit(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        std::fs::rename(&self.temporary, &self.path)?;
        self.done = true;
        Ok(())
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if !self.done {
            // There is an error already, and it matters more.
            let _ = std::fs::remove_file(&self.temporary);
        }
    }
}
