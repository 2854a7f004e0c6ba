//! Examples of each cause, for the book and for the tests.

use std::sync::LazyLock;

use crate::actor::Side;
use crate::cause::Cause;
use crate::table::{self, Table};

/// One example.
#[derive(Debug)]
pub(crate) struct Example {
    pub(crate) cause: Cause,
    pub(crate) side: Side,
    #[cfg_attr(not(test), expect(dead_code, reason = "what the tests classify"))]
    pub(crate) kind: Kind,
    pub(crate) text: &'static str,
}

/// Where its text stands.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// In the last parentheses of a delivery line.
    Delivery,
    /// In a refusal.
    Refusal,
}

/// All examples; the first of a cause is the one to show.
pub(crate) fn all() -> impl Iterator<Item = &'static Example> {
    table().rows.iter()
}

/// The table, read on first use.
pub(crate) fn table() -> &'static Table<Example> {
    static TABLE: LazyLock<Table<Example>> = LazyLock::new(|| {
        Table::read("examples.txt", include_str!("../tables/examples.txt"), |columns| {
            let &[kind, side, cause, text] = columns else {
                return Err(table::columns(4, columns));
            };
            let kind = match kind {
                "delivery" => Kind::Delivery,
                "refusal" => Kind::Refusal,
                other => return Err(format!("unknown kind {other}")),
            };
            let side = Side::ALL.into_iter().find(|known| known.name() == side);
            let side = side.ok_or("unknown side")?;
            Ok(Example { cause: table::cause(cause)?, side, kind, text })
        })
    });
    &TABLE
}
