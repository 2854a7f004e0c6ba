//! The generated log against its own truth and against the parser.

use std::collections::{BTreeMap, HashMap};

use bstr::ByteSlice as _;
use postlens_syntax::{Entry, Event};
use postlens_testkit::truth::{Ended, MessageTruth, Outcome};
use postlens_testkit::{
    Config, Flavour, Format, Hostility, Incident, IncidentKind, Repeats, Totals, Truth, Until,
    Zone, generate_in_memory,
};

fn small(seed: u64) -> Config {
    Config { seed, until: Until::Messages(1_500), ..Config::default() }
}

fn variants() -> Vec<Config> {
    let all = Config { until: Until::Messages(1_500), ..Config::everything(3) };
    vec![
        small(1),
        all.clone(),
        Config { flavour: Flavour::V2_10, repeats: Repeats::Classic, ..all.clone() },
        Config { flavour: Flavour::V3_4, repeats: Repeats::None, ..all.clone() },
        Config { flavour: Flavour::V3_10, long_queue_ids: true, ..all.clone() },
        Config { flavour: Flavour::V3_11, hosts: 4, instances: 1, ..all },
    ]
}

fn lines(log: &[u8]) -> impl Iterator<Item = &[u8]> {
    log.lines()
}

#[test]
fn one_seed_gives_one_log() {
    for config in variants() {
        let (first, truth, totals) = generate_in_memory(config.clone());
        let (second, again, sums) = generate_in_memory(config);
        assert_eq!(first, second);
        assert_eq!(truth, again);
        assert_eq!(totals, sums);
    }
    assert_ne!(generate_in_memory(small(1)).0, generate_in_memory(small(2)).0);
}

/// Kinds whose lines the parser names as the generator does.
const SHARED: [&str; 33] = [
    "delivery",
    "connect",
    "disconnect",
    "client",
    "lost_connection",
    "timeout",
    "too_many_errors",
    "improper_pipelining",
    "reject",
    "reject_warning",
    "auth_failed",
    "tls_session",
    "message_id",
    "content_check",
    "pickup",
    "queue_active",
    "removed",
    "expired",
    "notification",
    "connect_failed",
    "host_said",
    "host_refused",
    "postscreen_connect",
    "postscreen_pass_old",
    "postscreen_pass_new",
    "postscreen_allowlisted",
    "postscreen_denylisted",
    "postscreen_dnsbl_rank",
    "postscreen_pregreet",
    "postscreen_hangup",
    "postscreen_disconnect",
    "dnsbl_listed",
    "postsuper",
];

#[test]
fn the_parser_counts_what_the_truth_counts() {
    for config in variants() {
        let (log, _, totals) = generate_in_memory(config);
        let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
        let mut statuses: BTreeMap<String, u64> = BTreeMap::new();
        let (mut count, mut last) = (0, String::new());
        for line in lines(&log) {
            count += 1;
            let entry = Entry::parse(line);
            let event = Event::parse(&entry);
            assert!(!matches!(event, Event::Unrecognized(_)), "{}", line.as_bstr());
            if let Event::Repeated(times) = event {
                *kinds.entry(last.clone()).or_default() += u64::from(times);
            }
            let kind = event.kind().to_owned();
            *kinds.entry(kind.clone()).or_default() += u64::from(entry.repeat);
            if let Event::Delivery(delivery) = event {
                *statuses.entry(delivery.status.as_bstr().to_string()).or_default() += 1;
            }
            last = kind;
        }
        assert_eq!(count, totals.lines);
        for kind in SHARED {
            assert_eq!(kinds.get(kind), totals.kinds.get(kind), "{kind}");
        }
        assert_eq!(kinds.get("foreign"), totals.kinds.get("foreign"));
        assert_eq!(statuses, totals.deliveries);
        assert_eq!(totals.kinds.values().sum::<u64>() - repeated(&totals), totals.events);
    }
}

fn repeated(totals: &Totals) -> u64 {
    totals.kinds.get("repeated").copied().unwrap_or_default()
}

