//! The texts that Postfix itself writes, told by patterns that are anchored at both ends.

use std::sync::LazyLock;

use crate::actor::Side;
use crate::cause::Cause;
use crate::pattern::{Found, Pattern};
use crate::table::{self, Table};

/// A text of Postfix.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) cause: Cause,
    /// On whose side the failure is.
    pub(crate) side: Side,
    /// Whether it counts for our own Postfix's words alone.
    pub(crate) own: bool,
    pattern: Pattern,
}

/// A table of texts and the way into it.
#[derive(Debug)]
pub(crate) struct Texts {
    pub(crate) table: Table<Row>,
    /// For each first byte of a text the rows that may describe it, by number and in order.
    by_first: Vec<Vec<u16>>,
}

/// The texts of delivery agents and the queue manager, read on first use.
pub(crate) fn deliveries() -> &'static Texts {
    static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
        let text = include_str!("../tables/delivery.txt");
        Texts::index(Table::read("delivery.txt", text, |columns| {
            let &[cause, side, pattern] = columns else { return Err(table::columns(3, columns)) };
            let side = match side {
                "peer" => Side::Peer,
                "own" => Side::Own,
                other => return Err(format!("neither peer nor own: {other}")),
            };
            row(cause, side, pattern)
        }))
    });
    &TEXTS
}

/// The texts of smtpd and postscreen, after the codes and what they are about, read on
/// first use.
pub(crate) fn refusals() -> &'static Texts {
    static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
        let text = include_str!("../tables/refusal.txt");
        Texts::index(Table::read("refusal.txt", text, |columns| match columns {
            [cause, pattern] => row(cause, Side::Client, pattern),
            [cause, pattern, "own"] => {
                row(cause, Side::Client, pattern).map(|row| Row { own: true, ..row })
            }
            _ => Err(table::columns(2, columns)),
        }))
    });
    &TEXTS
}

fn row(cause: &str, side: Side, pattern: &'static str) -> Result<Row, String> {
    Ok(Row { cause: table::cause(cause)?, side, own: false, pattern: Pattern::compile(pattern)? })
}

impl Texts {
    fn index(table: Table<Row>) -> Self {
        let rows = || (0..).zip(&table.rows);
        let of = |first: u8| {
            let fits = |row: &Row| row.pattern.first_byte().is_none_or(|byte| byte == first);
            rows().filter(|(_, row)| fits(row)).map(|(number, _)| number).collect()
        };
        let by_first = (0..=u8::MAX).map(of).collect();
        Self { table, by_first }
    }

    /// The first row that describes a text, and what it found there.
    pub(crate) fn find<'a>(&self, text: &'a [u8]) -> Option<(&Row, Found<'a>)> {
        let candidates = self.by_first.get(usize::from(*text.first()?))?;
        candidates.iter().find_map(|number| {
            let row = self.table.rows.get(usize::from(*number))?;
            Some((row, row.pattern.matches(text)?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{deliveries, refusals};

    #[test]
    fn the_tables_can_be_read() {
        for texts in [deliveries(), refusals()] {
            let errors: Vec<_> = texts.table.errors.iter().map(ToString::to_string).collect();
            assert!(errors.is_empty(), "{errors:#?}");
        }
    }

    #[test]
    fn every_row_can_decide() {
        for texts in [deliveries(), refusals()] {
            let filled = texts.table.rows.iter().map(|row| (row, row.pattern.filled()));
            let hidden = filled.filter(|(row, text)| {
                texts.find(text.as_bytes()).is_none_or(|(first, _)| first.cause != row.cause)
            });
            let hidden: Vec<_> = hidden.map(|(_, text)| text).collect();
            assert!(hidden.is_empty(), "{hidden:#?}");
        }
    }
}
