//! Mails, recipients and their outcomes; senders and recipients.

use postlens_stats::stats::users::Mailings;
use postlens_stats::{Counts, Top};
use postlens_track::Outcome;

use super::page::Page;
use crate::number::bytes;
use crate::report::Report;

pub(super) fn outcomes(page: &mut Page<'_>, report: &Report<'_>) {
    let outcomes = &report.stats.outcomes;
    let refusals = &report.stats.refusals;
    let refused = refusals.permanent + refusals.temporary + refusals.greylisted;
    if outcomes.mails.total() + outcomes.recipients.total() + refused == 0 {
        // The verdict says so.
        return;
    }
    page.heading("section-mail");
    page.row(0, outcomes.mails.total(), &page.words("mails"));
    for (origin, number) in outcomes.mails.iter() {
        page.row(1, number, &page.words(&format!("origin-{}", origin.name())));
    }
    page.row(0, outcomes.final_recipients(), &page.words("recipients"));
    by_outcome(page, &outcomes.recipients);
    if refused > 0 {
        page.row(0, refused, &page.words("refused"));
        let parts = [
            ("refused-permanent", refusals.permanent),
            ("refused-temporary", refusals.temporary),
            ("refused-greylisted", refusals.greylisted),
        ];
        for (key, number) in parts.into_iter().filter(|(_, number)| *number > 0) {
            page.row(1, number, &page.words(key));
        }
    }
    if outcomes.linked.total() > 0 {
        page.row(0, outcomes.linked.total(), &page.words("linked"));
        for (link, number) in outcomes.linked.iter() {
            page.row(1, number, &page.words(&format!("link-{}", link.name())));
        }
    }
    if outcomes.notifications.total() > 0 {
        page.row(0, outcomes.notifications.total(), &page.words("notifications"));
        by_outcome(page, &outcomes.notifications);
    }
    if outcomes.probes > 0 {
        page.row(0, outcomes.probes, &page.words("probes"));
    }
    page.cells(0, &bytes(outcomes.bytes), &page.words("bytes-received"));
}

fn by_outcome(page: &mut Page<'_>, recipients: &Counts<Outcome>) {
    for (outcome, number) in recipients.iter().filter(|(outcome, _)| outcome.is_final()) {
        page.row(1, number, &page.words(&format!("outcome-{}", outcome.name())));
    }
}

pub(super) fn senders(page: &mut Page<'_>, report: &Report<'_>) {
    let users = &report.stats.users;
    both(page, ["section-senders", "section-senders-size"], &users.senders, report.top);
    list(page, "section-login-mails", &users.logins, report.top, |mail| mail.count);
    if users.uids.total() > 0 {
        page.heading("section-uids");
        let mut uids: Vec<_> = users.uids.iter().collect();
        uids.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
        for (uid, number) in uids.into_iter().take(report.top) {
            let words = page.words_with("uid", &[("uid", &uid.to_string())]);
            page.row(0, number, &words);
        }
    }
}

pub(super) fn recipients(page: &mut Page<'_>, report: &Report<'_>) {
    let users = &report.stats.users;
    both(page, ["section-recipients", "section-recipients-size"], &users.recipients, report.top);
}

/// By count and by size.
fn both(page: &mut Page<'_>, headings: [&str; 2], users: &Top<Mailings>, most: usize) {
    let [by_count, by_size] = headings;
    list(page, by_count, users, most, |mail| mail.count);
    if users.len() > 1 && users.iter().any(|(_, mail)| mail.bytes > 0) {
        list(page, by_size, users, most, |mail| mail.bytes);
    }
}

fn list(
    page: &mut Page<'_>,
    heading: &str,
    users: &Top<Mailings>,
    most: usize,
    rank: fn(&Mailings) -> u64,
) {
    if users.is_empty() {
        return;
    }
    page.heading(heading);
    for (address, mail) in users.top_by(most, rank) {
        let address =
            if address.is_empty() { "<>".to_owned() } else { crate::escape::printable(address) };
        page.sized_row(mail.count, bytes(mail.bytes), address);
    }
    page.rest(users, most);
}
