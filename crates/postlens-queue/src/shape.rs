//! Counts by name and age, and the table that qshape(1) makes of them.

use std::io::{self, Write};

use bstr::{BString, ByteSlice};
use hashbrown::HashMap;

/// Where the limits of the ages lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ticks {
    /// How many columns of ages; the last has no limit.
    pub buckets: usize,
    /// The first limit in minutes.
    pub minutes: f64,
    /// Whether each limit adds as much, instead of being twice the one before.
    pub linear: bool,
}

impl Default for Ticks {
    fn default() -> Self {
        Self { buckets: 10, minutes: 5.0, linear: false }
    }
}

impl Ticks {
    /// The column of an age in seconds, from 0.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "ages in minutes, far below the limits, and positive here"
    )]
    pub fn bucket(&self, age: i64) -> usize {
        let ticks = age as f64 / (60.0 * self.minutes);
        if ticks < 1.0 {
            return 0;
        }
        let bucket = if self.linear {
            (ticks + 1.0) as usize
        } else {
            2 + (ticks.ln() / 2f64.ln()) as usize
        };
        bucket.min(self.buckets).saturating_sub(1)
    }

    /// The heading of each column: its limit in minutes, the last with a `+`.
    pub fn headings(&self) -> Vec<String> {
        let mut limit = 0.0;
        let mut headings = Vec::with_capacity(self.buckets);
        for _ in 1..self.buckets {
            limit += if limit > 0.0 && !self.linear { limit } else { self.minutes };
            headings.push(limit.to_string());
        }
        headings.push(format!("{limit}+"));
        headings
    }
}

/// Counts by name and age.
#[derive(Debug, Clone)]
pub struct Shape {
    ticks: Ticks,
    parents: bool,
    total: Counts,
    rows: HashMap<BString, Counts, foldhash::fast::RandomState>,
}

#[derive(Debug, Clone, Default)]
struct Counts {
    all: u64,
    ages: Vec<u64>,
    /// Names right below this one.
    children: u64,
}

impl Counts {
    fn add(&mut self, bucket: usize) {
        self.all += 1;
        if self.ages.len() <= bucket {
            self.ages.resize(bucket + 1, 0);
        }
        if let Some(count) = self.ages.get_mut(bucket) {
            *count += 1;
        }
    }
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Domain, or whatever else is counted.
    pub name: BString,
    /// How many.
    pub all: u64,
    /// How many of each age.
    pub ages: Vec<u64>,
}

impl Shape {
    /// Nothing counted yet. `parents` counts for domains above too, shown with a dot.
    pub fn new(ticks: Ticks, parents: bool) -> Self {
        Self { ticks, parents, total: Counts::default(), rows: HashMap::default() }
    }

    /// Counts one of this name and age in seconds.
    pub fn add(&mut self, name: &[u8], age: i64) {
        let bucket = self.ticks.bucket(age);
        self.total.add(bucket);
        let mut name = BString::from(name);
        let mut new = false;
        loop {
            let row = self.rows.entry(name.clone()).or_default();
            row.add(bucket);
            row.children += u64::from(new);
            new = row.all == 1;
            match parent(&name).filter(|_| self.parents) {
                Some(above) => name = above,
                None => return,
            }
        }
    }

    /// The limits of the ages.
    pub fn ticks(&self) -> &Ticks {
        &self.ticks
    }

    /// The sums.
    pub fn total(&self) -> Row {
        self.row(b"TOTAL", &self.total)
    }

    /// The rows, the largest first, then short names first, then by name. Domains above
    /// are among them when they have `min_children` or more.
    pub fn rows(&self, min_children: u64) -> Vec<Row> {
        let shown = |(name, counts): &(&BString, &Counts)| {
            !name.starts_with(b".") || counts.children >= min_children
        };
        let mut rows: Vec<Row> =
            self.rows.iter().filter(shown).map(|(name, counts)| self.row(name, counts)).collect();
        rows.sort_by(|a, b| {
            b.all
                .cmp(&a.all)
                .then(a.name.len().cmp(&b.name.len()))
                .then_with(|| a.name.cmp(&b.name))
        });
        rows
    }

    fn row(&self, name: &[u8], counts: &Counts) -> Row {
        let mut ages = counts.ages.clone();
        ages.resize(self.ticks.buckets, 0);
        Row { name: BString::from(name), all: counts.all, ages }
    }
}

