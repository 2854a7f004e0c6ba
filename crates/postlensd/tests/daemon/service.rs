//! As a service: what systemd hears, reloading, health, messages.

use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::drive::{Home, Said};

const COUNT: &str = "SELECT count(*) FROM events";

fn line(number: u32) -> String {
    format!(
        "2026-11-03T10:00:00+01:00 mx postfix/smtpd[7]: connect from a.example.net[192.0.2.{number}]\n"
    )
}

fn append(path: &Path, text: &str) {
    use std::io::Write as _;
    let mut log = std::fs::OpenOptions::new().append(true).open(path).unwrap();
    log.write_all(text.as_bytes()).unwrap();
}

/// Where the daemon's words to systemd come.
struct Manager(UnixDatagram);

impl Manager {
    fn new(path: &Path) -> Self {
        let socket = UnixDatagram::bind(path).unwrap();
        socket.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        Self(socket)
    }

    /// Waits for a datagram that begins so; signs of life may come before it.
    #[track_caller]
    fn expect(&self, start: &str) -> String {
        loop {
            let mut bytes = [0; 300];
            let count = self.0.recv(&mut bytes).unwrap();
            let text = String::from_utf8(bytes.get(..count).unwrap().to_vec()).unwrap();
            if text.starts_with(start) {
                return text;
            }
            assert_eq!(text, "WATCHDOG=1", "instead of {start}");
        }
    }
}

#[test]
fn systemd_hears_and_a_reload_changes_what_is_followed() {
    let home = Home::new();
    let (first, second) = (home.write("mail.log", line(1)), home.write("second.log", line(2)));
    home.configure(3600, &home.log_table("mail.log"));
    let manager = Manager::new(&home.path("notify"));
    let daemon = home.run(|command| {
        command.env("NOTIFY_SOCKET", home.path("notify")).env("WATCHDOG_USEC", "20000000");
    });
    assert_eq!(manager.expect("READY=1"), "READY=1\nSTATUS=following 1 sources");
    manager.expect("WATCHDOG=1");
    home.wait_for(COUNT, 1);

    // One more.
    home.configure(3600, &(home.log_table("mail.log") + &home.log_table("second.log")));
    daemon.signal("HUP");
    manager.expect("RELOADING=1");
    assert_eq!(manager.expect("READY=1"), "READY=1\nSTATUS=following 2 sources");
    home.wait_for(COUNT, 2);

    // A mistake changes nothing.
    std::fs::write(home.path("postlensd.toml"), "keep_dogs = 3\n").unwrap();
    daemon.signal("HUP");
    manager.expect("RELOADING=1");
    assert_eq!(manager.expect("READY=1"), "READY=1\nSTATUS=following 2 sources");
    append(&first, &line(3));
    append(&second, &line(4));
    home.wait_for(COUNT, 4);

    // One less: what is written to it is not taken any more. Rows are committed more often.
    home.configure(1, &home.log_table("second.log"));
    daemon.signal("HUP");
    manager.expect("RELOADING=1");
    assert_eq!(manager.expect("READY=1"), "READY=1\nSTATUS=following 1 sources");
    std::thread::sleep(Duration::from_millis(500));
    append(&first, &line(5));
    append(&second, &line(6));
    home.wait_for(COUNT, 5);
    let end = Instant::now() + Duration::from_mins(1);
    while !home.say(&["store", "info"]).out.contains("events                 5 rows") {
        assert!(Instant::now() < end);
        std::thread::sleep(Duration::from_millis(200));
    }
    let (code, said) = daemon.stop();
    manager.expect("STOPPING=1");
    assert_eq!(code, Some(0));
    let said = said.join("\n");
    assert!(said.contains("error: the configuration stays as it was: in "), "{said}");
    assert!(said.contains("keep_dogs"), "{said}");
    assert_eq!(said.matches("the configuration was read anew").count(), 2, "{said}");
    // And is taken when it is followed again.
    let daemon = home.follow(1);
    home.wait_for(COUNT, 6);
    assert_eq!(daemon.stop().0, Some(0));
}

