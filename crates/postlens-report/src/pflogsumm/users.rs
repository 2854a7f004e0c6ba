//! Senders and recipients.

use std::collections::HashMap;

use bstr::BString;

use super::figures::{Figures, Volume};
use super::number::units;
use super::options::{Layout, rows};
use super::order::by_count;
use super::page::Page;

/// What a list is sorted by.
type Value = fn(&Volume) -> u64;

pub(super) fn write(page: &mut Page, figures: &Figures, layout: &Layout) {
    let lists: [(&str, &HashMap<BString, Volume>, Value); 4] = [
        ("Senders by message count", &figures.senders, |volume| volume.messages),
        ("Recipients by message count", &figures.recipients, |volume| volume.messages),
        ("Senders by message size", &figures.senders, |volume| volume.bytes),
        ("Recipients by message size", &figures.recipients, |volume| volume.bytes),
    ];
    let limit = layout.limits.users;
    if limit == 0 {
        return;
    }
    let top = if limit > 0 { format!("top {limit} ") } else { String::new() };
    for (title, users, value) in lists {
        if !page.list(&format!("{top}{title}"), users.is_empty(), layout.quiet) {
            continue;
        }
        let sorted = by_count(users.iter().map(|(name, volume)| (name, value(volume))));
        for (name, value) in sorted.into_iter().take(rows(limit)) {
            page.row(&format!(" {}  ", units(value)), name);
        }
    }
}