/// `.sub.example` of `host.sub.example`; top-level domains have no row.
fn parent(name: &[u8]) -> Option<BString> {
    let name = name.strip_prefix(b".").unwrap_or(name);
    let dot = name.find_byte(b'.').filter(|dot| *dot > 0)?;
    let above = name.get(dot..)?;
    above.get(1..)?.contains(&b'.').then(|| BString::from(above))
}

/// How qshape(1) lays out its table.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Width in columns: 80 or more.
    pub width: usize,
    /// Least number of names below a domain that is shown with a dot.
    pub min_children: u64,
    /// How many rows, with that of the sums; 0 for all.
    pub top: usize,
}

/// Names have this much room, however many columns there are.
const NAME_WIDTH: usize = 18;

impl Table {
    /// Writes the table.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub fn write(&self, shape: &Shape, out: &mut dyn Write) -> io::Result<()> {
        let total = shape.total();
        let mut headings = vec!["T".to_owned()];
        headings.extend(shape.ticks.headings());
        let widths: Vec<usize> = std::iter::once(total.all)
            .chain(total.ages.iter().copied())
            .zip(&headings)
            .map(|(count, heading)| match count.to_string().len().max(heading.len()) {
                0..=2 => 3,
                length => length + 1,
            })
            .collect();
        let room = self.width.saturating_sub(widths.iter().sum()).max(NAME_WIDTH);
        line(out, room, b"", headings.into_iter().zip(&widths))?;
        let mut rows = shape.rows(self.min_children);
        // Sorted with the others in qshape: nothing is larger, and ties are as short.
        let place =
            rows.iter().take_while(|row| row.all == total.all && row.name.len() < 5).count();
        rows.insert(place, total);
        let top = if self.top == 0 { usize::MAX } else { self.top };
        for row in rows.iter().take(top) {
            let counts = std::iter::once(row.all).chain(row.ages.iter().copied());
            line(out, room, &row.name, counts.map(|count| count.to_string()).zip(&widths))?;
        }
        Ok(())
    }
}

fn line<'a>(
    out: &mut dyn Write,
    room: usize,
    name: &[u8],
    cells: impl Iterator<Item = (String, &'a usize)>,
) -> io::Result<()> {
    if name.len() > room {
        let mark: &[u8] = if name.starts_with(b".") { b".+" } else { b"+" };
        out.write_all(mark)?;
        let kept = room.saturating_sub(mark.len());
        out.write_all(name.get(name.len().saturating_sub(kept)..).unwrap_or(name))?;
    } else {
        write!(out, "{:1$}", "", room - name.len())?;
        out.write_all(name)?;
    }
    for (cell, width) in cells {
        write!(out, "{cell:>width$}")?;
    }
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::domain;

    #[test]
    fn ages_fall_where_qshape_puts_them() {
        let ticks = Ticks::default();
        let buckets: Vec<usize> =
            [-5, 0, 299, 300, 599, 600, 1199, 1200, 76_799, 76_800, 10_000_000]
                .map(|age| ticks.bucket(age))
                .into();
        assert_eq!(buckets, [0, 0, 0, 1, 1, 2, 2, 3, 8, 9, 9]);
        let linear = Ticks { linear: true, buckets: 4, ..ticks };
        assert_eq!([299, 300, 600, 900, 5000].map(|age| linear.bucket(age)), [0, 1, 2, 3, 3]);
        assert_eq!(linear.headings(), ["5", "10", "15", "15+"]);
        assert_eq!(ticks.headings().last().unwrap(), "1280+");
    }

    #[test]
    fn domains_are_cut_as_qshape_cuts_them() {
        for (address, expected) in [
            ("", "MAILER-DAEMON"),
            ("User", "user"),
            ("a@b@Example.COM.", "example.com"),
            ("a@.example..com", "example.com"),
            ("a@", ""),
            ("a@.", "."),
        ] {
            assert_eq!(domain(address.as_bytes()), expected, "{address}");
        }
    }

    #[test]
    fn domains_above_count_the_names_below() {
        let mut shape = Shape::new(Ticks::default(), true);
        for name in ["a.x.example", "b.x.example", "b.x.example", "y.example"] {
            shape.add(name.as_bytes(), 0);
        }
        let names: Vec<(String, u64)> =
            shape.rows(2).into_iter().map(|row| (row.name.to_string(), row.all)).collect();
        let expected =
            [(".x.example", 3), ("b.x.example", 2), ("y.example", 1), ("a.x.example", 1)];
        assert_eq!(names, expected.map(|(name, count)| (name.to_owned(), count)));
        assert!(shape.rows(3).iter().all(|row| !row.name.starts_with(b".")));
    }
}
