//! Texts as keys of maps.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};

use bstr::BStr;

/// A text that lies in the map itself unless it is long: most addresses, domains and
/// reasons of one list are looked at in the order of the log, which is no order at all
/// for memory, so that every place more that has to be looked at costs.
#[derive(Debug, Clone)]
pub(crate) enum Key {
    Short { length: u8, bytes: [u8; SHORT] },
    Long(Box<[u8]>),
}

/// With length and kind it is four words.
const SHORT: usize = 30;

impl Key {
    pub(crate) fn as_bstr(&self) -> &BStr {
        BStr::new(match self {
            Self::Short { length, bytes } => bytes.get(..usize::from(*length)).unwrap_or_default(),
            Self::Long(text) => text,
        })
    }
}

impl From<&BStr> for Key {
    fn from(text: &BStr) -> Self {
        let mut bytes = [0; SHORT];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(short), Ok(length)) => {
                short.copy_from_slice(text);
                Self::Short { length, bytes }
            }
            _ => Self::Long(Box::from(&**text)),
        }
    }
}

// A key is found by its text, so that it is hashed and compared as one.

impl Borrow<BStr> for Key {
    fn borrow(&self) -> &BStr {
        self.as_bstr()
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bstr().hash(state);
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.as_bstr() == other.as_bstr()
    }
}

impl Eq for Key {}

#[cfg(test)]
mod tests {
    use bstr::BStr;

    use super::Key;

    #[test]
    fn texts_of_any_length_come_back() {
        for length in [0, 1, 29, 30, 31, 255, 256, 1000] {
            let text = vec![b'x'; length];
            assert_eq!(Key::from(BStr::new(&text)).as_bstr(), BStr::new(&text));
        }
        assert_eq!(size_of::<Key>(), 32);
    }
}
