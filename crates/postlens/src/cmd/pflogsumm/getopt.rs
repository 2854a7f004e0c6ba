//! Arguments as Perl's Getopt::Long takes them apart.
//!
//! Names may be cut as long as they are unique, begin with `--`, `-` or `+`, and their
//! case does not matter; one-letter options cannot be put together. Files may stand between
//! options. What is understood is written again in the one form that clap reads.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// What follows an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value {
    None,
    Text,
    Number,
    /// A number, which may be missing.
    Perhaps,
}

/// An option: its name, its value, and what clap calls it.
type Known = (&'static str, Value, &'static str);

const OPTIONS: &[Known] = &[
    ("bounce-detail", Value::Number, "--bounce-detail"),
    ("d", Value::Text, "-d"),
    ("deferral-detail", Value::Number, "--deferral-detail"),
    ("detail", Value::Number, "--detail"),
    ("e", Value::None, "-e"),
    ("h", Value::Number, "-h"),
    ("help", Value::None, "--help"),
    ("i", Value::None, "-i"),
    ("ignore-case", Value::None, "--ignore-case"),
    ("iso-date-time", Value::None, "--iso-date-time"),
    ("m", Value::None, "-m"),
    ("mailq", Value::None, "--mailq"),
    ("no-bounce-detail", Value::None, "--no-bounce-detail"),
    ("no-deferral-detail", Value::None, "--no-deferral-detail"),
    ("no-no-msg-size", Value::None, "--no-no-msg-size"),
    ("no-reject-detail", Value::None, "--no-reject-detail"),
    ("no-smtpd-warnings", Value::None, "--no-smtpd-warnings"),
    ("problems-first", Value::None, "--problems-first"),
    ("q", Value::None, "-q"),
    ("rej-add-from", Value::None, "--rej-add-from"),
    ("reject-detail", Value::Number, "--reject-detail"),
    ("smtp-detail", Value::Number, "--smtp-detail"),
    ("smtpd-stats", Value::None, "--smtpd-stats"),
    ("smtpd-warning-detail", Value::Number, "--smtpd-warning-detail"),
    ("strict-compat", Value::None, "--strict-compat"),
    ("syslog-name", Value::Text, "--syslog-name"),
    ("tz", Value::Text, "--tz"),
    ("u", Value::Number, "-u"),
    ("uucp-mung", Value::None, "--uucp-mung"),
    ("verbose-msg-detail", Value::None, "--verbose-msg-detail"),
    ("verp-mung", Value::Perhaps, "--verp-mung"),
    ("version", Value::None, "--version"),
    ("zero-fill", Value::None, "--zero-fill"),
];

/// Writes arguments in the form that clap reads, or tells what is wrong with them.
pub(super) fn canonical(
    arguments: impl Iterator<Item = OsString>,
) -> Result<Vec<OsString>, Vec<String>> {
    let mut rest: VecDeque<OsString> = arguments.collect();
    let mut reading = Reading::default();
    while let Some(argument) = rest.pop_front() {
        if argument == "--" {
            reading.files.extend(rest.drain(..));
        } else if !reading.option(&argument, &mut rest) {
            reading.files.push(argument);
        }
    }
    if !reading.errors.is_empty() {
        return Err(reading.errors);
    }
    // The last one given counts, as each sets the same variable.
    reading.options.push("--".into());
    reading.options.extend(reading.files);
    Ok(reading.options)
}

/// What has been read so far.
#[derive(Debug, Default)]
struct Reading {
    given: Vec<&'static str>,
    options: Vec<OsString>,
    files: Vec<OsString>,
    errors: Vec<String>,
}

impl Reading {
    /// Reads an argument; returns whether it is an option, understood or not.
    fn option(&mut self, argument: &OsString, rest: &mut VecDeque<OsString>) -> bool {
        let Some((name, value)) = split(argument) else { return false };
        match find(&name) {
            Ok(known) => self.take(known, &name, value, rest),
            Err(error) => self.errors.push(error),
        }
        true
    }

