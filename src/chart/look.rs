//! How a picture is written: on which ground, and how its words.

/// On which ground.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// White.
    #[default]
    Light,
    /// Dark.
    Dark,
    /// As the reader's machine is set; where that cannot be known, light.
    Auto,
}

impl Theme {
    /// Every theme.
    pub const ALL: &'static [Self] = &[Self::Light, Self::Dark, Self::Auto];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Auto => "auto",
        }
    }
}

/// How words are written in SVG.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextMode {
    /// As words, with the glyphs that they need in the file.
    #[default]
    Embed,
    /// As outlines, for print.
    Outline,
    /// As words and no more, for editing; they get more room, since the reader's font may be wider.
    Plain,
}

impl TextMode {
    /// Every mode.
    pub const ALL: &'static [Self] = &[Self::Embed, Self::Outline, Self::Plain];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Embed => "embed",
            Self::Outline => "outline",
            Self::Plain => "plain",
        }
    }

    /// How much wider words may be than they are in our fonts.
    pub(crate) fn reserve(self) -> f64 {
        if self == Self::Plain { 1.12 } else { 1.0 }
    }
}
