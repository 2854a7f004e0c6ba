//! Importing.

use std::path::Path;
use std::process::Command;

use postlens_testkit::{Config, Format, Hostility, Until, Zone, generate_in_memory};

use crate::drive::Home;
use crate::truth;

fn config(seed: u64, messages: u64) -> Config {
    Config { seed, until: Until::Messages(messages), ..Config::default() }
}

#[test]
fn an_import_is_the_truth() {
    let home = Home::new();
    let config = Config { hostility: Hostility::Raw, ..config(3, 900) };
    let (log, truth, totals) = generate_in_memory(config);
    let path = home.write("mail.log", &log);
    let said = home.import(&[&path]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert_eq!(said.out, format!("{} lines taken in, 0 known, 0 files known\n", totals.lines));
    truth::check(&home, &log, &truth);
}

#[test]
fn every_form_of_line_comes_back() {
    let formats = [
        Format::Traditional,
        Format::TraditionalZero,
        Format::TraditionalYear,
        Format::Rfc3339 { digits: 6, zone: Zone::Colon },
        Format::Rfc3339 { digits: 0, zone: Zone::Zulu },
        Format::Rfc5424,
        Format::Priority,
        Format::Solaris,
        Format::Container,
        Format::JournalJson,
        Format::JournalShortPrecise,
    ];
    for format in formats {
        let home = Home::new();
        let (log, _, totals) = generate_in_memory(Config { format, ..config(5, 60) });
        let path = home.write("mail.log", &log);
        assert_eq!(home.import(&[&path]).code, 0);
        let kept =
            home.sql("SELECT line FROM events ORDER BY CAST(split_part(id, '-', 2) AS BIGINT)");
        assert_eq!(kept.len() as u64, totals.lines, "{format:?}");
        // Records of JSON are kept as the lines that they were read as.
        if log.first() != Some(&b'{') {
            let kept: Vec<_> = kept.iter().map(|row| row["line"].as_str().unwrap()).collect();
            assert!((kept.join("\n") + "\n").as_bytes() == log, "{format:?}");
        }
    }
}

#[test]
fn twice_is_once_whatever_files_are_called() {
    let home = Home::new();
    let (log, truth, totals) = generate_in_memory(config(7, 400));
    let cut = log.len() / 3;
    let cut = cut + log[cut..].iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let old = home.write("mail.log.1", &log[..cut]);
    // The last line is still being written.
    let torn = &log[cut..log.len() - 7];
    let new = home.write("mail.log", torn);
    let said = home.import(&[&old, &new]);
    let first = totals.lines - 1;
    assert_eq!(said.out, format!("{first} lines taken in, 0 known, 0 files known\n"));

    let gzip = |path: &Path| assert!(Command::new("gzip").arg(path).status().unwrap().success());
    std::fs::rename(&old, home.path("mail.log.2")).unwrap();
    gzip(&home.path("mail.log.2"));
    let newer = home.write("mail.log.1", &log[cut..]);
    let said = home.import(&[&home.path("mail.log.2.gz"), &newer]);
    assert_eq!(said.out, format!("1 lines taken in, {first} known, 0 files known\n"));
    let said = home.import(&[&home.path("mail.log.2.gz"), &newer]);
    assert_eq!(said.out, "0 lines taken in, 0 known, 2 files known\n");
    truth::check(&home, &log, &truth);
    assert_eq!(home.say(&["store", "check"]).out, "all is well\n");
}

#[test]
fn a_log_that_only_begins_alike_is_left_out() {
    let home = Home::new();
    let line = |second: u32, text: &str| {
        format!("2026-11-03T10:00:{second:02}+01:00 mx postfix/smtpd[7]: {text}\n")
    };
    let begin = line(1, "connect from mail.example.net[192.0.2.7]");
    let known = home.write("mail.log", begin.clone() + &line(2, "one") + &line(3, "two"));
    assert_eq!(home.import(&[&known]).code, 0);
    let other =
        home.write("other.log", begin + &line(2, "three") + &line(4, "four") + &line(5, "five"));
    let said = home.import(&[&other]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("begins like a log that is in the store"), "{}", said.err);
    assert_eq!(home.number("SELECT count(*) FROM events"), 3);
}

#[test]
fn a_store_has_one_writer() {
    let home = Home::new();
    home.write("mail.log", "");
    let daemon = home.follow(60);
    home.wait_for("SELECT count(*) FROM events", 0);
    let said = home.import(&[&home.path("mail.log")]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("is in use by another process"), "{}", said.err);
    assert_eq!(daemon.stop().0, Some(0));
}

#[test]
fn queries_change_nothing() {
    let home = Home::new();
    let path = home
        .write("mail.log", "2026-11-03T10:00:01+01:00 mx postfix/smtpd[7]: \u{1b}[31mred =1+1\n");
    home.import(&[&path]);
    for query in ["DROP TABLE events", "DELETE FROM events", "CREATE TABLE a (b INT)", "nonsense"] {
        let said = home.say(&["sql", query]);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{query}");
    }
    assert_eq!(home.say(&["sql", "SELECT text FROM events"]).out, "text\n\\x1B[31mred =1+1\n");
    let said =
        home.say(&["sql", "--format", "csv", "SELECT '=1' AS a, -1 AS b, NULL AS c, '' AS d"]);
    assert_eq!(said.out, "a,b,c,d\n'=1,-1,,\"\"\n");
}
