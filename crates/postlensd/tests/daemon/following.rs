//! Logs in all the ways in which they come and go.

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::drive::Home;

const COUNT: &str = "SELECT count(*) FROM events";

fn line(number: u32) -> String {
    format!(
        "2026-11-03T10:00:00+01:00 mx postfix/smtpd[7]: connect from a.example.net[192.0.2.{number}]\n"
    )
}

fn append(path: &Path, text: &str) {
    use std::io::Write as _;
    let mut log = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
    log.write_all(text.as_bytes()).unwrap();
}

/// Every line is there once.
#[track_caller]
fn check(home: &Home, count: i64) {
    home.wait_for(COUNT, count);
    assert_eq!(home.number("SELECT count(DISTINCT client_address) FROM events"), count);
}

#[test]
fn a_link_that_is_laid_to_the_next_file() {
    let home = Home::new();
    std::fs::create_dir(home.path("logs")).unwrap();
    let (first, second) = (home.path("logs/2026-11-03"), home.path("logs/2026-11-04"));
    std::fs::write(&first, line(1)).unwrap();
    symlink(&first, home.path("mail.log")).unwrap();
    let daemon = home.follow(1);
    check(&home, 1);
    append(&first, &line(2));
    check(&home, 2);
    std::fs::write(&second, line(3)).unwrap();
    symlink(&second, home.path("next")).unwrap();
    std::fs::rename(home.path("next"), home.path("mail.log")).unwrap();
    append(&first, &line(4));
    check(&home, 4);
    append(&second, &line(5));
    check(&home, 5);
    assert_eq!(daemon.stop().0, Some(0));
}

#[test]
fn compressed_in_the_moment_of_rotation() {
    let home = Home::new();
    let log = home.write("mail.log", line(1));
    let daemon = home.follow(1);
    check(&home, 1);
    let mut number = 1;
    for rotation in 1..4_u32 {
        for _ in 0..5 {
            number += 1;
            append(&log, &line(number));
        }
        let rotated = home.path(&format!("mail.log-2026110{rotation}"));
        std::fs::rename(&log, &rotated).unwrap();
        assert!(Command::new("gzip").arg(&rotated).status().unwrap().success());
        number += 1;
        std::fs::write(&log, line(number)).unwrap();
        if rotation == 2 {
            check(&home, i64::from(number));
        }
    }
    check(&home, i64::from(number));
    assert_eq!(daemon.stop().0, Some(0));
    // Nothing is new to who begins again.
    let daemon = home.follow(1);
    append(&log, &line(number + 1));
    check(&home, i64::from(number) + 1);
    assert_eq!(daemon.stop().0, Some(0));
}

#[test]
fn copied_and_cut_while_lines_were_unread() {
    let home = Home::new();
    let log = home.write("mail.log", line(1));
    let daemon = home.follow(1);
    check(&home, 1);
    // The copy alone has the second line; what comes then is longer than all before.
    append(&log, &line(2));
    std::fs::copy(&log, home.path("mail.log.1")).unwrap();
    std::fs::write(&log, "").unwrap();
    append(&log, &(line(3) + &line(4) + &line(5)));
    check(&home, 5);
    // The same while nobody looks.
    assert_eq!(daemon.stop().0, Some(0));
    append(&log, &line(6));
    std::fs::rename(home.path("mail.log.1"), home.path("mail.log.2")).unwrap();
    std::fs::copy(&log, home.path("mail.log.1")).unwrap();
    std::fs::write(&log, line(7)).unwrap();
    let daemon = home.follow(1);
    check(&home, 7);
    assert_eq!(daemon.stop().0, Some(0));
}

#[test]
fn a_directory_that_comes_later() {
    let home = Home::new();
    home.configure(1, &home.log_table("mail/mail.log"));
    let daemon = home.run(|_| ());
    std::thread::sleep(std::time::Duration::from_secs(1));
    std::fs::create_dir(home.path("mail")).unwrap();
    std::fs::write(home.path("mail/mail.log"), line(1)).unwrap();
    check(&home, 1);
    std::fs::remove_dir_all(home.path("mail")).unwrap();
    std::thread::sleep(std::time::Duration::from_secs(2));
    std::fs::create_dir(home.path("mail")).unwrap();
    std::fs::write(home.path("mail/mail.log"), line(2)).unwrap();
    check(&home, 2);
    let (code, said) = daemon.stop();
    assert_eq!(code, Some(0));
    assert!(said.first().unwrap().ends_with("mail.log is not there; waiting for it"), "{said:?}");
}

/// A Postfix in private namespaces, which logs to a file by its postlogd.
struct Postfix(tempfile::TempDir);

impl Postfix {
    fn script(&self, command: &str, arguments: &[&str]) -> Output {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lab/queue.sh");
        let output = Command::new(script).arg(command).arg(self.0.path()).args(arguments).output();
        output.unwrap()
    }

    fn up() -> Self {
        let postfix = Self(tempfile::Builder::new().prefix("postlensd-lab-").tempdir().unwrap());
        let output = postfix.script("up", &["10"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        postfix
    }

    #[track_caller]
    fn run(&self, command: &[&str]) {
        let output = self.script("shell", command);
        assert!(
            output.status.success(),
            "{command:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    fn log(&self) -> PathBuf {
        self.0.path().join("var/log/mail.log")
    }

    /// All lines that it ever wrote, also those in compressed files.
    fn lines(&self) -> BTreeMap<String, usize> {
        let mut found = BTreeMap::new();
        for entry in std::fs::read_dir(self.log().parent().unwrap()).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().unwrap().to_str().unwrap().starts_with("mail.log") {
                let output = Command::new("zcat").arg("-f").arg(path).output().unwrap();
                for line in String::from_utf8(output.stdout).unwrap().lines() {
                    *found.entry(line.to_owned()).or_default() += 1;
                }
            }
        }
        found
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        self.script("down", &[]);
    }
}

#[test]
fn postfix_rotates_its_own_log() {
    let postfix = Postfix::up();
    let home = Home::new();
    home.configure(1, &format!("[[log]]\npath = '{}'\n", postfix.log().display()));
    let daemon = home.run(|_| ());
    for _ in 0..3 {
        for _ in 0..5 {
            let mail = "echo | sendmail -f alice@example.com bob@paused.example";
            postfix.run(&["sh", "-c", mail]);
        }
        postfix.run(&["postfix", "logrotate"]);
        // Its names tell the second.
        std::thread::sleep(std::time::Duration::from_millis(1500));
    }
    postfix.run(&[
        "sh",
        "-c",
        "echo | sendmail -f alice@example.com bob@paused.example; postfix stop",
    ]);
    std::thread::sleep(std::time::Duration::from_secs(1));
    let lines = postfix.lines();
    home.wait_for(COUNT, i64::try_from(lines.values().sum::<usize>()).unwrap());
    let mut kept = BTreeMap::new();
    for row in home.sql("SELECT line FROM events") {
        *kept.entry(row["line"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    assert_eq!(kept, lines);
    assert_eq!(daemon.stop().0, Some(0));
}
