//! Monthly figures as an Office Open XML workbook (ECMA-376): real numbers and dates, a
//! sheet for each kind of figure, charts.

mod sheet;

use postlens_stats::causes::Judged;
use postlens_stats::stats::traffic::Span;
use postlens_stats::stats::users::Mailings;
use postlens_stats::{Counted, Top, by_cause};
use postlens_syntax::time::DAY;
use rust_xlsxwriter::{ChartType, DocProperties, Workbook, XlsxError};

use crate::escape::printable;
use crate::language::Language;
use crate::report::Report;
use sheet::{Cell, Sheet};

/// A workbook that could not be written.
#[derive(Debug)]
pub struct Error(XlsxError);

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("cannot write the workbook")
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// Writes the workbook of the sections that are shown.
pub fn write(report: &Report<'_>, language: &Language) -> Result<Vec<u8>, Error> {
    let mut book = Workbook::new();
    // The same figures give the same file.
    let made = rust_xlsxwriter::ExcelDateTime::from_ymd(2000, 1, 1).map_err(Error)?;
    book.set_properties(&DocProperties::new().set_author("Postlens").set_creation_datetime(&made));
    for sheet in sheets(report, language) {
        sheet.write(book.add_worksheet()).map_err(Error)?;
    }
    book.save_to_buffer().map_err(Error)
}

fn sheets(report: &Report<'_>, language: &Language) -> Vec<Sheet> {
    let book = Book { report, language };
    let stats = report.stats;
    let users = &stats.users;
    let mut sheets = vec![("times", book.days()), ("destinations", book.domains())];
    sheets.push(("senders", book.users("section-senders", &users.senders)));
    sheets.push(("recipients", book.users("section-recipients", &users.recipients)));
    sheets.push(("deferrals", book.causes("section-deferrals", &stats.reasons.deferrals)));
    sheets.push(("bounces", book.causes("section-bounces", &stats.reasons.bounces)));
    sheets.push(("refusals", book.causes("section-refusals", &stats.refusals.reasons)));
    sheets.push(("refusals", book.counts("section-refused-clients", &stats.refusals.clients)));
    sheets.push(("logins", book.users_of_logins()));
    let failed = &stats.authentication.failed_users;
    sheets.push(("logins", book.counts("section-failed-users", failed)));
    sheets.push(("logins", book.failed_clients()));
    let shown = sheets.into_iter().filter(|(section, _)| report.shows(section));
    shown.map(|(_, sheet)| sheet).collect()
}

struct Book<'r> {
    report: &'r Report<'r>,
    language: &'r Language,
}

impl Book<'_> {
    fn sheet(&self, key: &str, heads: &[&str]) -> Sheet {
        let heads = heads.iter().map(|key| self.language.text(key)).collect();
        Sheet::new(&self.language.text(key), heads)
    }

    fn days(&self) -> Sheet {
        let mut sheet = self.sheet(
            "section-days",
            &[
                "column-day",
                "column-received",
                "column-delivered",
                "column-deferred",
                "column-bounced",
                "column-refused",
                "column-connections",
            ],
        );
        for (second, flow) in self.report.stats.traffic.by(Span::Day) {
            let figures = [
                flow.received,
                flow.delivered,
                flow.deferred,
                flow.bounced,
                flow.refused,
                flow.connections,
            ];
            let day = Cell::Day(second.div_euclid(DAY));
            sheet.rows.push([day].into_iter().chain(figures.map(Cell::Number)).collect());
        }
        sheet.chart = Some((ChartType::ColumnStacked, 2..=5));
        sheet
    }

    fn domains(&self) -> Sheet {
        let mut sheet = self.sheet(
            "section-destinations",
            &[
                "column-domain",
                "column-sent",
                "column-deferred",
                "column-bounced",
                "column-bytes",
                "column-median-seconds",
                "column-p95-seconds",
                "column-max-seconds",
            ],
        );
        for (domain, to) in self.report.stats.destinations.domains.top(self.report.top) {
            let counts = &to.counts;
            let mut row = vec![Cell::Text(printable(domain))];
            row.extend([counts.sent, counts.deferred, counts.bounced, to.bytes].map(Cell::Number));
            let longest = (to.delay.count() > 0).then(|| to.delay.max());
            let delays = [to.delay.quantile(0.5), to.delay.quantile(0.95), longest];
            row.extend(
                delays
                    .map(|delay| delay.map_or(Cell::Empty, |delay| Cell::Seconds(delay.seconds()))),
            );
            sheet.rows.push(row);
        }
        sheet.chart = Some((ChartType::BarStacked, 1..=3));
        sheet
    }

    fn users(&self, key: &str, users: &Top<Mailings>) -> Sheet {
        let mut sheet = self.sheet(key, &["column-address", "column-mails", "column-bytes"]);
        for (address, mail) in users.top(self.report.top) {
            let address = if address.is_empty() { "<>".to_owned() } else { printable(address) };
            let figures = [mail.count, mail.bytes].map(Cell::Number);
            sheet.rows.push([Cell::Text(address)].into_iter().chain(figures).collect());
        }
        sheet.chart = Some((ChartType::Bar, 1..=1));
        sheet
    }

    /// A row for each reason, with its cause: to be filtered and summed up.
    fn causes<C: Judged>(&self, key: &str, reasons: &Top<C>) -> Sheet {
        let heads = ["column-cause", "column-actor", "column-count", "column-reason"];
        let mut sheet = self.sheet(key, &heads);
        for group in by_cause(reasons) {
            let words = [group.cause.key(), group.actor.key()].map(|key| self.language.text(key));
            for (text, reason) in group.reasons.iter().take(self.report.top) {
                let [cause, actor] = words.clone().map(Cell::Text);
                let number = Cell::Number(reason.count());
                sheet.rows.push(vec![cause, actor, number, Cell::Text(printable(text))]);
            }
        }
        sheet
    }

    fn counts(&self, key: &str, list: &Top<u64>) -> Sheet {
        let mut sheet = self.sheet(key, &["column-name", "column-count"]);
        for (name, number) in list.top(self.report.top) {
            sheet.rows.push(vec![Cell::Text(printable(name)), Cell::Number(*number)]);
        }
        sheet.chart = Some((ChartType::Bar, 1..=1));
        sheet
    }

    fn users_of_logins(&self) -> Sheet {
        let heads = ["column-user", "column-smtp", "column-store"];
        let mut sheet = self.sheet("section-logins", &heads);
        for (user, logins) in self.report.stats.authentication.users.top(self.report.top) {
            let figures = [logins.smtp, logins.store].map(Cell::Number);
            sheet.rows.push([Cell::Text(printable(user))].into_iter().chain(figures).collect());
        }
        sheet
    }

    fn failed_clients(&self) -> Sheet {
        let heads = ["column-client", "column-count", "column-users"];
        let mut sheet = self.sheet("section-failed-clients", &heads);
        for (client, failed) in self.report.stats.authentication.failed_clients.top(self.report.top)
        {
            let users = u64::try_from(failed.users.len()).unwrap_or(u64::MAX);
            let figures = [failed.rank(), users].map(Cell::Number);
            sheet.rows.push([Cell::Text(printable(client))].into_iter().chain(figures).collect());
        }
        sheet.chart = Some((ChartType::Bar, 1..=1));
        sheet
    }
}
