//! `--mail-to`: a mail arrives whole by every way, and what does not get away is kept.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use mail_parser::{Message, MessageParser, MimeHeaders};

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

fn report(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postlens"));
    command.env("TZ", "UTC").env("LC_ALL", "C").env_remove("POSTLENS_SMTP_USER").arg("report");
    command.args(["--mail-from", "postlens@example.com", "--mail-to", "admin@example.com"]);
    command.args(args);
    command
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A server that takes one mail and answers each command with what `answer` says for it.
fn server(answer: fn(&str) -> &'static str) -> (u16, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap());
        let mut mail = String::new();
        let mut is_data = false;
        stream.write_all(b"220 mail.example.com ESMTP\r\n").unwrap();
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line).unwrap_or(0) == 0 {
                return mail;
            }
            let answer = match line.trim_end() {
                "." if is_data => "250 2.0.0 queued\r\n",
                _ if is_data => {
                    mail.push_str(line.strip_prefix('.').unwrap_or(&line));
                    continue;
                }
                command => answer(command),
            };
            is_data = answer.starts_with("354");
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    (port, served)
}

fn takes(command: &str) -> &'static str {
    match command.get(..4) {
        Some("EHLO") => "250-mail.example.com\r\n250 8BITMIME\r\n",
        Some("DATA") => "354 go on\r\n",
        Some("QUIT") => "221 bye\r\n",
        _ => "250 ok\r\n",
    }
}

/// The parts of a mail about the examples.
fn check(message: &Message<'_>, subject: &str) {
    assert_eq!(message.subject(), Some(subject));
    let text = message.body_text(0).unwrap().replace("\r\n", "\n");
    assert!(text.starts_with("Postfix report: mail\n"), "{text}");
    assert!(text.contains("CRITICAL: Somebody else sends as carol@example.com"));
    let html = message.body_html(0).unwrap();
    assert!(html.contains("Somebody else sends as carol@example.com"));
    assert!(!html.contains("<svg"), "mail programs show none");
    let pictures: Vec<_> = message.attachments().collect();
    assert_eq!(html.matches("<img").count(), pictures.len());
    assert!(pictures.len() >= 6, "{}", pictures.len());
    for picture in pictures {
        let id = picture.content_id().unwrap();
        assert!(html.contains(&format!("src=\"cid:{id}\"")), "{id}");
        assert!(picture.contents().starts_with(b"\x89PNG\r\n\x1a\n"));
    }
}

#[test]
fn by_smtp_it_arrives_whole() {
    let (port, served) = server(takes);
    let server = format!("127.0.0.1:{port}");
    let output = report(&["--smtp", &server]).arg(examples()).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(output.stdout.is_empty(), "the mail is instead of the report");
    let mail = served.join().unwrap();
    let message = MessageParser::default().parse(mail.as_bytes()).unwrap();
    check(&message, "Postfix report mail 2026-11-19 to 2026-11-23: 10 problems");
}

#[test]
fn the_subject_may_be_in_any_script() {
    let (port, served) = server(takes);
    let server = format!("127.0.0.1:{port}");
    let args = ["--smtp", &server, "--lang", "ja", "--subject", "メール日報"];
    let output = report(&args).arg(examples()).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let mail = served.join().unwrap();
    assert!(mail.is_ascii(), "headers and parts are encoded");
    let message = MessageParser::default().parse(mail.as_bytes()).unwrap();
    assert_eq!(message.subject(), Some("メール日報: 問題 10 件"));
    assert!(message.body_text(0).unwrap().starts_with("Postfix レポート"));
}

