//! Postfix's own settings that decide what is logged, and how.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use regex::RegexBuilder;

use super::fix::Fix;
use super::{Advice, Kind, Level, System};
use crate::postfix::{At, Postfix, Service, list};

/// The log that a Postfix writes itself.
pub(super) fn own_log(postfix: &Postfix) -> Option<PathBuf> {
    let file = postfix.value("maillog_file");
    (file.starts_with('/') && !file.starts_with("/dev/")).then(|| PathBuf::from(file))
}

pub(super) fn look(system: &System, postfixes: &[Postfix]) -> Vec<Advice> {
    let mut found = Vec::new();
    for postfix in postfixes {
        simple(postfix, &mut found);
        compatibility(postfix, &mut found);
        own_logging(postfix, &mut found);
        checks(system, postfix, &mut found);
        for service in postfix.services() {
            verbose(postfix, service, &mut found);
        }
        names(postfix, &mut found);
    }
    same_instances(postfixes, &mut found);
    found
}

/// `postconf -e` and a reload, for an instance.
fn set(postfix: &Postfix, setting: &str) -> String {
    let (postconf, reload) = (postfix.command("postconf"), postfix.command("postfix"));
    format!("{postconf} -e '{setting}' && {reload} reload")
}

/// Parameters whose value alone says it.
fn simple(postfix: &Postfix, found: &mut Vec<Advice>) {
    let mut tell = |kind, level, name: &str, fix: String| {
        let setting = format!("{name} = {}", postfix.value(name));
        found.push(Advice::new(kind, level, postfix.place_or_main(name), setting, fix));
    };
    if !postfix.value("debug_peer_list").is_empty() {
        let fix = set(postfix, "debug_peer_list =");
        tell(Kind::DebugPeer, Level::Warning, "debug_peer_list", fix);
    }
    if postfix.is_on("soft_bounce") {
        tell(Kind::SoftBounce, Level::Problem, "soft_bounce", set(postfix, "soft_bounce = no"));
    }
    if !postfix.is_on("enable_long_queue_ids") {
        let fix = set(postfix, "enable_long_queue_ids = yes");
        tell(Kind::ShortIds, Level::Advice, "enable_long_queue_ids", fix);
    }
    for name in ["smtpd_tls_loglevel", "smtp_tls_loglevel"] {
        let fix = set(postfix, &format!("{name} = 1"));
        match postfix.value(name).parse::<u8>() {
            Ok(2..) => tell(Kind::TlsTalk, Level::Warning, name, fix),
            Ok(0) => tell(Kind::TlsSilent, Level::Advice, name, fix),
            _ => {}
        }
    }
}

/// Without a level, Postfix warns of each default of old that it uses.
fn compatibility(postfix: &Postfix, found: &mut Vec<Advice>) {
    if postfix.place("compatibility_level").is_some() {
        return;
    }
    let fix = set(postfix, "compatibility_level = 3.6");
    let at = postfix.place_or_main("compatibility_level");
    found.push(Advice::new(Kind::Compatibility, Level::Advice, at, "compatibility_level", fix));
}

/// postlogd(8): it must run, and may write only below some directories.
fn own_logging(postfix: &Postfix, found: &mut Vec<Advice>) {
    let file = postfix.value("maillog_file");
    if file.is_empty() {
        return;
    }
    let (at, setting) = (postfix.place_or_main("maillog_file"), format!("maillog_file = {file}"));
    if !postfix.services().iter().any(|service| service.command == "postlogd") {
        let line = "postlog   unix-dgram n  -       n       -       1       postlogd";
        let fix = format!("{}: {line}", postfix.config().join("master.cf").display());
        let advice = Advice::new(Kind::NoPostlogd, Level::Problem, at.clone(), &setting, fix);
        found.push(advice.with("file", &file));
    }
    let prefixes = list(&postfix.value("maillog_file_prefixes"));
    if !prefixes.iter().any(|prefix| Path::new(&file).starts_with(prefix)) {
        let all = prefixes.join(", ");
        let fix = set(postfix, &format!("maillog_file_prefixes = {all}, {}", parent(&file)));
        let advice = Advice::new(Kind::LogPlace, Level::Problem, at, setting, fix);
        found.push(advice.with("file", &file).with("prefixes", all));
    }
}

fn parent(file: &str) -> String {
    Path::new(file).parent().unwrap_or(Path::new("/")).display().to_string()
}

fn verbose(postfix: &Postfix, service: &Service, found: &mut Vec<Advice>) {
    let Some(at) = service.verbose() else { return };
    let setting = format!("{} {} … {} -v", service.name, service.kind, service.command);
    let reload = postfix.command("postfix") + " reload";
    let fix = Fix::Words("verbose", vec![("place", at.to_string()), ("reload", reload)]);
    let advice = Advice::new(Kind::Verbose, Level::Warning, at.clone(), setting, fix);
    found.push(advice.with("service", &service.name));
}

/// Parameters that name tables of checks on headers.
const CHECKS: [&str; 6] = [
    "header_checks",
    "mime_header_checks",
    "nested_header_checks",
    "milter_header_checks",
    "smtp_header_checks",
    "smtp_nested_header_checks",
];
/// Headers that patterns are tried on.
const SUBJECT: &str = "Subject: words of a stranger";
const OTHER: &str = "X-Any-Other-Header: words";

