//! Journal records that stand on several lines, brought onto one each: `journalctl -o
//! export`, `-o json-pretty` and `-o verbose`, the forms that people copy.

use postlens_syntax::canonical::ExportDecoder;

mod pretty;
mod verbose;

use pretty::PrettyDecoder;
use verbose::VerboseDecoder;

/// Decodes a stream of such records, from pieces cut anywhere.
#[derive(Debug)]
pub(crate) enum Records {
    Export(ExportDecoder),
    Pretty(PrettyDecoder),
    Verbose(VerboseDecoder),
}

impl Records {
    /// Tells the form by a stream's first bytes: its first line, or 48 bytes of it.
    pub(crate) fn recognize(start: &[u8]) -> Option<Self> {
        if ExportDecoder::recognizes(start) {
            return Some(Self::Export(ExportDecoder::default()));
        }
        if PrettyDecoder::recognizes(start) {
            return Some(Self::Pretty(PrettyDecoder::default()));
        }
        verbose::recognizes(start).then(|| Self::Verbose(VerboseDecoder::default()))
    }

    /// Decodes the next piece; what is complete is appended as lines.
    pub(crate) fn push(&mut self, input: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::Export(decoder) => decoder.push(input, out),
            Self::Pretty(decoder) => decoder.push(input, out),
            Self::Verbose(decoder) => decoder.push(input, out),
        }
    }

    /// Ends the stream.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        match self {
            Self::Export(decoder) => decoder.finish(out),
            Self::Pretty(_) => {}
            Self::Verbose(decoder) => decoder.finish(out),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Records;

    const PRETTY: &[u8] = b"{\n\t\"A\" : 1\n}\n";
    const VERBOSE: &[u8] = b"Tue 2026-11-24 06:26:00 UTC [s=a]\n    MESSAGE=a\n        b\n";
    const EXPORT: &[u8] = b"__CURSOR=a\nMESSAGE=a\nSYSLOG_IDENTIFIER=b\n\n";

    fn decode(text: &[u8], cut: usize) -> Vec<u8> {
        let mut records = Records::recognize(text).unwrap();
        let mut out = Vec::new();
        text.chunks(cut).for_each(|piece| records.push(piece, &mut out));
        records.finish(&mut out);
        out
    }

    proptest! {
        #[test]
        fn cuts_change_nothing(
            form in prop::sample::select(vec![PRETTY, VERBOSE, EXPORT]),
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    &b"{"[..], b"}", b"\n", b"\t", b"    ", b"     ", b"A=b", b"\"", b"\xff", b"\r",
                    PRETTY, VERBOSE, EXPORT,
                ]),
                0..40,
            ),
            cut in 1_usize..20,
        ) {
            let text = [form, &parts.concat()].concat();
            let whole = decode(&text, text.len());
            prop_assert_eq!(&decode(&text, cut), &whole);
            if form == PRETTY {
                // Line feeds are replaced, or added before what is cut off; no byte is lost.
                let kept = |text: &[u8]| {
                    text.iter().filter(|byte| !b" \n".contains(byte)).copied().collect::<Vec<_>>()
                };
                prop_assert_eq!(kept(&whole), kept(&text));
            }
        }
    }

    #[test]
    fn ordinary_lines_are_no_records() {
        for line in [
            &b"Tue 2026-11-24 06:26:00 UTC mx postfix/smtpd[1]: connect from a[192.0.2.1]\n"[..],
            b"Nov 24 06:26:00 mx postfix/smtpd[1]: connect from a[192.0.2.1]\n",
            b"{\"MESSAGE\":\"a\"}\n",
            b"-- \n",
            b"{ \"MESSAGE\":\"a\"}\n",
            b"",
        ] {
            assert!(Records::recognize(line).is_none());
        }
    }
}
