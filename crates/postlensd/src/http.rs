//! HTTP/1.1 (RFC 9112) for a socket that only this machine reaches: one request a connection,
//! answers in chunks as they are found. An answer that fails halfway ends with a line
//! `error: …` in place of a chunk's size, so that nobody takes it for whole.

use std::fmt::Write as _;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use futures::{Stream, StreamExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};

/// What is asked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The path, and what follows `?`.
    pub(crate) target: String,
    pub(crate) body: Vec<u8>,
}

/// Parts of an answer, as they are found; an error in words ends it.
pub(crate) type Parts = Pin<Box<dyn Stream<Item = Result<Vec<u8>, String>> + Send>>;

/// An answer.
pub(crate) enum Reply {
    /// All of it.
    Whole { status: u16, body: Vec<u8> },
    /// Headers, and the rest as it is found.
    Parts { headers: Vec<(&'static str, String)>, parts: Parts },
}

/// Headers are no longer, in bytes.
const LONGEST_HEAD: usize = 16 * 1024;
/// Questions are no longer, in bytes.
const LONGEST_BODY: usize = 1 << 20;
/// Nobody takes longer to ask.
const PATIENCE: Duration = Duration::from_secs(30);

/// Reads a question and writes the answer. Whoever goes away in between is not answered to
/// the end: the answer is dropped, and what it waits for with it.
pub(crate) async fn converse<A>(
    stream: UnixStream,
    answer: impl FnOnce(Request) -> A,
) -> io::Result<()>
where
    A: Future<Output = Reply>,
{
    let (mut from, mut to) = stream.into_split();
    let request = tokio::time::timeout(PATIENCE, read(&mut from)).await??;
    let answered = async {
        let reply = match request {
            Ok(request) => answer(request).await,
            Err(status) => Reply::Whole { status, body: Vec::new() },
        };
        write(&mut to, reply).await
    };
    tokio::select! {
        answered = answered => answered,
        () = left(&mut from) => Ok(()),
    }
}

/// Ends when the asker has gone.
async fn left(from: &mut OwnedReadHalf) {
    let mut more = [0; 64];
    while let Ok(1..) = from.read(&mut more).await {}
}

/// Reads a request; else the status that tells what is wrong with it.
async fn read(from: &mut OwnedReadHalf) -> io::Result<Result<Request, u16>> {
    let mut bytes = Vec::new();
    loop {
        if from.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let (mut request, length, start) = match head(&bytes) {
            Ok(Some(head)) => head,
            Ok(None) if bytes.len() > LONGEST_HEAD => return Ok(Err(431)),
            Ok(None) => continue,
            Err(status) => return Ok(Err(status)),
        };
        if length > LONGEST_BODY {
            return Ok(Err(413));
        }
        while bytes.len() < start + length {
            if from.read_buf(&mut bytes).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        request.body = bytes.get(start..start + length).unwrap_or_default().to_vec();
        return Ok(Ok(request));
    }
}

/// The request without its body, the body's length, and where it begins; `None` while not all
/// of it is there.
fn head(bytes: &[u8]) -> Result<Option<(Request, usize, usize)>, u16> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut request = httparse::Request::new(&mut headers);
    let start = match request.parse(bytes) {
        Ok(httparse::Status::Complete(start)) => start,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err(400),
    };
    let named = |name: &str| {
        let found = request.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        found.map(|header| String::from_utf8_lossy(header.value).into_owned())
    };
    if named("transfer-encoding").is_some() {
        return Err(411);
    }
    let length = named("content-length").map_or(Ok(0), |length| length.trim().parse());
    let (Some(method), Some(target)) = (request.method, request.path) else { return Err(400) };
    let (method, target) = (method.to_owned(), target.to_owned());
    Ok(Some((Request { method, target, body: Vec::new() }, length.map_err(|_| 400u16)?, start)))
}

async fn write(to: &mut OwnedWriteHalf, reply: Reply) -> io::Result<()> {
    match reply {
        Reply::Whole { status, body } => {
            let head = format!(
                "HTTP/1.1 {status} {}\r\ncontent-type: application/json\r\n\
                 content-length: {}\r\nconnection: close\r\n\r\n",
                phrase(status),
                body.len()
            );
            to.write_all(head.as_bytes()).await?;
            to.write_all(&body).await?;
        }
        Reply::Parts { headers, mut parts } => {
            let mut head = String::from("HTTP/1.1 200 OK\r\n");
            for (name, value) in headers {
                // Writing to memory does not fail.
                let _ = write!(head, "{name}: {value}\r\n");
            }
            head.push_str("transfer-encoding: chunked\r\nconnection: close\r\n\r\n");
            to.write_all(head.as_bytes()).await?;
            while let Some(part) = parts.next().await {
                match part {
                    Ok(bytes) => chunk(to, &bytes).await?,
                    Err(error) => {
                        let words = error.replace(['\r', '\n'], " ");
                        return to.write_all(format!("error: {words}\r\n").as_bytes()).await;
                    }
                }
            }
            to.write_all(b"0\r\n\r\n").await?;
        }
    }
    to.shutdown().await
}

async fn chunk(to: &mut OwnedWriteHalf, bytes: &[u8]) -> io::Result<()> {
    // One without bytes would be the last.
    if bytes.is_empty() {
        return Ok(());
    }
    to.write_all(format!("{:x}\r\n", bytes.len()).as_bytes()).await?;
    to.write_all(bytes).await?;
    to.write_all(b"\r\n").await
}

/// The words of a status (RFC 9110).
fn phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        411 => "Length Required",
        413 => "Content Too Large",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        // Nothing else is answered.
        _ => "Internal Server Error",
    }
}

#[cfg(test)]
mod tests {
    use super::{Request, head};

    #[test]
    fn requests() {
        let text = b"POST /sql HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
        let (request, length, start) = head(text).unwrap().unwrap();
        let (method, target) = ("POST".to_owned(), "/sql".to_owned());
        assert_eq!(request, Request { method, target, body: Vec::new() });
        assert_eq!((length, start), (2, text.len() - 2));
        assert_eq!(head(&text[..20]), Ok(None));
    }

    #[test]
    fn what_is_no_request() {
        let cases = [
            (&b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"[..], 400),
            (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
            (b"\x16\x03\x01\x02\x00", 400),
        ];
        for (bytes, status) in cases {
            assert_eq!(head(bytes), Err(status), "{}", String::from_utf8_lossy(bytes));
        }
    }
}
