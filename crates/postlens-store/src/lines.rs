//! Lines as they were logged, in their order: what reads logs can read a store's lines.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::pin::Pin;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use deltalake::arrow::compute::cast;
use futures::{Stream, StreamExt as _, TryStreamExt as _};

use crate::answer::Answers;
use crate::error::StoreError;
use crate::function::{Lines, arguments};
use crate::view::{View, quoted};

/// Some lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// When the first of them was logged, in microseconds since 1970-01-01T00:00:00Z; `None`
    /// where it has no stamp.
    pub first: Option<i64>,
    /// Where in its log the first of them begins, in bytes.
    pub offset: Option<u64>,
    /// The lines, each with a line feed.
    pub bytes: Vec<u8>,
    /// How many they are.
    pub lines: usize,
}

/// Pieces of lines, as they are found.
pub type Pieces = Pin<Box<dyn Stream<Item = Result<Piece, StoreError>> + Send>>;

/// A log of which lines of a period are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptLog {
    /// Which log.
    pub log: u64,
    /// The first and the last day of those lines, counted from 1970-01-01 (UTC).
    pub days: (i32, i32),
}

/// So many days are read at once.
const DAYS: i32 = 31;

/// A period in microseconds since 1970-01-01T00:00:00Z; the end is not in it.
pub type Ends = (Option<i64>, Option<i64>);

impl View {
    /// The logs that have lines of a period: those that follow each other are together, the
    /// oldest first.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn logs(&self, period: Ends) -> Result<Vec<Vec<KeptLog>>, StoreError> {
        let sql = format!(
            "SELECT substr(id, 1, 16) AS log, min(day) AS first, max(day) AS last \
             FROM events_in_columns WHERE {} GROUP BY 1",
            within(period)
        );
        let mut answers = self.ask(&sql).await?;
        let mut days = HashMap::new();
        while let Some(batch) = answers.next_batch().await {
            let batch = batch?;
            let logs = cast(batch.column(0), &DataType::Utf8).map_err(StoreError::Result)?;
            let day = |place: usize| batch.column(place).as_primitive_opt::<Date32Type>();
            let (Some(logs), Some(first), Some(last)) =
                (logs.as_string_opt::<i32>(), day(1), day(2))
            else {
                continue;
            };
            for (row, log) in logs.iter().enumerate() {
                let log = log.and_then(|log| u64::from_str_radix(log, 16).ok());
                days.extend(log.map(|log| (log, (first.value(row), last.value(row)))));
            }
        }
        let kept = |log: &u64| days.get(log).map(|days| KeptLog { log: *log, days: *days });
        let strands = self.strands().iter().map(|logs| logs.iter().filter_map(kept).collect());
        Ok(strands.filter(|logs: &Vec<_>| !logs.is_empty()).collect())
    }

    /// The lines of a log in a period: day by day, those of a day in the order of the log.
    pub fn lines(self, KeptLog { log, days: (first, last) }: KeptLog, period: Ends) -> Pieces {
        let within = within(period);
        // Logs of much mail have few days, so that what is sorted at once is never large.
        let queries =
            (first..=last).filter(move |day| (day - first) % DAYS == 0).map(move |from| {
                let to = from.saturating_add(DAYS - 1).min(last);
                format!(
                    "SELECT id, {} FROM events_in_columns \
                 WHERE day BETWEEN arrow_cast({from}, 'Date32') AND arrow_cast({to}, 'Date32') \
                 AND {within} AND id >= '{log:016x}-' AND id < '{log:016x}.' \
                 ORDER BY day, CAST(substr(id, 18) AS BIGINT)",
                    quoted(&arguments())
                )
            });
        let each = futures::stream::iter(queries).then(move |sql| {
            let view = self.clone();
            async move { Ok::<_, StoreError>(pieces(view.ask(&sql).await?)) }
        });
        Box::pin(each.try_flatten())
    }
}

/// A condition on times; lines without a stamp belong to the day of those before them.
fn within((from, to): Ends) -> String {
    let mut all = String::from("true");
    for (end, sign, day) in [(from, ">=", ">="), (to, "<", "<=")] {
        let Some(micros) = end else { continue };
        let time = format!("arrow_cast({micros}, 'Timestamp(Microsecond, Some(\"UTC\"))')");
        // Writing to memory does not fail.
        let _ = write!(
            all,
            " AND (time {sign} {time} OR time IS NULL) AND day {day} arrow_cast({time}, 'Date32')"
        );
    }
    all
}

fn pieces(answers: Answers) -> impl Stream<Item = Result<Piece, StoreError>> + Send {
    futures::stream::unfold(answers, |mut answers| async move {
        let batch = answers.next_batch().await?;
        Some((batch.and_then(|batch| piece(&batch)), answers))
    })
}

fn piece(batch: &RecordBatch) -> Result<Piece, StoreError> {
    let lines = Lines::of(batch).map_err(|error| StoreError::Query(Box::new(error)))?;
    let times = batch.column_by_name("time");
    let times = times.and_then(|times| times.as_primitive_opt::<TimestampMicrosecondType>());
    let first = times.filter(|times| !times.is_empty() && times.is_valid(0));
    let first = first.map(|times| times.value(0));
    let id = batch.column_by_name("id").map(|ids| cast(ids, &DataType::Utf8)).transpose();
    let id = id.map_err(StoreError::Result)?;
    let id = id.as_ref().and_then(|ids| ids.as_string_opt::<i32>()?.iter().next()?);
    let offset = id.and_then(|id| id.split_once('-')?.1.parse().ok());
    let mut bytes = Vec::new();
    for row in 0..batch.num_rows() {
        if let Some(line) = lines.line(row) {
            bytes.extend_from_slice(line.line());
        }
        bytes.push(b'\n');
    }
    Ok(Piece { first, offset, bytes, lines: batch.num_rows() })
}
