//! Where rows go and in which format.

use std::io::{self, BufWriter, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use clap::Args;
use clap::builder::PossibleValuesParser;
use postlens_columns::{Selection, Table};
use postlens_export::{ExportError, Format, Load, Server, Sheet};

use crate::exit::hint;
use crate::whole::WholeFile;

/// What the user wrote.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputArgs {
    /// The format. Default: by the ending of the output's name, else csv.
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(Format::ALL.map(Format::name)))]
    format: Option<String>,
    /// Only these columns, in this order, with commas between them.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    columns: Vec<String>,
    /// Write to this file instead of standard output, whole or not at all. Rows go into an
    /// SQLite database that is there already, by their id.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Load a PostgreSQL database: postgres://USER@HOST/DATABASE. The table is made if it is
    /// not there; rows that it has already are brought up to date. Runs psql.
    #[arg(long, value_name = "URL", conflicts_with_all = ["format", "output"])]
    to: Option<String>,
    /// Leave texts that a spreadsheet would take for a formula as they are.
    #[arg(long)]
    no_guard: bool,
}

/// A sheet, and the file that gets its name at the end.
pub(super) struct Output {
    pub(super) sheet: Box<dyn Sheet>,
    file: Option<(WholeFile, PathBuf)>,
}

impl Output {
    /// Writes what stands at the end.
    pub(super) fn finish(self) -> Result<()> {
        self.sheet.finish().map_err(explained)?;
        if let Some((file, path)) = self.file {
            file.commit().with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }
}

impl OutputArgs {
    /// The columns that are wanted.
    pub(super) fn selection(&self, table: Table) -> Result<Selection> {
        if self.columns.is_empty() {
            return Ok(Selection::all(table));
        }
        let names = self.columns.iter().map(|name| name.trim());
        let selection = Selection::of(table, names).map_err(|unknown| {
            let names: Vec<_> = table.columns().iter().map(|column| column.name).collect();
            let error = anyhow!("{} have no column {:?}", table.name(), unknown.0);
            hint(error, format!("its columns: {}", names.join(", ")))
        })?;
        let database = self.to.is_some() || self.format().is_database();
        if database && !self.columns.iter().any(|name| name.trim() == "id") {
            let error = anyhow!("a database needs the column id");
            return Err(hint(error, "add id to --columns: rows are told apart by it"));
        }
        Ok(selection)
    }

    /// Where rows go.
    pub(super) fn open(&self, selection: &Selection) -> Result<Output> {
        if let Some(url) = &self.to {
            let server = Server::parse(url).ok_or_else(|| {
                hint(anyhow!("--to knows no such address"), "write postgres://USER@HOST/DATABASE")
            })?;
            let load = Load::begin(&server, selection).map_err(explained)?;
            return Ok(Output { sheet: Box::new(load), file: None });
        }
        let (format, guard) = (self.format(), !self.no_guard);
        let Some(path) = &self.output else {
            if format.is_binary() && io::stdout().is_terminal() {
                let error = anyhow!("{format} is no text for a terminal");
                return Err(hint(error, "name a file with --output"));
            }
            let out = BufWriter::with_capacity(1 << 16, io::stdout());
            let sheet = format.sheet(Box::new(out), selection, guard).map_err(explained)?;
            return Ok(Output { sheet, file: None });
        };
        if format.is_database() {
            let sheet = Format::database(path, selection).map_err(explained)?;
            return Ok(Output { sheet, file: None });
        }
        let cannot = || format!("cannot write {}", path.display());
        let file = WholeFile::create(path).with_context(cannot)?;
        let out = BufWriter::with_capacity(1 << 16, file.writer().with_context(cannot)?);
        let sheet = format.sheet(Box::new(out), selection, guard).map_err(explained)?;
        Ok(Output { sheet, file: Some((file, path.clone())) })
    }

    fn format(&self) -> Format {
        let ending = self.output.as_deref().and_then(Path::extension);
        let named = self.format.as_deref().or(ending.and_then(|ending| ending.to_str()));
        named.and_then(Format::of_ending).unwrap_or(Format::Csv)
    }
}

/// An error with its remedy.
pub(super) fn explained(error: ExportError) -> anyhow::Error {
    match error.hint() {
        Some(remedy) => hint(error, remedy),
        None => error.into(),
    }
}
