//! Pictures of an answer: SVG, and lines of blocks for a terminal. The only user of plotters.
//!
//! An answer becomes a scene (`stacked` and what it stands on), a scene becomes text (`svg`). No I/O, no clock: same answer, same
//! bytes. What a picture says in words is in [`facts`].

mod axis;
mod backend;
mod bands;
mod calendar;
mod color;
pub mod facts;
mod font;
mod note;
mod place;
#[cfg(test)]
mod sample;
mod scene;
mod stacked;
mod svg;
mod terminal;
#[cfg(test)]
mod tests;
mod words;

pub use calendar::Calendar;
pub use terminal::terminal;

use crate::answer::TheoriesAnswer;
use font::Fonts;
use scene::Scene;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Smallest picture in which words and data still have room.
pub const MIN_SIZE: (u32, u32) = (400, 300);
/// Largest width and height, so that a slip of the finger does not make a file of gigabytes.
pub const MAX_SIZE: u32 = 10_000;

/// What can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartKind {
    /// Posts by bucket, stacked in steps; every post is in exactly one band.
    Stacked,
}

impl ChartKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[Self::Stacked];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stacked => "stacked",
        }
    }
}

/// What the person asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartOptions {
    /// Instead of the fact that is computed.
    pub title: Option<String>,
    /// In pixels.
    pub width: u32,
    /// In pixels; a picture whose words need more room grows, with a warning.
    pub height: u32,
}

impl Default for ChartOptions {
    fn default() -> Self {
        Self { title: None, width: 1000, height: 560 }
    }
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// The document.
    pub svg: String,
    /// What the person should know about it.
    pub warnings: Vec<ChartWarning>,
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
                    "the built-in font cannot draw `{characters}`: how they look depends on the viewer's fonts"
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
    /// The built-in font cannot be read.
    #[error("cannot measure words with the built-in font: {reason}")]
    Font {
        /// Of the font reader.
        reason: String,
    },
    /// plotters.
    #[error("cannot draw the chart: {reason}")]
    Drawing {
        /// Of plotters.
        reason: String,
    },
}

/// Draws an answer.
pub fn draw(answer: &TheoriesAnswer, kind: ChartKind, options: &ChartOptions) -> Result<Chart, ChartError> {
    let fonts = Rc::new(Fonts::built_in()?);
    let scene = scene(answer, kind, options, &fonts)?;
    let missing: BTreeSet<char> = scene.texts().iter().flat_map(|text| fonts.missing(&text.words)).collect();
    let mut warnings = Vec::new();
    if !missing.is_empty() {
        warnings.push(ChartWarning::MissingGlyphs(missing.into_iter().collect()));
    }
    if scene.height > f64::from(options.height) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a height in whole pixels"
        )]
        warnings.push(ChartWarning::Taller(scene.height as u32));
    }
    Ok(Chart { svg: svg::write(&scene), warnings })
}

fn scene(
    answer: &TheoriesAnswer,
    kind: ChartKind,
    options: &ChartOptions,
    fonts: &Rc<Fonts>,
) -> Result<Scene, ChartError> {
    let (width, height) = (options.width, options.height);
    if width < MIN_SIZE.0 || height < MIN_SIZE.1 || width.max(height) > MAX_SIZE {
        return Err(ChartError::Size { width, height });
    }
    match kind {
        ChartKind::Stacked => stacked::scene(answer, options, fonts),
    }
}
