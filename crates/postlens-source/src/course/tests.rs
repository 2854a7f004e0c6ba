use std::fmt::Write;
use std::sync::Arc;

use postlens_syntax::Entry;

use super::Course;
use crate::time::{DAY, days_from_civil};
use crate::zone::Zone;

/// Resolves all stamps of a log that is cut into pieces of about `size` bytes.
fn times(log: &str, first: i64, zone: &str, size: usize) -> Vec<String> {
    let zone = Arc::new(Zone::named(zone).unwrap());
    let mut course = Course::new(zone, first, 0);
    let bytes = log.as_bytes();
    let (mut start, mut found) = (0, Vec::new());
    while start < log.len() {
        let cut = (start + size).min(log.len()) - 1;
        let end = bytes[cut..].iter().position(|byte| *byte == b'\n').unwrap() + cut + 1;
        let (clock, _) = course.follow(&bytes[start..end], start as u64);
        let mut resolver = clock.resolver();
        let mut at = start;
        for line in bytes[start..end].split_inclusive(|byte| *byte == b'\n') {
            let stamp = Entry::parse(line).stamp;
            let time = resolver.resolve(&stamp, at as u64);
            assert_eq!(time, clock.resolve(&stamp, at as u64));
            found.push(time.map_or_else(|| "-".to_owned(), |time| time.to_string()));
            at += line.len();
        }
        start = end;
    }
    found
}

/// Asserts the times of the lines with these stamps, however the log is cut.
#[track_caller]
fn check(zone: &str, first: (i32, u8, u8), expected: &[(&str, &str)]) {
    let first = days_from_civil(first.0, first.1, first.2).unwrap() * DAY;
    let mut log = String::new();
    for (stamp, _) in expected {
        writeln!(log, "{stamp} mx postfix/qmgr[1]: 1234567890A: removed").unwrap();
    }
    for size in [1, 100, 150, 100_000] {
        let found = times(&log, first, zone, size);
        let wanted = expected.iter().map(|(_, time)| *time).collect::<Vec<_>>();
        assert_eq!(found, wanted, "cut at {size}");
    }
}

#[test]
fn new_year_with_late_lines() {
    check(
        "UTC",
        (2025, 12, 31),
        &[
            ("Dec 31 23:59:58", "2025-12-31T23:59:58Z"),
            ("Jan  1 00:00:01", "2026-01-01T00:00:01Z"),
            ("Dec 31 23:59:59", "2025-12-31T23:59:59Z"),
            ("Jan  1 00:00:02", "2026-01-01T00:00:02Z"),
        ],
    );
}

#[test]
fn several_years_in_one_file() {
    check(
        "UTC",
        (2023, 11, 1),
        &[
            ("Nov  1 00:00:00", "2023-11-01T00:00:00Z"),
            ("Feb 29 12:00:00", "2024-02-29T12:00:00Z"),
            ("Jul  1 00:00:00", "2024-07-01T00:00:00Z"),
            ("Dec 30 00:00:00", "2024-12-30T00:00:00Z"),
            ("Mar  1 00:00:00", "2025-03-01T00:00:00Z"),
            ("Aug  1 00:00:00", "2025-08-01T00:00:00Z"),
            ("Jan  1 00:00:00", "2026-01-01T00:00:00Z"),
        ],
    );
}

#[test]
fn a_gap_of_most_of_a_year_is_bridged_by_lines_that_tell_it() {
    check(
        "UTC",
        (2013, 12, 1),
        &[
            ("Dec  1 00:00:00", "2013-12-01T00:00:00Z"),
            ("2014-10-26T00:00:00Z", "2014-10-26T00:00:00Z"),
            ("Oct 26 00:00:00", "2014-10-26T00:00:00Z"),
        ],
    );
}

#[test]
fn a_clock_that_was_not_set_at_boot() {
    check(
        "UTC",
        (2025, 8, 1),
        &[
            ("Aug  1 00:00:00", "2025-08-01T00:00:00Z"),
            ("Jan  1 00:00:09", "2026-01-01T00:00:09Z"),
            ("Aug  1 00:01:00", "2025-08-01T00:01:00Z"),
        ],
    );
}

#[test]
fn the_hour_that_comes_twice() {
    check(
        "Europe/Berlin",
        (2026, 10, 24),
        &[
            ("Oct 25 01:59:59", "2026-10-25T01:59:59+02:00"),
            ("Oct 25 02:10:00", "2026-10-25T02:10:00+02:00"),
            ("Oct 25 02:09:58", "2026-10-25T02:09:58+02:00"),
            ("Oct 25 02:59:59", "2026-10-25T02:59:59+02:00"),
            ("Oct 25 02:00:00", "2026-10-25T02:00:00+01:00"),
            ("Oct 25 02:59:59", "2026-10-25T02:59:59+02:00"),
            ("Oct 25 02:15:00", "2026-10-25T02:15:00+01:00"),
            ("Oct 25 02:59:59", "2026-10-25T02:59:59+01:00"),
            ("Oct 25 03:00:00", "2026-10-25T03:00:00+01:00"),
        ],
    );
}

#[test]
fn stamps_with_a_year_or_an_offset() {
    check(
        "Europe/Berlin",
        (2026, 10, 24),
        &[
            ("2026-10-25T02:10:00+02:00", "2026-10-25T02:10:00+02:00"),
            ("Oct 25 2026 02:50:00", "2026-10-25T02:50:00+02:00"),
            ("2026-10-25T02:10:00+01:00", "2026-10-25T02:10:00+01:00"),
            ("Oct 25 2026 02:20:00", "2026-10-25T02:20:00+01:00"),
            ("no stamp at all", "-"),
        ],
    );
}
