//! Holds `postlens maillogger` against maillogger 0.2.0 of PyPI: with `--strict-compat` on
//! any log, without it on what the original reads rightly. The original is installed into a
//! virtual environment; where that fails, so do the tests.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

#[path = "maillogger/original.rs"]
mod original;

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use postlens_testkit::{Config, Hostility, Until, generate_in_memory};

use original::{NOW, original};

/// What a run left behind: its exit status and its files, decompressed.
#[derive(Debug, PartialEq)]
struct Left {
    code: Option<i32>,
    files: Vec<(String, String)>,
}

/// Runs a program in a directory of its own that holds `log`.
fn left(program: &Path, before: &[&str], log: &[u8], arguments: &str) -> Left {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("log"), log).unwrap();
    let output = Command::new("faketime")
        .args(["-f", NOW])
        .arg(program)
        .args(before)
        .args(arguments.split_ascii_whitespace())
        .current_dir(directory.path())
        .env("TZ", "UTC")
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("faketime is needed (apt-get install it): {error}"));
    let mut files: Vec<(String, String)> = std::fs::read_dir(directory.path())
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_name() != "log")
        .map(|entry| {
            let bytes = std::fs::read(entry.path()).unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, String::from_utf8(unpacked(bytes)).unwrap())
        })
        .collect();
    files.sort();
    Left { code: output.status.code(), files }
}

fn unpacked(bytes: Vec<u8>) -> Vec<u8> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return bytes;
    }
    let mut text = Vec::new();
    MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut text).unwrap();
    text
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn ours(before: &[&str], log: &[u8], arguments: &str) -> Left {
    let before = [&["maillogger"], before].concat();
    left(Path::new(env!("CARGO_BIN_EXE_postlens")), &before, log, arguments)
}

/// With `--strict-compat`, the same files and exit status.
#[track_caller]
fn strict(log: &[u8], arguments: &str) -> Left {
    let theirs = left(original(), &[], log, arguments);
    assert_eq!(ours(&["--strict-compat"], log, arguments), theirs, "{arguments}");
    theirs
}

const FORMS: [&str; 5] = [
    "log out",
    "log out.v1.x -f tsv",
    "-f json log out",
    "-cf csv log out",
    "-c --form=json log out",
];

/// A log with the only host name that the original knows.
fn of_host_mail(log: &[u8]) -> Vec<u8> {
    let mut renamed = Vec::new();
    for line in log.split_inclusive(|byte| *byte == b'\n') {
        let (stamp, rest) = line.split_at(16.min(line.len()));
        let host = rest.iter().position(|byte| *byte == b' ').unwrap_or_default();
        renamed.extend([stamp, b"mail", &rest[host..]].concat());
    }
    renamed
}

/// A log of twenty days that have two digits.
fn generated(hostility: Hostility, seed: u64) -> Vec<u8> {
    let start = 1_794_614_400 * 1_000_000;
    let until = Until::Messages(300);
    let config = Config { seed, until, hostility, start, ..Config::default() };
    of_host_mail(&generate_in_memory(config).0)
}

#[test]
fn strict_is_the_original_on_generated_logs() {
    for (seed, hostility) in [(1, Hostility::None), (2, Hostility::Quoted)] {
        let log = generated(hostility, seed);
        for arguments in FORMS {
            let left = strict(&log, arguments);
            assert_eq!((left.code, left.files.len()), (Some(0), 1), "{arguments}");
            assert!(left.files[0].1.len() > 10_000, "{left:?}");
        }
        strict(&packed(&log), "log out");
    }
}

/// A line of a delivery.
fn line(stamp: &str, host: &str, fields: &str) -> String {
    format!("{stamp} {host} postfix/smtp[7]: 4F1A2B3C0D: {fields}\n")
}

const FIELDS: &str = "to=<a@example.org>, relay=mx.example.org[192.0.2.9]:25, delay=1.5, \
     delays=1/0.5/0/0, dsn=2.0.0, status=sent (250 \"ok\", said\t(x))";

