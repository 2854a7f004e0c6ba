//! Needles leave nothing out: on generated logs of every kind of traffic a query finds
//! nothing in lines that do not have its needle.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeSet;

use bstr::{BStr, ByteSlice};
use postlens_filter::{Field, Line, Query};
use postlens_syntax::{Delay, Entry, Event, FieldSink};
use postlens_testkit::{Config, Until, generate_in_memory};
use regex::bytes::Regex;

/// Values that the log has, by field: some of each, the strange ones too.
#[derive(Default)]
struct Seen(BTreeSet<(usize, String)>);

impl FieldSink for Seen {
    fn text(&mut self, name: &'static str, value: &BStr) {
        for (index, field) in Field::ALL.iter().enumerate() {
            let few = self.0.iter().filter(|(known, _)| *known == index).count() < 40;
            if let (true, true, Ok(value)) = (few, field.columns().contains(&name), value.to_str())
            {
                self.0.insert((index, value.to_owned()));
            }
        }
    }

    fn int(&mut self, name: &'static str, value: i64) {
        if name == "reply_code" {
            let index = Field::ALL.iter().position(|field| *field == Field::Code).unwrap();
            self.0.insert((index, value.to_string()));
        }
    }

    fn delay(&mut self, _: &'static str, _: Delay) {}
}

fn queries(log: &[u8]) -> Vec<(String, Query)> {
    let mut seen = Seen::default();
    for line in log.lines() {
        let entry = Entry::parse(line);
        let event = Event::parse(&entry);
        postlens_filter::Facts::send(&Line { entry: &entry, event: &event }, &mut seen);
    }
    let mut queries = Vec::new();
    for (index, value) in seen.0 {
        let field = *Field::ALL.get(index).unwrap();
        if let Ok(query) = Query::new([(field, value.as_str())]) {
            queries.push((format!("--{} {value}", field.name()), query));
        }
    }
    for word in ["auth-failed", "rejected", "greylisted", "held", "sent", "milter_reject"] {
        queries.push((word.to_owned(), Query::new([(Field::Kind, word)]).unwrap()));
    }
    for network in ["192.0.2.0/24", "198.51.100.0/25", "203.0.0.0/9", "2001:db8::/32"] {
        queries.push((network.to_owned(), Query::new([(Field::Client, network)]).unwrap()));
    }
    for text in ["status=(bounced|deferred)", "(?i)USER unknown", "[^x]{9}refused"] {
        queries.push((text.to_owned(), Query::new([(Field::Text, text)]).unwrap()));
    }
    queries
}

#[test]
fn nothing_is_left_out() {
    let config = Config { until: Until::Messages(120), ..Config::everything(5) };
    let (log, _, _) = generate_in_memory(config);
    let (mut with_needle, mut found) = (0, 0);
    for (name, query) in queries(&log) {
        let Some(needle) = query.needle() else { continue };
        let needle = Regex::new(&needle).unwrap();
        with_needle += 1;
        for line in log.lines().filter(|line| !needle.is_match(line)) {
            let entry = Entry::parse(line);
            let event = Event::parse(&entry);
            let missed = query.matches(&Line { entry: &entry, event: &event });
            assert!(!missed, "{name}: {needle:?} is not in {}", line.as_bstr());
            found += 1;
        }
    }
    assert!(with_needle > 150 && found > 10_000, "{with_needle} {found}");
}
