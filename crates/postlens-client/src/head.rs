//! The first lines of an answer.

use std::io::{self, BufRead};

/// Status and headers.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) status: u16,
    /// Names in lower case, and values.
    pub(crate) headers: Vec<(String, String)>,
}

/// More headers are not those of a postlensd.
const MOST: usize = 32;
/// Nor are longer ones, in bytes.
const LONGEST: usize = 16 * 1024;

impl Head {
    /// Reads up to the empty line.
    pub(crate) fn read(from: &mut impl BufRead) -> io::Result<Self> {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\r\n\r\n") {
            let before = bytes.len();
            from.read_until(b'\n', &mut bytes)?;
            if bytes.len() == before {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if bytes.len() > LONGEST {
                return Err(io::Error::other("not an answer of postlensd"));
            }
        }
        let mut headers = [httparse::EMPTY_HEADER; MOST];
        let mut response = httparse::Response::new(&mut headers);
        response.parse(&bytes).map_err(io::Error::other)?;
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let headers = response.headers.iter();
        let headers = headers.map(|header| (header.name.to_ascii_lowercase(), text(header.value)));
        Ok(Self { status: response.code.unwrap_or_default(), headers: headers.collect() })
    }
}

/// The value of a header, by its name in lower case.
pub(crate) fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}
