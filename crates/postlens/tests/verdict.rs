//! Days in which one thing goes wrong: the verdict's first line says what.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use postlens_testkit::{Config, Format, SCENARIOS, Scenario, Zone, generate_in_memory};
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

/// All scenarios are generated from one seed.
const SEED: u64 = 2;

/// Runs the report over some logs.
fn report(args: &[&str], logs: &Path) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postlens"));
    command.env("TZ", "UTC").env("LC_ALL", "C").arg("report").args(args).arg(logs);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The first line after the head.
fn first_line(report: &str) -> &str {
    let (_, rest) = report.split_once("\n\n").unwrap();
    rest.lines().next().unwrap()
}

/// Generates a scenario's days, with stamps that have no year and with full ones, and
/// compares the verdict's first line.
#[track_caller]
fn check(name: &str, english: &str, japanese: &str) {
    let directory = tempfile::tempdir().unwrap();
    let scenario = Scenario::named(name).unwrap();
    let full = Format::Rfc3339 { digits: 6, zone: Zone::Colon };
    let usual = scenario.config(SEED);
    let full = Config { format: full, ..usual.clone() };
    for (file, config) in [("yearless.log", usual), ("full.log", full)] {
        let (log, _, _) = generate_in_memory(config);
        let log_file = directory.path().join(file);
        std::fs::write(&log_file, log).unwrap();
        let text = report(&["--lang", "en"], &log_file);
        assert_eq!(first_line(&text), english, "{name} {file}\n{text}");
        assert!(text.lines().all(|line| line.width() <= 100), "{name}");
        let object: Value = serde_json::from_str(&report(&["--json"], &log_file)).unwrap();
        assert_eq!(object["verdict"]["text"], english, "{name} {file}");
        assert_eq!(object["verdict"]["complete"], true, "{name} {file}");
        let findings = object["findings"].as_array().unwrap();
        assert_eq!(object["verdict"]["gravity"].is_null(), findings.is_empty(), "{name}");
    }
    let text = report(&["--lang", "ja"], &directory.path().join("yearless.log"));
    assert_eq!(first_line(&text), japanese, "{name}");
}

macro_rules! verdicts {
    ($($test:ident $name:literal $english:literal $japanese:literal;)*) => {
        $(#[test]
        fn $test() {
            check($name, $english, $japanese);
        })*

        #[test]
        fn every_scenario_has_its_verdict() {
            let judged = [$($name),*];
            assert!(SCENARIOS.iter().all(|scenario| judged.contains(&scenario.name)));
        }
    };
}

