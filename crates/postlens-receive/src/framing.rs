//! Messages in a stream of bytes: behind their lengths or before line feeds (RFC 6587), or
//! before zero bytes (GELF over TCP).

/// Where messages end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Frames {
    /// `LENGTH SP MESSAGE` or `MESSAGE LF`, each message as it likes.
    Syslog,
    /// `MESSAGE NUL`.
    Zero,
}

/// Cuts a stream into messages, from pieces cut anywhere.
#[derive(Debug)]
pub(crate) struct Framing {
    frames: Frames,
    longest: usize,
    /// The start of a message, or of its length.
    held: Vec<u8>,
    state: State,
    /// Messages that were too long.
    pub(crate) cut: u64,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// Before a message or in its length.
    Start,
    /// In a message of which so many bytes are to come.
    Counted(usize),
    /// In a message that ends with a byte.
    Ended,
}

/// A longer number is no length.
const DIGITS: usize = 9;

impl Framing {
    /// Messages that are longer than `longest` bytes are cut.
    pub(crate) fn new(frames: Frames, longest: usize) -> Self {
        Self { frames, longest, held: Vec::new(), state: State::Start, cut: 0 }
    }

    /// Takes the next piece and gives the messages that end in it.
    pub(crate) fn push(&mut self, mut input: &[u8], message: &mut dyn FnMut(&[u8])) {
        while !input.is_empty() {
            input = match self.state {
                State::Start => self.start(input),
                State::Counted(left) => self.counted(input, left, message),
                State::Ended => self.ended(input, message),
            };
        }
    }

    /// Ends the stream: what came of its last message is one.
    pub(crate) fn finish(&mut self, message: &mut dyn FnMut(&[u8])) {
        self.end(message);
    }

    /// Tells how a message is framed; a length stands before `<`, which all messages of
    /// syslog begin with.
    fn start<'i>(&mut self, input: &'i [u8]) -> &'i [u8] {
        if self.frames == Frames::Zero {
            self.state = State::Ended;
            return input;
        }
        let Some((&first, rest)) = input.split_first() else { return input };
        let is_length = match (self.held.as_slice(), first) {
            ([.., b' '], b'<') => {
                let digits = self.held.iter().take_while(|byte| byte.is_ascii_digit());
                let length = digits.fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0'));
                self.held.clear();
                self.state = State::Counted(length);
                return input;
            }
            ([], b'1'..=b'9') => true,
            ([.., b'0'..=b'9'], b'0'..=b'9' | b' ') => self.held.len() < DIGITS,
            _ => false,
        };
        if is_length {
            self.held.push(first);
            return rest;
        }
        // What seemed to be a length is the start of a message.
        self.state = State::Ended;
        input
    }

    fn counted<'i>(
        &mut self,
        input: &'i [u8],
        left: usize,
        message: &mut dyn FnMut(&[u8]),
    ) -> &'i [u8] {
        let (part, rest) = input.split_at_checked(left).unwrap_or((input, b""));
        self.hold(part);
        if part.len() == left {
            self.end(message);
        } else {
            self.state = State::Counted(left - part.len());
        }
        rest
    }

    fn ended<'i>(&mut self, input: &'i [u8], message: &mut dyn FnMut(&[u8])) -> &'i [u8] {
        let byte = if self.frames == Frames::Zero { 0 } else { b'\n' };
        let end = memchr::memchr(byte, input);
        let (part, rest) =
            input.split_at_checked(end.unwrap_or(input.len())).unwrap_or((input, b""));
        self.hold(part);
        if end.is_some() {
            self.end(message);
        }
        rest.get(1..).unwrap_or_default()
    }

    fn hold(&mut self, part: &[u8]) {
        let room = self.longest.saturating_sub(self.held.len());
        // Told once per message: when it is full, one byte more is counted no more.
        if part.len() > room && self.held.len() <= self.longest {
            self.cut += 1;
            self.held.extend_from_slice(part.get(..room).unwrap_or_default());
            self.held.push(0);
            return;
        }
        self.held.extend_from_slice(part.get(..room).unwrap_or(part));
    }

    fn end(&mut self, message: &mut dyn FnMut(&[u8])) {
        let held = self.held.get(..self.longest).unwrap_or(&self.held);
        if !held.is_empty() {
            message(held);
        }
        self.held.clear();
        self.state = State::Start;
    }
}

