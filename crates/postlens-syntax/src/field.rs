//! The fields of an event under their public names, for JSON, CSV and filters.

use bstr::BStr;

use crate::delay::Delay;

/// Receives the fields of an event one by one. Names are those of the event
/// schema; absent fields are not sent.
pub trait FieldSink {
    /// A text field. The bytes may be anything the log held.
    fn text(&mut self, name: &'static str, value: &BStr);
    /// An integer field: counts, sizes in bytes, ports, codes.
    fn int(&mut self, name: &'static str, value: i64);
    /// A span of time in seconds.
    fn delay(&mut self, name: &'static str, value: Delay);

    /// A text field that may be absent.
    fn opt_text(&mut self, name: &'static str, value: Option<&BStr>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// An integer field that may be absent.
    fn opt_int(&mut self, name: &'static str, value: Option<i64>) {
        if let Some(value) = value {
            self.int(name, value);
        }
    }
}