#[test]
fn what_is_refused_is_kept() {
    let (port, served) = server(|command| match command.get(..4) {
        Some("RCPT") => "550 5.1.1 no such user\r\n",
        _ => takes(command),
    });
    let directory = tempfile::tempdir().unwrap();
    let server = format!("127.0.0.1:{port}");
    let kept = directory.path().to_str().unwrap();
    let args = ["--smtp", &server, "--mail-keep", kept, "--mail-retry", "60"];
    let output = report(&args).arg(examples()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = stderr(&output);
    assert!(told.contains("550") || told.contains("no such user"), "{told}");
    let file = std::fs::read_dir(directory.path()).unwrap().next().unwrap().unwrap();
    assert!(told.contains(file.path().to_str().unwrap()), "{told}");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let mail = std::fs::read(file.path()).unwrap();
    let message = MessageParser::default().parse(&mail).unwrap();
    check(&message, "Postfix report mail 2026-11-19 to 2026-11-23: 10 problems");
    served.join().unwrap();
}

#[test]
fn a_server_that_is_not_there_is_tried_again() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let directory = tempfile::tempdir().unwrap();
    let (server, kept) = (format!("127.0.0.1:{closed}"), directory.path().to_str().unwrap());
    let args = ["--smtp", &server, "--mail-keep", kept, "--mail-retry", "0,0"];
    let output = report(&args).arg(examples()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stderr(&output).matches("trying again").count(), 2, "{}", stderr(&output));
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn quiet_days_send_nothing_if_asked() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("mail.log");
    let line = "2026-11-23T10:00:00.000000+00:00 mail postfix/smtpd[100]: connect from mx.example.net[192.0.2.9]\n";
    std::fs::write(&log, line).unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let server = format!("127.0.0.1:{closed}");
    let args = ["--smtp", &server, "--only-problems"];
    let output = report(&args).arg(&log).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn passwords_are_read_by_their_owner_only_and_go_nowhere_in_the_clear() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("login");
    std::fs::write(&file, "postlens\nsecret\n").unwrap();
    let check = |mode: u32, server: &str, told: &str| {
        std::fs::set_permissions(&file, PermissionsExt::from_mode(mode)).unwrap();
        let args = ["--smtp", server, "--smtp-tls", "none", "--smtp-auth", file.to_str().unwrap()];
        let output = report(&args).arg(examples()).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(told), "{}", stderr(&output));
        assert!(!stderr(&output).contains("secret"));
    };
    check(0o644, "mail.example.com", "hint: chmod 600");
    check(0o600, "mail.example.com", "hint: use --smtp-tls starttls or tls");
}

#[test]
fn names_in_a_log_make_no_headers_and_no_markup() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("mail.log");
    let host = "<script>\u{202e}é";
    let line =
        |text: &str| format!("2026-11-23T10:00:00.000000+00:00 {host} postfix/smtpd[1]: {text}\n");
    let hostile = "</p><script>alert(1)</script>\u{1b}[2J\rBcc: x@example.net";
    let failed = format!(
        "warning: {hostile}[192.0.2.9]: SASL LOGIN authentication failed: x, sasl_username={hostile}"
    );
    std::fs::write(&log, line("connect from mx.example.net[192.0.2.9]") + &line(&failed)).unwrap();
    let (port, served) = server(takes);
    let output = report(&["--smtp", &format!("127.0.0.1:{port}")]).arg(&log).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let mail = served.join().unwrap();
    assert!(mail.is_ascii());
    let message = MessageParser::default().parse(mail.as_bytes()).unwrap();
    let mut headers: Vec<&str> = message.headers().iter().map(mail_parser::Header::name).collect();
    headers.sort_unstable();
    assert_eq!(
        headers,
        [
            "Auto-Submitted",
            "Content-Type",
            "Date",
            "From",
            "MIME-Version",
            "Message-ID",
            "Subject",
            "To"
        ]
    );
    let subject = message.subject().unwrap();
    assert!(subject.contains("<script>\\u{202E}é"), "{subject:?}");
    let html = message.body_html(0).unwrap();
    assert!(html.contains("&lt;script&gt;"));
    assert!(!html.contains("<script"), "{html}");
    let bad = |c: char| (c.is_control() && !"\r\n".contains(c)) || c == '\u{202e}';
    assert!(!html.contains(bad) && !message.body_text(0).unwrap().contains(bad));
}

#[test]
fn without_the_protection_asked_for_nothing_is_sent() {
    let (port, served) = server(takes);
    let directory = tempfile::tempdir().unwrap();
    let (server, kept) = (format!("127.0.0.1:{port}"), directory.path().to_str().unwrap());
    let args = ["--smtp", &server, "--smtp-tls", "starttls", "--mail-keep", kept];
    let output = report(&args).args(["--mail-retry", "600"]).arg(examples()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("STARTTLS"), "{}", stderr(&output));
    assert_eq!(served.join().unwrap(), "", "the server got no mail");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
}
