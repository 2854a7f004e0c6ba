//! Generated days with one incident each: it is found, first of all, with its beginning and
//! with whom it is about. Days without one are quiet.

use bstr::BString;
use postlens_detect::{Finding, FindingKind, Subject};
use postlens_testkit::truth::IncidentTruth;
use postlens_testkit::{
    Config, Format, Hostility, SCENARIOS, Scenario, Truth, Until, Zone, generate_in_memory,
};

use crate::drive::{findings, summary};

const SEEDS: [u64; 3] = [2, 4, 5];
const MINUTE: i64 = 60_000_000;

/// A kind, how many minutes its beginning may be off, and whom it is about by the truth.
type Expected = (FindingKind, i64, fn(&IncidentTruth) -> Subject);

/// What must be found in a scenario.
fn expected(name: &str) -> Option<Expected> {
    use FindingKind as Kind;
    fn text(text: Option<&String>) -> BString {
        text.cloned().unwrap_or_default().into()
    }
    fn system(_: &IncidentTruth) -> Subject {
        Subject::System
    }
    fn host(truth: &IncidentTruth) -> Subject {
        Subject::Host(text(truth.host.as_ref()))
    }
    fn service(truth: &IncidentTruth) -> Subject {
        Subject::Service(text(truth.service.as_ref()))
    }
    fn domain(truth: &IncidentTruth) -> Subject {
        Subject::Domain(text(truth.domain.as_ref()))
    }
    fn user(truth: &IncidentTruth) -> Subject {
        Subject::User(text(truth.user.as_ref()))
    }
    fn client(truth: &IncidentTruth) -> Subject {
        Subject::Client(text(truth.client.as_ref()))
    }
    Some(match name {
        "deferral-surge" | "blocked" => (Kind::DestinationDeferring, 2, domain),
        "dns-down" => (Kind::DnsFailing, 2, system),
        "disk-full" => (Kind::DiskFull, 1, host),
        "filter-down" | "milter-down" => (Kind::ServiceDown, 1, service),
        "mailboxes-full" => (Kind::MailboxesFull, 2, system),
        "certificate-expired" => (Kind::CertificateExpired, 1, host),
        "brute-force-distributed" => (Kind::BruteForceDistributed, 4, system),
        "brute-force-client" => (Kind::BruteForceClient, 1, client),
        "brute-force-user" => (Kind::BruteForceUser, 2, user),
        "misconfigured-client" => (Kind::ClientMisconfigured, 1, |truth| Subject::UserAt {
            user: text(truth.user.as_ref()),
            client: text(truth.client.as_ref()),
        }),
        "hijacked-account" => (Kind::AccountHijacked, 1, user),
        "list-import" => {
            (Kind::BouncesRising, 2, |truth| Subject::Sender(text(truth.sender.as_ref())))
        }
        "list-hammered" => {
            (Kind::AddressHammered, 3, |truth| Subject::Recipient(text(truth.recipient.as_ref())))
        }
        "local-flood" => {
            (Kind::ApplicationFlooding, 1, |truth| Subject::Uid(truth.uid.unwrap_or_default()))
        }
        "client-flood" => (Kind::ApplicationFlooding, 3, client),
        "connection-flood" => (Kind::ConnectionsUnusual, 1, system),
        // Nothing in the log says when a queue began to grow but its length.
        "queue-growth" => (Kind::QueueGrowing, 10, system),
        "lines-lost" | "postlogd-fails" => (Kind::LinesLost, 1, host),
        "tls-broken" => (Kind::TlsBroken, 1, host),
        _ => return None,
    })
}

fn play(scenario: Scenario, seed: u64) -> (Vec<Finding>, Option<IncidentTruth>) {
    let (log, truth, _) = generate_in_memory(scenario.config(seed));
    let incident = truth.into_iter().find_map(|record| match record {
        Truth::Incident(incident) => Some(incident),
        _ => None,
    });
    (findings(&log), incident)
}

#[track_caller]
fn check(name: &str) {
    let scenario = Scenario::named(name).unwrap();
    for seed in SEEDS {
        let (found, truth) = play(scenario, seed);
        let told: Vec<String> = found.iter().map(summary).collect();
        let truth = truth.unwrap();
        let Some((kind, minutes, subject)) = expected(name) else {
            assert!(found.is_empty(), "{name} {seed}: {told:#?}");
            continue;
        };
        let Some(first) = found.first() else { panic!("{name} {seed}: nothing found") };
        assert_eq!((first.kind, &first.subject), (kind, &subject(&truth)), "{seed}: {told:#?}");
        let off = (first.onset.micros - truth.onset).abs();
        assert!(
            off <= minutes * MINUTE + MINUTE,
            "{name} {seed}: {} s off: {told:#?}",
            off / 1_000_000
        );
        // Whatever else is told is said to follow from it.
        let others = found.iter().skip(1).filter(|other| other.follows != Some(kind));
        let others: Vec<_> = others.map(summary).collect();
        assert!(others.is_empty(), "{name} {seed}: {others:#?}");
        let amount = first.figure("attempts").unwrap_or(first.amount);
        assert!(amount * 10 >= truth.amount * 5, "{name} {seed}: {amount} of {}", truth.amount);
        assert!(amount <= truth.amount * 3, "{name} {seed}: {amount} of {}", truth.amount);
        assert!(first.onset <= first.last);
        let evidence = first.evidence.first().unwrap();
        assert!(evidence.time >= first.onset && evidence.time <= first.last, "{evidence:?}");
    }
}

macro_rules! incidents {
    ($($test:ident $name:literal;)*) => {
        $(#[test]
        fn $test() {
            check($name);
        })*

        #[test]
        fn every_scenario_is_played() {
            let played = [$($name),*];
            assert!(SCENARIOS.iter().all(|scenario| played.contains(&scenario.name)));
        }
    };
}

incidents! {
    deferral_surge "deferral-surge";
    blocked "blocked";
    dns_down "dns-down";
    disk_full "disk-full";
    filter_down "filter-down";
    milter_down "milter-down";
    mailboxes_full "mailboxes-full";
    certificate_expired "certificate-expired";
    brute_force_distributed "brute-force-distributed";
    brute_force_client "brute-force-client";
    brute_force_user "brute-force-user";
    misconfigured_client "misconfigured-client";
    hijacked_account "hijacked-account";
    newsletter "newsletter";
    list_import "list-import";
    list_hammered "list-hammered";
    local_flood "local-flood";
    client_flood "client-flood";
    connection_flood "connection-flood";
    queue_growth "queue-growth";
    lines_lost "lines-lost";
    postlogd_fails "postlogd-fails";
    tls_broken "tls-broken";
}

#[test]
fn days_without_an_incident_are_quiet() {
    for seed in [1, 13, 29, 30] {
        let (found, _) = play(Scenario::baseline(), seed);
        let told: Vec<String> = found.iter().map(summary).collect();
        assert!(told.is_empty(), "{seed}: {told:#?}");
    }
}

#[test]
fn busy_hosts_with_filters_and_hostile_texts_are_quiet() {
    for hostility in [Hostility::Quoted, Hostility::Raw] {
        let format = Format::Rfc3339 { digits: 6, zone: Zone::Colon };
        let until = Until::Messages(10_000);
        let config = Config { until, hostility, format, ..Config::everything(7) };
        let (log, _, _) = generate_in_memory(config);
        let told: Vec<String> = findings(&log).iter().map(summary).collect();
        assert!(told.is_empty(), "{told:#?}");
    }
}
