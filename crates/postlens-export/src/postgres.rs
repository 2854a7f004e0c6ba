//! Loading a PostgreSQL database through psql(1).
//!
//! psql knows every way in which a server can be reached and a user can prove himself:
//! sockets, TLS, password files, service files, Kerberos. It gets one script on its standard
//! input: a transaction that makes the table, adds columns that it lacks, copies the rows to
//! a temporary table, and puts them into the table by their `id`. Until the script's last
//! line nothing is changed for others.

use std::borrow::Cow;
use std::io::{BufWriter, Read as _, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use postlens_columns::{Cell, Column, Kind, Selection};

use crate::Sheet;
use crate::error::ExportError;

/// Where a PostgreSQL database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The address without its password, which other users could see among the arguments.
    address: String,
    password: Option<String>,
}

impl Server {
    /// Reads `postgres://USER:PASSWORD@HOST/DATABASE`, as libpq has it; `None` for what is
    /// not such an address.
    pub fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        if !matches!(scheme, "postgres" | "postgresql") {
            return None;
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end)?;
        let (login, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, password) = match login.split_once(':') {
            Some((user, password)) => (user, Some(percent_decoded(password)?)),
            None => (login, None),
        };
        let at = if user.is_empty() { "" } else { "@" };
        Some(Self { address: format!("{scheme}://{user}{at}{host}{path}"), password })
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

/// Rows on their way into a database.
#[derive(Debug)]
pub struct Load {
    server: String,
    psql: Child,
    input: Option<BufWriter<ChildStdin>>,
    after: String,
    line: String,
}

impl Load {
    /// Begins to load rows into the table of the selection, which must have `id`.
    pub fn begin(server: &Server, selection: &Selection) -> Result<Self, ExportError> {
        let mut command = Command::new("psql");
        command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", &server.address]);
        if let Some(password) = &server.password {
            command.env("PGPASSWORD", password);
        }
        command.env("PGCLIENTENCODING", "UTF8");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let start = |source| ExportError::StartLoader { server: server.address.clone(), source };
        let mut psql = command.spawn().map_err(start)?;
        let input = psql.stdin.take().map(|input| BufWriter::with_capacity(1 << 16, input));
        let table = selection.table().name();
        let mut load = Self {
            server: server.address.clone(),
            psql,
            input,
            after: end(table, selection.columns()),
            line: begin(table, selection.columns()),
        };
        load.write()?;
        Ok(load)
    }

    fn write(&mut self) -> Result<(), ExportError> {
        let written = match &mut self.input {
            Some(input) => input.write_all(self.line.as_bytes()),
            None => Ok(()),
        };
        // What psql says tells more than that it has gone away.
        if let Err(error) = written {
            self.end()?;
            return Err(self.failed(error.to_string()));
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), ExportError> {
        // An unread rest cannot be written to one that has gone away; its status tells.
        drop(self.input.take().map(BufWriter::into_parts));
        let mut said = String::new();
        if let Some(mut stderr) = self.psql.stderr.take() {
            // Without its words the status still says that it failed.
            let _ = stderr.read_to_string(&mut said);
        }
        match self.psql.wait() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) if said.trim().is_empty() => Err(self.failed(status.to_string())),
            Ok(_) => Err(self.failed(said.split_whitespace().collect::<Vec<_>>().join(" "))),
            Err(error) => Err(self.failed(error.to_string())),
        }
    }

    fn failed(&self, said: String) -> ExportError {
        ExportError::Load { server: self.server.clone(), said }
    }
}

impl Sheet for Load {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ExportError> {
        self.line.clear();
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                self.line.push('\t');
            }
            copied(cell, &mut self.line);
        }
        self.line.push('\n');
        self.write()
    }

    fn finish(mut self: Box<Self>) -> Result<(), ExportError> {
        self.line = std::mem::take(&mut self.after);
        self.write()?;
        if let Some(mut input) = self.input.take() {
            // If psql has gone away, its status tells why.
            let _ = input.flush();
        }
        self.end()
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        // Given up before its end: psql sees the end of its input before the last line of
        // the transaction, and the server drops all of it.
        self.input = None;
        let _ = self.psql.wait();
    }
}

