//! The plugins for monitoring systems, from outside: on logs that rotate, on a real Postfix,
//! and run by real monitoring systems.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

#[path = "queue/lab.rs"]
mod lab;
#[path = "check/monitoring.rs"]
mod monitoring;

use lab::{Lab, text};

const POSTLENS: &str = env!("CARGO_BIN_EXE_postlens");

/// A plugin's exit status and its output.
fn ended(output: &std::process::Output) -> (i32, String) {
    let said = text(&output.stdout);
    assert!(said.starts_with("POSTLENS "), "{said}{}", text(&output.stderr));
    (output.status.code().unwrap(), said)
}

/// A figure of a plugin's output.
fn figure(said: &str, label: &str) -> f64 {
    let figures = said.lines().next().unwrap().split(" | ").nth(1).unwrap();
    let found = figures.split(' ').find_map(|part| part.strip_prefix(&format!("{label}=")));
    let value = found.unwrap_or_else(|| panic!("no {label}: {said}")).split(';').next().unwrap();
    value.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%').parse().unwrap()
}

/// A log that is written and rotated, and its state file.
struct Log {
    dir: tempfile::TempDir,
}

impl Log {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Adds lines, so many seconds old.
    fn write(&self, name: &str, age: i64, texts: &[&str]) {
        let path = self.path(name);
        let mut file = fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        let now = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(age);
        for text in texts {
            writeln!(file, "{now} mail postfix/{text}").unwrap();
        }
    }

    fn deliveries(&self, name: &str, status: &str, count: usize) {
        let line = format!(
            "smtp[7]: 4F3A21B00C: to=<b@example.net>, relay=mx.example.net[192.0.2.1]:25, \
             delay=1, delays=0/0/0.5/0.5, dsn=4.0.0, status={status} (host mx.example.net \
             [192.0.2.1] said: 4xx try later)"
        );
        self.write(name, 5, &vec![line.as_str(); count]);
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(POSTLENS);
        command.args(["check", "log"]).arg(self.path("mail.log"));
        command.arg("--state").arg(self.path("state/log.json")).args(args);
        command
    }

    fn check(&self, args: &[&str]) -> (i32, String) {
        ended(&self.command(args).output().unwrap())
    }

    fn deliveries_seen(&self) -> f64 {
        figure(&self.check(&[]).1, "deliveries")
    }
}

#[test]
#[allow(clippy::float_cmp, reason = "counts")]
fn each_call_looks_at_what_is_new_through_rotation() {
    let log = Log::new();
    log.write("mail.log", 7200, &["qmgr[2]: 4F3A21B00D: removed"]);
    log.deliveries("mail.log", "sent", 3);
    let (code, said) = log.check(&[]);
    assert!(
        code == 0 && said.contains("3 deliveries") && said.contains(" 3 lines since"),
        "{said}"
    );
    assert_eq!(log.deliveries_seen(), 0.0);
    log.deliveries("mail.log", "sent", 2);
    fs::rename(log.path("mail.log"), log.path("mail.log.1")).unwrap();
    log.deliveries("mail.log", "sent", 4);
    assert_eq!(log.deliveries_seen(), 6.0);
    log.deliveries("mail.log", "sent", 5);
    fs::rename(log.path("mail.log"), log.path("mail.log.1")).unwrap();
    assert!(Command::new("gzip").arg(log.path("mail.log.1")).status().unwrap().success());
    log.deliveries("mail.log", "sent", 1);
    assert_eq!(log.deliveries_seen(), 6.0);
    // A log that is gone is no good news, and the place stays.
    log.deliveries("mail.log", "sent", 7);
    fs::rename(log.path("mail.log"), log.path("hidden")).unwrap();
    let state = fs::read(log.path("state/log.json")).unwrap();
    let (code, said) = log.check(&[]);
    assert!(code == 3 && said.contains("no such file"), "{said}");
    assert_eq!(fs::read(log.path("state/log.json")).unwrap(), state);
    fs::rename(log.path("hidden"), log.path("mail.log")).unwrap();
    assert_eq!(log.deliveries_seen(), 7.0);
    // The place itself is lost: what is new is told by its time.
    fs::remove_file(log.path("mail.log")).unwrap();
    fs::remove_file(log.path("mail.log.1.gz")).unwrap();
    std::thread::sleep(Duration::from_secs(3));
    log.write("mail.log", 3600, &["qmgr[2]: 4F3A21B00D: removed"]);
    log.write("mail.log", 0, &["qmgr[2]: 4F3A21B00D: removed"]);
    let (code, said) = log.check(&[]);
    assert!(code == 0 && said.contains("not in the log any more"), "{said}");
    assert!(said.contains(" 1 lines since"), "{said}");
}

#[test]
fn calls_at_the_same_time_share_the_lines() {
    let log = Log::new();
    log.deliveries("mail.log", "sent", 1);
    log.check(&[]);
    let mut seen = 0.0;
    for _ in 0..4 {
        log.deliveries("mail.log", "sent", 50);
        let spawn = || log.command(&[]).stdout(Stdio::piped()).spawn().unwrap();
        let calls: Vec<Child> = (0..4).map(|_| spawn()).collect();
        for call in calls {
            let (code, said) = ended(&call.wait_with_output().unwrap());
            assert_eq!(code, 0, "{said}");
            seen += figure(&said, "deliveries");
        }
    }
    assert!((seen - 200.0).abs() < f64::EPSILON, "{seen}");
}

