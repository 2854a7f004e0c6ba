//! Mail by day and by hour.

use super::figures::{Day, Figures};
use super::number::{float, scaled, units};
use super::options::Layout;
use super::page::Page;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

pub(super) fn write(page: &mut Page, figures: &Figures, layout: &Layout) {
    if figures.day_count > 1 {
        by_day(page, figures, layout);
    }
    by_hour(page, figures, layout);
}

/// A table's heading with its rule, both indented.
pub(super) fn heading(page: &mut Page, heading: &str, rule: usize) {
    let rule = "-".repeat(rule);
    page.text(&format!("    {heading}\n    {rule}\n"));
}

const COLUMNS: &str = "received  delivered   deferred    bounced     rejected";

fn by_day(page: &mut Page, figures: &Figures, layout: &Layout) {
    page.title("Per-Day Traffic Summary");
    heading(page, &format!("date          {COLUMNS}"), 68);
    for (day, counts) in &figures.days {
        page.text(&date(*day, layout.iso));
        for count in counts {
            page.text(&format!("    {}", units(*count)));
        }
        page.text("\n");
    }
}

fn by_hour(page: &mut Page, figures: &Figures, layout: &Layout) {
    let days = figures.day_count;
    let kind = if days > 1 { "Daily Average" } else { "Summary" };
    page.title(&format!("Per-Hour Traffic {kind}"));
    heading(page, &format!("time          {COLUMNS}"), 68);
    for (hour, counts) in figures.hours.iter().enumerate() {
        page.text(&hours(hour, layout.iso));
        for count in counts {
            let average = match days {
                0 => scaled(float(*count)),
                days => scaled(float(*count) / float(days) + 0.5),
            };
            page.text(&format!("    {average}"));
        }
        page.text("\n");
    }
}

/// The first column of a table by day.
pub(super) fn date(day: Day, iso: bool) -> String {
    let Day { year, month, of_month: day } = day;
    if iso {
        return format!("    {year:04}-{month:02}-{day:02} ");
    }
    let name = usize::from(month).checked_sub(1).and_then(|index| MONTHS.get(index));
    format!("    {} {day:>2} {year}", name.unwrap_or(&""))
}

/// The first column of a table by hour.
pub(super) fn hours(hour: usize, iso: bool) -> String {
    let next = hour + 1;
    if iso {
        format!("    {hour:02}:00-{next:02}:00")
    } else {
        format!("    {hour:02}00-{next:02}00  ")
    }
}
