//! Queries to a running daemon: a socket in the store's directory.
//!
//! The question is a line of JSON. The answer is frames: a letter (`d` data, `e` an error in
//! words, `.` the end), four bytes of length (little endian), and so many bytes.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::exit::causes;
use crate::intake::Shared;
use crate::output::{Format, message, write_answer};

/// A longer question is none.
const LONGEST: u64 = 1 << 20;

#[derive(Debug, Serialize, Deserialize)]
struct Question {
    sql: String,
    format: Format,
}

fn path(store: &Path) -> PathBuf {
    store.join("socket")
}

/// Answers until the process ends.
pub(crate) fn serve(store: &Path, shared: &Arc<Shared>) -> Result<()> {
    let path = path(store);
    // Left by a daemon that was killed: the store's lock is ours.
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
    .and_then(|()| UnixListener::bind(&path))
    .and_then(|listener| {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o660))?;
        let shared = Arc::clone(shared);
        thread::Builder::new().name("queries".to_owned()).spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                let answer = move || {
                    if let Err(error) = answer(&stream, &shared) {
                        message(&format!("a query was broken off: {error:#}"));
                    }
                };
                // Without a thread the asker sees the connection closed.
                let _ = thread::Builder::new().name("query".to_owned()).spawn(answer);
            }
        })
    })
    .with_context(|| format!("cannot listen on {}", path.display()))?;
    Ok(())
}

/// Asks how the daemon is instead of a query.
const HEALTH: &str = "health";

fn answer(stream: &UnixStream, shared: &Shared) -> Result<()> {
    let mut line = String::new();
    BufReader::new(stream).take(LONGEST).read_line(&mut line)?;
    if line.trim_end() == HEALTH {
        let mut out = Frames(stream);
        out.frame(b'd', shared.board().json().as_bytes())?;
        return Ok(out.frame(b'.', b"")?);
    }
    let Question { sql, format } = serde_json::from_str(&line).context("not a question")?;
    let mut out = Frames(stream);
    let view = shared.store().view();
    match view.and_then(|view| write_answer(&view, &sql, format, &mut out)) {
        Ok(()) => out.frame(b'.', b"")?,
        Err(error) => out.frame(b'e', causes(&error).as_bytes())?,
    }
    Ok(())
}

/// Writes data in frames.
struct Frames<'a>(&'a UnixStream);

impl Frames<'_> {
    fn frame(&mut self, kind: u8, bytes: &[u8]) -> io::Result<()> {
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        let mut frame = vec![kind];
        frame.extend_from_slice(&length.to_le_bytes());
        frame.extend_from_slice(bytes);
        self.0.write_all(&frame)
    }
}

impl Write for Frames<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let bytes = bytes.get(..1 << 20).unwrap_or(bytes);
        self.frame(b'd', bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Asks the daemon that writes to the store; returns whether there is one.
pub(crate) fn ask(store: &Path, sql: &str, format: Format, out: &mut dyn Write) -> Result<bool> {
    let Ok(mut stream) = UnixStream::connect(path(store)) else { return Ok(false) };
    let question = Question { sql: sql.to_owned(), format };
    writeln!(stream, "{}", serde_json::to_string(&question)?)?;
    receive(stream, out)?;
    Ok(true)
}

/// Asks the daemon how it is; `None` where there is none.
pub(crate) fn health(store: &Path) -> Result<Option<String>> {
    let Ok(mut stream) = UnixStream::connect(path(store)) else { return Ok(None) };
    writeln!(stream, "{HEALTH}")?;
    let mut json = Vec::new();
    receive(stream, &mut json)?;
    Ok(Some(String::from_utf8_lossy(&json).into_owned()))
}

/// Reads an answer to its end.
fn receive(stream: UnixStream, out: &mut dyn Write) -> Result<()> {
    let mut stream = BufReader::new(stream);
    let mut bytes = Vec::new();
    loop {
        let mut head = [0; 5];
        stream.read_exact(&mut head).context("postlensd broke off its answer")?;
        let [kind, length @ ..] = head;
        bytes.resize(u32::from_le_bytes(length) as usize, 0);
        stream.read_exact(&mut bytes).context("postlensd broke off its answer")?;
        match kind {
            b'd' => out.write_all(&bytes)?,
            b'.' => return Ok(()),
            _ => bail!("{}", String::from_utf8_lossy(&bytes)),
        }
    }
}
