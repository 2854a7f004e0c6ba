//! Logins and failed logins.

use super::page::Page;
use crate::escape::printable;
use crate::number::count;
use crate::report::Report;

pub(super) fn failures(page: &mut Page<'_>, report: &Report<'_>) {
    let authentication = &report.stats.authentication;
    let logins = authentication.logins + authentication.store_logins;
    if authentication.failures + logins + authentication.aborted == 0 {
        return;
    }
    page.heading("section-authentication");
    let rows = [
        ("auth-failures", authentication.failures),
        ("auth-logins", authentication.logins),
        ("auth-store-logins", authentication.store_logins),
        ("auth-aborted", authentication.aborted),
    ];
    for (key, number) in rows {
        if number > 0 || key == "auth-failures" {
            page.row(0, number, &page.words(key));
        }
        let services = match key {
            "auth-failures" => &authentication.failed_services,
            "auth-store-logins" => &authentication.services,
            _ => continue,
        };
        for (service, number) in services.top(report.top) {
            page.row(1, *number, &printable(service));
        }
    }
    if !authentication.failed_clients.is_empty() {
        page.heading("section-failed-clients");
        let clients = &authentication.failed_clients;
        page.list(
            clients,
            report.top,
            |client| client.count,
            |page, _, client| {
                if !client.users.is_empty() {
                    let users = page.named(&client.users, 5, false);
                    let words = page.words_with("auth-users-tried", &[("users", users)]);
                    page.cells(1, "", &words);
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
    let authentication = &report.stats.authentication;
    let users = &authentication.users;
    if users.is_empty() {
        return;
    }
    if authentication.store_logins == 0 {
        page.heading("section-logins");
        page.list(users, report.top, |logins| logins.smtp, |_, _, _| {});
    } else {
        page.heading("section-logins");
        let rows: Vec<_> = users
            .top(report.top)
            .into_iter()
            .map(|(user, logins)| vec![count(logins.smtp), count(logins.store), printable(user)])
            .collect();
        page.table(&["column-smtp", "column-store", ""], rows);
        page.rest(users, report.top);
    }
    if report.view.detail {
        page.heading("section-login-clients");
        page.list(&authentication.clients, report.top, |number| *number, |_, _, _| {});
    }
}
