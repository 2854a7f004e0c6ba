//! `postlens` reads history as it reads logs.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use postlens_testkit::{Config, Until, generate_in_memory};
use serde_json::Value;

use crate::drive::{Home, Said};

/// The other program, built as this one was.
fn postlens() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let beside = Path::new(env!("CARGO_BIN_EXE_postlensd")).with_file_name("postlens");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--locked", "--package", "postlens"]);
        if beside.parent().unwrap().ends_with("release") {
            cargo.arg("--release");
        }
        assert!(cargo.current_dir(env!("CARGO_MANIFEST_DIR")).status().unwrap().success());
        beside
    })
}

fn run(home: &Home, arguments: &[&str], logs: &[PathBuf]) -> Said {
    let mut command = Command::new(postlens());
    command.args(arguments).args(["--tz", "UTC"]);
    if logs.is_empty() {
        command.arg("--history").arg("--store").arg(home.path("store"));
    }
    command.args(logs).output().unwrap().into()
}

/// Five months of little mail, in three files.
fn months(home: &Home) -> (Vec<PathBuf>, i64) {
    let config = Config {
        seed: 37,
        start: 1_777_593_600_000_000,
        until: Until::Messages(1200),
        messages_per_hour: 0.33,
        hosts: 2,
        content_filter: 0.5,
        ..Config::default()
    };
    let (log, _, totals) = generate_in_memory(config);
    let text = String::from_utf8(log).unwrap();
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    let third = lines.len() / 3;
    let parts = [
        ("mail.log.2", &lines[..third]),
        ("mail.log.1", &lines[third..2 * third]),
        ("mail.log", &lines[2 * third..]),
    ];
    let logs = parts.map(|(name, lines)| home.write(name, lines.concat()));
    (logs.to_vec(), i64::try_from(totals.lines).unwrap())
}

/// A report without what was read to make it.
fn figures(said: &Said) -> Value {
    let mut report: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}"));
    let report_object = report.as_object_mut().unwrap();
    assert!(report_object.remove("source").is_some());
    report
}

#[test]
fn history_says_what_the_logs_say() {
    let home = Home::new();
    let (logs, lines) = months(&home);
    let daemon = home.follow(1);
    home.wait_for("SELECT count(*) FROM events", lines);
    let same: [&[&str]; 6] = [
        &["export", "deliveries", "--format", "csv"],
        &["export", "messages", "--format", "ndjson"],
        &["export", "events", "--format", "csv"],
        &["search", "status=deferred"],
        &["search", "--count-by", "kind", "--format", "csv"],
        &["parse"],
    ];
    for arguments in same {
        let (raw, history) = (run(&home, arguments, &logs), run(&home, arguments, &[]));
        assert_eq!(history.code, 0, "{arguments:?}: {}", history.err);
        assert!(raw.out.len() > 100, "{arguments:?}: {}", raw.err);
        assert!(history.out == raw.out, "{arguments:?} differ");
    }
    let reports: [&[&str]; 4] = [
        &["report", "--json"],
        &["report", "--json", "--period", "2026-06"],
        &["report", "--json", "--period", "2026-06..2026-07", "--compare", "previous"],
        &["report", "--json", "--domain", "example.com", "--since", "2026-07-10"],
    ];
    for arguments in reports {
        let (raw, history) = (run(&home, arguments, &logs), run(&home, arguments, &[]));
        assert_eq!(figures(&history), figures(&raw), "{arguments:?}");
    }
    assert_eq!(daemon.stop().0, Some(0));
}

#[test]
fn one_mail_is_found_in_history() {
    let home = Home::new();
    let (logs, lines) = months(&home);
    let daemon = home.follow(1);
    home.wait_for("SELECT count(*) FROM events", lines);
    let id =
        home.sql("SELECT queue_id FROM messages WHERE recipient_count > 1 ORDER BY time LIMIT 1");
    let id = id[0]["queue_id"].as_str().unwrap();
    let (raw, history) =
        (run(&home, &["trace", "--json", id], &logs), run(&home, &["trace", "--json", id], &[]));
    assert_eq!((history.code, &history.out), (0, &raw.out), "{}", history.err);
    assert_eq!(daemon.stop().0, Some(0));
    // Nobody answers any more: that is said, with what helps.
    let gone = run(&home, &["report"], &[]);
    assert_eq!(gone.code, 2);
    assert!(
        gone.err.contains("no postlensd listens") && gone.err.contains("postlensd run"),
        "{}",
        gone.err
    );
}
