//! The grand totals.

use std::collections::HashMap;

use bstr::BString;

use super::figures::{Figures, Volume};
use super::number::{average, clock, signed, units};
use super::options::Layout;
use super::page::Page;

pub(super) fn write(page: &mut Page, figures: &Figures, layout: &Layout) {
    page.title("Grand Totals");
    page.text("messages\n\n");
    for (count, label) in messages(figures) {
        page.text(&format!(" {}  {label}\n", units(count)));
    }
    page.text("\n");
    let volumes = [
        (figures.bytes_received, "bytes received"),
        (figures.bytes_delivered, "bytes delivered"),
        (used(&figures.senders), "senders"),
        (used(&figures.sender_domains), "sending hosts/domains"),
        (used(&figures.recipients), "recipients"),
        (used(&figures.recipient_domains), "recipient hosts/domains"),
    ];
    for (count, label) in volumes {
        page.text(&format!(" {}  {label}\n", units(count)));
    }
    if layout.smtpd_stats {
        connections(page, figures);
    }
    page.text("\n");
}

fn messages(figures: &Figures) -> [(u64, String); 9] {
    let percent = |part: u64| {
        let all = figures.delivered + figures.rejected + figures.discarded;
        (part * 100).checked_div(all).unwrap_or_default()
    };
    let deferred = match figures.deferrals {
        0 => "deferred".to_owned(),
        count => format!("deferred  ({} deferrals)", units(count).trim_start()),
    };
    [
        (figures.received, "received".to_owned()),
        (figures.delivered, "delivered".to_owned()),
        (figures.forwarded, "forwarded".to_owned()),
        (figures.deferred, deferred),
        (figures.bounced, "bounced".to_owned()),
        (figures.rejected, format!("rejected ({}%)", percent(figures.rejected))),
        (figures.warned, "reject warnings".to_owned()),
        (figures.held, "held".to_owned()),
        (figures.discarded, format!("discarded ({}%)", percent(figures.discarded))),
    ]
}

/// How many had messages and not only deferrals.
fn used(volumes: &HashMap<BString, Volume>) -> u64 {
    volumes.values().filter(|volume| volume.messages > 0).count() as u64
}

fn connections(page: &mut Page, figures: &Figures) {
    let all = &figures.connections;
    page.text("\nsmtpd\n\n");
    page.text(&format!("  {}  connections\n", units(all.count)));
    let hosts = figures.connections_by_host.len() as u64;
    page.text(&format!("  {}  hosts/domains\n", units(hosts)));
    let seconds = average(all.time, all.count);
    page.text(&format!("  {seconds:>6}   avg. connect time (seconds)\n"));
    page.text(&format!(" {}  total connect time\n", clock(signed(all.time))));
}