/// A cell in the text form of COPY.
fn copied(cell: &Cell<'_>, line: &mut String) {
    use std::fmt::Write as _;
    // Writing to memory does not fail.
    match cell {
        Cell::Null => line.push_str("\\N"),
        Cell::Int(number) => drop(write!(line, "{number}")),
        Cell::Seconds(delay) => drop(write!(line, "{delay}")),
        Cell::Time(time) => drop(write!(line, "{time}")),
        Cell::Bool(value) => drop(write!(line, "{value}")),
        Cell::Text(_) | Cell::Made(_) => {
            for char in cell.as_text().unwrap_or_default().chars() {
                match char {
                    '\\' => line.push_str("\\\\"),
                    '\t' => line.push_str("\\t"),
                    '\n' => line.push_str("\\n"),
                    '\r' => line.push_str("\\r"),
                    char => line.push(char),
                }
            }
        }
    }
}

/// The temporary table.
const LOADED: &str = "postlens_loaded";

fn begin(table: &str, columns: &[Column]) -> String {
    let typed: Vec<_> = columns.iter().map(|column| typed(*column)).collect();
    let mut script = format!(
        "SET client_min_messages = warning;\nBEGIN;\n\
         CREATE TABLE IF NOT EXISTS \"{table}\" ({}, PRIMARY KEY (\"id\"));\n",
        typed.join(", ")
    );
    for column in &typed {
        script.extend(["ALTER TABLE \"", table, "\" ADD COLUMN IF NOT EXISTS ", column, ";\n"]);
    }
    let names = names(columns);
    script.extend(["CREATE TEMPORARY TABLE ", LOADED, " (", &typed.join(", ")]);
    script.extend([") ON COMMIT DROP;\nCOPY ", LOADED, " (", &names, ") FROM STDIN;\n"]);
    script
}

fn end(table: &str, columns: &[Column]) -> String {
    let names = names(columns);
    let set: Vec<_> = columns.iter().filter(|column| column.name != "id").collect();
    let set: Vec<_> =
        set.iter().map(|column| format!("\"{0}\" = EXCLUDED.\"{0}\"", column.name)).collect();
    let update: Cow<'_, str> = match set.as_slice() {
        [] => "NOTHING".into(),
        set => format!("UPDATE SET {}", set.join(", ")).into(),
    };
    format!(
        "\\.\nINSERT INTO \"{table}\" ({names}) SELECT DISTINCT ON (\"id\") {names} FROM {LOADED} \
         ON CONFLICT (\"id\") DO {update};\nCOMMIT;\n"
    )
}

fn names(columns: &[Column]) -> String {
    let names: Vec<_> = columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
    names.join(", ")
}

fn typed(column: Column) -> String {
    let kind = match column.kind {
        Kind::Text => "text",
        Kind::Int => "bigint",
        Kind::Seconds => "double precision",
        Kind::Time => "timestamp with time zone",
        Kind::Bool => "boolean",
        Kind::Json => "jsonb",
    };
    format!("\"{}\" {kind}", column.name)
}

#[cfg(test)]
mod tests {
    use bstr::BStr;
    use postlens_columns::Cell;

    use super::{Server, copied};

    #[test]
    fn passwords_are_kept_from_arguments() {
        let server = |url: &str| {
            Server::parse(url).map(|server| (server.address, server.password.unwrap_or_default()))
        };
        let some = |address: &str, password: &str| Some((address.to_owned(), password.to_owned()));
        let url = "postgres://mail:p%40ss@db.example.com:5433/logs?sslmode=require";
        let plain = "postgres://mail@db.example.com:5433/logs?sslmode=require";
        assert_eq!(server(url), some(plain, "p@ss"));
        assert_eq!(server("postgresql:///logs"), some("postgresql:///logs", ""));
        assert_eq!(server("mysql://x/y"), None);
        assert_eq!(server("postgres://a:%zz@b/c"), None);
    }

    #[test]
    fn texts_stay_in_their_cells() {
        let mut line = String::new();
        copied(&Cell::Text(BStr::new("a\\\t\n.\r\\N")), &mut line);
        assert_eq!(line, "a\\\\\\t\\n.\\r\\\\N");
    }
}
