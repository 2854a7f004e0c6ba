//! What is found, and how often it counts.

use postlens_filter::{Field, Line};
use postlens_search::{Column, Counter, Search};
use postlens_source::Period;
use postlens_syntax::{Entry, Event};
use postlens_testkit::{Config, Format, Until, generate_in_memory};

use crate::drive::{Log, query};

const REPEATED: &str = "\
Nov 23 10:00:01 mx postfix/smtpd[1]: connect from a.example[192.0.2.1]
Nov 23 10:00:02 mx postfix/smtpd[1]: warning: unknown[203.0.113.9]: SASL LOGIN authentication failed: x
Nov 23 10:00:03 mx last message repeated 4 times
Nov 23 10:00:04 mx postfix/smtpd[1]: disconnect from a.example[192.0.2.1]
Nov 23 10:00:05 mx last message repeated 2 times
Nov 23 10:00:06 mx postfix/smtpd[1]: message repeated 3 times: [ warning: unknown[203.0.113.9]: SASL LOGIN authentication failed: x]
";

/// The same lines are found however the log is cut into chunks and whether or not lines are
/// sifted, and they are those that match one by one.
#[test]
fn cuts_and_sieves_change_nothing() {
    let config = Config { until: Until::Messages(150), ..Config::everything(3) };
    let (log, _, _) = generate_in_memory(config);
    let filters: [&[(Field, &str)]; 8] = [
        &[(Field::Status, "deferred")],
        &[(Field::Kind, "auth-failed")],
        &[(Field::Kind, "rejected"), (Field::Cause, "!user_unknown")],
        &[(Field::Client, "192.0.2.0/24")],
        &[(Field::Severity, "warning")],
        &[(Field::Text, "connect(ed)? from")],
        &[(Field::Domain, "example.com"), (Field::Kind, "delivery")],
        &[(Field::Daemon, "qmgr")],
    ];
    for filters in filters {
        let judge = query(filters);
        let expected: Vec<_> = log
            .split(|byte| *byte == b'\n')
            .filter(|line| {
                let entry = Entry::parse(line);
                let event = Event::parse(&entry);
                let again = matches!(event, Event::Repeated(_));
                !line.is_empty() && !again && judge.matches(&Line { entry: &entry, event: &event })
            })
            .map(|line| String::from_utf8_lossy(line.trim_ascii_end()).into_owned())
            .collect();
        assert!(!expected.is_empty(), "{filters:?}");
        for chunk in [700, 5_000, 1 << 17] {
            let found = Log::new(&log, chunk).lines(filters, None);
            let found: Vec<_> = found
                .iter()
                .filter(|line| !line.contains("last message repeated"))
                .map(|line| line.trim_end().to_owned())
                .collect();
            assert_eq!(found, expected, "{filters:?} in chunks of {chunk}");
        }
    }
}

#[test]
fn repeats_count_as_often_as_they_happened() {
    for chunk in [1, 90, 130, 1 << 17] {
        let log = Log::new(REPEATED.as_bytes(), chunk);
        let filters = [(Field::Kind, "auth failed")];
        let mut counter = Counter::new(vec![Column::new("client").unwrap()]);
        let search = Search::new(query(&filters), None);
        log.search(&search, None, &mut |_, found| counter.add(found.unwrap()));
        assert_eq!(counter.total(), 8, "in chunks of {chunk}");
        let rows = counter.rows();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].values[0].as_deref(), Some(&b"203.0.113.9"[..]));
        assert_eq!(log.lines(&filters, None).len(), 3);
    }
}

/// What is given of a JSON log is what stands in it, not what it was rewritten to.
#[test]
fn records_are_given_as_they_stand() {
    let config =
        Config { format: Format::JournalJson, until: Until::Messages(60), ..Config::default() };
    let (log, _, _) = generate_in_memory(config);
    let found = Log::new(&log, 4_000).lines(&[(Field::Kind, "delivery")], None);
    let text = String::from_utf8(log).unwrap();
    let all: Vec<_> = text.lines().collect();
    assert!(found.len() > 20);
    assert!(found.iter().all(|line| line.starts_with('{') && all.contains(&line.as_str())));
}

#[test]
fn lines_of_a_period() {
    let log = Log::new(REPEATED.as_bytes(), 100);
    let second = |second: i64| {
        // 23 November 2026, 10:00 UTC.
        Some((1_795_428_000 + second) * 1_000_000)
    };
    let period = Period { from: second(4), to: second(6) };
    assert_eq!(log.lines(&[], Some(period)).len(), 2);
    assert_eq!(log.lines(&[(Field::Kind, "disconnect")], Some(period)).len(), 2);
    assert_eq!(log.lines(&[(Field::Kind, "auth failed")], Some(period)).len(), 0);
}
