//! Mail that is refused, thrown away or broken off before or while it is queued.

use expect_test::expect;

use crate::told::check;

#[test]
fn refused_recipient_without_a_queue_id() {
    check(
        "Nov 24 10:00:00 mx postfix/smtpd[11]: connect from a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/smtpd[11]: NOQUEUE: reject: RCPT from a.example.org[192.0.2.1]: 550 5.1.1 <x@example.com>: Recipient address rejected: User unknown in local recipient table; from=<a@example.org> to=<x@example.com> proto=ESMTP helo=<a.example.org>
        Nov 24 10:00:01 mx postfix/smtpd[11]: disconnect from a.example.org[192.0.2.1] ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4",
        &expect![[r#"
            reject RCPT [192.0.2.1], times 1
            session Smtpd [192.0.2.1] closed, messages 0, refusals 1, failures 0, times 1
            = 0
        "#]],
    );
}

#[test]
fn one_recipient_refused_of_a_message_that_goes_on() {
    check(
        "Nov 24 10:00:00 mx postfix/smtpd[11]: connect from a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/smtpd[11]: 3F1A2B4C5D: client=a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/smtpd[11]: 3F1A2B4C5D: reject: RCPT from a.example.org[192.0.2.1]: 550 5.1.1 <x@example.com>: Recipient address rejected: User unknown in local recipient table; from=<a@example.org> to=<x@example.com> proto=ESMTP helo=<a.example.org>
        Nov 24 10:00:00 mx postfix/cleanup[12]: 3F1A2B4C5D: message-id=<1@example.org>
        Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.org>, size=900, nrcpt=1 (queue active)
        Nov 24 10:00:01 mx postfix/local[14]: 3F1A2B4C5D: to=<b@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)
        Nov 24 10:00:01 mx postfix/qmgr[13]: 3F1A2B4C5D: removed
        Nov 24 10:00:01 mx postfix/smtpd[11]: disconnect from a.example.org[192.0.2.1] ehlo=1 mail=1 rcpt=1/2 data=1 quit=1 commands=5/6",
        &expect![[r#"
            reject RCPT [192.0.2.1], times 1
            session Smtpd [192.0.2.1] closed, messages 1, refusals 1, failures 0, times 1
            3F1A2B4C5D smtp from=<a@example.org> [192.0.2.1] ended
              b@example.com delivered, attempts 1
            = 1
        "#]],
    );
}

#[test]
fn lost_connection_cancels() {
    check(
        "Nov 24 10:00:00 mx postfix/smtpd[11]: connect from a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/smtpd[11]: 3F1A2B4C5D: client=a.example.org[192.0.2.1]
        Nov 24 10:00:05 mx postfix/smtpd[11]: lost connection after DATA (120 bytes) from a.example.org[192.0.2.1]
        Nov 24 10:00:05 mx postfix/smtpd[11]: disconnect from a.example.org[192.0.2.1] ehlo=1 mail=1 rcpt=1 data=0/1 commands=3/4
        Nov 24 10:10:00 mx postfix/smtpd[11]: connect from b.example.org[192.0.2.2]
        Nov 24 10:10:00 mx postfix/smtpd[11]: disconnect from b.example.org[192.0.2.2] quit=1 commands=1",
        &expect![[r#"
            session Smtpd [192.0.2.1] lost_connection, messages 1, refusals 0, failures 0, times 1
            session Smtpd [192.0.2.2] closed, messages 0, refusals 0, failures 0, times 1
            3F1A2B4C5D smtp [192.0.2.1] ended
              1 unseen canceled
            = 1
        "#]],
    );
}

#[test]
fn reset_cancels_the_first_of_two() {
    check(
        "Nov 24 10:00:00 mx postfix/smtpd[11]: connect from a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/smtpd[11]: 3F1A2B4C5D: client=a.example.org[192.0.2.1]
        Nov 24 10:00:01 mx postfix/smtpd[11]: 5E6F7A8B9C: client=a.example.org[192.0.2.1]
        Nov 24 10:00:01 mx postfix/cleanup[12]: 5E6F7A8B9C: message-id=<1@example.org>
        Nov 24 10:00:01 mx postfix/qmgr[13]: 5E6F7A8B9C: from=<a@example.org>, size=900, nrcpt=1 (queue active)
        Nov 24 10:00:01 mx postfix/smtpd[11]: disconnect from a.example.org[192.0.2.1] ehlo=1 mail=2 rcpt=2 rset=1 data=1 quit=1 commands=8
        Nov 24 10:00:02 mx postfix/local[14]: 5E6F7A8B9C: to=<b@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)
        Nov 24 10:00:02 mx postfix/qmgr[13]: 5E6F7A8B9C: removed
        Nov 24 10:10:00 mx postfix/anvil[15]: statistics: max cache size 1 at Nov 24 10:00:00",
        &expect![[r#"
            session Smtpd [192.0.2.1] closed, messages 2, refusals 0, failures 0, times 1
            5E6F7A8B9C smtp from=<a@example.org> [192.0.2.1] ended
              b@example.com delivered, attempts 1
            3F1A2B4C5D smtp [192.0.2.1] ended
              1 unseen canceled
            = 2
        "#]],
    );
}

#[test]
fn canceled_by_name() {
    check(
        "Nov 24 10:00:00 mx postfix/smtpd[11]: 3F1A2B4C5D: client=a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/cleanup[12]: 3F1A2B4C5D: removed (canceled)",
        &expect![[r#"
            3F1A2B4C5D smtp [192.0.2.1] ended
              1 unseen canceled
            = 1
        "#]],
    );
}

#[test]
fn milter_rejects_the_whole_message() {
    check(
        "Nov 24 10:00:00 mx postfix/smtpd[11]: 3F1A2B4C5D: client=a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/cleanup[12]: 3F1A2B4C5D: message-id=<1@example.org>
        Nov 24 10:00:00 mx postfix/cleanup[12]: 3F1A2B4C5D: milter-reject: END-OF-MESSAGE from a.example.org[192.0.2.1]: 5.7.1 Command rejected; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<a.example.org>",
        &expect![[r#"
            reject END-OF-MESSAGE [192.0.2.1], times 1
            3F1A2B4C5D smtp from=<a@example.org> [192.0.2.1] ended
              1 unseen rejected
            = 1
        "#]],
    );
}

#[test]
fn milter_refuses_one_recipient_only() {
    check(
        "Nov 24 10:00:00 mx postfix/smtpd[11]: 3F1A2B4C5D: client=a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/smtpd[11]: 3F1A2B4C5D: milter-reject: RCPT from a.example.org[192.0.2.1]: 550 5.7.1 <x@example.com>: no; from=<a@example.org> to=<x@example.com> proto=ESMTP helo=<a.example.org>
        Nov 24 10:00:00 mx postfix/cleanup[12]: 3F1A2B4C5D: message-id=<1@example.org>
        Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.org>, size=900, nrcpt=1 (queue active)
        Nov 24 10:00:01 mx postfix/local[14]: 3F1A2B4C5D: to=<b@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)
        Nov 24 10:00:01 mx postfix/qmgr[13]: 3F1A2B4C5D: removed",
        &expect![[r#"
            reject RCPT [192.0.2.1], times 1
            3F1A2B4C5D smtp from=<a@example.org> [192.0.2.1] ended
              b@example.com delivered, attempts 1
            = 1
        "#]],
    );
}

#[test]
fn header_check_rejects() {
    check(
        "Nov 24 10:00:00 mx postfix/smtpd[11]: 3F1A2B4C5D: client=a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/cleanup[12]: 3F1A2B4C5D: message-id=<1@example.org>
        Nov 24 10:00:00 mx postfix/cleanup[12]: 3F1A2B4C5D: reject: header Subject: lottery from b.example[192.0.2.7]; from=<x@y.example> from a.example.org[192.0.2.1]; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<a.example.org>: 5.7.1 Message content rejected",
        &expect![[r#"
            reject header [192.0.2.1], times 1
            3F1A2B4C5D smtp from=<a@example.org> [192.0.2.1] ended
              1 unseen rejected
            = 1
        "#]],
    );
}

#[test]
fn header_check_discards() {
    check(
        "Nov 24 10:00:00 mx postfix/smtpd[11]: 3F1A2B4C5D: client=a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/cleanup[12]: 3F1A2B4C5D: discard: header Subject: lottery from a.example.org[192.0.2.1]; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<a.example.org>: thrown away",
        &expect![[r#"
            discard header [192.0.2.1], times 1
            3F1A2B4C5D smtp from=<a@example.org> [192.0.2.1] ended
              1 unseen discarded
            = 1
        "#]],
    );
}

#[test]
fn header_check_warns_and_lets_through() {
    check(
        "Nov 24 10:00:00 mx postfix/smtpd[11]: 3F1A2B4C5D: client=a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/cleanup[12]: 3F1A2B4C5D: warning: header Subject: lottery from a.example.org[192.0.2.1]; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<a.example.org>: seen
        Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.org>, size=900, nrcpt=1 (queue active)
        Nov 24 10:00:01 mx postfix/local[14]: 3F1A2B4C5D: to=<b@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)
        Nov 24 10:00:01 mx postfix/qmgr[13]: 3F1A2B4C5D: removed",
        &expect![[r#"
            warning header [192.0.2.1], times 1
            3F1A2B4C5D smtp from=<a@example.org> [192.0.2.1] ended
              b@example.com delivered, attempts 1
            = 1
        "#]],
    );
}

#[test]
fn held_by_an_access_rule_before_the_queue_id() {
    check(
        "Nov 24 10:00:00 mx postfix/smtpd[11]: connect from a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/smtpd[11]: NOQUEUE: hold: RCPT from a.example.org[192.0.2.1]: <a@example.org>: Sender address suspicious; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<a.example.org>
        Nov 24 10:00:00 mx postfix/smtpd[11]: 3F1A2B4C5D: client=a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/cleanup[12]: 3F1A2B4C5D: message-id=<1@example.org>
        Nov 24 10:00:00 mx postfix/smtpd[11]: 4E2B3C4D5E: client=a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/cleanup[12]: 4E2B3C4D5E: message-id=<2@example.org>
        Nov 24 10:00:00 mx postfix/smtpd[11]: disconnect from a.example.org[192.0.2.1] ehlo=1 mail=2 rcpt=2 data=2 quit=1 commands=8
        Nov 24 10:05:00 mx postfix/anvil[13]: statistics: max cache size 1 at Nov 24 10:00:00",
        &expect![[r#"
            hold RCPT [192.0.2.1], times 1
            session Smtpd [192.0.2.1] closed, messages 2, refusals 0, failures 0, times 1
            3F1A2B4C5D smtp from=<a@example.org> [192.0.2.1] open
              1 unseen held
            4E2B3C4D5E smtp [192.0.2.1] ended
              1 unseen canceled
            = 2
        "#]],
    );
}

#[test]
fn discarded_before_the_queue_id() {
    check(
        "Nov 24 10:00:00 mx postfix/smtpd[11]: connect from a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/smtpd[11]: NOQUEUE: milter-discard: MAIL from a.example.org[192.0.2.1]: milter triggers DISCARD action; from=<a@example.org> proto=ESMTP helo=<a.example.org>
        Nov 24 10:00:00 mx postfix/smtpd[11]: 3F1A2B4C5D: client=a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/smtpd[11]: disconnect from a.example.org[192.0.2.1] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5
        Nov 24 10:05:00 mx postfix/anvil[13]: statistics: max cache size 1 at Nov 24 10:00:00",
        &expect![[r#"
            discard MAIL [192.0.2.1], times 1
            session Smtpd [192.0.2.1] closed, messages 1, refusals 0, failures 0, times 1
            3F1A2B4C5D smtp from=<a@example.org> [192.0.2.1] ended
              1 unseen discarded
            = 1
        "#]],
    );
}

#[test]
fn never_written_to_the_queue() {
    check(
        "Nov 24 10:00:00 mx postfix/cleanup[12]: 3F1A2B4C5D: message-id=<3F1A2B4C5D@mx.example.com>
        Nov 24 10:00:00 mx postfix/cleanup[12]: warning: 3F1A2B4C5D: write queue file: No space left on device
        Nov 24 10:05:00 mx postfix/cleanup[12]: 4E2B3C4D5E: message-id=<4E2B3C4D5E@mx.example.com>",
        &expect![[r#"
            3F1A2B4C5D unknown no arrival open
              1 unseen canceled
            4E2B3C4D5E unknown no arrival open
              1 unseen in_queue
            = 2
        "#]],
    );
}
