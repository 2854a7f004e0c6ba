//! `postlens sql`.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write as _};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use postlens_columns::{FUNCTIONS, Kind, Table};
use serde_json::json;

use crate::exit;
use crate::history::{DaemonArgs, told};
use crate::output::data;

/// Ask the history in SQL
///
/// A running postlensd answers, with what it read a second ago. The tables are `messages`,
/// `deliveries`, `refusals`, `sessions` and `events`; --schema tells their columns and the
/// functions for mail. Queries cannot change anything. Every query is written down in
/// `audit.log` of the store.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  postlens sql 'SELECT status, count(*) FROM deliveries GROUP BY status'
  postlens sql \"SELECT registrable_domain(client_name) AS who, count(*) AS refused FROM refusals
                WHERE day >= '2026-11-01' GROUP BY who ORDER BY refused DESC LIMIT 10\"
  postlens sql --format csv \"SELECT * FROM messages WHERE domain(sender) = 'example.org'\"
  postlens sql --schema

Exit status: 0 the query was run, 2 it was not.")]
pub(crate) struct SqlArgs {
    /// The query; `-` reads it from standard input.
    #[arg(value_name = "QUERY", required_unless_present = "schema")]
    query: Option<String>,
    /// Tell tables, columns and functions instead.
    #[arg(long, conflicts_with = "query")]
    schema: bool,
    /// How the rows are written.
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
    /// End the query after so many seconds. Default and most: `query_seconds` of postlensd's
    /// configuration.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    seconds: Option<u64>,
    #[command(flatten)]
    daemon: DaemonArgs,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// Columns side by side, for people.
    Table,
    /// Comma-separated (RFC 4180), a line of headers first.
    Csv,
    /// An array of JSON objects.
    Json,
    /// A JSON object per line.
    Ndjson,
}

impl Format {
    /// Its name in questions.
    fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
        }
    }
}

impl SqlArgs {
    /// Asks, and writes the answer as it comes.
    pub(crate) fn run(self) -> Result<u8> {
        let Some(query) = self.query else {
            data(&schema()).context("cannot write to standard output")?;
            return Ok(exit::OK);
        };
        let query = if query == "-" {
            io::read_to_string(io::stdin()).context("cannot read standard input")?
        } else {
            query
        };
        let question =
            json!({ "query": query, "format": self.format.name(), "seconds": self.seconds });
        let daemon = self.daemon.daemon();
        let mut reply = daemon.post("/sql", question.to_string().as_bytes()).map_err(told)?;
        let mut out = BufWriter::new(io::stdout().lock());
        io::copy(&mut reply, &mut out).context("the query was broken off")?;
        out.flush().context("cannot write to standard output")?;
        Ok(exit::OK)
    }
}

/// The tables that a store has. Suppressions are made from others.
fn tables() -> impl Iterator<Item = Table> {
    Table::ALL.into_iter().filter(|table| *table != Table::Suppressions)
}

/// Tables, columns and functions, for people.
fn schema() -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    for table in tables() {
        let _ = writeln!(out, "{}\n  {}", table.name(), table.about());
        for column in table.columns() {
            let _ = writeln!(out, "    {:22}{:10}{}", column.name, kind(column.kind), column.about);
        }
        if table == Table::Events {
            let _ = writeln!(out, "    {:22}{:10}the line, byte for byte", "line", "text");
        }
        let _ = writeln!(
            out,
            "    {:22}{:10}the day of `time` (UTC): a condition on it saves reading\n",
            "day", "date"
        );
    }
    let _ = writeln!(out, "Functions");
    for function in FUNCTIONS {
        let (call, gives) = function.example();
        let _ = writeln!(
            out,
            "  {}({})\n    {}\n    {call} = {gives}",
            function.name(),
            function.arguments(),
            function.about()
        );
    }
    out
}

/// What a column holds, in words of SQL.
fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Json => "JSON",
        Kind::Int => "bigint",
        Kind::Seconds => "double",
        Kind::Time => "timestamp",
        Kind::Bool => "boolean",
    }
}
