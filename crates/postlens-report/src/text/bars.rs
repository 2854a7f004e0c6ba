//! Bars beside counts, for terminals.

use super::layout::WIDTH;

/// What the place that a text goes to can show.
#[derive(Debug, Clone, Copy, Default)]
pub struct Look {
    /// Terminal colours (ECMA-48, SGR).
    pub colour: bool,
    /// Bars beside counts; `None` where the text is not for eyes alone.
    pub bars: Option<Bars>,
}

/// How bars are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bars {
    /// Columns that a line has.
    pub columns: usize,
    /// With block elements (U+2588 to U+258F), which are no ASCII; else with `#`.
    pub blocks: bool,
}

/// Columns of a bar at most, and at least: shorter ones tell nothing.
const LONGEST: usize = 20;
const SHORTEST: usize = 6;
/// Empty columns before a bar.
const GAP: usize = 2;
/// Parts of a column that a block element may fill.
const EIGHTHS: u128 = 8;
const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
/// The colour of bars: cyan.
const STYLE: &str = "36";

impl Bars {
    /// Columns for bars beside lines of `used` columns, if there is room.
    fn room(self, used: usize) -> Option<usize> {
        let room = self.columns.min(WIDTH).checked_sub(used + GAP)?;
        Some(room.min(LONGEST)).filter(|room| *room >= SHORTEST)
    }

    /// A bar as long as `value` is of `most`; what is not 0 shows.
    fn draw(self, value: u64, most: u64, columns: usize) -> String {
        let whole = columns as u128 * EIGHTHS;
        let eighths = (u128::from(value) * whole).checked_div(u128::from(most)).unwrap_or(0);
        let eighths = eighths.clamp(u128::from(value > 0), whole);
        let index = |number: u128| usize::try_from(number).unwrap_or_default();
        if self.blocks {
            let part = PARTS.get(index(eighths % EIGHTHS)).copied().unwrap_or_default();
            format!("{}{part}", "█".repeat(index(eighths / EIGHTHS)))
        } else {
            "#".repeat(index(eighths.div_ceil(EIGHTHS)))
        }
    }
}

/// Lines that are to stand above each other, each with what its bar says.
#[derive(Debug, Default)]
pub(crate) struct Chart {
    widest: usize,
    most: u64,
}

impl Chart {
    /// Bars for lines of these widths and values.
    pub(super) fn of(lines: impl Iterator<Item = (usize, u64)>) -> Self {
        let mut chart = Self::default();
        for (width, value) in lines {
            chart.widest = chart.widest.max(width);
            chart.most = chart.most.max(value);
        }
        chart
    }

    /// The bar of a line of `width` columns, with the space before it; empty where bars
    /// are not wanted or have no room.
    pub(super) fn bar(&self, look: Look, width: usize, value: u64) -> String {
        let Some(bars) = look.bars.filter(|_| value > 0) else { return String::new() };
        let Some(room) = bars.room(self.widest) else { return String::new() };
        let bar = bars.draw(value, self.most, room);
        let pad = self.widest.saturating_sub(width) + GAP;
        if look.colour {
            format!("{:pad$}\x1b[{STYLE}m{bar}\x1b[0m", "")
        } else {
            format!("{:pad$}{bar}", "")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Bars;

    const BLOCKS: Bars = Bars { columns: 100, blocks: true };
    const PLAIN: Bars = Bars { columns: 100, blocks: false };

    #[test]
    fn bars_are_as_long_as_their_values() {
        let check = |value, blocks: &str, plain: &str| {
            assert_eq!(BLOCKS.draw(value, 80, 10), blocks);
            assert_eq!(PLAIN.draw(value, 80, 10), plain);
        };
        check(0, "", "");
        check(1, "▏", "#");
        check(8, "█", "#");
        check(12, "█▌", "##");
        check(80, "██████████", "##########");
        assert_eq!(BLOCKS.draw(1, 1_000_000, 10), "▏", "what is there shows");
        assert_eq!(BLOCKS.draw(u64::MAX, u64::MAX, 10), "██████████");
        assert_eq!(BLOCKS.draw(30, 3, 10), "██████████", "never longer than the room");
    }

    #[test]
    fn bars_need_room() {
        assert_eq!(BLOCKS.room(50), Some(20));
        assert_eq!(BLOCKS.room(85), Some(13));
        assert_eq!(BLOCKS.room(95), None);
        assert_eq!(BLOCKS.room(120), None);
        assert_eq!(Bars { columns: 60, ..BLOCKS }.room(60), None);
        assert_eq!(Bars { columns: 300, ..BLOCKS }.room(85), Some(13), "a page has 100");
    }
}
