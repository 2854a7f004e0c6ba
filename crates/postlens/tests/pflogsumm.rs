//! Holds our events against the figures of Debian's pflogsumm 1.1.5, exactly.
//!
//! pflogsumm counts some things wrongly. Each such fault is a small function of its own in
//! [`faults`]; with all of them applied, our figures must be its figures. A missing
//! pflogsumm fails the tests.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "pflogsumm/compare.rs"]
mod compare;
#[path = "pflogsumm/examples.rs"]
mod examples;
#[path = "pflogsumm/faults.rs"]
mod faults;
#[path = "pflogsumm/figures.rs"]
mod figures;
#[path = "pflogsumm/page.rs"]
mod page;

use postlens_testkit::{
    Config, Flavour, Format, Hostility, Repeats, Until, config, generate_in_memory,
};

use compare::compare;
use examples::{EXAMPLES, example};
use figures::Figures;

/// Compares a log that is not in a file.
#[track_caller]
fn check(name: &str, log: &[u8]) -> Figures {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mail.log");
    std::fs::write(&path, log).unwrap();
    compare(name, &path)
}

#[test]
fn example_logs_one_by_one() {
    for name in EXAMPLES {
        let figures = check(name, &example(name));
        assert!(figures.received > 0 && figures.delivered > 0, "{name}");
    }
}

#[test]
fn example_logs_as_one() {
    let whole: Vec<u8> = EXAMPLES.iter().flat_map(|name| example(name)).collect();
    let figures = check("all examples", &whole);
    assert!(figures.deferred.len() > 1 && figures.rejected > 0 && figures.days.len() > 1);
}

const COLON: Format = Format::Rfc3339 { digits: 6, zone: config::Zone::Colon };

#[test]
fn generated_logs() {
    for seed in 1..=4 {
        for format in [Format::Traditional, Format::TraditionalZero, Format::Solaris, COLON] {
            let until = Until::Messages(600);
            let (log, _, _) =
                generate_in_memory(Config { seed, until, format, ..Config::default() });
            let figures = check(&format!("seed {seed}, {format:?}"), &log);
            assert!(figures.received > 300, "{}", figures.received);
        }
    }
}

#[test]
fn generated_logs_of_every_version() {
    use Flavour::{V2_10, V3_4, V3_7, V3_10, V3_11};
    for flavour in [V2_10, V3_4, V3_7, V3_10, V3_11] {
        let until = Until::Messages(600);
        let config = Config { seed: 11, until, format: COLON, flavour, ..Config::default() };
        let (log, _, _) = generate_in_memory(config);
        check(&format!("{flavour:?}"), &log);
    }
}

#[test]
fn generated_logs_with_filters_instances_and_repeats() {
    for seed in 21..=24 {
        for repeats in [Repeats::None, Repeats::Rsyslog, Repeats::Classic] {
            let config = Config {
                seed,
                until: Until::Messages(600),
                format: Format::Traditional,
                hosts: 2,
                instances: 2,
                content_filter: 0.3,
                proxy_filter: 0.2,
                disorder: 0.05,
                reuse_ids: 0.05,
                long_queue_ids: false,
                cut_start: 600,
                cut_end: true,
                foreign: 0.05,
                repeats,
                ..Config::default()
            };
            let (log, _, _) = generate_in_memory(config);
            check(&format!("seed {seed}, {repeats:?}"), &log);
        }
    }
}

#[test]
fn generated_hostile_logs() {
    for seed in 31..=38 {
        let hostility = if seed % 4 == 0 { Hostility::Raw } else { Hostility::Quoted };
        let until = Until::Messages(600);
        let config = Config { seed, until, hostility, ..Config::default() };
        let (log, _, _) = generate_in_memory(config);
        check(&format!("seed {seed}"), &log);
    }
}

/// Checks a small log of `postfix/…` lines, given without their headers.
#[track_caller]
fn small(lines: &[&str]) -> Figures {
    let logged = |line: &&str| format!("Nov  4 06:25:01 mx postfix/{line}\n");
    let log: Vec<String> = lines.iter().map(logged).collect();
    check("small log", log.concat().as_bytes())
}

