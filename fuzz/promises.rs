//! What must hold for any bytes. The fuzz targets and the tests that run their seeds
//! share this file.

use bstr::{BStr, ByteSlice as _};
use postlens_syntax::canonical::{ExportDecoder, canonicalize};
use postlens_syntax::field::FieldSink;
use postlens_syntax::{Delay, Entry, Event};

/// A line is framed and understood without a panic; what the entry and the event hold are
/// pieces of the line; names are those of a schema, and none is sent twice.
pub(crate) fn entry(line: &[u8]) {
    let entry = Entry::parse(line);
    within(line, entry.text);
    let event = Event::parse(&entry);
    snake_case(event.kind());
    let mut sink = Fields { line, names: Vec::new() };
    event.fields(&mut sink);
    let sent = sink.names.len();
    sink.names.sort_unstable();
    sink.names.dedup();
    assert_eq!(sent, sink.names.len(), "a field was sent twice: {:?}", line.as_bstr());
}

/// A record is rewritten to one line that is not longer, or left as it was; what it becomes
/// keeps the promises of lines.
pub(crate) fn canonical(record: &[u8]) {
    let mut line = record.to_vec();
    // What a buffer held before is of no consequence.
    let mut scratch = b"{\"MESSAGE\":1".to_vec();
    match canonicalize(&mut line, &mut scratch) {
        Some(length) => {
            let line = &line[..length];
            assert!(!line.contains(&b'\n'), "{:?} is more than a line", line.as_bstr());
            entry(line);
        }
        None => assert_eq!(line, record, "left, but changed"),
    }
}

/// A stream gives the same lines wherever it is cut, and they keep the promises of lines.
/// The first bytes say where.
pub(crate) fn export(data: &[u8]) {
    let Some((cuts, stream)) = data.split_first_chunk::<2>() else { return };
    let mut whole = Vec::new();
    let mut decoder = ExportDecoder::default();
    decoder.push(stream, &mut whole);
    decoder.finish(&mut whole);

    let mut pieces = Vec::new();
    let mut decoder = ExportDecoder::default();
    let mut rest = stream;
    for size in cuts.iter().cycle().map(|byte| usize::from(*byte) + 1) {
        let (piece, tail) = rest.split_at(size.min(rest.len()));
        decoder.push(piece, &mut pieces);
        rest = tail;
        if rest.is_empty() {
            break;
        }
    }
    decoder.finish(&mut pieces);
    assert_eq!(whole.as_bstr(), pieces.as_bstr(), "cut every {cuts:?} bytes");
    whole.lines().for_each(entry);
}

struct Fields<'a> {
    line: &'a [u8],
    names: Vec<&'static str>,
}

impl FieldSink for Fields<'_> {
    fn text(&mut self, name: &'static str, value: &BStr) {
        snake_case(name);
        self.names.push(name);
        // Words of our own (an action, a class) are not in the line.
        if !value.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'_') {
            assert!(self.line.contains_str(value), "{name}={value:?} is not in the line");
        }
    }

    fn int(&mut self, name: &'static str, _: i64) {
        snake_case(name);
        self.names.push(name);
    }

    fn delay(&mut self, name: &'static str, _: Delay) {
        snake_case(name);
        self.names.push(name);
    }
}

fn within(line: &[u8], part: &[u8]) {
    let (whole, piece) = (line.as_ptr_range(), part.as_ptr_range());
    let inside = whole.start <= piece.start && piece.end <= whole.end;
    assert!(part.is_empty() || inside, "{:?} is no piece of the line", part.as_bstr());
}

fn snake_case(name: &str) {
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    assert!(!name.is_empty() && name.bytes().all(legal), "{name:?} is no snake_case");
}