/// Appends a message as one line: line feeds and zero bytes at its end are left out, those in
/// it are written as rsyslog does (`#012`, `#000`).
pub(crate) fn append_line(message: &[u8], out: &mut Vec<u8>) {
    let kept = message.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r' | 0));
    let Some(last) = kept else { return };
    for byte in message.iter().take(last + 1) {
        match byte {
            b'\n' => out.extend_from_slice(b"#012"),
            0 => out.extend_from_slice(b"#000"),
            byte => out.push(*byte),
        }
    }
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Frames, Framing, append_line};

    fn messages(frames: Frames, longest: usize, input: &[u8], piece: usize) -> (Vec<String>, u64) {
        let mut found = Vec::new();
        let mut framing = Framing::new(frames, longest);
        let mut take = |message: &[u8]| found.push(String::from_utf8_lossy(message).into_owned());
        for piece in input.chunks(piece) {
            framing.push(piece, &mut take);
        }
        framing.finish(&mut take);
        (found, framing.cut)
    }

    #[track_caller]
    fn check(input: &str, expected: &[&str]) {
        for piece in [1, 2, 3, 1000] {
            let (found, cut) = messages(Frames::Syslog, 100, input.as_bytes(), piece);
            assert_eq!((found.as_slice(), cut), (expected.map_to_owned().as_slice(), 0), "{piece}");
        }
    }

    trait Owned {
        fn map_to_owned(&self) -> Vec<String>;
    }

    impl Owned for [&str] {
        fn map_to_owned(&self) -> Vec<String> {
            self.iter().map(|text| (*text).to_owned()).collect()
        }
    }

    #[test]
    fn messages_are_framed_in_both_ways() {
        check("<22>a\n<22>b\n", &["<22>a", "<22>b"]);
        check("5 <22>a6 <22>b\n5 <22>c", &["<22>a", "<22>b\n", "<22>c"]);
        check("5 <22>a<22>b\n5 <22>c", &["<22>a", "<22>b", "<22>c"]);
        // Digits that are no length.
        check(
            "2026-11-24T06:25:01Z mx a\n1 2 3\n12 \n",
            &["2026-11-24T06:25:01Z mx a", "1 2 3", "12 "],
        );
        check("1234567890 <22>a\n", &["1234567890 <22>a"]);
        check("007 <a\n\n\n<22>b", &["007 <a", "<22>b"]);
        check("", &[]);
        // Ended too early.
        check("50 <22>a", &["<22>a"]);
    }

    #[test]
    fn long_messages_are_cut_and_counted() {
        for piece in [1, 7, 1000] {
            let found = messages(Frames::Syslog, 5, b"<2>4567\n<2>45\n9 <2>456789<2>c\n", piece);
            let expected = ["<2>45", "<2>45", "<2>45", "<2>c"].map_to_owned();
            assert_eq!(found, (expected, 2), "{piece}");
        }
    }

    #[test]
    fn zero_bytes_end_messages_of_gelf() {
        let (found, _) = messages(Frames::Zero, 100, b"{\"a\":\n1}\0{}\0\0{", 3);
        assert_eq!(found, ["{\"a\":\n1}", "{}", "{"]);
    }

    #[test]
    fn a_message_is_a_line() {
        let line = |message: &[u8]| {
            let mut out = Vec::new();
            append_line(message, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(line(b"a\nb\0c\r\n\0"), "a#012b#000c\n");
        assert_eq!(line(b"\n\0"), "");
    }

    proptest! {
        #[test]
        fn any_bytes_are_framed_alike_however_they_are_cut(
            parts in prop::collection::vec(
                prop::sample::select(vec!["<22>a", "\n", "5 ", "3 <1>", "12", " ", "0", "x", "99999 <"]),
                0..30,
            ),
            piece in 1_usize..9,
        ) {
            let input = parts.concat();
            let whole = messages(Frames::Syslog, 7, input.as_bytes(), 1000);
            prop_assert_eq!(messages(Frames::Syslog, 7, input.as_bytes(), piece), whole);
        }
    }
}
