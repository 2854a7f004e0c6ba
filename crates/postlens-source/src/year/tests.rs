use proptest::prelude::*;

use super::{Sighting, YearSummary, nearest, year_by_arrival};
use crate::time::{DAY, civil_from_days, days_from_civil};

fn local(year: i32, month: u8, day: u8, hour: i64) -> i64 {
    days_from_civil(year, month, day).unwrap() * DAY + hour * 3600
}

fn seen(month: u8, day: u8, year: Option<i32>) -> Sighting {
    Sighting { month, day, second: 43_200, year, yearless: true, offset: None }
}

/// Asserts which year a stamp without one gets, given a reference date.
#[track_caller]
fn check(stamp: (u8, u8), reference: (i32, u8, u8), year: Option<i32>) {
    let at = local(reference.0, reference.1, reference.2, 12);
    let found = nearest(stamp.0, stamp.1, 43_200, at).map(|at| civil_from_days(at / DAY).0);
    assert_eq!(found, year, "{stamp:?} near {reference:?}");
}

#[test]
fn the_year_nearest_to_the_reference() {
    check((11, 4), (2026, 11, 5), Some(2026));
    check((12, 31), (2027, 1, 1), Some(2026));
    check((1, 1), (2026, 12, 31), Some(2027));
    check((7, 20), (2027, 1, 1), Some(2026));
    check((6, 1), (2027, 1, 1), Some(2027));
    check((2, 28), (2023, 12, 1), Some(2024));
}

#[test]
fn leap_days_find_a_leap_year() {
    check((2, 29), (2024, 3, 1), Some(2024));
    check((2, 29), (2023, 12, 1), Some(2024));
    check((2, 29), (2025, 1, 15), Some(2024));
    check((2, 29), (2026, 11, 24), Some(2028));
    check((2, 29), (1900, 1, 1), Some(1896));
    check((2, 30), (2024, 3, 1), None);
    check((4, 31), (2024, 3, 1), None);
    check((13, 1), (2024, 3, 1), None);
}

#[test]
fn queue_ids_tell_the_year_within_a_queue_life() {
    let arrival = local(2019, 12, 30, 8) * 1_000_000;
    assert_eq!(year_by_arrival(12, 30, 30_000, arrival), Some(2019));
    assert_eq!(year_by_arrival(1, 3, 0, arrival), Some(2020));
    assert_eq!(year_by_arrival(12, 29, 80_000, arrival), Some(2019));
    // A mail on hold for months says nothing.
    assert_eq!(year_by_arrival(6, 1, 0, arrival), None);
    // Nor does a clock that was not set.
    assert_eq!(year_by_arrival(1, 1, 10, 10_000_000), None);
}

#[test]
fn limits_pick_the_year_before_and_after() {
    let november = seen(11, 4, None);
    assert_eq!(november.latest_until(local(2026, 11, 3, 0)), Some(local(2025, 11, 4, 12)));
    assert_eq!(november.latest_until(local(2026, 11, 5, 0)), Some(local(2026, 11, 4, 12)));
    assert_eq!(november.earliest_since(local(2026, 11, 5, 0)), Some(local(2027, 11, 4, 12)));
    let leap = seen(2, 29, None);
    assert_eq!(leap.latest_until(local(2027, 11, 3, 0)), Some(local(2024, 2, 29, 12)));
}

#[test]
fn a_summary_counts_new_years_and_votes() {
    let mut summary = YearSummary::default();
    for (month, day, year) in [
        (10, 1, None),
        (12, 31, None),
        (1, 1, None),
        (12, 31, None),
        (1, 2, Some(2020)),
        (6, 1, None),
    ] {
        summary.add(seen(month, day, year));
    }
    assert_eq!(summary.crossed(), 1);
    assert_eq!(summary.first_year(), Some(2019));
    summary.add(seen(12, 1, None));
    summary.add(seen(2, 1, Some(2021)));
    assert_eq!(summary.crossed(), 2);
    assert_eq!(summary.first_year(), Some(2019));
}

#[test]
fn a_clock_that_was_not_set_does_not_move_the_years() {
    let mut summary = YearSummary::default();
    for (month, day) in [(8, 1), (1, 1), (8, 1), (8, 2), (3, 1), (8, 3)] {
        summary.add(seen(month, day, None));
    }
    assert_eq!(summary.crossed(), 0);
}

fn sightings() -> impl Strategy<Value = Vec<Sighting>> {
    let year = prop_oneof![3 => Just(None), 1 => (2010i32..2030).prop_map(Some)];
    let one = (1u8..=12, 1u8..=28, year).prop_map(|(month, day, year)| seen(month, day, year));
    prop::collection::vec(one, 0..40)
}

fn summary(sightings: &[Sighting]) -> YearSummary {
    let mut summary = YearSummary::default();
    for one in sightings {
        summary.add(*one);
    }
    summary
}

proptest! {
    #[test]
    fn cuts_do_not_matter(lines in sightings(), a in 0usize..40, b in 0usize..40) {
        let (a, b) = (a.min(lines.len()), b.min(lines.len()));
        let (a, b) = (a.min(b), a.max(b));
        let (x, y, z) = (summary(&lines[..a]), summary(&lines[a..b]), summary(&lines[b..]));
        let left = x.clone().merge(&y).merge(&z);
        let right = x.merge(&y.merge(&z));
        prop_assert_eq!(&left, &right);
        prop_assert_eq!(left, summary(&lines));
    }
}
