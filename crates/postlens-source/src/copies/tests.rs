use std::collections::HashMap;

use proptest::prelude::*;

use super::{Copies, fingerprint};

const SECOND: i64 = 1_000_000;

/// Asserts which of the lines (stream, time in seconds, text) are copies.
#[track_caller]
fn check(lines: &[(usize, i64, &str, bool)]) {
    let mut copies = Copies::new(3);
    for (index, (stream, second, text, expected)) in lines.iter().enumerate() {
        let hash = fingerprint(b"postfix/smtpd", Some(1), text.as_bytes());
        assert_eq!(copies.is_copy(*stream, second * SECOND, hash), *expected, "line {index}");
    }
}

#[test]
fn what_two_streams_tell_happened_once() {
    check(&[(0, 0, "a", false), (1, 0, "a", true), (2, 1, "a", true)]);
}

#[test]
fn what_one_stream_tells_twice_happened_twice() {
    check(&[
        (0, 0, "a", false),
        (0, 0, "a", false),
        (1, 0, "a", true),
        (1, 0, "a", true),
        (1, 0, "a", false),
        (0, 0, "a", true),
    ]);
}

#[test]
fn stamps_may_differ_a_little() {
    check(&[(0, 0, "a", false), (1, 2, "a", true), (1, 3, "a", false), (0, 10, "a", false)]);
    check(&[(0, 5, "a", false), (1, 4, "a", true), (0, 4, "b", false), (1, 5, "b", true)]);
}

#[test]
fn the_journal_takes_blanks_off() {
    check(&[(0, 0, "a  ", false), (1, 0, "a", true)]);
}

#[test]
fn one_stream_has_no_copies() {
    let mut copies = Copies::new(1);
    assert!(!copies.is_copy(0, 0, 1) && !copies.is_copy(0, 0, 1));
    assert_eq!(copies.remembered(), 0);
}

#[test]
fn many_streams() {
    let mut copies = Copies::new(100);
    let found = (0..100).filter(|stream| copies.is_copy(*stream, 0, 7)).count();
    assert_eq!(found, 99);
    assert!(!copies.is_copy(99, 0, 7));
}

#[test]
fn memory_is_bounded_by_the_window() {
    let mut copies = Copies::new(2);
    for second in 0..10_000 {
        copies.is_copy(0, second * SECOND, second.unsigned_abs());
        assert!(copies.remembered() <= 6);
    }
}

#[test]
fn fingerprints_differ_in_every_part() {
    let prints = [
        fingerprint(b"a", Some(1), b"text"),
        fingerprint(b"b", Some(1), b"text"),
        fingerprint(b"a", Some(2), b"text"),
        fingerprint(b"a", None, b"text"),
        fingerprint(b"a", Some(1), b"texu"),
        fingerprint(b"a", Some(1), b"text12345"),
        fingerprint(b"a", Some(1), b"text12345\0"),
        fingerprint(b"at", Some(1), b"ext"),
    ];
    for (index, print) in prints.iter().enumerate() {
        assert!(!prints[..index].contains(print), "{index}");
    }
}

proptest! {
    /// The count is the maximum over the streams, for events further apart than the
    /// jitter of their stamps.
    #[test]
    fn the_count_is_the_maximum(
        events in prop::collection::vec((0u64..4, prop::collection::vec(0usize..4, 3)), 1..20),
        jitter in prop::collection::vec(0i64..=1, 300),
    ) {
        let mut lines = Vec::new();
        let mut expected = 0;
        let mut jitter = jitter.into_iter().cycle();
        for (index, (hash, counts)) in events.iter().enumerate() {
            let time = i64::try_from(index).unwrap() * 10;
            expected += counts.iter().max().unwrap();
            for (stream, count) in counts.iter().enumerate() {
                for _ in 0..*count {
                    lines.push((time + jitter.next().unwrap(), stream, *hash));
                }
            }
        }
        lines.sort_by_key(|(time, ..)| *time);
        let mut copies = Copies::new(3);
        let mut per_hash = HashMap::new();
        for (time, stream, hash) in lines {
            if !copies.is_copy(stream, time * SECOND, hash) {
                *per_hash.entry(hash).or_insert(0) += 1;
            }
        }
        prop_assert_eq!(per_hash.values().sum::<usize>(), expected);
    }
}
