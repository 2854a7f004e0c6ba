//! `postlens doctor` on trees of files, and on a real Postfix.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

#[path = "queue/lab.rs"]
mod lab;

use lab::{Lab, text};

/// What a well-kept Debian server has.
const GOOD: &[(&str, &str)] = &[
    (
        "etc/postfix/main.cf",
        "compatibility_level = 3.6\nenable_long_queue_ids = yes\nsmtpd_tls_loglevel = 1\n\
         smtp_tls_loglevel = 1\n",
    ),
    (
        "etc/postfix/master.cf",
        "smtp inet n - y - - smtpd\nsubmission inet n - y - - smtpd\n  -o syslog_name=postfix/submission\n",
    ),
    (
        "etc/rsyslog.conf",
        "module(load=\"imuxsock\")\n$ActionFileDefaultTemplate RSYSLOG_FileFormat\n\
         $IncludeConfig /etc/rsyslog.d/*.conf\n*.*;mail.none -/var/log/syslog\n",
    ),
    ("etc/rsyslog.d/mail.conf", "mail.*\t\t-/var/log/mail.log\n"),
    ("etc/systemd/journald.conf", "[Journal]\n#RateLimitBurst=10\n"),
    ("etc/logrotate.conf", "weekly\nrotate 4\ncreate\ninclude /etc/logrotate.d\n"),
    (
        "etc/logrotate.d/rsyslog",
        "/var/log/syslog\n/var/log/mail.log\n{\n\trotate 4\n\tweekly\n\tpostrotate\n\
         \t\t/usr/lib/rsyslog/rsyslog-rotate\n\tendscript\n}\n",
    ),
    ("etc/crontab", "25 6 * * * root run-parts --report /etc/cron.daily\n"),
    ("etc/cron.daily/logrotate", "#!/bin/sh\n/usr/sbin/logrotate /etc/logrotate.conf\n"),
    ("var/log/mail.log", "2026-11-04T01:00:00+00:00 mail postfix/qmgr[1]: 4Zabc0123xyz: removed\n"),
];

struct Tree(tempfile::TempDir);

impl Tree {
    /// The good tree, with other files over it.
    fn with(files: &[(&str, &str)]) -> Self {
        let tree = Self(tempfile::tempdir().unwrap());
        for (name, text) in GOOD.iter().chain(files) {
            let path = tree.0.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        }
        tree
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postlens"));
        command.arg("doctor").arg("--root").arg(self.path()).args(args).output().unwrap()
    }

    /// Findings as `kind level place`.
    fn found(&self, args: &[&str]) -> Vec<String> {
        kinds(&self.run(&[&["--json"], args].concat()))
    }
}

fn kinds(output: &Output) -> Vec<String> {
    let page: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)));
    let all = page["findings"].as_array().unwrap();
    all.iter()
        .map(|found| {
            assert!(!found["fix"].as_str().unwrap().is_empty());
            let line = found["line"].as_u64().map(|line| format!(":{line}")).unwrap_or_default();
            let text = |name: &str| found[name].as_str().unwrap().to_owned();
            format!("{} {} {}{line}", text("kind"), text("level"), text("file"))
        })
        .collect()
}

#[track_caller]
fn check(files: &[(&str, &str)], args: &[&str], expected: &[&str]) {
    let tree = Tree::with(files);
    assert_eq!(tree.found(args), expected);
    let code = tree.run(args).status.code();
    assert_eq!(code, Some(i32::from(!expected.is_empty())));
    for lang in ["en", "ja"] {
        let said = text(&tree.run(&[&["--lang", lang], args].concat()).stdout);
        assert!(!said.contains("doctor-") && !said.contains("{ $"), "{said}");
    }
}

#[test]
fn a_good_system_has_nothing_to_change() {
    check(&[], &[], &[]);
    check(&[], &["--keep-at-least", "28d", "--keep-at-most", "28d"], &[]);
}

