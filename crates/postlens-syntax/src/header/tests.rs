//! Headers as loggers write them, and the entries they become.

use bstr::BStr;
use proptest::prelude::*;

use crate::entry::Entry;
use crate::severity::Severity;
use crate::stamp::{Stamp, TimeOfDay};

/// A line's stamp in one notation, to compare with.
fn stamp_text(stamp: Stamp) -> String {
    fn clock(time: TimeOfDay) -> String {
        let TimeOfDay { hour, minute, second, micros } = time;
        let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
        format!("{hour:02}:{minute:02}:{second:02}{fraction}")
    }
    match stamp {
        Stamp::None => "-".to_owned(),
        Stamp::Yearless { month, day, time } => format!("{month:02}-{day:02} {}", clock(time)),
        Stamp::Local { year, month, day, time } => {
            format!("{year:04}-{month:02}-{day:02} {}", clock(time))
        }
        Stamp::Absolute { micros, offset } => format!("{micros} {offset:+}"),
    }
}

/// `stamp | host | program | pid | priority | repeat | text`
fn entry_text(entry: &Entry<'_>) -> String {
    format!(
        "{} | {} | {} | {} | {} | {} | {}",
        stamp_text(entry.stamp),
        entry.host.unwrap_or(BStr::new("-")),
        if entry.tag.program.is_empty() { BStr::new("-") } else { entry.tag.program },
        entry.pid.map_or("-".to_owned(), |pid| pid.to_string()),
        entry.priority.map_or("-", Severity::name),
        entry.repeat,
        entry.text
    )
}

#[track_caller]
fn check(line: &str, expected: &str) {
    assert_eq!(entry_text(&Entry::parse(line.as_bytes())), expected, "{line}");
}

#[track_caller]
fn check_stamp(header: &str, expected: &str) {
    let line = format!("{header} mx postfix/qmgr[12]: removed");
    check(&line, &format!("{expected} | mx | postfix/qmgr | 12 | - | 1 | removed"));
}

#[test]
fn a_tag_that_stands_there_twice() {
    let twice = "Nov  4 06:25:01 mx postfix/smtpd[7]: postfix/smtpd[8]: connect from a[192.0.2.1]";
    let entry = Entry::parse(twice.as_bytes());
    assert_eq!((entry.pid, entry.text.to_string()), (Some(7), "connect from a[192.0.2.1]".into()));
    let other = "Nov  4 06:25:01 mx postfix/smtpd[7]: postfix/qmgr[8]: connect from a[192.0.2.1]";
    assert!(Entry::parse(other.as_bytes()).text.starts_with(b"postfix/qmgr"));
}

#[test]
fn traditional_stamps() {
    check_stamp("Nov  4 06:25:01", "11-04 06:25:01");
    check_stamp("Nov 04 06:25:01", "11-04 06:25:01");
    check_stamp("Nov 4 06:25:01", "11-04 06:25:01");
    check_stamp("Nov 14 06:25:01", "11-14 06:25:01");
    check_stamp("Nov  4 06:25:01.123456", "11-04 06:25:01.123456");
    check_stamp("Nov 24 04:03:56.5", "11-24 04:03:56.500000");
    check_stamp("Dec 31 23:59:60", "12-31 23:59:60");
    check_stamp("Nov  4 2026 06:25:01", "2026-11-04 06:25:01");
    check_stamp("Nov 04 2026 06:25:01.25", "2026-11-04 06:25:01.250000");
    check_stamp("2013 Jun 12 06:35:24.123", "2013-06-12 06:35:24.123000");
    check_stamp("Tue Nov  4 06:25:01 2026", "2026-11-04 06:25:01");
    check_stamp("Tue Nov  4 06:25:01", "11-04 06:25:01");
    check_stamp("Feb 29 00:00:00", "02-29 00:00:00");
}

#[test]
fn months_of_other_languages_and_garbled_ones() {
    check_stamp("11月 24 06:25:01", "11-24 06:25:01");
    check_stamp("1月  4 06:25:01", "01-04 06:25:01");
    check_stamp("Mär 24 06:25:01", "03-24 06:25:01");
    check_stamp("Okt 24 06:25:01", "10-24 06:25:01");
    check_stamp("déc. 24 06:25:01", "12-24 06:25:01");
    check_stamp("nov 24 06:25:01", "11-24 06:25:01");
    check_stamp("Nxv 24 06:25:01", "-");
}