/// Header checks that write subjects, or everything, into the log.
fn checks(system: &System, postfix: &Postfix, found: &mut Vec<Advice>) {
    let mut files: BTreeMap<PathBuf, &str> = BTreeMap::new();
    for name in CHECKS {
        for (value, _) in postfix.values_of(name) {
            for table in list(&value) {
                let path = table.strip_prefix("regexp:").or(table.strip_prefix("pcre:"));
                if let Some(path) = path.filter(|path| path.starts_with('/')) {
                    files.insert(PathBuf::from(path), name);
                }
            }
        }
    }
    for (path, name) in files {
        let Some(text) = system.read(&path) else { continue };
        for (number, line) in (1..).zip(text.lines()) {
            let Some(kind) = logs_headers(line) else { continue };
            let fix = Fix::words("narrow", "name", name);
            let at = At::new(&path, number);
            found.push(Advice::new(kind, Level::Warning, at, line.trim(), fix));
        }
    }
}

/// What a line `/pattern/flags ACTION` of a table logs, if it logs headers of ordinary mail.
fn logs_headers(line: &str) -> Option<Kind> {
    let line = line.trim();
    let delimiter = line.chars().next().filter(|c| c.is_ascii_punctuation() && *c != '#')?;
    let (pattern, rest) = line.get(1..)?.split_once(delimiter)?;
    let action = rest
        .split_ascii_whitespace()
        .nth(usize::from(!rest.starts_with(' ') && !rest.starts_with('\t')))?;
    if !["INFO", "WARN"].contains(&action.to_ascii_uppercase().as_str()) {
        return None;
    }
    // Both kinds of tables ignore case by default.
    let pattern = RegexBuilder::new(pattern).case_insensitive(true).build().ok()?;
    match (pattern.is_match(SUBJECT), pattern.is_match(OTHER)) {
        (true, true) => Some(Kind::AllHeaders),
        (true, false) => Some(Kind::Subjects),
        _ => None,
    }
}

/// Names in the log: services that cannot be told apart, and names that no reader of logs
/// takes for Postfix's.
fn names(postfix: &Postfix, found: &mut Vec<Advice>) {
    let mut named: BTreeMap<String, &Service> = BTreeMap::new();
    for service in postfix.services().iter().filter(|service| service.command == "smtpd") {
        let Some((value, at)) = service.value("syslog_name") else {
            if is_submission(&service.name) {
                let value = format!("  -o syslog_name=postfix/{}", plain(&service.name));
                let fix = format!("{}: {value}", service.at);
                let setting = format!("{} {} … smtpd", service.name, service.kind);
                let at = service.at.clone();
                let advice = Advice::new(Kind::NoServiceName, Level::Advice, at, setting, fix);
                found.push(advice.with("service", &service.name));
            }
            continue;
        };
        let name = postfix.expand(value);
        let setting = format!("-o syslog_name={value}");
        let fix = format!("-o syslog_name=postfix/{}", plain(&service.name));
        if !name.contains("postfix") {
            let advice =
                Advice::new(Kind::ForeignName, Level::Warning, at.clone(), &setting, fix.clone());
            found.push(advice.with("name", &name));
        }
        if let Some(first) = named.get(&name) {
            let advice = Advice::new(Kind::SameName, Level::Advice, at.clone(), setting, fix);
            let other = format!("{} ({})", first.name, first.at);
            found.push(advice.with("name", &name).with("other", other));
        } else {
            named.insert(name, service);
        }
    }
}

fn is_submission(name: &str) -> bool {
    let port = name.rsplit(':').next().unwrap_or(name);
    ["submission", "submissions", "smtps", "587", "465"].contains(&port)
}

/// A service's name without an address: `127.0.0.1:submission`, `587`.
fn plain(name: &str) -> &str {
    match name.rsplit(':').next().unwrap_or(name) {
        "587" => "submission",
        "465" => "submissions",
        port => port,
    }
}

/// Instances that log under the same name cannot be told apart.
fn same_instances(postfixes: &[Postfix], found: &mut Vec<Advice>) {
    let mut named: BTreeMap<String, &Postfix> = BTreeMap::new();
    for postfix in postfixes {
        let name = postfix.value("syslog_name");
        if let Some(first) = named.get(&name) {
            let fix = set(postfix, "syslog_name = postfix-NAME");
            let setting = format!("syslog_name = {name}");
            let at = postfix.place_or_main("syslog_name");
            let advice = Advice::new(Kind::SameName, Level::Warning, at, setting, fix);
            let other = first.config().display();
            found.push(advice.with("name", &name).with("other", other));
        } else {
            named.insert(name, postfix);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, logs_headers};

    #[test]
    fn header_checks_that_log() {
        for (line, expected) in [
            ("/^Subject:/ INFO", Some(Kind::Subjects)),
            ("/^subject: /i warn", Some(Kind::Subjects)),
            ("/^/ WARN", Some(Kind::AllHeaders)),
            ("/./ INFO all", Some(Kind::AllHeaders)),
            ("/^Subject:.*viagra/ INFO", None),
            ("/^Subject:/ REJECT", None),
            ("/^X-Spam:/ INFO", None),
            ("# /^Subject:/ INFO", None),
            ("/^Subject", None),
            ("", None),
        ] {
            assert_eq!(logs_headers(line), expected, "{line}");
        }
    }
}
