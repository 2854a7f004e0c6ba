//! The report as one JSON object, schema 1: times in RFC 3339, delays in seconds, sizes
//! in bytes, keys of counters as in the text report's sources.

pub(crate) mod compare;
mod reasons;
mod sections;
mod verdict;

use bstr::BStr;
use postlens_stats::stats::traffic::{Flow, Span};
use postlens_stats::stats::users::Mailings;
use postlens_stats::{Counts, Histogram, Top};
use postlens_syntax::time::{DAY, civil_from_days, weekday};
use postlens_syntax::{Delay, Time};
use postlens_track::Outcome;
use serde_json::{Map, Value, json};

use crate::escape::lossless;
use crate::language::Language;
use crate::report::Report;

/// The keys of each section; all others are always there.
const KEYS: &[(&str, &[&str])] = &[
    (
        "mail",
        &[
            "mails",
            "bytes_received",
            "linked_messages",
            "probes",
            "final_recipients",
            "recipients",
            "notification_recipients",
            "refused",
        ],
    ),
    ("problems", &["findings"]),
    ("compare", &["comparison"]),
    ("warnings", &["warnings"]),
    ("deferrals", &["deferrals"]),
    ("bounces", &["bounces", "expired"]),
    ("refusals", &["decisions", "refusals", "refused_clients"]),
    ("logins", &["authentication"]),
    ("filters", &["filters"]),
    ("screening", &["screening"]),
    ("tls", &["tls"]),
    ("services", &["services"]),
    ("gaps", &["gaps"]),
    ("destinations", &["destinations", "providers", "sending_services"]),
    ("delays", &["delays"]),
    ("times", &["days", "hours", "spans"]),
    ("unreached", &["unreached"]),
    ("senders", &["senders", "senders_by_size", "login_mails", "uids"]),
    ("recipients", &["recipients_top", "recipients_by_size"]),
    ("connections", &["connections", "broken_connections", "connection_delay"]),
    ("lines", &["lines", "unrecognized"]),
];

/// Makes the object. Of the language are only the sentences of the verdict and the findings.
pub fn value(report: &Report<'_>, language: &Language) -> Value {
    let mut value = whole(report, language);
    if let Value::Object(object) = &mut value {
        object.insert("comparison".to_owned(), compare::comparison(report));
        for (key, section) in sections::ALL {
            object.insert((*key).to_owned(), section(report));
        }
        let hidden = KEYS.iter().filter(|(section, _)| !report.shows(section));
        for key in hidden.flat_map(|(_, keys)| *keys) {
            // Keys keep their order.
            object.shift_remove(*key);
        }
    }
    value
}