#[test]
fn rfc3339_stamps() {
    let nine = 1_762_205_101_i64;
    check_stamp("2025-11-04T06:25:01+09:00", &format!("{nine}000000 +32400"));
    check_stamp("2025-11-04T06:25:01.1+09:00", &format!("{nine}100000 +32400"));
    check_stamp("2025-11-04T06:25:01.123456+09:00", &format!("{nine}123456 +32400"));
    check_stamp("2025-11-04T06:25:01.123456789+09:00", &format!("{nine}123456 +32400"));
    check_stamp("2025-11-04T06:25:01,123+0900", &format!("{nine}123000 +32400"));
    check_stamp("2025-11-04T06:25:01+09", &format!("{nine}000000 +32400"));
    check_stamp("2025-11-03T21:25:01Z", &format!("{nine}000000 +0"));
    check_stamp("2025-11-03t21:25:01.000z", &format!("{nine}000000 +0"));
    check_stamp("2025-11-03 21:25:01Z", &format!("{nine}000000 +0"));
    check_stamp("2025-11-03 21:25:01 +0000", &format!("{nine}000000 +0"));
    check_stamp("2025-11-03T13:55:01-07:30", &format!("{nine}000000 -27000"));
    check_stamp("2025-11-03 21:25:01", "2025-11-03 21:25:01");
    check_stamp("2025-11-03T21:25:01.5", "2025-11-03 21:25:01.500000");
    check_stamp("1969-12-31T23:59:59Z", "-1000000 +0");
}

#[test]
fn journalctl_outputs() {
    check_stamp("1762205101.123456", "1762205101123456 +0");
    check_stamp("Mon 2025-11-03 21:25:01 UTC", "1762205101000000 +0");
    check_stamp("Di 2025-11-04 06:25:01.123456 CET", "2025-11-04 06:25:01.123456");
    check_stamp("火 2025-11-04 06:25:01 JST", "2025-11-04 06:25:01");
    check_stamp("Tue 2025-11-04 06:25:01 +09", "1762205101000000 +32400");
    check_stamp("[12345.678901]", "-");
    check_stamp("[    5.678901]", "-");
    check_stamp("[12345.678901 <    0.000123>]", "-");
    check(
        "Tue 2025-11-04 06:25:01 JST mx postfix@-.service[12]: removed",
        "2025-11-04 06:25:01 | mx | postfix@-.service | 12 | - | 1 | removed",
    );
    check("4Fq1zT2x9Bz2xGs: removed", "- | - | - | - | - | 1 | 4Fq1zT2x9Bz2xGs: removed");
    check(
        "warning: hostname a.example does not resolve to address 192.0.2.1",
        "- | - | - | - | - | 1 | warning: hostname a.example does not resolve to address 192.0.2.1",
    );
}

#[track_caller]
fn check_origin(line: &str, expected: &str) {
    check(&format!("Nov  4 06:25:01 {line}"), &format!("11-04 06:25:01 | {expected}"));
}

