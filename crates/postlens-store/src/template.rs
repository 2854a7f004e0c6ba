//! Layouts that lines had, tried on other lines before a new one is made.
//!
//! Nearly every line has the layout of an earlier one. Whether it has is seen by going along
//! the line and the layout side by side: what is found that way comes back byte for byte.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use bstr::ByteSlice as _;
use postlens_columns::Cell;
use postlens_syntax::Time;

use crate::stamp::Form;

/// A line that looks for its layout.
#[derive(Debug)]
pub(crate) struct Line<'a> {
    pub(crate) bytes: &'a [u8],
    /// What its stamp says, if it has one.
    pub(crate) time: Option<Time>,
    /// Where its text begins; nowhere if the text is not the line's end.
    pub(crate) text: Option<usize>,
}

/// A layout, taken apart.
#[derive(Debug)]
struct Template {
    layout: String,
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Literal(Vec<u8>),
    /// The value of the column at this place.
    Cell(usize),
    Stamp(Form),
    /// The beginning of the text.
    Text,
}

/// Layouts of earlier lines, by which columns had a value.
#[derive(Debug, Default)]
pub(crate) struct Templates {
    known: HashMap<u64, Vec<Template>, BuildHasherDefault<Mix>>,
    /// A stamp, while it is compared.
    stamp: Vec<u8>,
}

/// Layouts that are kept for one set of columns; the one that was of use last comes first.
const MOST: usize = 24;
/// Sets of columns; a log with more is hostile, and all begins anew.
const SETS: usize = 1024;

impl Templates {
    /// The layout of a line with these cells, if an earlier line had it.
    pub(crate) fn find(&mut self, line: &Line<'_>, cells: &[Cell<'_>], set: u64) -> Option<&str> {
        let known = self.known.get_mut(&set)?;
        let plain = line.bytes.is_ascii();
        if line.bytes.contains(&0) {
            return None;
        }
        let stamp = &mut self.stamp;
        let found =
            known.iter().position(|template| template.fits(line, cells, plain, stamp).is_some())?;
        // A layout that is often used stays in front.
        let place = found / 2;
        known.swap(found, place);
        known.get(place).map(|template| template.layout.as_str())
    }

    /// Keeps the layout of a line for others. `names` are those of the columns.
    pub(crate) fn keep(&mut self, layout: &str, names: &[&'static str], set: u64) {
        let Some(parts) = parts(layout, names) else { return };
        if self.known.len() >= SETS && !self.known.contains_key(&set) {
            self.known.clear();
        }
        let known = self.known.entry(set).or_default();
        known.truncate(MOST - 1);
        known.push(Template { layout: layout.to_owned(), parts });
    }
}

impl Template {
    /// Whether a line with these cells has this layout.
    fn fits(
        &self,
        line: &Line<'_>,
        cells: &[Cell<'_>],
        plain: bool,
        stamp: &mut Vec<u8>,
    ) -> Option<()> {
        let mut at = 0;
        let mut text = None;
        for part in &self.parts {
            let rest = line.bytes.get(at..)?;
            match part {
                Part::Literal(literal) => at += same(rest, literal)?,
                Part::Cell(place) => at += value(rest, cells.get(*place)?, plain)?,
                Part::Stamp(form) => {
                    stamp.clear();
                    form.write(line.time?.micros, stamp)?;
                    at += same(rest, stamp)?;
                }
                Part::Text => text = Some(at),
            }
        }
        (at == line.bytes.len() && text.is_some() && text == line.text).then_some(())
    }
}

/// The length of what stands at the beginning.
fn same(rest: &[u8], expected: &[u8]) -> Option<usize> {
    rest.starts_with(expected).then_some(expected.len())
}

/// The length of a cell's value as it will be stored, if that stands at the beginning.
/// `plain` says that it has nothing but ASCII in it.
fn value(rest: &[u8], cell: &Cell<'_>, plain: bool) -> Option<usize> {
    match cell {
        Cell::Text(text) => {
            let length = same(rest, text)?;
            (plain || text.to_str().is_ok()).then_some(length)
        }
        Cell::Made(made) => same(rest, made.as_bytes()),
        Cell::Int(number) => decimal(rest, u64::try_from(*number).ok()?),
        Cell::Seconds(delay) => {
            let micros = delay.micros();
            // Longer ones are not written to the microsecond.
            (micros < 1_000_000_000_000_000).then_some(())?;
            let whole = decimal(rest, micros / 1_000_000)?;
            match micros % 1_000_000 {
                0 => Some(whole),
                fraction => {
                    let digits = fraction_of(rest.get(whole..)?, fraction)?;
                    Some(whole + digits)
                }
            }
        }
        Cell::Null | Cell::Time(_) | Cell::Bool(_) => None,
    }
}

/// The length of a number in decimal digits.
fn decimal(rest: &[u8], number: u64) -> Option<usize> {
    let mut digits = [0; 20];
    let mut left = number;
    let mut length = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(left % 10).ok()?;
        left /= 10;
        length += 1;
        if left == 0 {
            break;
        }
    }
    same(rest, digits.get(20 - length..)?)
}

