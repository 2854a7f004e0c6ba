//! Example logs and fixtures name nobody real: only the address ranges and domains that
//! are set aside for documentation and tests (RFC 2606, RFC 3849, RFC 5737).

use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;

use anyhow::Result;

use super::{Tidy, has_extension};
use crate::run;

/// Domains whose names may appear.
const DOMAINS: &[&str] =
    &["example.com", "example.net", "example.org", "example", "test", "invalid", "localhost"];

/// Endings that tell a host name from a file name or a version.
const ENDINGS: &[&str] = &[
    "com", "net", "org", "edu", "gov", "mil", "info", "biz", "io", "eu", "de", "at", "ch", "fr",
    "uk", "nl", "it", "es", "ru", "cn", "jp", "kr", "br", "in", "au", "ca", "us", "se", "dk",
];

/// Directories whose files are data for tests and readers.
const DIRECTORIES: &[&str] = &["examples", "fixtures", "seeds", "data"];

pub(super) fn check(tidy: &mut Tidy) -> Result<()> {
    let mut found = Vec::new();
    for file in tidy.files.iter().filter(|file| holds_data(file)) {
        let path = tidy.root.join(file);
        let bytes = if has_extension(file, &["gz"]) {
            let mut command = run::command(&tidy.root, "gzip", ["-dc"]);
            run::output(command.arg(&path))?.into_bytes()
        } else {
            std::fs::read(&path)?
        };
        let text = String::from_utf8_lossy(&bytes);
        for (number, line) in (1..).zip(text.lines()) {
            if let Some(word) = real(line) {
                found.push(format!("{}:{number}: `{word}` may be somebody's", file.display()));
            }
        }
    }
    tidy.problems.extend(found);
    Ok(())
}

/// Data of tests; Rust code is not (`examples/` of a crate holds programs).
fn holds_data(file: &Path) -> bool {
    let in_place = file.iter().any(|part| DIRECTORIES.iter().any(|it| part == *it));
    in_place && !has_extension(file, &["rs", "md", "toml"])
}

/// The first address or host name in the line that is not for documentation.
fn real(line: &str) -> Option<&str> {
    line.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':')))
        .map(|word| word.trim_matches(['.', '-', ':']))
        .find(|word| !word.is_empty() && !permitted(word))
}

fn permitted(word: &str) -> bool {
    let colons = word.bytes().filter(|byte| *byte == b':').count();
    // `IPv6:` as in address literals and RBL replies, and `::1` whose colons were cut.
    if let Ok(address) = word.trim_start_matches("IPv6:").parse::<Ipv6Addr>() {
        return permitted_v6(address);
    }
    if colons >= 2 {
        return true;
    }
    let host = word.split(':').next().unwrap_or(word);
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        return permitted_v4(address);
    }
    permitted_host(&host.to_ascii_lowercase())
}

fn permitted_v4(address: Ipv4Addr) -> bool {
    address.is_documentation() || address.is_loopback() || address.is_unspecified()
}

fn permitted_v6(address: Ipv6Addr) -> bool {
    let documentation = matches!(address.segments(), [0x2001, 0x0db8, ..]);
    let mapped = address.to_ipv4_mapped().is_some_and(permitted_v4);
    documentation || mapped || address.is_loopback() || address.is_unspecified()
}

fn permitted_host(host: &str) -> bool {
    let Some((_, ending)) = host.rsplit_once('.') else { return true };
    let under = |domain: &&str| {
        host.strip_suffix(*domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    // A facility and severity of syslog, which some systems put into the header.
    host == "mail.info" || !ENDINGS.contains(&ending) || DOMAINS.iter().any(under)
}

#[cfg(test)]
mod tests {
    use super::real;

    #[track_caller]
    fn check(line: &str, expected: Option<&str>) {
        assert_eq!(real(line), expected, "{line}");
    }

    #[test]
    fn documentation_is_permitted() {
        check("Nov 23 10:00:00 mx postfix/smtp[1]: to=<a@example.com>, relay=b.example.net", None);
        check("connect from unknown[198.51.100.7], [2001:db8::1]:25, [::1]:25, 127.0.0.1:25", None);
        check("version 3.7.11, dsn=5.1.1, delays=0.1/0/0.2/1, mail.log", None);
    }

    #[test]
    fn others_are_not() {
        check("connect from unknown[10.1.2.3]", Some("10.1.2.3"));
        check("relay=mx.somewhere.de[203.0.113.9]:25", Some("mx.somewhere.de"));
        check("from=<a@notexample.com>", Some("notexample.com"));
        check("client [2001:4860::8888]", Some("2001:4860::8888"));
    }
}
