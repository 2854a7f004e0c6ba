//! Priorities as loggers mark them: `<22>` (RFC 3164 and 5424), `<mail.info>` and
//! `<2.6>` (FreeBSD's syslogd -v), `mail.info` (busybox), `mail:info` (AIX), and
//! `[ID 197553 mail.info]` (Solaris).

use super::scan::{number, skip_blanks};
use crate::severity::Severity;

/// Reads a mark in angle brackets at the start.
pub(super) fn bracketed(line: &[u8]) -> Option<(Severity, &[u8])> {
    let [b'<', tail @ ..] = line else { return None };
    let end = memchr::memchr(b'>', tail.get(..LONGEST.min(tail.len()))?)?;
    let (inner, rest) = tail.split_at_checked(end)?;
    let severity = match number(inner) {
        Some(value @ 0..=191) => Severity::from_syslog(u8::try_from(value & 7).ok()?),
        Some(_) => return None,
        None => word(inner)?,
    };
    Some((severity, skip_blanks(rest.get(1..)?)))
}

/// The longest mark: `security.warning`.
const LONGEST: usize = 20;

/// `mail.info`, `mail:info` or `2.6`: a facility and a severity.
pub(super) fn word(mark: &[u8]) -> Option<Severity> {
    let dot = memchr::memchr2(b'.', b':', mark)?;
    let (facility, severity) = (mark.get(..dot)?, mark.get(dot + 1..)?);
    if FACILITIES.contains(&facility) || number(facility).is_some_and(|facility| facility < 24) {
        self::severity(severity)
    } else {
        None
    }
}

/// A severity by its syslog keyword or number.
pub(crate) fn severity(name: &[u8]) -> Option<Severity> {
    Some(Severity::from_syslog(severity_number(name)?))
}

/// The syslog number of a severity, 0 to 7, given by keyword or number.
pub(crate) fn severity_number(name: &[u8]) -> Option<u8> {
    if let [digit @ b'0'..=b'7'] = name {
        return Some(digit - b'0');
    }
    let known = SEVERITIES.iter().find(|(known, _)| name.eq_ignore_ascii_case(known));
    known.map(|&(_, number)| number)
}

/// The syslog number of a facility, 0 to 23, given by keyword or number.
pub(crate) fn facility_number(name: &[u8]) -> Option<u8> {
    if let Some(value) = number(name) {
        return u8::try_from(value).ok().filter(|value| *value < 24);
    }
    let at = FACILITIES.iter().position(|known| name.eq_ignore_ascii_case(known))?;
    u8::try_from(at).ok().filter(|value| *value < 24)
}

/// Skips Solaris' `[ID 197553 mail.info] ` before a text.
pub(super) fn solaris(text: &[u8]) -> Option<(Severity, &[u8])> {
    let tail = text.strip_prefix(b"[ID ")?;
    let end = memchr::memchr(b']', tail.get(..40.min(tail.len()))?)?;
    let (inner, rest) = tail.split_at_checked(end)?;
    let blank = memchr::memchr(b' ', inner)?;
    number(inner.get(..blank)?)?;
    Some((word(inner.get(blank + 1..)?)?, skip_blanks(rest.get(1..)?)))
}

const SEVERITIES: &[(&[u8], u8)] = &[
    (b"emerg", 0),
    (b"panic", 0),
    (b"emergency", 0),
    (b"alert", 1),
    (b"crit", 2),
    (b"critical", 2),
    (b"err", 3),
    (b"error", 3),
    (b"warning", 4),
    (b"warn", 4),
    (b"notice", 5),
    (b"info", 6),
    (b"informational", 6),
    (b"debug", 7),
];

/// In the order of their syslog numbers (RFC 5424, section 6.2.1), further names at the end.
const FACILITIES: &[&[u8]] = &[
    b"kern",
    b"user",
    b"mail",
    b"daemon",
    b"auth",
    b"syslog",
    b"lpr",
    b"news",
    b"uucp",
    b"cron",
    b"authpriv",
    b"ftp",
    b"ntp",
    b"audit",
    b"console",
    b"clock",
    b"local0",
    b"local1",
    b"local2",
    b"local3",
    b"local4",
    b"local5",
    b"local6",
    b"local7",
    b"security",
];
