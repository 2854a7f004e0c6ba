//! `postlens report --compare`, from outside.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::process::{Command, Output};

fn report(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_postlens"))
        .args(["report", "--tz", "UTC", "--lang", "en"])
        .args(args)
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}

fn examples() -> &'static str {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples")
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn figures_of_the_other_period_are_those_of_its_own_report() {
    let day = |day: &str| -> serde_json::Value {
        let text = text(&report(&[examples(), "--period", day, "--json"]));
        serde_json::from_str(&text).unwrap()
    };
    let args = [examples(), "--period", "2026-11-22", "--compare", "previous", "--json"];
    let both: serde_json::Value = serde_json::from_str(&text(&report(&args))).unwrap();
    let (now, then) = (day("2026-11-22"), day("2026-11-21"));
    let figures = &both["comparison"]["figures"];
    let sum = |report: &serde_json::Value, key: &str| -> u64 {
        report["hours"].as_array().unwrap().iter().map(|hour| hour[key].as_u64().unwrap()).sum()
    };
    for key in ["received", "delivered", "deferred", "bounced", "refused", "connections"] {
        assert_eq!(figures[key]["now"], sum(&now, key), "{key}");
        assert_eq!(figures[key]["then"], sum(&then, key), "{key}");
    }
    assert!(figures["received"]["then"].as_u64().unwrap() > 50);
    assert_eq!(both["comparison"]["from"], "2026-11-21T00:00:00Z");
    assert_eq!(both["comparison"]["to"], "2026-11-22T00:00:00Z");
    assert_eq!(both["recipients"], now["recipients"], "the report itself is the same");
    assert_eq!(both["source"]["outside"], now["source"]["outside"]);
}

#[test]
fn who_changed_is_named() {
    let args = ["--period", "2026-11-21", "--compare", "previous", "--section", "compare"];
    let page = text(&report(&[&[examples()], &args[..]].concat()));
    assert!(page.contains("Compared with 2026-11-20 00:00 to 2026-11-21 00:00"), "{page}");
    assert!(page.contains("mails from carol@example.com: 49 (other period: "), "{page}");
    assert!(page.lines().all(|line| line.chars().count() <= 100));
}

#[test]
fn hours_are_held_against_earlier_ones() {
    let args = [examples(), "--period", "2026-11-23", "--compare", "previous", "--json"];
    let value: serde_json::Value = serde_json::from_str(&text(&report(&args))).unwrap();
    let hours = value["comparison"]["usual_per_hour"]["connections"].as_array().unwrap();
    assert!(hours.len() >= 20, "{}", hours.len());
    assert!(hours.iter().all(|hour| hour["hours"].as_u64().unwrap() >= 3));
    assert!(hours.iter().any(|hour| hour["normal"] == true));
}

#[test]
fn minutes_change_nothing_in_the_hours() {
    let args = [examples(), "--period", "2026-11-23", "--compare", "previous", "--json"];
    let usual = |more: &[&str]| -> serde_json::Value {
        let value: serde_json::Value =
            serde_json::from_str(&text(&report(&[&args, more].concat()))).unwrap();
        value["comparison"]["usual_per_hour"].clone()
    };
    assert_eq!(usual(&["--by", "minute"]), usual(&[]));
}

#[test]
fn what_cannot_be_compared_is_said() {
    for (args, said) in [
        (&["--compare", "previous"][..], "needs a period with a beginning"),
        (&["--period", "2026-11-22", "--compare", "some day"], "not a period or a time: some day"),
        (&["--period", "2026-11-22", "--compare", "..2026-11-01"], "has no beginning"),
    ] {
        let output = report(&[&[examples()], args].concat());
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(message.contains(said) && message.contains("hint: "), "{message}");
        assert!(!output.status.success());
    }
    let page = text(&report(&[
        examples(),
        "--period",
        "2026-11-19",
        "--compare",
        "last-week",
        "--section",
        "compare",
    ]));
    assert!(page.contains("These logs hold nothing of that time."), "{page}");
}
