//! What went wrong, by reason.

use super::figures::{Branches, Leaves, Problems, Tree};
use super::number::units;
use super::options::{Layout, rows};
use super::order::by_count;
use super::page::Page;

pub(super) fn write(page: &mut Page, problems: &Problems, layout: &Layout) {
    let limits = &layout.limits;
    let quiet = layout.quiet;
    if limits.deferrals != 0 {
        groups(page, "message deferral detail", &problems.deferrals, limits.deferrals, quiet);
    }
    if limits.bounces != 0 {
        let title = "message bounce detail (by relay)";
        groups(page, title, &problems.bounces, limits.bounces, quiet);
    }
    if limits.rejects != 0 {
        let sections = [
            ("message reject detail", &problems.rejects),
            ("message reject warning detail", &problems.warned),
            ("message hold detail", &problems.held),
            ("message discard detail", &problems.discarded),
        ];
        for (title, refusals) in sections {
            tree(page, title, refusals, limits.rejects, quiet);
        }
    }
    if limits.smtp != 0 {
        groups(page, "smtp delivery failures", &problems.unreachable, limits.smtp, quiet);
    }
    if limits.warnings != 0 {
        groups(page, "Warnings", &problems.warnings, limits.warnings, quiet);
    }
    groups(page, "Fatal Errors", &problems.fatals, 0, quiet);
    groups(page, "Panics", &problems.panics, 0, quiet);
    if page.list("Master daemon messages", problems.master.is_empty(), quiet) {
        leaves(page, &problems.master, 0, " ");
    }
}

fn tree(page: &mut Page, title: &str, tree: &Tree, limit: i64, quiet: bool) {
    if page.list(title, tree.is_empty(), quiet) {
        for (name, groups) in tree {
            page.row("  ", name);
            branches(page, groups, limit, 4);
        }
    }
}

fn groups(page: &mut Page, title: &str, groups: &Branches, limit: i64, quiet: bool) {
    if page.list(title, groups.is_empty(), quiet) {
        branches(page, groups, limit, 2);
    }
}

fn branches(page: &mut Page, groups: &Branches, limit: i64, indent: usize) {
    for (name, counts) in groups {
        let top = if limit > 0 { format!(" (top {limit})") } else { String::new() };
        let total: u64 = counts.values().sum();
        let title = [name.as_slice(), format!("{top} (total: {total})").as_bytes()].concat();
        page.row(&" ".repeat(indent), &title);
        leaves(page, counts, limit, &" ".repeat(indent + 2));
    }
}

fn leaves(page: &mut Page, counts: &Leaves, limit: i64, indent: &str) {
    let sorted = by_count(counts.iter().map(|(name, count)| (name, *count)));
    for (name, count) in sorted.into_iter().take(rows(limit)) {
        page.row(&format!("{indent}{}  ", units(count)), name);
    }
}