#[test]
fn strict_is_the_original_on_odd_fields() {
    let fields = [
        FIELDS.to_owned(),
        FIELDS.replace("<a@", "<=a@"),
        FIELDS.replace("<a@example.org>", "<a>"),
        FIELDS.replace("<a@example.org>", "<a>, orig_to=<b@c>"),
        FIELDS.replace("delay=1.5", "conn_use=3, delay=1.5"),
        FIELDS.replace("delay=1.5", "delay=1.5.6"),
        FIELDS.replace("delays=1/0.5/0/0", "delays=1"),
        FIELDS.replace("delays=1/0.5/0/0", "delays=/1/0.5"),
        FIELDS.replace("2.0.0", "4.7.28"),
        FIELDS.replace("2.0.0", "2x0y0"),
        FIELDS.replace("2.0.0", "2\u{e9}0\u{df}0"),
        FIELDS.replace("sent (", "expired ("),
        FIELDS.replace("sent (", "sent("),
        FIELDS.replace("dsn=", "tls=none, dsn="),
        format!("{FIELDS}, relay=x, {FIELDS}"),
        format!("{FIELDS} {FIELDS}) y"),
        format!("to=<x>, relay=y>, {FIELDS}"),
        format!("{FIELDS}>, relay=z, delay=1, delays=1/2, dsn=2.0.0, status=sent no"),
        FIELDS.replace("said", "s\u{c}aid"),
        FIELDS.replace("said", "s\u{2028}aid"),
        FIELDS.replace("said", "s\u{1}\u{8}\u{1b}\\a\u{7f}id"),
        FIELDS.replace(')', ""),
    ];
    let mut log = String::new();
    for fields in &fields {
        log += &line("Nov 24 06:25:01", "mail", fields);
        log += &line("Nov 24 06:25:01", "mx", fields);
    }
    log += &line("Nov 24 06:25:01", "mail", FIELDS).replace("/smtp[7]", "/relay/smtp[7]");
    log += &line("Nov 24 06:25:01", "mail", FIELDS).replace("4F1A2B3C0D", "4Zabc");
    log += &line("xNov 24 06:25:01", "mail", FIELDS).replace('\n', "\r\n");
    log += line("Nov 24 06:25:01", "mail", FIELDS).trim_end();
    for arguments in FORMS {
        strict(log.as_bytes(), arguments);
    }
}

#[test]
fn strict_is_the_original_on_stamps() {
    let mut log = String::new();
    for stamp in [
        "Aug 1 10:00:00",
        "Aug 4 10:00:00",
        "Nov  4 06:25:01",
        "Nov  10:00:00",
        "Dec 31 23:59:59",
        "Aug 3 10:00:00",
        "Aug 3 20:00:00",
        "Jan 01 00:00:00",
        "2026-11-24T06:25:01Z",
    ] {
        log += &line(stamp, "mail", FIELDS);
    }
    let left = strict(log.as_bytes(), "log out");
    assert!(left.files[0].1.contains("20261231235959"), "{left:?}");
    for wrong in [
        "Feb 29 06:25:01",
        "Nov 31 06:25:01",
        "Foo 24 06:25:01",
        "Nov 24 06:25:60",
        "Nov 24 24:00:00",
        "Nov 99 06:25:01",
        "Nov 00 06:25:01",
        "Nov 24 06:75:01",
    ] {
        let log = line("Nov 24 06:25:01", "mail", FIELDS) + &line(wrong, "mail", FIELDS);
        let left = strict(log.as_bytes(), "log out");
        assert_eq!((left.code, left.files.len()), (Some(1), 0), "{wrong}");
    }
}

#[test]
fn strict_is_the_original_on_what_it_cannot_read() {
    let good = line("Nov 24 06:25:01", "mail", FIELDS);
    assert_eq!(strict(&[good.as_bytes(), b"\xff\n"].concat(), "log out").code, Some(1));
    assert_eq!(strict(b"", "log out"), Left { code: Some(0), files: vec![] });
    assert_eq!(strict(b"no delivery\n", "log out").files, []);
    assert_eq!(strict(good.as_bytes(), "missing out").code, Some(1));
    for wrong in ["log", "", "log out more", "-f xml log out", "-x log out"] {
        assert_eq!(strict(good.as_bytes(), wrong).code, Some(2), "{wrong}");
    }
}

#[test]
fn what_the_original_reads_rightly_gives_the_same_file() {
    let mut log = String::new();
    for (number, status) in ["sent", "deferred", "bounced"].into_iter().cycle().take(30).enumerate()
    {
        let fields = FIELDS.replace("sent", status).replace("a@", &format!("user{number}@"));
        log += &line(
            &format!("Nov 1{} 06:25:0{}", number % 10, number % 7),
            "mail",
            &fields.replace('\t', " "),
        );
    }
    for arguments in FORMS {
        let theirs = left(original(), &[], log.as_bytes(), arguments);
        assert_eq!(theirs.files.len(), 1);
        assert_eq!(ours(&[], log.as_bytes(), arguments), theirs, "{arguments}");
    }
}

