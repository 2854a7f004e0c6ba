//! Lines out of order, cut-off logs and queue IDs that are used again.

use expect_test::expect;

use crate::told::check;

#[test]
fn removed_before_the_delivery_line() {
    check(
        "Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.org>, size=900, nrcpt=1 (queue active)
        Nov 24 10:00:01 mx postfix/qmgr[13]: 3F1A2B4C5D: removed
        Nov 24 10:00:01 mx postfix/local[14]: 3F1A2B4C5D: to=<b@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)",
        &expect![[r#"
            3F1A2B4C5D unknown from=<a@example.org> no arrival ended
              b@example.com delivered, attempts 1
            = 1
        "#]],
    );
}

#[test]
fn cleanup_before_smtpd() {
    check(
        "Nov 24 10:00:00 mx postfix/cleanup[12]: 3F1A2B4C5D: message-id=<1@example.org>
        Nov 24 10:00:00 mx postfix/smtpd[11]: 3F1A2B4C5D: client=a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.org>, size=900, nrcpt=1 (queue active)
        Nov 24 10:00:01 mx postfix/local[14]: 3F1A2B4C5D: to=<b@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)
        Nov 24 10:00:01 mx postfix/qmgr[13]: 3F1A2B4C5D: removed",
        &expect![[r#"
            3F1A2B4C5D smtp from=<a@example.org> [192.0.2.1] ended
              b@example.com delivered, attempts 1
            = 1
        "#]],
    );
}

#[test]
fn beginning_cut_off() {
    check(
        "Nov 24 10:00:01 mx postfix/local[14]: 3F1A2B4C5D: to=<b@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)
        Nov 24 10:00:01 mx postfix/qmgr[13]: 3F1A2B4C5D: removed
        Nov 24 10:00:02 mx postfix/qmgr[13]: 5E6F7A8B9C: removed",
        &expect![[r#"
            3F1A2B4C5D unknown no arrival ended
              b@example.com delivered, attempts 1
            5E6F7A8B9C unknown no arrival ended
              1 unseen lost
            = 2
        "#]],
    );
}

#[test]
fn end_cut_off() {
    check(
        "Nov 24 10:00:00 mx postfix/smtpd[11]: connect from a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/smtpd[11]: 3F1A2B4C5D: client=a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/cleanup[12]: 3F1A2B4C5D: message-id=<1@example.org>
        Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.org>, size=900, nrcpt=3 (queue active)
        Nov 24 10:00:01 mx postfix/local[14]: 3F1A2B4C5D: to=<b@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)",
        &expect![[r#"
            3F1A2B4C5D smtp from=<a@example.org> [192.0.2.1] open
              b@example.com delivered, attempts 1
              2 unseen in_queue
            session Smtpd [192.0.2.1] lost, messages 1, refusals 0, failures 0, times 1
            = 3
        "#]],
    );
}

#[test]
fn unseen_for_days_is_lost_from_view() {
    check(
        "Nov 20 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.org>, size=900, nrcpt=1 (queue active)
        Nov 24 10:00:00 mx postfix/anvil[15]: statistics: max cache size 1 at Nov 24 10:00:00
        Nov 24 10:00:00 mx postfix/smtpd[11]: connect from a.example.org[192.0.2.1]",
        &expect![[r#"
            3F1A2B4C5D unknown from=<a@example.org> no arrival open
              1 unseen lost
            session Smtpd [192.0.2.1] lost, messages 0, refusals 0, failures 0, times 1
            = 1
        "#]],
    );
}

#[test]
fn short_id_used_again_at_once() {
    check(
        "Nov 24 10:00:00 mx postfix/smtpd[11]: 3F1A2B4C5D: client=a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.org>, size=900, nrcpt=1 (queue active)
        Nov 24 10:00:01 mx postfix/local[14]: 3F1A2B4C5D: to=<b@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)
        Nov 24 10:00:01 mx postfix/qmgr[13]: 3F1A2B4C5D: removed
        Nov 24 10:00:02 mx postfix/smtpd[11]: 3F1A2B4C5D: client=c.example.org[192.0.2.3]
        Nov 24 10:00:02 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<c@example.org>, size=800, nrcpt=1 (queue active)
        Nov 24 10:00:03 mx postfix/local[14]: 3F1A2B4C5D: to=<d@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=5.2.2, status=bounced (mailbox full)
        Nov 24 10:00:03 mx postfix/qmgr[13]: 3F1A2B4C5D: removed",
        &expect![[r#"
            3F1A2B4C5D smtp from=<a@example.org> [192.0.2.1] ended
              b@example.com delivered, attempts 1
            3F1A2B4C5D smtp from=<c@example.org> [192.0.2.3] ended
              d@example.com bounced, attempts 1
            = 2
        "#]],
    );
}

#[test]
fn short_id_used_again_while_open() {
    check(
        "Nov 24 10:00:00 mx postfix/smtpd[11]: 3F1A2B4C5D: client=a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.org>, size=900, nrcpt=1 (queue active)
        Nov 24 12:00:00 mx postfix/smtpd[11]: 3F1A2B4C5D: client=c.example.org[192.0.2.3]
        Nov 24 12:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<c@example.org>, size=800, nrcpt=1 (queue active)
        Nov 24 12:00:01 mx postfix/local[14]: 3F1A2B4C5D: to=<d@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)
        Nov 24 12:00:01 mx postfix/qmgr[13]: 3F1A2B4C5D: removed",
        &expect![[r#"
            3F1A2B4C5D smtp from=<a@example.org> [192.0.2.1] open
              1 unseen lost
            3F1A2B4C5D smtp from=<c@example.org> [192.0.2.3] ended
              d@example.com delivered, attempts 1
            = 2
        "#]],
    );
}

#[test]
fn same_short_id_in_two_instances() {
    check(
        "Nov 24 10:00:00 mx postfix-in/smtpd[11]: 3F1A2B4C5D: client=a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix-out/smtpd[21]: 3F1A2B4C5D: client=c.example.org[192.0.2.3]
        Nov 24 10:00:00 mx postfix-in/qmgr[13]: 3F1A2B4C5D: from=<a@example.org>, size=900, nrcpt=1 (queue active)
        Nov 24 10:00:00 mx postfix-out/qmgr[23]: 3F1A2B4C5D: from=<c@example.org>, size=800, nrcpt=1 (queue active)
        Nov 24 10:00:01 mx postfix-out/local[24]: 3F1A2B4C5D: to=<d@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=5.2.2, status=bounced (mailbox full)
        Nov 24 10:00:01 mx postfix-in/local[14]: 3F1A2B4C5D: to=<b@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)
        Nov 24 10:00:01 mx postfix-out/qmgr[23]: 3F1A2B4C5D: removed
        Nov 24 10:00:01 mx postfix-in/qmgr[13]: 3F1A2B4C5D: removed",
        &expect![[r#"
            3F1A2B4C5D smtp from=<a@example.org> [192.0.2.1] ended
              b@example.com delivered, attempts 1
            3F1A2B4C5D smtp from=<c@example.org> [192.0.2.3] ended
              d@example.com bounced, attempts 1
            = 2
        "#]],
    );
}

#[test]
fn one_queue_with_services_of_other_names() {
    check(
        "Nov 24 10:00:00 mx postfix-submission/smtpd[11]: 3F1A2B4C5D: client=a.example.org[192.0.2.1], sasl_method=PLAIN, sasl_username=alice
        Nov 24 10:00:00 mx postfix/cleanup[12]: 3F1A2B4C5D: message-id=<1@example.org>
        Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.org>, size=900, nrcpt=1 (queue active)
        Nov 24 10:00:01 mx postfix-slow/smtp[14]: 3F1A2B4C5D: to=<b@example.net>, relay=mx.example.net[192.0.2.8]:25, delay=1, delays=0.1/0/0.4/0.5, dsn=2.0.0, status=sent (250 2.0.0 Ok)
        Nov 24 10:00:01 mx postfix/qmgr[13]: 3F1A2B4C5D: removed",
        &expect![[r#"
            3F1A2B4C5D submission from=<a@example.org> [192.0.2.1] login=alice ended
              b@example.net relayed, attempts 1
            = 1
        "#]],
    );
}

#[test]
fn taken_late_by_a_busy_qmgr() {
    check(
        "Nov 24 10:00:00 mx postfix/smtpd[11]: connect from a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/smtpd[11]: 3F1A2B4C5D: client=a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/cleanup[12]: 3F1A2B4C5D: message-id=<1@example.org>
        Nov 24 10:00:00 mx postfix/smtpd[11]: disconnect from a.example.org[192.0.2.1] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5
        Nov 24 10:01:00 mx postfix/smtpd[11]: connect from b.example.org[192.0.2.2]
        Nov 24 10:05:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.org>, size=900, nrcpt=1 (queue active)
        Nov 24 10:05:00 mx postfix/smtpd[11]: disconnect from b.example.org[192.0.2.2] quit=1 commands=1
        Nov 24 10:05:01 mx postfix/local[14]: 3F1A2B4C5D: to=<b@example.com>, relay=local, delay=301, delays=300/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)
        Nov 24 10:05:01 mx postfix/qmgr[13]: 3F1A2B4C5D: removed",
        &expect![[r#"
            session Smtpd [192.0.2.1] closed, messages 1, refusals 0, failures 0, times 1
            session Smtpd [192.0.2.2] closed, messages 0, refusals 0, failures 0, times 1
            3F1A2B4C5D smtp from=<a@example.org> [192.0.2.1] ended
              b@example.com delivered, attempts 1
            = 1
        "#]],
    );
}

#[test]
fn taken_hours_late_by_a_qmgr_that_was_stopped() {
    check(
        "Nov 24 10:00:00 mx postfix/smtpd[11]: connect from a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/smtpd[11]: 3F1A2B4C5D: client=a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/cleanup[12]: 3F1A2B4C5D: message-id=<1@example.org>
        Nov 24 10:00:00 mx postfix/smtpd[11]: disconnect from a.example.org[192.0.2.1] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5
        Nov 24 10:01:00 mx postfix/master[1]: terminating on signal 15
        Nov 24 11:30:00 mx postfix/master[2]: terminating on signal 15
        Nov 24 13:30:00 mx postfix/master[3]: terminating on signal 15
        Nov 24 17:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.org>, size=900, nrcpt=1 (queue active)
        Nov 24 17:00:01 mx postfix/local[14]: 3F1A2B4C5D: to=<b@example.com>, relay=local, delay=25201, delays=25200/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)
        Nov 24 17:00:01 mx postfix/qmgr[13]: 3F1A2B4C5D: removed",
        &expect![[r#"
            session Smtpd [192.0.2.1] closed, messages 1, refusals 0, failures 0, times 1
            3F1A2B4C5D smtp from=<a@example.org> [192.0.2.1] ended
              b@example.com delivered, attempts 1
            = 1
        "#]],
    );
}

#[test]
fn tags_cut_at_their_slash() {
    check(
        "Nov 24 10:00:00 mx postfix[12]: 3F1A2B4C5D: uid=0 from=<root>
        Nov 24 10:00:00 mx postfix[13]: 3F1A2B4C5D: from=<root@example.com>, size=900, nrcpt=4 (queue active)
        Nov 24 10:00:01 mx postfix[14]: 3F1A2B4C5D: to=<a@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)
        Nov 24 10:00:01 mx postfix[15]: 3F1A2B4C5D: to=<b@example.org>, relay=mx.example.org[192.0.2.9]:25, delay=1, delays=0.5/0/0/0.5, dsn=2.0.0, status=sent (250 ok)
        Nov 24 10:00:01 mx postfix[16]: 3F1A2B4C5D: to=<c@example.org>, relay=none, delay=1, delays=0.5/0/0/0.5, dsn=2.0.0, status=sent (no thanks)
        Nov 24 10:00:01 mx postfix[17]: 3F1A2B4C5D: to=<d@example.net>, relay=none, delay=1, delays=0.5/0/0/0.5, dsn=4.4.1, status=deferred (connect to mx.example.net[192.0.2.8]:25: Connection refused)
        Nov 24 10:05:00 mx postfix[18]: 3F1A2B4C5D: removed",
        &expect![[r#"
            3F1A2B4C5D local from=<root@example.com> ended
              a@example.com delivered, attempts 1
              b@example.org relayed, attempts 1
              c@example.org discarded, attempts 1
              d@example.net deleted, attempts 1
            = 4
        "#]],
    );
}

#[test]
fn id_of_a_canceled_message_used_again() {
    check(
        "Nov 24 10:00:00 mx postfix/smtpd[11]: connect from a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/smtpd[11]: 3F1A2B4C5D: client=a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/smtpd[11]: lost connection after RCPT from a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/smtpd[11]: disconnect from a.example.org[192.0.2.1] ehlo=1 mail=1 rcpt=1 commands=3
        Nov 24 10:01:00 mx postfix/smtpd[12]: 3F1A2B4C5D: client=c.example.org[192.0.2.3]
        Nov 24 10:01:00 mx postfix/cleanup[15]: 3F1A2B4C5D: message-id=<2@example.org>
        Nov 24 10:01:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<c@example.org>, size=900, nrcpt=1 (queue active)
        Nov 24 10:01:01 mx postfix/local[14]: 3F1A2B4C5D: to=<b@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)
        Nov 24 10:01:01 mx postfix/qmgr[13]: 3F1A2B4C5D: removed",
        &expect![[r#"
            session Smtpd [192.0.2.1] lost_connection, messages 1, refusals 0, failures 0, times 1
            3F1A2B4C5D smtp [192.0.2.1] ended
              1 unseen canceled
            3F1A2B4C5D smtp from=<c@example.org> [192.0.2.3] ended
              b@example.com delivered, attempts 1
            = 2
        "#]],
    );
}

#[test]
fn same_short_id_on_two_hosts_cleanup_first() {
    check(
        "Nov 24 10:00:00 one postfix/smtpd[11]: 3F1A2B4C5D: client=a.example.org[192.0.2.1]
        Nov 24 10:00:00 one postfix/cleanup[12]: 3F1A2B4C5D: message-id=<1@example.org>
        Nov 24 10:00:00 one postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.org>, size=900, nrcpt=1 (queue active)
        Nov 24 10:00:01 two postfix/cleanup[22]: 3F1A2B4C5D: message-id=<2@example.net>
        Nov 24 10:00:01 two postfix/smtpd[21]: 3F1A2B4C5D: client=c.example.net[192.0.2.3]
        Nov 24 10:00:01 two postfix/qmgr[23]: 3F1A2B4C5D: from=<c@example.net>, size=800, nrcpt=1 (queue active)
        Nov 24 10:00:02 one postfix/local[14]: 3F1A2B4C5D: to=<b@example.com>, relay=local, delay=2, delays=1/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)
        Nov 24 10:00:02 one postfix/qmgr[13]: 3F1A2B4C5D: removed
        Nov 24 10:00:02 two postfix/local[24]: 3F1A2B4C5D: to=<d@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=5.2.2, status=bounced (mailbox full)
        Nov 24 10:00:02 two postfix/qmgr[23]: 3F1A2B4C5D: removed",
        &expect![[r#"
            3F1A2B4C5D smtp from=<a@example.org> [192.0.2.1] ended
              b@example.com delivered, attempts 1
            3F1A2B4C5D smtp from=<c@example.net> [192.0.2.3] ended
              d@example.com bounced, attempts 1
            = 2
        "#]],
    );
}
