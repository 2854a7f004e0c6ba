//! Records as log systems write them, and the lines they become.

use bstr::{BStr, ByteSlice};
use proptest::prelude::*;

use super::{ExportDecoder, canonicalize};
use crate::entry::Entry;
use crate::severity::Severity;
use crate::stamp::Stamp;

/// The canonical line; empty for `None`.
fn rewritten(record: &[u8]) -> Vec<u8> {
    let mut line = record.to_vec();
    let Some(length) = canonicalize(&mut line, &mut b"used before".to_vec()) else {
        assert_eq!(line, record, "an unread line is untouched");
        return Vec::new();
    };
    line.truncate(length);
    line
}

#[track_caller]
fn check(record: &str, expected: &str) {
    assert_eq!(rewritten(record.as_bytes()).as_bstr(), expected, "{record}");
}

#[test]
fn journald() {
    check(
        r#"{"__CURSOR":"s=1;i=2","__REALTIME_TIMESTAMP":"1762205101999999","_SOURCE_REALTIME_TIMESTAMP":"1762205101123456","PRIORITY":"6","SYSLOG_FACILITY":"2","SYSLOG_IDENTIFIER":"postfix/submission/smtpd","SYSLOG_PID":"77","_PID":"78","_HOSTNAME":"mx.example.com","MESSAGE":"connect from a.example[192.0.2.1]"}"#,
        "<22>1 2025-11-03T21:25:01.123456Z mx.example.com postfix/submission/smtpd 77 - - \
         connect from a.example[192.0.2.1]",
    );
    check(
        r#"{ "MESSAGE" : [104, 195,169,10, 33], "_COMM":"dovecot", "_PID":"5", "PRIORITY":"4", "__REALTIME_TIMESTAMP":"1762205101000000" }"#,
        "<20>1 2025-11-03T21:25:01Z - dovecot 5 - - hé !",
    );
    check(
        r#"{"MESSAGE":null,"SYSLOG_IDENTIFIER":"postfix/smtp","__REALTIME_TIMESTAMP":"1762205101000000"}"#,
        "1 2025-11-03T21:25:01Z - postfix/smtp - - - ",
    );
    check(
        r#"{"MESSAGE":"a","_HOSTNAME":["mx","other"],"SYSLOG_IDENTIFIER":"my app","SYSLOG_PID":null,"_PID":"3"}"#,
        "1 - mx my?app 3 - - a",
    );
}

#[test]
fn gelf() {
    check(
        r#"{"version":"1.1","host":"mx","short_message":"removed","timestamp":1762205101.123,"level":6,"_app_name":"postfix/qmgr","_pid":77,"_process_name":"MainProcess"}"#,
        "<22>1 2025-11-03T21:25:01.123000Z mx postfix/qmgr 77 - - removed",
    );
    check(
        r#"{"version":"1.1","host":"relay","short_message":"Nov  4 06:25:01 mx postfix/qmgr[7]: removed","timestamp":1762205101,"level":1}"#,
        "<17>1 2025-11-03T21:25:01Z relay - - - - Nov  4 06:25:01 mx postfix/qmgr[7]: removed",
    );
}

