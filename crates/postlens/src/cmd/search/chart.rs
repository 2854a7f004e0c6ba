//! Counts as bars.

use std::io::{self, Write};

use postlens_search::{Column, Row};
use unicode_width::UnicodeWidthStr;

use super::counts::label;

/// Bars are no longer than this, in characters.
const LONGEST: usize = 60;

/// Writes a bar for each row; for stretches of time also for those without anything.
pub(super) fn write(
    columns: &[Column],
    rows: &[Row],
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rows = match columns {
        [column] => column.filled(rows),
        _ => rows.to_vec(),
    };
    let most = rows.iter().map(|row| row.count).max().unwrap_or_default();
    let digits = most.to_string().len();
    let labels: Vec<_> = rows.iter().map(label).collect();
    let widest = labels.iter().map(|label| label.width()).max().unwrap_or_default();
    let room = width.saturating_sub(widest + digits + 4).clamp(10, LONGEST);
    for (row, label) in rows.iter().zip(&labels) {
        let blanks = " ".repeat(widest.saturating_sub(label.width()));
        let line =
            format!("{label}{blanks}  {:>digits$}  {}", row.count, bar(row.count, most, room));
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// A bar in eighths of a character; never nothing for something.
fn bar(count: u64, most: u64, room: usize) -> String {
    const PARTS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
    if count == 0 || most == 0 {
        return String::new();
    }
    let room = u128::try_from(room).unwrap_or_default() * 8;
    let eighths = (u128::from(count) * room / u128::from(most)).max(1);
    let whole = usize::try_from(eighths / 8).unwrap_or_default();
    let rest = usize::try_from(eighths % 8).unwrap_or_default();
    let mut bar = "█".repeat(whole);
    bar.extend(rest.checked_sub(1).and_then(|index| PARTS.get(index)));
    bar
}

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn bars_are_as_long_as_counts_are_high() {
        assert_eq!(bar(0, 10, 4), "");
        assert_eq!(bar(10, 10, 4), "████");
        assert_eq!(bar(5, 10, 4), "██");
        assert_eq!(bar(1, 1_000_000, 4), "▏");
        assert_eq!(bar(6, 10, 4), "██▍");
    }
}
