//! What is wrong from a log's first line to its last is no more right for that.

use crate::drive::{findings, summary};

/// Lines at even distances over some hours.
fn log(hours: u32, each_hour: u32, line: impl Fn(u32) -> String) -> String {
    let lines = (0..hours * each_hour).map(|number| {
        let seconds = number * 3_600 / each_hour;
        let (day, second) = (seconds / 86_400 + 2, seconds % 86_400);
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        format!("2026-11-{day:02}T{hour:02}:{minute:02}:{second:02}Z mail {}\n", line(number))
    });
    lines.collect()
}

#[track_caller]
fn check(log: &str, expected: &[&str]) {
    let found: Vec<_> = findings(log.as_bytes()).iter().map(summary).collect();
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}");
    }
}

fn milter(_: u32) -> String {
    "postfix/smtpd[9]: warning: connect to Milter service inet:127.0.0.1:8891: Connection refused"
        .to_owned()
}

fn guess(number: u32) -> String {
    format!(
        "postfix/smtpd[9]: warning: unknown[198.51.100.{}]: SASL LOGIN authentication failed: x, \
         sasl_username=user{}",
        number % 200,
        number % 97
    )
}

#[test]
fn a_service_that_is_down_all_the_time_is_told() {
    check(&log(1, 300, milter), &["service_down service inet:127.0.0.1:8891 11-02T00:"]);
    check(&log(40, 300, milter), &["service_down service inet:127.0.0.1:8891 11-02T00:"]);
    // Now and then is how it is there.
    check(&log(40, 10, milter), &[]);
}

#[test]
fn an_attack_that_never_ends_is_told() {
    check(&log(30, 3_000, guess), &["brute_force_distributed system  11-02T00:"]);
    // What every server sees.
    check(&log(30, 300, guess), &[]);
}
