//! How wide words are in the built-in font (Noto Sans), and which characters it cannot draw. Nothing is drawn here.

use super::ChartError;
use super::scene::{Anchor, Face, Ink, Text, Weight};
use skrifa::{
    FontRef, MetadataProvider,
    charmap::Charmap,
    instance::{LocationRef, Size},
    metrics::GlyphMetrics,
};
use std::collections::BTreeSet;
use unicode_width::UnicodeWidthChar;

/// Width of a character without a glyph, in em: what a fallback font takes for a full-width character, and for all others.
const MISSING_WIDE_EM: f64 = 1.0;
const MISSING_EM: f64 = 0.65;

/// The two faces.
pub(crate) struct Fonts {
    regular: Measure,
    bold: Measure,
}

struct Measure {
    charmap: Charmap<'static>,
    metrics: GlyphMetrics<'static>,
    units: f64,
}

impl Fonts {
    pub(crate) fn built_in() -> Result<Self, ChartError> {
        Ok(Self { regular: Measure::new(notosans::REGULAR_TTF)?, bold: Measure::new(notosans::BOLD_TTF)? })
    }

    /// Width in pixels, without kerning (which would only make it narrower).
    pub(crate) fn width(&self, words: &str, face: Face) -> f64 {
        let measure = self.of(face);
        // Hundredths, as written: a sum that differs in the last bit between two orders must not show.
        let width = words.chars().map(|c| measure.advance(c)).sum::<f64>() * face.size / measure.units;
        (width * 100.0).ceil() / 100.0
    }

    /// A line of words, measured.
    pub(crate) fn text(&self, words: impl Into<String>, face: Face, ink: impl Into<Ink>) -> Text {
        let (words, ink) = (words.into(), ink.into());
        let width = self.width(&words, face);
        Text { words, at: (0.0, 0.0), anchor: Anchor::Start, face, ink, halo: None, width }
    }

    /// Cuts words to a width, with an ellipsis.
    pub(crate) fn shorten(&self, words: &str, face: Face, width: f64) -> String {
        if self.width(words, face) <= width {
            return words.to_owned();
        }
        let measure = self.of(face);
        let scale = face.size / measure.units;
        let mut room = width - self.width("…", face);
        let mut out = String::new();
        for c in words.chars() {
            room -= measure.advance(c) * scale;
            if room < 0.0 {
                break;
            }
            out.push(c);
        }
        out.truncate(out.trim_end().len());
        out.push('…');
        out
    }

    /// Breaks words into lines no wider than `width`; a word that is wider is broken anywhere. `lines` bounds the number: the last is
    /// then shortened.
    pub(crate) fn wrap(&self, words: &str, face: Face, width: f64, lines: usize) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        let mut rest = words.trim();
        while !rest.is_empty() {
            if out.len() + 1 == lines {
                out.push(self.shorten(rest, face, width));
                break;
            }
            let end = self.line_end(rest, face, width);
            let (line, tail) = rest.split_at(end);
            out.push(line.trim_end().to_owned());
            rest = tail.trim_start();
        }
        out
    }

    /// Byte at which the first line ends: after the last word that fits. `17 %` is one word.
    fn line_end(&self, words: &str, face: Face, width: f64) -> usize {
        let measure = self.of(face);
        let scale = face.size / measure.units;
        let (mut used, mut last_space) = (0.0, None);
        for (at, c) in words.char_indices() {
            if c == ' ' && !words.get(at..).is_some_and(|rest| rest.starts_with(" %")) {
                last_space = Some(at);
            }
            used += measure.advance(c) * scale;
            if used > width && at > 0 && c != ' ' {
                return last_space.unwrap_or(at);
            }
        }
        words.len()
    }

    /// Characters that the built-in font has no glyph for.
    pub(crate) fn missing(&self, words: &str) -> BTreeSet<char> {
        let drawn = |c: char| c.width().unwrap_or(0) > 0;
        words.chars().filter(|c| drawn(*c) && self.regular.glyph(*c).is_none()).collect()
    }

    fn of(&self, face: Face) -> &Measure {
        match face.weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }
}

impl Measure {
    fn new(bytes: &'static [u8]) -> Result<Self, ChartError> {
        let font = FontRef::new(bytes).map_err(|e| ChartError::Font { reason: e.to_string() })?;
        let size = Size::unscaled();
        Ok(Self {
            charmap: font.charmap(),
            metrics: font.glyph_metrics(size, LocationRef::default()),
            units: f64::from(font.metrics(size, LocationRef::default()).units_per_em).max(1.0),
        })
    }

    fn glyph(&self, c: char) -> Option<skrifa::GlyphId> {
        self.charmap.map(c).filter(|glyph| glyph.to_u32() != 0)
    }

    /// Advance in font units.
    fn advance(&self, c: char) -> f64 {
        if let Some(advance) = self.glyph(c).and_then(|glyph| self.metrics.advance_width(glyph)) {
            return f64::from(advance);
        }
        match c.width() {
            Some(0) | None => 0.0,
            Some(1) => MISSING_EM * self.units,
            Some(_) => MISSING_WIDE_EM * self.units,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACE: Face = Face::regular(10.0);

    #[test]
    fn widths_are_those_of_the_font() {
        let fonts = Fonts::built_in().unwrap();
        // Digits of Noto Sans are 1171 of 2048 units wide.
        assert!((fonts.width("0", FACE) - 5.72).abs() < 0.011);
        assert!((fonts.width("0000000000", FACE) - 57.18).abs() < 0.011);
        assert!(fonts.width("Year", Face::bold(10.0)) > fonts.width("Year", FACE));
        assert!(fonts.width("iii", FACE) < fonts.width("WWW", FACE));
        assert!((fonts.width("選挙", FACE) - 20.0).abs() < 1e-9);
    }

    #[test]
    fn what_is_shortened_fits() {
        let fonts = Fonts::built_in().unwrap();
        for width in [5.0, 12.0, 30.0, 60.0] {
            let short = fonts.shorten("FBI files on Clinton 選挙", FACE, width);
            assert!(short.ends_with('…'));
            assert!(short == "…" || fonts.width(&short, FACE) <= width + 0.02, "{short}");
        }
        assert_eq!(fonts.shorten("CIA", FACE, 60.0), "CIA");
    }

    #[test]
    fn lines_are_broken_at_words() {
        let fonts = Fonts::built_in().unwrap();
        assert_eq!(fonts.wrap("one two three", FACE, 40.0, 9), ["one two", "three"]);
        assert_eq!(fonts.wrap("share of 17 % here", FACE, 55.0, 9), ["share of", "17 % here"]);
        assert_eq!(fonts.wrap("", FACE, 40.0, 9), Vec::<String>::new());
        let broken = fonts.wrap("aaaaaaaaaaaaaaaaaaaa", FACE, 30.0, 9);
        assert!(broken.len() > 1 && broken.iter().all(|l| fonts.width(l, FACE) <= 30.1), "{broken:?}");
        assert!(fonts.wrap("one two three four five six", FACE, 40.0, 2)[1].ends_with('…'));
    }

    #[test]
    fn missing_glyphs_are_named() {
        let fonts = Fonts::built_in().unwrap();
        let missing: String = fonts.missing("CIA Ελλάδα ЦРУ 選挙 🦊").into_iter().collect();
        assert_eq!(missing, "挙選🦊");
    }
}
