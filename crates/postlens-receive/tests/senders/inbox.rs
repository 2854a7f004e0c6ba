//! A receiver, and what it wrote.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use postlens_receive::{Listen, Protocol, Receiver, Spool, SpoolLimits, TlsFiles, is_heading};

pub(crate) struct Inbox {
    pub(crate) directory: tempfile::TempDir,
    pub(crate) receiver: Receiver,
    spool: PathBuf,
}

impl Inbox {
    pub(crate) fn new(protocol: Protocol, tls: Option<TlsFiles>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let limits = SpoolLimits { size: 64 * 1024, floor: 0, ..SpoolLimits::default() };
        let spool = Spool::open(&directory.path().join("spool"), "test", limits).unwrap();
        let path = spool.path().to_owned();
        let mut listen = Listen::new(protocol, "127.0.0.1:0".parse().unwrap());
        listen.tls = tls;
        let receiver = Receiver::start(&listen, Arc::new(spool)).unwrap();
        Self { directory, receiver, spool: path }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn port(&self) -> String {
        self.receiver.address().port().to_string()
    }

    /// Waits for so many messages and gives all lines that were written.
    #[track_caller]
    pub(crate) fn lines(&self, count: usize) -> Vec<String> {
        let end = Instant::now() + Duration::from_mins(1);
        while self.receiver.counts().messages < count as u64 {
            assert!(Instant::now() < end, "{:?}", self.receiver.counts());
            std::thread::sleep(Duration::from_millis(20));
        }
        let mut files = Spool::ended(&self.spool).unwrap();
        files.push(self.spool.clone());
        let lines = files.iter().flat_map(|file| lines(file));
        lines.filter(|line| !is_heading(line.as_bytes())).collect()
    }
}

fn lines(path: &Path) -> Vec<String> {
    std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}
