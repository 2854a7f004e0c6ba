//! The page: which section follows which.

use super::figures::Figures;
use super::options::Layout;
use super::{hosts, messages, problems, sessions, totals, traffic, users};

/// The page as it grows. Log text goes onto it byte for byte.
#[derive(Debug, Default)]
pub(super) struct Page {
    bytes: Vec<u8>,
}

impl Page {
    /// A title with its rule.
    pub(super) fn title(&mut self, title: &str) {
        let rule = "-".repeat(title.len());
        self.text(&format!("\n{title}\n{rule}\n"));
    }

    /// The title of a list, which may be empty; returns whether rows are to follow.
    pub(super) fn list(&mut self, title: &str, empty: bool, quiet: bool) -> bool {
        match (empty, quiet) {
            (false, _) => self.title(title),
            (true, false) => self.text(&format!("\n{title}: none\n")),
            (true, true) => {}
        }
        !empty
    }

    /// Text of our own.
    pub(super) fn text(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Figures and the name that they belong to.
    pub(super) fn row(&mut self, figures: &str, name: &[u8]) {
        self.text(figures);
        self.bytes.extend_from_slice(name);
        self.text("\n");
    }
}

/// Lays out the whole report but for the mail queue.
pub fn render(figures: &Figures, layout: &Layout) -> Vec<u8> {
    let mut page = Page::default();
    if let Some(date) = &layout.date {
        page.text(&format!("Postfix log summaries for {date}\n"));
    }
    totals::write(&mut page, figures, layout);
    if layout.problems_first {
        problems::write(&mut page, &figures.problems, layout);
    }
    traffic::write(&mut page, figures, layout);
    hosts::write(&mut page, figures, layout);
    if layout.smtpd_stats {
        sessions::write(&mut page, figures, layout);
    }
    users::write(&mut page, figures, layout);
    messages::without_size(&mut page, figures);
    if !layout.problems_first {
        problems::write(&mut page, &figures.problems, layout);
    }
    if layout.message_detail {
        messages::details(&mut page, figures, layout);
    }
    page.bytes
}

/// The title of the section of the mail queue, which comes last.
pub fn mail_queue_title() -> Vec<u8> {
    let mut page = Page::default();
    page.title("Current Mail Queue");
    page.bytes
}
