//! Logins and failed logins.

use super::page::{Page, cut};
use crate::escape::printable;
use crate::report::Report;

pub(super) fn failures(page: &mut Page<'_>, report: &Report<'_>) {
    let authentication = &report.stats.authentication;
    if authentication.failures + authentication.logins == 0 {
        return;
    }
    page.heading("section-authentication");
    page.row(0, authentication.failures, &page.words("auth-failures"));
    page.row(0, authentication.logins, &page.words("auth-logins"));
    if !authentication.failed_clients.is_empty() {
        page.heading("section-failed-clients");
        let clients = &authentication.failed_clients;
        page.list(
            clients,
            report.top,
            |client| client.count,
            |page, _, client| {
                let users: Vec<String> =
                    client.users.top(5).into_iter().map(|(user, _)| printable(user)).collect();
                if !users.is_empty() {
                    let more = if client.users.len() > users.len() { ", …" } else { "" };
                    let users = format!("{}{more}", users.join(", "));
                    let words = page.words_with("auth-users-tried", &[("users", &users)]);
                    page.cells(1, "", &cut(&words));
                }
            },
        );
    }
    if !authentication.failed_users.is_empty() {
        page.heading("section-failed-users");
        page.list(&authentication.failed_users, report.top, |number| *number, |_, _, _| {});
    }
}

pub(super) fn logins(page: &mut Page<'_>, report: &Report<'_>) {
    let users = &report.stats.authentication.users;
    if !users.is_empty() {
        page.heading("section-logins");
        page.list(users, report.top, |number| *number, |_, _, _| {});
    }
}
