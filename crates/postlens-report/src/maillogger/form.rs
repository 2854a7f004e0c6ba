//! Rows as CSV, TSV and JSON.

use std::io::{self, Write};

use super::row::{COLUMNS, Row};

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Comma-separated, with CRLF (RFC 4180).
    Csv,
    /// Tab-separated, without a line feed at the end.
    Tsv,
    /// One array of objects, without a line feed at the end.
    Json,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 3] = [Self::Csv, Self::Tsv, Self::Json];

    /// Its name, which files end in as well.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Json => "json",
        }
    }
}

/// Writes rows in a form.
#[derive(Debug)]
pub struct Writer<W> {
    form: Form,
    /// Whether texts are kept from being taken for formulas and separators.
    guarded: bool,
    out: W,
    rows: u64,
}

impl<W: Write> Writer<W> {
    /// Texts are written so that no program takes them for formulas or separators.
    pub fn new(form: Form, out: W) -> Self {
        Self { form, guarded: true, out, rows: 0 }
    }

    /// Texts are written as they are.
    pub fn unguarded(form: Form, out: W) -> Self {
        Self { form, guarded: false, out, rows: 0 }
    }

    /// Writes one more row, before the first also what begins a file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        if self.rows == 0 {
            self.begin()?;
        }
        match self.form {
            Form::Csv => self.csv(row)?,
            Form::Tsv => self.tsv(row)?,
            Form::Json => self.json(row)?,
        }
        self.rows += 1;
        Ok(())
    }

    /// Ends the file, which has a row at least.
    ///
    /// # Errors
    /// When the end cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        if self.form == Form::Json {
            self.out.write_all(b"\n]")?;
        }
        Ok(self.out)
    }

    fn begin(&mut self) -> io::Result<()> {
        match self.form {
            Form::Csv => write!(self.out, "{}\r\n", COLUMNS.join(",")),
            Form::Tsv => writeln!(self.out, "{}", COLUMNS.join("\t")),
            Form::Json => self.out.write_all(b"[\n"),
        }
    }

    fn csv(&mut self, row: &Row<'_>) -> io::Result<()> {
        for (column, text) in row.iter().enumerate() {
            if column > 0 {
                self.out.write_all(b",")?;
            }
            let formula = self.guarded && text.starts_with(['=', '+', '-', '@', '\t', '\r']);
            let guard = if formula { "'" } else { "" };
            if text.contains([',', '"', '\r', '\n']) {
                write!(self.out, "\"{guard}{}\"", text.replace('"', "\"\""))?;
            } else {
                write!(self.out, "{guard}{text}")?;
            }
        }
        self.out.write_all(b"\r\n")
    }

    fn tsv(&mut self, row: &Row<'_>) -> io::Result<()> {
        if self.rows > 0 {
            self.out.write_all(b"\n")?;
        }
        for (column, text) in row.iter().enumerate() {
            if column > 0 {
                self.out.write_all(b"\t")?;
            }
            if self.guarded && text.contains(['\t', '\r', '\n', '\\']) {
                let text = text.replace('\\', "\\\\").replace('\t', "\\t");
                let text = text.replace('\r', "\\r").replace('\n', "\\n");
                self.out.write_all(text.as_bytes())?;
            } else {
                self.out.write_all(text.as_bytes())?;
            }
        }
        Ok(())
    }

    fn json(&mut self, row: &Row<'_>) -> io::Result<()> {
        let before = if self.rows > 0 { ",\n  {" } else { "  {" };
        self.out.write_all(before.as_bytes())?;
        for (number, (name, text)) in COLUMNS.iter().zip(row).enumerate() {
            let comma = if number > 0 { "," } else { "" };
            write!(self.out, "{comma}\n    \"{name}\": ")?;
            serde_json::to_writer(&mut self.out, text.as_ref()).map_err(io::Error::from)?;
        }
        self.out.write_all(b"\n  }")
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::Row;
    use super::{Form, Writer};

    fn row(text: &str) -> Row<'_> {
        std::array::from_fn(|column| if column == 7 { text.into() } else { "x".into() })
    }

    fn written(form: Form, guarded: bool) -> String {
        let mut writer = Writer { guarded, ..Writer::new(form, Vec::new()) };
        writer.row(&row("=a, \"b\"")).unwrap();
        writer.row(&row("tab\tand \\ \u{e9}\u{1}")).unwrap();
        String::from_utf8(writer.finish().unwrap()).unwrap()
    }

    #[test]
    fn csv_has_carriage_returns_and_few_quotes() {
        let head = "mail_id,to_address,relay,delay,delays,dsn,status,description,datetime\r\n";
        let rows =
            "x,x,x,x,x,x,x,\"=a, \"\"b\"\"\",x\r\nx,x,x,x,x,x,x,tab\tand \\ \u{e9}\u{1},x\r\n";
        assert_eq!(written(Form::Csv, false), [head, rows].concat());
        assert!(written(Form::Csv, true).contains("\"'=a, \"\"b\"\"\""));
    }

    #[test]
    fn tsv_has_no_last_line_feed() {
        let head =
            "mail_id\tto_address\trelay\tdelay\tdelays\tdsn\tstatus\tdescription\tdatetime\n";
        let rows =
            "x\tx\tx\tx\tx\tx\tx\t=a, \"b\"\tx\nx\tx\tx\tx\tx\tx\tx\ttab\tand \\ \u{e9}\u{1}\tx";
        assert_eq!(written(Form::Tsv, false), [head, rows].concat());
        assert!(written(Form::Tsv, true).ends_with("tab\\tand \\\\ \u{e9}\u{1}\tx"));
    }

    #[test]
    fn json_is_an_indented_array() {
        let text = written(Form::Json, true);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string_pretty(&value).unwrap(), text);
        assert_eq!(value.as_array().unwrap().len(), 2);
    }
}
