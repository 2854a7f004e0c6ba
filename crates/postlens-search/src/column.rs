//! Values of lines by name: for tables and to count by.

use std::borrow::Cow;

use bstr::{BStr, ByteSlice};
use postlens_filter::{Line, domain_of, verdict};
use postlens_syntax::address::parse_ip;
use postlens_syntax::time::{days_from_civil, weekday};
use postlens_syntax::{Delay, FieldSink, QueueId, Time};
use thiserror::Error;

use crate::count::Row;
use crate::hit::Found;

mod names;

use names::known;

/// What a column holds: a field of the event schema or something that is made of fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    name: String,
    what: What,
}

/// A name that no column has.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is no column {name}")]
pub struct ColumnError {
    /// What was given.
    pub name: String,
    /// Names that may be meant.
    near: Vec<String>,
}

impl ColumnError {
    /// What to give instead.
    pub fn hint(&self) -> String {
        if self.near.is_empty() {
            return format!(
                "give a field's name, as `postlens parse` writes them, or one of {}",
                DERIVED.map(|(name, _)| name).join(", ")
            );
        }
        format!("did you mean {}?", self.near.join(", "))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    /// The field of that name.
    Field,
    Time(Bucket),
    Cause,
    Actor,
    /// The first of these fields.
    First(&'static [&'static str]),
    /// The domain of the first of these that has one.
    Domain(&'static [&'static str]),
    /// The client's network.
    Network,
    Text,
    QueueId,
}

/// A stretch of time to count by, as a clock on the wall shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bucket {
    Instant,
    Minute,
    Hour,
    Day,
    Month,
    HourOfDay,
    Weekday,
}

const DERIVED: [(&str, What); 22] = [
    ("time", What::Time(Bucket::Instant)),
    ("minute", What::Time(Bucket::Minute)),
    ("hour", What::Time(Bucket::Hour)),
    ("day", What::Time(Bucket::Day)),
    ("month", What::Time(Bucket::Month)),
    ("hour_of_day", What::Time(Bucket::HourOfDay)),
    ("weekday", What::Time(Bucket::Weekday)),
    ("cause", What::Cause),
    ("actor", What::Actor),
    ("client", What::First(&["client_address", "client_name"])),
    ("network", What::Network),
    ("relay", What::First(&["relay_name", "relay_address"])),
    ("user", What::First(&["sasl_username", "user", "username"])),
    ("code", What::First(&["reply_code"])),
    ("domain", What::Domain(&["recipient", "sender", "sasl_username", "user", "username"])),
    ("sender_domain", What::Domain(&["sender"])),
    ("recipient_domain", What::Domain(&["recipient"])),
    ("user_domain", What::Domain(&["sasl_username", "user", "username"])),
    ("text", What::Text),
    ("queue_id", What::QueueId),
    ("address", What::First(&["recipient", "sender", "sasl_username", "user"])),
    ("outcome", What::First(&["status", "action"])),
];

impl Column {
    /// The column of a name; case does not count, nor do `-` and `_`.
    ///
    /// # Errors
    /// When no line can have it.
    pub fn new(name: &str) -> Result<Self, ColumnError> {
        let name = name.trim().to_ascii_lowercase().replace('-', "_");
        if let Some((_, what)) = DERIVED.iter().find(|(known, _)| *known == name) {
            return Ok(Self { name, what: *what });
        }
        if known().contains(name.as_str()) {
            return Ok(Self { name, what: What::Field });
        }
        let part = name.get(..4).unwrap_or(&name).to_owned();
        let all = known().iter().copied().chain(DERIVED.map(|(name, _)| name));
        let near = all.filter(|known| !part.is_empty() && known.contains(&part));
        let near = near.take(8).map(str::to_owned).collect();
        Err(ColumnError { name, near })
    }

    /// The name, as it heads the column.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether its values have an order of their own, that of time.
    pub fn is_in_order(&self) -> bool {
        matches!(self.what, What::Time(_))
    }

    /// The rows of a count by this column alone, with those for stretches of time between
    /// the first and the last in which there was nothing. Where these are very many, none.
    pub fn filled(&self, rows: &[Row]) -> Vec<Row> {
        let What::Time(bucket) = self.what else { return rows.to_vec() };
        let (mut filled, mut next) = (Vec::new(), None::<String>);
        for row in rows {
            let name = row.values.first().and_then(|value| value.as_deref());
            let name = name.and_then(|name| std::str::from_utf8(name).ok());
            while let (Some(empty), Some(name)) = (&next, name)
                && empty.as_str() < name
                && filled.len() < MOST_FILLED
            {
                let value = Some(Box::from(empty.as_bytes()));
                filled.push(Row { values: vec![value], count: 0 });
                next = bucket.after(empty);
            }
            filled.push(row.clone());
            next = name.and_then(|name| bucket.after(name));
        }
        if filled.len() < MOST_FILLED { filled } else { rows.to_vec() }
    }

