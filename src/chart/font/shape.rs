//! Words set in a line: direction, fonts, glyphs and where they stand, kerning and joined letters included. In em, whatever the size.
//!
//! Directions are those of UAX 9, by `unicode-bidi`; glyphs and their places those of `harfrust`.

use super::{FontKey, Fonts, missing_em};
use crate::chart::scene::Weight;
use harfrust::{Buffer, Direction, ShapeOptions, ShaperFont};
use skrifa::GlyphId;
use std::ops::Range;
use unicode_bidi::{BidiInfo, Level};
use unicode_width::UnicodeWidthChar;

/// One glyph.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Placed {
    pub(crate) font: FontKey,
    pub(crate) glyph: GlyphId,
    /// Its origin, from the left end of the line, in em; up is positive.
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// Words in a line.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Line {
    /// From left to right.
    pub(crate) glyphs: Vec<Placed>,
    /// In em.
    pub(crate) width: f64,
    /// Whether the words as a whole run from right to left.
    pub(crate) rtl: bool,
    /// Fonts that draw the words, without those of characters that nobody can draw.
    pub(crate) fonts: Vec<(FontKey, String)>,
}

/// Sets words in a line. Their direction is that of the first letter that has one.
pub(super) fn line(fonts: &Fonts, words: &str, weight: Weight) -> Line {
    let bidi = BidiInfo::new(words, None);
    let mut out = Line::default();
    for paragraph in &bidi.paragraphs {
        out.rtl |= paragraph.level.is_rtl();
        let (levels, runs) = bidi.visual_runs(paragraph, paragraph.range.clone());
        for run in runs {
            let level = levels.get(run.start).copied().unwrap_or(Level::ltr());
            let mut pieces = pieces(fonts, words, run, weight);
            if level.is_rtl() {
                pieces.reverse();
            }
            for (range, font) in pieces {
                let Some(piece) = words.get(range) else { continue };
                match font {
                    Some(font) => set(fonts, piece, font, level.is_rtl(), &mut out),
                    None => out.width += piece.chars().map(missing_em).sum::<f64>(),
                }
            }
        }
    }
    out
}

/// Characters that nobody sees: marks of direction, joiners, variation selectors.
pub(super) fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Parts of a run that one font draws. Marks and spaces stay with what they follow.
fn pieces(
    fonts: &Fonts,
    words: &str,
    run: Range<usize>,
    weight: Weight,
) -> Vec<(Range<usize>, Option<FontKey>)> {
    let mut out: Vec<(Range<usize>, Option<FontKey>)> = Vec::new();
    let start = run.start;
    for (at, c) in words.get(run).unwrap_or("").char_indices() {
        let range = start + at..start + at + c.len_utf8();
        let follows = is_ignorable(c) || c.is_whitespace() || c.width() == Some(0);
        match out.last_mut() {
            Some((last, Some(font))) if follows && has(fonts, *font, c) => last.end = range.end,
            last => {
                let font = fonts.of_char(c, weight);
                match last {
                    Some((last, known)) if *known == font => last.end = range.end,
                    _ => out.push((range, font)),
                }
            }
        }
    }
    out
}

fn has(fonts: &Fonts, font: FontKey, c: char) -> bool {
    is_ignorable(c) || fonts.loaded(font).is_some_and(|font| font.glyph(c).is_some())
}

/// Sets what one font draws.
fn set(fonts: &Fonts, piece: &str, key: FontKey, rtl: bool, out: &mut Line) {
    let Some(loaded) = fonts.loaded(key) else { return };
    let mut buffer = Buffer::new();
    buffer.push_str(piece);
    buffer.guess_segment_properties();
    buffer.set_direction(if rtl { Direction::RightToLeft } else { Direction::LeftToRight });
    let font = ShaperFont::new(&loaded.font);
    if harfrust::shape(&font, &mut buffer, ShapeOptions::new()).is_err() {
        // Nothing is drawn, and the words keep their place.
        out.width += piece.chars().map(missing_em).sum::<f64>();
        return;
    }
    for (info, position) in buffer.glyph_infos().iter().zip(buffer.glyph_positions()) {
        out.glyphs.push(Placed {
            font: key,
            glyph: GlyphId::new(info.glyph_id),
            x: out.width + f64::from(position.x_offset) / loaded.units,
            y: f64::from(position.y_offset) / loaded.units,
        });
        out.width += f64::from(position.x_advance) / loaded.units;
    }
    out.fonts.push((key, piece.to_owned()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shaped(words: &str) -> Line {
        line(&Fonts::built_in().unwrap(), words, Weight::Regular)
    }

    #[test]
    fn arabic_letters_are_joined_and_run_from_right_to_left() {
        let joined = shaped("ملف");
        assert!(joined.rtl && joined.glyphs.len() == 3);
        let apart: f64 = "ملف".chars().map(|c| shaped(&c.to_string()).width).sum();
        assert!(joined.width < apart - 0.1, "{} {apart}", joined.width);
        // The letter that is read first stands at the right end.
        let first = shaped("م");
        let alone = first.glyphs[0].glyph;
        assert!(joined.glyphs.iter().all(|placed| placed.glyph != alone), "forms of their own");
        assert!(joined.glyphs.windows(2).all(|pair| pair[0].x <= pair[1].x));
    }

    #[test]
    fn numbers_keep_their_order_among_words_from_right_to_left() {
        let line = shaped("שלום 12");
        assert!(line.rtl);
        let digits = shaped("12");
        assert_eq!(
            [line.glyphs[0].glyph, line.glyphs[1].glyph],
            [digits.glyphs[0].glyph, digits.glyphs[1].glyph]
        );
    }

    #[test]
    fn an_isolated_name_does_not_turn_the_sentence() {
        let line = shaped("7 Mar \u{2068}ملف\u{2069}: 3");
        assert!(!line.rtl);
        assert!((line.width - shaped("7 Mar ملف: 3").width).abs() < 1e-9, "marks of direction take no place");
    }

    #[test]
    fn each_character_is_drawn_by_the_first_font_that_has_it() {
        let line = shaped("CIA ملف 選挙");
        let families: Vec<usize> = line.fonts.iter().map(|(key, _)| key.family).collect();
        assert!(families.contains(&0) && families.contains(&1), "{families:?}");
        assert!(line.fonts.iter().all(|(_, words)| !words.contains('選')));
    }
}