const TO: &str =
    "smtp[7]: 4F1A2B3C0D: to=<a@Example.ORG>, relay=mx.example.org[192.0.2.9]:25, delay=1.5";

#[test]
fn port_465_service_of_today_is_not_received() {
    let client = "4F1A2B3C0D: client=c.example.com[192.0.2.1]";
    let figures = small(&[
        &format!("submissions/smtpd[1]: {client}"),
        &format!("smtps/smtpd[2]: {client}"),
        &format!("submission/smtpd[3]: {client}"),
    ]);
    assert_eq!(figures.received, 2);
}

#[test]
fn delivery_with_tls_field_is_not_delivered() {
    let plain = format!("{TO}, delays=1/0.5/0/0, dsn=2.0.0, status=sent (250 ok)");
    let tls = plain.replace("dsn=", "tls=none, dsn=");
    assert_eq!(small(&[&plain, &tls]).delivered, 1);
}

#[test]
fn forwarding_words_in_a_reply_are_a_forward() {
    let sent = format!("{TO}, delays=1/0.5/0/0, dsn=2.0.0, status=sent");
    let figures = small(&[
        &format!("{sent} (250 ok: forwarded as 9A2B3C4D5E)"),
        &format!("{sent} (forwarded as 4F2A2B3C0D)"),
        &format!("{sent} (250 ok)"),
    ]);
    assert_eq!((figures.forwarded, figures.delivered), (2, 1));
}

#[test]
fn before_queue_filter_is_received_twice() {
    let figures = small(&[
        "smtpd[1]: NOQUEUE: client=c.example.com[192.0.2.1]",
        "smtpd[2]: 4F1A2B3C0D: client=localhost[127.0.0.1], orig_client=c.example.com[192.0.2.1]",
    ]);
    assert_eq!(figures.received, 2);
}

#[test]
fn milter_refusals_count_only_from_cleanup() {
    let tail = "from c.example.com[192.0.2.1]: 5.7.1 no; from=<a@example.org> \
                to=<b@example.com> proto=ESMTP helo=<c.example.com>";
    let figures = small(&[
        &format!("smtpd[1]: NOQUEUE: milter-reject: RCPT {tail}"),
        &format!("cleanup[2]: 4F1A2B3C0D: milter-reject: END-OF-MESSAGE {tail}"),
        &format!("smtpd[1]: NOQUEUE: reject: RCPT {tail}"),
        &format!("smtpd[1]: 4F2A2B3C0D: reject_warning: RCPT {tail}"),
        &format!("smtpd[1]: NOQUEUE: hold: RCPT {tail}"),
    ]);
    assert_eq!((figures.rejected, figures.warned, figures.held), (2, 1, 1));
}

#[test]
fn null_sender_and_local_sender_have_names_as_domains() {
    small(&[
        "pickup[1]: 4F1A2B3C0D: uid=0 from=<root>",
        "qmgr[2]: 4F1A2B3C0D: from=<root>, size=300, nrcpt=1 (queue active)",
        "smtpd[3]: 4F2A2B3C0D: client=mail.c.example.com[192.0.2.1]",
        "qmgr[2]: 4F2A2B3C0D: from=<>, size=400, nrcpt=1 (queue active)",
        "smtpd[3]: 4F3A2B3C0D: client=Mail.A.EXAMPLE.DE[2001:db8::1]",
        "qmgr[2]: 4F3A2B3C0D: from=<>, size=0, nrcpt=1 (queue active)",
        "smtpd[3]: 4F4A2B3C0D: client=unknown[2001:db8::2]",
        "qmgr[2]: 4F4A2B3C0D: from=<>, size=600000, nrcpt=1 (queue active)",
    ]);
}

#[test]
fn cleanup_counts_only_some_parts_and_stages() {
    let tail = "from c.example.com[192.0.2.1]; from=<a@example.org> to=<b@example.com> \
                proto=ESMTP helo=<c.example.com>: no";
    let milter = "from c.example.com[192.0.2.1]: 5.7.1 no; from=<a@example.org> \
                  to=<b@example.com> proto=ESMTP helo=<c.example.com>";
    let figures = small(&[
        &format!("cleanup[1]: 4F1A2B3C0D: reject: header Subject: x {tail}"),
        &format!("cleanup[1]: 4F2A2B3C0D: reject: mime-header Content-Type: x {tail}"),
        &format!("cleanup[1]: 4F3A2B3C0D: warning: header Subject: x {tail}"),
        &format!("cleanup[1]: 4F4A2B3C0D: milter-reject: DATA {milter}"),
    ]);
    assert_eq!((figures.rejected, figures.warned), (1, 1));
}

