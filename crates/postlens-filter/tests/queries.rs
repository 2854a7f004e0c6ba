//! Queries over lines: what they match, what they say when they mean nothing, and that
//! needles leave nothing out.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeSet;

use bstr::ByteSlice;
use postlens_filter::{Field, Line, Query};
use postlens_syntax::{Entry, Event};
use postlens_testkit::{Config, Until, generate_in_memory};
use regex::bytes::Regex;

const LOG: &str = "\
Nov  4 06:25:00 mx1 postfix/smtpd[7]: connect from a.example.net[192.0.2.7]
Nov  4 06:25:01 mx1 postfix/smtpd[7]: 4jWpv44LHMz1SZqm: client=a.example.net[192.0.2.7], sasl_method=PLAIN, sasl_username=alice@example.com
Nov  4 06:25:01 mx1 postfix/cleanup[8]: 4jWpv44LHMz1SZqm: message-id=<m1@example.com>
Nov  4 06:25:01 mx1 postfix/qmgr[9]: 4jWpv44LHMz1SZqm: from=<alice@example.com>, size=20971520, nrcpt=2 (queue active)
Nov  4 06:25:02 mx1 postfix-out/smtp[10]: 4jWpv44LHMz1SZqm: to=<bob@sub.example.org>, relay=mx.example.org[2001:db8::25]:25, delay=312, delays=0.1/0/1/311, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4jWpv44LHMz1SZqn)
Nov  4 06:25:03 mx1 postfix-out/smtp[11]: 4jWpv44LHMz1SZqm: to=<carol@example.net>, relay=mx.example.net[203.0.113.5]:25, delay=1.4, delays=0.1/0/1/0.3, dsn=4.2.2, status=deferred (host mx.example.net[203.0.113.5] said: 452 4.2.2 <carol@example.net>: mailbox is full (in reply to RCPT TO command))
Nov  4 06:25:04 mx1 postfix/smtpd[7]: NOQUEUE: reject: RCPT from unknown[198.51.100.9]: 550 5.1.1 <nobody@example.com>: Recipient address rejected: User unknown in local recipient table; from=<> to=<nobody@example.com> proto=ESMTP helo=<spam.example>
Nov  4 06:25:05 mx2 postfix/submission/smtpd[12]: warning: unknown[198.51.100.9]: SASL LOGIN authentication failed: UGFzc3dvcmQ6, sasl_username=bob
Nov  4 06:25:06 mx2 dovecot: imap-login: Disconnected: Connection closed (auth failed, 3 attempts in 12 secs): user=<alice@example.com>, method=PLAIN, rip=198.51.100.9, lip=192.0.2.1, TLS, session=<abc>
Nov  4 06:25:07 mx2 sshd[5]: Connection closed by 192.0.2.7
";

/// The numbers of the lines that match.
#[track_caller]
fn matches(filters: &[(Field, &str)]) -> Vec<usize> {
    let query = Query::new(filters.iter().copied()).unwrap();
    let needle = query.needle().map(|needle| Regex::new(&needle).unwrap());
    let mut found = Vec::new();
    for (number, text) in LOG.lines().enumerate() {
        let entry = Entry::parse(text.as_bytes());
        let event = Event::parse(&entry);
        if query.matches(&Line { entry: &entry, event: &event }) {
            let has = needle.as_ref().is_none_or(|needle| needle.is_match(text.as_bytes()));
            assert!(has, "{needle:?} is not in {text}");
            found.push(number);
        }
    }
    found
}

#[track_caller]
fn check(field: Field, value: &str, expected: &[usize]) {
    assert_eq!(matches(&[(field, value)]), expected, "--{} {value}", field.name());
}

#[test]
fn each_field() {
    check(Field::Recipient, "*@*.example.org", &[4]);
    check(Field::Recipient, "@example.net", &[5]);
    check(Field::Recipient, "CAROL", &[5]);
    check(Field::Sender, "alice@example.com", &[3]);
    check(Field::Sender, "<>", &[6]);
    check(Field::Address, "alice@example.com", &[1, 3, 8]);
    check(Field::Domain, "example.org", &[4]);
    check(Field::Domain, "example.com", &[1, 3, 6, 8]);
    check(Field::Client, "198.51.100.0/24", &[6, 7, 8]);
    check(Field::Client, "a.example.net", &[0, 1]);
    check(Field::Helo, "SPAM.example", &[6]);
    check(Field::Relay, "2001:db8::/32", &[4]);
    check(Field::Relay, "*.example.net", &[5]);
    check(Field::Dsn, "4.*", &[5]);
    check(Field::Code, "5xx", &[6]);
    check(Field::Code, "452", &[5]);
    check(Field::Cause, "mailbox_full", &[5]);
    check(Field::Cause, "user unknown", &[6]);
    check(Field::Status, "deferred", &[5]);
    check(Field::Status, "reject", &[6]);
    check(Field::Kind, "auth failed", &[7, 8]);
    check(Field::Kind, "imap-login failed", &[8]);
    check(Field::Kind, "connect", &[0]);
    check(Field::SaslUser, "alice", &[1, 8]);
    check(Field::QueueId, "4jWpv44LHMz1SZqn", &[4]);
    check(Field::MessageId, "m1@example.com", &[2]);
    check(Field::MessageId, "<m1@*>", &[2]);
    check(Field::Daemon, "qmgr", &[3]);
    check(Field::Instance, "postfix-out", &[4, 5]);
    check(Field::Service, "submission", &[7]);
    check(Field::Program, "sshd", &[9]);
    check(Field::Host, "MX2", &[7, 8, 9]);
    check(Field::Severity, "warning", &[7]);
    check(Field::Delay, ">5m", &[4]);
    check(Field::Size, ">=20M", &[3]);
    check(Field::Text, "mailbox (is full|unavailable)", &[5]);
    check(Field::Text, "^NOQUEUE", &[6]);
    check(Field::Where, "relay_port=25", &[4, 5]);
    check(Field::Where, "recipient_count > 1", &[3]);
    check(Field::Where, "helo!=spam.example", &[0, 1, 2, 3, 4, 5, 7, 8, 9]);
}

