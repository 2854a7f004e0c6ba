//! What the original gets wrong, one test each.

use crate::report;

/// A report of `postfix/…` lines of one minute, given without their headers.
#[track_caller]
fn small(lines: &[&str], options: &str) -> String {
    let logged = |line: &&str| format!("Nov 23 06:25:01 mx {line}\n");
    let log: Vec<String> = lines.iter().map(logged).collect();
    report(log.concat().as_bytes(), options)
}

#[track_caller]
fn has(report: &str, rows: &[&str]) {
    for row in rows {
        assert!(report.contains(&format!("{row}\n")), "{row:?} is not in {report}");
    }
}

const CLIENT: &str = "mail.c.example.com[192.0.2.1]";
const SENT: &str = "postfix/smtp[7]: 4F1A2B3C0D: to=<a@example.org>, \
     relay=mx.example.org[192.0.2.9]:25, delay=1.5, delays=1/0.5/0/0, dsn=2.0.0, \
     status=sent (250 ok)";

#[test]
fn services_under_any_name() {
    let lines = [
        &format!("postfix/submissions/smtpd[1]: 4F1A2B3C0D: client={CLIENT}"),
        &format!("postfix-in/smtpd[2]: 4F1B2B3C0D: client={CLIENT}"),
        "postfix-in/smtpd[2]: warning: x",
    ];
    has(&small(&lines, ""), &["      2   received", "  smtpd (total: 1)"]);
    has(&small(&lines, "--syslog-name=x"), &["      1   received", "Warnings: none"]);
    let in_too = small(&lines, "--syslog-name=postfix-in");
    has(&in_too, &["      2   received", "  smtpd (total: 1)"]);
}

#[test]
fn only_programs_that_are_named() {
    let log = ["postfix-in", "other"].map(|name| {
        let id = if name == "other" { "4F1B2B3C0D" } else { "4F1A2B3C0D" };
        format!(
            "{name}/smtpd[1]: connect from {CLIENT}\n{name}/smtpd[1]: {id}: client={CLIENT}\n\
             {name}/smtpd[1]: {id}: reject: RCPT from {CLIENT}: 554 5.7.1 <x>: no\n\
             {name}/qmgr[2]: {id}: from=<a@{name}.example>, size=300, nrcpt=1 (queue active)\n\
             {name}/smtpd[1]: disconnect from {CLIENT}\n{}\n{name}/qmgr[2]: {id}: removed",
            SENT.replace("postfix", name).replace("4F1A2B3C0D", id)
        )
    });
    let lines: Vec<&str> = log.iter().flat_map(|log| log.lines()).collect();
    for (options, count) in [("", 2), ("--syslog-name=postfix-in", 1), ("--syslog-name=no", 0)] {
        let report = small(&lines, &format!("--smtpd-stats -e {options}"));
        let rows = [
            format!("      {count}   received"),
            format!("      {count}   delivered"),
            format!("      {count}   senders"),
            format!("       {count}   connections"),
        ];
        has(&report, &rows.each_ref().map(String::as_str));
        assert!(report.contains(&format!("      {count}   rejected (")), "{options}: {report}");
    }
}

#[test]
fn deliveries_with_tls_levels() {
    let tls = SENT.replace("dsn=", "tls=verified, dsn=");
    has(&small(&[SENT, &tls], ""), &["      2   delivered"]);
}

#[test]
fn refusals_by_milters_and_filters() {
    let tail = "from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<c.example.com>";
    let report = small(
        &[
            &format!(
                "postfix/smtpd[1]: NOQUEUE: milter-reject: RCPT from {CLIENT}: 451 4.7.1 Greylisting; {tail}"
            ),
            &format!("postfix/smtpd[1]: proxy-reject: END-OF-MESSAGE: 554 5.7.1 spam; {tail}"),
            &format!(
                "postfix/cleanup[2]: 4F1A2B3C0D: reject: mime-header X: y from {CLIENT}; {tail}: no"
            ),
        ],
        "",
    );
    has(
        &report,
        &["      3   rejected (100%)", "    Greylisting (total: 1)", "           1   example.com"],
    );
}

#[test]
fn reasons_end_where_they_end() {
    let deferred = SENT.replace("sent (250 ok)", "deferred (host mx (a) said: no (b))");
    let report = small(&[&deferred], "");
    has(&report, &["         1   host mx (a) said: no (b)"]);
}

