//! Attempts, retries and ends of one message.

use expect_test::expect;

use crate::told::check;

#[test]
fn one_recipient_delivered() {
    check(
        "Nov 24 10:00:00 mx postfix/smtpd[11]: connect from a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/smtpd[11]: 3F1A2B4C5D: client=a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/cleanup[12]: 3F1A2B4C5D: message-id=<1@example.org>
        Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.org>, size=900, nrcpt=1 (queue active)
        Nov 24 10:00:00 mx postfix/smtpd[11]: disconnect from a.example.org[192.0.2.1] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5
        Nov 24 10:00:01 mx postfix/local[14]: 3F1A2B4C5D: to=<b@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)
        Nov 24 10:00:01 mx postfix/qmgr[13]: 3F1A2B4C5D: removed",
        &expect![[r#"
            session Smtpd [192.0.2.1] closed, messages 1, refusals 0, failures 0, times 1
            3F1A2B4C5D smtp from=<a@example.org> [192.0.2.1] ended
              b@example.com delivered, attempts 1
            = 1
        "#]],
    );
}

#[test]
fn deferred_then_relayed() {
    check(
        "Nov 24 10:00:00 mx postfix/pickup[11]: 3F1A2B4C5D: uid=1000 from=<a@example.com>
        Nov 24 10:00:00 mx postfix/cleanup[12]: 3F1A2B4C5D: message-id=<1@example.com>
        Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.com>, size=900, nrcpt=2 (queue active)
        Nov 24 10:00:01 mx postfix/smtp[14]: 3F1A2B4C5D: to=<b@example.org>, relay=mx.example.org[192.0.2.9]:25, delay=1, delays=0.1/0/0.4/0.5, dsn=4.2.2, status=deferred (host mx.example.org[192.0.2.9] said: 452 4.2.2 full (in reply to RCPT TO command))
        Nov 24 10:00:01 mx postfix/smtp[15]: 3F1A2B4C5D: to=<c@example.net>, relay=mx.example.net[192.0.2.8]:25, delay=1, delays=0.1/0/0.4/0.5, dsn=2.0.0, status=sent (250 2.0.0 Ok)
        Nov 24 10:10:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.com>, size=900, nrcpt=2 (queue active)
        Nov 24 10:10:01 mx postfix/smtp[16]: 3F1A2B4C5D: to=<b@example.org>, relay=mx.example.org[192.0.2.9]:25, delay=601, delays=600/0/0.4/0.5, dsn=2.0.0, status=sent (250 2.0.0 Ok)
        Nov 24 10:10:01 mx postfix/qmgr[13]: 3F1A2B4C5D: removed",
        &expect![[r#"
            3F1A2B4C5D local from=<a@example.com> ended
              b@example.org relayed, attempts 2
              c@example.net relayed, attempts 1
            = 2
        "#]],
    );
}

#[test]
fn still_deferred_at_the_end() {
    check(
        "Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.com>, size=900, nrcpt=2 (queue active)
        Nov 24 10:00:01 mx postfix/smtp[14]: 3F1A2B4C5D: to=<b@example.org>, relay=none, delay=1, delays=0.1/0/0.9/0, dsn=4.4.1, status=deferred (connect to mx.example.org[192.0.2.9]:25: Connection refused)",
        &expect![[r#"
            3F1A2B4C5D unknown from=<a@example.com> no arrival open
              b@example.org deferred, attempts 1
              1 unseen in_queue
            = 2
        "#]],
    );
}

#[test]
fn expired_for_those_still_deferred() {
    check(
        "Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.com>, size=900, nrcpt=2 (queue active)
        Nov 24 10:00:01 mx postfix/smtp[15]: 3F1A2B4C5D: to=<c@example.net>, relay=mx.example.net[192.0.2.8]:25, delay=1, delays=0.1/0/0.4/0.5, dsn=2.0.0, status=sent (250 2.0.0 Ok)
        Nov 24 10:00:01 mx postfix/smtp[14]: 3F1A2B4C5D: to=<b@example.org>, relay=none, delay=430000, delays=429999/0/1/0, dsn=4.4.1, status=deferred (connect to mx.example.org[192.0.2.9]:25: Connection refused)
        Nov 24 10:00:02 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.com>, status=expired, returned to sender
        Nov 24 10:00:02 mx postfix/qmgr[13]: 3F1A2B4C5D: removed",
        &expect![[r#"
            3F1A2B4C5D unknown from=<a@example.com> no arrival ended
              c@example.net relayed, attempts 1
              b@example.org expired, attempts 1
            = 2
        "#]],
    );
}

#[test]
fn suspended_destination_is_no_settled_outcome() {
    check(
        "Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.com>, size=900, nrcpt=1 (queue active)
        Nov 24 10:00:01 mx postfix/error[14]: 3F1A2B4C5D: to=<b@example.org>, relay=none, delay=1, delays=0.1/0/0/0.9, dsn=4.4.1, status=deferred (delivery temporarily suspended: connect to mx.example.org[192.0.2.9]:25: Connection refused)",
        &expect![[r#"
            3F1A2B4C5D unknown from=<a@example.com> no arrival open
              b@example.org deferred, attempts 1
            = 1
        "#]],
    );
}

#[test]
fn probes_are_not_mail() {
    check(
        "Nov 24 10:00:00 mx postfix/cleanup[12]: 3F1A2B4C5D: message-id=<20261124100000.3F1A2B4C5D@mx.example.com>
        Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<double-bounce@mx.example.com>, size=230, nrcpt=1 (queue active)
        Nov 24 10:00:01 mx postfix/smtp[14]: 3F1A2B4C5D: to=<b@example.org>, relay=mx.example.org[192.0.2.9]:25, delay=1, delays=0.1/0/0.4/0.5, dsn=2.1.5, status=deliverable (250 2.1.5 Ok)
        Nov 24 10:00:01 mx postfix/qmgr[13]: 3F1A2B4C5D: removed",
        &expect![[r#"
            3F1A2B4C5D unknown from=<double-bounce@mx.example.com> probe no arrival ended
              b@example.org discarded, attempts 1
            = 0
        "#]],
    );
}

#[test]
fn held_then_released_and_delivered() {
    check(
        "Nov 24 10:00:00 mx postfix/cleanup[12]: 3F1A2B4C5D: message-id=<1@example.org>
        Nov 24 10:00:00 mx postfix/cleanup[12]: 3F1A2B4C5D: hold: header X-Probe: hold from a.example.org[192.0.2.1]; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<a.example.org>: for inspection
        Nov 24 11:00:00 mx postfix/postsuper[20]: 3F1A2B4C5D: released from hold
        Nov 24 11:00:01 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.org>, size=900, nrcpt=1 (queue active)
        Nov 24 11:00:02 mx postfix/local[14]: 3F1A2B4C5D: to=<b@example.com>, relay=local, delay=3602, delays=3601/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)
        Nov 24 11:00:02 mx postfix/qmgr[13]: 3F1A2B4C5D: removed",
        &expect![[r#"
            hold header [192.0.2.1], times 1
            3F1A2B4C5D unknown from=<a@example.org> no arrival ended
              b@example.com delivered, attempts 1
            = 1
        "#]],
    );
}

#[test]
fn put_on_hold_and_left_there() {
    check(
        "Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.com>, size=900, nrcpt=1 (queue active)
        Nov 24 10:00:01 mx postfix/smtp[14]: 3F1A2B4C5D: to=<b@example.org>, relay=none, delay=1, delays=0.1/0/0.9/0, dsn=4.4.1, status=deferred (connect to mx.example.org[192.0.2.9]:25: Connection refused)
        Nov 24 10:05:00 mx postfix/postsuper[20]: 3F1A2B4C5D: placed on hold
        Nov 24 10:05:00 mx postfix/postsuper[20]: Placed on hold: 1 message",
        &expect![[r#"
            3F1A2B4C5D unknown from=<a@example.com> no arrival open
              b@example.org held, attempts 1
            = 1
        "#]],
    );
}

#[test]
fn deleted_by_the_admin() {
    check(
        "Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.com>, size=900, nrcpt=1 (queue active)
        Nov 24 10:00:01 mx postfix/smtp[14]: 3F1A2B4C5D: to=<b@example.org>, relay=none, delay=1, delays=0.1/0/0.9/0, dsn=4.4.1, status=deferred (connect to mx.example.org[192.0.2.9]:25: Connection refused)
        Nov 24 10:05:00 mx postfix/postsuper[20]: 3F1A2B4C5D: removed
        Nov 24 10:05:00 mx postfix/postsuper[20]: Deleted: 1 message",
        &expect![[r#"
            3F1A2B4C5D unknown from=<a@example.com> no arrival ended
              b@example.org deleted, attempts 1
            = 1
        "#]],
    );
}

#[test]
fn requeued_mail_counts_once() {
    check(
        "Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.com>, size=900, nrcpt=1 (queue active)
        Nov 24 10:00:01 mx postfix/smtp[14]: 3F1A2B4C5D: to=<b@example.org>, relay=none, delay=1, delays=0.1/0/0.9/0, dsn=4.4.1, status=deferred (connect to mx.example.org[192.0.2.9]:25: Connection refused)
        Nov 24 10:05:00 mx postfix/postsuper[20]: 3F1A2B4C5D: requeued
        Nov 24 10:05:00 mx postfix/postsuper[20]: Requeued: 1 message
        Nov 24 10:05:01 mx postfix/pickup[21]: 5E6F7A8B9C: uid=0 from=<a@example.com> orig_id=3F1A2B4C5D
        Nov 24 10:05:01 mx postfix/cleanup[12]: 5E6F7A8B9C: message-id=<1@example.com>
        Nov 24 10:05:01 mx postfix/qmgr[13]: 5E6F7A8B9C: from=<a@example.com>, size=1000, nrcpt=1 (queue active)
        Nov 24 10:05:02 mx postfix/smtp[14]: 5E6F7A8B9C: to=<b@example.org>, relay=mx.example.org[192.0.2.9]:25, delay=302, delays=301/0/0.4/0.5, dsn=2.0.0, status=sent (250 2.0.0 Ok)
        Nov 24 10:05:02 mx postfix/qmgr[13]: 5E6F7A8B9C: removed",
        &expect![[r#"
            3F1A2B4C5D unknown from=<a@example.com> no arrival ended
              b@example.org handed_over, attempts 1
            5E6F7A8B9C local from=<a@example.com> requeue of 3F1A2B4C5D ended
              b@example.org relayed, attempts 1
            = 1
        "#]],
    );
}

#[test]
fn one_address_twice() {
    let line = "postfix/local[14]: 3F1A2B4C5D: to=<b@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)";
    let ends = [
        format!("Nov 24 10:00:01 mx {line}\nNov 24 10:00:01 mx {line}"),
        line.replace("3F1A", "message repeated 2 times: [ 3F1A")
            .replace("postfix", "Nov 24 10:00:01 mx postfix")
            + "]",
    ];
    for end in ends {
        check(
            &format!("Nov 24 10:00:00 mx postfix/smtpd[11]: 3F1A2B4C5D: client=a.example.org[192.0.2.1]
            Nov 24 10:00:00 mx postfix/cleanup[12]: 3F1A2B4C5D: bcc: header X-Copy: yes from a.example.org[192.0.2.1]; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<a.example.org>: b@example.com
            Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.org>, size=900, nrcpt=2 (queue active)
            {end}
            Nov 24 10:00:01 mx postfix/qmgr[13]: 3F1A2B4C5D: removed"),
            &expect![[r#"
                bcc header [192.0.2.1], times 1
                3F1A2B4C5D smtp from=<a@example.org> [192.0.2.1] ended
                  b@example.com delivered, attempts 1
                  b@example.com delivered, attempts 1
                = 2
            "#]],
        );
    }
}

#[test]
fn one_address_deferred_and_then_sent_is_one_recipient() {
    check(
        "Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.org>, size=900, nrcpt=2 (queue active)
        Nov 24 10:00:01 mx postfix/local[14]: 3F1A2B4C5D: to=<b@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=4.2.0, status=deferred (mailbox is locked)
        Nov 24 10:10:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.org>, size=900, nrcpt=2 (queue active)
        Nov 24 10:10:01 mx postfix/local[14]: 3F1A2B4C5D: to=<b@example.com>, relay=local, delay=601, delays=600/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)",
        &expect![[r#"
            3F1A2B4C5D unknown from=<a@example.org> no arrival open
              b@example.com delivered, attempts 2
              1 unseen in_queue
            = 2
        "#]],
    );
}
