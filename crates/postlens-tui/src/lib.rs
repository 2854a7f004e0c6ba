//! Live views in a terminal.
//!
//! A view gets plain data and the words for it; it reads no queue and no log itself. What
//! is slow runs in threads beside it, so that keys are answered at once: [`queue::Source`].
//!
//! [`Screen`] takes the terminal and gives it back on every way out.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")
)]

pub mod queue;
mod screen;
mod theme;

pub use screen::{End, Screen, ScreenError};
pub use theme::Theme;
