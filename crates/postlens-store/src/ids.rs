//! Names of rows, made of the columns that say the same: stored, they would cost more room
//! than any other column.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, StringArray};
use arrow_schema::DataType;
use deltalake::arrow::compute::cast;
use deltalake::datafusion::error::Result;
use deltalake::datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use deltalake::datafusion::prelude::ident;
use postlens_columns::{Kind, Table};
use postlens_syntax::Time;

use crate::function::stored;
use crate::table::{LINE_LOG, LINE_OFFSET, MESSAGE_HOST, MESSAGE_INSTANCE, MESSAGE_TIME};

/// The expression of a column that is not stored, for the rows of a table.
pub(crate) fn expression(table: Table, column: &str) -> Option<Expr> {
    let message = |columns: &[&str]| Of::Message.call(columns);
    let made = match (column, table) {
        ("id", Table::Messages) => message(&["host", "instance", "queue_id", "time"]),
        ("id", _) => Of::Line.call(&[LINE_LOG.name, LINE_OFFSET.name]),
        ("message", Table::Deliveries) => message(&[
            "host",
            "instance",
            "queue_id",
            MESSAGE_TIME.name,
            MESSAGE_HOST.name,
            MESSAGE_INSTANCE.name,
        ]),
        _ => return None,
    };
    Some(made.alias(column))
}

/// What a name is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Of {
    /// `log-offset`.
    Line,
    /// `host/instance/queue-id/arrival`; host and instance where they differ come last.
    Message,
}

impl Of {
    fn call(self, columns: &[&str]) -> Expr {
        let function = Name { of: self, signature: Signature::variadic_any(Volatility::Immutable) };
        ScalarUDF::from(function).call(columns.iter().map(|name| ident(*name)).collect())
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Name {
    of: Of,
    signature: Signature,
}

impl ScalarUDFImpl for Name {
    fn name(&self) -> &str {
        match self.of {
            Of::Line => "postlens_line_id",
            Of::Message => "postlens_message_id",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let kinds = match self.of {
            Of::Line => [Kind::Text, Kind::Int].as_slice(),
            Of::Message => {
                &[Kind::Text, Kind::Text, Kind::Text, Kind::Time, Kind::Text, Kind::Text]
            }
        };
        let arrays = arrays.iter().zip(kinds).map(|(array, kind)| cast(array, &stored(*kind)));
        let arrays = arrays.collect::<std::result::Result<Vec<_>, _>>()?;
        let rows = 0..args.number_rows;
        let made: StringArray = match self.of {
            Of::Line => rows.map(|row| line(&arrays, row)).collect(),
            Of::Message => rows.map(|row| message(&arrays, row)).collect(),
        };
        Ok(ColumnarValue::Array(Arc::new(made)))
    }
}

fn text(arrays: &[ArrayRef], place: usize, row: usize) -> Option<&str> {
    let texts = arrays.get(place)?.as_string_opt::<i32>()?;
    texts.is_valid(row).then(|| texts.value(row))
}

fn line(arrays: &[ArrayRef], row: usize) -> Option<String> {
    let log = text(arrays, 0, row)?;
    let offset = arrays.get(1)?.as_primitive_opt::<Int64Type>()?;
    offset.is_valid(row).then(|| format!("{log}-{}", offset.value(row)))
}

fn message(arrays: &[ArrayRef], row: usize) -> Option<String> {
    let part = |own, place| text(arrays, own, row).or(text(arrays, place, row)).unwrap_or_default();
    let (host, instance, queue_id) = (part(4, 0), part(5, 1), text(arrays, 2, row)?);
    let times = arrays.get(3)?.as_primitive_opt::<TimestampMicrosecondType>()?;
    let arrival = times.is_valid(row).then(|| Time { micros: times.value(row), offset: 0 })?;
    Some(format!("{host}/{instance}/{queue_id}/{arrival}"))
}