fn whole(report: &Report<'_>, language: &Language) -> Value {
    let stats = report.stats;
    let period = stats.lines.period;
    let hosts: Vec<_> = stats.lines.hosts.iter().map(|host| lossless(host.as_ref())).collect();
    let top = report.top;
    json!({
        "schema": 1,
        "verdict": verdict::verdict(report, language),
        "findings": verdict::findings(report, language),
        "hosts": hosts,
        "from": period.map(|(from, _)| from.to_string()),
        "to": period.map(|(_, to)| to.to_string()),
        "period_from": report.period.0.map(|time| time.to_string()),
        "period_to": report.period.1.map(|time| time.to_string()),
        "filter": filter(report),
        "learned": learned(report),
        "source": source(report),
        "lines": named(&stats.lines.by_kind.sorted(), |kind| kind),
        "mails": named(&stats.outcomes.mails, postlens_track::Origin::name),
        "bytes_received": stats.outcomes.bytes,
        "linked_messages": named(&stats.outcomes.linked, postlens_track::Link::name),
        "probes": stats.outcomes.probes,
        "final_recipients": stats.outcomes.final_recipients(),
        "recipients": outcomes(&stats.outcomes.recipients),
        "notification_recipients": outcomes(&stats.outcomes.notifications),
        "refused": {
            "permanent": stats.refusals.permanent,
            "temporary": stats.refusals.temporary,
            "greylisted": stats.refusals.greylisted,
        },
        "decisions": named(&stats.refusals.actions, postlens_syntax::postfix::decision::Action::name),
        "refusals": reasons::refusals(&stats.refusals.reasons, top),
        "refused_clients": list(&stats.refusals.clients, top, counted),
        "deferrals": reasons::reasons(&stats.reasons.deferrals, top),
        "bounces": reasons::reasons(&stats.reasons.bounces, top),
        "expired": reasons::expired(&stats.reasons, top),
        "authentication": sections::authentication(report),
        "destinations": list(&stats.destinations.domains, top, |to| json!({
            "sent": to.counts.sent,
            "deferred": to.counts.deferred,
            "bounced": to.counts.bounced,
            "bytes": to.bytes,
            "delay": delays(&to.delay),
            "stages": sections::stages(to),
        })),
        "senders": list(&stats.users.senders, top, mailings),
        "recipients_top": list(&stats.users.recipients, top, mailings),
        "warnings": {
            "severities": named(&stats.trouble.severities, postlens_syntax::Severity::name),
            "classes": named(&stats.trouble.classes, postlens_syntax::Class::name),
            "texts": list(&stats.trouble.texts, top, |text| json!({
                "count": text.count,
                "severity": text.of.map(|(severity, _)| severity.name()),
                "class": text.of.map(|(_, class)| class.name()),
                "sample": lossless(text.sample.as_ref()),
            })),
        },
        "delays": stats.delays.stages().map(|(name, stage)| (name.to_owned(), delays(stage))).into_iter().collect::<Map<_, _>>(),
        "days": days(report),
        "spans": spans(report),
        "hours": stats.traffic.hours().iter().map(flow).collect::<Vec<_>>(),
        "connections": {
            "total": stats.connections.total,
            "tls": stats.connections.tls,
            "ends": named(&stats.connections.ends, postlens_track::SessionEnd::name),
            "services": list(&stats.connections.services, top, counted),
            "clients": list(&stats.connections.clients, top, counted),
        },
        "unrecognized": stats.lines.samples.iter().map(|sample| json!({
            "time": sample.time.to_string(),
            "program": lossless(sample.program.as_ref()),
            "text": lossless(sample.text.as_ref()),
        })).collect::<Vec<_>>(),
    })
}

/// What the report is about; `null` where it is about everything.
fn filter(report: &Report<'_>) -> Value {
    let Some(filter) = &report.filter else { return Value::Null };
    let words = filter.words.iter().map(|(name, values)| ((*name).to_owned(), json!(values)));
    let mut object: Map<String, Value> = words.collect();
    object.insert("left_out".to_owned(), json!(filter.left_out));
    Value::Object(object)
}

/// What normal was learned from; `null` where the period has no beginning.
fn learned(report: &Report<'_>) -> Value {
    let Some(learned) = report.learned else { return Value::Null };
    json!({
        "lines": learned.lines,
        "from": learned.from.map(|time| time.to_string()),
        "to": learned.to.map(|time| time.to_string()),
    })
}

fn source(report: &Report<'_>) -> Value {
    let source = &report.source;
    let copies: Map<String, Value> =
        source.copies.iter().map(|(log, count)| (log.clone(), json!(count))).collect();
    let problems: Vec<_> = source
        .problems
        .iter()
        .map(|(problem, hint)| json!({ "problem": problem, "hint": hint }))
        .collect();
    json!({
        "files": source.files,
        "lines": source.lines,
        "bytes": source.bytes,
        "outside_period": source.outside,
        "copies": copies,
        "problems": problems,
        "messages_evicted": source.tracker.messages_evicted,
        "messages_idle": source.tracker.messages_idle,
        "sessions_evicted": source.tracker.sessions_evicted,
        "sessions_idle": source.tracker.sessions_idle,
        "queue_ids_reused": source.tracker.queue_ids_reused,
    })
}

fn days(report: &Report<'_>) -> Value {
    let days = report.stats.traffic.by(Span::Day);
    let days = days.iter().map(|(second, counts)| {
        let (year, month, day) = civil_from_days(second.div_euclid(DAY));
        (format!("{year:04}-{month:02}-{day:02}"), flow(counts))
    });
    Value::Object(days.collect())
}