/// The length of a fraction of a second in as few digits as it has.
fn fraction_of(rest: &[u8], micros: u64) -> Option<usize> {
    let mut digits = *b".000000";
    let mut left = micros;
    let mut length = digits.len();
    for digit in digits.iter_mut().skip(1).rev() {
        *digit += u8::try_from(left % 10).ok()?;
        left /= 10;
    }
    while length > 1 && digits.get(length - 1) == Some(&b'0') {
        length -= 1;
    }
    same(rest, digits.get(..length)?)
}

/// Takes a layout apart; `None` for one that no other line will have.
fn parts(layout: &str, names: &[&'static str]) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut literal = Vec::new();
    let mut rest = layout;
    while let Some((before, after)) = rest.split_once('{') {
        literal.extend_from_slice(before.as_bytes());
        if let Some(after) = after.strip_prefix('{') {
            literal.push(b'{');
            rest = after;
            continue;
        }
        let (mark, after) = after.split_once('}')?;
        rest = after;
        let part = match mark {
            "|" => Part::Text,
            "=" => return None,
            mark => match mark.strip_prefix("time:") {
                Some(form) => Part::Stamp(Form::parse(form)?),
                None => Part::Cell(names.iter().position(|name| *name == mark)?),
            },
        };
        if !literal.is_empty() {
            parts.push(Part::Literal(std::mem::take(&mut literal)));
        }
        parts.push(part);
    }
    literal.extend_from_slice(rest.as_bytes());
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    Some(parts)
}

/// Spreads the bits of a set of columns.
#[derive(Debug, Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        // The golden ratio, as Knuth's multiplicative hashing has it.
        let mixed = (self.0 ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }
}

#[cfg(test)]
mod tests {
    use bstr::BStr;
    use postlens_columns::Cell;
    use postlens_syntax::{Delay, Time};

    use super::{Line, Templates};

    const TIME: Time = Time { micros: 1_793_773_501_000_000, offset: 3600 };
    const NAMES: [&str; 3] = ["host", "pid", "delay"];

    /// Whether a line has a layout.
    fn has(layout: &str, line: &str, text: usize, cells: &[Cell<'_>]) -> bool {
        let mut templates = Templates::default();
        templates.keep(layout, &NAMES, 7);
        let line = Line { bytes: line.as_bytes(), time: Some(TIME), text: Some(text) };
        templates.find(&line, cells, 7).is_some()
    }

    #[test]
    fn a_layout_fits_or_does_not() {
        let cells = |micros| {
            [Cell::Text(BStr::new("mx")), Cell::Int(25), Cell::Seconds(Delay::from_micros(micros))]
        };
        let layout = "{time:b+3600} {host}[{pid}]: {|}delay={delay}, {{";
        let line = "Nov  4 07:25:01 mx[25]: delay=1.05, {";
        assert!(has(layout, line, 24, &cells(1_050_000)));
        assert!(!has(layout, line, 23, &cells(1_050_000)));
        assert!(!has(layout, line, 24, &cells(1_000_000)));
        assert!(!has(layout, &line.replace("1.05", "1.050"), 24, &cells(1_050_000)));
        assert!(!has(layout, &line.replace("25]", "025]"), 24, &cells(1_050_000)));
        assert!(!has(layout, &(line.to_owned() + " "), 24, &cells(1_050_000)));
        assert!(has(layout, &line.replace("1.05", "0"), 24, &cells(0)));
        assert!(!has(layout, &line.replace("07:25:01", "06:25:01"), 24, &cells(1_050_000)));
    }

    #[test]
    fn bytes_that_are_stored_otherwise_fit_none() {
        let host = b"m\xff";
        let cells = [Cell::Text(BStr::new(host)), Cell::Null, Cell::Null];
        let mut templates = Templates::default();
        templates.keep("{|}{host}", &NAMES, 1);
        let line = Line { bytes: host, time: None, text: Some(0) };
        assert_eq!(templates.find(&line, &cells, 1), None);
        let umlaut = "mü".as_bytes();
        let cells = [Cell::Text(BStr::new(umlaut)), Cell::Null, Cell::Null];
        let line = Line { bytes: umlaut, time: None, text: Some(0) };
        assert_eq!(templates.find(&line, &cells, 1), Some("{|}{host}"));
    }
}
