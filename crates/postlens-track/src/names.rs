//! Small numbers for the places that lines come from.

use bstr::BStr;
use hashbrown::HashMap;
use postlens_syntax::Entry;

/// A host and an instance, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Place {
    pub(crate) host: u32,
    pub(crate) instance: u32,
}

/// The places that lines about one message came from: nearly always one.
#[derive(Debug, Clone, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Places {
    first: Place,
    more: Vec<Place>,
}

impl Places {
    /// Begins anew with one place; keeps the buffer.
    pub(crate) fn begin(&mut self, place: Place) {
        self.first = place;
        self.more.clear();
    }

    pub(crate) fn contains(&self, place: Place) -> bool {
        self.first == place || self.more.contains(&place)
    }

    /// Adds a place. A message seen in many is hostile; further places are left out.
    pub(crate) fn add(&mut self, place: Place) {
        if !self.contains(place) && self.more.len() < 15 {
            self.more.push(place);
        }
    }

    /// The first of them.
    pub(crate) fn first(&self) -> Place {
        self.first
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Place> + '_ {
        std::iter::once(self.first).chain(self.more.iter().copied())
    }
}

type Numbers = HashMap<Box<[u8]>, u32, foldhash::fast::RandomState>;

/// Numbers for host and instance names.
#[derive(Debug, Clone, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Names {
    /// By number, from 1.
    texts: Vec<Box<[u8]>>,
    numbers: Numbers,
    last_host: (Vec<u8>, u32),
    last_instance: (Vec<u8>, u32),
}

/// A log with more names than this is hostile; further names share a number.
const MOST: usize = 65_536;

impl Names {
    pub(crate) fn place(&mut self, entry: &Entry<'_>) -> Place {
        let host = entry.host.map_or(&b""[..], |host| host);
        let instance = entry.tag.instance().map_or(&b""[..], |instance| instance);
        Place {
            host: Self::number((&mut self.numbers, &mut self.texts), &mut self.last_host, host),
            instance: Self::number(
                (&mut self.numbers, &mut self.texts),
                &mut self.last_instance,
                instance,
            ),
        }
    }

    /// The name of a number; `None` for lines without one, and past the most.
    pub(crate) fn text(&self, number: u32) -> Option<&BStr> {
        let text = self.texts.get(usize::try_from(number.checked_sub(1)?).ok()?)?;
        (!text.is_empty()).then_some(BStr::new(text))
    }

    fn number(
        (numbers, texts): (&mut Numbers, &mut Vec<Box<[u8]>>),
        last: &mut (Vec<u8>, u32),
        name: &[u8],
    ) -> u32 {
        // Neighbouring lines mostly come from the same place.
        if last.1 != 0 && last.0 == name {
            return last.1;
        }
        let next = u32::try_from(numbers.len().min(MOST)).unwrap_or_default() + 1;
        let number = match numbers.get(name) {
            Some(number) => *number,
            None if numbers.len() >= MOST => next,
            None => {
                numbers.insert(name.into(), next);
                texts.push(name.into());
                next
            }
        };
        last.0.clear();
        last.0.extend_from_slice(name);
        last.1 = number;
        number
    }
}
