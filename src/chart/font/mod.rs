//! The fonts that words are set in: built-in ones and those a person gives. How wide words are, where they are broken, which characters
//! nobody can draw. Nothing is drawn here.
//!
//! Built in are Noto Sans and, for what it lacks (Arabic, Hebrew, Georgian, …), `DejaVu Sans`; a person's fonts stand between the two. No font
//! of the machine is looked at: pictures must be the same everywhere.

mod embed;
mod outline;
mod shape;

pub(crate) use embed::{Embedded, embedded};
pub(crate) use outline::outline;

use super::ChartError;
use super::scene::{Anchor, Face, Ink, Text, Weight};
use shape::Line;
use skrifa::font::glyph::outline::SvgSink;
use skrifa::{DrawMemory, Font, GlyphId, ScalerFont, Tag};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use unicode_width::UnicodeWidthChar;

/// Width of a character without a glyph, in em: what a fallback font takes for a full-width character, and for all others.
const MISSING_WIDE_EM: f64 = 1.0;
const MISSING_EM: f64 = 0.65;
/// Where the two weights lie in a font that holds all between them.
const REGULAR: f32 = 400.0;
const BOLD: f32 = 700.0;

/// A font that a person gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserFont {
    /// What errors call it: its file.
    pub name: String,
    /// TrueType or OpenType; of a collection the first font is taken.
    pub bytes: Vec<u8>,
}

/// The fonts, in the order in which they are asked for a character.
#[derive(Clone)]
pub(crate) struct Fonts {
    families: Vec<Family>,
    /// How much wider words may become.
    reserve: f64,
    /// Words set before.
    known: Rc<RefCell<Known>>,
}

/// Lines by weight and words.
type Known = HashMap<(Weight, String), Rc<Line>>;

/// One design in two weights.
#[derive(Clone)]
struct Family {
    regular: Rc<Loaded>,
    bold: Rc<Loaded>,
}

/// A font that is ready to be asked.
pub(crate) struct Loaded {
    font: Font,
    outlines: ScalerFont,
    units: f64,
}

/// Which font: its place in the order, and its weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FontKey {
    pub(crate) family: usize,
    pub(crate) weight: Weight,
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} font families", self.families.len())
    }
}

impl Loaded {
    fn new(source: impl Into<skrifa::font::Source>, name: &str) -> Result<Self, ChartError> {
        let unreadable = || ChartError::Font { name: name.to_owned() };
        let font = Font::new(source, 0).ok_or_else(unreadable)?;
        if !font.charmap().has_unicode() {
            return Err(unreadable());
        }
        let units = f64::from(font.units_per_em()).max(1.0);
        Ok(Self { outlines: ScalerFont::unhinted(font.clone(), None), font, units })
    }

    /// The font at another weight, if it holds more than one.
    fn at_weight(&self, weight: f32) -> Option<Self> {
        self.font.axes().get_by_tag(Tag::new(b"wght"))?;
        let font = self.font.instance_builder().variations([("wght", weight)]).build();
        Some(Self { outlines: ScalerFont::unhinted(font.clone(), None), font, units: self.units })
    }

    /// Whether a glyph draws something, as that of another font does for the same character.
    fn has_as_much(&self, glyph: GlyphId, other: &Self, c: char) -> bool {
        let drawn = |font: &Self, glyph| {
            font.outlines.outline(glyph).is_some_and(|outline| {
                let mut path = SvgSink::new();
                outline.draw(DrawMemory::Scratch, &mut path).is_ok() && !path.to_string().is_empty()
            })
        };
        drawn(self, glyph) || !other.glyph(c).is_some_and(|glyph| drawn(other, glyph))
    }

    /// The glyph of a character, if the font can draw it: one that has only a picture in pixels, as fonts of emoji have, counts as none.
    fn glyph(&self, c: char) -> Option<GlyphId> {
        let glyph = self.font.charmap().map_unicode(c).filter(|glyph| glyph.to_u32() != 0)?;
        (c.is_whitespace() || self.outlines.outline(glyph).is_some()).then_some(glyph)
    }
}

