//! Messages that belong together, so that a mail is counted once.

use expect_test::expect;

use crate::told::check;

#[test]
fn bounce_with_notification() {
    check(
        "Nov 24 10:00:00 mx postfix/pickup[11]: 3F1A2B4C5D: uid=1000 from=<a@example.com>
        Nov 24 10:00:00 mx postfix/cleanup[12]: 3F1A2B4C5D: message-id=<1@example.com>
        Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.com>, size=900, nrcpt=1 (queue active)
        Nov 24 10:00:01 mx postfix/smtp[14]: 3F1A2B4C5D: to=<x@example.org>, relay=mx.example.org[192.0.2.9]:25, delay=1, delays=0.1/0/0.4/0.5, dsn=5.1.1, status=bounced (host mx.example.org[192.0.2.9] said: 550 5.1.1 unknown (in reply to RCPT TO command))
        Nov 24 10:00:01 mx postfix/cleanup[12]: 5E6F7A8B9C: message-id=<20261124100001.5E6F7A8B9C@mx.example.com>
        Nov 24 10:00:01 mx postfix/bounce[15]: 3F1A2B4C5D: sender non-delivery notification: 5E6F7A8B9C
        Nov 24 10:00:01 mx postfix/qmgr[13]: 5E6F7A8B9C: from=<>, size=2900, nrcpt=1 (queue active)
        Nov 24 10:00:01 mx postfix/qmgr[13]: 3F1A2B4C5D: removed
        Nov 24 10:00:02 mx postfix/local[16]: 5E6F7A8B9C: to=<a@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)
        Nov 24 10:00:02 mx postfix/qmgr[13]: 5E6F7A8B9C: removed",
        &expect![[r#"
            3F1A2B4C5D local from=<a@example.com> ended
              x@example.org bounced, attempts 1
            5E6F7A8B9C unknown from=<> notification of 3F1A2B4C5D no arrival ended
              a@example.com delivered, attempts 1
            = 2
        "#]],
    );
}

#[test]
fn content_filter_hop_counts_once() {
    check(
        "Nov 24 10:00:00 mx postfix/smtpd[11]: 3F1A2B4C5D: client=a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/cleanup[12]: 3F1A2B4C5D: message-id=<1@example.org>
        Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.org>, size=900, nrcpt=1 (queue active)
        Nov 24 10:00:01 mx postfix/10025/smtpd[17]: 5E6F7A8B9C: client=localhost[127.0.0.1]
        Nov 24 10:00:01 mx postfix/cleanup[12]: 5E6F7A8B9C: message-id=<1@example.org>
        Nov 24 10:00:01 mx postfix/qmgr[13]: 5E6F7A8B9C: from=<a@example.org>, size=1300, nrcpt=1 (queue active)
        Nov 24 10:00:01 mx postfix/smtp[14]: 3F1A2B4C5D: to=<b@example.com>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, delays=0.1/0/0.4/0.5, dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 5E6F7A8B9C)
        Nov 24 10:00:01 mx postfix/qmgr[13]: 3F1A2B4C5D: removed
        Nov 24 10:00:02 mx postfix/local[16]: 5E6F7A8B9C: to=<b@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)
        Nov 24 10:00:02 mx postfix/qmgr[13]: 5E6F7A8B9C: removed",
        &expect![[r#"
            3F1A2B4C5D smtp from=<a@example.org> [192.0.2.1] ended
              b@example.com handed_over, attempts 1
            5E6F7A8B9C smtp from=<a@example.org> [127.0.0.1] next_hop of 3F1A2B4C5D ended
              b@example.com delivered, attempts 1
            = 1
        "#]],
    );
}

#[test]
fn child_all_done_before_its_parent_speaks() {
    check(
        "Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.org>, size=900, nrcpt=1 (queue active)
        Nov 24 10:00:01 mx postfix/10025/smtpd[17]: 5E6F7A8B9C: client=localhost[127.0.0.1]
        Nov 24 10:00:01 mx postfix/qmgr[13]: 5E6F7A8B9C: from=<a@example.org>, size=1300, nrcpt=1 (queue active)
        Nov 24 10:00:01 mx postfix/local[16]: 5E6F7A8B9C: to=<b@example.com>, relay=local, delay=0.1, delays=0/0/0/0.1, dsn=2.0.0, status=sent (delivered to mailbox)
        Nov 24 10:00:01 mx postfix/qmgr[13]: 5E6F7A8B9C: removed
        Nov 24 10:00:02 mx postfix/smtp[14]: 3F1A2B4C5D: to=<b@example.com>, relay=127.0.0.1[127.0.0.1]:10024, delay=2, delays=0.1/0/0.4/1.5, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 5E6F7A8B9C)
        Nov 24 10:00:02 mx postfix/qmgr[13]: 3F1A2B4C5D: removed",
        &expect![[r#"
            3F1A2B4C5D unknown from=<a@example.org> no arrival ended
              b@example.com handed_over, attempts 1
            5E6F7A8B9C smtp from=<a@example.org> [127.0.0.1] next_hop of 3F1A2B4C5D ended
              b@example.com delivered, attempts 1
            = 1
        "#]],
    );
}

#[test]
fn forward_by_alias() {
    check(
        "Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.org>, size=900, nrcpt=1 (queue active)
        Nov 24 10:00:01 mx postfix/cleanup[12]: 5E6F7A8B9C: message-id=<1@example.org>
        Nov 24 10:00:01 mx postfix/local[14]: 3F1A2B4C5D: to=<c@example.com>, orig_to=<info@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=2.0.0, status=sent (forwarded as 5E6F7A8B9C)
        Nov 24 10:00:01 mx postfix/qmgr[13]: 5E6F7A8B9C: from=<a@example.org>, size=1000, nrcpt=1 (queue active)
        Nov 24 10:00:01 mx postfix/qmgr[13]: 3F1A2B4C5D: removed
        Nov 24 10:00:02 mx postfix/smtp[15]: 5E6F7A8B9C: to=<c@example.net>, orig_to=<info@example.com>, relay=mx.example.net[192.0.2.8]:25, delay=1, delays=0.1/0/0.4/0.5, dsn=2.0.0, status=sent (250 2.0.0 Ok)
        Nov 24 10:00:02 mx postfix/qmgr[13]: 5E6F7A8B9C: removed",
        &expect![[r#"
            3F1A2B4C5D unknown from=<a@example.org> no arrival ended
              c@example.com (info@example.com) handed_over, attempts 1
            5E6F7A8B9C unknown from=<a@example.org> forward of 3F1A2B4C5D no arrival ended
              c@example.net (info@example.com) relayed, attempts 1
            = 1
        "#]],
    );
}

#[test]
fn next_hop_on_a_second_instance() {
    check(
        "Nov 24 10:00:00 mx postfix-in/qmgr[13]: 3F1A2B4C5D: from=<a@example.org>, size=900, nrcpt=1 (queue active)
        Nov 24 10:00:00 mx postfix-out/smtpd[21]: 5E6F7A8B9C: client=localhost[127.0.0.1]
        Nov 24 10:00:00 mx postfix-out/cleanup[22]: 5E6F7A8B9C: message-id=<1@example.org>
        Nov 24 10:00:00 mx postfix-in/smtp[14]: 3F1A2B4C5D: to=<b@example.net>, relay=127.0.0.1[127.0.0.1]:10026, delay=0.2, delays=0.1/0/0/0.1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 5E6F7A8B9C)
        Nov 24 10:00:00 mx postfix-in/qmgr[13]: 3F1A2B4C5D: removed
        Nov 24 10:00:00 mx postfix-out/qmgr[23]: 5E6F7A8B9C: from=<a@example.org>, size=1100, nrcpt=1 (queue active)
        Nov 24 10:00:02 mx postfix-out/smtp[24]: 5E6F7A8B9C: to=<b@example.net>, relay=mx.example.net[192.0.2.8]:25, delay=2, delays=0.1/0/0.4/1.5, dsn=2.0.0, status=sent (250 2.0.0 Ok)
        Nov 24 10:00:02 mx postfix-out/qmgr[23]: 5E6F7A8B9C: removed",
        &expect![[r#"
            3F1A2B4C5D unknown from=<a@example.org> no arrival ended
              b@example.net handed_over, attempts 1
            5E6F7A8B9C smtp from=<a@example.org> [127.0.0.1] next_hop of 3F1A2B4C5D ended
              b@example.net relayed, attempts 1
            = 1
        "#]],
    );
}

#[test]
fn next_hop_on_a_second_host_seen_after() {
    check(
        "Nov 24 10:00:00 in postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.org>, size=900, nrcpt=1 (queue active)
        Nov 24 10:00:00 in postfix/smtp[14]: 3F1A2B4C5D: to=<b@example.com>, relay=store.example.com[192.0.2.30]:25, delay=0.2, delays=0.1/0/0/0.1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 5E6F7A8B9C)
        Nov 24 10:00:00 in postfix/qmgr[13]: 3F1A2B4C5D: removed
        Nov 24 10:00:01 store postfix/smtpd[21]: 5E6F7A8B9C: client=in.example.com[192.0.2.20]
        Nov 24 10:00:01 store postfix/cleanup[22]: 5E6F7A8B9C: message-id=<1@example.org>
        Nov 24 10:00:01 store postfix/qmgr[23]: 5E6F7A8B9C: from=<a@example.org>, size=1100, nrcpt=1 (queue active)
        Nov 24 10:00:02 store postfix/lmtp[24]: 5E6F7A8B9C: to=<b@example.com>, relay=store[private/dovecot-lmtp], delay=1, delays=0.1/0/0/0.9, dsn=2.0.0, status=sent (250 2.0.0 <b@example.com> Saved)
        Nov 24 10:00:02 store postfix/qmgr[23]: 5E6F7A8B9C: removed",
        &expect![[r#"
            3F1A2B4C5D unknown from=<a@example.org> no arrival ended
              b@example.com handed_over, attempts 1
            5E6F7A8B9C smtp from=<a@example.org> [192.0.2.20] next_hop of 3F1A2B4C5D ended
              b@example.com delivered, attempts 1
            = 1
        "#]],
    );
}

#[test]
fn queued_as_on_a_host_outside_is_relayed() {
    check(
        "Nov 24 09:00:00 mx postfix/qmgr[13]: 5E6F7A8B9C: from=<z@example.com>, size=300, nrcpt=1 (queue active)
        Nov 24 09:00:01 mx postfix/smtp[14]: 5E6F7A8B9C: to=<y@example.org>, relay=none, delay=1, delays=0.1/0/0.9/0, dsn=4.4.1, status=deferred (connect to mx.example.org[192.0.2.9]:25: Connection refused)
        Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.com>, size=900, nrcpt=1 (queue active)
        Nov 24 10:00:01 mx postfix/smtp[14]: 3F1A2B4C5D: to=<b@example.net>, relay=mx.example.net[192.0.2.8]:25, delay=1, delays=0.1/0/0.4/0.5, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 5E6F7A8B9C)
        Nov 24 10:00:01 mx postfix/qmgr[13]: 3F1A2B4C5D: removed",
        &expect![[r#"
            5E6F7A8B9C unknown from=<z@example.com> no arrival open
              y@example.org deferred, attempts 1
            3F1A2B4C5D unknown from=<a@example.com> no arrival ended
              b@example.net relayed, attempts 1
            = 2
        "#]],
    );
}

#[test]
fn before_queue_proxy_keeps_the_outer_client() {
    check(
        "Nov 24 10:00:00 mx postfix/smtpd[11]: connect from a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/smtpd[11]: NOQUEUE: client=a.example.org[192.0.2.1], sasl_method=PLAIN, sasl_username=alice
        Nov 24 10:00:01 mx postfix/10026/smtpd[17]: connect from localhost[127.0.0.1]
        Nov 24 10:00:01 mx postfix/10026/smtpd[17]: 5E6F7A8B9C: client=localhost[127.0.0.1]
        Nov 24 10:00:01 mx postfix/cleanup[12]: 5E6F7A8B9C: message-id=<1@example.org>
        Nov 24 10:00:01 mx postfix/smtpd[11]: proxy-accept: END-OF-MESSAGE: 250 2.0.0 Ok: queued as 5E6F7A8B9C; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<a.example.org>
        Nov 24 10:00:01 mx postfix/qmgr[13]: 5E6F7A8B9C: from=<a@example.org>, size=900, nrcpt=1 (queue active)
        Nov 24 10:00:01 mx postfix/smtpd[11]: disconnect from a.example.org[192.0.2.1] ehlo=1 auth=1 mail=1 rcpt=1 data=1 quit=1 commands=6
        Nov 24 10:00:02 mx postfix/local[14]: 5E6F7A8B9C: to=<b@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)
        Nov 24 10:00:02 mx postfix/qmgr[13]: 5E6F7A8B9C: removed
        Nov 24 10:00:02 mx postfix/10026/smtpd[17]: disconnect from localhost[127.0.0.1] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5",
        &expect![[r#"
            accept END-OF-MESSAGE [192.0.2.1], times 1
            session Smtpd [192.0.2.1] login=alice closed, messages 1, refusals 0, failures 0, times 1
            session Smtpd [127.0.0.1] closed, messages 1, refusals 0, failures 0, times 1
            5E6F7A8B9C submission from=<a@example.org> [192.0.2.1] login=alice ended
              b@example.com delivered, attempts 1
            = 1
        "#]],
    );
}

#[test]
fn local_mail_with_a_completed_sender_goes_on() {
    check(
        "Nov 24 10:00:00 mx postfix/pickup[11]: 3F1A2B4C5D: uid=33 from=<www>
        Nov 24 10:00:00 mx postfix/cleanup[12]: 3F1A2B4C5D: message-id=<1@example.com>
        Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<www@example.com>, size=900, nrcpt=1 (queue active)
        Nov 24 10:00:00 mx postfix-out/smtpd[21]: 5E6F7A8B9C: client=localhost[127.0.0.1]
        Nov 24 10:00:00 mx postfix-out/cleanup[22]: 5E6F7A8B9C: message-id=<1@example.com>
        Nov 24 10:00:00 mx postfix-out/qmgr[23]: 5E6F7A8B9C: from=<www@example.com>, size=1100, nrcpt=1 (queue active)
        Nov 24 10:00:00 mx postfix/smtp[14]: 3F1A2B4C5D: to=<b@example.net>, relay=127.0.0.1[127.0.0.1]:10026, delay=0.2, delays=0.1/0/0/0.1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 5E6F7A8B9C)
        Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: removed
        Nov 24 10:00:02 mx postfix-out/smtp[24]: 5E6F7A8B9C: to=<b@example.net>, relay=mx.example.net[192.0.2.8]:25, delay=2, delays=0.1/0/0.4/1.5, dsn=2.0.0, status=sent (250 2.0.0 Ok)
        Nov 24 10:00:02 mx postfix-out/qmgr[23]: 5E6F7A8B9C: removed",
        &expect![[r#"
            3F1A2B4C5D local from=<www@example.com> ended
              b@example.net handed_over, attempts 1
            5E6F7A8B9C smtp from=<www@example.com> [127.0.0.1] next_hop of 3F1A2B4C5D ended
              b@example.net relayed, attempts 1
            = 1
        "#]],
    );
}

#[test]
fn alias_with_its_own_mailbox_is_delivered_and_forwarded() {
    let mailbox = "postfix/local[14]: 3F1A2B4C5D: to=<c@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)";
    let forward = mailbox.replace("delivered to mailbox", "forwarded as 5E6F7A8B9C");
    for (one, other) in [(mailbox, forward.as_str()), (forward.as_str(), mailbox)] {
        check(
            &format!("Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.org>, size=900, nrcpt=1 (queue active)
            Nov 24 10:00:01 mx {one}
            Nov 24 10:00:01 mx {other}
            Nov 24 10:00:01 mx postfix/cleanup[12]: 5E6F7A8B9C: message-id=<1@example.org>
            Nov 24 10:00:01 mx postfix/qmgr[13]: 5E6F7A8B9C: from=<a@example.org>, size=1000, nrcpt=1 (queue active)
            Nov 24 10:00:01 mx postfix/qmgr[13]: 3F1A2B4C5D: removed
            Nov 24 10:00:02 mx postfix/local[14]: 5E6F7A8B9C: to=<d@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)
            Nov 24 10:00:02 mx postfix/qmgr[13]: 5E6F7A8B9C: removed"),
            &expect![[r#"
                3F1A2B4C5D unknown from=<a@example.org> no arrival ended
                  c@example.com delivered, attempts 2
                5E6F7A8B9C unknown from=<a@example.org> forward of 3F1A2B4C5D no arrival ended
                  d@example.com delivered, attempts 1
                = 2
            "#]],
        );
    }
}

#[test]
fn two_recipients_of_one_hop_told_before_it_is_seen() {
    check(
        "Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C5D: from=<a@example.org>, size=900, nrcpt=2 (queue active)
        Nov 24 10:00:01 mx postfix/smtp[14]: 3F1A2B4C5D: to=<b@example.com>, relay=hub.example.com[192.0.2.7]:25, delay=1, delays=0.1/0/0.4/0.5, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 5E6F7A8B9C)
        Nov 24 10:00:01 mx postfix/smtp[14]: 3F1A2B4C5D: to=<c@example.com>, relay=hub.example.com[192.0.2.7]:25, delay=1, delays=0.1/0/0.4/0.5, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 5E6F7A8B9C)
        Nov 24 10:00:01 mx postfix/qmgr[13]: 3F1A2B4C5D: removed
        Nov 24 10:00:01 hub postfix/smtpd[17]: 5E6F7A8B9C: client=mx.example.com[192.0.2.6]
        Nov 24 10:00:01 hub postfix/qmgr[18]: 5E6F7A8B9C: from=<a@example.org>, size=1300, nrcpt=2 (queue active)
        Nov 24 10:00:02 hub postfix/local[16]: 5E6F7A8B9C: to=<b@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)
        Nov 24 10:00:02 hub postfix/local[16]: 5E6F7A8B9C: to=<c@example.com>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)
        Nov 24 10:00:02 hub postfix/qmgr[18]: 5E6F7A8B9C: removed",
        &expect![[r#"
            3F1A2B4C5D unknown from=<a@example.org> no arrival ended
              b@example.com handed_over, attempts 1
              c@example.com handed_over, attempts 1
            5E6F7A8B9C smtp from=<a@example.org> [192.0.2.6] next_hop of 3F1A2B4C5D ended
              b@example.com delivered, attempts 1
              c@example.com delivered, attempts 1
            = 2
        "#]],
    );
}

#[test]
fn next_hop_of_mail_with_the_recipient_in_its_sender() {
    check(
        "Nov 24 10:00:00 out postfix/qmgr[13]: 3F1A2B4C5D: from=<list@example.com>, size=900, nrcpt=1 (queue active)
        Nov 24 10:00:01 hub postfix/smtpd[17]: 5E6F7A8B9C: client=out.example.com[192.0.2.6]
        Nov 24 10:00:01 hub postfix/qmgr[18]: 5E6F7A8B9C: from=<list+b=example.net@example.com>, size=1300, nrcpt=1 (queue active)
        Nov 24 10:00:01 out postfix/smtp[14]: 3F1A2B4C5D: to=<b@example.net>, relay=hub.example.com[192.0.2.7]:25, delay=1, delays=0.1/0/0.4/0.5, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 5E6F7A8B9C)
        Nov 24 10:00:02 hub postfix/local[16]: 5E6F7A8B9C: to=<b@example.net>, relay=local, delay=1, delays=0.5/0/0/0.5, dsn=2.0.0, status=sent (delivered to mailbox)",
        &expect![[r#"
            3F1A2B4C5D unknown from=<list@example.com> no arrival open
              b@example.net handed_over, attempts 1
            5E6F7A8B9C smtp from=<list+b=example.net@example.com> [192.0.2.6] next_hop of 3F1A2B4C5D open
              b@example.net delivered, attempts 1
            = 1
        "#]],
    );
}