    fn names(&self) -> &[&str] {
        match self.what {
            What::First(names) | What::Domain(names) => names,
            What::Network => &["client_address"],
            _ => &[],
        }
    }
}

/// The values of a line's columns, in their order; `None` where it has none.
pub fn values<'a>(columns: &[Column], found: &Found<'a>) -> Vec<Option<Cow<'a, [u8]>>> {
    let mut row = Cells { columns, values: vec![None; columns.len()], ranks: Vec::new() };
    row.ranks = vec![usize::MAX; columns.len()];
    let line = Line { entry: found.entry, event: found.event };
    postlens_filter::Facts::send(&line, &mut row);
    let mut values: Vec<Option<Cow<'a, [u8]>>> =
        row.values.into_iter().map(|value| value.map(Cow::Owned)).collect();
    for (column, value) in columns.iter().zip(&mut values) {
        match column.what {
            What::Time(bucket) => {
                *value = found.time.map(|time| Cow::Owned(bucket.name(time).into_bytes()));
            }
            What::Cause | What::Actor => {
                *value = verdict(found.event).map(|verdict| {
                    let name = match column.what {
                        What::Actor => verdict.actor().name(),
                        _ => verdict.cause.name(),
                    };
                    Cow::Borrowed(name.as_bytes())
                });
            }
            What::Text => *value = Some(Cow::Borrowed(found.entry.text.as_bytes())),
            What::QueueId => {
                *value = found.event.queue_id().map(|id: QueueId<'a>| {
                    let id: &'a [u8] = id.as_bstr();
                    Cow::Borrowed(id)
                });
            }
            _ => {}
        }
    }
    values
}

struct Cells<'c> {
    columns: &'c [Column],
    values: Vec<Option<Vec<u8>>>,
    /// The place of the field that gave the value in the column's list.
    ranks: Vec<usize>,
}

impl FieldSink for Cells<'_> {
    fn text(&mut self, name: &'static str, value: &BStr) {
        let slots = self.columns.iter().zip(&mut self.values).zip(&mut self.ranks);
        for ((column, slot), rank) in slots {
            let place = match column.what {
                What::Field if column.name == name => Some(0),
                What::Field => None,
                _ => column.names().iter().position(|known| *known == name),
            };
            let Some(place) = place.filter(|place| place < rank) else { continue };
            let value: Option<Vec<u8>> = match column.what {
                What::Domain(_) => {
                    let domain = domain_of(value);
                    (!domain.is_empty()).then(|| domain.to_ascii_lowercase())
                }
                What::Network => network(value),
                What::First(_) if value.is_empty() || value == "unknown" => None,
                _ => Some(value.to_vec()),
            };
            if value.is_some() {
                (*slot, *rank) = (value, place);
            }
        }
    }

    fn int(&mut self, name: &'static str, value: i64) {
        self.text(name, BStr::new(value.to_string().as_bytes()));
    }

    fn delay(&mut self, name: &'static str, value: Delay) {
        self.text(name, BStr::new(value.to_string().as_bytes()));
    }
}

/// The network that an address most likely shares with others of the same owner.
fn network(address: &[u8]) -> Option<Vec<u8>> {
    let network = match parse_ip(address)? {
        std::net::IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        std::net::IpAddr::V6(ip) => {
            let bits = ip.to_bits() & !u128::from(u64::MAX);
            format!("{}/64", std::net::Ipv6Addr::from_bits(bits))
        }
    };
    Some(network.into_bytes())
}

/// More rows than this are not filled up.
const MOST_FILLED: usize = 10_000;

impl Bucket {
    /// The stretch after the one of this name.
    fn after(self, name: &str) -> Option<String> {
        let number = |from: usize, to: usize| name.get(from..to)?.parse::<i64>().ok();
        let part = |from, to| number(from, to).and_then(|number| u8::try_from(number).ok());
        let step = match self {
            Self::Minute => 60,
            Self::Hour => 3600,
            Self::Day => 86_400,
            Self::Month => {
                let (year, month) = (number(0, 4)?, number(5, 7)?);
                let month = year * 12 + month;
                return Some(format!("{:04}-{:02}", month / 12, month % 12 + 1));
            }
            Self::HourOfDay => {
                return number(0, 2)
                    .filter(|hour| *hour < 23)
                    .map(|hour| format!("{:02}", hour + 1));
            }
            Self::Instant | Self::Weekday => return None,
        };
        let year = i32::try_from(number(0, 4)?).ok()?;
        let days = days_from_civil(year, part(5, 7)?, part(8, 10)?)?;
        let of_day = number(11, 13).unwrap_or(0) * 3600 + number(14, 16).unwrap_or(0) * 60;
        Some(self.name(Time::on_wall(days * 86_400 + of_day + step)))
    }