#[test]
fn health_is_told_to_monitoring_systems() {
    let home = Home::new();
    let health = |arguments: &[&str]| home.say(&[&["health"], arguments].concat());
    let Said { code, out, .. } = health(&[]);
    assert_eq!(code, 2, "{out}");
    assert!(out.starts_with("CRITICAL: no postlensd runs on "), "{out}");
    home.write("mail.log", line(1));
    home.configure(1, &(home.log_table("mail.log") + &home.log_table("absent.log")));
    let daemon = home.run(|_| ());
    home.wait_for(COUNT, 1);
    let end = Instant::now() + Duration::from_mins(1);
    let said = loop {
        let said = health(&[]);
        if said.out.contains("all committed") && said.code == 1 {
            break said;
        }
        assert!(Instant::now() < end, "{said:?}");
        std::thread::sleep(Duration::from_millis(200));
    };
    assert!(said.out.starts_with("WARNING: 2 sources, behind for 0 s at most, all"), "{said:?}");
    assert!(said.out.contains("absent.log is not there\n"), "{said:?}");
    let json: serde_json::Value = health(&["--json"]).out.parse().unwrap();
    assert_eq!(json["sources"][0]["behind_bytes"], 0);
    assert_eq!(json["sources"][1]["absent"], true);
    home.write("absent.log", line(2));
    home.wait_for(COUNT, 2);
    let end = Instant::now() + Duration::from_mins(1);
    while health(&[]).code != 0 {
        assert!(Instant::now() < end, "{:?}", health(&[]));
        std::thread::sleep(Duration::from_millis(200));
    }
    // A line that has not ended cannot be taken, and keeps the log behind.
    append(&home.path("mail.log"), "2026-11-03T10:00:00+01:00 mx postfix/");
    let end = Instant::now() + Duration::from_mins(1);
    while health(&["--warning", "0", "--critical", "1"]).code != 2 {
        assert!(Instant::now() < end);
        std::thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(daemon.stop().0, Some(0));
}

#[test]
fn messages_for_journald_and_for_programs() {
    let home = Home::new();
    home.configure(1, &home.log_table("absent.log"));
    let errors = home.write("errors", "");
    let said = |journal: bool, format: &str| {
        let file = std::fs::File::create(&errors).unwrap();
        let stream = file.metadata().unwrap();
        let daemon = home.run(|command| {
            command.args(["--log-format", format]).stderr(Stdio::from(file));
            if journal {
                command.env("JOURNAL_STREAM", format!("{}:{}", stream.dev(), stream.ino()));
            }
        });
        let end = Instant::now() + Duration::from_mins(1);
        while !std::fs::read_to_string(&errors).unwrap().contains("waiting") {
            assert!(Instant::now() < end);
            std::thread::sleep(Duration::from_millis(100));
        }
        assert_eq!(daemon.stop().0, Some(0));
        std::fs::read_to_string(&errors).unwrap()
    };
    let name = home.path("absent.log").display().to_string();
    let words = format!("{name} is not there; waiting for it");
    assert_eq!(said(true, "text"), format!("<4>{words}\n"));
    assert_eq!(said(false, "text"), format!("postlensd: {words}\n"));
    let json: serde_json::Value = said(true, "json").parse().unwrap();
    assert_eq!(json["level"], "warning");
    assert_eq!(json["message"], words);
}

#[test]
fn the_configuration_is_shown_and_checked() {
    let home = Home::new();
    let config = home.configure(7, &home.log_table("mail.log"));
    let run = |arguments: &[&str]| -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postlensd"));
        command.arg("config").args(arguments).arg("--config").arg(&config).output().unwrap().into()
    };
    let shown = run(&["show", "--set", "keep_days=30"]);
    let file = config.display();
    let words: Vec<String> = shown
        .out
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    for expected in [
        format!("commit_seconds = 7 # {file}:3"),
        "keep_days = 30 # --set".to_owned(),
        "#keep_mib = # default".to_owned(),
        "compact_hours = 6 # default".to_owned(),
        format!("[[log]] # {file}:6"),
        format!("path = \"{}\" # {file}:7", home.path("mail.log").display()),
    ] {
        assert!(words.contains(&expected), "{expected}: {words:#?}");
    }
    assert!(toml::from_str::<toml::Table>(&shown.out).is_ok(), "{}", shown.out);
    assert_eq!(run(&["check"]).code, 0);
    let wrong = run(&["check", "--set", "commit_seconds=0", "--set", "tz=There"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.err.contains("--set: commit_seconds must not be 0"), "{}", wrong.err);
    assert!(wrong.err.contains("--set: give an IANA name"), "{}", wrong.err);
    std::fs::remove_file(&config).unwrap();
    assert_eq!(run(&["check"]).code, 2);
}

#[test]
fn systemd_finds_nothing_wrong_with_the_unit() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let unit = std::fs::read_to_string(root.join("packaging/systemd/postlensd.service")).unwrap();
    let home = Home::new();
    // It looks whether the program is there.
    let unit = unit.replace("/usr/bin/postlensd", env!("CARGO_BIN_EXE_postlensd"));
    let unit = home.write("postlensd.service", unit);
    let analyze = |arguments: &[&str]| -> Said {
        let mut command = Command::new("systemd-analyze");
        command.args(arguments).arg(&unit).output().unwrap().into()
    };
    let verified = analyze(&["verify", "--man=no"]);
    assert_eq!(
        (verified.code, verified.err.contains("postlensd.service")),
        (0, false),
        "{verified:?}"
    );
    let security = analyze(&["security", "--offline=yes", "--no-pager"]);
    let exposure = security.out.lines().last().unwrap();
    let exposure: f32 = exposure.split_whitespace().find_map(|word| word.parse().ok()).unwrap();
    assert!(exposure < 2.0, "{}", security.out);
}
