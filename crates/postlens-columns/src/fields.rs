//! The fields of an event, found by their names.

use bstr::BStr;
use postlens_syntax::{Delay, Event, FieldSink};

use crate::cell::Cell;
use crate::json::Object;
use crate::table::Kind;

/// The fields of one event. Those with a column of their own are found by its place among
/// [`NAMES`], the others are kept as JSON.
#[derive(Debug)]
pub(crate) struct Fields {
    text: Vec<u8>,
    found: [Found; NAMES.len()],
    rest: Option<Object>,
}

#[derive(Debug, Clone, Copy, Default)]
enum Found {
    #[default]
    Nothing,
    Text(usize, usize),
    Int(i64),
    Delay(Delay),
}

/// Names with a column of their own and what it holds, sorted.
pub(crate) const NAMES: [(&str, Kind); 40] = [
    ("action", Kind::Text),
    ("client_address", Kind::Text),
    ("client_name", Kind::Text),
    ("client_port", Kind::Int),
    ("count", Kind::Int),
    ("delay", Kind::Seconds),
    ("delay_before_qmgr", Kind::Seconds),
    ("delay_connection", Kind::Seconds),
    ("delay_in_qmgr", Kind::Seconds),
    ("delay_transmission", Kind::Seconds),
    ("dsn", Kind::Text),
    ("helo", Kind::Text),
    ("message_id", Kind::Text),
    ("orig_queue_id", Kind::Text),
    ("orig_recipient", Kind::Text),
    ("protocol", Kind::Text),
    ("queued_as", Kind::Text),
    ("reason", Kind::Text),
    ("recipient", Kind::Text),
    ("recipient_count", Kind::Int),
    ("relay_address", Kind::Text),
    ("relay_name", Kind::Text),
    ("relay_port", Kind::Int),
    ("reply", Kind::Text),
    ("reply_code", Kind::Int),
    ("result", Kind::Text),
    ("sasl_method", Kind::Text),
    ("sasl_username", Kind::Text),
    ("sender", Kind::Text),
    ("size", Kind::Int),
    ("stage", Kind::Text),
    ("status", Kind::Text),
    ("tls_bits", Kind::Int),
    ("tls_cipher", Kind::Text),
    ("tls_protocol", Kind::Text),
    ("tls_trust", Kind::Text),
    ("uid", Kind::Int),
    ("user", Kind::Text),
    ("verdict", Kind::Text),
    ("window", Kind::Int),
];

impl Fields {
    pub(crate) fn of(event: &Event<'_>) -> Self {
        let mut fields =
            Self { text: Vec::new(), found: [Found::Nothing; NAMES.len()], rest: None };
        event.own_fields(&mut fields);
        fields
    }

    /// A field by its [`place`].
    pub(crate) fn at(&self, place: Option<usize>) -> Cell<'_> {
        match place.and_then(|place| self.found.get(place)) {
            Some(Found::Text(from, to)) => {
                Cell::Text(BStr::new(self.text.get(*from..*to).unwrap_or_default()))
            }
            Some(Found::Int(number)) => Cell::Int(*number),
            Some(Found::Delay(delay)) => Cell::Seconds(*delay),
            Some(Found::Nothing) | None => Cell::Null,
        }
    }

    /// The others, as a JSON object.
    pub(crate) fn rest(&self) -> Option<String> {
        self.rest.clone().map(Object::finish)
    }

    /// Where a field of that kind goes; of another kind it goes to the rest.
    fn slot(&mut self, name: &str, kind: Kind) -> Option<&mut Found> {
        let place = place(name)?;
        NAMES.get(place).filter(|(_, known)| *known == kind)?;
        self.found.get_mut(place)
    }

    fn rest_mut(&mut self) -> &mut Object {
        self.rest.get_or_insert_with(Object::new)
    }
}

/// Where a name stands among [`NAMES`]: in few steps, since every field of every line is
/// looked up.
#[expect(clippy::indexing_slicing, reason = "slots are below the length, places are compared")]
pub(crate) const fn place(name: &str) -> Option<usize> {
    let name = name.as_bytes();
    let mut slot = hash(name);
    loop {
        let place = PLACES[slot] as usize;
        if place >= NAMES.len() {
            return None;
        }
        if equal(NAMES[place].0.as_bytes(), name) {
            return Some(place);
        }
        slot = (slot + 1) % PLACES.len();
    }
}

/// Places by the hashes of names; [`u8::MAX`] where there is none.
#[expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "the compiler does this, and stops where it goes wrong"
)]
const PLACES: [u8; 256] = {
    let mut places = [u8::MAX; 256];
    let mut place = 0;
    while place < NAMES.len() {
        let mut slot = hash(NAMES[place].0.as_bytes());
        while places[slot] != u8::MAX {
            slot = (slot + 1) % places.len();
        }
        places[slot] = place as u8;
        place += 1;
    }
    places
};

/// A slot of [`PLACES`].
#[expect(clippy::indexing_slicing, reason = "the middle of a name is in it")]
const fn hash(name: &[u8]) -> usize {
    match name {
        [] | [_] => 0,
        [first, .., last] => {
            let middle = name[name.len() / 2] as usize;
            (*first as usize * 31 + *last as usize * 7 + middle * 3 + name.len() * 17) % 256
        }
    }
}

#[expect(clippy::indexing_slicing, reason = "below the length of both")]
const fn equal(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

impl FieldSink for Fields {
    fn text(&mut self, name: &'static str, value: &BStr) {
        let from = self.text.len();
        let to = from + value.len();
        if let Some(slot) = self.slot(name, Kind::Text) {
            *slot = Found::Text(from, to);
            self.text.extend_from_slice(value);
        } else {
            self.rest_mut().text(name, Some(value));
        }
    }

    fn int(&mut self, name: &'static str, value: i64) {
        match self.slot(name, Kind::Int) {
            Some(slot) => *slot = Found::Int(value),
            None => self.rest_mut().plain(name, value),
        }
    }

    fn delay(&mut self, name: &'static str, value: Delay) {
        match self.slot(name, Kind::Seconds) {
            Some(slot) => *slot = Found::Delay(value),
            None => self.rest_mut().plain(name, value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NAMES, place};
    use crate::table::Table;

    #[test]
    fn names_are_found() {
        for (index, (name, _)) in NAMES.iter().enumerate() {
            assert_eq!(place(name), Some(index), "{name}");
        }
        for name in ["", "d", "delays", "nothing", "tls"] {
            assert_eq!(place(name), None, "{name}");
        }
    }

    #[test]
    fn names_are_sorted_and_have_columns() {
        assert!(NAMES.is_sorted_by_key(|(name, _)| name));
        for (name, kind) in NAMES {
            let mut columns = Table::Events.columns().iter();
            let column = columns.find(|column| column.name == name).unwrap();
            assert_eq!(column.kind, kind, "{name}");
        }
    }
}
