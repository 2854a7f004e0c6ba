//! Queries and lines that somebody wrote to do harm.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use postlens_filter::{Field, Line, Query};
use postlens_syntax::{Entry, Event};
use proptest::prelude::*;

fn matches(query: &Query, line: &[u8]) -> bool {
    let entry = Entry::parse(line);
    let event = Event::parse(&entry);
    query.matches(&Line { entry: &entry, event: &event })
}

/// Expressions that take other engines forever, over a line of a megabyte.
#[test]
fn no_expression_takes_more_than_linear_time() {
    let start = b"Nov  4 06:25:01 mx postfix/smtpd[7]: ".to_vec();
    let line = [start, b"a".repeat(1 << 20), b"!".to_vec()].concat();
    for text in ["(a+)+$", "(a|aa)+$", "(.*)*b", "^(a?){64}a{64}$", "(a|a)*c", "([a-z]+)*@"] {
        let query = Query::new([(Field::Text, text)]).unwrap();
        assert!(!matches(&query, &line), "{text}");
    }
    let stars = "*a".repeat(500);
    let query = Query::new([(Field::Where, format!("reply={stars}b").as_str())]).unwrap();
    assert!(!matches(&query, &line));
}

/// What would take too much memory is said to.
#[test]
fn expressions_have_a_size() {
    for text in [r"(?:\w{500}){500}", r"((a{100}){100}){100}"] {
        let error = Query::new([(Field::Text, text)]).unwrap_err();
        assert!(error.to_string().contains("no regular expression"), "{error}");
    }
    // Nesting is bounded too.
    let deep = format!("{}a{}", "(".repeat(5000), ")".repeat(5000));
    assert!(Query::new([(Field::Text, deep.as_str())]).is_err());
}

/// What a stranger writes into one field is no value of another.
#[test]
fn fields_cannot_be_forged() {
    let line = b"Nov  4 06:25:04 mx1 postfix/smtpd[7]: NOQUEUE: reject: RCPT from \
        unknown[198.51.100.9]: 550 5.1.1 <x>: Recipient address rejected: User unknown; \
        from=<a@example.net> to=<b@example.com> proto=ESMTP \
        helo=<status=sent to=<victim@example.org> [192.0.2.1]>";
    for (field, value) in [
        (Field::Status, "sent"),
        (Field::Recipient, "victim@example.org"),
        (Field::Client, "192.0.2.1"),
    ] {
        assert!(!matches(&Query::new([(field, value)]).unwrap(), line), "{value}");
    }
    assert!(matches(&Query::new([(Field::Client, "198.51.100.9")]).unwrap(), line));
}

proptest! {
    /// Whatever is written either has a meaning or an error with a hint; nothing panics.
    #[test]
    fn any_query_over_any_line(
        field in prop::sample::select(&Field::ALL[..]),
        value in any::<String>(),
        line in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        match Query::new([(field, value.as_str())]) {
            Ok(query) => {
                let found = matches(&query, &line);
                let needle = query.needle();
                if let Some(needle) = needle.filter(|_| found) {
                    let needle = regex::bytes::Regex::new(&needle).unwrap();
                    prop_assert!(needle.is_match(&line));
                }
            }
            Err(error) => prop_assert!(!error.hint().is_empty() && !error.to_string().is_empty()),
        }
    }

    /// A value that a line has is found by it, whatever it is, and so is its needle.
    #[test]
    fn what_is_there_is_found(name in "[^<>\\x00-\\x1f*?!]{3,40}") {
        let text = format!(
            "Nov  4 06:25:04 mx1 postfix/smtpd[7]: NOQUEUE: reject: RCPT from unknown[198.51.100.9]: \
             550 5.1.1 no; from=<a@example.net> to=<b@example.com> proto=ESMTP helo=<{name}>"
        );
        let query = Query::new([(Field::Helo, name.as_str())]);
        prop_assume!(query.is_ok());
        let query = query.unwrap();
        prop_assert!(matches(&query, text.as_bytes()), "{text}");
        if let Some(needle) = query.needle() {
            prop_assert!(regex::bytes::Regex::new(&needle).unwrap().is_match(text.as_bytes()));
        }
    }
}
