//! The tables, opened with deltalake, Polars and DuckDB from PyPI.

use std::path::{Path, PathBuf};
use std::process::Command;

use postlens_testkit::python::environment;
use postlens_testkit::{Config, Format, Until, Zone, generate_in_memory};

use crate::drive::Home;

/// What pip installs.
const READERS: [&str; 4] = ["deltalake", "polars", "duckdb", "pyarrow"];

/// Python with the readers.
fn python() -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("store-readers");
    environment(&directory, &READERS).unwrap().join("python")
}

#[test]
fn all_readers_see_the_same_rows() {
    let home = Home::new();
    let format = Format::Rfc3339 { digits: 6, zone: Zone::Colon };
    let config = Config { seed: 29, until: Until::Messages(500), format, ..Config::default() };
    let (mut log, _, _) = generate_in_memory(config);
    // Later than all else, so that nothing stays open.
    log.extend_from_slice(b"2036-01-01T00:00:00+00:00 mx postfix/master[1]: daemon started -- version 3.10.0, configuration /etc/postfix\n");
    let path = home.write("mail.log", log);
    assert_eq!(home.import(&[&path]).code, 0);
    assert_eq!(home.say(&["store", "compact"]).code, 0);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/daemon/readers.py");
    let mut check = Command::new(python());
    check.arg(script).arg(env!("CARGO_BIN_EXE_postlensd")).arg(home.path("store"));
    let output = check.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.lines().count(), 15, "{said}");
}
