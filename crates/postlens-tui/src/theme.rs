//! How things look: with or without colours, with or without letters beyond ASCII.

use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;

/// What the terminal can show, or its user wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Colours. Nothing is said by colour alone.
    pub colour: bool,
    /// Lines, blocks and dots beyond ASCII.
    pub unicode: bool,
}

impl Theme {
    /// The head of a table, and what matters.
    pub(crate) fn strong() -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// What is broken here.
    pub(crate) fn bad(self) -> Style {
        self.coloured(Color::Red).add_modifier(Modifier::BOLD)
    }

    /// What fails elsewhere, or grows.
    pub(crate) fn warning(self) -> Style {
        self.coloured(Color::Yellow)
    }

    /// What shrinks.
    pub(crate) fn good(self) -> Style {
        self.coloured(Color::Green)
    }

    /// What one looks at last.
    pub(crate) fn quiet(self) -> Style {
        if self.colour { Style::new().fg(Color::DarkGray) } else { Style::new() }
    }

    /// The row that keys act on.
    pub(crate) fn selected() -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// The line above a table.
    pub(crate) fn border(self) -> border::Set<'static> {
        if self.unicode {
            border::PLAIN
        } else {
            border::Set { horizontal_top: "-", ..border::PLAIN }
        }
    }

    /// A mark before what matters.
    pub(crate) fn mark(bad: bool) -> &'static str {
        if bad { "!" } else { " " }
    }

    fn coloured(self, colour: Color) -> Style {
        if self.colour { Style::new().fg(colour) } else { Style::new() }
    }
}
