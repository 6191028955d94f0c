//! Pictures of an answer: SVG, PNG, Vega-Lite, and blocks for a terminal. The only user of plotters.
//!
//! An answer becomes a scene and a table of the numbers in it (`kind`, one file a kind, on what `frame` gives to all); a scene becomes
//! text (`svg`), of which a PNG is drawn (`png`), a table a specification (`vega`). No I/O, no clock: same answer, same bytes. What a
//! picture says in words is in [`facts`].

mod axis;
mod backend;
mod bands;
mod calendar;
mod color;
mod columns;
mod decimal;
pub mod facts;
mod font;
mod frame;
mod kind;
mod lang;
mod look;
mod note;
mod place;
mod png;
#[cfg(test)]
mod sample;
mod scene;
mod svg;
mod table;
mod terminal;
#[cfg(test)]
mod tests;
mod vega;
mod words;

pub use calendar::Calendar;
pub use font::UserFont;
pub use kind::{ChartKind, KINDS, Needs};
pub use lang::Lang;
pub use look::{TextMode, Theme};
pub use terminal::{TerminalOptions, terminal};

use crate::answer::TheoriesAnswer;
use font::Fonts;
use scene::Scene;
use std::collections::BTreeSet;
use std::rc::Rc;
use table::Table;

/// Smallest picture in which words and data still have room.
pub const MIN_SIZE: (u32, u32) = (400, 300);
/// Largest width and height, so that a slip of the finger does not make a file of gigabytes.
pub const MAX_SIZE: u32 = 10_000;

/// In pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// From left to right.
    pub width: u32,
    /// From top to bottom; a picture whose words need more room grows, with a warning.
    pub height: u32,
}

impl Size {
    /// Sizes that have a name: for an article, for a link's preview, for a square tile, for a newspaper's column.
    pub const NAMED: &'static [(&'static str, Self)] = &[
        ("wide", Self { width: 1000, height: 560 }),
        ("social", Self { width: 1200, height: 675 }),
        ("square", Self { width: 1080, height: 1080 }),
        ("column", Self { width: 560, height: 640 }),
    ];
}

impl Size {
    /// Whether a picture of this size can be drawn.
    pub fn check(self) -> Result<(), ChartError> {
        let Self { width, height } = self;
        let right = width >= MIN_SIZE.0 && height >= MIN_SIZE.1 && width.max(height) <= MAX_SIZE;
        if right { Ok(()) } else { Err(ChartError::Size { width, height }) }
    }
}

impl Default for Size {
    fn default() -> Self {
        Self { width: 1000, height: 560 }
    }
}

/// What the person asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChartOptions {
    /// Instead of the fact that is computed.
    pub title: Option<String>,
    /// Said before the note; the note itself cannot be turned off.
    pub note: Option<String>,
    /// Of the picture.
    pub size: Size,
    /// Whose months and numbers.
    pub lang: Lang,
    /// How words are written in SVG.
    pub text: TextMode,
    /// For characters that the built-in fonts lack.
    pub fonts: Vec<UserFont>,
}

/// What a kind of chart is made from.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a> {
    pub(crate) answer: &'a TheoriesAnswer,
    pub(crate) calendar: &'a Calendar,
    pub(crate) options: &'a ChartOptions,
    pub(crate) fonts: &'a Rc<Fonts>,
}

/// A picture that can be written in several forms.
#[derive(Clone, Debug)]
pub struct Chart {
    scene: Scene,
    fonts: Rc<Fonts>,
    table: Table,
    kind: &'static ChartKind,
    options: ChartOptions,
    synthetic: bool,
    /// What the person should know about it.
    pub warnings: Vec<ChartWarning>,
}

impl Chart {
    /// As SVG.
    pub fn svg(&self, theme: Theme) -> String {
        svg::write(&self.scene, &self.fonts, theme, self.options.text)
    }

    /// As PNG, `scale` pixels for each pixel of the size; a theme for both grounds gives a light one.
    pub fn png(&self, theme: Theme, scale: f64) -> Result<Vec<u8>, ChartError> {
        png::write(&self.scene, &self.fonts, theme, scale)
    }

