//! Journeys of mail, told: one file per format.

pub mod html;
pub mod json;
mod steps;
pub mod text;
mod words;

pub use json::value;
pub use text::write;

use postlens_trace::Connection;

use crate::escape::printable;
use crate::language::Language;

/// How much is told.
#[derive(Debug, Clone, Copy, Default)]
pub struct Telling {
    /// The original lines too.
    pub lines: bool,
    /// Terminal colours.
    pub colour: bool,
}

/// `name[address]`, the name that the client gave, TLS and login, as far as they are known.
fn client(connection: &Connection, language: &Language) -> String {
    let address = printable(connection.address.as_ref());
    let mut parts = vec![match &connection.name {
        Some(name) if *name != "unknown" => format!("{}[{address}]", printable(name.as_ref())),
        _ => address,
    }];
    for (key, value) in [
        ("trace-helo", &connection.helo),
        ("trace-tls", &connection.tls),
        ("trace-login", &connection.username),
    ] {
        if let Some(value) = value {
            parts.push(language.with(key, &[("value", printable(value.as_ref()))]));
        }
    }
    parts.join(", ")
}
