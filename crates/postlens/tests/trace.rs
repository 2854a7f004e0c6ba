//! `postlens trace` as its users run it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::io::Write;
use std::process::{Command, Output, Stdio};

use expect_test::{Expect, expect};
use serde_json::Value;

/// One mail through a content filter, refused once before, with a recipient that waits.
const LOG: &str = "\
Nov  4 10:00:00 mx postfix/smtpd[100]: connect from client.example[192.0.2.9]
Nov  4 10:00:00 mx postfix/smtpd[100]: NOQUEUE: reject: RCPT from client.example[192.0.2.9]: 450 4.2.0 <bob@example.org>: Recipient address rejected: Greylisted; from=<alice@example.com> to=<bob@example.org> proto=ESMTP helo=<client.example>
Nov  4 10:00:01 mx postfix/smtpd[100]: disconnect from client.example[192.0.2.9] ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4
Nov  4 10:06:00 mx postfix/smtpd[100]: connect from client.example[192.0.2.9]
Nov  4 10:06:00 mx postfix/smtpd[100]: Anonymous TLS connection established from client.example[192.0.2.9]: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)
Nov  4 10:06:01 mx postfix/smtpd[100]: 4jYXrC3hT6z1SZfq: client=client.example[192.0.2.9]
Nov  4 10:06:01 mx postfix/cleanup[101]: 4jYXrC3hT6z1SZfq: message-id=<1@example.com>
Nov  4 10:06:01 mx postfix/cleanup[101]: 4jYXrC3hT6z1SZfq: warning: header Subject: Invoice for November from client.example[192.0.2.9]; from=<alice@example.com> to=<bob@example.org> proto=ESMTP helo=<client.example>
Nov  4 10:06:01 mx postfix/qmgr[102]: 4jYXrC3hT6z1SZfq: from=<alice@example.com>, size=1234, nrcpt=2 (queue active)
Nov  4 10:06:01 mx postfix/smtpd[100]: disconnect from client.example[192.0.2.9] ehlo=1 mail=1 rcpt=2 data=1 quit=1 commands=6
Nov  4 10:06:02 mx postfix/smtpd[103]: connect from localhost[127.0.0.1]
Nov  4 10:06:02 mx postfix/smtpd[103]: 4jYXrD0000z1SZfr: client=localhost[127.0.0.1], orig_queue_id=4jYXrC3hT6z1SZfq, orig_client=client.example[192.0.2.9]
Nov  4 10:06:02 mx postfix/cleanup[101]: 4jYXrD0000z1SZfr: message-id=<1@example.com>
Nov  4 10:06:02 mx postfix/qmgr[102]: 4jYXrD0000z1SZfr: from=<alice@example.com>, size=1500, nrcpt=2 (queue active)
Nov  4 10:06:02 mx postfix/smtpd[103]: disconnect from localhost[127.0.0.1] ehlo=1 mail=1 rcpt=2 data=1 quit=1 commands=6
Nov  4 10:06:02 mx postfix/smtp[104]: 4jYXrC3hT6z1SZfq: to=<bob@example.org>, relay=127.0.0.1[127.0.0.1]:10024, delay=1.1, delays=0.1/0/0.2/0.8, dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 4jYXrD0000z1SZfr)
Nov  4 10:06:02 mx postfix/smtp[104]: 4jYXrC3hT6z1SZfq: to=<carol@example.net>, relay=127.0.0.1[127.0.0.1]:10024, delay=1.1, delays=0.1/0/0.2/0.8, dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 4jYXrD0000z1SZfr)
Nov  4 10:06:02 mx postfix/qmgr[102]: 4jYXrC3hT6z1SZfq: removed
Nov  4 10:06:03 mx postfix/lmtp[105]: 4jYXrD0000z1SZfr: to=<bob@example.org>, relay=mx.example.com[private/dovecot-lmtp], delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 <bob@example.org> x Saved)
Nov  4 10:06:04 mx postfix/smtp[106]: 4jYXrD0000z1SZfr: to=<carol@example.net>, relay=mx.example.net[203.0.113.5]:25, delay=2, delays=0/0/1/1, dsn=4.2.2, status=deferred (host mx.example.net[203.0.113.5] said: 452 4.2.2 Mailbox full (in reply to RCPT TO command))
Nov  4 10:07:00 mx postfix/smtpd[100]: connect from other.example[192.0.2.10]
Nov  4 10:07:00 mx postfix/smtpd[100]: 4jYXrF0000z1SZft: client=other.example[192.0.2.10]
Nov  4 10:07:00 mx postfix/cleanup[101]: 4jYXrF0000z1SZft: message-id=<2@other.example>
Nov  4 10:07:00 mx postfix/qmgr[102]: 4jYXrF0000z1SZft: from=<eve@other.example>, size=999, nrcpt=1 (queue active)
Nov  4 10:07:01 mx postfix/local[107]: 4jYXrF0000z1SZft: to=<dave@example.org>, relay=local, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered to mailbox)
Nov  4 10:07:01 mx postfix/qmgr[102]: 4jYXrF0000z1SZft: removed
";

