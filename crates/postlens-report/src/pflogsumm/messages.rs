//! Single messages.

use super::figures::{Detail, Figures};
use super::options::Layout;
use super::order::by_domain;
use super::page::Page;

/// Deliveries of messages whose size is not in the log; nothing if there are none.
pub(super) fn without_size(page: &mut Page, figures: &Figures) {
    if !page.list("Messages with no size data", figures.no_size.is_empty(), true) {
        return;
    }
    for (queue_id, recipient) in &figures.no_size {
        page.row(&format!(" {queue_id}  "), recipient);
    }
}

/// Every message with its sender and recipients.
pub(super) fn details(page: &mut Page, figures: &Figures, layout: &Layout) {
    if !page.list("Message detail", figures.details.is_empty(), layout.quiet) {
        return;
    }
    for Detail { queue_id, addresses } in by_domain(&figures.details) {
        let mut addresses = addresses.iter();
        let first = addresses.next().map(|address| address.as_slice()).unwrap_or_default();
        page.row(&format!(" {queue_id}  "), first);
        for address in addresses {
            page.row("   ", address);
        }
        page.text("\n");
    }
}