#[test]
fn host_names_are_folded_by_the_length_of_labels() {
    let names =
        ["a.b.Example.CO.UK", "A.Shop.Com.Au", "a.b.museum", "a.B.example", "b.com", "A.b.c.de"];
    let mut lines = Vec::new();
    for (number, name) in names.iter().enumerate() {
        lines.push(format!("smtpd[1]: 4F1A2B3C0{number}: client={name}[192.0.2.1]"));
        lines.push(format!("qmgr[2]: 4F1A2B3C0{number}: from=<>, size=9, nrcpt=1 (queue active)"));
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    assert_eq!(small(&lines).sender_domains.len(), names.len());
}

#[test]
fn size_of_a_queue_id_is_set_once_unless_it_was_zero() {
    let active = |size: u32| {
        format!("qmgr[2]: 4F1A2B3C0D: from=<a@example.com>, size={size}, nrcpt=1 (queue active)")
    };
    let client = "smtpd[1]: 4F1A2B3C0D: client=c.example.com[192.0.2.1]";
    let sent = format!("{TO}, delays=1/0.5/0/0, dsn=2.0.0, status=sent (250 ok)");
    let reused = [client, &active(0), client, &active(70), &sent, client, &active(500), &sent];
    assert_eq!(small(&reused).bytes_delivered, 140);
}

#[test]
fn days_that_come_in_turns_count_again() {
    let line = "06:25:01 mx postfix/smtpd[1]: 4F1A2B3C0D: client=c.example.com[192.0.2.1]\n";
    let log: Vec<String> = [4, 5, 4].iter().map(|day| format!("Nov  {day} {line}")).collect();
    assert_eq!(check("days in turns", log.concat().as_bytes()).day_count, 3);
    let two: String = log.iter().take(2).map(String::as_str).collect();
    let other = "Nov  5 07:00:00 mx postfix/pickup[1]: 4F2A2B3C0D: uid=0 from=<root>\n";
    assert_eq!(check("half a message a day", (two + other).as_bytes()).day_count, 2);
}

#[test]
fn addresses_with_an_angle_bracket_are_unreadable() {
    let hostile = r#""a>b"@example.org"#;
    let sent = format!("{TO}, delays=1/0.5/0/0, dsn=2.0.0, status=sent (250 ok)");
    let to = "to=<a@Example.ORG>";
    let figures = small(&[
        "smtpd[1]: 4F1A2B3C0D: client=c.example.com[192.0.2.1]",
        &format!("qmgr[2]: 4F1A2B3C0D: from=<{hostile}>, size=300, nrcpt=3 (queue active)"),
        &sent,
        &sent.replace(to, &format!("to=<{hostile}>")),
        &sent.replace(to, &format!("to=<{hostile}>, orig_to=<b@example.com>")),
        &sent.replace(to, &format!("to=<b@example.com>, orig_to=<{hostile}>")),
    ]);
    assert_eq!((figures.delivered, figures.bytes_received, figures.no_size.len()), (2, 0, 1));
}

#[test]
fn messages_without_a_size_are_listed() {
    let sent = format!("{TO}, delays=1/0.5/0/0, dsn=2.0.0, status=sent (250 ok)");
    let figures = small(&[&sent, &sent.replace("4F1A", "4F2A"), &sent.replace("<a@", "<b@")]);
    assert_eq!(figures.no_size.len(), 2);
}

#[test]
fn hosts_with_new_addresses_are_lost_in_disconnect_lines() {
    let session = |pid: u32, client: &str, counters: &str| {
        let connect = format!("smtpd[{pid}]: connect from {client}");
        [connect, format!("smtpd[{pid}]: disconnect from {client}{counters}")]
    };
    let sessions = [
        session(1, "a.b.example.org[192.0.2.1]", " ehlo=1 quit=1 commands=2"),
        session(2, "a.b.example.org[2001:db8::1]", " ehlo=1 quit=1 commands=2"),
        session(3, "a.b.c.com[2001:db8::1]", " ehlo=1 rcpt=0/1 commands=1/2"),
        session(4, "a.b.c.com[2001:db8::1]", ""),
        session(5, "unknown[2001:db8::1]", ""),
    ];
    let lines: Vec<&str> = sessions.iter().flatten().map(String::as_str).collect();
    let figures = small(&lines);
    let hosts: Vec<&str> = figures.connections_by_host.keys().map(String::as_str).collect();
    let broken = "a.b.c.com[2001:db8::1] ehlo=1 rcpt=0";
    assert_eq!(hosts, ["", "2001:db8::1", broken, "c.com", "example.org"]);
}

#[test]
fn sessions_are_told_apart_by_pid_only() {
    let at = |time: &str, line: &str| format!("Nov  4 {time} mx postfix/{line}\n");
    let client = "c.example.com[192.0.2.1]";
    let log = [
        at("06:00:00", &format!("smtpd[1]: connect from {client}")),
        at("06:10:00", &format!("submission/smtpd[1]: connect from {client}")),
        at("07:11:40", &format!("smtpd[1]: disconnect from {client}")),
        at("07:11:41", &format!("submission/smtpd[1]: disconnect from {client}")),
        at("07:12:00", &format!("submissions/smtpd[2]: connect from {client}")),
        at("07:12:41", &format!("submissions/smtpd[2]: disconnect from {client}")),
    ];
    let all = check("one pid", log.concat().as_bytes()).connections;
    assert_eq!((all.count, all.time, all.longest), (1, 3700, 3700));
}

/// What strangers may have written into a line.
const HOSTILE: [&str; 16] = [
    "250 ok",
    "from=<x@example.org>, size=77, nrcpt=1 (queue active)",
    "from=<>, size=",
    "from=<a from=<b@example.net>, size=5",
    "to=<z@example.org>, relay=x, delay=1, delays=1/1/1/1, dsn=2.0.0, status=sent (ok)",
    "status=bounced (no)",
    ") (",
    "reject: header Subject: x",
    "milter-reject: END-OF-MESSAGE from",
    "a_hold: body x hold: body y",
    "discard: mime-header x",
    "warning: header y",
    "client=c.example.com[192.0.2.7]",
    "disconnect from c.example.com[192.0.2.7]",
    "connect to mx.example.org[192.0.2.9]:25: Connection refused",
    "forwarded as 4F1A2B3C0D",
];

#[test]
fn hostile_texts_in_replies_and_headers() {
    let tail = "from c.example.com[192.0.2.1]; from=<a@example.org> to=<b@example.com> \
                proto=ESMTP helo=<c.example.com>";
    let mut lines = Vec::new();
    for (number, (one, other)) in
        HOSTILE.iter().flat_map(|one| HOSTILE.iter().map(move |other| (one, other))).enumerate()
    {
        let id = format!("4F{number:03X}B3C0D");
        lines.push(format!("smtpd[1]: {id}: client=c.example.com[192.0.2.1]"));
        let part = ["header", "mime-header", "body"][number % 3];
        let action = ["replace", "reject", "warning", "hold", "prepend"][number % 5];
        lines.push(format!("cleanup[2]: {id}: {action}: {part} X: {one} {other} {tail}: {other}"));
        if number % 4 > 0 {
            lines.push(format!(
                "qmgr[3]: {id}: from=<a@example.org>, size={number}, nrcpt=1 (queue active)"
            ));
        }
        let status = ["sent", "deferred", "bounced"][number % 3];
        let to = TO.replace("4F1A2B3C0D", &id);
        lines.push(format!(
            "{to}, delays=1/0.5/0/0, dsn=2.0.0, status={status} (host mx said: {one} {other})"
        ));
        lines.push(format!("smtpd[1]: NOQUEUE: reject: RCPT from c.example.com[192.0.2.1]: 550 {one} {other}; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<c.example.com>"));
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let figures = small(&lines);
    assert!(figures.rejected > 256 && figures.delivered > 40 && figures.forwarded > 5);
}