fn run(log: &[u8], arguments: &[&str]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_postlens"))
        .arg("trace")
        .args(arguments)
        .args(["--tz", "UTC", "-"])
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Who gives up early does not read.
    let _ = child.stdin.take().unwrap().write_all(log);
    child.wait_with_output().unwrap()
}

/// What is told, without the year, which depends on when the test runs.
fn told(log: &str, arguments: &[&str]) -> String {
    let out = run(log.as_bytes(), arguments);
    assert!(out.status.success(), "{out:?}");
    let text = String::from_utf8(out.stdout).unwrap();
    let year = text.get(..4).unwrap().to_owned();
    text.replace(&format!("{year}-11-04"), "YYYY-11-04")
}

#[track_caller]
fn check(log: &str, arguments: &[&str], expected: &Expect) {
    expected.assert_eq(&told(log, arguments));
}

/// The queue IDs in what is found, and the recipients of refusals.
fn found(arguments: &[&str]) -> Vec<String> {
    let out = run(LOG.as_bytes(), &[arguments, &["--json"]].concat());
    let journeys: Vec<Value> = serde_json::from_slice(&out.stdout).unwrap();
    let ids = journeys.iter().flat_map(|journey| {
        let messages = journey["messages"].as_array().unwrap().iter();
        let refusals = journey["refusals"].as_array().unwrap().iter();
        messages.map(|it| &it["queue_id"]).chain(refusals.map(|it| &it["recipient"]))
    });
    ids.map(|id| id.as_str().unwrap().to_owned()).collect()
}

const FIRST: &str = "4jYXrC3hT6z1SZfq";
const SECOND: &str = "4jYXrD0000z1SZfr";

