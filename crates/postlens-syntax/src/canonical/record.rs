//! A log record as named fields, and the canonical line it becomes.

use super::json::{self, Value};
use crate::header::{iso, mark, traditional};
use crate::stamp::{Date, Stamp};

/// What a field says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    Message,
    Tag,
    Pid,
    Host,
    Severity,
    Facility,
    /// Facility and severity in one number.
    Priority,
    Time,
}

const SLOTS: usize = 8;

/// The fields of one record. Where several keys fill a slot, the one that logs the
/// better value wins.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Record<'a> {
    slots: [Option<(u8, Value<'a>)>; SLOTS],
}

/// The slot of a key, and how good its value is. Keys are those of journald
/// (systemd.journal-fields(7)), rsyslog's JSON templates, Docker's json-file driver,
/// Fluent Bit, the Elastic Common Schema, and GELF, whose own fields begin with `_`.
pub(super) fn slot(key: &[u8]) -> Option<(Slot, u8)> {
    Some(match key {
        b"MESSAGE" => (Slot::Message, 9),
        b"message" => (Slot::Message, 8),
        b"msg" => (Slot::Message, 7),
        b"log" => (Slot::Message, 6),
        b"full_message" => (Slot::Message, 5),
        b"short_message" => (Slot::Message, 4),
        b"SYSLOG_IDENTIFIER" => (Slot::Tag, 9),
        b"syslogtag" | b"syslog-tag" => (Slot::Tag, 8),
        b"ident" | b"tag" => (Slot::Tag, 7),
        b"appname" | b"app-name" | b"app_name" | b"APP-NAME" | b"_app_name" | b"_appname"
        | b"_application_name" | b"_tag" => (Slot::Tag, 6),
        b"programname" | b"program" | b"PROGRAM" => (Slot::Tag, 5),
        b"process.name" | b"_COMM" => (Slot::Tag, 3),
        b"SYSLOG_PID" => (Slot::Pid, 9),
        b"procid" | b"PROCID" | b"pid" | b"PID" => (Slot::Pid, 8),
        b"_pid" | b"_procid" | b"_process_id" => (Slot::Pid, 7),
        b"process.pid" | b"_PID" => (Slot::Pid, 5),
        b"_HOSTNAME" => (Slot::Host, 9),
        b"hostname" | b"HOST" => (Slot::Host, 8),
        b"host" | b"host.name" | b"host.hostname" => (Slot::Host, 7),
        b"fromhost" | b"source" => (Slot::Host, 3),
        b"PRIORITY" => (Slot::Severity, 9),
        b"severity" | b"syslogseverity" | b"syslogseverity-text" => (Slot::Severity, 8),
        b"log.syslog.severity.code" | b"level" | b"log.level" => (Slot::Severity, 5),
        b"SYSLOG_FACILITY" => (Slot::Facility, 9),
        b"facility" | b"syslogfacility" | b"syslogfacility-text" => (Slot::Facility, 8),
        b"pri" | b"priority" | b"log.syslog.priority" => (Slot::Priority, 8),
        b"_SOURCE_REALTIME_TIMESTAMP" => (Slot::Time, 9),
        b"__REALTIME_TIMESTAMP" => (Slot::Time, 8),
        b"timereported" | b"time" => (Slot::Time, 7),
        b"timestamp" | b"TIMESTAMP" | b"ISODATE" | b"date" => (Slot::Time, 6),
        b"@timestamp" | b"timegenerated" => (Slot::Time, 5),
        _ => return None,
    })
}

impl<'a> Record<'a> {
    /// Sets a slot, unless it holds a better value. `null` is an absent field, but for
    /// the message, which journald leaves out when it is long.
    pub(super) fn set(&mut self, (slot, rank): (Slot, u8), value: Value<'a>) {
        if matches!(value, Value::Word) && slot != Slot::Message {
            return;
        }
        if let Some(held) = self.slots.get_mut(slot as usize)
            && held.is_none_or(|(best, _)| best < rank)
        {
            *held = Some((rank, value));
        }
    }

    fn get(&self, slot: Slot) -> Option<Value<'a>> {
        self.slots.get(slot as usize).copied().flatten().map(|(_, value)| value)
    }

    /// Whether there is a message.
    pub(super) fn has_message(&self) -> bool {
        self.get(Slot::Message).is_some()
    }

    /// Whether anything tells where the message comes from.
    pub(super) fn has_origin(&self) -> bool {
        [Slot::Tag, Slot::Host, Slot::Time].iter().any(|&slot| self.get(slot).is_some())
    }

    /// Appends the message alone.
    pub(super) fn write_message(&self, out: &mut Vec<u8>) -> Option<()> {
        let start = out.len();
        if let Some(message) = self.get(Slot::Message) {
            json::append(message, out)?;
        }
        tidy_message(out, start);
        Some(())
    }

    /// Appends `<PRI>1 TIME HOST TAG PID - - MESSAGE`, without a line end. Blanks in
    /// a host or tag become `?`, line feeds in the message blanks; blanks around the
    /// message are dropped.
    pub(super) fn write(&self, out: &mut Vec<u8>) -> Option<()> {
        if let Some(priority) = self.priority(out) {
            out.push(b'<');
            push_number(u32::from(priority), out);
            out.push(b'>');
        }
        let start = out.len();
        out.extend_from_slice(b"1 ");
        if !self.write_time(out)? {
            // A stamp without a year, which RFC 5424 cannot hold.
            let time = self.get(Slot::Time)?;
            out.truncate(start);
            json::append(time, out)?;
            out.push(b' ');
            self.write_word(Slot::Host, out)?;
            let tag = out.len();
            self.write_word(Slot::Tag, out)?;
            if out.get(tag..) == Some(b"- ") {
                out.truncate(tag);
            } else {
                self.write_tag_end(tag, out)?;
            }
            return self.write_message(out);
        }
        for slot in [Slot::Host, Slot::Tag, Slot::Pid] {
            self.write_word(slot, out)?;
        }
        out.extend_from_slice(b"- - ");
        self.write_message(out)
    }

    /// The pid and colon of the traditional format, after a tag that begins there.
    fn write_tag_end(&self, tag: usize, out: &mut Vec<u8>) -> Option<()> {
        out.pop();
        let has_pid = out.get(tag..).is_some_and(|tag| tag.ends_with(b"]"));
        if !has_pid && let Some(pid) = self.get(Slot::Pid) {
            out.push(b'[');
            json::append(pid, out)?;
            out.push(b']');
        }
        out.extend_from_slice(b": ");
        Some(())
    }

    /// Appends a field as one word, `-` when it is absent, and a blank.
    fn write_word(&self, slot: Slot, out: &mut Vec<u8>) -> Option<()> {
        let start = out.len();
        if let Some(value) = self.get(slot) {
            json::append(value, out)?;
        }
        // rsyslog's syslogtag holds the colon.
        while slot == Slot::Tag && matches!(out.get(start..), Some([.., b':' | b' '])) {
            out.pop();
        }
        for byte in out.iter_mut().skip(start) {
            if *byte <= b' ' || *byte == 0x7f {
                *byte = b'?';
            }
        }
        if out.len() == start {
            out.push(b'-');
        }
        out.push(b' ');
        Some(())
    }

    /// The syslog priority, facility × 8 + severity; the facility is mail where none
    /// is given. The buffer is used and left as it was.
    fn priority(&self, out: &mut Vec<u8>) -> Option<u8> {
        if let Some(severity) = self.read(Slot::Severity, out, mark::severity_number) {
            let facility = self.read(Slot::Facility, out, mark::facility_number).unwrap_or(2);
            return Some(facility * 8 + severity);
        }
        self.read(Slot::Priority, out, |text| {
            std::str::from_utf8(text).ok()?.parse().ok().filter(|priority| *priority < 192)
        })
    }

    fn read<T>(
        &self,
        slot: Slot,
        out: &mut Vec<u8>,
        parse: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Option<T> {
        let start = out.len();
        let read = json::append(self.get(slot)?, out);
        let parsed = read.and_then(|()| parse(out.get(start..)?));
        out.truncate(start);
        parsed
    }

    /// Appends the time and a blank; `-` where there is none. Gives false, and
    /// nothing useful, for a traditional stamp.
    fn write_time(&self, out: &mut Vec<u8>) -> Option<bool> {
        let start = out.len();
        let Some(time) = self.get(Slot::Time) else {
            out.extend_from_slice(b"- ");
            return Some(true);
        };
        json::append(time, out)?;
        let text = out.get(start..)?;
        if let Some(micros) = epoch_micros(text) {
            out.truncate(start);
            push_time(micros, out);
        } else if let Some((_, [])) = iso::read(text) {
            // Its blanks would end the word.
            if let Some(blank) = out.get_mut(start + 10) {
                *blank = b'T';
            }
            if let Some(at) = out.iter().skip(start).position(|byte| *byte == b' ') {
                out.remove(start + at);
            }
        } else if let Some((Stamp::Yearless { .. } | Stamp::Local { .. }, [])) =
            traditional::read(text)
        {
            return Some(false);
        } else {
            out.truncate(start);
            out.push(b'-');
        }
        out.push(b' ');
        Some(true)
    }
}

/// Drops blanks around the message and keeps it on one line.
fn tidy_message(out: &mut Vec<u8>, start: usize) {
    while out.len() > start && matches!(out.last(), Some(b'\n' | b'\r' | 0)) {
        out.pop();
    }
    let message = out.get(start..).unwrap_or_default();
    let mut left = message.strip_prefix(b"\xef\xbb\xbf").unwrap_or(message);
    while let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] = left {
        left = rest;
    }
    let skipped = message.len() - left.len();
    out.drain(start..start + skipped);
    for byte in out.iter_mut().skip(start) {
        if *byte == b'\n' {
            *byte = b' ';
        }
    }
}

