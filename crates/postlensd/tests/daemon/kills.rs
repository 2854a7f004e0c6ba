//! Killed a hundred times, and nothing lost and nothing doubled. `cargo xtask torture` has it
//! done more often.

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::Duration;

use postlens_testkit::{Config, Until, generate_in_memory};

use crate::drive::Home;
use crate::truth;

/// Numbers that look like chance, and are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        // Constants of Knuth's MMIX.
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// How often to kill: what `cargo xtask torture` says, or a hundred times.
fn kills() -> usize {
    std::env::var("POSTLENS_KILLS").map_or(100, |kills| kills.parse().unwrap())
}

/// Rotates as logrotate does with `delaycompress`.
fn rotate(home: &Home) {
    for number in (1..40).rev() {
        for ending in ["", ".gz"] {
            let from = home.path(&format!("mail.log.{number}{ending}"));
            if from.exists() {
                let to = home.path(&format!("mail.log.{}{ending}", number + 1));
                std::fs::rename(from, to).unwrap();
            }
        }
    }
    std::fs::rename(home.path("mail.log"), home.path("mail.log.1")).unwrap();
    let old = home.path("mail.log.2");
    if old.exists() {
        assert!(Command::new("gzip").arg(old).status().unwrap().success());
    }
}

/// Kills a process after some milliseconds.
fn killed(mut process: Child, after: u64) {
    sleep(Duration::from_millis(after));
    process.kill().unwrap();
    process.wait().unwrap();
}

fn append(path: &Path, bytes: &[u8]) {
    let mut log = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
    log.write_all(bytes).unwrap();
}

#[test]
fn a_hundred_kills() {
    let home = Home::new();
    let config = Config { seed: 13, until: Until::Messages(2500), ..Config::default() };
    let (log, truth, totals) = generate_in_memory(config);
    let path = home.path("mail.log");
    let mut chance = Chance(2026);
    // Slices end anywhere, also within lines.
    let slices: Vec<_> = log.chunks(log.len() / kills() + 1).collect();
    // Many kills come faster.
    let longest = if kills() > 100 { 250 } else { 1200 };
    for (number, slice) in slices.iter().enumerate() {
        // A file that is rotated away has whole lines, as loggers write them.
        if number % 9 == 8 && std::fs::read(&path).unwrap().ends_with(b"\n") {
            rotate(&home);
        }
        let daemon = home.follow(1);
        let (before, after) = slice.split_at(slice.len() / 2);
        append(&path, before);
        sleep(Duration::from_millis(chance.below(longest)));
        append(&path, after);
        sleep(Duration::from_millis(chance.below(longest)));
        daemon.kill();
    }
    let daemon = home.follow(1);
    let lines = i64::try_from(totals.lines).unwrap();
    home.wait_for("SELECT count(*) FROM events", lines);
    let (code, said) = daemon.stop();
    assert_eq!((code, said), (Some(0), Vec::new()));
    truth::check(&home, &log, &truth);
    assert_eq!(home.say(&["store", "check"]).out, "all is well\n");
    // And what one import of the whole log gives, row for row.
    let whole = Home::new();
    let path = whole.write("mail.log", &log);
    assert_eq!(whole.import(&[&path]).code, 0);
    for (killed, imported) in truth::rows(&home).iter().zip(&truth::rows(&whole)) {
        assert_eq!(killed.1.len(), imported.1.len(), "{}", killed.0);
        for (killed, imported) in killed.1.iter().zip(&imported.1) {
            assert_eq!(killed, imported);
        }
    }
}

#[test]
fn an_import_that_is_killed_is_done_again() {
    let home = Home::new();
    let config = Config { seed: 17, until: Until::Messages(3000), ..Config::default() };
    let (log, truth, _) = generate_in_memory(config);
    let path = home.write("mail.log", &log);
    let mut chance = Chance(7);
    for _ in 0..kills() / 8 {
        killed(home.start_import(&path), chance.below(2500));
    }
    assert_eq!(home.import(&[&path]).code, 0);
    truth::check(&home, &log, &truth);
    assert_eq!(home.say(&["store", "check"]).out, "all is well\n");
}

#[test]
fn upkeep_that_is_killed_changes_no_row() {
    let home = Home::new();
    let config = Config { seed: 19, until: Until::Messages(1200), ..Config::default() };
    let (log, truth, _) = generate_in_memory(config);
    let path = home.path("mail.log");
    let lines: Vec<_> = log.split_inclusive(|byte| *byte == b'\n').collect();
    let mut chance = Chance(11);
    let rounds = kills() / 16;
    for slice in lines.chunks(lines.len() / rounds + 1) {
        append(&path, &slice.concat());
        assert_eq!(home.import(&[&path]).code, 0);
        killed(home.start(&["store", "compact"]), chance.below(1500));
        killed(home.start(&["store", "vacuum", "--delay", "0"]), chance.below(1500));
    }
    for upkeep in [&["store", "compact"][..], &["store", "vacuum", "--delay", "0"]] {
        assert_eq!(home.say(upkeep).code, 0);
    }
    truth::check(&home, &log, &truth);
    assert_eq!(home.say(&["store", "check"]).out, "all is well\n");
}
