//! GELF 1.1 (Graylog Extended Log Format) in datagrams: a JSON object, plain or compressed
//! (gzip, zlib), whole or in chunks: two magic bytes, eight of an ID, a number and a count.

use std::collections::HashMap;
use std::io::Read;
use std::time::{Duration, Instant};

use flate2::read::{MultiGzDecoder, ZlibDecoder};
use postlens_syntax::canonical::canonicalize;

const MAGIC: [u8; 2] = [0x1e, 0x0f];
/// All chunks come within so long (GELF 1.1).
const PATIENCE: Duration = Duration::from_secs(5);
/// How often it is looked for those that did not.
const LOOK: Duration = Duration::from_secs(1);
/// Chunks that are waited for hold so many bytes together; a sender may never send the rest.
const HELD: usize = 16 << 20;
/// What a place for a chunk takes, also while none has come: many messages may be begun.
const PLACE: usize = size_of::<Option<Vec<u8>>>();
/// Chunks of a message (GELF 1.1).
const CHUNKS: u8 = 128;

/// Puts chunks together.
#[derive(Debug, Default)]
pub(crate) struct Assembly {
    waiting: HashMap<[u8; 8], Waiting>,
    held: usize,
    /// When those were given up last that were not whole in time.
    looked: Option<Instant>,
    /// Messages that were never whole.
    pub(crate) lost: u64,
}

#[derive(Debug)]
struct Waiting {
    since: Instant,
    chunks: Vec<Option<Vec<u8>>>,
    size: usize,
}

/// What a datagram is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Datagram {
    /// A message, or what completes one: JSON of this size at most; whether it was cut.
    Message(Vec<u8>, bool),
    /// A part of one.
    Chunk,
    /// Nothing that can be read.
    Garbage,
}

impl Assembly {
    /// Takes a datagram.
    pub(crate) fn take(&mut self, datagram: &[u8], longest: usize, now: Instant) -> Datagram {
        let Some(rest) = datagram.strip_prefix(&MAGIC) else { return unpack(datagram, longest) };
        self.forget(now);
        let Some((id, [number, count, chunk @ ..])) = rest.split_first_chunk::<8>() else {
            return Datagram::Garbage;
        };
        if *count == 0 || *count > CHUNKS || number >= count {
            return Datagram::Garbage;
        }
        let places = if self.waiting.contains_key(id) { 0 } else { usize::from(*count) * PLACE };
        if self.held + places + chunk.len() > HELD {
            self.lost += 1;
            return Datagram::Garbage;
        }
        self.held += places;
        let waiting = self.waiting.entry(*id).or_insert_with(|| Waiting {
            since: now,
            chunks: vec![None; usize::from(*count)],
            size: places,
        });
        // One of another count is of another message, and cannot be put in its place.
        let Some(place) = waiting.chunks.get_mut(usize::from(*number)) else {
            return Datagram::Garbage;
        };
        if place.is_none() {
            *place = Some(chunk.to_vec());
            waiting.size += chunk.len();
            self.held += chunk.len();
        }
        if waiting.chunks.iter().any(Option::is_none) {
            return Datagram::Chunk;
        }
        let Some(whole) = self.waiting.remove(id) else { return Datagram::Garbage };
        self.held -= whole.size;
        let bytes: Vec<u8> = whole.chunks.into_iter().flatten().flatten().collect();
        unpack(&bytes, longest)
    }

    /// Gives up what is not whole in time.
    fn forget(&mut self, now: Instant) {
        // Not with each of thousands of chunks a second.
        if self.looked.is_some_and(|looked| now.duration_since(looked) < LOOK) {
            return;
        }
        self.looked = Some(now);
        let (held, lost) = (&mut self.held, &mut self.lost);
        self.waiting.retain(|_, waiting| {
            let stays = now.duration_since(waiting.since) < PATIENCE;
            if !stays {
                *held -= waiting.size;
                *lost += 1;
            }
            stays
        });
    }
}

