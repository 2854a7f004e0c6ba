//! Asks a running postlensd: HTTP/1.1 (RFC 9112) over its Unix socket, one request a
//! connection.
//!
//! Answers come in chunks, as the daemon finds them. An answer that fails halfway ends with a
//! line `error: …` in place of a chunk's size: no reader takes it for whole, and this one
//! tells why.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests fail by panicking"))]

mod body;
mod error;
mod head;

use std::io::{self, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use body::Body;
pub use error::ClientError;
use head::Head;

/// The socket's name in a store's directory.
pub const SOCKET: &str = "socket";

/// A daemon, known by its socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Daemon {
    socket: PathBuf,
}

impl Daemon {
    /// The daemon that listens on a socket.
    pub fn at(socket: impl Into<PathBuf>) -> Self {
        Self { socket: socket.into() }
    }

    /// The daemon that writes to a store.
    pub fn of_store(store: &Path) -> Self {
        Self::at(store.join(SOCKET))
    }

    /// The path of its socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Asks for what a target (`/health`, `/lines?strand=0`) stands for.
    ///
    /// # Errors
    /// When nobody listens, this user may not ask, or the daemon refuses.
    pub fn get(&self, target: &str) -> Result<Reply, ClientError> {
        self.ask("GET", target, b"")
    }

    /// Sends a question in JSON.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn post(&self, target: &str, question: &[u8]) -> Result<Reply, ClientError> {
        self.ask("POST", target, question)
    }

    fn ask(&self, method: &str, target: &str, question: &[u8]) -> Result<Reply, ClientError> {
        let failed = |source| ClientError::Broken { socket: self.socket.clone(), source };
        let mut stream = UnixStream::connect(&self.socket)
            .map_err(|source| ClientError::connecting(&self.socket, source))?;
        let head = format!(
            "{method} {target} HTTP/1.1\r\nhost: postlensd\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            question.len()
        );
        let sent = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(question));
        let mut stream = BufReader::new(stream);
        // Who refuses a question may close before all of it was read.
        let read = Head::read(&mut stream);
        let Head { status, headers } = match (read, sent) {
            (Ok(head), _) => head,
            (Err(_), Err(error)) | (Err(error), Ok(())) => return Err(failed(error)),
        };
        let body = Body::new(stream, &headers).map_err(failed)?;
        let reply = Reply { headers, body };
        if status == 200 {
            return Ok(reply);
        }
        let mut text = String::new();
        reply.take(LONGEST_REFUSAL).read_to_string(&mut text).map_err(failed)?;
        Err(ClientError::refused(status, &text))
    }
}

/// What is read of a refusal, in bytes.
const LONGEST_REFUSAL: u64 = 1 << 20;

/// A daemon's answer, to be read as it comes.
#[derive(Debug)]
pub struct Reply {
    headers: Vec<(String, String)>,
    body: Body<BufReader<UnixStream>>,
}

impl Reply {
    /// A header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        head::header(&self.headers, name)
    }

    /// The whole answer as text.
    ///
    /// # Errors
    /// When it breaks off, or is no UTF-8.
    pub fn text(mut self) -> io::Result<String> {
        let mut text = String::new();
        self.read_to_string(&mut text)?;
        Ok(text)
    }
}

impl Read for Reply {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.body.read(into)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::os::unix::net::UnixListener;

    use super::{ClientError, Daemon};

    /// A daemon that says one thing whatever it is asked.
    fn says(answer: &'static str) -> (tempfile::TempDir, Daemon) {
        let directory = tempfile::tempdir().unwrap();
        let daemon = Daemon::of_store(directory.path());
        let listener = UnixListener::bind(daemon.socket()).unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = [0; 512];
            let _ = stream.read(&mut asked).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        });
        (directory, daemon)
    }

    #[test]
    fn answers_in_chunks_are_put_together() {
        let (_home, daemon) = says(
            "HTTP/1.1 200 OK\r\nPostlens-First: 17\r\nTransfer-Encoding: chunked\r\n\r\n\
             3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n",
        );
        let reply = daemon.get("/lines").unwrap();
        assert_eq!(reply.header("postlens-first"), Some("17"));
        assert_eq!(reply.text().unwrap(), "abc0123456789abcdef");
    }

    #[test]
    fn an_answer_that_fails_halfway_tells_why() {
        let (_home, daemon) = says(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nerror: too long\r\n",
        );
        let error = daemon.post("/sql", b"{}").unwrap().text().unwrap_err();
        assert_eq!(error.to_string(), "too long");
    }

    #[test]
    fn an_answer_that_breaks_off_is_none() {
        let (_home, daemon) =
            says("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n");
        assert!(daemon.get("/").unwrap().text().is_err());
        let (_home, daemon) = says("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabc");
        assert!(daemon.get("/").unwrap().text().is_err());
    }

    #[test]
    fn refusals_have_their_words() {
        let (_home, daemon) = says(
            "HTTP/1.1 403 Forbidden\r\ncontent-length: 32\r\n\r\n{\"error\":\"no\",\"hint\":\"ask root\"}",
        );
        let error = daemon.get("/").unwrap_err();
        assert_eq!((error.to_string().as_str(), error.hint().as_deref()), ("no", Some("ask root")));
    }

    #[test]
    fn nobody_there_is_told_from_nobody_may() {
        let home = tempfile::tempdir().unwrap();
        assert!(matches!(Daemon::of_store(home.path()).get("/"), Err(ClientError::Absent { .. })));
    }
}