/// A time since 1970 in seconds, with or without a fraction, or in milli-, micro- or
/// nanoseconds, which the number of digits tells for all times since 2001.
fn epoch_micros(text: &[u8]) -> Option<i64> {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    let value: i64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    match (digits.len(), rest) {
        (10, [b'.', fraction @ ..]) if fraction.iter().all(u8::is_ascii_digit) => {
            let mut micros = 0;
            for at in 0..6 {
                let digit = fraction.get(at).map_or(0, |digit| i64::from(digit - b'0'));
                micros = micros * 10 + digit;
            }
            Some(value * 1_000_000 + micros)
        }
        (10, []) => Some(value * 1_000_000),
        (13, []) => Some(value * 1_000),
        (16, []) => Some(value),
        (19, []) => Some(value / 1_000),
        _ => None,
    }
}

/// Appends a time as RFC 3339 in UTC, with a fraction where there is one.
fn push_time(micros: i64, out: &mut Vec<u8>) {
    let seconds = micros.div_euclid(1_000_000);
    let fraction = u32::try_from(micros.rem_euclid(1_000_000)).unwrap_or_default();
    let of_day = u32::try_from(seconds.rem_euclid(86_400)).unwrap_or_default();
    let Some(date) = Date::from_days(seconds.div_euclid(86_400)) else {
        out.push(b'-');
        return;
    };
    push_padded(u32::from(date.year.unsigned_abs()), 4, b'-', out);
    push_padded(u32::from(date.month), 2, b'-', out);
    push_padded(u32::from(date.day), 2, b'T', out);
    push_padded(of_day / 3600, 2, b':', out);
    push_padded(of_day / 60 % 60, 2, b':', out);
    if fraction == 0 {
        push_padded(of_day % 60, 2, b'Z', out);
    } else {
        push_padded(of_day % 60, 2, b'.', out);
        push_padded(fraction, 6, b'Z', out);
    }
}

/// Appends a number with leading zeros, and the byte that follows it.
fn push_padded(value: u32, width: u32, end: u8, out: &mut Vec<u8>) {
    for place in (0..width).rev() {
        let digit = value / 10_u32.pow(place) % 10;
        out.push(b'0' + u8::try_from(digit).unwrap_or_default());
    }
    out.push(end);
}

fn push_number(value: u32, out: &mut Vec<u8>) {
    let width = value.checked_ilog10().unwrap_or(0) + 1;
    push_padded(value, width, b'0', out);
    out.pop();
}
