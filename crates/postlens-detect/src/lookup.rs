//! A lookup table or database cannot be read.

use bstr::ByteSlice;
use postlens_syntax::Class;

use crate::detector::Detector;
use crate::finding::{Finding, FindingKind, Subject, kept};
use crate::signal::Trouble;
use crate::subjects::Subjects;
use crate::watch::{Clock, Rule, Watch};

/// Failed lookups in one table, beyond one in ten minutes.
pub(crate) const RULE: Rule = Rule { least: 4.0, pace: 0.1, times: 3.0, most: 1.0 };

/// What stands after the table's name (dict_surrogate.c, maps.c, match_ops.c,
/// virtual_mailbox.c and others).
const AFTER: [&str; 5] = [
    " is unavailable. ",
    " lookup error for ",
    ": table lookup problem",
    " map lookup problem for ",
    " lookup problem for ",
];

/// Watches each table.
#[derive(Debug, Default)]
pub(crate) struct Lookup {
    tables: Subjects<Watch>,
}

/// The table that a warning is about.
fn table(text: &[u8]) -> Option<&[u8]> {
    let text = text.strip_prefix(b"warning: ").or_else(|| text.strip_prefix(b"error: "))?;
    let end = AFTER.iter().find_map(|after| text.find(after))?;
    // Some warnings put the message's queue ID or the function first.
    text.get(..end)?.rsplit(|byte| *byte == b' ').next().filter(|table| {
        let colon = table.find_byte(b':');
        colon.is_some_and(|colon| colon + 1 < table.len())
    })
}

impl Detector for Lookup {
    fn trouble(&mut self, trouble: &Trouble<'_>, clock: Clock) {
        // The most frequent warnings are none of tables.
        let other = matches!(
            trouble.class,
            Some(Class::Dns | Class::Tls | Class::Sasl | Class::Protocol | Class::Network)
        );
        if other {
            return;
        }
        if let Some(table) = table(trouble.sight.text) {
            self.tables.entry(table).add(RULE, clock, &trouble.sight, trouble.weight);
        }
    }

    fn findings(&self, clock: Clock, out: &mut Vec<Finding>) {
        for (table, watch) in self.tables.iter() {
            let subject = Subject::Service(kept(table));
            watch.report((FindingKind::LookupsFailing, &subject), RULE, clock, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn tables_are_named() {
        let check = |text: &str, name: Option<&str>| {
            assert_eq!(table(text.as_bytes()), name.map(str::as_bytes), "{text}");
        };
        check(
            "warning: texthash:/etc/postfix/a lookup error for \"<>\"",
            Some("texthash:/etc/postfix/a"),
        );
        check(
            "warning: hash:/etc/a is unavailable. open database /etc/a.db: No such file",
            Some("hash:/etc/a"),
        );
        check("warning: x.bl.example: RBL lookup error: Host not found", None);
    }
}