#[test]
fn a_mail_through_a_content_filter() {
    check(
        LOG,
        &[FIRST],
        &expect![[r"
            YYYY-11-04 10:06:01  alice@example.com → bob@example.org, carol@example.net
              from        client.example[192.0.2.9], HELO client.example, TLSv1.3 TLS_AES_256_GCM_SHA384
              queue ID    4jYXrC3hT6z1SZfq, mx, <1@example.com>, 1.2 KiB
              bob@example.org
                          accepted → delivered here at YYYY-11-04 10:06:03 to mx.example.com[private/dovecot-lmtp]
                          250 2.0.0 <bob@example.org> x Saved
                          took 1.00 s: 0.00 s before the queue, 0.00 s in it, 0.00 s connecting, 1.00 s transmitting
              carol@example.net
                          accepted → deferred, still tried; tried at YYYY-11-04 10:06:04 (mx.example.net[203.0.113.5]:25)
                          host mx.example.net[203.0.113.5] said: 452 4.2.2 Mailbox full (in reply to RCPT TO command)
                          why: mailbox full; who must act: the recipient
                          → The recipient must make room, or get a larger quota. Reach them another way if it matters.
                          took 2.00 s: 0.00 s before the queue, 0.00 s in it, 1.00 s connecting, 1.00 s transmitting
              The end of this journey is not in the log: it goes on after the log ends.

              10:06:00             connection from client.example[192.0.2.9], HELO client.example, TLSv1.3 TLS_AES_256_GCM_SHA384
              10:06:01    +1.00 s  accepted as 4jYXrC3hT6z1SZfq, 1.2 KiB
              10:06:01    +1.00 s  content check (postfix/cleanup): warning: header Subject: Invoice for November from client.example[192.0.2.9]; from=<alice@example.com> to=<bob@example.org> proto=ESMTP helo=<client.example>
              10:06:02    +2.00 s  connection from localhost[127.0.0.1]
              10:06:02    +2.00 s  4jYXrC3hT6z1SZfq went on as 4jYXrD0000z1SZfr, 1.4 KiB
              10:06:02    +2.00 s  bob@example.org sent by smtp to 127.0.0.1[127.0.0.1]:10024 after 1.10 s: 250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 4jYXrD0000z1SZfr
              10:06:02    +2.00 s  carol@example.net sent by smtp to 127.0.0.1[127.0.0.1]:10024 after 1.10 s: 250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 4jYXrD0000z1SZfr
              10:06:03    +3.00 s  bob@example.org sent by lmtp to mx.example.com[private/dovecot-lmtp] after 1.00 s: 250 2.0.0 <bob@example.org> x Saved
              10:06:04    +4.00 s  carol@example.net deferred by smtp to mx.example.net[203.0.113.5]:25 after 2.00 s: host mx.example.net[203.0.113.5] said: 452 4.2.2 Mailbox full (in reply to RCPT TO command)
        "]],
    );
}

#[test]
fn a_refusal() {
    let (refusal, _) = LOG.split_at(LOG.find("Nov  4 10:06").unwrap());
    check(
        refusal,
        &["192.0.2.9"],
        &expect![[r"
            YYYY-11-04 10:00:00  alice@example.com → bob@example.org
              from        client.example[192.0.2.9], HELO client.example
              bob@example.org
                          refused at RCPT (745e91998a49aef1-78)
                          450 4.2.0 <bob@example.org>: Recipient address rejected: Greylisted
                          why: greylisted; who must act: nobody
                          → Nothing to do: the next try gets through.

              10:00:00             reject at RCPT: 450 4.2.0 <bob@example.org>: Recipient address rejected: Greylisted
        "]],
    );
}

#[test]
fn each_key_finds_the_whole_journey() {
    for query in [FIRST, SECOND, "<1@example.com>", "carol@example.net", "CAROL@example.net"] {
        assert_eq!(found(&[query]), [FIRST, SECOND], "{query}");
    }
    for (query, by) in [
        ("1@example.com", "message-id"),
        ("carol@example.net", "recipient"),
        ("Invoice for", "subject"),
        ("Mailbox full", "text"),
    ] {
        assert_eq!(found(&[query, "--by", by]), [FIRST, SECOND], "{query} by {by}");
    }
    // The refusal before is one of the client's, the sender's and the recipient's too.
    for query in ["192.0.2.9", "alice@example.com", "bob@example.org"] {
        assert_eq!(found(&[query]), ["bob@example.org", FIRST, SECOND], "{query}");
    }
    assert_eq!(found(&["eve@other.example"]), ["4jYXrF0000z1SZft"]);
}

#[test]
fn a_refusal_is_found_by_its_name() {
    let out = run(LOG.as_bytes(), &["bob@example.org", "--json"]);
    let journeys: Vec<Value> = serde_json::from_slice(&out.stdout).unwrap();
    let name = journeys[0]["refusals"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(found(&[&name]), ["bob@example.org"]);
}

#[test]
fn addresses_are_whole() {
    for query in ["ob@example.org", "bob@example.or", "192.0.2.1", "4jYXrC3hT6z1SZf"] {
        let out = run(LOG.as_bytes(), &[query]);
        assert_eq!(out.status.code(), Some(1), "{query}: {out:?}");
        assert_eq!(String::from_utf8(out.stderr).unwrap(), "postlens: nothing found\n");
    }
}

#[test]
fn original_lines() {
    let text = told(LOG, &[SECOND, "--lines"]);
    let lines: Vec<&str> = LOG.lines().filter(|line| text.contains(*line)).collect();
    let ours = |line: &&str| line.contains(FIRST) || line.contains(SECOND);
    assert_eq!(lines, LOG.lines().filter(ours).collect::<Vec<_>>());
}

#[test]
fn many_mails_are_listed() {
    use std::fmt::Write as _;
    let mut log = String::new();
    for number in 10..20 {
        writeln!(
            log,
            "Nov  4 10:{number}:00 mx postfix/local[7]: ABCDEF{number}: to=<dave@example.org>, \
             relay=local, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered to mailbox)"
        )
        .unwrap();
    }
    let out = run(log.as_bytes(), &["dave@example.org"]);
    let text = String::from_utf8(out.stdout).unwrap();
    assert_eq!(text.lines().count(), 10, "{text}");
    assert!(text.lines().all(|line| line.ends_with("? → dave@example.org  delivered here")));
    let errors = String::from_utf8(out.stderr).unwrap();
    assert!(errors.contains("10 mails found"), "{errors}");
    let out = run(log.as_bytes(), &["dave@example.org", "--all"]);
    assert_eq!(String::from_utf8(out.stdout).unwrap().matches("accepted →").count(), 10);
}

#[test]
fn what_strangers_wrote_reaches_no_terminal() {
    let log = LOG.replace("Mailbox full", "\u{1b}]0;owned\u{7}\u{1b}[2J<script>").into_bytes();
    let out = run(&log, &[FIRST, "--lines"]);
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(text.contains("<script>") && !text.contains('\u{1b}') && !text.contains('\u{7}'));
    let out = run(LOG.as_bytes(), &["\u{1b}[2J", "--by", "text"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(!out.stderr.contains(&0x1b));
}

#[test]
fn a_page_holds_nothing_that_a_browser_runs() {
    let hostile = "</dd><script>alert(1)</script>\\\"'&";
    let log = LOG.replace("Mailbox full", hostile).replace("<client.example>", hostile);
    let out = run(log.as_bytes(), &[FIRST, "--format", "html", "--lines"]);
    assert!(out.status.success(), "{out:?}");
    let page = String::from_utf8(out.stdout).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
    assert!(!page.contains("<script") && !page.contains("http://") && !page.contains("https://"));
    // Every tag that is opened is closed.
    for tag in ["section", "table", "tr", "td", "th", "dl", "dt", "dd", "ol", "li", "pre"] {
        let opened =
            page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
        assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}

#[test]
fn in_japanese() {
    let text = told(LOG, &[FIRST, "--lang", "ja"]);
    assert!(text.contains("受付 → "), "{text}");
    assert!(text.contains("原因：メールボックス"), "{text}");
}

#[test]
fn an_empty_query_is_wrong_usage() {
    let out = run(LOG.as_bytes(), &[""]);
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8(out.stderr).unwrap().contains("hint: "));
}
