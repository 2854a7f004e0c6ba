//! Warnings, errors, statistics and other lines that are parsed by tables.
//!
//! Format: whatever the tables under `tables/` say, one row per message; their notation
//! is described in `tables/README.md`. The rows stand for the message formats in the
//! sources of Postfix 2.10 to 3.12 and of the programs that log beside it.

use bstr::{BStr, ByteSlice};

use crate::address::{Client, Relay};
use crate::field::FieldSink;
use crate::program::Daemon;
use crate::queue_id::QueueId;
use crate::severity::{Class, Severity};

mod files;
mod index;
mod pattern;
mod table;
#[cfg(test)]
mod tests;

use pattern::{Capture, Shape, Spans};
use table::tables;
pub use table::{Row, rows};

/// A line that a table row describes.
#[derive(Clone, Copy, PartialEq)]
pub struct Notice<'a> {
    /// The severity that the line states (`warning:` …), info without one.
    pub severity: Severity,
    /// What part of the system it is about; `None` for plain information.
    pub class: Option<Class>,
    /// The row's kind, in snake_case; for trouble without a kind of its own, the
    /// severity's name.
    pub kind: &'static str,
    /// The message it is about.
    pub queue_id: Option<QueueId<'a>>,
    text: &'a BStr,
    row: &'static Row,
    spans: Spans,
}

impl<'a> Notice<'a> {
    /// Finds the row that describes `text`, given without the severity word. Where
    /// several do, the one with the most literal text wins; a Postfix program's own rows go
    /// before those of its other programs. `None` where no row does.
    pub fn parse(daemon: Daemon, severity: Severity, text: &'a [u8]) -> Option<Self> {
        let (row, spans) = tables().find(daemon, severity, text)?;
        let mut notice = Self {
            severity,
            class: row.class(),
            kind: row.kind(),
            queue_id: None,
            text: BStr::new(text),
            row,
            spans,
        };
        let id = notice.spanned().find(|(capture, _)| capture.shape() == Shape::QueueId);
        notice.queue_id = id.and_then(|(_, value)| QueueId::new(value));
        Some(notice)
    }

    /// Whether `text`, given without a severity word, is verbose output (`-v`,
    /// `debug_peer_list`, high TLS log levels) of a Postfix daemon. Its parts are not kept.
    pub fn is_debug(daemon: Daemon, text: &[u8]) -> bool {
        tables().find(daemon, Severity::Debug, text).is_some()
    }

    /// The row that describes the line.
    pub fn row(&self) -> &'static Row {
        self.row
    }

    /// The named parts of the line in their order, without the queue ID. A client and a
    /// relay are given as their parts: name, address, port.
    pub fn captures(&self) -> impl Iterator<Item = (&'static str, &'a BStr)> + '_ {
        self.spanned().flat_map(|(capture, value)| named(capture, value)).flatten()
    }

    /// The named part `name`.
    pub fn capture(&self, name: &str) -> Option<&'a BStr> {
        self.captures().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Sends `class` and the named parts.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        if let Some(class) = self.class {
            sink.text("class", BStr::new(class.name()));
        }
        for (capture, value) in self.spanned() {
            match (capture.shape(), integer(value)) {
                (Shape::Int, Some(number)) => sink.int(capture.name(), number),
                (Shape::Client, _) => match Client::parse(value) {
                    Some(client) => client.fields(sink),
                    None => sink.text("client_name", value),
                },
                (Shape::Relay, _) => Relay::parse(value).fields(sink),
                (Shape::QueueId, _) => {}
                _ => sink.text(capture.name(), value),
            }
        }
    }

    fn spanned(&self) -> impl Iterator<Item = (&'static Capture, &'a BStr)> + '_ {
        let values = self.spans.iter().map(|&(start, end)| {
            let value = self.text.get(start as usize..end as usize).unwrap_or_default();
            BStr::new(value)
        });
        self.row.captures().zip(values)
    }
}

impl std::fmt::Debug for Notice<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Notice")
            .field("severity", &self.severity)
            .field("class", &self.class)
            .field("kind", &self.kind)
            .field("queue_id", &self.queue_id)
            .field("captures", &self.captures().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

fn integer(text: &[u8]) -> Option<i64> {
    text.to_str().ok()?.parse().ok()
}

/// What one capture is called outside: up to three named values.
fn named<'a>(capture: &'static Capture, value: &'a BStr) -> [Option<(&'static str, &'a BStr)>; 3] {
    let names = match capture.shape() {
        Shape::QueueId => return [None; 3],
        Shape::Client => ["client_name", "client_address", "client_port"],
        Shape::Relay => ["relay_name", "relay_address", "relay_port"],
        _ => return [Some((capture.name(), value)), None, None],
    };
    let Some((client, _)) = Client::split(value) else {
        return [Some((names[0], value)), None, None];
    };
    let tail = value.rfind_byte(b']').and_then(|close| value.get(close + 1..));
    let port = tail.and_then(|tail| tail.strip_prefix(b":")).map(BStr::new);
    let parts = [client.name, Some(client.address), port];
    let mut names = names.into_iter();
    parts.map(|part| names.next().zip(part))
}
