//! Mail by host and domain.

use std::collections::HashMap;

use bstr::BString;

use super::figures::{Figures, Volume};
use super::number::{duration, float, units};
use super::options::{Layout, rows};
use super::order::by_values;
use super::page::Page;

pub(super) fn write(page: &mut Page, figures: &Figures, layout: &Layout) {
    let limit = layout.limits.hosts;
    if limit == 0 {
        return;
    }
    page.title(&title("Message Delivery", limit));
    page.text(" sent cnt  bytes   defers   avg dly max dly host/domain\n");
    page.text(" -------- -------  -------  ------- ------- -----------\n");
    for (name, volume) in sorted(&figures.recipient_domains).into_iter().take(rows(limit)) {
        page.row(&delivery(volume), name);
    }
    page.title(&title("Messages Received", limit));
    page.text(" msg cnt   bytes   host/domain\n");
    page.text(" -------- -------  -----------\n");
    for (name, volume) in sorted(&figures.sender_domains).into_iter().take(rows(limit)) {
        let row = format!(" {}  {}  ", units(volume.messages), units(volume.bytes));
        page.row(&row, name);
    }
}

/// Without a limit the title ends in a blank, as the original's does.
pub(super) fn title(what: &str, limit: i64) -> String {
    let top = if limit > 0 { format!("(top {limit})") } else { String::new() };
    format!("Host/Domain Summary: {what} {top}")
}

fn sorted(volumes: &HashMap<BString, Volume>) -> Vec<(&bstr::BStr, &Volume)> {
    by_values(volumes, |volume| (volume.messages, volume.bytes))
}

fn delivery(volume: &Volume) -> String {
    let average = match volume.messages {
        0 => 0.0,
        messages => volume.delays / float(messages),
    };
    format!(
        " {}  {}  {}  {}  {}  ",
        units(volume.messages),
        units(volume.bytes),
        units(volume.deferrals),
        duration(average),
        duration(volume.longest),
    )
}
