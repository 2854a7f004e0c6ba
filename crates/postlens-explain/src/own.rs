//! The texts that Postfix itself writes, told by patterns that are anchored at both ends.

use std::sync::LazyLock;

use crate::actor::Side;
use crate::cause::Cause;
use crate::pattern::{Found, Pattern};
use crate::table::{self, Table};

/// A text of a delivery line.
#[derive(Debug)]
pub(crate) struct DeliveryRow {
    pub(crate) cause: Cause,
    pub(crate) side: Side,
    pattern: Pattern,
}

/// A text of a refusal, after its codes and what it is about.
#[derive(Debug)]
pub(crate) struct RefusalRow {
    pub(crate) cause: Cause,
    pattern: Pattern,
}

/// The texts of delivery agents and the queue manager, read on first use.
pub(crate) fn deliveries() -> &'static Table<DeliveryRow> {
    static TABLE: LazyLock<Table<DeliveryRow>> = LazyLock::new(|| {
        Table::read("delivery.txt", include_str!("../tables/delivery.txt"), |columns| {
            let &[cause, side, pattern] = columns else { return Err(table::columns(3, columns)) };
            let side = match side {
                "peer" => Side::Peer,
                "own" => Side::Own,
                other => return Err(format!("neither peer nor own: {other}")),
            };
            let pattern = Pattern::compile(pattern)?;
            Ok(DeliveryRow { cause: table::cause(cause)?, side, pattern })
        })
    });
    &TABLE
}

/// The texts of smtpd and postscreen, read on first use.
pub(crate) fn refusals() -> &'static Table<RefusalRow> {
    static TABLE: LazyLock<Table<RefusalRow>> = LazyLock::new(|| {
        Table::read("refusal.txt", include_str!("../tables/refusal.txt"), |columns| {
            let &[cause, pattern] = columns else { return Err(table::columns(2, columns)) };
            Ok(RefusalRow { cause: table::cause(cause)?, pattern: Pattern::compile(pattern)? })
        })
    });
    &TABLE
}

/// The first row that describes a delivery's text.
pub(crate) fn delivery(text: &[u8]) -> Option<(&'static DeliveryRow, Found<'_>)> {
    deliveries().rows.iter().find_map(|row| Some((row, row.pattern.matches(text)?)))
}

/// The first row that describes a refusal's text.
pub(crate) fn refusal(text: &[u8]) -> Option<(&'static RefusalRow, Found<'_>)> {
    refusals().rows.iter().find_map(|row| Some((row, row.pattern.matches(text)?)))
}

#[cfg(test)]
mod tests {
    use super::{deliveries, refusals};

    #[test]
    fn the_tables_can_be_read() {
        let deliveries = deliveries().errors.iter().map(ToString::to_string);
        let errors: Vec<_> =
            deliveries.chain(refusals().errors.iter().map(ToString::to_string)).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}
