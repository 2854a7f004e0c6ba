//! Limits bite, and say so.

use std::fmt::Write as _;

use expect_test::expect;
use postlens_track::Limits;

use crate::told::tell;

const MESSAGES: &str = "\
Nov 24 10:00:00 mx postfix/qmgr[13]: 3F1A2B4C51: from=<a@example.org>, size=900, nrcpt=1 (queue active)
Nov 24 10:00:01 mx postfix/qmgr[13]: 3F1A2B4C52: from=<b@example.org>, size=900, nrcpt=2 (queue active)
Nov 24 10:00:02 mx postfix/qmgr[13]: 3F1A2B4C53: from=<c@example.org>, size=900, nrcpt=1 (queue active)
Nov 24 10:00:03 mx postfix/qmgr[13]: 3F1A2B4C54: from=<d@example.org>, size=900, nrcpt=1 (queue active)
";

#[test]
fn too_many_messages() {
    let (text, counters) = tell(MESSAGES, Limits { messages: 2, ..Limits::default() });
    assert_eq!((counters.messages_evicted, counters.messages_idle), (2, 0));
    expect![[r#"
        3F1A2B4C51 unknown from=<a@example.org> no arrival open
          1 unseen lost
        3F1A2B4C52 unknown from=<b@example.org> no arrival open
          2 unseen lost
        3F1A2B4C53 unknown from=<c@example.org> no arrival open
          1 unseen in_queue
        3F1A2B4C54 unknown from=<d@example.org> no arrival open
          1 unseen in_queue
        = 5
    "#]]
    .assert_eq(&text);
}

#[test]
fn idle_messages() {
    let limits = Limits { message_idle: 1_500_000, ..Limits::default() };
    let (text, counters) = tell(MESSAGES, limits);
    assert_eq!((counters.messages_evicted, counters.messages_idle), (0, 2));
    expect![[r#"
        3F1A2B4C51 unknown from=<a@example.org> no arrival open
          1 unseen lost
        3F1A2B4C52 unknown from=<b@example.org> no arrival open
          2 unseen lost
        3F1A2B4C53 unknown from=<c@example.org> no arrival open
          1 unseen in_queue
        3F1A2B4C54 unknown from=<d@example.org> no arrival open
          1 unseen in_queue
        = 5
    "#]]
    .assert_eq(&text);
}

#[test]
fn sessions() {
    let log = "\
Nov 24 10:00:00 mx postfix/smtpd[11]: connect from a.example.org[192.0.2.1]
Nov 24 10:00:01 mx postfix/smtpd[12]: connect from b.example.org[192.0.2.2]
Nov 24 10:00:02 mx postfix/smtpd[13]: connect from c.example.org[192.0.2.3]
Nov 24 10:00:03 mx postfix/smtpd[13]: disconnect from c.example.org[192.0.2.3] quit=1 commands=1
";
    let (crowded, counters) = tell(log, Limits { sessions: 1, ..Limits::default() });
    assert_eq!((counters.sessions_evicted, counters.sessions_idle), (2, 0));
    expect![[r#"
        session Smtpd [192.0.2.1] lost, messages 0, refusals 0, failures 0, times 1
        session Smtpd [192.0.2.2] lost, messages 0, refusals 0, failures 0, times 1
        session Smtpd [192.0.2.3] closed, messages 0, refusals 0, failures 0, times 1
        = 0
    "#]]
    .assert_eq(&crowded);
    let limits = Limits { session_idle: 1_500_000, ..Limits::default() };
    let (idle, counters) = tell(log, limits);
    assert_eq!((counters.sessions_evicted, counters.sessions_idle), (0, 2));
    expect![[r#"
        session Smtpd [192.0.2.1] lost, messages 0, refusals 0, failures 0, times 1
        session Smtpd [192.0.2.2] lost, messages 0, refusals 0, failures 0, times 1
        session Smtpd [192.0.2.3] closed, messages 0, refusals 0, failures 0, times 1
        = 0
    "#]]
    .assert_eq(&idle);
}

#[test]
fn used_again_is_counted() {
    let log = "\
Nov 24 10:00:00 mx postfix/smtpd[11]: 3F1A2B4C5D: client=a.example.org[192.0.2.1]
Nov 24 12:00:00 mx postfix/smtpd[11]: 3F1A2B4C5D: client=c.example.org[192.0.2.3]
";
    let (text, counters) = tell(log, Limits::default());
    assert_eq!(counters.queue_ids_reused, 1);
    expect![[r#"
        3F1A2B4C5D smtp [192.0.2.1] open
          1 unseen lost
        3F1A2B4C5D smtp [192.0.2.3] open
          1 unseen in_queue
        = 2
    "#]]
    .assert_eq(&text);
}

#[test]
fn limits_hold_while_time_stands_still() {
    // One stamp from the future: nothing after it moves the time on.
    let mut log = String::from(
        "Dec 24 10:00:00 mx postfix/smtpd[1]: connect from a.example.org[192.0.2.1]\n",
    );
    for n in 10..60 {
        let head = format!("Nov 24 10:00:{n} mx postfix");
        writeln!(
            log,
            "{head}/qmgr[13]: 3F1A2B4C{n}: from=<a@example.org>, size=9, nrcpt=1 (queue active)"
        )
        .unwrap();
        writeln!(log, "{head}/smtpd[{n}]: connect from b.example.org[192.0.2.2]").unwrap();
    }
    let (text, counters) = tell(&log, Limits { messages: 10, sessions: 10, ..Limits::default() });
    assert_eq!((counters.messages_evicted, counters.sessions_evicted), (40, 41));
    assert_eq!(text.lines().last(), Some("= 50"));
}
