//! Headers: one line's time, host, tag and text in every form that logs have.

mod json;

use crate::clock::{Civil, Micros, SECOND};
use crate::config::{Format, Zone};

/// Appends to a byte buffer, which cannot fail.
macro_rules! put {
    ($buffer:expr, $($argument:tt)*) => {
        {
            use ::std::io::Write as _;
            let _ = write!($buffer, $($argument)*);
        }
    };
}
pub(crate) use put;

/// One line before it has a header.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plain<'a> {
    pub(crate) at: Micros,
    pub(crate) host: &'a str,
    pub(crate) tag: &'a str,
    pub(crate) pid: Option<u32>,
    pub(crate) text: &'a [u8],
}

impl Plain<'_> {
    /// syslog's severity, from the word at the text's beginning.
    fn severity(&self) -> u8 {
        match self.text {
            [b'w', b'a', b'r', b'n', b'i', b'n', b'g', b':', ..] => 4,
            [b'e', b'r', b'r', b'o', b'r', b':', ..] => 3,
            [b'f', b'a', b't', b'a', b'l', b':', ..] | [b'p', b'a', b'n', b'i', b'c', b':', ..] => {
                2
            }
            _ => 6,
        }
    }

    /// syslog's facility: mail, but cron and kernel have their own.
    fn facility(&self) -> u8 {
        match self.tag {
            "CRON" => 9,
            "kernel" => 0,
            "rsyslogd" | "systemd-journald" => 5,
            _ => 2,
        }
    }
}

/// Writes lines in a format.
#[derive(Debug)]
pub(crate) struct Framer {
    format: Format,
    offset: i64,
    /// The second that `civil` is of.
    second: i64,
    civil: Civil,
    utc: Civil,
    /// Lines so far: the journal numbers its entries.
    count: u64,
}

/// The formats that [`Format::Mixed`] mixes: those of one line per entry.
const MIXED: [Format; 16] = [
    Format::Traditional,
    Format::TraditionalZero,
    Format::TraditionalYear,
    Format::Rfc3339 { digits: 0, zone: Zone::Colon },
    Format::Rfc3339 { digits: 3, zone: Zone::Zulu },
    Format::Rfc3339 { digits: 6, zone: Zone::Colon },
    Format::Rfc3339 { digits: 9, zone: Zone::Digits },
    Format::Rfc5424,
    Format::Priority,
    Format::Solaris,
    Format::Container,
    Format::RsyslogJson,
    Format::JournalShortPrecise,
    Format::JournalShortIso,
    Format::JournalShortIsoPrecise,
    Format::JournalShortUnix,
];

impl Framer {
    /// A framer for `format` at an offset from UTC in minutes.
    pub(crate) fn new(format: Format, offset_minutes: i32) -> Self {
        let offset = i64::from(offset_minutes) * 60;
        let utc = Civil::at(0);
        Self { format, offset, second: 0, civil: Civil::at(offset), utc, count: 0 }
    }

    /// Appends `line` with its line end. `chance` chooses among mixed formats.
    pub(crate) fn write(&mut self, out: &mut Vec<u8>, line: Plain<'_>, chance: u64) {
        let second = line.at.div_euclid(SECOND);
        if second != self.second {
            self.second = second;
            self.civil = Civil::at(second + self.offset);
            self.utc = Civil::at(second);
        }
        self.count += 1;
        let format = match self.format {
            Format::Mixed => {
                let index = usize::try_from(chance % MIXED.len() as u64).unwrap_or_default();
                MIXED.get(index).copied().unwrap_or(Format::Traditional)
            }
            format => format,
        };
        self.frame(out, format, line);
    }

    fn frame(&self, out: &mut Vec<u8>, format: Format, line: Plain<'_>) {
        match format {
            Format::JournalJson => return json::journal(out, line, self.count),
            Format::JournalExport => return json::export(out, line, self.count),
            Format::RsyslogJson => {
                return json::rsyslog(out, line, |out| self.rfc3339(out, line.at, 6, Zone::Colon));
            }
            Format::Rfc5424 => {
                Self::priority(out, line);
                out.extend_from_slice(b"1 ");
                self.rfc3339(out, line.at, 6, Zone::Colon);
                let tag = if line.tag.is_empty() { "-" } else { line.tag };
                put!(out, " {} {tag} ", line.host);
                match line.pid {
                    Some(pid) => number(out, u64::from(pid)),
                    None => out.push(b'-'),
                }
                out.extend_from_slice(b" - - ");
                out.extend_from_slice(line.text);
                out.push(b'\n');
                return;
            }
            _ => self.stamp(out, format, line),
        }
        out.push(b' ');
        out.extend_from_slice(line.host.as_bytes());
        out.push(b' ');
        // syslogd's own `last message repeated` has no tag.
        if !line.tag.is_empty() {
            out.extend_from_slice(line.tag.as_bytes());
            if let Some(pid) = line.pid {
                out.push(b'[');
                number(out, u64::from(pid));
                out.push(b']');
            }
            out.extend_from_slice(b": ");
        }
        if format == Format::Solaris {
            out.extend_from_slice(b"[ID 197553 mail.info] ");
        }
        out.extend_from_slice(line.text);
        out.push(b'\n');
    }