#[test]
fn sums_of_records_are_the_totals() {
    for config in variants() {
        let cut = config.cut_end || config.cut_start > 0;
        let (_, truth, totals) = generate_in_memory(config);
        let (mut outcomes, mut ended, mut refusals) =
            (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let (mut messages, mut sessions, mut failures, mut attempts) = (0, 0, 0, 0);
        for record in &truth {
            match record {
                Truth::Message(message) => {
                    messages += 1;
                    *ended.entry(message.ended.name().to_owned()).or_default() += 1;
                    for recipient in &message.recipients {
                        attempts += u64::from(recipient.attempts);
                        *outcomes.entry(recipient.outcome).or_default() += 1;
                    }
                    if !cut {
                        settled(message);
                    }
                }
                Truth::Refusal(refusal) => {
                    *refusals.entry(refusal.action.clone()).or_default() +=
                        u64::from(refusal.count);
                }
                Truth::Session(session) => {
                    sessions += 1;
                    assert!(cut || session.start.is_some() && session.end.is_some());
                }
                Truth::AuthFailure(failure) => failures += u64::from(failure.count),
                Truth::Incident(_) => {}
            }
        }
        assert_eq!(messages, totals.messages);
        assert_eq!(sessions, totals.sessions);
        assert_eq!(failures, totals.auth_failures);
        assert_eq!(outcomes, totals.outcomes);
        assert_eq!(ended, totals.ended);
        assert_eq!(refusals, totals.refusals);
        assert_eq!(Some(&attempts), totals.kinds.get("delivery"));
    }
}

/// A message that was removed has no recipient still on the way.
#[track_caller]
fn settled(message: &MessageTruth) {
    let settled = message.recipients.iter().all(|recipient| recipient.outcome.is_final());
    let open = message.ended == Ended::Open || message.probe;
    assert!(open || settled, "{message:?}");
}

/// The log alone, read naively by unique (host, instance, queue ID), tells the same
/// outcomes where no queue ID is used twice.
#[test]
fn the_log_shows_the_outcomes() {
    let config = Config { reuse_ids: 0.0, long_queue_ids: true, ..small(5) };
    let (log, truth, _) = generate_in_memory(config);
    let mut last: HashMap<(String, String, String), String> = HashMap::new();
    for line in lines(&log) {
        let entry = Entry::parse(line);
        if let Event::Delivery(delivery) = Event::parse(&entry) {
            let key = (
                entry.tag.instance().unwrap_or_default().to_string(),
                delivery.queue_id.to_string(),
                delivery.recipient.to_string(),
            );
            last.insert(key, delivery.status.as_bstr().to_string());
        }
    }
    let mut checked = 0;
    for record in &truth {
        let Truth::Message(message) = record else { continue };
        for recipient in &message.recipients {
            let key =
                (message.instance.clone(), message.queue_id.clone(), recipient.address.clone());
            let expected = match recipient.outcome {
                Outcome::Delivered | Outcome::Relayed | Outcome::HandedOver => "sent",
                Outcome::Bounced => "bounced",
                Outcome::Deferred | Outcome::Expired => "deferred",
                _ => continue,
            };
            if message.ended != Ended::Requeued {
                assert_eq!(last.get(&key).map(String::as_str), Some(expected), "{message:?}");
                checked += 1;
            }
        }
    }
    assert!(checked > 1_500);
}

#[test]
fn every_format_frames_back() {
    let plain = Config { until: Until::Messages(200), foreign: 0.1, ..small(9) };
    let formats = [
        Format::Traditional,
        Format::TraditionalZero,
        Format::TraditionalYear,
        Format::Rfc3339 { digits: 0, zone: Zone::Colon },
        Format::Rfc3339 { digits: 3, zone: Zone::Zulu },
        Format::Rfc3339 { digits: 9, zone: Zone::Digits },
        Format::Rfc5424,
        Format::Priority,
        Format::Solaris,
        Format::Container,
        Format::JournalShortPrecise,
        Format::JournalShortIso,
        Format::JournalShortIsoPrecise,
        Format::JournalShortUnix,
    ];
    let (reference, _, _) = generate_in_memory(plain.clone());
    for format in formats {
        let (log, _, _) = generate_in_memory(Config { format, ..plain.clone() });
        let mut count = 0;
        for (line, other) in lines(&log).zip(lines(&reference)) {
            let (entry, expected) = (Entry::parse(line), Entry::parse(other));
            assert_eq!(entry.host, expected.host, "{}", line.as_bstr());
            assert_eq!(entry.tag, expected.tag, "{}", line.as_bstr());
            assert_eq!(entry.pid, expected.pid, "{}", line.as_bstr());
            assert_eq!(entry.text, expected.text, "{}", line.as_bstr());
            count += 1;
        }
        assert_eq!(count, lines(&reference).count());
    }
}

#[test]
fn json_formats_hold_every_text() {
    let plain = Config { hostility: Hostility::Raw, ..small(9) };
    let (reference, _, totals) = generate_in_memory(plain.clone());
    for (format, field) in [(Format::JournalJson, "MESSAGE"), (Format::RsyslogJson, "message")] {
        let (log, _, _) = generate_in_memory(Config { format, ..plain.clone() });
        for (line, other) in lines(&log).zip(lines(&reference)) {
            let object: serde_json::Value = serde_json::from_slice(line).unwrap();
            assert_eq!(object[field].as_str().unwrap().as_bytes(), Entry::parse(other).text);
        }
        assert_eq!(lines(&log).count() as u64, totals.lines);
    }
    let (log, _, _) = generate_in_memory(Config { format: Format::JournalExport, ..plain });
    assert_eq!(log.find_iter(b"\n\n").count() as u64, totals.lines);
}

#[test]
fn incidents_leave_their_traces() {
    let quiet = Config {
        until: Until::Seconds(7_200),
        messages_per_hour: 1_000.0,
        daily_rhythm: false,
        ..small(4)
    };
    let with = |kind, strength, trace: &str| {
        let incidents = vec![Incident { kind, from: 600, seconds: 3_600, strength }];
        let (log, _, _) = generate_in_memory(Config { incidents, ..quiet.clone() });
        log.find_iter(trace).count()
    };
    let normal = generate_in_memory(quiet.clone()).0;
    let check = |kind, strength, trace: &str, more| {
        let (usual, now) = (normal.find_iter(trace).count(), with(kind, strength, trace));
        assert!(now >= usual + more, "{kind:?}: {usual}, {now}");
    };
    check(IncidentKind::DnsDown, 1.0, "type=MX: Host not found, try again", 200);
    check(IncidentKind::DeferralSurge, 1.0, "421 4.7.28 Too many messages", 20);
    check(IncidentKind::Blocked, 1.0, "refused to talk to me: 554 5.7.1 Your IP", 20);
    check(IncidentKind::BruteForce, 60.0, "authentication failed", 2_000);
    check(IncidentKind::HijackedAccount, 2.0, "sasl_username=wendy", 60);
    check(IncidentKind::ListImport, 1.0, "550 5.1.1", 200);
}

#[test]
fn long_runs_expire_what_cannot_be_delivered() {
    let config = Config {
        until: Until::Seconds(86_400),
        messages_per_hour: 100.0,
        queue_lifetime: 21_600,
        ..small(6)
    };
    let (_, _, totals) = generate_in_memory(config);
    assert!(totals.outcomes.get(&Outcome::Expired).copied().unwrap_or(0) > 20);
    assert!(totals.kinds.get("notification").copied().unwrap_or(0) > 20);
}

#[test]
fn the_end_can_be_given_in_lines_and_bytes() {
    let lines =
        generate_in_memory(Config { until: Until::Lines(5_000), cut_end: true, ..small(1) });
    assert_eq!(lines.2.lines, 5_000);
    let bytes = generate_in_memory(Config { until: Until::Bytes(100_000), ..small(1) });
    assert!((100_000..200_000).contains(&bytes.2.bytes));
    assert_eq!(bytes.0.len() as u64, bytes.2.bytes);
}