verdicts! {
    deferral_surge "deferral-surge"
        "SEVERE: Mail to bigmail.example is held up: 118 attempts failed; cause: too much mail"
        "重大: bigmail.example 宛のメールが滞っています。118 回失敗、原因: 送信が多すぎる";
    blocked "blocked"
        "SEVERE: Mail to bigmail.example is held up: 158 attempts failed; cause: blocked for bad reputation"
        "重大: bigmail.example 宛のメールが滞っています。158 回失敗、原因: 評判による拒否";
    dns_down "dns-down"
        "CRITICAL: Name service does not answer: 140 lookups failed, for 18 domains"
        "緊急: 名前解決ができません。18 ドメインで 140 回失敗しました";
    disk_full "disk-full"
        "CRITICAL: No space on mx1: 148 lines say that the disk is full"
        "緊急: mx1 のディスクに空きがありません(該当 148 行)";
    filter_down "filter-down"
        "CRITICAL: 127.0.0.1[127.0.0.1]:10024 does not answer: 248 failures"
        "緊急: 127.0.0.1[127.0.0.1]:10024 が応答しません(248 回失敗)";
    milter_down "milter-down"
        "CRITICAL: inet:127.0.0.1:8891 does not answer: 41 failures"
        "緊急: inet:127.0.0.1:8891 が応答しません(41 回失敗)";
    mailboxes_full "mailboxes-full"
        "MODERATE: 25 of our mailboxes are full: 150 attempts failed"
        "中程度: 25 個のメールボックスが満杯です(150 回失敗)";
    certificate_expired "certificate-expired"
        "CRITICAL: The certificate of mx1 has expired: 119 peers refused it"
        "緊急: mx1 の証明書の期限が切れています。119 件の接続で相手に拒まれました";
    brute_force_distributed "brute-force-distributed"
        "MODERATE: 1,089 clients guess passwords: 1,154 failures"
        "中程度: 1,089 個の接続元がパスワードを試しています(1,154 回失敗)";
    brute_force_client "brute-force-client"
        "MODERATE: 192.0.2.200 guesses passwords: 334 failures"
        "中程度: 192.0.2.200 がパスワードを試しています(334 回失敗)";
    brute_force_user "brute-force-user"
        "MODERATE: 231 clients guess the password of grace: 236 failures"
        "中程度: 231 個の接続元が grace のパスワードを試しています(236 回失敗)";
    misconfigured_client "misconfigured-client"
        "SLIGHT: alice [198.51.100.130] has an old password: 93 failures since it last could log in"
        "軽微: alice [198.51.100.130] のパスワードが古いままです(93 回失敗)";
    hijacked_account "hijacked-account"
        "CRITICAL: Somebody else sends as wendy: 295 messages from 15 new addresses"
        "緊急: wendy を他人が使って送信しています。新しい 15 個のアドレスから 295 通";
    newsletter "newsletter"
        "No problem found: 4,109 mails and 82,049 lines of 4 days looked at"
        "問題は見つかりませんでした(期間 4 日、メール 4,109 通、ログ 82,049 行)";
    list_import "list-import"
        "SEVERE: Mail of news@example.com bounces: 230 bounces from 41 domains"
        "重大: news@example.com のメールが大量に戻っています。41 ドメインから 230 件";
    list_hammered "list-hammered"
        "SEVERE: announce@lists.example.net gets far more mail than usual: 434 messages"
        "重大: announce@lists.example.net に普段よりはるかに多いメールが届いています(434 通)";
    local_flood "local-flood"
        "SEVERE: User ID 33 of the host floods the system: 618 messages"
        "重大: ホストのユーザー ID 33 が大量に送信しています(618 通)";
    client_flood "client-flood"
        "SEVERE: Client 192.0.2.77 floods the system: 886 messages"
        "重大: 接続元 192.0.2.77 が大量に送信しています(886 通)";
    connection_flood "connection-flood"
        "SEVERE: Far more connections than usual: up to 100 a minute"
        "重大: 接続が普段よりはるかに多くなっています(最大で毎分 100 件)";
    queue_growth "queue-growth"
        "SEVERE: The queue grows: 253 more messages came than went"
        "重大: キューが増え続けています。出た数より 253 通多く入りました";
    lines_lost "lines-lost"
        "SEVERE: Loggers of mx1 lost lines: 171 at least. All figures are too low"
        "重大: mx1 のログ収集が少なくとも 171 行を失いました。すべての数字は実際より少なくなっています";
    postlogd_fails "postlogd-fails"
        "SEVERE: Loggers of mx1 lost lines: 69 at least. All figures are too low"
        "重大: mx1 のログ収集が少なくとも 69 行を失いました。すべての数字は実際より少なくなっています";
    tls_broken "tls-broken"
        "SEVERE: TLS fails on mx1: 236 failures"
        "重大: mx1 で TLS が失敗しています(236 回)";
    baseline "baseline"
        "No problem found: 3,579 mails and 73,381 lines of 4 days looked at"
        "問題は見つかりませんでした(期間 4 日、メール 3,579 通、ログ 73,381 行)";
}