#[test]
fn hosts_that_cannot_be_reached() {
    let line = "postfix/smtp[7]: connect to mx.example.org[192.0.2.9]:25: Connection refused";
    let report = small(&[line, line], "");
    has(&report, &["  connection refused (total: 2)", "         2   mx.example.org"]);
}

#[test]
fn domains_under_any_top_level() {
    let report = small(
        &[
            "postfix/smtpd[1]: 4F1A2B3C0D: client=Mx1.Mail.Example.DE[192.0.2.1]",
            "postfix/qmgr[2]: 4F1A2B3C0D: from=<>, size=300, nrcpt=1 (queue active)",
        ],
        "",
    );
    has(&report, &["      1      300   example.de"]);
}

#[test]
fn connections_of_new_addresses() {
    let client = "a.b.example.org[2001:db8::1]";
    let lines = [
        format!("postfix/smtpd[1]: connect from {client}"),
        format!("postfix/submission/smtpd[1]: connect from {CLIENT}"),
        format!("postfix/smtpd[1]: disconnect from {client} ehlo=1 rcpt=0/1 commands=1/2"),
        format!("postfix/submission/smtpd[1]: disconnect from {CLIENT} ehlo=1 commands=1"),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let report = small(&lines, "--smtpd-stats");
    has(&report, &["       2   connections", "       2   hosts/domains"]);
    assert!(report.contains("   example.org\n") && report.contains("   example.com\n"), "{report}");
}

#[test]
fn mail_through_a_filter_counts_once() {
    let lines = [
        &format!("postfix/smtpd[1]: 4F1A2B3C0D: client={CLIENT}"),
        "postfix/cleanup[3]: 4F1A2B3C0D: message-id=<x@example.com>",
        "postfix/qmgr[2]: 4F1A2B3C0D: from=<a@example.com>, size=300, nrcpt=1 (queue active)",
        "postfix/smtpd[4]: 4F1B2B3C0D: client=localhost[127.0.0.1]",
        "postfix/cleanup[3]: 4F1B2B3C0D: message-id=<x@example.com>",
        "postfix/qmgr[2]: 4F1B2B3C0D: from=<a@example.com>, size=400, nrcpt=1 (queue active)",
        "postfix/smtp[5]: 4F1A2B3C0D: to=<b@example.org>, relay=127.0.0.1[127.0.0.1]:10024, \
         delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4F1B2B3C0D)",
        "postfix/qmgr[2]: 4F1A2B3C0D: removed",
        "postfix/local[6]: 4F1B2B3C0D: to=<b@example.org>, relay=local, delay=1, \
         delays=0/0/0/1, dsn=2.0.0, status=sent (delivered to mailbox)",
        "postfix/qmgr[2]: 4F1B2B3C0D: removed",
    ];
    let rows = ["      1   received", "      1   delivered", "     300   bytes received"];
    let report = small(&lines, "");
    has(&report, rows.get(..2).unwrap());
    assert!(report.contains("    300   bytes received"), "{report}");
}

#[test]
fn queue_ids_that_come_again() {
    let mut lines = Vec::new();
    for (size, client) in [(300, "c"), (500, "d")] {
        lines.push(format!("postfix/smtpd[1]: 4F1A2B3C0D: client={client}.example.com[192.0.2.1]"));
        lines.push(format!(
            "postfix/qmgr[2]: 4F1A2B3C0D: from=<{client}@example.com>, size={size}, nrcpt=1 (queue active)"
        ));
        lines.push(SENT.to_owned());
        lines.push("postfix/qmgr[2]: 4F1A2B3C0D: removed".to_owned());
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let report = small(&lines, "-e");
    has(&report, &["    800   bytes received", "    800   bytes delivered", "      2   senders"]);
    has(&report, &[" 4F1A2B3C0D  c@example.com", " 4F1A2B3C0D  d@example.com"]);
}

#[test]
fn days_of_the_log_and_years_of_its_stamps() {
    let line = "mx postfix/pickup[1]: 4F1A2B3C0D: uid=0 from=<root>\n";
    let log: String = ["2024-02-29T06:00:00", "2024-03-01T06:00:00", "2024-02-29T07:00:00"]
        .map(|time| format!("{time}.000000+00:00 {line}"))
        .concat();
    let report = report(log.as_bytes(), "--smtpd-stats");
    has(&report, &["    Feb 29 2024         2 ", "    Mar  1 2024         1 "]);
    // Averages are over two days, not three.
    has(&report, &["    0600-0700           1          0          0          0          0 "]);
}

#[test]
fn the_day_asked_for_is_of_this_year() {
    let line =
        "10:00:00 mx postfix/smtpd[1]: NOQUEUE: reject: RCPT from x[192.0.2.1]: 554 5.7.1 <x>: no";
    let log = format!("Nov 04 {line}\nNov 23 {line}\nNov 24 {line}\n");
    let report = report(log.as_bytes(), "-d yesterday");
    assert!(report.starts_with("Postfix log summaries for Nov 23\n"), "{report}");
    has(&report, &["      1   rejected (100%)"]);
}

#[test]
fn only_refusals_are_in_the_column_of_refusals() {
    let report = small(
        &[
            &format!("postfix/smtpd[1]: NOQUEUE: reject: RCPT from {CLIENT}: 554 5.7.1 <x>: no"),
            &format!("postfix/smtpd[1]: NOQUEUE: hold: RCPT from {CLIENT}: <x>: no"),
        ],
        "",
    );
    has(&report, &["    0600-0700           0          0          0          0          1 "]);
}

#[test]
fn words_of_master_stay_together() {
    let line = "postfix/master[1]: daemon started -- version 3.7.11, configuration /etc: x";
    has(
        &small(&[line], ""),
        &["      1   daemon started -- version 3.7.11, configuration /etc: x"],
    );
}

#[test]
fn repeated_lines_count_as_often() {
    let text = "message repeated 3 times: [ warning: x]";
    let report = small(&["postfix/smtpd[1]: warning: x", &format!("postfix/smtpd[1]: {text}")], "");
    has(&report, &["  smtpd (total: 4)"]);
}

#[test]
fn addresses_with_signs_in_quotes() {
    let lines = [
        &format!("postfix/smtpd[1]: 4F1A2B3C0D: client={CLIENT}"),
        "postfix/qmgr[2]: 4F1A2B3C0D: from=<\"a@b>c\"@Example.net>, size=300, nrcpt=1 (queue active)",
        &SENT.replace("<a@example.org>", "<\"x@y>z\"@Example.org>"),
    ];
    let report = small(&lines, "");
    has(
        &report,
        &["      1   delivered", "    300   bytes received", "      1      300   example.net"],
    );
    has(&report, &["      1   \"x@y>z\"@example.org"]);
}

#[test]
fn a_size_of_nothing_is_a_size() {
    let active =
        "postfix/qmgr[2]: 4F1A2B3C0D: from=<a@example.com>, size=0, nrcpt=1 (queue active)";
    let report = small(&[active, SENT], "");
    assert!(!report.contains("Messages with no size data"), "{report}");
    has(&small(&[SENT], ""), &["Messages with no size data", " 4F1A2B3C0D  a@example.org"]);
}

#[test]
fn words_of_other_hosts_are_no_fields() {
    let replies = [
        "250 ok: forwarded as 4F1B2B3C0D",
        "250 from=<x@example.net>, size=77, nrcpt=1 (queue active)",
        "250 to=<z@example.net>, relay=x, delay=1, delays=1/1/1/1, dsn=2.0.0, status=bounced (no)",
    ];
    let lines = replies.map(|reply| SENT.replace("250 ok", reply));
    let report = small(&lines.each_ref().map(String::as_str), "");
    has(&report, &["      3   delivered", "      0   forwarded", "      0   bounced"]);
    assert!(!report.contains("example.net"), "{report}");
}

#[test]
fn mail_through_a_before_queue_filter_counts_once() {
    let lines = [
        &format!("postfix/smtpd[1]: connect from {CLIENT}"),
        &format!("postfix/smtpd[1]: NOQUEUE: client={CLIENT}"),
        "postfix/smtpd[2]: connect from localhost[127.0.0.1]",
        &format!("postfix/smtpd[2]: 4F1A2B3C0D: client=localhost[127.0.0.1], orig_client={CLIENT}"),
        "postfix/qmgr[3]: 4F1A2B3C0D: from=<a@example.com>, size=300, nrcpt=1 (queue active)",
        SENT,
        "postfix/qmgr[3]: 4F1A2B3C0D: removed",
    ];
    has(&small(&lines, ""), &["      1   received"]);
}

#[test]
fn warnings_behind_a_queue_id() {
    let line = "postfix/smtpd[1]: 4F1A2B3C0D: warning: queue file size limit exceeded";
    has(&small(&[line], ""), &["         1   queue file size limit exceeded"]);
}

#[test]
fn repeats_by_syslogd_count_as_often() {
    let line = "postfix/qmgr[2]: warning: x";
    has(&small(&[line, "last message repeated 3 times"], ""), &["  qmgr (total: 4)"]);
}
