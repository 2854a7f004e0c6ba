//! What is done about damaged files.

use std::path::{Path, PathBuf};

use crate::error::StoreError;
use crate::store::Store;
use crate::upkeep::Fault;

/// Where damaged files are moved, in the store's directory.
const QUARANTINE: &str = "quarantine";

impl Store {
    /// Lets the tables go of files that cannot be read, and moves those aside, to be looked at.
    /// Returns what was wrong with them; their rows are lost to the store.
    ///
    /// # Errors
    /// When a table cannot be read or written, or a file not be moved.
    pub fn repair(&mut self) -> Result<Vec<Fault>, StoreError> {
        let mut faults = Vec::new();
        for fault in self.view()?.check()? {
            let Some(path) = &fault.file else { continue };
            for stored in self.tables.iter_mut().filter(|own| own.table.name() == fault.table) {
                let files = stored.files()?;
                if let Some(file) = files.iter().find(|file| file.path == *path) {
                    self.runtime.block_on(stored.give_up(file))?;
                    put_aside(&self.directory, &Path::new(fault.table).join(path))?;
                }
            }
            faults.push(fault);
        }
        Ok(faults)
    }
}

/// Moves a file of the store, if it is there.
fn put_aside(store: &Path, file: &Path) -> Result<(), StoreError> {
    let (from, to): (PathBuf, PathBuf) = (store.join(file), store.join(QUARANTINE).join(file));
    let moved = std::fs::create_dir_all(to.parent().unwrap_or(store))
        .and_then(|()| std::fs::rename(&from, &to));
    match moved {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        moved => moved.map_err(|error| StoreError::file("move", from, error)),
    }
}