    fn take(
        &mut self,
        (_, kind, canonical): Known,
        name: &str,
        value: Option<OsString>,
        rest: &mut VecDeque<OsString>,
    ) {
        let attached = value.is_some();
        match kind {
            Value::None if attached => {
                self.errors.push(format!("option {name} does not take an argument"));
            }
            Value::None => self.flag(canonical),
            Value::Text | Value::Number => {
                let empty = value.as_ref().is_some_and(|value| value.is_empty());
                let Some(value) =
                    value.filter(|_| !empty).or_else(|| rest.pop_front().filter(|_| !empty))
                else {
                    self.errors.push(format!("option {name} requires an argument"));
                    return;
                };
                match number(&value) {
                    _ if kind == Value::Text => self.value(canonical, value),
                    Some(number) => self.value(canonical, number.to_string().into()),
                    None => {
                        let value = value.to_string_lossy();
                        self.errors.push(format!(
                            "value {value:?} invalid for option {name} (number expected)"
                        ));
                    }
                }
            }
            Value::Perhaps => {
                let given = value.or_else(|| rest.front().cloned());
                let parsed = given.as_ref().and_then(number);
                if !attached && parsed.is_some() {
                    rest.pop_front();
                }
                match (attached, parsed) {
                    (true, None) if given.is_some_and(|value| !value.is_empty()) => {
                        self.errors
                            .push(format!("value invalid for option {name} (number expected)"));
                    }
                    (_, parsed) => {
                        self.joined(canonical, parsed.unwrap_or_default());
                    }
                }
            }
        }
    }

    fn flag(&mut self, canonical: &'static str) {
        if !self.given.contains(&canonical) {
            self.given.push(canonical);
            self.options.push(canonical.into());
        }
    }

    fn value(&mut self, canonical: &'static str, value: OsString) {
        self.options.extend([canonical.into(), value]);
    }

    fn joined(&mut self, canonical: &str, number: i64) {
        self.options.push(format!("{canonical}={number}").into());
    }
}

/// Name in lower case, and the value that is attached to it.
fn split(argument: &OsString) -> Option<(String, Option<OsString>)> {
    let bytes = argument.as_bytes();
    let double = bytes.strip_prefix(b"--");
    let rest = double.or_else(|| bytes.strip_prefix(b"-")).or_else(|| bytes.strip_prefix(b"+"))?;
    if rest.is_empty() {
        return None;
    }
    let equals = rest.iter().skip(1).position(|byte| *byte == b'=').map(|at| at + 1);
    let (name, value) = match equals {
        Some(at) => (rest.get(..at)?, rest.get(at + 1..)),
        None => (rest, None),
    };
    let mut name = String::from_utf8_lossy(name).to_lowercase();
    if double.is_some() {
        name = name.replace('_', "-");
    }
    Some((name, value.map(|value| OsString::from_vec(value.to_vec()))))
}

/// The option that a name or the beginning of one means.
fn find(name: &str) -> Result<Known, String> {
    if let Some(known) = OPTIONS.iter().find(|(known, _, _)| *known == name) {
        return Ok(*known);
    }
    let hits: Vec<Known> =
        OPTIONS.iter().filter(|(known, _, _)| known.starts_with(name)).copied().collect();
    match hits.as_slice() {
        [] => Err(format!("unknown option: {name}")),
        [known] => Ok(*known),
        _ => {
            let names: Vec<&str> = hits.iter().map(|(known, _, _)| *known).collect();
            Err(format!("option {name} is ambiguous ({})", names.join(", ")))
        }
    }
}

/// A number with a sign, with `_` between its digits.
fn number(value: &OsString) -> Option<i64> {
    let text = value.to_str()?;
    let digits: String = text.chars().filter(|character| *character != '_').collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[track_caller]
    fn check(arguments: &str, expected: &str) {
        let arguments = arguments.split(' ').map(Into::into);
        let written = match canonical(arguments) {
            Ok(written) => written.join(" ".as_ref()).into_string().unwrap(),
            Err(errors) => errors.join("; "),
        };
        assert_eq!(written, expected);
    }

    #[test]
    fn names_may_be_cut_and_written_otherwise() {
        check(
            "--problems --verbose_msg_detail log",
            "--problems-first --verbose-msg-detail -- log",
        );
        check("-help", "--help --");
        check("+Q -E log", "-q -e -- log");
        check("--Smtpd-St", "--smtpd-stats --");
        check("-d today log -h 5 -- -u", "-d today -h 5 -- log -u");
    }

    #[test]
    fn values_follow_or_are_attached() {
        check("-d=today --detail=-1 -u +5", "-d today --detail -1 -u 5 --");
        check("--syslog-name -x", "--syslog-name -x --");
        check("--syslog_name=a_b", "--syslog-name a_b --");
        check("--verp-mung log", "--verp-mung=0 -- log");
        check("--verp-mung 2 log", "--verp-mung=2 -- log");
        check("--verp-mung=2 -i -i", "--verp-mung=2 -i --");
    }

    #[test]
    fn mistakes_are_told_all_at_once() {
        check("-eq --xx", "unknown option: eq; unknown option: xx");
        check("--ver", "option ver is ambiguous (verbose-msg-detail, verp-mung, version)");
        check("-e=1", "option e does not take an argument");
        check("-h", "option h requires an argument");
        check("-h x", "value \"x\" invalid for option h (number expected)");
        check("--rej_add_to", "unknown option: rej-add-to");
    }
}
