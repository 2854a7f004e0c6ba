//! Sections that are objects of their own.

use postlens_stats::Top;
use postlens_stats::stats::destinations::{Destination, Sent};
use postlens_stats::stats::encryption::{TlsUse, TlsVersion, Trust};
use postlens_stats::stats::filters::{CheckName, Greylisting};
use postlens_stats::stats::users::Mailings;
use serde_json::{Map, Value, json};

use super::{counted, delays, list, list_of, mailings, named};
use crate::escape::lossless;
use crate::report::Report;

type Section = fn(&Report<'_>) -> Value;

/// Sections with one key each.
pub(super) const ALL: &[(&str, Section)] = &[
    ("filters", filters),
    ("screening", screening),
    ("tls", tls),
    ("services", services),
    ("gaps", gaps),
    ("providers", |report| sent(&report.stats.destinations.providers, report)),
    ("sending_services", |report| sent(&report.stats.destinations.services, report)),
    ("unreached", |report| list(&report.stats.connections.unreached, report.top, counted)),
    ("senders_by_size", |report| by_size(&report.stats.users.senders, report)),
    ("recipients_by_size", |report| by_size(&report.stats.users.recipients, report)),
    ("login_mails", |report| list(&report.stats.users.logins, report.top, mailings)),
    ("uids", uids),
    ("broken_connections", broken),
    ("connection_delay", |report| delays(&report.stats.connections.duration)),
];

/// The delays of one domain by stage, under the names of the parts of a delay.
pub(super) fn stages(to: &Destination) -> Value {
    json!({
        "delay_before_qmgr": delays(&to.before_qmgr),
        "delay_in_qmgr": delays(&to.in_qmgr),
        "delay_connection": delays(&to.connection),
        "delay_transmission": delays(&to.transmission),
    })
}

fn sent(list_of: &Top<Sent>, report: &Report<'_>) -> Value {
    list(
        list_of,
        report.top,
        |sent| json!({ "sent": sent.sent, "deferred": sent.deferred, "bounced": sent.bounced }),
    )
}

fn by_size(users: &Top<Mailings>, report: &Report<'_>) -> Value {
    list_of(users, users.top_by(report.top, |mail| mail.bytes), mailings)
}

fn uids(report: &Report<'_>) -> Value {
    let uids = report.stats.users.uids.iter();
    Value::Object(uids.map(|(uid, count)| (uid.to_string(), json!(count))).collect())
}

/// Named by what happened and after which command.
fn broken(report: &Report<'_>) -> Value {
    list(&report.stats.connections.broken, report.top, |broken| {
        json!({
            "count": broken.count,
            "clients": list(&broken.clients, report.top, counted),
        })
    })
}

pub(super) fn authentication(report: &Report<'_>) -> Value {
    let (authentication, top) = (&report.stats.authentication, report.top);
    json!({
        "failures": authentication.failures,
        "failed_services": list(&authentication.failed_services, top, counted),
        "logins": authentication.logins,
        "store_logins": authentication.store_logins,
        "store_services": list(&authentication.services, top, counted),
        "aborted": authentication.aborted,
        "failed_clients": list(&authentication.failed_clients, top, |client| json!({
            "count": client.count,
            "users": list(&client.users, top, counted),
        })),
        "failed_users": list(&authentication.failed_users, top, counted),
        "users": list(&authentication.users, top, |logins| json!({
            "count": logins.smtp + logins.store,
            "smtp": logins.smtp,
            "store": logins.store,
        })),
        "clients": list(&authentication.clients, top, counted),
    })
}

fn filters(report: &Report<'_>) -> Value {
    let (filters, top) = (&report.stats.filters, report.top);
    let mut checks = Map::new();
    for check in [CheckName::Dkim, CheckName::Spf, CheckName::Dmarc] {
        let results: Map<String, Value> = filters
            .checks
            .iter()
            .filter(|((of, _), _)| *of == check)
            .map(|((_, result), count)| (result.name().to_owned(), json!(count)))
            .collect();
        checks.insert(check.name().to_owned(), Value::Object(results));
    }
    json!({
        "verdicts": list(&filters.all_verdicts(), top, counted),
        "names": list(&filters.names, top, counted),
        "delay": delays(&filters.took),
        "checks": checks,
        "failed_domains": list(&filters.failed_domains, top, counted),
        "greylisting": named(&filters.greylisting, Greylisting::name),
        "greylisting_waited": delays(&filters.waited),
    })
}

fn screening(report: &Report<'_>) -> Value {
    let (screening, top) = (&report.stats.screening, report.top);
    let ranks: Map<String, Value> =
        screening.ranks.iter().map(|(rank, count)| (rank.to_string(), json!(count))).collect();
    json!({
        "events": named(&screening.events.sorted(), |kind| kind),
        "clients": list(&screening.clients, top, counted),
        "dnsbl_ranks": ranks,
        "dnsbl": list(&screening.lists, top, |hits| json!({
            "listed": hits.listed,
            "refused": hits.refused,
        })),
    })
}

fn tls(report: &Report<'_>) -> Value {
    let side = |tls: &TlsUse| {
        json!({
            "count": tls.total,
            "tls_trust": named(&tls.trust, Trust::name),
            "tls_protocol": named(&tls.protocols, TlsVersion::name),
            "tls_cipher": list(&tls.ciphers, report.top, counted),
        })
    };
    let encryption = &report.stats.encryption;
    json!({ "inbound": side(&encryption.inbound), "outbound": side(&encryption.outbound) })
}

fn services(report: &Report<'_>) -> Value {
    let (services, top) = (&report.stats.services, report.top);
    let events: Vec<_> = services
        .events
        .iter()
        .map(|event| {
            json!({
                "time": event.time.to_string(),
                "program": lossless(event.program.as_ref()),
                "kind": event.kind,
            })
        })
        .collect();
    json!({
        "kinds": named(&services.kinds.sorted(), |kind| kind),
        "events": events,
        "tables": list(&services.tables, top, counted),
        "failures": list(&services.failures, top, counted),
    })
}

fn gaps(report: &Report<'_>) -> Value {
    let gaps = &report.stats.gaps;
    let silences: Vec<_> = gaps
        .unusual()
        .into_iter()
        .map(|(from, to)| json!({ "from": from.to_string(), "to": to.to_string() }))
        .collect();
    json!({
        "silences": silences,
        "lost": list(&gaps.lost, report.top, |lost| json!({
            "count": lost.lines,
            "notes": lost.notes,
        })),
    })
}
