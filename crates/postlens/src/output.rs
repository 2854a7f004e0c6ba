//! Standard output for data, standard error for messages.

use std::io::{self, IsTerminal, Write};

use postlens_report::Lang;

/// When to use what only terminals can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum When {
    /// On a terminal; colours only unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl When {
    /// Whether standard output gets it.
    pub(crate) fn allowed(self) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => io::stdout().is_terminal(),
        }
    }

    /// Whether standard output gets colours.
    pub(crate) fn allows_colour(self) -> bool {
        let unwanted = || std::env::var_os("NO_COLOR").is_some_and(|set| !set.is_empty());
        self.allowed() && (self == Self::Always || !unwanted())
    }
}

/// Columns of the terminal that standard output is; `None` where it is none.
pub(crate) fn columns() -> Option<usize> {
    terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0))
}

/// A setting of the user's locale (POSIX): `LC_ALL`, else that of the category, else `LANG`.
pub(crate) fn locale(category: &str) -> String {
    let set = ["LC_ALL", category, "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
    set.into_iter().find(|value| !value.is_empty()).unwrap_or_default()
}

/// The language of people's texts in the user's locale.
pub(crate) fn lang() -> Lang {
    Lang::of_locale(&locale("LC_MESSAGES"))
}

/// Writes a message to standard error, with nothing in it that a terminal acts on.
pub(crate) fn message(text: &str) {
    let text = postlens_report::escape::printable(text.into());
    // Where nobody reads messages there is nobody to tell.
    let _ = writeln!(io::stderr(), "postlens: {text}");
}

/// Writes data to standard output.
pub(crate) fn data(text: &str) -> io::Result<()> {
    bytes(text.as_bytes())
}

/// Writes data that need not be text to standard output.
pub(crate) fn bytes(data: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(data)?;
    out.flush()
}
