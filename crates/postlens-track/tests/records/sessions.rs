//! Client connections, and lines that stand for several.

use expect_test::expect;

use crate::told::check;

#[test]
fn postscreen_hands_over_one_session() {
    check(
        "Nov 24 10:00:00 mx postfix/postscreen[10]: CONNECT from [192.0.2.1]:40245 to [192.0.2.20]:25
        Nov 24 10:00:06 mx postfix/postscreen[10]: PASS NEW [192.0.2.1]:40245
        Nov 24 10:00:06 mx postfix/smtpd[11]: connect from a.example.org[192.0.2.1]
        Nov 24 10:00:07 mx postfix/smtpd[11]: disconnect from a.example.org[192.0.2.1] ehlo=1 quit=1 commands=2",
        &expect![[r#"
            session Smtpd [192.0.2.1] closed, messages 0, refusals 0, failures 0, times 1
            = 0
        "#]],
    );
}

#[test]
fn postscreen_refuses_and_ends_it_itself() {
    check(
        "Nov 24 10:00:00 mx postfix/postscreen[10]: CONNECT from [192.0.2.1]:40245 to [192.0.2.20]:25
        Nov 24 10:00:06 mx postfix/postscreen[10]: DNSBL rank 3 for [192.0.2.1]:40245
        Nov 24 10:00:07 mx postfix/postscreen[10]: NOQUEUE: reject: RCPT from [192.0.2.1]:40245: 550 5.7.1 Service unavailable; client [192.0.2.1] blocked using bl.example; from=<a@example.org>, to=<b@example.com>, proto=ESMTP, helo=<a.example.org>
        Nov 24 10:00:07 mx postfix/postscreen[10]: DISCONNECT [192.0.2.1]:40245",
        &expect![[r#"
            reject RCPT [192.0.2.1], times 1
            session Postscreen [192.0.2.1] screened, messages 0, refusals 1, failures 0, times 1
            = 0
        "#]],
    );
}

#[test]
fn failed_logins_and_hang_up() {
    check(
        "Nov 24 10:00:00 mx postfix/submission/smtpd[11]: connect from unknown[192.0.2.1]
        Nov 24 10:00:01 mx postfix/submission/smtpd[11]: warning: unknown[192.0.2.1]: SASL LOGIN authentication failed: UGFzc3dvcmQ6
        Nov 24 10:00:02 mx postfix/submission/smtpd[11]: warning: unknown[192.0.2.1]: SASL LOGIN authentication failed: UGFzc3dvcmQ6
        Nov 24 10:00:03 mx postfix/submission/smtpd[11]: lost connection after AUTH from unknown[192.0.2.1]
        Nov 24 10:00:03 mx postfix/submission/smtpd[11]: disconnect from unknown[192.0.2.1] ehlo=1 auth=0/2 commands=1/3",
        &expect![[r#"
            session Smtpd [192.0.2.1] lost_connection, messages 0, refusals 0, failures 2, times 1
            = 0
        "#]],
    );
}

#[test]
fn repeat_wrapper_counts_as_often_as_it_says() {
    check(
        "Nov 24 10:00:00 mx postfix/smtpd[11]: connect from unknown[192.0.2.1]
        Nov 24 10:00:01 mx postfix/smtpd[11]: message repeated 3 times: [ warning: unknown[192.0.2.1]: SASL LOGIN authentication failed: UGFzc3dvcmQ6]
        Nov 24 10:00:02 mx postfix/smtpd[11]: disconnect from unknown[192.0.2.1] ehlo=1 auth=0/3 commands=1/4",
        &expect![[r#"
            session Smtpd [192.0.2.1] closed, messages 0, refusals 0, failures 3, times 1
            = 0
        "#]],
    );
}

#[test]
fn last_message_repeated() {
    check(
        "Nov 24 10:00:00 mx postfix/smtpd[11]: connect from a.example.org[192.0.2.1]
        Nov 24 10:00:00 mx postfix/smtpd[11]: NOQUEUE: reject: RCPT from a.example.org[192.0.2.1]: 554 5.7.1 <x@example.net>: Relay access denied; from=<a@example.org> to=<x@example.net> proto=ESMTP helo=<a.example.org>
        Nov 24 10:00:01 mx last message repeated 2 times
        Nov 24 10:00:02 mx postfix/smtpd[11]: disconnect from a.example.org[192.0.2.1] ehlo=1 mail=1 rcpt=0/3 commands=2/5",
        &expect![[r#"
            reject RCPT [192.0.2.1], times 1
            reject RCPT [192.0.2.1], times 2
            session Smtpd [192.0.2.1] closed, messages 0, refusals 3, failures 0, times 1
            = 0
        "#]],
    );
}

#[test]
fn pid_used_again_without_a_disconnect() {
    check(
        "Nov 24 10:00:00 mx postfix/smtpd[11]: connect from a.example.org[192.0.2.1]
        Nov 24 10:05:00 mx postfix/smtpd[11]: connect from b.example.org[192.0.2.2]
        Nov 24 10:05:01 mx postfix/smtpd[11]: disconnect from b.example.org[192.0.2.2] quit=1 commands=1
        Nov 24 10:05:02 mx postfix/smtpd[19]: disconnect from c.example.org[192.0.2.3] quit=1 commands=1",
        &expect![[r#"
            session Smtpd [192.0.2.1] lost, messages 0, refusals 0, failures 0, times 1
            session Smtpd [192.0.2.2] closed, messages 0, refusals 0, failures 0, times 1
            session Smtpd [192.0.2.3] closed, messages 0, refusals 0, failures 0, times 1
            = 0
        "#]],
    );
}
