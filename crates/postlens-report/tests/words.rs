//! The words of reports, as files: no key is missing or unused, and what is Japanese is.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn files(directory: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(directory)];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                found.push(path);
            }
        }
    }
    found
}

/// The code of the crate without its tests.
fn code() -> String {
    code_in("src")
}

fn code_in(directory: &str) -> String {
    let sources = files(directory, "rs").into_iter().map(|path| {
        let text = std::fs::read_to_string(path).unwrap();
        text.split("#[cfg(test)]").next().unwrap().to_owned()
    });
    sources.collect::<Vec<_>>().join("\n")
}

/// The lines of one language's files, comments aside.
fn lines(lang: &str) -> Vec<String> {
    let of_lang = files("locales", "ftl").into_iter().filter(|path| {
        let path = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap();
        path.to_str().unwrap().starts_with(&format!("locales/{lang}"))
    });
    let text: String = of_lang.map(|path| std::fs::read_to_string(path).unwrap()).collect();
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

fn keys() -> BTreeSet<String> {
    let lines = lines("en").into_iter().filter(|line| !line.starts_with(' '));
    lines.filter_map(|line| Some(line.split_once(" =")?.0.to_owned())).collect()
}

/// What stands between quotation marks in the code.
fn literals(code: &str) -> BTreeSet<&str> {
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(|line| line.split('"').skip(1).step_by(2)).collect()
}

/// Families whose keys come from names of other crates, and where a test of their own holds
/// each key: in the library's `language` module, beside this one.
const ELSEWHERE: [&str; 9] = [
    "cause-",
    "actor-",
    "permanence-",
    "basis-",
    "confidence-",
    "side-",
    "step-",
    "finding-",
    "gravity-",
];

#[test]
fn no_words_are_unused() {
    // What the queue's commands say is put together where the queue is known.
    let code = code() + &code_in("../postlens/src") + &code_in("../postlens-tui/src");
    let literals = literals(&code);
    let words = lines("en").join("\n");
    // `origin-{}` in the code stands for all keys that begin with `origin-`.
    let families: Vec<&str> =
        literals.iter().filter_map(|text| Some(text.split_once('{')?.0)).collect();
    // Kinds of events are keys as they are.
    let kinds = [("src", "rs"), ("tables", "txt")].map(|(directory, ending)| {
        let files = files(&format!("../postlens-syntax/{directory}"), ending);
        files.into_iter().map(|path| std::fs::read_to_string(path).unwrap()).collect::<String>()
    });
    let is_used = |key: &String| {
        literals.contains(key.as_str())
            || kinds.iter().any(|text| key.contains('_') && text.contains(key.as_str()))
            || words.contains(&format!("{{ {key} }}"))
            || families.iter().any(|family| family.ends_with('-') && key.starts_with(family))
            || ELSEWHERE.iter().any(|family| key.starts_with(family))
    };
    let unused: Vec<String> = keys().into_iter().filter(|key| !is_used(key)).collect();
    assert!(unused.is_empty(), "{unused:#?}");
}

#[test]
fn no_words_are_missing() {
    let (code, keys) = (code() + &code_in("../postlens-tui/src"), keys());
    let first = |key: &str| key.split('-').next().unwrap_or_default().to_owned();
    let families: BTreeSet<String> = keys.iter().map(|key| first(key)).collect();
    let is_key = |text: &&&str| {
        text.contains('-')
            && !text.ends_with('-')
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
            && families.contains(&first(text))
    };
    let literals = literals(&code);
    let missing: Vec<_> =
        literals.iter().filter(is_key).filter(|key| !keys.contains(**key)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn names_of_other_crates_have_their_words() {
    use postlens_syntax::Severity;
    use postlens_trace::NoteKind;
    use postlens_track::{Link, Origin, SessionEnd};
    let keys = keys();
    let origins = [Origin::Smtp, Origin::Submission, Origin::Local, Origin::Unknown];
    let links = [Link::NextHop, Link::Forward, Link::Notification, Link::Requeue];
    let ends = [
        SessionEnd::Closed,
        SessionEnd::LostConnection,
        SessionEnd::Timeout,
        SessionEnd::TooManyErrors,
        SessionEnd::Screened,
        SessionEnd::Lost,
    ];
    let severities = [Severity::Warning, Severity::Error, Severity::Fatal, Severity::Panic];
    let wanted = origins
        .map(|origin| format!("origin-{}", origin.name()))
        .into_iter()
        .chain(links.map(|link| format!("link-{}", link.name())))
        .chain(ends.map(|end| format!("end-{}", end.name())))
        .chain(severities.map(|severity| format!("severity-{}", severity.name())))
        .chain(links.map(|link| format!("trace-arrived-{}", link.name().replace('_', "-"))))
        .chain(NoteKind::ALL.map(|kind| format!("trace-note-{}", kind.name().replace('_', "-"))))
        .chain(figures());
    for key in wanted {
        assert!(keys.contains(&key), "{key}");
    }
}

/// The keys of what figures are counted by.
fn figures() -> impl Iterator<Item = String> {
    use postlens_stats::compare::{Measure, Subject};
    use postlens_stats::stats::encryption::Trust;
    use postlens_stats::stats::filters::{CheckResult, Greylisting};
    use postlens_stats::stats::traffic::Span;
    use postlens_syntax::Class;
    use postlens_syntax::postfix::decision::Action;
    let measures = Measure::ALL.iter().map(|it| format!("measure-{}", it.name()));
    let subjects = Subject::ALL.iter().map(|it| format!("mover-{}", it.name()));
    let compared = measures.chain(subjects).map(|key| key.replace('_', "-"));
    let spans = Span::ALL.into_iter().map(|it| format!("section-by-{}", it.name()));
    let weekdays = (1..=7).map(|day| format!("weekday-{day}"));
    let trust = Trust::ALL.into_iter().map(|it| format!("trust-{}", it.name()));
    let checks = CheckResult::ALL.iter().map(|it| format!("check-{}", it.name()));
    let actions = Action::ALL.iter().map(|it| format!("action-{}", it.name()));
    let classes = Class::ALL.into_iter().map(|it| format!("class-{}", it.name()));
    let greylisting = Greylisting::ALL.iter().map(|it| format!("greylisting-{}", it.name()));
    let told = compared.chain(spans).chain(weekdays).chain(trust);
    told.chain(checks).chain(greylisting).chain(actions).chain(classes)
}

/// Names that have no other form in Japanese: protocols, programs, settings, files.
const NAMES: &[&str] = &[
    "ASCII",
    "AUTH",
    "Ctrl-C",
    "DATA",
    "DKIM",
    "DKIM-Signature",
    "DMARC",
    "DNS",
    "DNSBL",
    "Date",
    "Dovecot",
    "End",
    "Enter",
    "Esc",
    "ForwardToSyslog",
    "From",
    "HELO",
    "Home",
    "ID",
    "IPv6",
    "LF",
    "MIME",
    "MTU",
    "MX",
    "Message-ID",
    "PTR",
    "PageDown",
    "PageUp",
    "Postfix",
    "Postlens",
    "QUIT",
    "RateLimit.Interval",
    "RateLimitBurst",
    "SASL",
    "SERVFAIL",
    "SMTP",
    "SPF",
    "SRS",
    "SpamAssassin",
    "Storage",
    "SystemMaxUse",
    "TLS",
    "Tab",
    "URL",
    "Web",
    "amavis",
    "cause",
    "check",
    "compatibility_level",
    "copytruncate",
    "corrupt",
    "cron",
    "daemon-reload",
    "debug_peer_list",
    "delete",
    "etc/resolv.conf",
    "expire",
    "fail2ban",
    "fast_flush_domains",
    "fatal",
    "hold",
    "imuxsock",
    "inet_protocols",
    "info",
    "ipv4",
    "ja",
    "journald",
    "journald.conf",
    "limit",
    "log",
    "logrotate",
    "mail",
    "maillog_file",
    "maillog_file_prefixes",
    "master.cf",
    "maxage",
    "maximal_queue_lifetime",
    "may",
    "message_size_limit",
    "milter",
    "mydestination",
    "myhostname",
    "panic",
    "postcat",
    "postfix",
    "postfix/qmgr",
    "postfix/smtpd",
    "postlens",
    "postlog",
    "postlogd",
    "postmap",
    "postmaster",
    "postqueue",
    "postrotate",
    "postscreen",
    "postscreen_access_list",
    "postsrsd",
    "programname",
    "qshape",
    "queue",
    "queue_minfree",
    "relayhost",
    "reload",
    "requeue",
    "restart",
    "retry",
    "root",
    "rotate",
    "rspamd",
    "rsyslog",
    "saved",
    "smtp",
    "smtp_helo_name",
    "smtp_tls_security_level",
    "smtpd",
    "smtpd_client_connection_rate_limit",
    "smtpd_client_event_limit_exceptions",
    "soft_bounce",
    "spf1",
    "syslog-ng",
    "systemctl",
    "systemd",
    "systemd-journald",
    "transport_maps",
    "undeliverable",
    "var/log/journal",
    "www-data",
    "yes",
];

/// The words in Latin letters that are no names.
fn english(text: &str) -> impl Iterator<Item = &str> {
    let part = |c: char| !(c.is_ascii_alphanumeric() || "_./-".contains(c));
    let words = text.split(part).map(|word| word.trim_matches(['.', '/', '-']));
    words.filter(|word| {
        let letters = word.chars().filter(char::is_ascii_alphabetic).count();
        letters > 1 && !NAMES.contains(word)
    })
}

#[test]
fn japanese_is_japanese() {
    let mut found = BTreeSet::new();
    for line in lines("ja") {
        let value = match line.split_once(" = ") {
            Some((_, value)) if !line.starts_with(' ') => value,
            _ => &line,
        };
        // Values, and the heads of variants, are not words.
        let mut text = String::new();
        let mut depth = 0;
        for character in value.chars() {
            match character {
                '{' | '[' => depth += 1,
                '}' | ']' => depth -= 1,
                _ if depth == 0 => text.push(character),
                _ => {}
            }
        }
        found.extend(english(&text).map(str::to_owned));
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// Units and protocols, which are the same everywhere.
const UNITS: &[&str] = &["SSLv3", "TLSv1", "TLSv1.1", "min"];

/// The words of a whole page, whose values from logs are all Japanese here.
#[test]
fn a_japanese_page_has_no_names_of_other_crates_in_it() {
    use postlens_report::text::{Look, write};
    use postlens_report::{Lang, Language, Report, Source, View};
    let stats = figures_of_all();
    let report = Report {
        stats: &stats,
        findings: &[],
        comparison: None,
        period: (None, None),
        filter: None,
        learned: None,
        source: Source::default(),
        top: 1000,
        view: View { detail: true, ..View::default() },
    };
    let text = write(&report, &Language::new(Lang::Ja), Look::default());
    // Each of them is there to be looked at.
    for word in ["検索表", "内容の警告", "検証済み", "合格", "強制終了"] {
        assert!(text.contains(word), "{word}\n{text}");
    }
    let found: BTreeSet<&str> = english(&text).filter(|word| !UNITS.contains(word)).collect();
    assert!(found.is_empty(), "{found:#?}\n{text}");
}

/// Figures with something of each kind that other crates have a name for.
fn figures_of_all() -> postlens_stats::Stats {
    use postlens_stats::stats::encryption::{TlsVersion, Trust};
    use postlens_stats::stats::filters::{CheckName, CheckResult, Greylisting};
    use postlens_stats::stats::services::ServiceEvent;
    use postlens_syntax::postfix::decision::Action;
    use postlens_syntax::{Class, Delay, Severity, Time};
    use postlens_track::{Outcome, SessionEnd};
    const NAME: &[u8] = "例".as_bytes();
    let mut stats = postlens_stats::Stats::default();
    for class in Class::ALL {
        stats.trouble.classes.add(class, 1);
    }
    for severity in [Severity::Warning, Severity::Error, Severity::Fatal, Severity::Panic] {
        stats.trouble.severities.add(severity, 1);
    }
    let text = stats.trouble.texts.entry(NAME);
    (text.count, text.of) = (1, Some((Severity::Fatal, Class::LookupTable)));
    for action in Action::ALL {
        stats.refusals.actions.add(*action, 1);
    }
    for outcome in Outcome::ALL {
        stats.outcomes.recipients.add(outcome, 1);
    }
    for end in [SessionEnd::Closed, SessionEnd::Timeout, SessionEnd::Screened, SessionEnd::Lost] {
        stats.connections.total += 1;
        stats.connections.ends.add(end, 1);
    }
    for trust in Trust::ALL {
        stats.encryption.inbound.trust.add(trust, 1);
    }
    for version in [TlsVersion::Ssl, TlsVersion::Tls10, TlsVersion::Other] {
        stats.encryption.inbound.protocols.add(version, 1);
    }
    stats.encryption.inbound.total = 1;
    for check in [CheckName::Dkim, CheckName::Spf, CheckName::Dmarc] {
        for it in CheckResult::ALL {
            stats.filters.checks.add((check, *it), 1);
        }
    }
    for it in Greylisting::ALL {
        stats.filters.greylisting.add(*it, 1);
    }
    stats.filters.waited.add(Delay::from_micros(600_000_000), 1);
    for kind in ["daemon_started", "daemon_reloaded", "table_changed", "process_killed"] {
        stats.services.kinds.add(kind, 1);
        stats.services.events.push(ServiceEvent {
            time: Time::default(),
            kind: if kind == "daemon_started" { kind } else { "daemon_reloaded" },
            program: NAME.into(),
        });
    }
    stats.screening.events.add("postscreen_pregreet", 1);
    stats.authentication.failures = 1;
    stats
}
