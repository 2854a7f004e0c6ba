//! Lines in which somebody outside chose a text that looks like another field, and
//! what holds for every line of every program.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::format_push_string,
    reason = "tests fail by panicking"
)]

use bstr::{BStr, ByteSlice};
use postlens_syntax::{Daemon, Delay, Entry, Event, FieldSink};
use proptest::prelude::*;

#[derive(Default)]
struct Fields(Vec<(&'static str, Vec<u8>)>);

impl FieldSink for Fields {
    fn text(&mut self, name: &'static str, value: &BStr) {
        self.0.push((name, value.to_vec()));
    }
    fn int(&mut self, name: &'static str, value: i64) {
        self.0.push((name, value.to_string().into_bytes()));
    }
    fn delay(&mut self, name: &'static str, value: Delay) {
        self.0.push((name, value.to_string().into_bytes()));
    }
}

fn line(program: &str, text: &[u8]) -> Vec<u8> {
    [format!("Nov 24 10:00:00 mail {program}[123]: ").as_bytes(), text].concat()
}

/// Kind and severity of a line, and all its fields.
#[track_caller]
fn check(program: &str, text: &str, kind: &str, expected: &[(&str, &str)]) {
    let line = line(program, text.as_bytes());
    let entry = Entry::parse(&line);
    let event = Event::parse(&entry);
    assert_eq!(event.kind(), kind, "{text}");
    let mut fields = Fields::default();
    event.fields(&mut fields);
    for (name, value) in expected {
        let found: Vec<_> = fields.0.iter().filter(|field| field.0 == *name).collect();
        let told = found.iter().map(|field| field.1.as_bstr()).collect::<Vec<_>>();
        assert_eq!(told, [value.as_bytes().as_bstr()], "{name} of {text}");
    }
}

#[track_caller]
fn check_severity(program: &str, text: &str, kind: &str, severity: &str) {
    let line = line(program, text.as_bytes());
    let event = Event::parse(&Entry::parse(&line));
    let told = event.severity().map(|severity| format!("{severity:?}").to_lowercase());
    assert_eq!((event.kind(), told.as_deref()), (kind, Some(severity)), "{text}");
}

const TAIL: &str = "from=<real@example.com> to=<to@example.net> proto=ESMTP helo=<h.example>";

#[test]
fn replies_imitate_no_field() {
    let real = [
        ("sender", "real@example.com"),
        ("recipient", "to@example.net"),
        ("protocol", "ESMTP"),
        ("helo", "h.example"),
        ("reply_code", "550"),
    ];
    for hostile in [
        "from=<x@evil.example> to=<y@evil.example> proto=SMTP helo=<evil>",
        "gone; from=<x@evil.example> to=<y@evil.example> proto=SMTP helo=<evil>",
        "gone; from=<x@evil.example> to=<y@evil.example> proto=SMTP helo=<evil>; queued as ABCDEF12345",
        "status=sent (250 ok); reject: RCPT from evil.example[203.0.113.1]: 250 2.0.0",
    ] {
        let text = format!(
            "NOQUEUE: reject: RCPT from c.example[192.0.2.1]: 550 5.1.1 <to@example.net>: {hostile}; {TAIL}"
        );
        check("postfix/smtpd", &text, "reject", &real);
        check("postfix/smtpd", &text, "reject", &[("client_address", "192.0.2.1")]);
    }
}

#[test]
fn delivery_replies_imitate_no_field() {
    for hostile in [
        "status=sent (250 ok), dsn=2.0.0",
        "550 5.1.1 x), to=<y@evil.example>, relay=evil[203.0.113.1]:25, delay=1, dsn=2.0.0, status=sent (250 ok",
    ] {
        let text = format!(
            "1234567890A: to=<u@example.net>, relay=mx.example.net[192.0.2.1]:25, delay=3, \
             delays=1/1/0/1, dsn=5.1.1, status=bounced (host mx.example.net[192.0.2.1] said: {hostile})"
        );
        check(
            "postfix/smtp",
            &text,
            "delivery",
            &[
                ("recipient", "u@example.net"),
                ("relay_address", "192.0.2.1"),
                ("dsn", "5.1.1"),
                ("status", "bounced"),
            ],
        );
    }
}

#[test]
fn quoted_addresses_imitate_no_field() {
    check(
        "postfix/qmgr",
        "1234567890A: from=<\"a>, size=9, nrcpt=9 (queue active)\"@example.com>, size=5, nrcpt=2 (queue active)",
        "queue_active",
        &[("size", "5"), ("recipient_count", "2")],
    );
    check(
        "postfix/pickup",
        "1234567890A: uid=1000 from=<\"x> orig_id=ABCDEF12345\"@example.com>",
        "pickup",
        &[("uid", "1000"), ("sender", "\"x> orig_id=ABCDEF12345\"@example.com")],
    );
    check(
        "postfix/pickup",
        "1234567890A: uid=1000 from=<u@example.com> orig_id=ABCDEF12345",
        "pickup",
        &[("sender", "u@example.com"), ("orig_queue_id", "ABCDEF12345")],
    );
}

#[test]
fn header_contents_imitate_no_field() {
    let text = format!(
        "1234567890A: reject: header Subject: x from evil[203.0.113.1]; from=<x@evil.example> \
         to=<y@evil.example> proto=SMTP helo=<evil>: 5.7.1 fake from c.example[192.0.2.1]; {TAIL}: 5.7.1 no"
    );
    check(
        "postfix/cleanup",
        &text,
        "content_check",
        &[
            ("action", "reject"),
            ("client_address", "192.0.2.1"),
            ("sender", "real@example.com"),
            ("recipient", "to@example.net"),
            ("helo", "h.example"),
        ],
    );
}

#[test]
fn queue_ids_are_no_words() {
    check(
        "postfix/smtpd",
        "123412341234: client=c.example[192.0.2.1]",
        "client",
        &[("queue_id", "123412341234")],
    );
    let text = "STATISTICS1: removed";
    let line = line("postfix/qmgr", text.as_bytes());
    assert!(Event::parse(&Entry::parse(&line)).queue_id().is_none());
}

#[test]
fn trouble_is_no_verbose_output() {
    // `: not found` and `dict_open: ` stand in verbose lines too.
    for id in ["1234567890A", "NOQUEUE"] {
        let text = format!("{id}: fatal: nobody ever wrote this: not found");
        check_severity("postfix/smtpd", &text, "unrecognized", "fatal");
    }
    check_severity("postfix/smtp", "warning: dict_open: nobody knows", "unrecognized", "warning");
    let text = "NOQUEUE: fatal: update queue file active/1234567890A: File too large";
    check_severity("postfix/virtual", text, "fatal", "fatal");
    // Words of the administrator's own header checks are no severities.
    let text = format!("1234567890A: warning: header Subject: a from c.example[192.0.2.1]; {TAIL}");
    check("postfix/cleanup", &text, "content_check", &[("action", "warning")]);
}

/// Beginnings of lines, so that random ends reach every family's parser.
const STARTS: [&[u8]; 16] = [
    b"",
    b"1234567890A: ",
    b"1234567890A: to=<a@example.com>, relay=",
    b"1234567890A: to=<a@example.com>, relay=none, delay=1, status=",
    b"NOQUEUE: reject: RCPT from c.example[192.0.2.1]: 550 ",
    b"warning: c.example[192.0.2.1]: SASL LOGIN authentication failed: ",
    b"1234567890A: hold: header ",
    b"1234567890A: client=c.example[192.0.2.1], sasl_method=",
    b"disconnect from c.example[192.0.2.1]",
    b"PREGREET 5 after 1.2 from [192.0.2.1]:5: ",
    b"HANGUP after 1 from ",
    b"Anonymous TLS connection established from c.example[192.0.2.1]: TLSv1.3 with cipher ",
    b"1234567890A: from=<",
    b"1234567890A: host mx.example[192.0.2.1] said: ",
    b"lost connection after DATA (",
    b"statistics: max ",
];

proptest! {
    /// Whatever the bytes and the program: no panic, and a field's value is a part of
    /// the line, or one of our own words for what the line says.
    #[test]
    fn fields_are_parts_of_their_line(
        daemon in prop::sample::select(Daemon::ALL),
        start in prop::sample::select(&STARTS[..]),
        middle in prop::sample::select(&STARTS[..]),
        bytes in prop::collection::vec(any::<u8>().prop_filter("one line", |b| *b != b'\n'), 0..200),
    ) {
        let program = format!("postfix/{}", daemon.name());
        let line = line(&program, &[start, middle, &bytes[..]].concat());
        let entry = Entry::parse(&line);
        let event = Event::parse(&entry);
        let mut fields = Fields::default();
        event.fields(&mut fields);
        for (name, value) in fields.0 {
            let ours = value.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-. ".contains(b));
            prop_assert!(
                ours || line.find(&value).is_some(),
                "{name}={} in {}", value.as_bstr(), line.as_bstr()
            );
        }
    }
}
