//! Causes of status codes: those of the registry of enhanced status codes (RFC 5248), of
//! large providers, and plain reply codes (RFC 5321, section 4.2.3).

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use crate::actor::Side;
use crate::cause::Cause;
use crate::reply::Status;
use crate::table::{self, Table};
use crate::wording::Command;

/// What a code tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Meaning {
    /// The cause.
    pub(crate) cause: Cause,
    /// Whether the code means this cause and nothing else.
    pub(crate) exact: bool,
}

/// A row: a code, perhaps for one class only, perhaps a range of details.
#[derive(Debug)]
pub(crate) struct Row {
    /// As it is written.
    text: &'static str,
    code: Code,
    meaning: Meaning,
}

/// To what a reply code is the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum To {
    Anything,
    Command(Command),
    /// To a client, by our own server.
    Client,
}

#[derive(Debug)]
enum Code {
    Reply { code: u16, to: To },
    Status { class: Option<u16>, subject: u16, detail: RangeInclusive<u16> },
}

/// The table, read on first use.
pub(crate) fn table() -> &'static Table<Row> {
    static TABLE: LazyLock<Table<Row>> = LazyLock::new(|| {
        Table::read("status.txt", include_str!("../tables/status.txt"), |columns| {
            let &[code, weight, cause] = columns else { return Err(table::columns(3, columns)) };
            let exact = match weight {
                "exact" => true,
                "general" => false,
                other => return Err(format!("neither exact nor general: {other}")),
            };
            let text = code;
            let code = read(code).ok_or_else(|| format!("not a code: {code}"))?;
            Ok(Row { text, code, meaning: Meaning { cause: table::cause(cause)?, exact } })
        })
    });
    &TABLE
}

fn read(code: &'static str) -> Option<Code> {
    let mut parts = code.split('.');
    let first = parts.next()?;
    let Some(subject) = parts.next() else {
        let (code, to) = match code.split_once(' ') {
            Some((code, "client")) => (code, To::Client),
            Some((code, command)) => (code, To::Command(Command::read(command.as_bytes())?)),
            None => (code, To::Anything),
        };
        return Some(Code::Reply { code: code.parse().ok()?, to });
    };
    let detail = parts.next()?;
    let (from, to) = detail.split_once('-').unwrap_or((detail, detail));
    let class = if first == "X" { None } else { Some(first.parse().ok()?) };
    let subject = subject.parse().ok()?;
    Some(Code::Status { class, subject, detail: from.parse().ok()?..=to.parse().ok()? })
}

/// The codes of a cause, and whether each is exact.
pub(crate) fn codes(cause: Cause) -> impl Iterator<Item = (&'static str, bool)> {
    let rows = table().rows.iter().filter(move |row| row.meaning.cause == cause);
    rows.map(|row| (row.text, row.meaning.exact))
}

/// What an enhanced code tells: the row of its class before that of any class; for an
/// unknown detail the one of its subject, `X.Y.0`, which is never exact.
pub(crate) fn of_status(status: Status) -> Option<Meaning> {
    if status.class == 2 {
        return None;
    }
    let general = |meaning: Meaning| Meaning { exact: false, ..meaning };
    row(status).or_else(|| row(Status { detail: 0, ..status }).map(general))
}

fn row(status: Status) -> Option<Meaning> {
    let of_class = |wanted: Option<u16>| {
        table().rows.iter().find_map(|row| match &row.code {
            Code::Status { class, subject, detail }
                if *class == wanted
                    && *subject == status.subject
                    && detail.contains(&status.detail) =>
            {
                Some(row.meaning)
            }
            _ => None,
        })
    };
    of_class(Some(status.class)).or_else(|| of_class(None))
}

/// What a reply code tells, in answer to a command, to us or by us.
pub(crate) fn of_reply(code: u16, command: Option<Command>, side: Side) -> Option<Meaning> {
    let fits = |to| match to {
        To::Anything => true,
        To::Command(known) => command == Some(known),
        To::Client => side == Side::Client,
    };
    table().rows.iter().find_map(|row| match row.code {
        Code::Reply { code: known, to } if known == code && fits(to) => Some(row.meaning),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::{of_reply, of_status, row, table};
    use crate::actor::Side;
    use crate::cause::Cause;
    use crate::reply::Status;
    use crate::wording::Command;

    fn cause(code: &str) -> Option<(Cause, bool)> {
        of_status(Status::read(code.as_bytes())?).map(|meaning| (meaning.cause, meaning.exact))
    }

    #[test]
    fn the_table_can_be_read() {
        let errors: Vec<_> = table().errors.iter().map(ToString::to_string).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }

    #[test]
    fn every_registered_code_has_a_row() {
        // The details that the registry has for each subject.
        let registry: [(u16, std::ops::RangeInclusive<u16>); 8] = [
            (0, 0..=0),
            (1, 0..=10),
            (2, 0..=4),
            (3, 0..=5),
            (4, 0..=7),
            (5, 0..=6),
            (6, 0..=10),
            (7, 0..=27),
        ];
        for (subject, details) in registry {
            for detail in details {
                for class in [4, 5] {
                    let status = Status { class, subject, detail };
                    assert!(row(status).is_some(), "{status:?}");
                }
            }
        }
    }

    #[test]
    fn unknown_details_fall_back() {
        assert_eq!(cause("5.1.1"), Some((Cause::UserUnknown, true)));
        assert_eq!(cause("4.2.2"), Some((Cause::MailboxFull, true)));
        assert_eq!(cause("5.2.99"), cause("5.2.0"));
        assert_eq!(cause("2.1.5"), None);
        assert_eq!(cause("5.9.1"), None);
        assert_eq!(cause("5.7.610"), Some((Cause::BlockedReputation, true)));
        let reply =
            |code, command| of_reply(code, command, Side::Peer).map(|meaning| meaning.cause);
        let ours = of_reply(550, None, Side::Client).map(|meaning| meaning.cause);
        assert_eq!(
            (reply(550, None), ours),
            (Some(Cause::UserUnknown), Some(Cause::PolicyRefused))
        );
        assert_eq!(reply(552, Some(Command::Rcpt)), Some(Cause::MailboxFull));
        assert_eq!(reply(552, Some(Command::Data)), Some(Cause::MessageTooLarge));
        assert_eq!(reply(999, None), None);
    }
}
