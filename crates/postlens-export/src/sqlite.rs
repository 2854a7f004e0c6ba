//! SQLite databases.
//!
//! One transaction makes the table, adds columns that it lacks, and puts the rows into it by
//! their `id`, so that the same rows may be exported to the same file again.

use std::path::{Path, PathBuf};

use postlens_columns::{Cell, Column, Kind, SCHEMA, Selection};
use postlens_syntax::Time;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};

use crate::Sheet;
use crate::error::ExportError;

/// Writes rows into a database file.
pub(crate) struct Sqlite {
    connection: Connection,
    path: PathBuf,
    insert: String,
    /// Whether there was no such file before.
    made: bool,
    done: bool,
}

impl Sqlite {
    pub(crate) fn open(path: &Path, selection: &Selection) -> Result<Self, ExportError> {
        let failed = |source| ExportError::Sqlite { path: path.to_owned(), source };
        let made = !path.exists();
        let connection = Connection::open(path).map_err(failed)?;
        let table = selection.table().name();
        let insert = insert(table, selection.columns());
        let sheet = Self { connection, path: path.to_owned(), insert, made, done: false };
        sheet.prepare(table, selection.columns()).map_err(failed)?;
        Ok(sheet)
    }

    fn prepare(&self, table: &str, columns: &[Column]) -> rusqlite::Result<()> {
        let typed: Vec<_> = columns.iter().map(|column| typed(*column)).collect();
        self.connection.execute_batch(&format!(
            "PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE; PRAGMA user_version = {SCHEMA};
             CREATE TABLE IF NOT EXISTS \"{table}\" ({});",
            typed.join(", ")
        ))?;
        let mut known = self.connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
        let known: Vec<String> =
            known.query_map([table], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        for (column, typed) in columns.iter().zip(&typed) {
            if !known.iter().any(|name| name == column.name) {
                let add = format!("ALTER TABLE \"{table}\" ADD COLUMN {typed}");
                self.connection.execute_batch(&add)?;
            }
        }
        Ok(())
    }

    fn failed(&self, source: rusqlite::Error) -> ExportError {
        ExportError::Sqlite { path: self.path.clone(), source }
    }
}

impl Sheet for Sqlite {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ExportError> {
        let insert = self.connection.prepare_cached(&self.insert);
        let written = insert
            .and_then(|mut insert| insert.execute(params_from_iter(cells.iter().map(Parameter))));
        written.map(drop).map_err(|source| self.failed(source))
    }

    fn finish(mut self: Box<Self>) -> Result<(), ExportError> {
        self.connection.execute_batch("COMMIT").map_err(|source| self.failed(source))?;
        self.done = true;
        Ok(())
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        // What was not committed is gone with the connection; so is a file that was only
        // made for it.
        if self.made && !self.done {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// A cell as SQLite stores it.
struct Parameter<'a>(&'a Cell<'a>);

impl ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let text = |text: String| ToSqlOutput::Owned(Value::Text(text));
        Ok(match self.0 {
            Cell::Null => ToSqlOutput::Owned(Value::Null),
            Cell::Int(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Cell::Bool(value) => ToSqlOutput::Owned(Value::Integer(i64::from(*value))),
            Cell::Seconds(delay) => ToSqlOutput::Owned(Value::Real(delay.seconds())),
            // In UTC, so that they sort and SQLite's functions of time read them.
            Cell::Time(time) => text(Time { offset: 0, ..*time }.to_string()),
            Cell::Made(made) => ToSqlOutput::Borrowed(ValueRef::Text(made.as_bytes())),
            Cell::Text(_) => text(self.0.as_text().unwrap_or_default().into_owned()),
        })
    }
}

fn insert(table: &str, columns: &[Column]) -> String {
    let names: Vec<_> = columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
    let places = vec!["?"; names.len()].join(", ");
    let others = columns.iter().filter(|column| column.name != "id");
    let set: Vec<_> =
        others.map(|column| format!("\"{0}\" = excluded.\"{0}\"", column.name)).collect();
    let update = if set.is_empty() {
        "NOTHING".to_owned()
    } else {
        format!("UPDATE SET {}", set.join(", "))
    };
    format!(
        "INSERT INTO \"{table}\" ({}) VALUES ({places}) ON CONFLICT (\"id\") DO {update}",
        names.join(", ")
    )
}

fn typed(column: Column) -> String {
    let kind = match column.kind {
        Kind::Text | Kind::Time | Kind::Json => "TEXT",
        Kind::Int | Kind::Bool => "INTEGER",
        Kind::Seconds => "REAL",
    };
    let key = if column.name == "id" { " PRIMARY KEY NOT NULL" } else { "" };
    format!("\"{}\" {kind}{key}", column.name)
}