#[test]
fn hosts_tags_and_pids() {
    check_origin("mx postfix/smtp[1]: a: b", "mx | postfix/smtp | 1 | - | 1 | a: b");
    check_origin("mx postfix/smtp: a: b", "mx | postfix/smtp | - | - | 1 | a: b");
    check_origin(
        "mx postfix/submission/smtpd[1]: a",
        "mx | postfix/submission/smtpd | 1 | - | 1 | a",
    );
    check_origin(
        "mx postfix-10.20.30.40/smtp[1]: a",
        "mx | postfix-10.20.30.40/smtp | 1 | - | 1 | a",
    );
    check_origin("mx 192.0.2.9/smtpd[1]: a", "mx | 192.0.2.9/smtpd | 1 | - | 1 | a");
    check_origin("mx /postfix-script[12]: a", "mx | /postfix-script | 12 | - | 1 | a");
    check_origin("2001:db8::25 postfix/smtp[1]: a", "2001:db8::25 | postfix/smtp | 1 | - | 1 | a");
    check_origin("2001:db8:: postfix/smtp[1]: a", "2001:db8:: | postfix/smtp | 1 | - | 1 | a");
    check_origin("- postfix/smtp[1]: a", "- | postfix/smtp | 1 | - | 1 | a");
    check_origin("postfix/smtp[1]: a", "- | postfix/smtp | 1 | - | 1 | a");
    check_origin("mx postfix/smtp[1]:", "mx | postfix/smtp | 1 | - | 1 | ");
    check_origin("mx postfix/smtp[1]:  a", "mx | postfix/smtp | 1 | - | 1 | a");
    check_origin("mx postfix/smtp[1]:a b", "mx | postfix/smtp | 1 | - | 1 | a b");
    check_origin("mx postfix/smtp(8)[1]: a", "mx | postfix/smtp | 1 | - | 1 | a");
    check_origin("mx su(pam_unix)[1]: a", "mx | su(pam_unix) | 1 | - | 1 | a");
    check_origin("mx docker/abc[1] a", "mx | docker/abc | 1 | - | 1 | a");
    check_origin("mx postfix/smtp[-]: a", "mx | postfix/smtp | - | - | 1 | a");
    check_origin("mx postfix/smtp[99999999999]: a", "mx | postfix/smtp | - | - | 1 | a");
    check_origin(
        "mx dovecot: imap-login: Login: a",
        "mx | dovecot | - | - | 1 | imap-login: Login: a",
    );
    check_origin("mx dovecot[123]: lmtp(4): a", "mx | dovecot | 123 | - | 1 | lmtp(4): a");
    check_origin(
        "mx last message repeated 3 times",
        "mx | - | - | - | 1 | last message repeated 3 times",
    );
    check_origin("mx -- MARK --", "mx | - | - | - | 1 | -- MARK --");
}

#[test]
fn priorities() {
    let expected = "11-04 06:25:01 | mx | postfix/smtp | 1 | info | 1 | a";
    for line in [
        "<22>Nov  4 06:25:01 mx postfix/smtp[1]: a",
        "<mail.info>Nov  4 06:25:01 mx postfix/smtp[1]: a",
        "Nov  4 06:25:01 <mail.info> mx postfix/smtp[1]: a",
        "Nov  4 06:25:01 <2.6> mx postfix/smtp[1]: a",
        "Nov  4 06:25:01 mail.info mx postfix/smtp[1]: a",
        "Nov  4 06:25:01 mx mail.info postfix/smtp[1]: a",
        "Nov  4 06:25:01 mx mail:info postfix/smtp[1]: a",
        "Nov  4 06:25:01 mx postfix/smtp[1]: [ID 197553 mail.info] a",
    ] {
        check(line, expected);
    }
    check("<20>postfix/smtp[1]: a", "- | - | postfix/smtp | 1 | warning | 1 | a");
    check("<999>postfix/smtp[1]: a", "- | - | <999>postfix/smtp | 1 | - | 1 | a");
}

#[test]
fn rfc5424() {
    check(
        "<22>1 2025-11-03T21:25:01.5Z mx postfix/smtp 123 - - a b",
        "1762205101500000 +0 | mx | postfix/smtp | 123 | info | 1 | a b",
    );
    check(
        "1 2025-11-03T21:25:01Z mx postfix/smtp 123 - - a b",
        "1762205101000000 +0 | mx | postfix/smtp | 123 | - | 1 | a b",
    );
    check(
        r#"<20>1 2025-11-03T21:25:01Z mx postfix/smtp 123 ID47 [a@1 b="x \"y\" \] z"][c d="]"] a"#,
        "1762205101000000 +0 | mx | postfix/smtp | 123 | warning | 1 | a",
    );
    check("<22>1 - - - - - - \u{feff}text alone", "- | - | - | - | info | 1 | text alone");
    check("<22>1 - mx postfix/smtp 1 - -", "- | mx | postfix/smtp | 1 | info | 1 | ");
    check(
        "<30>1 2025-11-03T21:25:01Z mx container/mail 99 container/mail - \
         Nov  4 06:25:01 inner postfix/smtp[1]: a",
        "11-04 06:25:01 | inner | postfix/smtp | 1 | info | 1 | a",
    );
}

