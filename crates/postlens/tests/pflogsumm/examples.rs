//! The example logs, decompressed.

use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

/// The files in the order of time.
pub(crate) const EXAMPLES: [&str; 5] =
    ["mail.log.4.gz", "mail.log.3.gz", "mail.log.2.gz", "mail.log.1", "mail.log"];

/// What is in one of them.
pub(crate) fn example(name: &str) -> Vec<u8> {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name);
    let bytes = std::fs::read(&path).unwrap();
    if path.extension().is_none_or(|extension| extension != "gz") {
        return bytes;
    }
    let mut text = Vec::new();
    MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut text).unwrap();
    text
}
