//! `postlens explain` as a user runs it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

use std::io::Write;
use std::process::{Command, Output, Stdio};

use expect_test::expect;
use serde_json::Value;

const PEER: &str = "host mx.example.net[192.0.2.10] said: 554 5.7.1 Service unavailable; Client \
    host [198.51.100.7] blocked using list.dnsbl.example (in reply to RCPT TO command)";

fn explain(args: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postlens"));
    command.env("LC_ALL", "C.UTF-8").env_remove("NO_COLOR").arg("explain").args(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that does not read has gone before all is written.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn objects(args: &[&str], input: &[u8]) -> Vec<Value> {
    let output = explain(&[&["--json"], args].concat(), input);
    out(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_reply_is_explained_in_words() {
    let output = explain(&[PEER], b"");
    assert_eq!(output.status.code(), Some(0));
    expect![[r"
        host mx.example.net[192.0.2.10] said: 554 5.7.1 Service unavailable; Client host [198.51.100.7]
        blocked using list.dnsbl.example (in reply to RCPT TO command)
          why           on a block list (blocked_dnsbl), permanent
          meaning       The sending address or domain is on a block list that the server asks.
          who must act  our admin
          how sure      certain: wording
          what to do
            1. Ask the list: an answer 127.0.0.x means listed; 127.255.255.x means that your resolver may
               not ask.
                 dig +short 7.100.51.198.list.dnsbl.example
            2. Find what sent the bad mail: a hijacked account, a web form, an old address list, a forward
               of spam.
                 postlens report --period yesterday
            3. Stop what brought the address onto the list first, then ask for removal on the list’s own
               page; never pay for it.
    "]]
    .assert_eq(&out(&output));
    let japanese = out(&explain(&["--lang", "ja", PEER], b""));
    assert!(japanese.contains("ブロックリスト掲載(blocked_dnsbl)、恒久的"), "{japanese}");
}

#[test]
fn lines_come_from_standard_input_in_any_form() {
    let input = b"550 5.1.1 User unknown\n\
        Nov 24 10:00:00 mail postfix/smtpd[7]: connect from mx.example.org[192.0.2.77]\n\
        Nov 24 10:00:01 mail postfix/smtp[8]: 4F1A2B3C4D: to=<ann@example.net>, \
        relay=mx.example.net[192.0.2.10]:25, delay=1, delays=0/0/1/0, dsn=4.2.2, \
        status=deferred (host mx.example.net[192.0.2.10] said: 452 4.2.2 Mailbox full (in reply \
        to RCPT TO command))\n\n\
        smtp; 554 5.7.1 <ann@example.net>: Relay access denied\n";
    let all = objects(&[], input);
    let causes: Vec<_> = all.iter().map(|one| one["cause"].as_str().unwrap()).collect();
    assert_eq!(causes, ["user_unknown", "mailbox_full", "relay_denied"]);
    assert_eq!(all[1]["recipient"], "ann@example.net");
    assert_eq!(all[1]["queue_id"], "4F1A2B3C4D");
    assert_eq!(all[1]["actor"], "recipient");
    assert_eq!(all[0]["recipient"], Value::Null);
    let output = explain(&["-"], input);
    assert!(err(&output).contains("tell of no failure, left out: 1"), "{}", err(&output));
}

#[test]
fn what_is_known_beside_the_text_counts() {
    let text = "550 Unknown user ann@docomo.ne.jp";
    let cause = |args: &[&str]| objects(args, b"")[0]["cause"].as_str().unwrap().to_owned();
    assert_eq!(cause(&[text]), "user_unknown");
    let relay = ["--relay", "mfsmax.docomo.ne.jp", "--command", "end of data", text];
    assert_eq!(cause(&relay), "recipient_refused");
}

#[test]
fn spreadsheets_get_quoted_cells() {
    let output = explain(&["--format", "csv"], b"=1+1, 550 User \"x\" unknown\n");
    let text = out(&output);
    let mut lines = text.lines();
    assert!(lines.next().unwrap().starts_with("reply,cause,permanence,side,actor,confidence,"));
    let row = lines.next().unwrap();
    assert!(row.starts_with("\"'=1+1, 550 User \"\"x\"\" unknown\",user_unknown,"), "{row}");
}

#[test]
fn hostile_replies_neither_act_nor_reach_a_shell() {
    let text = "550 \x1b[2J\u{202e}mail from $(reboot).example.com domain `id`.example refused \
        using ;rm.example <'$(id)'@example.net> User unknown";
    let output = out(&explain(&["--color", "never", text], b""));
    assert!(output.contains("\\x1B[2J\\u{202E}"), "{output}");
    assert!(!output.contains('\x1b') && !output.contains('\u{202e}'), "{output}");
    for object in objects(&[text], b"") {
        for step in object["steps"].as_array().unwrap() {
            let command = step["command"].as_str().unwrap_or_default();
            assert!(!command.contains("reboot") && !command.contains("id)"), "{command}");
        }
    }
    let draft = out(&explain(&["--draft", "sender", text], b""));
    assert!(draft.contains("\\x1B[2J") && !draft.contains('\x1b'), "{draft}");
}

#[test]
fn drafts_have_a_subject_and_the_evidence() {
    let text = "552 5.2.3 <ann@example.net> message too big";
    let output = explain(&["--draft", "sender", text], b"");
    let draft = out(&output);
    let subject = "Subject: Your mail to ann@example.net was not delivered: message too large\n\n";
    assert!(draft.starts_with(subject), "{draft}");
    assert!(draft.contains("\n> 552 5.2.3 <ann@example.net> message too big\n"), "{draft}");
    assert!(draft.contains("What you can do:\n"), "{draft}");
    let draft = out(&explain(&["--draft", "postmaster", "--lang", "ja", PEER], b""));
    assert!(draft.contains("198.51.100.7") && draft.contains("よろしくお願い"), "{draft}");
    let draft = out(&explain(&["--draft", "recipient", "452 4.2.2 over quota"], b""));
    assert!(draft.contains("What you can do:"), "{draft}");
    let output = explain(&["--draft", "sender", text, PEER], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("hint: give one reply"), "{}", err(&output));
    let output = explain(&["--draft", "sender"], b"");
    assert!(err(&output).contains("no failure to write about"), "{}", err(&output));
}

#[test]
fn the_list_has_every_cause() {
    let text = out(&explain(&["--list"], b""));
    let json: Value = serde_json::from_str(&out(&explain(&["--list", "--json"], b""))).unwrap();
    let csv = out(&explain(&["--list", "--format", "csv"], b""));
    let causes = json["causes"].as_array().unwrap();
    assert_eq!(csv.lines().count(), causes.len() + 1);
    for cause in causes {
        let name = cause["cause"].as_str().unwrap();
        assert!(text.contains(&format!("({name})")), "{name}");
        assert!(csv.contains(&format!("\n{name},")), "{name}");
    }
}

#[test]
fn the_exit_status_tells_what_is_not_known() {
    assert_eq!(explain(&["550 5.1.1 User unknown"], b"").status.code(), Some(0));
    assert_eq!(explain(&["quite so"], b"").status.code(), Some(1));
    assert_eq!(explain(&["--command", "VRFY", "x"], b"").status.code(), Some(2));
    assert_eq!(explain(&["--list", "550 x"], b"").status.code(), Some(2));
}

#[test]
fn lines_as_json_have_their_cause() {
    let log = b"Nov 24 10:00:01 mail postfix/smtp[8]: 4F1A2B3C4D: to=<ann@example.net>, \
        relay=mx.example.net[192.0.2.10]:25, delay=1, delays=0/0/1/0, dsn=4.2.2, \
        status=deferred (host mx.example.net[192.0.2.10] said: 452 4.2.2 Mailbox full (in reply \
        to RCPT TO command))\n\
        Nov 24 10:00:02 mail postfix/smtp[8]: 4F1A2B3C4D: to=<ann@example.net>, \
        relay=mx.example.net[192.0.2.10]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, \
        status=sent (250 2.0.0 Ok)\n";
    let mut command = Command::new(env!("CARGO_BIN_EXE_postlens"));
    command.env("TZ", "UTC").args(["parse", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(log).unwrap();
    let text = out(&child.wait_with_output().unwrap());
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["cause"], "mailbox_full");
    assert_eq!(lines[1].get("cause"), None);
}
