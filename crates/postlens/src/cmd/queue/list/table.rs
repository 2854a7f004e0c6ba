//! The list for people.

use std::io::{self, Write};

use bstr::{BStr, ByteSlice};
use postlens_report::Language;
use postlens_report::escape::printable;
use postlens_report::number::{bytes, span};

use super::rows::Rows;
use crate::cmd::queue::filter::cause_of;
use crate::cmd::queue::place::Held;

/// What stands before the queue ID, whose width is not known yet, and after it; the parts end
/// with a byte that no text for people has.
pub(super) fn row(held: &Held, now: i64, language: &Language) -> String {
    let message = &held.message;
    let instance = held.instance.as_deref().unwrap_or("-");
    let (age, queue) = (span(message.age(now)), message.queue.name());
    let size = message.size.map_or_else(|| "-".to_owned(), bytes);
    let next = match message.next_attempt {
        Some(next) if next <= now => "now".to_owned(),
        Some(next) => span(next - now),
        None => "-".to_owned(),
    };
    let cause = cause_of(held).map(|cause| format!(": {}", language.text(cause.key())));
    format!(
        "{instance:14} \0{age:>6} {queue:8} \0 {size:>8} {next:>6}  {} > {}{}",
        shown_sender(&message.sender),
        recipients(held),
        cause.unwrap_or_default()
    )
}

/// Writes rows below their headings; `named` shows instances.
pub(super) fn write(rows: &mut Rows, named: bool, out: &mut dyn Write) -> io::Result<()> {
    let Some(width) = rows.ids().map(str::len).max() else { return Ok(()) };
    let width = width.max(8);
    if named {
        write!(out, "{:14} ", "INSTANCE")?;
    }
    let [age, queue, id, size, next] = ["AGE", "QUEUE", "ID", "SIZE", "NEXT"];
    let what = "SENDER > RECIPIENTS: CAUSE";
    writeln!(out, "{age:>6} {queue:8} {id:width$} {size:>8} {next:>6}  {what}")?;
    rows.each(&mut |id, row| {
        let mut parts = row.splitn(3, |byte| *byte == 0);
        let mut next = || parts.next().unwrap_or_default();
        let (instance, before, after) = (next(), next(), next());
        if named {
            out.write_all(instance)?;
        }
        out.write_all(before)?;
        write!(out, "{id:width$}")?;
        out.write_all(after)?;
        out.write_all(b"\n")
    })
}

/// A sender for people; bounces have none.
pub(crate) fn shown_sender(sender: &[u8]) -> String {
    if sender.is_empty() { "<>".to_owned() } else { printable(BStr::new(sender)) }
}

fn recipients(held: &Held) -> String {
    let all = &held.message.recipients;
    let first =
        all.first().map_or_else(|| "-".to_owned(), |first| printable(first.address.as_bstr()));
    match all.len() {
        0 | 1 => first,
        more => format!("{first} +{}", more - 1),
    }
}