#[test]
fn limits_of_the_log() {
    let log = Log::new();
    log.deliveries("mail.log", "sent", 14);
    log.deliveries("mail.log", "deferred", 6);
    let failed = "submission/smtpd[9]: warning: unknown[192.0.2.9]: SASL LOGIN authentication failed: \
        UGFzc3dvcmQ6, sasl_username=eve";
    log.write("mail.log", 4, &[failed; 12]);
    log.write("mail.log", 3, &[
        "smtpd[9]: NOQUEUE: reject: RCPT from unknown[192.0.2.9]: 554 5.7.1 <x@example.org>: Relay \
         access denied; from=<a@example.com> to=<x@example.org> proto=ESMTP helo=<x>",
        "smtpd[9]: fatal: no SASL authentication mechanisms",
        "smtpd[9]: NOQUEUE: reject: RCPT from unknown[192.0.2.8]: 450 4.2.0 <x@example.com>: Recipient \
         address rejected: Greylisted, see http://postgrey.example/; from=<a@example.org> \
         to=<x@example.com> proto=ESMTP helo=<x>",
    ]);
    let fresh = |args: &[&str]| {
        let _ = fs::remove_file(log.path("state/log.json"));
        log.check(args)
    };
    let (code, said) = fresh(&[]);
    assert_eq!(code, 0, "{said}");
    for (label, expected) in [
        ("deferred", 30.0),
        ("bounced", 0.0),
        ("failures", 12.0),
        ("refusals", 1.0),
        ("fatal", 1.0),
    ] {
        assert!((figure(&said, label) - expected).abs() < 0.01, "{label}: {said}");
    }
    assert!(said.contains("failed logins from 12 × 192.0.2.9"), "{said}");
    assert!(said.contains("refused 1 × 554") && !said.contains("Greylisted"), "{said}");
    for (args, expected) in [
        (&["--deferral-warning", "25"][..], 1),
        (&["--deferral-warning", "25%", "--deferral-critical", "29"], 2),
        (&["--deferral-critical", "29", "--least", "21"], 0),
        (&["--failures-critical", "11"], 2),
        (&["--failures-critical", "12"], 0),
        (&["--fatal-critical", "0"], 2),
        (&["--refusals-warning", "0"], 1),
        (&["--silence-critical", "10m"], 0),
        (&["--silence-critical", "1s", "--first", "2h"], 2),
        (&["--deferral-warning", "x"], 3),
    ] {
        let _ = fs::remove_file(log.path("state/log.json"));
        let output = log.command(args).output().unwrap();
        let said = text(&output.stdout);
        assert_eq!(output.status.code(), Some(expected), "{args:?}: {said}");
    }
}

#[test]
fn large_logs_take_bounded_time() {
    let log = Log::new();
    log.deliveries("mail.log", "sent", 1);
    log.check(&[]);
    log.deliveries("mail.log", "sent", 5000);
    let (code, said) = log.check(&["--most", "100k"]);
    let seen = figure(&said, "deliveries");
    assert!(code == 0 && (100.0..1000.0).contains(&seen), "{said}");
    assert!(said.contains("left out (--most)"), "{said}");
}

/// Postfix's needs, met and not met.
#[test]
fn services_of_a_real_postfix() {
    let lab = Lab::up(24);
    let check = |args: &[&str]| {
        ended(&lab.postlens(&[&["check", "services", "--without", "dns"], args].concat()))
    };
    let set = |setting: &str| assert!(lab.run(&["postconf", "-e", setting]).status.success());
    let (code, said) = check(&[]);
    assert!(code == 0 && figure(&said, "queue_free") > 0.0, "{said}");
    // Without a resolver there is no answer.
    let dns = ended(&lab.postlens(&["check", "services", "--only", "dns", "--timeout", "1s"]));
    assert!(dns.0 == 2 && dns.1.contains("no DNS server answers"), "{}", dns.1);

    let directory = "/etc/postfix";
    let shell = |script: &str| {
        let output = lab.run(&["sh", "-c", script]);
        assert!(output.status.success(), "{}", text(&output.stderr));
    };
    shell(
        "cd /etc/postfix && echo 'a b' > virtual && postmap hash:virtual && touch -d '+1 min' virtual",
    );
    set(&format!("virtual_alias_maps = hash:{directory}/virtual, hash:{directory}/missing"));
    let (code, said) = check(&["--only", "tables"]);
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("virtual.db is older")
            && said.contains("`postmap hash:/etc/postfix/virtual`"),
        "{said}"
    );
    assert!(
        said.contains("there is no /etc/postfix/missing.db") && said.contains("main.cf:"),
        "{said}"
    );
    set("virtual_alias_maps =");

    for (setting, part) in [
        ("smtpd_milters = inet:127.0.0.1:1", "milters"),
        (
            "smtpd_recipient_restrictions = reject_unauth_destination, check_policy_service inet:127.0.0.1:1",
            "policy",
        ),
        ("content_filter = smtp:[127.0.0.1]:1", "filter"),
        ("content_filter = nowhere:[127.0.0.1]:1", "filter"),
        ("mailbox_transport = lmtp:unix:private/dovecot-lmtp", "delivery"),
    ] {
        let name = setting.split(' ').next().unwrap();
        set(setting);
        let (code, said) = check(&["--only", part]);
        assert!(
            code == 2 && said.contains(name) && said.contains("/etc/postfix/main.cf:"),
            "{said}"
        );
        set(&format!("{name} ="));
        assert_eq!(check(&["--only", part]).0, 0);
    }
    set("smtpd_sasl_type = dovecot");
    set("smtpd_sasl_auth_enable = yes");
    set("smtpd_sasl_path = private/auth");
    assert!(check(&["--only", "auth"]).1.contains("private/auth takes no connection"));
    set("message_size_limit = 99999999999999999");
    assert_eq!(check(&["--only", "disk"]).0, 2);
    set("message_size_limit = 10240000");
    certificates(&lab);
    without_root(&lab);
    assert!(lab.run(&["postfix", "stop"]).status.success());
    let (code, said) = check(&["--only", "master"]);
    assert!(code == 2 && said.contains("master is not running"), "{said}");
}