#[test]
fn settings_of_postfix() {
    let main = "# nothing of note\n\nsoft_bounce = yes\ndebug_peer_list =\n  192.0.2.1\n\
        header_checks = pcre:/etc/postfix/checks\nsmtpd_tls_loglevel = 2\nsmtp_tls_loglevel = 1\n";
    let master = "smtp inet n - y - - smtpd\n  -v\nsubmission inet n - y - - smtpd\n\
        smtps inet n - y - - smtpd\n  -o syslog_name=smtps\n\
        10025 inet n - y - - smtpd -o syslog_name=smtps\n";
    let files = [
        ("etc/postfix/main.cf", main),
        ("etc/postfix/master.cf", master),
        (
            "etc/postfix/checks",
            "# what is asked for\n/^Received:/ IGNORE\n/^Subject:/ INFO\n/^./ WARN\n",
        ),
    ];
    check(
        &files,
        &[],
        &[
            "soft-bounce problem /etc/postfix/main.cf:3",
            "debug-peer warning /etc/postfix/main.cf:4",
            "tls-talk warning /etc/postfix/main.cf:7",
            "subjects warning /etc/postfix/checks:3",
            "all-headers warning /etc/postfix/checks:4",
            "verbose warning /etc/postfix/master.cf:2",
            "foreign-name warning /etc/postfix/master.cf:5",
            "foreign-name warning /etc/postfix/master.cf:6",
            "short-ids advice /etc/postfix/main.cf",
            "compatibility advice /etc/postfix/main.cf",
            "no-service-name advice /etc/postfix/master.cf:3",
            "same-name advice /etc/postfix/master.cf:6",
        ],
    );
}

#[test]
fn a_log_that_postfix_writes_itself() {
    let main = "compatibility_level = 3.6\nenable_long_queue_ids = yes\nsmtpd_tls_loglevel = 1\n\
        smtp_tls_loglevel = 1\nmaillog_file = /srv/log/postfix.log\n";
    let rotate = "/srv/log/*.log {\n daily\n rotate 14\n}\n";
    let files = [("etc/postfix/main.cf", main), ("etc/logrotate.d/own", rotate)];
    check(
        &files,
        &[],
        &[
            "no-postlogd problem /etc/postfix/main.cf:5",
            "log-place problem /etc/postfix/main.cf:5",
            "not-reopened problem /etc/logrotate.d/own:1",
        ],
    );
}

#[test]
fn loggers_that_lose_lines() {
    let burst: String = (0..600)
        .map(|at| {
            let (minute, second) = (at / 60, at % 60);
            format!("2026-11-04T01:{minute:02}:{second:02}+00:00 mail postfix/qmgr[1]: 4Zabc0123xyz: removed\n")
        })
        .collect::<Vec<_>>()
        .concat();
    let lost = "2026-11-04T02:00:00+00:00 mail rsyslogd: imjournal: begin to drop messages due to rate-limiting\n\
        2026-11-04T02:10:00+00:00 mail rsyslogd: imjournal: 4711 messages lost due to rate-limiting (20000 allowed within 600 seconds)\n";
    let rsyslog = "module(load=\"imjournal\"\n  StateFile=\"imjournal.state\" Ratelimit.Burst=\"500\")\n\
        $RepeatedMsgReduction on\n$ActionFileDefaultTemplate RSYSLOG_TraditionalFileFormat\n\
        template(name=\"short\" type=\"string\"\n  string=\"%timestamp% %programname%: %msg%\\n\")\n\
        mail.* -/var/log/mail.log;short\n";
    let files = [
        ("etc/rsyslog.conf", rsyslog),
        (
            "etc/systemd/journald.conf.d/small.conf",
            "[Journal]\nRateLimitBurst=25\nMaxLevelStore=notice\n",
        ),
        ("var/log/mail.log", &(burst + lost)),
    ];
    check(
        &files,
        &[],
        &[
            "imjournal-limit problem /etc/rsyslog.conf:1",
            "program-name problem /etc/rsyslog.conf:5",
            "journal-limit problem /etc/systemd/journald.conf.d/small.conf:2",
            "journal-level problem /etc/systemd/journald.conf.d/small.conf:3",
            "lost-lines problem /var/log/mail.log",
            "repeated warning /etc/rsyslog.conf:3",
            "old-stamps advice /etc/rsyslog.conf:4",
        ],
    );
}