/// The rows of a CSV file, without its heading.
fn rows(log: &[u8]) -> Vec<String> {
    let left = ours(&[], log, "log out");
    assert_eq!(left.code, Some(0));
    left.files[0].1.split_terminator("\r\n").skip(1).map(str::to_owned).collect()
}

#[test]
fn what_it_drops_or_garbles_is_right() {
    let row = "4F1A2B3C0D,a@example.org,mx.example.org[192.0.2.9]:25,1.5,1/0.5/0/0,2.0.0,sent,ok";
    let fields = FIELDS.replace("250 \"ok\", said\t(x)", "ok");
    let check =
        |line: String, expected: &str| assert_eq!(rows(line.as_bytes()), [expected], "{line}");
    let at = |time: &str| format!("{row},{time}");
    check(line("Nov  4 06:25:01", "mx", &fields), &at("20261104062501"));
    check(line("Aug 1 10:00:00", "mail", &fields), &at("20260801100000"));
    check(line("Dec 31 06:25:01", "mail", &fields), &at("20251231062501"));
    check(line("2024-02-29T06:25:01.5+09:00", "mx", &fields), &at("20240229062501"));
    let service =
        line("Nov 24 06:25:01", "mx", &fields).replace("postfix/smtp", "postfix-out/relay/smtp");
    check(service, &at("20261124062501"));
    let long = line("Nov 24 06:25:01", "mx", &fields).replace("4F1A2B3C0D", "4Z5pXq1Nhqz1f");
    check(long, &at("20261124062501").replace("4F1A2B3C0D", "4Z5pXq1Nhqz1f"));
    let fuller = fields
        .replace("org>,", "org>, orig_to=<b@example.org>,")
        .replace("delay=1.5", "conn_use=2, delay=1.5")
        .replace("dsn=2.0.0", "tls=none, dsn=4.7.28");
    check(line("Nov 24 06:25:01", "mx", &fuller), &at("20261124062501").replace("2.0.0", "4.7.28"));
    let local = fields.replace("a@example.org", "a");
    check(
        line("Nov 24 06:25:01", "mx", &local),
        &at("20261124062501").replace("a@example.org", "a"),
    );
    let odd =
        [line("Nov 24 06:25:01", "mx", &fields.replace("(ok)", "(o")).as_bytes(), b"\xffk)\n"]
            .concat();
    let odd: Vec<u8> = odd.into_iter().filter(|byte| *byte != b'\n').collect();
    assert_eq!(rows(&odd), [at("20261124062501").replace(",ok", ",o\\xFFk")]);
    let formula = fields.replace("<a@", "<=a@");
    check(line("Nov 24 06:25:01", "mx", &formula), &at("20261124062501").replace(",a@", ",'=a@"));
}

fn postlens(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_postlens"))
        .arg("maillogger")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn errors_name_the_file_and_a_remedy() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("out");
    let missing = postlens(&["/nonexistent/log", target.to_str().unwrap()]);
    assert_eq!(missing.status.code(), Some(1));
    let told = String::from_utf8(missing.stderr).unwrap();
    assert!(told.contains("/nonexistent/log") && told.contains("hint: "), "{told}");
    let log = directory.path().join("log");
    std::fs::write(&log, line("Nov 24 06:25:01", "mx", FIELDS)).unwrap();
    let unwritable = postlens(&[log.to_str().unwrap(), "/nonexistent/out"]);
    assert_eq!(unwritable.status.code(), Some(2));
    let told = String::from_utf8(unwritable.stderr).unwrap();
    assert!(told.contains("/nonexistent/out.csv") && told.contains("hint: "), "{told}");
    let version = postlens(&["-V"]);
    assert!(String::from_utf8(version.stdout).unwrap().starts_with("maillogger 0.2.0 (Postlens "));
}

#[test]
fn runs_under_the_original_s_name_and_from_a_pipe() {
    let directory = tempfile::tempdir().unwrap();
    let link = directory.path().join("maillogger");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_postlens"), &link).unwrap();
    let mut child = Command::new(&link)
        .args(["-", "out"])
        .current_dir(directory.path())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(line("Nov 24 06:25:01", "mx", FIELDS).as_bytes())
        .unwrap();
    assert!(child.wait().unwrap().success());
    let text = std::fs::read_to_string(directory.path().join("out.csv")).unwrap();
    assert_eq!(text.lines().count(), 2);
    assert!(text.ends_with("062501\r\n"), "{text}");
}