    /// What it is called, so that names sort as times do.
    pub(crate) fn name(self, time: Time) -> String {
        const WEEKDAYS: [&str; 7] = ["1 Mon", "2 Tue", "3 Wed", "4 Thu", "5 Fri", "6 Sat", "7 Sun"];
        let at = time.civil();
        let day = || format!("{:04}-{:02}-{:02}", at.year, at.month, at.day);
        match self {
            Self::Instant => time.to_string(),
            Self::Minute => format!("{} {:02}:{:02}", day(), at.hour, at.minute),
            Self::Hour => format!("{} {:02}:00", day(), at.hour),
            Self::Day => day(),
            Self::Month => format!("{:04}-{:02}", at.year, at.month),
            Self::HourOfDay => format!("{:02}", at.hour),
            Self::Weekday => {
                let days = time.local_seconds().div_euclid(86_400);
                let index = usize::try_from(weekday(days)).unwrap_or_default();
                WEEKDAYS.get(index).copied().unwrap_or_default().to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use postlens_syntax::{Entry, Event, Time};

    use super::{Column, values};
    use crate::count::Row;
    use crate::hit::Found;

    #[track_caller]
    fn check(line: &str, name: &str, expected: &str) {
        let entry = Entry::parse(line.as_bytes());
        let event = Event::parse(&entry);
        let time = Some(Time { micros: 1_794_000_301_000_000, offset: 32_400 });
        let found = Found { line: line.as_bytes(), entry: &entry, event: &event, time, weight: 1 };
        let value = values(&[Column::new(name).unwrap()], &found).remove(0);
        let value = value.map(|value| String::from_utf8(value.into_owned()).unwrap());
        assert_eq!(value.unwrap_or_default(), expected, "{name}");
    }

    #[test]
    fn columns_of_a_delivery() {
        let line = "Nov  7 06:25:01 mx postfix/smtp[9]: 4dFxYz2BcdzQ1m: to=<bob@Example.org>, \
            relay=mx.example.org[192.0.2.80]:25, delay=1.5, delays=0.1/0.01/0.4/1, dsn=4.2.2, \
            status=deferred (host mx.example.org[192.0.2.80] said: 452 4.2.2 Mailbox full (in \
            reply to RCPT TO command))";
        check(line, "recipient", "bob@Example.org");
        check(line, "domain", "example.org");
        check(line, "relay", "mx.example.org");
        check(line, "Relay-Port", "25");
        check(line, "delay", "1.5");
        check(line, "cause", "mailbox_full");
        check(line, "actor", "recipient");
        check(line, "code", "452");
        check(line, "hour", "2026-11-07 06:00");
        check(line, "weekday", "6 Sat");
        check(line, "sender", "");
        check(line, "queue_id", "4dFxYz2BcdzQ1m");
    }

    #[test]
    fn clients_and_their_networks() {
        let line = "Nov  7 06:25:01 mx postfix/smtpd[9]: connect from unknown[203.0.113.9]";
        check(line, "client", "203.0.113.9");
        check(line, "network", "203.0.113.0/24");
        let line = "Nov  7 06:25:01 mx postfix/smtpd[9]: connect from a.example[2001:db8:1:2:3::4]";
        check(line, "network", "2001:db8:1:2::/64");
    }

    #[test]
    fn stretches_without_anything_are_filled_in() {
        let row = |name: &str| Row { values: vec![Some(name.as_bytes().into())], count: 1 };
        let fill = |column: &str, names: &[&str]| {
            let rows: Vec<_> = names.iter().map(|name| row(name)).collect();
            let filled = Column::new(column).unwrap().filled(&rows);
            let name =
                |row: &Row| String::from_utf8(row.values[0].clone().unwrap().into()).unwrap();
            filled.iter().map(name).collect::<Vec<_>>()
        };
        let days = fill("day", &["2026-02-27", "2026-03-02"]);
        assert_eq!(days, ["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"]);
        let hours = fill("hour", &["2026-12-31 22:00", "2027-01-01 01:00"]);
        assert_eq!(hours.len(), 4);
        assert_eq!(hours.get(2).unwrap(), "2027-01-01 00:00");
        assert_eq!(fill("month", &["2026-11", "2027-02"]).len(), 4);
        assert_eq!(fill("minute", &["1990-01-01 00:00", "2026-01-01 00:00"]).len(), 2);
        assert_eq!(fill("kind", &["a", "c"]), ["a", "c"]);
    }

    #[test]
    fn wrong_names_are_told() {
        let error = Column::new("recipent").unwrap_err();
        assert!(error.hint().contains("recipient"), "{}", error.hint());
        assert!(Column::new("xyzzy").unwrap_err().hint().contains("weekday"));
    }
}