#[test]
fn a_journal_that_is_all_there_is() {
    let journald = "[Journal]\nStorage=volatile\nMaxRetentionSec=2day\n";
    let files =
        [("etc/rsyslog.conf", "*.err /var/log/syslog\n"), ("etc/systemd/journald.conf", journald)];
    let tree = Tree::with(&files);
    fs::remove_file(tree.path().join("var/log/mail.log")).unwrap();
    let expected = [
        "journal-lost problem /etc/systemd/journald.conf:2",
        "no-mail-rule warning /etc/rsyslog.conf",
        "journal-short warning /etc/systemd/journald.conf:3",
    ];
    assert_eq!(tree.found(&[]), expected);
}

/// What Debian's package of syslog-ng has, with a log of one's own.
#[test]
fn syslog_ng_writes_the_log() {
    let syslog_ng = "@version: 3.38\n@include \"scl.conf\"\n\
        # all of it\noptions { chain_hostnames(off); perm(0644); };\n\
        source s_src { system(); internal(); };\n\
        destination d_mail { file(\"/var/log/mail.log\" suppress(30)); };\n\
        destination d_error { file(\"/var/log/error\"); };\n\
        filter f_debug { level(debug) and not facility(auth, mail); };\n\
        filter f_mail { facility(mail) and not filter(f_debug); };\n\
        filter f_error { level(err .. emerg) ; };\n\
        log { source(s_src); filter(f_mail); destination(d_mail); };\n\
        log { source(s_src); filter(f_error); destination(d_error); };\n\
        @include \"/etc/syslog-ng/conf.d/*.conf\"\n";
    let more = "destination d_two { file(\"/var/log/two.log\" throttle(100)\n\
        ts-format(iso) perm(0600)); };\nlog { source(s_src); destination(d_two); };\n";
    let rotate = "/var/log/mail.log /var/log/two.log {\n weekly\n rotate 4\n postrotate\n\
        invoke-rc.d syslog-ng reload\n endscript\n}\n";
    let files = [
        ("etc/syslog-ng/syslog-ng.conf", syslog_ng),
        ("etc/syslog-ng/conf.d/two.conf", more),
        ("etc/logrotate.d/rsyslog", rotate),
    ];
    let tree = Tree::with(&files);
    fs::remove_file(tree.path().join("etc/rsyslog.conf")).unwrap();
    let expected = [
        "repeated warning /etc/syslog-ng/syslog-ng.conf:6",
        "readable warning /etc/syslog-ng/syslog-ng.conf:4",
        "throttled warning /etc/syslog-ng/conf.d/two.conf:1",
        "old-stamps advice /etc/syslog-ng/syslog-ng.conf:6",
    ];
    assert_eq!(tree.found(&[]), expected);
}

#[test]
fn logrotate_that_nobody_runs() {
    let tree = Tree::with(&[("usr/lib/systemd/systemd", "")]);
    let path = |name: &str| tree.path().join(name);
    let daily = "#!/bin/sh\nif [ -d /run/systemd/system ]; then exit 0; fi\nlogrotate x\n";
    fs::write(path("etc/cron.daily/logrotate"), daily).unwrap();
    let nobody = ["nobody-rotates problem /etc/systemd/system"];
    assert_eq!(tree.found(&[]), nobody);
    let wants = path("etc/systemd/system/timers.target.wants");
    fs::create_dir_all(&wants).unwrap();
    let timer = "/lib/systemd/system/logrotate.timer";
    std::os::unix::fs::symlink(timer, wants.join("logrotate.timer")).unwrap();
    assert_eq!(tree.found(&[]), [""; 0]);
    // It is called, and fails.
    let status = path("var/lib/logrotate/status");
    fs::create_dir_all(status.parent().unwrap()).unwrap();
    fs::write(&status, "logrotate state -- version 2\n").unwrap();
    assert_eq!(tree.found(&[]), [""; 0]);
    let touched = Command::new("touch").args(["-d", "10 days ago"]).arg(&status).status();
    assert!(touched.unwrap().success());
    assert_eq!(tree.found(&[]), ["rotation-fails problem /var/lib/logrotate/status"]);
    std::os::unix::fs::symlink("/dev/null", path("etc/systemd/system/logrotate.timer")).unwrap();
    assert_eq!(tree.found(&[]), nobody);
}