#[test]
fn containers_and_nested_headers() {
    check(
        "May 02 22:56:18 host docker[32360]: May  2 20:56:17 mx postfix/smtp[17742]: a",
        "05-02 20:56:17 | mx | postfix/smtp | 17742 | - | 1 | a",
    );
    check(
        "May 02 22:56:18 host docker/mail[32360]: postfix/smtp[17742]: a",
        "05-02 22:56:18 | host | postfix/smtp | 17742 | - | 1 | a",
    );
    check(
        "May 02 22:56:18 host docker[32360]: Nov 04 06:25:01 imap-login: Info: Login: a",
        "11-04 06:25:01 | host | dovecot | - | info | 1 | imap-login: Info: Login: a",
    );
    check(
        "May 02 22:56:18 host docker[32360]: <22>1 2025-11-03T21:25:01Z mx postfix/smtp 5 - - a",
        "1762205101000000 +0 | mx | postfix/smtp | 5 | info | 1 | a",
    );
    check(
        "postfix-1  | Apr 10 01:02:03 mx postfix/smtp[1]: a",
        "04-10 01:02:03 | mx | postfix/smtp | 1 | - | 1 | a",
    );
    check("postfix-1  | postfix/smtp[1]: a", "- | - | postfix/smtp | 1 | - | 1 | a");
    check(
        "2025-11-03T21:25:01.123456789Z stdout F postfix/smtp[1]: a",
        "1762205101123456 +0 | - | postfix/smtp | 1 | - | 1 | a",
    );
    check(
        "2025-11-03T21:25:01.1Z stderr F Nov  4 06:25:01 mx postfix/smtp[1]: a",
        "11-04 06:25:01 | mx | postfix/smtp | 1 | - | 1 | a",
    );
    check(
        "2025-11-03T21:25:01.1Z 2025-11-03T21:25:02Z postfix/smtp[1]: a",
        "1762205102000000 +0 | - | postfix/smtp | 1 | - | 1 | a",
    );
    check(
        "[pod/mail-0/postfix] Nov  4 06:25:01 mx postfix/smtp[1]: a",
        "11-04 06:25:01 | mx | postfix/smtp | 1 | - | 1 | a",
    );
    check("postfix/smtp[1]: a", "- | - | postfix/smtp | 1 | - | 1 | a");
    check("mx postfix/smtp[1]: a", "- | mx | postfix/smtp | 1 | - | 1 | a");
    check("dovecot: imap-login: a", "- | - | dovecot | - | - | 1 | imap-login: a");
}

#[test]
fn texts_never_pose_as_headers() {
    check_origin(
        "mx postfix/smtpd[1]: Nov  4 06:25:02 evil postfix/smtp[2]: b",
        "mx | postfix/smtpd | 1 | - | 1 | Nov  4 06:25:02 evil postfix/smtp[2]: b",
    );
    check_origin("mx app[1]: error: [2] something", "mx | app | 1 | - | 1 | error: [2] something");
}

#[test]
fn dovecots_own_log() {
    check_origin(
        "imap-login: Info: Login: user=<a@example.com>",
        "- | dovecot | - | info | 1 | imap-login: Info: Login: user=<a@example.com>",
    );
    check_origin(
        "imap(a@example.com)<12><x/y>: Error: b",
        "- | dovecot | - | error | 1 | imap(a@example.com)<12><x/y>: Error: b",
    );
    check(
        "2025-11-03 21:25:01 login authenticator failed",
        "2025-11-03 21:25:01 | - | - | - | - | 1 | login authenticator failed",
    );
    check(
        "2025-11-03 21:25:01 lmtp(123): Warning: b",
        "2025-11-03 21:25:01 | - | dovecot | - | warning | 1 | lmtp(123): Warning: b",
    );
}