#[test]
fn filters_combine() {
    use Field::{Client, Kind, Recipient, Status};
    assert_eq!(matches(&[(Kind, "delivery"), (Status, "!sent")]), [5]);
    assert_eq!(matches(&[(Status, "sent"), (Status, "deferred")]), [4, 5]);
    assert_eq!(matches(&[(Kind, "auth-failed"), (Client, "!192.0.2.0/24")]), [7, 8]);
    assert_eq!(matches(&[(Status, "sent"), (Recipient, "@example.net")]), [] as [usize; 0]);
    assert_eq!(matches(&[(Field::Where, "relay_port=25"), (Field::Where, "delay<5m")]), [5]);
    assert_eq!(matches(&[]).len(), LOG.lines().count());
}

#[track_caller]
fn wrong(field: Field, value: &str, message: &str, hint: &str) {
    let error = Query::new([(field, value)]).unwrap_err();
    assert!(error.to_string().contains(message), "{error}");
    assert!(error.hint().contains(hint), "{}", error.hint());
}

#[test]
fn errors_say_what_to_write() {
    wrong(Field::Kind, "auth", "--kind \"auth\" is no kind of line", "auth_failed");
    wrong(Field::Status, "deferrd", "is no status", "deferred");
    wrong(Field::Cause, "mailbox", "is no cause", "mailbox_full");
    wrong(Field::Client, "192.0.2.0/40", "is no network", "192.0.2.0/24");
    wrong(Field::Delay, "soon", "is no span of time", "'>5m'");
    wrong(Field::Severity, "bad", "is no severity", "warning");
    wrong(Field::Text, "(", "unclosed group", "--text");
    wrong(Field::Where, "relay_port", "is no comparison", "relay_port=25");
    wrong(Field::Host, " ", "--host needs a value", "mx1");
    let many = vec![(Field::Host, "mx*"); 200];
    assert!(Query::new(many).unwrap_err().to_string().contains("more than 128"));
}

/// Kinds of every event of the book, and of generated logs, are known.
#[test]
fn every_kind_can_be_asked_for() {
    let config = Config { until: Until::Messages(300), ..Config::everything(11) };
    let (log, _, _) = generate_in_memory(config);
    let examples = include_bytes!("../../../docs/book/events.txt");
    let mut unknown = BTreeSet::new();
    let examples = examples.lines().filter_map(|line| line.strip_prefix(b"> "));
    for line in examples.chain(log.lines()) {
        let entry = Entry::parse(line);
        let kind = Event::parse(&entry).kind();
        if Query::new([(Field::Kind, kind)]).is_err() {
            unknown.insert(kind);
        }
    }
    assert!(unknown.is_empty(), "{unknown:?}");
}

/// The numbers of the lines that match terms.
#[track_caller]
fn terms(terms: &[&str], expected: &[usize]) {
    let mut query = Query::default();
    for term in terms {
        query.add_term(term).unwrap();
    }
    let found = (0..).zip(LOG.lines()).filter(|(_, text)| {
        let entry = Entry::parse(text.as_bytes());
        query.matches(&Line { entry: &entry, event: &Event::parse(&entry) })
    });
    assert_eq!(found.map(|(number, _)| number).collect::<Vec<usize>>(), expected, "{terms:?}");
}

#[test]
fn terms_without_options() {
    terms(&["status=deferred"], &[5]);
    terms(&["status = reject"], &[6]);
    terms(&["auth failed"], &[7, 8]);
    terms(&["imap-login failed"], &[8]);
    terms(&["mailbox full"], &[5]);
    terms(&["expired"], &[]);
    terms(&["delay>5m"], &[4]);
    terms(&["delay<=5m"], &[5]);
    terms(&["size>=20M"], &[3]);
    terms(&["relay_port=25"], &[4, 5]);
    terms(&["sasl_username=alice"], &[1, 8]);
    terms(&["client!=198.51.100.9", "auth failed"], &[]);
    terms(&["!auth failed", "client=198.51.100.0/24"], &[6]);
    terms(&["!client!=198.51.100.9", "severity=warning"], &[7]);
    terms(&["sender=<>"], &[6]);
    let wrong = |term: &str| Query::default().add_term(term).unwrap_err();
    assert!(wrong("what is this").to_string().contains("is no kind of line"));
    assert!(wrong("status=defered").to_string().contains("is no status"));
    assert!(wrong("client=192.0.2.0/99").hint().contains("192.0.2.0/24"));
    assert!(wrong("relay_port>").hint().contains("relay_port=25"));
}
