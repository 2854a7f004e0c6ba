//! `--mask`: no name of the log stands in any format.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

/// The examples' text, decompressed.
fn log() -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(examples()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("gz") => {
                flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
            }
            Some("md") => {}
            _ => text.push_str(&String::from_utf8_lossy(&bytes)),
        }
    }
    text
}

/// Words of letters, digits and what else stands in names.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let of_name = |c: char| c.is_ascii_alphanumeric() || "@.-_+".contains(c);
    text.split(move |c| !of_name(c)).map(|word| word.trim_matches(['.', '-']))
}

fn addresses(text: &str) -> BTreeSet<String> {
    let is_address = |word: &&str| {
        word.split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
    };
    words(text).filter(is_address).map(str::to_ascii_lowercase).collect()
}

fn ips(text: &str) -> BTreeSet<String> {
    let is_ip = |word: &&str| word.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| !ip.is_loopback());
    words(text).filter(is_ip).map(str::to_owned).collect()
}

fn report(args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postlens"));
    command.env("TZ", "UTC").env("LC_ALL", "C").arg("report").args(args);
    let output = command.args(["--detail", "--top", "1000"]).arg(examples()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn no_format_has_a_name_of_the_log() {
    let log = log();
    let (addresses, ips) = (addresses(&log), ips(&log));
    assert!(addresses.len() > 200 && ips.len() > 50);
    let compared = ["--period", "2026-11-22..2026-11-24", "--compare", "previous"];
    for format in ["text", "html", "markdown", "csv", "json"] {
        let plain = report(&["--format", format]);
        assert!(!self::addresses(&plain).is_disjoint(&addresses), "{format}: the test finds names");
        assert!(!self::ips(&plain).is_disjoint(&ips), "{format}");
        for more in [&[][..], &compared] {
            let masked = report(&[&["--format", format, "--mask", "all"], more].concat());
            let left: Vec<_> = self::addresses(&masked).intersection(&addresses).cloned().collect();
            assert!(left.is_empty(), "{format}: {left:?}");
            let left: Vec<_> = self::ips(&masked).intersection(&ips).cloned().collect();
            assert!(left.is_empty(), "{format}: {left:?}");
            assert!(masked.contains("@freemail.example"), "domains stay");
            assert!(masked.contains("198.51.100.x"), "networks stay");
        }
    }
}

#[test]
fn figures_stay_and_names_are_told_apart() {
    let json =
        |args: &[&str]| -> serde_json::Value { serde_json::from_str(&report(args)).unwrap() };
    let (plain, masked) = (json(&["--json"]), json(&["--json", "--mask", "all"]));
    for key in ["mails", "recipients", "refused", "days", "delays"] {
        assert_eq!(plain[key], masked[key], "{key}");
    }
    let senders = |report: &serde_json::Value| report["senders"]["distinct"].clone();
    assert_eq!(senders(&plain), senders(&masked));
    // One name throughout: who sends most here also logs in.
    let name = |list: &serde_json::Value| list["entries"][0]["name"].as_str().unwrap().to_owned();
    let user = name(&masked["login_mails"]);
    assert!(user.starts_with("user-"), "{user}");
    assert!(masked["senders"].to_string().contains(&user));
}
