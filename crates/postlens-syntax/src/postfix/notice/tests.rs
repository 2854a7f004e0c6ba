//! The tables checked row by row, and the engine on rows of its own.

use std::collections::HashSet;

use bstr::{BStr, ByteSlice};
use proptest::prelude::{any, prop, proptest};

use super::pattern::{Pattern, Shape};
use super::table::{Row, Tables, tables};
use super::{Notice, rows};
use crate::field::FieldSink;
use crate::program::Daemon;
use crate::severity::{Class, Severity};

/// Names that every event has; a capture must not hide them.
const TAKEN: [&str; 11] = [
    "time", "host", "program", "instance", "service", "daemon", "pid", "severity", "kind", "text",
    "class",
];

/// A value for the capture at `place`, like no literal of the tables.
fn marker(place: usize, shape: Shape) -> String {
    match shape {
        Shape::Text => format!("Qj{place}vX"),
        Shape::Word => format!("Wj{place}vX"),
        Shape::Relay => format!("mx{place}.example.net[192.0.2.{place}]:25"),
        Shape::Client => format!("h{place}.example.com[198.51.100.{place}]"),
        Shape::Ip => format!("203.0.113.{place}"),
        Shape::Int => format!("{}", 7_310 + place),
        Shape::Hex => format!("7{place}f"),
        Shape::QueueId => "4T8Zh133D8zGpCM".to_owned(),
    }
}

/// Writes the line that a row describes, and the values in it.
fn render(row: &Row) -> (String, Vec<String>) {
    let values: Vec<String> =
        row.captures().enumerate().map(|(place, c)| marker(place + 1, c.shape())).collect();
    let mut line = String::new();
    let mut rest = row.pattern();
    let mut next = values.iter();
    while let Some((before, after)) = rest.split_once('{') {
        line.push_str(before);
        if let Some(after) = after.strip_prefix('{') {
            line.push('{');
            rest = after;
        } else {
            line.push_str(next.next().unwrap());
            rest = after.split_once('}').unwrap().1;
        }
    }
    line.push_str(rest);
    (line, values)
}

#[test]
fn every_row_can_be_read() {
    let errors: Vec<String> = tables().errors().map(ToString::to_string).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    assert!(rows().count() > 1_000);
}

/// Whether a library's row stands back behind the same words in the table of a daemon,
/// which knows better what they mean there.
fn yields(row: &Row, other: &Row) -> bool {
    let literals = |row: &Row| -> Vec<&str> {
        row.pattern().split('{').map(|s| s.split_once('}').map_or(s, |(_, l)| l)).collect()
    };
    literals(row) == literals(other) && other.daemons().count() < row.daemons().count()
}

