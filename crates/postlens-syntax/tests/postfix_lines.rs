//! Postfix's structured lines, line by line: what each means, and that no field an
//! attacker controls is taken for another.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::format_push_string,
    reason = "tests fail by panicking"
)]

use bstr::BStr;
use postlens_syntax::{Delay, Entry, Event, FieldSink};
use proptest::prelude::*;

#[derive(Default)]
struct Fields(String);

impl FieldSink for Fields {
    fn text(&mut self, name: &'static str, value: &BStr) {
        self.0.push_str(&format!(" {name}={value}|"));
    }
    fn int(&mut self, name: &'static str, value: i64) {
        self.0.push_str(&format!(" {name}={value}|"));
    }
    fn delay(&mut self, name: &'static str, value: Delay) {
        self.0.push_str(&format!(" {name}={value}|"));
    }
}

fn told(program: &str, text: &[u8]) -> String {
    let mut line = format!("Nov 24 10:00:00 mail {program}[123]: ").into_bytes();
    line.extend_from_slice(text);
    let entry = Entry::parse(&line);
    let event = Event::parse(&entry);
    let mut fields = Fields(format!("{}:", event.kind()));
    event.fields(&mut fields);
    fields.0
}

/// `expected` is the kind and some of the fields, in their order.
#[track_caller]
fn check(program: &str, text: &str, kind: &str, expected: &[&str]) {
    let told = told(program, text.as_bytes());
    assert!(told.starts_with(&format!("{kind}:")), "{text}\n{told}");
    let mut rest = told.as_str();
    for field in expected {
        let field = format!(" {field}|");
        let Some(at) = rest.find(&field) else { panic!("{text}\nlacks{field}\nin {told}") };
        rest = &rest[at..];
    }
}

#[test]
fn deliveries() {
    check(
        "postfix/smtp",
        "4T8Zh133D8zGpCM: to=<a@example.net>, orig_to=<b@example.com>, \
         relay=mx.example.net[192.0.2.1]:25, conn_use=2, delay=3.6, delays=0.2/0.02/0.04/3.3, \
         tls=may:none, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 153053D)",
        "delivery",
        &[
            "queue_id=4T8Zh133D8zGpCM",
            "recipient=a@example.net",
            "orig_recipient=b@example.com",
            "relay_name=mx.example.net",
            "relay_address=192.0.2.1",
            "relay_port=25",
            "conn_use=2",
            "delay=3.6",
            "delay_before_qmgr=0.2",
            "delay_in_qmgr=0.02",
            "delay_connection=0.04",
            "delay_transmission=3.3",
            "tls=may:none",
            "dsn=2.0.0",
            "status=sent",
            "reply=250 2.0.0 Ok: queued as 153053D",
            "reply_code=250",
            "queued_as=153053D",
        ],
    );
    check(
        "postfix/smtp",
        "123412341234: to=<\"quo > ted\"@q.example>, relay=none, delay=1, status=deferred (x (y) z",
        "delivery",
        &[
            "queue_id=123412341234",
            "recipient=\"quo > ted\"@q.example",
            "status=deferred",
            "reply=x (y) z",
        ],
    );
    check(
        "postfix/smtp",
        "1234567890A: to=<a>b, relay=none@remote.example>, relay=127.0.0.1[127.0.0.1]:2530, \
         delay=1.9, delays=0/0/0/1.9, dsn=2.0.0, status=sent (250 ok)",
        "delivery",
        &["recipient=a>b, relay=none@remote.example", "relay_name=127.0.0.1"],
    );
    check(
        "postfix/smtp",
        "1234567890A: to=<\"x>, relay=none, delay=1, delays=1/1/1/1, dsn=2.0.0, status=sent (ok)\"@e.example>, \
         relay=none, delay=9, delays=1/1/1/6, dsn=4.7.650, status=deferred (host x.example[192.0.2.9] said: \
         421 4.7.650 to=<z>, relay=q, status=sent (no))",
        "delivery",
        &["dsn=4.7.650", "status=deferred", "reply_code=421"],
    );
    check(
        "postfix/lmtp",
        "1234567890A: to=user@example.com, relay=h.example[private/dovecot-lmtp], delay=0.1, \
         delays=0/0/0/0.1, dsn=2.0.0, status=sent (250 2.0.0 <u@example.com> Saved)",
        "delivery",
        &[
            "recipient=user@example.com",
            "relay_name=h.example",
            "relay_address=private/dovecot-lmtp",
        ],
    );
}

