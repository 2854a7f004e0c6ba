use super::{Evidence, plan};
use crate::survey::Survey;
use crate::time::{DAY, civil_from_days, days_from_civil};
use crate::year::{Sighting, YearSummary};
use crate::zone::Zone;

/// A file of the given lines, last written on a date.
fn file(lines: &[&str], written: Option<(i32, u8, u8)>) -> Survey {
    let mut summary = YearSummary::default();
    for line in lines {
        summary.add(Sighting::of_line(line.as_bytes()).unwrap());
    }
    let written = written.map(|(y, m, d)| days_from_civil(y, m, d).unwrap() * DAY);
    Survey { summary, to_end: true, written, ..Survey::default() }
}

/// Asserts the years of the first and last lines of each file, planned on 2026-11-24.
#[track_caller]
fn check(files: &[Survey], expected: &[(i32, i32, Evidence)]) {
    let now = days_from_civil(2026, 11, 24).unwrap() * DAY * 1_000_000;
    let year = |at: Option<i64>| civil_from_days(at.unwrap().div_euclid(DAY)).0;
    let found = plan(files, &Zone::UTC, now)
        .iter()
        .map(|plan| (year(plan.first), year(plan.last), plan.evidence))
        .collect::<Vec<_>>();
    assert_eq!(found, expected);
}

const NOVEMBER: &str = "Nov  4 06:25:01 mx postfix/qmgr[1]: 1234567890A: removed";
const DECEMBER: &str = "Dec 30 06:25:01 mx postfix/qmgr[1]: 1234567890A: removed";
const JANUARY: &str = "Jan  3 06:25:01 mx postfix/qmgr[1]: 1234567890A: removed";
/// A queue ID of 2014-10-26 in a line of that day.
const OCTOBER_2014: &str = "Oct 26 20:00:01 mx postfix/qmgr[1]: 3jQqkX0sf8z1Z: removed";

#[test]
fn the_time_of_writing_decides() {
    let written = Some((2026, 11, 5));
    check(&[file(&[NOVEMBER], written)], &[(2026, 2026, Evidence::Written)]);
    check(&[file(&[DECEMBER], written)], &[(2025, 2025, Evidence::Written)]);
    check(&[file(&[NOVEMBER], Some((2019, 1, 5)))], &[(2018, 2018, Evidence::Written)]);
    check(&[file(&[DECEMBER, JANUARY], written)], &[(2025, 2026, Evidence::Written)]);
    let (may, september) = ("May  1 00:00:00 mx a: b", "Sep  1 00:00:00 mx a: b");
    let years = file(&[NOVEMBER, JANUARY, may, september, JANUARY], written);
    check(&[years], &[(2024, 2026, Evidence::Written)]);
}

#[test]
fn without_any_time_it_is_the_last_year_not_in_the_future() {
    check(&[file(&[NOVEMBER], None)], &[(2026, 2026, Evidence::Today)]);
    check(&[file(&[DECEMBER], None)], &[(2025, 2025, Evidence::Today)]);
}

#[test]
fn queue_ids_outweigh_the_time_of_writing() {
    let written = Some((2026, 11, 20));
    check(&[file(&[OCTOBER_2014, NOVEMBER], written)], &[(2014, 2014, Evidence::Lines)]);
    check(&[file(&[NOVEMBER, OCTOBER_2014], written)], &[(2014, 2014, Evidence::Lines)]);
}

#[test]
fn neighbours_follow_each_other() {
    let written = Some((2026, 11, 20));
    check(
        &[
            file(&["Sep  1 00:00:00 mx a: b"], written),
            file(&[OCTOBER_2014], written),
            file(&[NOVEMBER, DECEMBER], written),
            file(&[JANUARY], written),
        ],
        &[
            (2014, 2014, Evidence::Neighbour),
            (2014, 2014, Evidence::Lines),
            (2014, 2014, Evidence::Neighbour),
            (2015, 2015, Evidence::Neighbour),
        ],
    );
    // All checked out at once, so that every file seems to be written today.
    check(
        &[file(&[NOVEMBER], written), file(&[DECEMBER], written), file(&[JANUARY], written)],
        &[
            (2025, 2025, Evidence::Neighbour),
            (2025, 2025, Evidence::Neighbour),
            (2026, 2026, Evidence::Written),
        ],
    );
}

#[test]
fn a_file_without_stamps_changes_nothing() {
    let now = days_from_civil(2026, 11, 24).unwrap() * DAY * 1_000_000;
    let files = [Survey::default(), file(&[NOVEMBER], None)];
    let plans = plan(&files, &Zone::UTC, now);
    assert_eq!(plans[0].evidence, Evidence::None);
    assert_eq!(plans[1].evidence, Evidence::Today);
}