fn certificates(lab: &Lab) {
    for (days, warning, expected) in [("10", "21d", 1), ("10", "5d", 0), ("1", "21d", 2)] {
        let made = lab.run(&[
            "sh",
            "-c",
            &format!(
                "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=mail.example.com -days {days} \
             -keyout /etc/postfix/key.pem -out /etc/postfix/cert.pem 2>&1 && \
             cat /etc/postfix/key.pem /etc/postfix/cert.pem > /etc/postfix/chain.pem && \
             postconf -e smtpd_tls_chain_files=/etc/postfix/chain.pem"
            ),
        ]);
        assert!(made.status.success(), "{}", text(&made.stdout));
        let args =
            ["check", "services", "--only", "certificates", "--certificate-warning", warning];
        let (code, said) = ended(&lab.postlens(&args));
        assert_eq!(code, expected, "{said}");
        assert!(figure(&said, "certificate_days") < 10.0, "{said}");
    }
}

/// What another user sees of it, and is told not to see.
fn without_root(lab: &Lab) {
    let dir = tempfile::Builder::new().prefix("postlens-user-").tempdir().unwrap();
    let program = dir.path().join("postlens");
    fs::copy(POSTLENS, &program).unwrap();
    assert!(Command::new("chmod").args(["755"]).arg(dir.path()).status().unwrap().success());
    let run = |args: &[&str]| {
        let program = program.to_str().unwrap();
        let user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program];
        ended(&lab.run(&[&user[..], &["check", "services"], args].concat()))
    };
    let (code, said) = run(&["--only", "master"]);
    assert!(code == 0 && said.contains("2 things"), "{said}");
    let (code, said) = run(&["--only", "auth"]);
    assert!(code == 3 && said.contains("run as root"), "{said}");
    let (_, said) = run(&["--without", "dns,certificates"]);
    assert!(said.contains("1 could not be seen"), "{said}");
}

#[test]
fn a_queue_that_grows_and_one_domain_in_it() {
    let lab = Lab::up(24);
    let check = |args: &[&str]| ended(&lab.postlens(&[&["check", "queue"], args].concat()));
    let state = lab.dir.path().join("queue.json");
    let growth = ["--growth-warning", "~:10", "--state", state.to_str().unwrap()];
    let (code, said) = check(&growth);
    assert!(code == 0 && said.contains("from the next call on"), "{said}");
    let script =
        "for i in $(seq 15); do echo x | sendmail -f a@example.com z@paused.example; done; sleep 2";
    assert!(lab.run(&["sh", "-c", script]).status.success());
    let (code, said) = check(&growth);
    assert_eq!(code, 1, "{said}");
    assert!(
        (figure(&said, "growth") - 15.0).abs() < 0.01 && said.contains("growth=15;~:10;;0"),
        "{said}"
    );
    assert_eq!(check(&["-w", "1000", "-c", "30"]).0, 2);
    assert_eq!(check(&["-w", "1000:"]).0, 1);
    assert_eq!(check(&["-w", "@30:50"]).0, 1);
    let share = ["--share-critical", "30"];
    assert_eq!(check(&share).0, 0, "too few to be judged");
    let (code, said) = check(&[&share[..], &["--share-least", "10"]].concat());
    assert!(code == 2 && said.contains("are at paused.example"), "{said}");
}

/// Waits until something is there; what is waited for comes within seconds.
fn wait<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let until = Instant::now() + Duration::from_mins(1);
    while Instant::now() < until {
        if let Some(found) = look() {
            return Some(found);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    None
}

/// A shipped file, with the program that is tested in the place of the installed one.
fn shipped(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging").join(name);
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains("/usr/bin/postlens"));
    text.replace("/usr/bin/postlens", POSTLENS)
}