#[test]
fn decisions() {
    check(
        "postfix/smtpd",
        "NOQUEUE: reject: RCPT from unknown[203.0.113.9]:5678: 550 5.1.1 <e@err.test>: Recipient address \
         rejected: gone; from=<not@real.test> status=sent (250 ok); from=<alice@lab.test> to=<e@err.test> \
         proto=ESMTP helo=<x>",
        "reject",
        &[
            "action=reject",
            "stage=RCPT",
            "client_name=unknown",
            "client_address=203.0.113.9",
            "client_port=5678",
            "reply_code=550",
            "dsn=5.1.1",
            "sender=alice@lab.test",
            "recipient=e@err.test",
            "protocol=ESMTP",
            "helo=x",
        ],
    );
    check(
        "postfix/smtpd",
        "NOQUEUE: reject: RCPT from a.example[192.0.2.1]: 550 5.1.1 <\"; from=<ceo@x.example> \
         to=<y@x.example> proto=SMTP helo=<z>\"@b.example>: Recipient address rejected; \
         from=<s@c.example> to=<\"; from=<ceo@x.example> to=<y@x.example> proto=SMTP helo=<z>\"@b.example> \
         proto=ESMTP helo=<real>",
        "reject",
        &["sender=s@c.example", "helo=real"],
    );
    check(
        "postfix/postscreen",
        "NOQUEUE: reject: RCPT from [2001:db8::1]:2413: 550 5.5.1 Protocol error; from=<a@b.example>, \
         to=<t@example.com>, proto=SMTP, helo=<h.example>",
        "reject",
        &[
            "client_address=2001:db8::1",
            "client_port=2413",
            "sender=a@b.example",
            "recipient=t@example.com",
            "helo=h.example",
        ],
    );
    check(
        "postfix/smtpd",
        "proxy-accept: END-OF-MESSAGE: 250 2.0.0 Ok: queued as DF66E940333; from=<a@example.com> \
         to=<b@example.net> proto=ESMTP helo=<c>",
        "proxy_accept",
        &[
            "by=proxy_filter",
            "stage=END-OF-MESSAGE",
            "reply=250 2.0.0 Ok: queued as DF66E940333",
            "sender=a@example.com",
        ],
    );
    check(
        "postfix/cleanup",
        "4104E3D00: milter-reject: END-OF-MESSAGE from x.example[192.0.2.7]: 5.7.1 Blocked; from=<> \
         to=<b@example.com> proto=ESMTP helo=<x.example>",
        "reject",
        &["queue_id=4104E3D00", "by=milter", "dsn=5.7.1", "sender=", "recipient=b@example.com"],
    );
    check(
        "postfix/smtpd",
        "NOQUEUE: reject: CONNECT from x.example[192.0.2.7]: 554 5.7.1 <x.example[192.0.2.7]>: Client host \
         rejected; proto=SMTP",
        "reject",
        &["stage=CONNECT", "reply_code=554", "protocol=SMTP"],
    );
}

#[test]
fn content_checks() {
    check(
        "postfix/cleanup",
        "D8B07E3DB6: hold: header Received: from x.example (x.example[10.0.0.1])??by q from y[z]; \
         from=<ceo@x.example> from example.com[192.0.2.1]; from=<e@example.com> to=<f@example.net> \
         proto=ESMTP helo=<example.com>: text",
        "content_check",
        &[
            "action=hold",
            "part=header",
            "client_name=example.com",
            "sender=e@example.com",
            "helo=example.com",
            "reply=text",
        ],
    );
    check(
        "postfix/cleanup",
        "D8B07E3DB6: info: header Subject: =?utf-8?Q?x?= from local; from=<a@example.com> to=<b@example.com>",
        "content_check",
        &["action=info", "content=Subject: =?utf-8?Q?x?=", "sender=a@example.com"],
    );
    check(
        "postfix/cleanup",
        "4104E3D00: milter-header-redirect: header X-Spam: Yes from x.example[192.0.2.1]; from=<a@b.example> \
         to=<c@d.example> proto=ESMTP helo=<h>: to@e.example",
        "content_check",
        &["action=redirect", "by=milter", "content=X-Spam: Yes", "reply=to@e.example"],
    );
}

#[test]
fn sessions() {
    check("postfix/smtpd", "connect from unknown[unknown]", "connect", &["client_address=unknown"]);
    check(
        "postfix/smtpd",
        "disconnect from h.example[2001:db8::2] ehlo=2 rcpt=0/1 quit=1 commands=3/4",
        "disconnect",
        &["client_address=2001:db8::2", "counters=ehlo=2 rcpt=0/1 quit=1 commands=3/4"],
    );
    check(
        "postfix/submission/smtpd",
        "1234567890A: client=h.example[192.0.2.1]:4711, sasl_method=PLAIN, sasl_username=a, b@example.com, \
         sasl_sender=s@example.com, orig_queue_id=9876543210B, orig_client=o.example[192.0.2.2]",
        "client",
        &[
            "client_port=4711",
            "sasl_username=a, b@example.com",
            "sasl_sender=s@example.com",
            "orig_queue_id=9876543210B",
            "orig_client_name=o.example",
        ],
    );
    check(
        "postfix/smtpd",
        "lost connection after DATA (7774180 bytes) from unknown[192.0.2.1]",
        "lost_connection",
        &["client_address=192.0.2.1", "stage=DATA", "bytes=7774180"],
    );
    check(
        "postfix/smtpd",
        "NOQUEUE: timeout after END-OF-MESSAGE from h.example[192.0.2.1]",
        "timeout",
        &["stage=END-OF-MESSAGE"],
    );
    check(
        "postfix/smtpd",
        "warning: h.example[192.0.2.1]: SASL LOGIN authentication failed: (reason unavailable), \
         sasl_username=x, sasl_username=y",
        "auth_failed",
        &[
            "client_address=192.0.2.1",
            "sasl_method=LOGIN",
            "reason=(reason unavailable)",
            "sasl_username=x, sasl_username=y",
        ],
    );
    check(
        "postfix/smtpd",
        "Anonymous TLS connection established from h.example[192.0.2.1]: TLSv1.3 with cipher \
         TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519",
        "tls_session",
        &[
            "client_name=h.example",
            "tls_trust=Anonymous",
            "tls_protocol=TLSv1.3",
            "tls_cipher=TLS_AES_256_GCM_SHA384",
            "tls_bits=256",
        ],
    );
}