/// What is usual is learned before the period, and nothing from there is counted or told.
#[test]
fn normal_is_learned_before_the_period() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("mail.log");
    let scenario = Scenario::named("hijacked-account").unwrap();
    let (text, _, _) = generate_in_memory(scenario.config(SEED));
    std::fs::write(&log, &text).unwrap();
    let day = |period: &str, learn: &str| {
        let args = ["--lang", "en", "--json", "--period", period, "--learn", learn];
        serde_json::from_str::<Value>(&report(&args, &log)).unwrap()
    };
    // The account is hijacked at night: a day alone cannot tell whose addresses are new.
    let (alone, learned) = (day("2026-11-05", "0"), day("2026-11-05", "14"));
    let mut kinds = alone["findings"].as_array().unwrap().iter().map(|finding| &finding["kind"]);
    assert!(kinds.all(|kind| kind != "account_hijacked"));
    assert_eq!(learned["findings"][0]["kind"], "account_hijacked");
    assert_eq!(alone["learned"]["lines"], 0);
    assert_eq!(learned["learned"]["from"].as_str().unwrap().get(..10), Some("2026-11-02"));
    assert_eq!(learned["learned"]["to"], "2026-11-05T00:00:00Z");
    for key in ["lines", "mails", "authentication", "refused", "from", "to"] {
        assert_eq!(alone[key], learned[key], "{key}");
    }
    let total = |told: &Value| {
        let counts = told["lines"].as_object().unwrap().values();
        counts.map(|count| count.as_u64().unwrap()).sum::<u64>()
    };
    let source = &learned["source"];
    let read = source["lines"].as_u64().unwrap();
    let outside = source["outside_period"].as_u64().unwrap();
    assert_eq!(total(&learned) + learned["learned"]["lines"].as_u64().unwrap() + outside, read);
    // The evening after is told nothing of what was over.
    let args = ["--lang", "en", "--since", "2026-11-05 18:00"];
    let text = report(&args, &log);
    assert!(first_line(&text).starts_with("No problem found: "), "{text}");
    assert!(text.contains("\nwhat is usual was learned from "), "{text}");
    assert!(text.contains(" lines of 4 days before the period\n"), "{text}");
    let text = report(&["--lang", "en", "--period", "2026-11-02"], &log);
    assert!(text.contains("\nthe log has nothing before the period that tells what is usual\n"));
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

#[test]
fn reports_fit_a_hundred_columns_and_pipes_get_no_colours() {
    for lang in ["en", "ja"] {
        for more in [&["--top", "30"][..], &["--detail"], &["--traffic-first"]] {
            let text = report(&[&["--lang", lang], more].concat(), &examples());
            let wide = text.lines().filter(|line| line.width() > 100);
            assert_eq!(wide.collect::<Vec<_>>(), [""; 0], "{lang} {more:?}");
            assert!(!text.contains('\x1b'));
        }
    }
    let text = report(&["--color", "always"], &examples());
    assert!(
        text.contains("\x1b[1;31mCRITICAL: Somebody else sends as carol@example.com"),
        "{text}"
    );
    assert!(text.contains("\n\x1b[1mWhy mail bounced\x1b[0m\n"));
}

#[test]
fn bars_are_for_eyes() {
    let whole = report(&["--by", "hour"], &examples());
    assert!(!whole.contains("##") && !whole.contains('█'), "a pipe gets none");
    let bars = report(&["--by", "hour", "--bars", "always"], &examples());
    assert!(bars.lines().all(|line| line.width() <= 100));
    // A locale that is not UTF-8 gets no block elements, and figures are the same.
    assert!(bars.contains("  ####") && !bars.contains('█'));
    let without: Vec<_> = bars.lines().map(|line| line.trim_end_matches('#').trim_end()).collect();
    assert_eq!(without, whole.lines().collect::<Vec<_>>());
    let mut command = Command::new(env!("CARGO_BIN_EXE_postlens"));
    command.env("TZ", "UTC").env("LC_ALL", "C.UTF-8").args(["report", "--bars", "always"]);
    let output = command.arg(examples()).output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().contains("  ██"));
}

#[test]
fn hours_with_connections_alone_are_no_rows_of_zeros() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("mail.log");
    let lines = "\
2026-11-23T10:00:00+00:00 mail postfix/smtpd[6]: connect from mx.example.net[192.0.2.8]
2026-11-23T10:00:01+00:00 mail postfix/smtpd[6]: disconnect from mx.example.net[192.0.2.8]
";
    std::fs::write(&log, lines).unwrap();
    let text = report(&["--lang", "en", "--section", "times"], &log);
    let table = "
