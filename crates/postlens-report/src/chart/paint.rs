//! The colours of charts.

/// What something is painted with. Each format has a colour for it; colours that stand side
/// by side differ in lightness too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paint {
    /// What went well.
    Good,
    /// What waits.
    Waiting,
    /// What failed.
    Bad,
    /// What was turned away.
    Refused,
    /// Where there is but one kind.
    Plain,
    /// The same, lighter.
    Pale,
    /// Lines behind the figures.
    Grid,
    /// Words.
    Ink,
    /// Words that matter less.
    Muted,
    /// A shade of heat, from 0 (none) to 5.
    Heat(u8),
}

impl Paint {
    /// Every paint.
    pub(crate) const ALL: [Self; 15] = [
        Self::Good,
        Self::Waiting,
        Self::Bad,
        Self::Refused,
        Self::Plain,
        Self::Pale,
        Self::Grid,
        Self::Ink,
        Self::Muted,
        Self::Heat(0),
        Self::Heat(1),
        Self::Heat(2),
        Self::Heat(3),
        Self::Heat(4),
        Self::Heat(5),
    ];

    /// Its class in style sheets.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Good => "pg",
            Self::Waiting => "pw",
            Self::Bad => "pb",
            Self::Refused => "pr",
            Self::Plain => "pp",
            Self::Pale => "pl",
            Self::Grid => "px",
            Self::Ink => "pi",
            Self::Muted => "pm",
            Self::Heat(0) => "h0",
            Self::Heat(1) => "h1",
            Self::Heat(2) => "h2",
            Self::Heat(3) => "h3",
            Self::Heat(4) => "h4",
            Self::Heat(_) => "h5",
        }
    }

    /// Its colour on white: red, green, blue.
    pub(crate) fn on_white(self) -> [u8; 3] {
        match self {
            Self::Good => [0x1f, 0x83, 0x7a],
            Self::Waiting => [0xe3, 0xa0, 0x1b],
            Self::Bad => [0xc0, 0x36, 0x2c],
            Self::Refused => [0x8a, 0x8f, 0xc4],
            Self::Plain => [0x3b, 0x6f, 0xb6],
            Self::Pale => [0xa9, 0xc4, 0xe6],
            Self::Grid => [0xdd, 0xe1, 0xe7],
            Self::Ink => [0x1d, 0x23, 0x2b],
            Self::Muted => [0x59, 0x62, 0x6e],
            Self::Heat(0) => [0xf1, 0xf3, 0xf6],
            Self::Heat(1) => [0xcf, 0xe0, 0xf3],
            Self::Heat(2) => [0x9c, 0xc0, 0xe6],
            Self::Heat(3) => [0x63, 0x98, 0xd2],
            Self::Heat(4) => [0x35, 0x6c, 0xb0],
            Self::Heat(_) => [0x17, 0x42, 0x7c],
        }
    }

    /// Its colour on black.
    pub(crate) fn on_black(self) -> [u8; 3] {
        match self {
            Self::Good => [0x3f, 0xb8, 0xa8],
            Self::Waiting => [0xf0, 0xb7, 0x3c],
            Self::Bad => [0xf0, 0x6a, 0x5d],
            Self::Refused => [0x8b, 0x90, 0xd0],
            Self::Plain => [0x6a, 0xa3, 0xe8],
            Self::Pale => [0x2f, 0x4f, 0x78],
            Self::Grid => [0x36, 0x3d, 0x48],
            Self::Ink => [0xe8, 0xeb, 0xf0],
            Self::Muted => [0xa3, 0xad, 0xba],
            Self::Heat(0) => [0x20, 0x25, 0x2d],
            Self::Heat(1) => [0x1f, 0x37, 0x55],
            Self::Heat(2) => [0x26, 0x51, 0x82],
            Self::Heat(3) => [0x35, 0x72, 0xb4],
            Self::Heat(4) => [0x5e, 0x9d, 0xe2],
            Self::Heat(_) => [0xb4, 0xd6, 0xfb],
        }
    }
}

/// A colour as style sheets write it.
pub(crate) fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}
