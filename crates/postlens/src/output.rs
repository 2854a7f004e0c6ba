//! Standard output for data, standard error for messages.

use std::io::{self, IsTerminal, Write};

/// When to use terminal colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Colour {
    /// Whether standard output gets colours.
    pub(crate) fn allowed(self) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                let unwanted = std::env::var_os("NO_COLOR").is_some_and(|set| !set.is_empty());
                io::stdout().is_terminal() && !unwanted
            }
        }
    }
}

/// Writes a message to standard error, with nothing in it that a terminal acts on.
pub(crate) fn message(text: &str) {
    let text = postlens_report::escape::printable(text.into());
    // Where nobody reads messages there is nobody to tell.
    let _ = writeln!(io::stderr(), "postlens: {text}");
}

/// Writes data to standard output.
pub(crate) fn data(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