impl Fonts {
    /// The built-in fonts.
    #[cfg(test)]
    pub(crate) fn built_in() -> Result<Self, ChartError> {
        Self::new(&[], 1.0)
    }

    /// The built-in fonts and these. Measured widths are `reserve` times what they are.
    pub(crate) fn new(user: &[UserFont], reserve: f64) -> Result<Self, ChartError> {
        let built_in = |name: &str, regular: &'static [u8], bold: &'static [u8]| {
            Ok(Family {
                regular: Rc::new(Loaded::new(regular, name)?),
                bold: Rc::new(Loaded::new(bold, name)?),
            })
        };
        let mut families = vec![built_in("Noto Sans", notosans::REGULAR_TTF, notosans::BOLD_TTF)?];
        for font in user {
            let loaded = Loaded::new(font.bytes.clone(), &font.name)?;
            let bold = loaded.at_weight(BOLD).map(Rc::new);
            let regular = Rc::new(loaded.at_weight(REGULAR).unwrap_or(loaded));
            families.push(Family { bold: bold.unwrap_or_else(|| Rc::clone(&regular)), regular });
        }
        families.push(built_in("DejaVu Sans", dejavu::sans::regular(), dejavu::sans::bold())?);
        Ok(Self { families, reserve, known: Rc::default() })
    }

    pub(crate) fn loaded(&self, key: FontKey) -> Option<&Loaded> {
        let family = self.families.get(key.family)?;
        Some(if key.weight == Weight::Bold { &family.bold } else { &family.regular })
    }

    /// The first font that can draw a character.
    fn of_char(&self, c: char, weight: Weight) -> Option<FontKey> {
        let keys = (0..self.families.len()).map(|family| FontKey { family, weight });
        keys.into_iter().find(|key| self.loaded(*key).is_some_and(|font| font.glyph(c).is_some()))
    }

    /// Words set in a line.
    pub(crate) fn shape(&self, words: &str, weight: Weight) -> Rc<Line> {
        let key = (weight, words.to_owned());
        if let Some(line) = self.known.borrow().get(&key) {
            return Rc::clone(line);
        }
        let line = Rc::new(shape::line(self, words, weight));
        self.known.borrow_mut().insert(key, Rc::clone(&line));
        line
    }

