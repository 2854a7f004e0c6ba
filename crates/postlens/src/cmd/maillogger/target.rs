//! The file that is written, whole or not at all.

use std::fs::{File, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use postlens_report::maillogger::{Form, Row, Writer};
use tempfile::{Builder, NamedTempFile, TempPath};

/// A file to be: there is none before its first row.
pub(super) struct Target {
    path: PathBuf,
    form: Form,
    compress: bool,
    /// Whether texts are written as they are.
    strict: bool,
    open: Option<Open>,
}

struct Open {
    writer: Writer<Out>,
    temporary: TempPath,
}

enum Out {
    Plain(BufWriter<File>),
    Gzip(Box<GzEncoder<BufWriter<File>>>),
}

impl Target {
    /// A file beside `path`, which is cut at the first dot of its name.
    pub(super) fn new(path: &Path, form: Form, compress: bool, strict: bool) -> Self {
        let path = named(path, form, compress);
        Self { path, form, compress, strict, open: None }
    }

    /// Where it will be.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes one more row.
    pub(super) fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.begin()?,
        };
        let written = open.writer.row(row);
        self.open = Some(open);
        written
    }

    fn begin(&self) -> io::Result<Open> {
        let directory = self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
        // As readable as any new file of this user.
        let file: NamedTempFile = Builder::new()
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(directory.unwrap_or(Path::new(".")))?;
        let (file, temporary) = file.into_parts();
        let file = BufWriter::new(file);
        let out = if self.compress {
            Out::Gzip(Box::new(GzBuilder::new().write(file, Compression::best())))
        } else {
            Out::Plain(file)
        };
        let new = if self.strict { Writer::unguarded } else { Writer::new };
        Ok(Open { writer: new(self.form, out), temporary })
    }

    /// Ends the file and gives it its name. Without a row there is none, and one that was
    /// there before stays.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let mut file = match open.writer.finish()? {
            Out::Plain(file) => file,
            Out::Gzip(encoder) => encoder.finish()?,
        };
        file.flush()?;
        file.get_ref().sync_all()?;
        open.temporary.persist(&self.path).map_err(|error| error.error)
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(bytes),
            Self::Gzip(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.flush(),
            Self::Gzip(encoder) => encoder.flush(),
        }
    }
}

/// `dir/out.v1.x` as `dir/out.csv`.
fn named(path: &Path, form: Form, compress: bool) -> PathBuf {
    use std::ffi::OsString;
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    let bytes = path.as_os_str().as_bytes();
    let start = bytes.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
    let name = bytes.get(start..).unwrap_or_default();
    let length = name.iter().position(|byte| *byte == b'.').unwrap_or(name.len());
    let mut named = bytes.get(..start + length).unwrap_or_default().to_vec();
    named.extend_from_slice(b".");
    named.extend_from_slice(form.name().as_bytes());
    if compress {
        named.extend_from_slice(b".gz");
    }
    OsString::from_vec(named).into()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use postlens_report::maillogger::Form;

    use super::named;

    #[test]
    fn names_are_cut_at_their_first_dot() {
        let check = |path: &str, expected: &str| {
            assert_eq!(named(Path::new(path), Form::Csv, false), Path::new(expected));
        };
        check("out", "out.csv");
        check("a.b/out.v1.x", "a.b/out.csv");
        check("./out.csv", "./out.csv");
        check("dir/", "dir/.csv");
        check(".hidden", ".csv");
        assert_eq!(named(Path::new("x.y"), Form::Json, true), Path::new("x.json.gz"));
    }
}