#[test]
fn every_row_finds_its_own_lines() {
    let mut wrong = Vec::new();
    for row in rows() {
        let (line, values) = render(row);
        for daemon in row.daemons() {
            let found = Notice::parse(daemon, row.severity(), line.as_bytes());
            if found.is_some_and(|notice| yields(row, notice.row())) {
                continue;
            }
            let Some(notice) = found.filter(|notice| notice.row() == row) else {
                let other =
                    found.map_or((("nothing", 0), ""), |n| (n.row().place(), n.row().pattern()));
                wrong.push(format!("{:?} {} finds {other:?}", row.place(), row.pattern()));
                break;
            };
            let got: Vec<String> = notice.spanned().map(|(_, value)| value.to_string()).collect();
            assert_eq!(got, values, "{:?} {}", row.place(), row.pattern());
            assert_eq!((notice.kind, notice.class), (row.kind(), row.class()));
        }
    }
    assert!(wrong.is_empty(), "{} rows:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn names_and_kinds_are_legal() {
    for row in rows() {
        let place = row.place();
        let mut seen = HashSet::new();
        for name in row.names() {
            assert!(!TAKEN.contains(&name), "{place:?}: {name} is taken");
            assert!(seen.insert(name), "{place:?}: {name} twice");
        }
        let snake = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        assert!(row.kind().chars().all(snake) && !row.kind().is_empty(), "{place:?}: kind");
        assert_eq!(row.pattern(), row.pattern().trim(), "{place:?}: blanks at an end");
        assert!(row.daemons().next().is_some(), "{place:?}: no daemon");
    }
}

#[test]
fn few_rows_have_no_class() {
    let trouble = rows().filter(|row| row.severity() > Severity::Info);
    let (mut all, mut other) = (0, 0);
    for row in trouble {
        all += 1;
        other += usize::from(row.class() == Some(Class::Other));
    }
    assert!(other * 20 <= all, "{other} of {all} rows");
}

const SAMPLE: &str = "@daemons smtpd\n\
    warning\tlookup_table\t-\t{table} lookup error for \"{key}\"\n\
    warning\tprotocol\ttoo_much\t{queue_id}: too much from {client}\n\
    warning\tprotocol\t-\tlimit exceeded: {count:int} from {client} for service {service_name}\n\
    warning\tinternal\t-\t{function}: bad {{word {value:hex}\n\
    warning\tinternal\t-\t{function}: bad {{word {value}\n\
    info\t-\tstatistics\tsize {size:int}{unit}\n\
    @daemons *\n\
    fatal\tconfiguration\t-\topen {path}: {reason}\n\
    fatal\tconfiguration\t-\tbad value: {value}\n\
    fatal\tconfiguration\t-\tpeer {peer:ip}\n";

#[track_caller]
fn sample(daemon: Daemon, severity: Severity, text: &str) -> Option<Vec<String>> {
    let tables = Tables::read(&[("sample.txt", SAMPLE)]);
    assert_eq!(tables.errors().map(ToString::to_string).collect::<Vec<_>>(), [""; 0]);
    let (_, spans) = tables.find(daemon, severity, text.as_bytes())?;
    let cut = |&(start, end): &(u32, u32)| text.get(start as usize..end as usize);
    spans.iter().map(|span| cut(span).map(str::to_owned)).collect()
}

#[track_caller]
fn check(daemon: Daemon, severity: Severity, text: &str, expected: &[&str]) {
    assert_eq!(sample(daemon, severity, text).unwrap(), expected);
}

#[track_caller]
fn check_none(daemon: Daemon, severity: Severity, text: &str) {
    assert_eq!(sample(daemon, severity, text), None);
}

#[test]
fn captures_end_at_the_next_literal() {
    use Daemon::{Dovecot, Qmgr, Smtpd};
    use Severity::{Fatal, Info, Warning};
    check(Smtpd, Warning, "hash:/etc/x lookup error for \"a\" b\"", &["hash:/etc/x", "a\" b"]);
    check(Qmgr, Warning, "hash:/etc/x lookup error for \"a\"", &["hash:/etc/x", "a"]);
    check_none(Dovecot, Warning, "hash:/etc/x lookup error for \"a\"");
    check_none(Qmgr, Info, "size 12kB");
    check_none(Smtpd, Info, "hash:/etc/x lookup error for \"a\"");
    check_none(Smtpd, Warning, "hash:/etc/x lookup error for \"a");
    check(
        Smtpd,
        Warning,
        "E5D411C0DE: too much from a.example.com[192.0.2.1]:99",
        &["E5D411C0DE", "a.example.com[192.0.2.1]:99"],
    );
    check_none(Smtpd, Warning, "somebody: too much from a.example.com[192.0.2.1]");
    check_none(Smtpd, Warning, "E5D411C0DE: too much from nobody");
    check(
        Smtpd,
        Warning,
        "limit exceeded: -7 from unknown[unknown] for service smtp",
        &["-7", "unknown[unknown]", "smtp"],
    );
    check_none(Smtpd, Warning, "limit exceeded: x from unknown[unknown] for service smtp");
    check(Smtpd, Info, "size 12kB", &["12", "kB"]);
    check(Qmgr, Fatal, "open /a: b: No such file", &["/a", "b: No such file"]);
    check(Qmgr, Fatal, "open /a:", &["/a", ""]);
    check(Qmgr, Fatal, "bad value:", &[""]);
    check_none(Qmgr, Fatal, "bad value");
    check(Qmgr, Fatal, "peer 2001:db8::1", &["2001:db8::1"]);
    check_none(Qmgr, Fatal, "peer nobody");
}

#[test]
fn the_more_specific_row_wins() {
    let tables = Tables::read(&[("sample.txt", SAMPLE)]);
    for (text, line) in [("f: bad {word 7f", 5), ("f: bad {word 7g", 6)] {
        let (row, _) = tables.find(Daemon::Smtpd, Severity::Warning, text.as_bytes()).unwrap();
        assert_eq!(row.place(), ("sample.txt", line));
    }
}

#[test]
fn broken_rows_are_said() {
    for (text, error) in [
        ("warning\tdns\t-\tno daemons", "no @daemons before the row"),
        ("@daemons nobody\nwarning\tdns\t-\tx", "unknown daemon nobody"),
        ("@daemons smtpd\nwarning\tdns\tx", "fewer than four columns"),
        ("@daemons smtpd\nodd\tdns\t-\tx", "unknown severity odd"),
        ("@daemons smtpd\nwarning\todd\t-\tx", "unknown class odd"),
        ("@daemons smtpd\nwarning\t-\t-\tx", "trouble needs a class"),
        ("@daemons smtpd\ninfo\t-\t-\tx", "an info row needs a kind"),
        ("@daemons smtpd\nwarning\tdns\t-\tx {a", "no closing brace"),
        ("@daemons smtpd\nwarning\tdns\t-\tx {a:odd}", "unknown shape odd"),
        ("@daemons smtpd\nwarning\tdns\t-\tx {A}", "no legal name: A"),
        ("@daemons smtpd\nwarning\tdns\t-\tx {:int}", "a capture needs a name"),
        ("@daemons smtpd\nwarning\tdns\t-\tx {a}{b}", "two captures without text between them"),
        ("@daemons smtpd\nwarning\tdns\t-\t{a}", "no literal text"),
    ] {
        let tables = Tables::read(&[("bad.txt", text)]);
        let said: Vec<String> = tables.errors().map(ToString::to_string).collect();
        assert!(said.len() == 1 && said[0].ends_with(error), "{text}: {said:?}");
    }
    assert!(Pattern::compile("{a} {b} {c} {d} {e} {f} {g} {h} {i}").is_err());
}

#[derive(Default)]
struct Fields(Vec<(&'static str, String)>);

impl FieldSink for Fields {
    fn text(&mut self, name: &'static str, value: &BStr) {
        self.0.push((name, value.to_string()));
    }
    fn int(&mut self, name: &'static str, value: i64) {
        self.0.push((name, value.to_string()));
    }
    fn delay(&mut self, _: &'static str, _: crate::delay::Delay) {}
}

#[test]
fn clients_are_sent_as_their_parts() {
    let text =
        b"Connection rate limit exceeded: 61 from a.example.com[192.0.2.1]:99 for service smtp";
    let notice = Notice::parse(Daemon::Smtpd, Severity::Warning, text).unwrap();
    let mut fields = Fields::default();
    notice.fields(&mut fields);
    let sent = ["client_name", "client_address", "client_port"];
    let values = ["a.example.com", "192.0.2.1", "99"];
    for (name, value) in sent.into_iter().zip(values) {
        assert_eq!(notice.capture(name).unwrap(), value);
        assert!(fields.0.contains(&(name, value.to_owned())), "{fields:?}", fields = fields.0);
    }
}

#[test]
fn hostile_lines_stay_cheap() {
    // Every literal of the tables many times over: each row is still tried once.
    let mut line = Vec::new();
    while line.len() < 65_536 {
        for row in rows() {
            line.extend_from_slice(row.pattern().as_bytes());
            line.extend_from_slice(b": ");
        }
    }
    line.truncate(65_536);
    for severity in [Severity::Debug, Severity::Info, Severity::Warning, Severity::Panic] {
        let mut visits = 0usize;
        tables().visit_candidates(severity, &line, |_| visits += 1);
        assert!(visits <= rows().count() * 2, "{visits} rows tried");
        let _ = Notice::parse(Daemon::Smtpd, severity, &line);
    }
}

#[track_caller]
fn line(daemon: Daemon, text: &str, kind: &str, class: Option<Class>, fields: &[(&str, &str)]) {
    let (severity, rest) = match text.split_once(": ") {
        Some(("warning", rest)) => (Severity::Warning, rest),
        Some(("fatal", rest)) => (Severity::Fatal, rest),
        Some(("panic", rest)) => (Severity::Panic, rest),
        _ => (Severity::Info, text),
    };
    let notice = Notice::parse(daemon, severity, rest.as_bytes()).unwrap();
    assert_eq!((notice.kind, notice.class), (kind, class), "{text}");
    let mut sent = Fields::default();
    notice.fields(&mut sent);
    let sent: Vec<(&str, &str)> = sent.0.iter().map(|(name, value)| (*name, &**value)).collect();
    assert_eq!(sent.iter().filter(|f| f.0 != "class").copied().collect::<Vec<_>>(), fields);
}

#[test]
fn lines_as_daemons_write_them() {
    line(
        Daemon::Anvil,
        "statistics: max connection rate 3/60s for (smtp:2001:db8::7) at Nov 24 10:59:09",
        "anvil_rate",
        None,
        &[
            ("statistic", "connection"),
            ("count", "3"),
            ("window", "60"),
            ("service_name", "smtp"),
            ("client_address", "2001:db8::7"),
            ("reached_at", "Nov 24 10:59:09"),
        ],
    );
    line(
        Daemon::Anvil,
        "statistics: max message count 2 for (127.0.0.1:10025:192.0.2.1) at Nov  4 10:59:09",
        "anvil_count",
        None,
        &[
            ("statistic", "message"),
            ("count", "2"),
            ("listen_address", "127.0.0.1"),
            ("port", "10025"),
            ("client_address", "192.0.2.1"),
            ("reached_at", "Nov  4 10:59:09"),
        ],
    );
    line(
        Daemon::Master,
        "warning: service \"smtp\" (25) has reached its process limit \"50\": new clients may \
         experience noticeable delays",
        "process_limit_reached",
        Some(Class::Resource),
        &[("service_name", "smtp"), ("endpoint", "25"), ("limit", "50")],
    );
    line(
        Daemon::Smtpd,
        "warning: hostname a.example.net does not resolve to address 192.0.2.9: Name or service \
         not known",
        "warning",
        Some(Class::Dns),
        &[
            ("hostname", "a.example.net"),
            ("client_address", "192.0.2.9"),
            ("reason", "Name or service not known"),
        ],
    );
    line(
        Daemon::Smtpd,
        "warning: Connection concurrency limit exceeded: 51 from b.example.org[198.51.100.7] for \
         service smtp",
        "rate_limit_exceeded",
        Some(Class::Protocol),
        &[
            ("count", "51"),
            ("client_name", "b.example.org"),
            ("client_address", "198.51.100.7"),
            ("service_name", "smtp"),
        ],
    );
    line(
        Daemon::Qmgr,
        "warning: mail for example.org is using up 4001 of 5000 active queue entries",
        "warning",
        Some(Class::Resource),
        &[("destination", "example.org"), ("count", "4001"), ("limit", "5000")],
    );
    line(Daemon::PostfixScript, "starting the Postfix mail system", "postfix_starting", None, &[]);
}

#[test]
fn notices_know_their_message() {
    let text = b"4T8Zh133D8zGpCM: queue file size limit exceeded";
    let notice = Notice::parse(Daemon::Cleanup, Severity::Warning, text).unwrap();
    assert_eq!(notice.queue_id.unwrap().to_string(), "4T8Zh133D8zGpCM");
    assert_eq!(notice.captures().count(), 0);
    let text = b"NOQUEUE: queue file size limit exceeded";
    assert!(Notice::parse(Daemon::Cleanup, Severity::Warning, text).unwrap().queue_id.is_none());
}

proptest! {
    #[test]
    fn any_bytes_are_harmless(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        daemon in prop::sample::select(Daemon::ALL),
    ) {
        for severity in [Severity::Info, Severity::Warning, Severity::Fatal, Severity::Panic] {
            if let Some(notice) = Notice::parse(daemon, severity, &bytes) {
                assert!(notice.captures().all(|(_, value)| bytes.find(value).is_some()));
            }
        }
    }

    #[test]
    fn cut_and_changed_lines_are_harmless(
        number in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let all: Vec<&Row> = rows().collect();
        let row = all[number.index(all.len())];
        let mut line = render(row).0.into_bytes();
        let at = cut.index(line.len());
        line[at] = byte;
        for daemon in row.daemons() {
            let _ = Notice::parse(daemon, row.severity(), &line);
            let _ = Notice::parse(daemon, row.severity(), &line[..at]);
        }
    }
}
