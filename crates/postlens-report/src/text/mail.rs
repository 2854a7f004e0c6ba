//! Mails, recipients and their outcomes; senders and recipients.

use postlens_stats::Counts;
use postlens_stats::stats::users::Mailings;
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
    users(page, "section-senders", &report.stats.users.senders, report.top);
}

pub(super) fn recipients(page: &mut Page<'_>, report: &Report<'_>) {
    users(page, "section-recipients", &report.stats.users.recipients, report.top);
}

fn users(page: &mut Page<'_>, heading: &str, list: &postlens_stats::Top<Mailings>, most: usize) {
    if list.is_empty() {
        return;
    }
    page.heading(heading);
    for (address, mail) in list.top(most) {
        let address =
            if address.is_empty() { "<>".to_owned() } else { crate::escape::printable(address) };
        let label = format!("{:>10}  {}", bytes(mail.bytes), super::page::cut(&address));
        page.row(0, mail.count, &label);
    }
    page.rest(list, most);
}