    fn stamp(&self, out: &mut Vec<u8>, format: Format, line: Plain<'_>) {
        match format {
            Format::Rfc3339 { digits, zone } => self.rfc3339(out, line.at, digits, zone),
            Format::JournalShortIso => self.rfc3339(out, line.at, 0, Zone::Digits),
            Format::JournalShortIsoPrecise => self.rfc3339(out, line.at, 6, Zone::Digits),
            Format::JournalShortUnix => {
                let (seconds, micros) = (line.at.div_euclid(SECOND), line.at.rem_euclid(SECOND));
                put!(out, "{seconds}.{micros:06}");
            }
            Format::TraditionalZero => self.traditional(out, b'0'),
            Format::TraditionalYear => {
                out.extend_from_slice(self.civil.month_name().as_bytes());
                put!(out, " {:2} {} ", self.civil.day, self.civil.year);
                clock(out, self.civil);
            }
            Format::JournalShortPrecise => {
                self.traditional(out, b'0');
                put!(out, ".{:06}", line.at.rem_euclid(SECOND));
            }
            Format::Priority => {
                Self::priority(out, line);
                self.traditional(out, b' ');
            }
            Format::Container => {
                out.extend_from_slice(b"mail-1  | ");
                self.traditional(out, b' ');
            }
            _ => self.traditional(out, b' '),
        }
    }

    fn priority(out: &mut Vec<u8>, line: Plain<'_>) {
        put!(out, "<{}>", line.facility() * 8 + line.severity());
    }

    fn traditional(&self, out: &mut Vec<u8>, pad: u8) {
        out.extend_from_slice(self.civil.month_name().as_bytes());
        out.push(b' ');
        let day = self.civil.day;
        out.push(if day < 10 { pad } else { b'0' + day / 10 });
        out.push(b'0' + day % 10);
        out.push(b' ');
        clock(out, self.civil);
    }

    fn rfc3339(&self, out: &mut Vec<u8>, at: Micros, digits: u8, zone: Zone) {
        let civil = if zone == Zone::Zulu { self.utc } else { self.civil };
        number(out, civil.year.unsigned_abs());
        out.push(b'-');
        two(out, civil.month);
        out.push(b'-');
        two(out, civil.day);
        out.push(b'T');
        clock(out, civil);
        if digits > 0 {
            out.push(b'.');
            let mut rest = at.rem_euclid(SECOND).unsigned_abs() * 1_000;
            let mut unit = 100_000_000;
            for _ in 0..digits {
                out.push(b'0' + u8::try_from(rest / unit).unwrap_or_default());
                rest %= unit;
                unit = (unit / 10).max(1);
            }
        }
        let minutes = self.offset.abs() / 60;
        let sign = if self.offset < 0 { '-' } else { '+' };
        match zone {
            Zone::Zulu => out.push(b'Z'),
            Zone::Colon => {
                put!(out, "{sign}{:02}:{:02}", minutes / 60, minutes % 60);
            }
            Zone::Digits => {
                put!(out, "{sign}{:02}{:02}", minutes / 60, minutes % 60);
            }
        }
    }
}

/// A number in decimal digits; quicker than `write!`, and every line has one.
pub(crate) fn number(out: &mut Vec<u8>, value: u64) {
    if value >= 10 {
        number(out, value / 10);
    }
    out.push(b'0' + u8::try_from(value % 10).unwrap_or_default());
}

fn two(out: &mut Vec<u8>, value: u8) {
    out.push(b'0' + value / 10 % 10);
    out.push(b'0' + value % 10);
}

fn clock(out: &mut Vec<u8>, civil: Civil) {
    two(out, civil.hour);
    out.push(b':');
    two(out, civil.minute);
    out.push(b':');
    two(out, civil.second);
}
