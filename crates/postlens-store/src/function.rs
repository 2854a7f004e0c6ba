//! The SQL functions by which lines come back from their columns.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, TimeUnit};
use deltalake::arrow::compute::cast;
use deltalake::datafusion::error::Result;
use deltalake::datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};
use postlens_columns::{Kind, Table, text};

use crate::layout::{Columns, Rebuilt, rebuild};
use crate::table::{LAYOUT, columns, is_in_line};

/// The columns that a line is rebuilt from, the layout first, then the time.
pub(crate) fn arguments() -> Vec<&'static str> {
    let names = columns(Table::Events);
    let names = names.iter().map(|column| column.name).filter(|name| is_in_line(name));
    [LAYOUT.name, "time"].into_iter().chain(names).collect()
}

/// `line(layout, time, …)`: a line; `text(layout, time, …)`: its text after the queue ID.
/// Bytes that are no UTF-8 become `\xNN`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct FromLayout {
    name: &'static str,
    whole: bool,
    signature: Signature,
}

impl FromLayout {
    pub(crate) fn line() -> Self {
        Self { name: "postlens_line", whole: true, signature: signature() }
    }

    pub(crate) fn text() -> Self {
        Self { name: "postlens_text", whole: false, signature: signature() }
    }
}

fn signature() -> Signature {
    Signature::variadic_any(Volatility::Immutable)
}

impl ScalarUDFImpl for FromLayout {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let lines = Lines::new(&arguments(), &arrays)?;
        let text_of =
            |line: Rebuilt| text(if self.whole { line.line() } else { line.text() }).into_owned();
        let made: StringArray =
            (0..args.number_rows).map(|row| lines.line(row).map(text_of)).collect();
        Ok(ColumnarValue::Array(Arc::new(made)))
    }
}

/// Lines of a batch.
#[derive(Debug)]
pub(crate) struct Lines {
    columns: Vec<(&'static str, ArrayRef)>,
}

impl Lines {
    fn new(names: &[&'static str], arrays: &[ArrayRef]) -> Result<Self> {
        let all = columns(Table::Events);
        let mut columns = Vec::with_capacity(names.len());
        for (name, array) in names.iter().zip(arrays) {
            let kind = all.iter().find(|column| column.name == *name).map(|column| column.kind);
            columns.push((*name, cast(array, &stored(kind.unwrap_or(Kind::Text)))?));
        }
        Ok(Self { columns })
    }

    /// Those of a batch of `events`.
    pub(crate) fn of(batch: &RecordBatch) -> Result<Self> {
        let names = arguments();
        let known = names.iter().filter_map(|name| batch.column_by_name(name)).cloned();
        Self::new(&names, &known.collect::<Vec<_>>())
    }

    /// A line of a row; `None` where it was not kept.
    pub(crate) fn line(&self, row: usize) -> Option<Rebuilt> {
        let (_, layouts) = self.columns.first()?;
        let layouts = layouts.as_string_opt::<i32>().filter(|layouts| layouts.is_valid(row))?;
        Some(rebuild(layouts.value(row), &Cells { columns: &self.columns, row }))
    }
}

/// How values of a kind are stored.
pub(crate) fn stored(kind: Kind) -> DataType {
    match kind {
        Kind::Int => DataType::Int64,
        Kind::Seconds => DataType::Float64,
        Kind::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Kind::Bool | Kind::Text | Kind::Json => DataType::Utf8,
    }
}

/// The cells of a row.
struct Cells<'a> {
    columns: &'a [(&'static str, ArrayRef)],
    row: usize,
}

impl Columns for Cells<'_> {
    fn value(&self, name: &str, out: &mut Vec<u8>) {
        use std::io::Write as _;
        let Some((_, array)) = self.columns.iter().find(|(known, _)| *known == name) else {
            return;
        };
        if array.is_null(self.row) {
            return;
        }
        if let Some(texts) = array.as_string_opt::<i32>() {
            out.extend_from_slice(texts.value(self.row).as_bytes());
        } else if let Some(numbers) = array.as_primitive_opt::<Int64Type>() {
            // Writing to memory does not fail.
            let _ = write!(out, "{}", numbers.value(self.row));
        } else if let Some(seconds) = array.as_primitive_opt::<Float64Type>() {
            let _ = write!(out, "{}", seconds.value(self.row));
        }
    }

    fn micros(&self) -> Option<i64> {
        let (_, array) = self.columns.iter().find(|(name, _)| *name == "time")?;
        let times = array.as_primitive_opt::<TimestampMicrosecondType>()?;
        times.is_valid(self.row).then(|| times.value(self.row))
    }
}