    /// As a Vega-Lite specification, data included; of the answer that was drawn.
    pub fn vega_lite(&self, answer: &TheoriesAnswer) -> String {
        let spec = vega::Spec {
            answer,
            calendar: &Calendar::or_utc(answer).in_lang(self.options.lang),
            size: self.options.size,
            table: &self.table,
            title: &self.scene.title,
            description: &self.scene.description,
            form: self.kind.vega,
        };
        format!("{:#}\n", spec.json())
    }

    /// The numbers that it shows, as CSV: one row for each step (or cell) and theory.
    pub fn csv(&self) -> String {
        self.table.csv(self.synthetic)
    }
}

/// What is not as one would expect.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChartWarning {
    /// The built-in font has no glyph for these; the viewer's fonts decide what is seen.
    MissingGlyphs(String),
    /// Events and notes need more room than was asked for: the height in pixels that was taken.
    Taller(u32),
}

impl std::fmt::Display for ChartWarning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::MissingGlyphs(characters) => {
                write!(
                    f,
                    "no font has `{characters}`: a PNG leaves their place empty, in an SVG they depend on the reader's fonts; `--font FILE` gives one that has them, as NotoSansCJK-Regular.ttc"
                )
            }
            Self::Taller(height) => {
                write!(f, "the chart is {height} pixels high: its words need more room than was asked for")
            }
        }
    }
}

/// Why there is no picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChartError {
    /// Width or height.
    #[error("cannot draw a chart of {width}x{height} pixels: it must be at least {}x{} and at most {MAX_SIZE}x{MAX_SIZE}", MIN_SIZE.0, MIN_SIZE.1)]
    Size {
        /// As asked.
        width: u32,
        /// As asked.
        height: u32,
    },
    /// Not in the time zone database.
    #[error("cannot draw the time axis: unknown time zone `{zone}`")]
    Zone {
        /// As given.
        zone: String,
    },
    /// A font that cannot be read.
    #[error("`{name}` is no TrueType or OpenType font that can be read (TTF, OTF or TTC)")]
    Font {
        /// Its file.
        name: String,
    },
    /// A PNG of too many pixels.
    #[error("cannot draw a PNG of {width}x{height} pixels: at most {} million", png::MAX_PIXELS / 1_000_000)]
    Pixels {
        /// With the scale.
        width: u64,
        /// With the scale.
        height: u64,
    },
    /// This build draws no PNG.
    #[error("this build of tagline draws no PNG: it was made without the feature `png`")]
    NoPng,
    /// A kind was asked for without what it needs.
    #[error("cannot draw the chart: the answer has no {what}")]
    NotAsked {
        /// What is missing.
        what: &'static str,
    },
    /// plotters.
    #[error("cannot draw the chart: {reason}")]
    Drawing {
        /// Of plotters.
        reason: String,
    },
}

/// Draws an answer.
pub fn draw(
    answer: &TheoriesAnswer,
    kind: &'static ChartKind,
    options: &ChartOptions,
) -> Result<Chart, ChartError> {
    options.size.check()?;
    let calendar =
        Calendar::of(answer).ok_or_else(|| ChartError::Zone { zone: words::clean(&answer.zone) })?;
    let calendar = calendar.in_lang(options.lang);
    let fonts = Rc::new(Fonts::new(&options.fonts, options.text.reserve())?);
    let kind::Drawn { scene, table } =
        kind.draw(&Input { answer, calendar: &calendar, options, fonts: &fonts })?;
    let missing: BTreeSet<char> = scene.texts().iter().flat_map(|text| fonts.missing(&text.words)).collect();
    let mut warnings = Vec::new();
    if !missing.is_empty() {
        warnings.push(ChartWarning::MissingGlyphs(missing.into_iter().collect()));
    }
    if scene.height > f64::from(options.size.height) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a height in whole pixels"
        )]
        warnings.push(ChartWarning::Taller(scene.height as u32));
    }
    Ok(Chart { scene, fonts, table, kind, options: options.clone(), synthetic: answer.synthetic, warnings })
}
