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
        verbose::is_head(start).then(|| Self::Verbose(VerboseDecoder::default()))
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