#[test]
fn queue_lines() {
    check(
        "postfix/qmgr",
        "1234567890A: from=<a@example.net, size=1, nrcpt=1@example.com>, size=5360, nrcpt=2 (queue active)",
        "queue_active",
        &["sender=a@example.net, size=1, nrcpt=1@example.com", "size=5360", "recipient_count=2"],
    );
    check("postfix/qmgr", "1234567890A: removed", "removed", &["queue_id=1234567890A"]);
    check("postfix/cleanup", "1234567890A: removed (canceled)", "removed", &["reason=canceled"]);
    check(
        "postfix/qmgr",
        "1234567890A: from=<>, status=expired, returned to sender",
        "expired",
        &["sender=", "status=expired"],
    );
    check(
        "postfix/cleanup",
        "1234567890A: message-id=no brackets here",
        "message_id",
        &["message_id=no brackets here"],
    );
    check("postfix/pickup", "1234567890A: uid=0 from=<root>", "pickup", &["uid=0", "sender=root"]);
    check(
        "postfix/bounce",
        "1234567890A: sender non-delivery notification: ADD2F8052",
        "notification",
        &["notification=non-delivery", "notified=sender", "notification_id=ADD2F8052"],
    );
    check("postfix/postsuper", "1234567890A: placed on hold", "postsuper", &["action=held"]);
    check(
        "postfix/postsuper",
        "Deleted: 115 messages",
        "postsuper",
        &["action=deleted", "count=115"],
    );
}

#[test]
fn remote_hosts() {
    check(
        "postfix/smtp",
        "connect to mx.example[2001:db8::1]:25: Network is unreachable",
        "connect_failed",
        &["relay_name=mx.example", "relay_port=25", "reason=Network is unreachable"],
    );
    check(
        "postfix/smtp",
        "1234567890A: host mx.example[192.0.2.1] said: 450 4.7.1 <u@example.com>: Greylisted (in reply to RCPT TO command)",
        "host_said",
        &["relay_name=mx.example", "reply_code=450", "dsn=4.7.1", "stage=RCPT TO"],
    );
    check(
        "postfix/smtp",
        "1234567890A: conversation with mx.example[192.0.2.1] timed out while receiving the initial server greeting",
        "host_timed_out",
        &["reason=receiving the initial server greeting"],
    );
}

#[test]
fn postscreen_lines() {
    check(
        "postfix/postscreen",
        "CONNECT from [192.0.2.1]:53024 to [198.51.100.1]:25",
        "postscreen_connect",
        &["client_port=53024", "server_address=198.51.100.1"],
    );
    check(
        "postfix/postscreen",
        "PREGREET 6 after 1.2 from [192.0.2.1]:43421: RSET",
        "postscreen_pregreet",
        &["bytes=6", "after=1.2", "detail=RSET"],
    );
    check("postfix/postscreen", "WHITELISTED [192.0.2.1]:1", "postscreen_allowlisted", &[]);
    check(
        "postfix/postscreen",
        "DNSBL rank 3 for [192.0.2.1]:1038",
        "postscreen_dnsbl_rank",
        &["rank=3"],
    );
    check(
        "postfix/postscreen",
        "NON-SMTP COMMAND from [192.0.2.1]:4 after CONNECT: GET / HTTP/1.1",
        "postscreen_non_smtp_command",
        &["after=CONNECT", "detail=GET / HTTP/1.1"],
    );
}

#[test]
fn what_is_nobodys_line() {
    check("postfix/smtpd", "nobody ever wrote this", "unrecognized", &[]);
    check("cron", "(root) CMD (true)", "foreign", &[]);
    check("smtpd", "connect from somewhere of OpenBSD", "foreign", &[]);
}

proptest! {
    #[test]
    fn any_bytes_are_a_line(bytes in prop::collection::vec(any::<u8>(), 0..300), pick in 0usize..9) {
        const STARTS: [&[u8]; 9] = [
            b"", b"1234567890A: to=<", b"NOQUEUE: reject: RCPT from ", b"warning: ", b"1234567890A: hold: header ",
            b"1234567890A: client=", b"disconnect from ", b"PREGREET ", b"Anonymous TLS connection established from ",
        ];
        let mut text = STARTS[pick].to_vec();
        text.extend_from_slice(&bytes);
        for program in ["postfix/smtpd", "postfix/cleanup", "postfix/postscreen", "postfix/smtp", "dovecot"] {
            prop_assert!(!told(program, &text).is_empty());
        }
    }
}
