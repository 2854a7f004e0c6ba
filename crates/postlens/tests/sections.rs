//! What sections of the report tell, on the examples.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

fn text(args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postlens"));
    command.env("TZ", "UTC").env("LC_ALL", "C").arg("report").args(args).arg(examples());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{args:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn json(args: &[&str]) -> Value {
    serde_json::from_str(&text(&[&["--json"], args].concat())).unwrap()
}

#[test]
fn spans_of_time_add_up() {
    let days = json(&[]);
    let total = |flows: &mut dyn Iterator<Item = &Value>| {
        flows.fold([0; 5], |mut sums, flow| {
            let keys = ["received", "delivered", "deferred", "bounced", "refused"];
            for (sum, key) in sums.iter_mut().zip(keys) {
                *sum += flow[key].as_u64().unwrap();
            }
            sums
        })
    };
    let expected = total(&mut days["days"].as_object().unwrap().values());
    assert!(expected.iter().all(|sum| *sum > 0));
    assert_eq!(days["spans"], Value::Null);
    for by in ["minute", "hour", "day", "weekday", "week", "month"] {
        let spans = json(&["--by", by])["spans"].clone();
        assert_eq!(spans["by"], by);
        let spans = spans["entries"].as_array().unwrap().clone();
        assert_eq!(total(&mut spans.iter()), expected, "{by}");
    }
    assert!(text(&["--by", "weekday"]).contains("  Monday\n"));
}

#[test]
fn only_the_sections_asked_for_are_shown() {
    let all = text(&[]);
    let some = text(&["--section", "delays", "--section", "senders"]);
    for (heading, shown) in
        [("\nSenders\n", true), ("\nHow long deliveries took\n", true), ("\nMail\n", false)]
    {
        assert!(all.contains(heading), "{heading}");
        assert_eq!(some.contains(heading), shown, "{heading}");
    }
    let some = json(&["--section", "delays"]);
    assert!(some["delays"].is_object());
    assert!(some["source"].is_object());
    assert_eq!(some.get("mails"), None);
}