    /// Width in pixels, kerning and all.
    pub(crate) fn width(&self, words: &str, face: Face) -> f64 {
        let width = self.shape(words, face.weight).width * face.size * self.reserve;
        // Hundredths, as written: a sum that differs in the last bit must not show.
        (width * 100.0 - 1e-6).ceil() / 100.0
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
        let ends: Vec<usize> = words.char_indices().map(|(at, _)| at).collect();
        let cut = |at: usize| {
            let end = ends.get(at).copied().unwrap_or(0);
            format!("{}…", words.get(..end).unwrap_or("").trim_end())
        };
        // The longest that fits, by halving: more characters are seldom narrower, and where they are a character is lost.
        let (mut fits, mut too_long) = (0, ends.len());
        while fits + 1 < too_long {
            let middle = usize::midpoint(fits, too_long);
            if self.width(&cut(middle), face) <= width { fits = middle } else { too_long = middle }
        }
        cut(fits)
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

    /// Byte at which the first line ends: after the last word that fits. `17 %` and `7 Mar` are one word.
    fn line_end(&self, words: &str, face: Face, width: f64) -> usize {
        let fits =
            |end: usize| words.get(..end).is_some_and(|line| self.width(line.trim_end(), face) <= width);
        let breaks = words.char_indices().filter(|(at, c)| {
            let before = words.get(..*at).and_then(|words| words.rsplit(' ').next()).unwrap_or("");
            let day = before.len() <= 3 && before.starts_with(|c: char| c.is_ascii_digit());
            *c == ' ' && *at > 0 && !(day && before.trim_end_matches('.').bytes().all(|b| b.is_ascii_digit()))
        });
        let mut last = None;
        for end in breaks.map(|(at, _)| at).chain([words.len()]) {
            if !fits(end) {
                break;
            }
            last = Some(end);
        }
        let anywhere = || {
            let mut ends = words.char_indices().map(|(at, _)| at).skip(1).chain([words.len()]);
            let first = ends.next().unwrap_or(words.len());
            ends.take_while(|end| fits(*end)).last().unwrap_or(first)
        };
        last.unwrap_or_else(anywhere)
    }

    /// Characters that no font can draw.
    pub(crate) fn missing(&self, words: &str) -> BTreeSet<char> {
        let drawn = |c: char| c.width().unwrap_or(0) > 0 && !shape::is_ignorable(c);
        words.chars().filter(|c| drawn(*c) && self.of_char(*c, Weight::Regular).is_none()).collect()
    }
}

/// What a character without a glyph takes, in em.
fn missing_em(c: char) -> f64 {
    match c.width() {
        _ if shape::is_ignorable(c) => 0.0,
        Some(0) | None => 0.0,
        Some(1) => MISSING_EM,
        Some(_) => MISSING_WIDE_EM,
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
        let kerned = fonts.width("AVAVAV", FACE);
        let apart = 3.0 * (fonts.width("A", FACE) + fonts.width("V", FACE));
        assert!(kerned < apart - 0.5, "{kerned} {apart}");
        let reserved = Fonts::new(&[], 1.12).unwrap();
        assert!((reserved.width("0000000000", FACE) - 57.18 * 1.12).abs() < 0.02);
    }

    #[test]
    fn what_is_shortened_fits() {
        let fonts = Fonts::built_in().unwrap();
        for words in ["FBI files on Clinton 選挙", "ملفات وكالة المخابرات المركزية"]
        {
            for width in [5.0, 12.0, 30.0, 60.0] {
                let short = fonts.shorten(words, FACE, width);
                assert!(short.ends_with('…'));
                assert!(short == "…" || fonts.width(&short, FACE) <= width, "{short}");
            }
        }
        assert_eq!(fonts.shorten("CIA", FACE, 60.0), "CIA");
    }

    #[test]
    fn lines_are_broken_at_words() {
        let fonts = Fonts::built_in().unwrap();
        assert_eq!(fonts.wrap("one two three", FACE, 40.0, 9), ["one two", "three"]);
        assert_eq!(fonts.wrap("share of 17 % here", FACE, 55.0, 9), ["share of", "17 % here"]);
        assert_eq!(fonts.wrap("most on 7 Mar", FACE, 55.0, 9), ["most on", "7 Mar"]);
        assert_eq!(fonts.wrap("", FACE, 40.0, 9), Vec::<String>::new());
        let broken = fonts.wrap("aaaaaaaaaaaaaaaaaaaa", FACE, 30.0, 9);
        assert!(broken.len() > 1 && broken.iter().all(|l| fonts.width(l, FACE) <= 30.1), "{broken:?}");
        assert!(fonts.wrap("one two three four five six", FACE, 40.0, 2)[1].ends_with('…'));
    }

    #[test]
    fn missing_glyphs_are_named() {
        let fonts = Fonts::built_in().unwrap();
        let missing: String =
            fonts.missing("CIA Ελλάδα ЦРУ ملف שלום 選挙 🦊\u{2068}\u{fe0f}").into_iter().collect();
        assert_eq!(missing, "挙選🦊");
    }

    #[test]
    fn a_file_that_is_no_font_is_named() {
        let nonsense = UserFont { name: "a.ttf".into(), bytes: b"<html>not a font".to_vec() };
        let error = Fonts::new(&[nonsense], 1.0).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`a.ttf` is no TrueType or OpenType font that can be read (TTF, OTF or TTC)"
        );
        for cut in [0, 3, 12, 100, 5000, 90_000] {
            let bytes = notosans::REGULAR_TTF[..cut].to_vec();
            // Read or refused, but never a panic.
            let fonts = Fonts::new(&[UserFont { name: "cut".into(), bytes }], 1.0);
            if let Ok(fonts) = fonts {
                assert!(fonts.width("Georgian ქართული", FACE) > 0.0);
            }
        }
    }
}
