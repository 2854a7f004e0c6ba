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
        match kind {
            Value::None if value.is_some() => {
                self.errors.push(format!("option {name} does not take an argument"));
            }
            Value::None => self.flag(canonical),
            Value::Text => {
                if let Some(value) = self.required(name, value, rest) {
                    self.options.extend([canonical.into(), value]);
                }
            }
            Value::Number => {
                let value = self.required(name, value, rest);
                if let Some(number) = value.and_then(|value| self.number(name, &value)) {
                    self.options.extend([canonical.into(), number.to_string().into()]);
                }
            }
            Value::Perhaps => {
                let number = match value {
                    Some(value) if value.is_empty() => Some(0),
                    Some(value) => self.number(name, &value),
                    None => Some(Self::following(rest).unwrap_or_default()),
                };
                // Attached, so that a file after it is not taken for its value.
                self.options.extend(number.map(|number| format!("{canonical}={number}").into()));
            }
        }
    }

    /// The value that is attached, or the next argument, whatever it looks like.
    fn required(
        &mut self,
        name: &str,
        attached: Option<OsString>,
        rest: &mut VecDeque<OsString>,
    ) -> Option<OsString> {
        let value = match attached {
            Some(value) => Some(value).filter(|value| !value.is_empty()),
            None => rest.pop_front(),
        };
        if value.is_none() {
            self.errors.push(format!("option {name} requires an argument"));
        }
        value
    }

    fn number(&mut self, name: &str, value: &OsString) -> Option<i64> {
        let number = number(value);
        if number.is_none() {
            let value = value.to_string_lossy();
            self.errors
                .push(format!("value {value:?} invalid for option {name} (number expected)"));
        }
        number
    }

    /// The next argument if it is a number.
    fn following(rest: &mut VecDeque<OsString>) -> Option<i64> {
        let number = number(rest.front()?)?;
        rest.pop_front();
        Some(number)
    }

    /// A flag is the same however often it is given.
    fn flag(&mut self, canonical: &'static str) {
        if !self.given.contains(&canonical) {
            self.given.push(canonical);
            self.options.push(canonical.into());
        }
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
