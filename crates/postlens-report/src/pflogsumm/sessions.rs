//! Connections to smtpd(8).

use super::figures::{Connections, Figures};
use super::hosts::title;
use super::number::{average, clock, float, scaled, signed, units};
use super::options::{Layout, rows};
use super::order::by_values;
use super::page::Page;
use super::traffic::{date, heading, hours};

pub(super) fn write(page: &mut Page, figures: &Figures, layout: &Layout) {
    if figures.day_count > 1 {
        by_day(page, figures, layout);
    }
    by_hour(page, figures, layout);
    by_host(page, figures, layout);
}

const COLUMNS: &str = "connections    time conn.    avg./conn.   max. time";

fn by_day(page: &mut Page, figures: &Figures, layout: &Layout) {
    page.title("Per-Day SMTPD Connection Summary");
    heading(page, &format!("date        {COLUMNS}"), 68);
    for (day, all) in &figures.connections_by_day {
        let row = [date(*day, layout.iso), sums(all), average_and_longest(all)].concat();
        page.row(&row, b"");
    }
}

fn by_hour(page: &mut Page, figures: &Figures, layout: &Layout) {
    let days = figures.day_count;
    if days > 1 {
        page.title("Per-Hour SMTPD Connection Daily Average");
        heading(page, "hour        connections    time conn.", 37);
    } else {
        page.title("Per-Hour SMTPD Connection Summary");
        heading(page, &format!("hour        {COLUMNS}"), 68);
    }
    for (hour, all) in figures.connections_by_hour.iter().enumerate() {
        if all.count == 0 {
            continue;
        }
        let figures = if days > 1 {
            let count = scaled(float(all.count) / float(days) + 0.5);
            let time = clock(signed(all.time) / float(days) + 0.5);
            format!("   {count}       {time}")
        } else {
            sums(all) + &average_and_longest(all)
        };
        page.row(&(hours(hour, layout.iso) + &figures), b"");
    }
}

fn by_host(page: &mut Page, figures: &Figures, layout: &Layout) {
    let limit = layout.limits.hosts;
    if limit == 0 {
        return;
    }
    page.title(&title("SMTPD Connections", limit));
    page.text(" connections  time conn.  avg./conn.  max. time  host/domain\n");
    page.text(" -----------  ----------  ----------  ---------  -----------\n");
    let hosts = by_values(&figures.connections_by_host, |all| (all.count, all.time));
    for (host, all) in hosts.into_iter().take(rows(limit)) {
        let (count, time) = (units(all.count), clock(signed(all.time)));
        let seconds = average(all.time, all.count);
        let row = format!("  {count}      {time}     {seconds:>6}s    {:>6}s   ", all.longest);
        page.row(&row, host);
    }
}

fn sums(all: &Connections) -> String {
    format!("   {}       {}", units(all.count), clock(signed(all.time)))
}

fn average_and_longest(all: &Connections) -> String {
    format!("      {:>6}s      {:>6}s", average(all.time, all.count), all.longest)
}