/// By the span that was asked for; `null` where none was.
fn spans(report: &Report<'_>) -> Value {
    let Some(by) = report.view.by else { return Value::Null };
    let entries: Vec<_> = report
        .stats
        .traffic
        .by(by)
        .iter()
        .map(|(second, counts)| {
            let mut entry = Map::new();
            if by == Span::Weekday {
                let weekday = weekday(second.div_euclid(DAY)) + 1;
                entry.insert("weekday".to_owned(), json!(weekday));
            } else {
                entry.insert("from".to_owned(), json!(wall_clock(*second)));
            }
            if let Value::Object(counts) = flow(counts) {
                entry.extend(counts);
            }
            Value::Object(entry)
        })
        .collect();
    json!({ "by": by.name(), "entries": entries })
}

/// A second on the wall since 1970, without an offset.
pub(crate) fn wall_clock(second: i64) -> String {
    let at = Time::on_wall(second).civil();
    format!("{:04}-{:02}-{:02}T{:02}:{:02}:00", at.year, at.month, at.day, at.hour, at.minute)
}

fn flow(flow: &Flow) -> Value {
    json!({
        "received": flow.received,
        "delivered": flow.delivered,
        "deferred": flow.deferred,
        "bounced": flow.bounced,
        "refused": flow.refused,
        "connections": flow.connections,
    })
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "lists hand out references")]
fn counted(count: &u64) -> Value {
    json!({ "count": count })
}

fn mailings(mail: &Mailings) -> Value {
    json!({ "count": mail.count, "bytes": mail.bytes })
}

fn named<K: Ord + Copy>(counts: &Counts<K>, name: impl Fn(K) -> &'static str) -> Value {
    Value::Object(counts.iter().map(|(key, count)| (name(key).to_owned(), json!(count))).collect())
}

fn outcomes(counts: &Counts<Outcome>) -> Value {
    named(counts, Outcome::name)
}

fn delays(histogram: &Histogram) -> Value {
    let seconds = |delay: Option<Delay>| delay.map(Delay::seconds);
    json!({
        "count": histogram.count(),
        "mean": seconds(histogram.mean()),
        "p50": seconds(histogram.quantile(0.5)),
        "p95": seconds(histogram.quantile(0.95)),
        "max": seconds((histogram.count() > 0).then(|| histogram.max())),
    })
}

/// `{entries: […], distinct: N, dropped: N}`, each entry with its `name`.
fn list<C: postlens_stats::Counted>(
    list: &Top<C>,
    top: usize,
    entry: impl Fn(&C) -> Value,
) -> Value {
    list_of(list, list.top(top), entry)
}

/// Some entries of a list, in their order.
fn list_of<C: postlens_stats::Counted>(
    list: &Top<C>,
    entries: Vec<(&BStr, &C)>,
    entry: impl Fn(&C) -> Value,
) -> Value {
    let entries: Vec<Value> = entries
        .into_iter()
        .map(|(name, counts)| {
            let mut object = Map::new();
            object.insert("name".to_owned(), json!(lossless(name)));
            if let Value::Object(fields) = entry(counts) {
                object.extend(fields);
            }
            Value::Object(object)
        })
        .collect();
    json!({ "entries": entries, "distinct": list.len(), "dropped": list.dropped() })
}

#[cfg(test)]
mod tests {
    use postlens_stats::Stats;

    use super::{KEYS, value};
    use crate::language::Language;
    use crate::report::{Report, Source, View};
    use crate::text;

    /// What is there whatever sections are asked for.
    const ALWAYS: [&str; 10] = [
        "schema",
        "verdict",
        "hosts",
        "from",
        "to",
        "period_from",
        "period_to",
        "filter",
        "learned",
        "source",
    ];

    #[test]
    fn every_key_belongs_to_a_section_that_can_be_chosen() {
        let names = text::names();
        for (section, _) in KEYS {
            assert!(names.contains(section), "{section}");
        }
        let stats = Stats::default();
        let report = Report {
            stats: &stats,
            findings: &[],
            comparison: None,
            period: (None, None),
            filter: None,
            learned: None,
            source: Source::default(),
            top: 10,
            view: View::default(),
        };
        let value = value(&report, &Language::new(crate::Lang::En));
        let listed: Vec<&str> = KEYS.iter().flat_map(|(_, keys)| *keys).copied().collect();
        let keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
        for key in &keys {
            assert!(listed.contains(key) != ALWAYS.contains(key), "{key}");
        }
        for key in listed {
            assert!(keys.contains(&key), "{key}");
        }
    }
}
