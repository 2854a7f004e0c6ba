//! Hits counted by what they have in common.

use std::borrow::Cow;

use hashbrown::HashMap;

use crate::column::{Column, values};
use crate::hit::Found;

/// Counts by columns.
#[derive(Debug)]
pub struct Counter {
    columns: Vec<Column>,
    counts: HashMap<Vec<Option<Box<[u8]>>>, u64, foldhash::fast::RandomState>,
    /// What is counted for values past the limit.
    others: u64,
    total: u64,
}

/// Some values and how often they came together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// One for each column; `None` where lines had none.
    pub values: Vec<Option<Box<[u8]>>>,
    /// How often.
    pub count: u64,
}

/// More different values are counted together.
const MOST: usize = 2_000_000;

impl Counter {
    /// Counts by these columns.
    pub fn new(columns: Vec<Column>) -> Self {
        Self { columns, counts: HashMap::default(), others: 0, total: 0 }
    }

    /// The columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Counts a line.
    pub fn add(&mut self, found: &Found<'_>) {
        let weight = u64::from(found.weight);
        self.total += weight;
        let key = values(&self.columns, found);
        let key: Vec<_> = key.into_iter().map(|value| value.map(boxed)).collect();
        if let Some(count) = self.counts.get_mut(&key) {
            *count += weight;
        } else if self.counts.len() < MOST {
            self.counts.insert(key, weight);
        } else {
            self.others += weight;
        }
    }

    /// How much was counted in all.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// What was counted without a row of its own, since there are too many.
    pub fn others(&self) -> u64 {
        self.others
    }

    /// The rows: the most frequent first, equal ones by their values; or, where the first
    /// column is a course of time, by time.
    pub fn rows(&self) -> Vec<Row> {
        let rows = self.counts.iter();
        let mut rows: Vec<_> =
            rows.map(|(values, count)| Row { values: values.clone(), count: *count }).collect();
        if self.columns.first().is_some_and(Column::is_in_order) {
            rows.sort_unstable();
        } else {
            rows.sort_unstable_by(|a, b| (b.count, &a.values).cmp(&(a.count, &b.values)));
        }
        rows
    }
}

fn boxed(value: Cow<'_, [u8]>) -> Box<[u8]> {
    value.into_owned().into_boxed_slice()
}
