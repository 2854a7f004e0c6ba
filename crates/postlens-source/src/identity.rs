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
    /// Hash of the first bytes of the log, decompressed. It stays when the file is
    /// renamed, compressed or appended to.
    pub head: u64,
}

/// How many first bytes are hashed; a log shorter than this is hashed whole lines only
/// up to here, so that its hash changes while it is that short.
pub const HEAD: usize = 256;

impl FileIdentity {
    pub(crate) fn new(metadata: &Metadata, start: &[u8]) -> Self {
        let head = hash(start.get(..HEAD).unwrap_or(start));
        Self { device: metadata.dev(), inode: metadata.ino(), size: metadata.size(), head }
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
    use super::{FileIdentity, hash};

    #[test]
    fn hashes_are_those_of_fnv() {
        assert_eq!(hash(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(hash(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn growth_behind_the_head_changes_nothing() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let metadata = file.as_file().metadata().unwrap();
        let long = vec![b'x'; 300];
        let longer = vec![b'x'; 900];
        let (a, b) = (FileIdentity::new(&metadata, &long), FileIdentity::new(&metadata, &longer));
        assert_eq!(a, b);
    }
}
