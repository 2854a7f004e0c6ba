//! The files of the system that is looked at, and what could not be seen of them.

use std::cell::RefCell;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::postfix::below;

/// A system: this one, or a tree of files.
#[derive(Debug)]
pub(super) struct System {
    root: PathBuf,
    unseen: RefCell<Vec<String>>,
}

impl System {
    pub(super) fn new(root: Option<PathBuf>) -> Self {
        Self { root: root.unwrap_or_else(|| "/".into()), unseen: RefCell::default() }
    }

    /// A path of the system as one that can be opened.
    pub(super) fn below(&self, path: &Path) -> PathBuf {
        below(&self.root, path)
    }

    /// A file's text; `None` where there is no such file, or it cannot be read, which is
    /// remembered.
    pub(super) fn read(&self, path: &Path) -> Option<String> {
        match std::fs::read(self.below(path)) {
            Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) => {
                if error.kind() != ErrorKind::NotFound {
                    self.cannot_see(path, &error);
                }
                None
            }
        }
    }

    /// Files that match a pattern, as the system names them, in order.
    pub(super) fn matching(&self, pattern: &str) -> Vec<PathBuf> {
        let root = glob::Pattern::escape(&self.root.to_string_lossy());
        let pattern = Path::new(&root).join(pattern.trim_start_matches('/'));
        let Ok(paths) = glob::glob(&pattern.to_string_lossy()) else { return Vec::new() };
        let files = paths.flatten().filter(|path| path.is_file());
        files
            .filter_map(|path| Some(Path::new("/").join(path.strip_prefix(&self.root).ok()?)))
            .collect()
    }

    pub(super) fn exists(&self, path: &Path) -> bool {
        self.below(path).exists()
    }

    pub(super) fn cannot_see(&self, path: &Path, error: &dyn std::fmt::Display) {
        self.unseen.borrow_mut().push(format!("{}: {error}", path.display()));
    }

    /// What could not be seen.
    pub(super) fn unseen(&self) -> Vec<String> {
        let mut unseen = self.unseen.borrow().clone();
        unseen.sort();
        unseen.dedup();
        unseen
    }
}
