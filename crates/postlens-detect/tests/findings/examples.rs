//! The example logs: what went wrong in them is told, and nothing else.

use crate::drive::{examples, findings, summary};

/// What `examples/README.md` says went wrong in those five days, with the minute at which
/// the first mail or login suffered from it.
const WRONG: [&str; 10] = [
    "dns_failing system  11-22T03:31..11-22T03:42",
    "service_down service 127.0.0.1[127.0.0.1]:10024 11-23T14:20..11-23T14:30",
    "service_down service mail.example.com[private/dovecot-lmtp] 11-23T09:57..11-23T10:01",
    "service_down service private/auth 11-23T09:50..11-23T10:04",
    "lookups_failing service texthash:/etc/postfix/sender_access 11-22T17:07..11-22T17:22",
    "account_hijacked user carol@example.com 11-21T10:20..11-21T11:18",
    "bounces_rising sender owner-customers@example.com 11-19T10:01..11-19T10:01",
    "destination_deferring domain supplier.example 11-20T10:52..11-21T08:06",
    "brute_force_client client 198.51.100.77 11-20T02:05..11-20T04:55",
    // Without its login service smtpd gives up.
    "processes_dying program smtpd 11-23T09:50..11-23T10:04",
];

#[test]
fn what_went_wrong_is_told_and_nothing_else() {
    let found = findings(&examples());
    let told: Vec<String> = found.iter().map(summary).collect();
    for (said, wrong) in told.iter().zip(WRONG) {
        assert!(said.starts_with(wrong), "{said} is not {wrong}");
    }
    assert_eq!(told.len(), WRONG.len(), "{told:#?}");
    for finding in &found {
        assert!(!finding.evidence.is_empty(), "{finding:?}");
        assert!(finding.evidence.iter().all(|line| line.time >= finding.onset), "{finding:?}");
    }
}

#[test]
fn a_cause_and_who_must_act_are_named() {
    use postlens_explain::{Actor, Cause};
    let found = findings(&examples());
    let of = |subject: &str| found.iter().find(|finding| finding.subject.text() == subject);
    let supplier = of("supplier.example").unwrap();
    assert_eq!(supplier.cause, Some(Cause::ConnectionRefused));
    assert_eq!(supplier.actor, Actor::PeerAdmin);
    assert_eq!(of("private/auth").unwrap().actor, Actor::OurAdmin);
}
