//! Following.

use std::io::Write as _;
use std::time::{Duration, Instant};

use postlens_testkit::{Config, Until, generate_in_memory};

use crate::drive::Home;
use crate::truth;

const COUNT: &str = "SELECT count(*) FROM events";

fn line(number: u32) -> String {
    let second = number % 60;
    format!(
        "2026-11-03T10:00:{second:02}+01:00 mx postfix/smtpd[7]: connect from a.example.net[192.0.2.{number}]\n"
    )
}

#[test]
fn a_line_is_queryable_before_it_is_in_the_tables() {
    let home = Home::new();
    let path = home.write("mail.log", line(1));
    let daemon = home.follow(3600);
    home.wait_for(COUNT, 1);
    let mut log = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
    log.write_all(line(2).as_bytes()).unwrap();
    home.wait_for(COUNT, 2);
    // The sessions are open, and can be asked for.
    assert_eq!(home.number("SELECT count(*) FROM sessions WHERE status = 'lost'"), 2);
    assert!(home.say(&["store", "info"]).out.contains("events                 0 rows"));
    assert_eq!(daemon.stop(), (Some(0), Vec::new()));
    assert!(home.say(&["store", "info"]).out.contains("events                 2 rows"));
    assert_eq!(home.number(COUNT), 2);
}

#[test]
fn rotation_in_every_way() {
    let home = Home::new();
    let path = home.path("mail.log");
    let daemon = home.follow(1);
    // A log that appears later.
    std::thread::sleep(Duration::from_millis(500));
    std::fs::write(&path, line(1)).unwrap();
    home.wait_for(COUNT, 1);
    // Renamed, then made anew.
    std::fs::rename(&path, home.path("mail.log.1")).unwrap();
    std::fs::write(&path, line(2)).unwrap();
    home.wait_for(COUNT, 2);
    // Twice in a moment: the file in between is found beside.
    std::fs::rename(home.path("mail.log.1"), home.path("mail.log.3")).unwrap();
    std::fs::rename(&path, home.path("mail.log.2")).unwrap();
    std::fs::write(home.path("mail.log.1"), line(3)).unwrap();
    std::fs::write(&path, line(4)).unwrap();
    home.wait_for(COUNT, 4);
    // Cut and written again.
    std::fs::write(&path, "").unwrap();
    std::thread::sleep(Duration::from_millis(500));
    std::fs::write(&path, line(5)).unwrap();
    home.wait_for(COUNT, 5);
    // Away for a while.
    std::fs::remove_file(&path).unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    std::fs::write(&path, line(6)).unwrap();
    home.wait_for(COUNT, 6);
    assert_eq!(daemon.stop().0, Some(0));
    assert_eq!(home.number("SELECT count(DISTINCT client_address) FROM events"), 6);
}

#[test]
fn what_was_followed_is_known_to_an_import() {
    let home = Home::new();
    let (log, truth, totals) =
        generate_in_memory(Config { seed: 23, until: Until::Messages(300), ..Config::default() });
    let path = home.write("mail.log", &log);
    let daemon = home.follow(1);
    home.wait_for(COUNT, i64::try_from(totals.lines).unwrap());
    assert_eq!(daemon.stop(), (Some(0), Vec::new()));
    let said = home.import(&[&path]);
    assert_eq!(said.out, "0 lines taken in, 0 known, 1 files known\n");
    truth::check(&home, &log, &truth);
}

#[test]
fn stopping_is_quick() {
    let home = Home::new();
    home.write("mail.log", line(1));
    let daemon = home.follow(3600);
    home.wait_for(COUNT, 1);
    let start = Instant::now();
    assert_eq!(daemon.stop().0, Some(0));
    assert!(start.elapsed() < Duration::from_secs(30));
    assert_eq!(home.number(COUNT), 1);
}