#[test]
fn repeats() {
    check_origin(
        "mx postfix/smtpd[1]: message repeated 2 times: [ 535721E1E6C: client=a[192.0.2.1]]",
        "mx | postfix/smtpd | 1 | - | 2 | 535721E1E6C: client=a[192.0.2.1]",
    );
    check_origin(
        "mx postfix/smtpd[1]: message repeated 12 times: [ cut off",
        "mx | postfix/smtpd | 1 | - | 12 | cut off",
    );
    check_origin(
        "mx postfix/smtpd[1]: message repeated many times: [ a]",
        "mx | postfix/smtpd | 1 | - | 1 | message repeated many times: [ a]",
    );
}

#[test]
fn damaged_lines() {
    check(
        "Nov  4 06:25:01 mx postfix/qmgr[1]: a\r",
        "11-04 06:25:01 | mx | postfix/qmgr | 1 | - | 1 | a",
    );
    check(
        "\0\0\0\0Nov  4 06:25:01 mx postfix/qmgr[1]: a",
        "11-04 06:25:01 | mx | postfix/qmgr | 1 | - | 1 | a",
    );
    check("25:01 mx postfix/qmgr[1]: a", "- | mx | postfix/qmgr | 1 | - | 1 | a");
    check("Nov  4 06:2", "- | - | - | - | - | 1 | Nov  4 06:2");
    check("Nov  4 06:25:01 mx postf", "11-04 06:25:01 | mx | - | - | - | 1 | postf");
    check("", "- | - | - | - | - | 1 | ");
    check("Nov 32 06:25:01 mx a: b", "- | - | - | - | - | 1 | Nov 32 06:25:01 mx a: b");
    check("Nov  4 24:25:01 mx a: b", "- | - | - | - | - | 1 | Nov  4 24:25:01 mx a: b");
}

/// Whether one slice lies within another.
fn within(part: &[u8], whole: &[u8]) -> bool {
    let (outer, inner) = (whole.as_ptr_range(), part.as_ptr_range());
    part.is_empty() || (outer.start <= inner.start && inner.end <= outer.end)
}

/// Pieces that headers are made of.
const PIECES: &[&[u8]] = &[
    b"Nov  4 06:25:01 ",
    b"2025-11-03T21:25:01.123+09:00 ",
    b"<22>",
    b"1 ",
    b"- ",
    b"mx ",
    b"postfix/smtpd[12]: ",
    b"docker[3]: ",
    b"imap-login: Info: ",
    b"message repeated 2 times: [ ",
    b"[ID 1 mail.info] ",
    b"[a b=\"\\\"]",
    b"name | ",
    b"stdout F ",
    b":",
    b"[",
    b"]",
    b"\xff\0",
    b"2026 ",
];

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(proptest::sample::select(PIECES), 0..10)
        .prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_bytes_are_an_entry(line in prop_oneof![proptest::collection::vec(any::<u8>(), 0..80), pieces()]) {
        let entry = Entry::parse(&line);
        prop_assert!(within(entry.text, &line));
        prop_assert!(entry.host.is_none_or(|host| within(host, &line)));
        let program = entry.tag.program;
        prop_assert!(within(program, &line) || program == "dovecot");
        prop_assert!(entry.repeat >= 1 || line.windows(8).any(|part| part == b"repeated"));
    }

    #[test]
    fn the_short_way_agrees_with_the_long_one(
        stamp in proptest::sample::select(&[
            "Nov  4 06:25:01", "Nov 14 06:25:61", "2025-11-03T21:25:01.123456+09:00",
            "2025-11-03T21:25:01.123456Z", "2025-11-03T21:25:01Z", "2025-11-03 21:25:01",
        ][..]),
        host in "[a-z0-9:.<-]{1,9}",
        tag in proptest::sample::select(&["postfix/smtpd", "dovecot", "x/y", "imap", "mail.info"][..]),
        pid in "(\\[[0-9]{0,11}\\])?:?",
        text in "(postfix/smtpd\\[1\\]: )?( ?[\\[m]?[a-z:]{0,4}){0,3}",
    ) {
        let line = format!("{stamp} {host} {tag}{pid} {text}");
        if let Some(entry) = super::usual(line.as_bytes()) {
            prop_assert_eq!(entry, super::by_layers(line.as_bytes()));
        }
    }
}