/// Decompresses a message, up to a length.
fn unpack(bytes: &[u8], longest: usize) -> Datagram {
    let limit = longest as u64 + 1;
    let mut out = Vec::new();
    let read = match bytes {
        [0x1f, 0x8b, ..] => MultiGzDecoder::new(bytes).take(limit).read_to_end(&mut out),
        // RFC 1950: deflate, and a checksum of the first two bytes.
        [first, second, ..]
            if first & 0x0f == 8 && (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0 =>
        {
            ZlibDecoder::new(bytes).take(limit).read_to_end(&mut out)
        }
        plain => plain.take(limit).read_to_end(&mut out),
    };
    if read.is_err() || out.is_empty() {
        return Datagram::Garbage;
    }
    let cut = out.len() > longest;
    out.truncate(longest);
    Datagram::Message(out, cut)
}

/// Appends a message as a line of syslog (RFC 5424); what is no message of GELF as it is.
/// Line feeds between its members are blanks as well.
pub(crate) fn append_line(message: &[u8], out: &mut Vec<u8>) {
    let blank = |byte: &u8| if matches!(byte, b'\n' | b'\r' | 0) { b' ' } else { *byte };
    let mut line: Vec<u8> = message.iter().map(blank).collect();
    while line.last() == Some(&b' ') {
        line.pop();
    }
    if line.is_empty() {
        return;
    }
    if let Some(length) = canonicalize(&mut line, &mut Vec::new()) {
        line.truncate(length);
    }
    out.append(&mut line);
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::time::{Duration, Instant};

    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::{Assembly, Datagram, append_line};

    const MESSAGE: &[u8] = b"{\"version\":\"1.1\",\"host\":\"mx\",\"short_message\":\"removed\"}";

    fn chunk(id: u8, number: u8, count: u8, bytes: &[u8]) -> Vec<u8> {
        [&[0x1e, 0x0f][..], &[id; 8], &[number, count], bytes].concat()
    }

    fn whole() -> Datagram {
        Datagram::Message(MESSAGE.to_vec(), false)
    }

    #[test]
    fn plain_and_compressed() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(MESSAGE).unwrap();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
        zlib.write_all(MESSAGE).unwrap();
        let mut assembly = Assembly::default();
        for bytes in [MESSAGE.to_vec(), gzip.finish().unwrap(), zlib.finish().unwrap()] {
            assert_eq!(assembly.take(&bytes, 1000, Instant::now()), whole());
        }
        let cut = assembly.take(MESSAGE, 10, Instant::now());
        assert_eq!(cut, Datagram::Message(MESSAGE[..10].to_vec(), true));
        for garbage in [&b""[..], &[0x1f, 0x8b, 0, 0], &[0x1e, 0x0f, 1]] {
            assert_eq!(assembly.take(garbage, 1000, Instant::now()), Datagram::Garbage);
        }
    }

    #[test]
    fn chunks_in_any_order() {
        let mut assembly = Assembly::default();
        let now = Instant::now();
        let (first, second) = MESSAGE.split_at(20);
        assert_eq!(assembly.take(&chunk(1, 1, 2, second), 1000, now), Datagram::Chunk);
        assert_eq!(assembly.take(&chunk(2, 0, 2, second), 1000, now), Datagram::Chunk);
        assert_eq!(assembly.take(&chunk(1, 1, 2, second), 1000, now), Datagram::Chunk);
        assert_eq!(assembly.take(&chunk(1, 0, 2, first), 1000, now), whole());
        assert_eq!(assembly.held, second.len() + 2 * super::PLACE);
        // The other one is never whole.
        let later = now + Duration::from_secs(6);
        assert_eq!(assembly.take(&chunk(3, 0, 1, MESSAGE), 1000, later), whole());
        assert_eq!((assembly.held, assembly.lost, assembly.waiting.len()), (0, 1, 0));
        for (number, count) in [(0, 0), (2, 2), (0, 129)] {
            let garbage = chunk(4, number, count, b"x");
            assert_eq!(assembly.take(&garbage, 1000, later), Datagram::Garbage);
        }
    }

    #[test]
    fn what_is_held_is_bounded() {
        let mut assembly = Assembly::default();
        let now = Instant::now();
        for number in 0..u8::MAX {
            for count in 0..100 {
                let bytes = vec![0; 8000];
                assembly.take(&chunk(number, count, 128, &bytes), 1000, now);
            }
        }
        assert!(assembly.held <= super::HELD);
        assert!(assembly.lost > 0);
    }

    #[test]
    fn messages_that_are_only_begun_are_bounded() {
        let mut assembly = Assembly::default();
        let now = Instant::now();
        for id in 0..10_000_u64 {
            let begun = [&[0x1e, 0x0f][..], &id.to_be_bytes(), &[0, 128, b'x']].concat();
            assembly.take(&begun, 1000, now);
        }
        assert!(assembly.waiting.len() <= super::HELD / (128 * super::PLACE));
        assert!(assembly.lost > 0);
    }

    #[test]
    fn a_message_is_a_line() {
        let mut out = Vec::new();
        append_line(b"{\n \"a\": 1\r\n}\n\0", &mut out);
        append_line(b"\n", &mut out);
        append_line(MESSAGE, &mut out);
        assert_eq!(out, b"{  \"a\": 1  }\n1 - mx - - - - removed\n");
    }
}
