//! Small numbers for the places that lines come from.

use hashbrown::HashMap;
use postlens_syntax::Entry;

/// A host and an instance, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Place {
    pub(crate) host: u32,
    pub(crate) instance: u32,
}

/// The places that lines about one message came from: nearly always one.
#[derive(Debug, Default)]
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

    pub(crate) fn iter(&self) -> impl Iterator<Item = Place> + '_ {
        std::iter::once(self.first).chain(self.more.iter().copied())
    }
}

/// Numbers for host and instance names.
#[derive(Debug, Default)]
pub(crate) struct Names {
    numbers: HashMap<Box<[u8]>, u32, foldhash::fast::RandomState>,
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
            host: Self::number(&mut self.numbers, &mut self.last_host, host),
            instance: Self::number(&mut self.numbers, &mut self.last_instance, instance),
        }
    }

    fn number(
        numbers: &mut HashMap<Box<[u8]>, u32, foldhash::fast::RandomState>,
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
                next
            }
        };
        last.0.clear();
        last.0.extend_from_slice(name);
        last.1 = number;
        number
    }
}
