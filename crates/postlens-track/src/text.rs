//! A message's texts in one buffer, which is used again for the next message.

use bstr::BStr;

/// A piece of a [`TextBuf`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

/// Texts one after the other.
#[derive(Debug, Clone, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct TextBuf {
    bytes: Vec<u8>,
}

/// Beyond this a buffer is not kept for the next message.
const KEEP: usize = 4096;

impl TextBuf {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes) }
    }

    pub(crate) fn push(&mut self, text: &[u8]) -> Span {
        let start = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
        // Past 4 GiB of text for one message later texts come out empty.
        let Some(end) = u32::try_from(text.len()).ok().and_then(|len| start.checked_add(len))
        else {
            return Span { start: 0, end: 0 };
        };
        self.bytes.extend_from_slice(text);
        Span { start, end }
    }

    pub(crate) fn get(&self, span: Span) -> &BStr {
        let range = span.start as usize..span.end as usize;
        BStr::new(self.bytes.get(range).unwrap_or_default())
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(KEEP);
    }
}
