//! One run of the lab, shared by all tests of this file.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use crate::records::{Records, logs};

/// The two ways in which the lab logs.
pub(crate) const VARIANTS: [&str; 2] = ["postlogd", "syslog"];

struct Run {
    /// Made by this process, with the output in it.
    root: Option<PathBuf>,
    out: PathBuf,
    /// What went wrong in the lab itself.
    trouble: Option<String>,
}

fn run() -> &'static Run {
    static RUN: OnceLock<Run> = OnceLock::new();
    RUN.get_or_init(|| {
        if let Some(out) = std::env::var_os("POSTLENS_LAB_OUT") {
            return Run { root: None, out: PathBuf::from(out), trouble: None };
        }
        let root = tempfile::Builder::new().prefix("postlens-lab-").tempdir().unwrap().keep();
        let out = root.join("out");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lab/lab.sh");
        let run = Command::new(script)
            .arg("all")
            .env("LAB_OUT", &out)
            .env("LAB_RUN", root.join("run"))
            .output()
            .unwrap();
        let trouble = (!run.status.success())
            .then(|| format!("the lab failed: {}", String::from_utf8_lossy(&run.stderr)));
        Run { root: Some(root), out, trouble }
    })
}

/// The directory with the output of the run.
pub(crate) fn lab() -> &'static Path {
    let run = run();
    assert!(run.trouble.is_none(), "{}", run.trouble.as_deref().unwrap_or_default());
    &run.out
}

/// What we make of the logs of one variant.
pub(crate) fn records(variant: &str) -> &'static Records {
    static RECORDS: [OnceLock<Records>; 2] = [OnceLock::new(), OnceLock::new()];
    let index = VARIANTS.iter().position(|known| *known == variant).unwrap();
    RECORDS[index].get_or_init(|| Records::read(&logs(&lab().join(variant))))
}

/// Held by each test. The last one removes what the run left, unless a test failed.
pub(crate) struct Hold {
    pub(crate) tests: &'static [&'static str],
}

impl Hold {
    /// How many tests this process runs, given the names to choose by.
    fn chosen(&self) -> usize {
        let names: Vec<String> =
            std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
        let is_chosen = |test: &&&str| {
            names.is_empty() || names.iter().any(|name| test.contains(name.as_str()))
        };
        self.tests.iter().filter(is_chosen).count()
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        static ENDED: AtomicUsize = AtomicUsize::new(0);
        static FAILED: AtomicBool = AtomicBool::new(false);
        if thread::panicking() {
            FAILED.store(true, Ordering::SeqCst);
            eprintln!("the lab's output is kept: {}", run().out.display());
        }
        let last = ENDED.fetch_add(1, Ordering::SeqCst) + 1 == self.chosen();
        if last
            && !FAILED.load(Ordering::SeqCst)
            && let Some(root) = &run().root
        {
            std::fs::remove_dir_all(root).unwrap();
        }
    }
}