#[test]
fn byte_arrays_keep_invalid_utf8() {
    let line = rewritten(br#"{"MESSAGE":[97,255,98],"SYSLOG_IDENTIFIER":"postfix/smtp"}"#);
    assert_eq!(line.as_bstr(), BStr::new(b"1 - - postfix/smtp - - - a\xffb"));
}

#[test]
fn rsyslog() {
    let tail = r#""severity":"info","facility":"mail","syslogtag":"postfix/smtpd[12]:","programname":"postfix","procid":"12","message":" connect from a"}"#;
    check(
        &format!(r#"{{"@timestamp":"2025-11-04T06:25:01.123456+09:00","host":"mx",{tail}"#),
        "<22>1 2025-11-04T06:25:01.123456+09:00 mx postfix/smtpd[12] 12 - - connect from a",
    );
    check(
        &format!(r#"{{"timereported":"Nov  4 06:25:01","host":"mx",{tail}"#),
        "<22>Nov  4 06:25:01 mx postfix/smtpd[12]: connect from a",
    );
    check(
        r#"{"time":"Nov  4 06:25:01","host":"mx","tag":"postfix/qmgr","pid":12,"msg":"a"}"#,
        "Nov  4 06:25:01 mx postfix/qmgr[12]: a",
    );
    check(r#"{"time":"Nov  4 06:25:01","host":"mx","msg":"a"}"#, "Nov  4 06:25:01 mx a");
}

#[test]
fn other_keys_and_times() {
    check(
        r#"{"date":1762205101.5,"ident":"postfix/qmgr","pid":"9","host":"mx","pri":"22","msg":"a"}"#,
        "<22>1 2025-11-03T21:25:01.500000Z mx postfix/qmgr 9 - - a",
    );
    check(
        r#"{"timestamp":1762205101123,"appname":"postfix/qmgr","level":"warn","message":"a"}"#,
        "<20>1 2025-11-03T21:25:01.123000Z - postfix/qmgr - - - a",
    );
    check(
        r#"{"time":"2025-11-03 21:25:01 +0900","program":"postfix/qmgr","level":30,"message":"a"}"#,
        "1 2025-11-03T21:25:01+0900 - postfix/qmgr - - - a",
    );
    check(
        r#"{"time":"yesterday","tag":"postfix/qmgr","message":"a"}"#,
        "1 - - postfix/qmgr - - - a",
    );
}

#[test]
fn whole_lines_in_records() {
    check(
        r#"{"log":"Nov  4 06:25:01 mx postfix/qmgr[1]: a\n","stream":"stdout","time":"2025-11-03T21:25:02.123456789Z"}"#,
        "1 2025-11-03T21:25:02.123456789Z - - - - - Nov  4 06:25:01 mx postfix/qmgr[1]: a",
    );
    check(
        r#"{"message":"<22>Nov  4 06:25:01 mx postfix/qmgr[1]: a"}"#,
        "<22>Nov  4 06:25:01 mx postfix/qmgr[1]: a",
    );
    check(
        r#"{"@timestamp":"2025-11-03T21:25:02.000Z","host":{"os":{"name":"x"},"name":"shipper"},"process":{"pid":4,"name":"postfix/smtp"},"log":{"file":{"path":"/x"}},"message":"a"}"#,
        "1 2025-11-03T21:25:02.000Z shipper postfix/smtp 4 - - a",
    );
}

#[test]
fn records_are_read_back_as_entries() {
    let line = rewritten(
        br#"{"log":"postfix/smtp[5]: \u0022a\u00e9\ud83d\ude00\n","time":"2025-11-03T21:25:02Z"}"#,
    );
    let entry = Entry::parse(&line);
    assert_eq!(entry.stamp, Stamp::Absolute { micros: 1_762_205_102_000_000, offset: 0 });
    assert_eq!((entry.tag.program, entry.pid), (BStr::new("postfix/smtp"), Some(5)));
    assert_eq!(entry.text, "\"aé😀");

    let line =
        rewritten(br#"{"syslogtag":"postfix/smtpd[12]:","host":"mx","severity":4,"message":"a"}"#);
    let entry = Entry::parse(&line);
    assert_eq!((entry.tag.program, entry.pid), (BStr::new("postfix/smtpd"), Some(12)));
    assert_eq!(entry.priority, Some(Severity::Warning));
}

#[test]
fn what_is_no_record_is_untouched() {
    for line in [
        "",
        "{",
        "{}",
        "Nov  4 06:25:01 mx postfix/qmgr[1]: {}",
        r#"{"message":"nothing that tells whose"}"#,
        r#"{"message":5"#,
        r#"{"message":"a","host":"mx",}"#,
        r#"{"message":"a","host":"mx"} x"#,
        r#"{"message":"a\x","host":"mx"}"#,
        r#"{"message":"a\u12","host":"mx"}"#,
        r#"{"message":"cut off","host":"mx"#,
        r#"{"message" "a","host":"mx"}"#,
        r#"{"MESSAGE":[1,2,300],"host":"mx"}"#,
        r#"{"MESSAGE":[1 2],"host":"mx"}"#,
        r#"{"host":"mx","tag":"postfix/qmgr"}"#,
        r#"["message","a"]"#,
    ] {
        check(line, "");
    }
    let deep = format!(r#"{{"message":"a","host":"mx","x":{}"#, "[".repeat(100_000));
    check(&deep, "");
}

#[track_caller]
fn check_export(stream: &[u8], expected: &str) {
    // Whole, byte by byte, and cut in two anywhere.
    for step in [stream.len().max(1), 1, 7] {
        let (mut decoder, mut lines) = (ExportDecoder::default(), Vec::new());
        for piece in stream.chunks(step) {
            decoder.push(piece, &mut lines);
        }
        decoder.finish(&mut lines);
        assert_eq!(lines.as_bstr(), expected, "in pieces of {step}");
    }
}

#[test]
fn export_records() {
    let stream = b"__CURSOR=s=1\n__REALTIME_TIMESTAMP=1762205101123456\n_HOSTNAME=mx\nPRIORITY=6\n\
        SYSLOG_FACILITY=2\nSYSLOG_IDENTIFIER=postfix/smtp\nSYSLOG_PID=12\nMESSAGE=a=b\n\n\
        __CURSOR=s=2\nOTHER\n\x03\0\0\0\0\0\0\0\n\n\n\n_HOSTNAME=mx\nMESSAGE\n\x05\0\0\0\0\0\0\0\
        a\nb\xff=\nSYSLOG_IDENTIFIER=postfix/qmgr\n\n\n\n__CURSOR=s=3\nMESSAGE=cut";
    assert!(ExportDecoder::recognizes(stream));
    let (mut decoder, mut lines) = (ExportDecoder::default(), Vec::new());
    decoder.push(stream, &mut lines);
    decoder.finish(&mut lines);
    let expected = b"<22>1 2025-11-03T21:25:01.123456Z mx postfix/smtp 12 - - a=b\n\
        1 - mx postfix/qmgr - - - a b\xff=\n1 - - - - - - cut\n";
    assert_eq!(lines.as_bstr(), expected.as_bstr());
    for step in [1, 2, 3, 5, 7, 11] {
        let (mut decoder, mut pieces) = (ExportDecoder::default(), Vec::new());
        stream.chunks(step).for_each(|piece| decoder.push(piece, &mut pieces));
        decoder.finish(&mut pieces);
        assert_eq!(pieces.as_bstr(), lines.as_bstr(), "in pieces of {step}");
    }
}

#[test]
fn damaged_export_records() {
    check_export(b"", "");
    check_export(b"MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xff_HOSTNAME=mx\n\n", "1 - mx - - - - \n");
    check_export(b"no key\nMESSAGE=a\n\n", "1 - - - - - - a\n");
    check_export(b"MESSAGE\n\x09\0\0\0\0\0\0\0cut", "1 - - - - - - cut\n");
    check_export(b"MESSAGE\n\0\0\0\0\0\0\0\0\nPRIORITY=3\n\n", "<19>1 - - - - - - \n");
}

#[test]
fn long_export_values_are_cut() {
    let long = "x".repeat(3 << 20);
    let cut = "x".repeat(1 << 20);
    let binary = [b"MESSAGE\n\0\0\x30\0\0\0\0\0".as_slice(), long.as_bytes(), b"\n\n"].concat();
    let (mut decoder, mut lines) = (ExportDecoder::default(), Vec::new());
    decoder.push(&binary, &mut lines);
    assert!(lines == format!("1 - - - - - - {cut}\n").as_bytes());
}

/// Pieces that records are made of.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"MESSAGE\":",
    "\"message\":",
    "\"host\":",
    "\"tag\":",
    "\"pid\":",
    "\"time\":",
    "\"severity\":",
    "\"postfix/qmgr\"",
    "\"a\\n\"",
    "\"\\u00e9\\ud83d\"",
    "\"",
    "\\",
    "1",
    "1762205101",
    "\"1762205101123456\"",
    "\"2025-11-03 21:25:01\"",
    "\"Nov  4 06:25:01\"",
    "null",
    "\"Nov  4 06:25:01 mx postfix/qmgr[1]: a\"",
];

fn member() -> impl Strategy<Value = String> {
    (proptest::sample::select(&PIECES[6..13]), proptest::sample::select(PIECES))
        .prop_map(|(key, value)| format!("{key}{value}"))
}

proptest! {
    #[test]
    fn records_never_grow_and_never_panic(
        line in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..80),
            proptest::collection::vec(proptest::sample::select(PIECES), 0..12)
                .prop_map(|pieces| format!("{{{}}}", pieces.concat()).into_bytes()),
            proptest::collection::vec(member(), 1..6)
                .prop_map(|members| format!("{{{}}}", members.join(",")).into_bytes()),
        ]
    ) {
        let mut rewritten = line.clone();
        if let Some(length) = canonicalize(&mut rewritten, &mut Vec::new()) {
            prop_assert!(length <= line.len());
            prop_assert!(!rewritten[..length].contains(&b'\n'));
            prop_assert_eq!(&rewritten[length..], &line[length..]);
        } else {
            prop_assert_eq!(rewritten, line);
        }
    }

    #[test]
    fn what_is_written_is_read_back(
        tag in "(postfix|mx-in)(/[a-z]{1,9}){1,2}",
        host in "[a-z][a-z0-9.-]{0,9}",
        pid in any::<u32>(),
        micros in 1_000_000_000_000_000_i64..10_000_000_000_000_000,
        severity in 0_u8..8,
        text in "[!-~é][ -~é\t]{0,30}[!-~]",
    ) {
        // The repeat wrapper and Solaris' mark are read inside texts, as they should be.
        prop_assume!(!text.starts_with('['));
        let quoted = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\t', "\\t");
        let record = format!(
            r#"{{"MESSAGE":"{quoted}","SYSLOG_IDENTIFIER":"{tag}","_PID":"{pid}","_HOSTNAME":"{host}","PRIORITY":"{severity}","__REALTIME_TIMESTAMP":"{micros}"}}"#
        );
        let line = rewritten(record.as_bytes());
        let entry = Entry::parse(&line);
        prop_assert_eq!(entry.stamp, Stamp::Absolute { micros, offset: 0 });
        prop_assert_eq!(entry.host.unwrap(), BStr::new(&host));
        prop_assert_eq!(entry.pid, Some(pid));
        prop_assert_eq!(entry.priority, Some(Severity::from_syslog(severity)));
        // A text of a program that we do not know may hold a header of its own.
        if entry.tag.known.is_some() || !text.contains(':') {
            prop_assert_eq!(entry.tag.program, BStr::new(&tag));
            prop_assert_eq!(entry.text, BStr::new(&text));
        }
    }

    #[test]
    fn export_streams_do_not_depend_on_the_cuts(
        stream in proptest::collection::vec(prop_oneof![
            Just(b"MESSAGE=a\n".to_vec()), Just(b"MESSAGE\n\x02\0\0\0\0\0\0\0\n\n\n".to_vec()),
            Just(b"_HOSTNAME=mx\n".to_vec()), Just(b"\n".to_vec()), Just(b"X\n".to_vec()),
            proptest::collection::vec(any::<u8>(), 0..6),
        ], 0..20),
        step in 1_usize..9,
    ) {
        let stream = stream.concat();
        let (mut whole, mut pieces) = (Vec::new(), Vec::new());
        let mut decoder = ExportDecoder::default();
        decoder.push(&stream, &mut whole);
        decoder.finish(&mut whole);
        let mut decoder = ExportDecoder::default();
        stream.chunks(step).for_each(|piece| decoder.push(piece, &mut pieces));
        decoder.finish(&mut pieces);
        prop_assert_eq!(whole.as_bstr(), pieces.as_bstr());
    }
}
