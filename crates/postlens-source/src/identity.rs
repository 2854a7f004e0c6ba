//! Which file a file is, whatever its name.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;

/// Identifies a log file across renaming, rotation and compression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileIdentity {
    /// The file system's device number.
    pub device: u64,
    /// The inode number.
    pub inode: u64,
    /// Size in bytes, as stored.
    pub size: u64,
    /// Which log it holds; see [`log_identity()`].
    pub log: u64,
}

/// How many first bytes are looked at.
pub const HEAD: usize = 256;

/// Which log begins with `start` (decompressed; [`HEAD`] bytes are enough): a hash of its
/// first line that is not blank. It stays when the log is renamed, compressed or appended
/// to, and is the same where it is piped in. Two logs that begin with the same line are
/// one to it; with a stamp and a host name in the line, they are copies.
pub fn log_identity(start: &[u8]) -> u64 {
    let mut line = start.get(..HEAD).unwrap_or(start);
    while let [b'\n' | b'\r', rest @ ..] = line {
        line = rest;
    }
    let end = memchr::memchr2(b'\n', b'\r', line).unwrap_or(line.len());
    hash(line.get(..end).unwrap_or(line))
}

impl FileIdentity {
    pub(crate) fn new(metadata: &Metadata, start: &[u8]) -> Self {
        let log = log_identity(start);
        Self { device: metadata.dev(), inode: metadata.ino(), size: metadata.size(), log }
    }
}

/// FNV-1a, 64 bits: the same on every machine and for all time, as stored
/// identities need.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::{hash, log_identity};

    #[test]
    fn hashes_are_those_of_fnv() {
        assert_eq!(hash(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(hash(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn a_log_is_known_by_its_first_line() {
        let log = log_identity(b"Nov 24 01:00:00 mx a\n");
        assert_eq!(log, log_identity(b"Nov 24 01:00:00 mx a\nNov 24 01:00:01 mx b\n"));
        assert_eq!(log, log_identity(b"\r\nNov 24 01:00:00 mx a\r\nmore"));
        assert_ne!(log, log_identity(b"Nov 24 01:00:00 mx b\n"));
        assert_eq!(log_identity(&[b'x'; 300]), log_identity(&[b'x'; 900]));
    }
}