#[test]
fn a_journal_that_is_too_small() {
    let begin = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(48);
    let full = format!(
        "var/log/journal/0123456789abcdef0123456789abcdef/system@\
         9a7ca6bd-0000000000000001-{:016x}.journal",
        begin.as_microsecond()
    );
    let files = [
        ("etc/rsyslog.conf", "*.err /var/log/syslog\n"),
        ("etc/systemd/journald.conf", "[Journal]\nSystemMaxUse=8K\n"),
        (full.as_str(), &"x".repeat(7000)),
    ];
    let tree = Tree::with(&files);
    fs::remove_file(tree.path().join("var/log/mail.log")).unwrap();
    let expected = [
        "no-mail-rule warning /etc/rsyslog.conf",
        "journal-full warning /etc/systemd/journald.conf:2",
    ];
    assert_eq!(tree.found(&[]), expected);
    assert_eq!(tree.found(&["--keep-at-least", "1d"]), expected[..1]);
    let unit = "etc/systemd/system/postfix@.service.d/limit.conf";
    let limit = [(unit, "[Service]\nLogRateLimitIntervalSec=30s\nLogRateLimitBurst=50\n")];
    check(
        &limit,
        &[],
        &["journal-limit warning /etc/systemd/system/postfix@.service.d/limit.conf:3"],
    );
}

#[test]
fn logs_that_are_rotated_badly() {
    let twice = "/var/log/mail.* {\n daily\n rotate 3\n copytruncate\n create 0644 root adm\n}\n";
    check(
        &[("etc/logrotate.d/mail", twice)],
        &["--keep-at-most", "7d"],
        &[
            "rotated-twice problem /etc/logrotate.d/rsyslog:3",
            "kept-short warning /etc/logrotate.d/mail:3",
            "copytruncate warning /etc/logrotate.d/mail:4",
            "readable warning /etc/logrotate.d/mail:5",
        ],
    );
    check(&[], &["--keep-at-most", "7d"], &["kept-long warning /etc/logrotate.d/rsyslog:4"]);
    check(&[], &["--keep-at-least", "90d"], &["kept-short warning /etc/logrotate.d/rsyslog:4"]);
    let none = [("etc/logrotate.d/rsyslog", "/var/log/syslog { \n rotate 1\n}\n")];
    check(&none, &[], &["not-rotated warning /var/log/mail.log"]);
}

#[test]
fn logs_that_everybody_may_read() {
    let tree = Tree::with(&[("var/log/mail.log.1", "x\n")]);
    let path = tree.path().join("var/log/mail.log.1");
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(tree.found(&[]), ["readable warning /var/log/mail.log"]);
}

#[test]
fn what_is_no_system_is_said_to_be_none() {
    let empty = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_postlens"));
    let output = command.arg("doctor").arg("--root").arg(empty.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("main.cf"), "{}", text(&output.stderr));
}

/// postconf is asked; places are those of the files.
#[test]
fn a_real_postfix_is_looked_at() {
    let lab = Lab::up(6);
    assert!(
        lab.run(&["postconf", "-e", "soft_bounce=yes", "enable_long_queue_ids=yes"])
            .status
            .success()
    );
    let found = kinds(&lab.postlens(&["doctor", "--json"]));
    assert!(
        found.iter().any(|found| found.starts_with("soft-bounce problem /etc/postfix/main.cf:")),
        "{found:?}"
    );
    assert!(
        !found
            .iter()
            .any(|found| found.starts_with("short-ids") || found.starts_with("no-postlogd")),
        "{found:?}"
    );
    assert!(
        found.iter().any(|found| found == "not-rotated warning /var/log/mail.log"
            || found.contains("/var/log/mail.log")
            || found.contains("logrotate")),
        "{found:?}"
    );
}