Per hour of the day
 received delivered  deferred   bounced   refused  connects
        0         0         0         0         0         1  10:00
";
    assert!(text.ends_with(table), "{text}");
}

#[test]
fn what_comes_first_can_be_chosen() {
    let place = |text: &str, heading: &str| text.find(heading).unwrap();
    for (option, problems_first) in [("--problems-first", true), ("--traffic-first", false)] {
        let text = report(&[option], &examples());
        let (bounces, senders) =
            (place(&text, "\nWhy mail bounced\n"), place(&text, "\nSenders\n"));
        assert_eq!(bounces < senders, problems_first);
        assert!(place(&text, "\nCRITICAL: ") < bounces.min(senders));
    }
}

#[test]
fn a_log_without_mail_is_not_called_quiet() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("mail.log");
    std::fs::write(&log, "Nov 20 10:00:00 mail cron[1]: (root) CMD (x)\n".repeat(3)).unwrap();
    let text = report(&["--lang", "en"], &log);
    let line = "No mail in 3 lines of 0 s: is this the right log, and does Postfix run?";
    assert_eq!(first_line(&text), line);
}

#[test]
fn what_still_goes_on_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("mail.log");
    let (text, _, _) = generate_in_memory(Scenario::named("filter-down").unwrap().config(SEED));
    let text = String::from_utf8(text).unwrap();
    let until = text.lines().take_while(|line| *line < "Nov  4 15:30");
    std::fs::write(&log, until.collect::<Vec<_>>().join("\n") + "\n").unwrap();
    let text = report(&["--lang", "en"], &log);
    assert!(text.contains("since 2026-11-04 14:32, still going on at the log's end"), "{text}");
    let object: Value = serde_json::from_str(&report(&["--json"], &log)).unwrap();
    assert_eq!(object["verdict"]["open"], 1);
    assert_eq!(object["findings"][0]["since"], "2026-11-04T14:32:44Z");
    assert_eq!(object["findings"][0]["cause"], "connection_refused");
    assert_eq!(object["findings"][0]["actor"], "our_admin");
    assert_eq!(object["verdict"]["look"], "ss -ltnp sport = :10024");
}

#[test]
fn what_was_not_read_belongs_to_the_verdict() {
    let directory = tempfile::tempdir().unwrap();
    let archive = directory.path().join("mail.log.2.gz");
    let whole = std::fs::read(examples().join("mail.log.2.gz")).unwrap();
    std::fs::write(&archive, whole.get(..whole.len() / 8).unwrap()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_postlens"));
    command.env("TZ", "UTC").args(["report", "--lang", "en"]).arg(&archive);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    let verdict = text.split("\n\n").nth(1).unwrap();
    assert!(first_line(&text).starts_with("No problem found in what could be read: "), "{text}");
    assert!(verdict.contains("Not all could be read, so that figures may be too low: "), "{text}");
    assert!(verdict.contains("archive is cut off"), "{text}");
}

/// Between the troubles of the examples, which real programs wrote, all is quiet.
#[test]
fn quiet_hours_of_a_real_server_are_quiet() {
    let hours = [
        (
            "2026-11-19 11:00",
            "2026-11-20 01:00",
            "No problem found: 90 mails and 2,527 lines of 14 hours looked at",
        ),
        (
            "2026-11-22 04:30",
            "2026-11-22 17:00",
            "No problem found: 42 mails and 1,176 lines of 12 hours looked at",
        ),
        (
            "2026-11-22 18:00",
            "2026-11-23 09:00",
            "No problem found: 41 mails and 977 lines of 15 hours looked at",
        ),
    ];
    for (from, to, line) in hours {
        let text = report(&["--lang", "en", "--since", from, "--until", to], &examples());
        assert_eq!(first_line(&text), line, "{text}");
    }
}
