//! Fonts with the glyphs that a picture uses and no others, for a style sheet in the picture.

use super::{FontKey, Fonts, Loaded};
use crate::chart::scene::{Text, Weight};
use base64::Engine as _;
use skera::{DEFAULT_DROP_TABLES, Plan, SubsetFlags, subset_font};
use skrifa::raw::collections::IntSet;
use skrifa::raw::types::{NameId, Tag};
use skrifa::raw::{FontRef, TableProvider as _};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use unicode_normalization::UnicodeNormalization;

/// OS/2 `fsType`: the licence forbids embedding.
const RESTRICTED: u16 = 0x0002;
/// What words need to look right: composition, joined letters, kerning, marks.
const FEATURES: [&[u8; 4]; 14] = [
    b"ccmp", b"locl", b"isol", b"init", b"medi", b"fina", b"rlig", b"liga", b"calt", b"clig", b"kern",
    b"mark", b"mkmk", b"curs",
];

/// Outlines of a kind that the subsetter does not know and would leave out.
const UNKNOWN_OUTLINES: Tag = Tag::new(b"VARC");
/// Colours and bitmaps: letters are drawn in the picture's own ink.
const UNUSED_TABLES: [&[u8; 4]; 5] = [b"COLR", b"CPAL", b"CBDT", b"CBLC", b"sbix"];
/// Of a font's names its copyright notice and the address of its licence stay in.
const NAMES_KEPT: [NameId; 2] = [NameId::COPYRIGHT_NOTICE, NameId::LICENSE_URL];
const ENGLISH: u16 = 0x0409;

/// Fonts to embed.
pub(crate) struct Embedded {
    /// Family name, weight, and the font as a data URL.
    pub(crate) faces: Vec<(String, Weight, String)>,
    /// Fonts that cannot be embedded; words in these have to be drawn.
    refused: BTreeSet<FontKey>,
}

impl Embedded {
    /// Whether every font of these words is in the picture.
    pub(crate) fn has(&self, fonts: &Fonts, text: &Text) -> bool {
        let line = fonts.shape(&text.words, text.face.weight);
        line.fonts.iter().all(|(key, _)| !self.refused.contains(key))
    }

    /// The families, in the order in which they are to be asked.
    pub(crate) fn families(&self) -> Vec<&str> {
        let names: BTreeSet<&str> = self.faces.iter().map(|(name, _, _)| name.as_str()).collect();
        names.into_iter().collect()
    }
}

/// The fonts of these words, each with what it draws of them. `id` makes their names differ from those of other pictures in a page.
pub(crate) fn embedded(fonts: &Fonts, texts: &[&Text], id: &str) -> Embedded {
    let mut used: BTreeMap<FontKey, BTreeSet<char>> = BTreeMap::new();
    for text in texts {
        for (key, words) in &fonts.shape(&text.words, text.face.weight).fonts {
            used.entry(*key).or_default().extend(words.chars());
        }
    }
    let mut out = Embedded { faces: Vec::new(), refused: BTreeSet::new() };
    for (key, chars) in used {
        match fonts.loaded(key).and_then(|font| subset(font, &chars)) {
            Some(bytes) => {
                let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
                out.faces.push((
                    format!("tagline-{id}-{}", key.family),
                    key.weight,
                    format!("data:font/ttf;base64,{encoded}"),
                ));
            }
            None => {
                out.refused.insert(key);
            }
        }
    }
    out
}

/// The font with these characters alone; `None` where its licence forbids it or it cannot be cut: the subsetter leaves out outlines of some
/// kinds (`CFF`, as most fonts with Han characters have), and panics at damage that reading does not notice.
fn subset(loaded: &Loaded, chars: &BTreeSet<char>) -> Option<Vec<u8>> {
    // Shaping looks for the composed letter first.
    let composed = chars.iter().collect::<String>().nfc().collect::<Vec<char>>();
    let chars: BTreeSet<char> = chars.iter().copied().chain(composed).collect();
    let bytes = catch_unwind(AssertUnwindSafe(|| cut(loaded, &chars))).ok().flatten()?;
    let made = Loaded::new(bytes.clone(), "").ok()?;
    let kept = |c: &char| {
        loaded.glyph(*c).is_none() || made.glyph(*c).is_some_and(|glyph| made.has_as_much(glyph, loaded, *c))
    };
    chars.iter().all(kept).then_some(bytes)
}

fn cut(loaded: &Loaded, chars: &BTreeSet<char>) -> Option<Vec<u8>> {
    let skrifa::font::Source::Blob(bytes) = loaded.font.source() else { return None };
    let font = FontRef::from_index(bytes, 0).ok()?;
    let restricted = font.os2().is_ok_and(|os2| os2.fs_type() & RESTRICTED != 0);
    if restricted || font.table_data(UNKNOWN_OUTLINES).is_some() {
        return None;
    }
    let unicodes: IntSet<u32> = chars.iter().map(|c| u32::from(*c)).collect();
    let mut scripts = IntSet::empty();
    scripts.invert();
    let features: IntSet<Tag> = FEATURES.iter().map(|tag| Tag::new(tag)).collect();
    let unused = UNUSED_TABLES.iter().map(|tag| Tag::new(tag));
    let drop: IntSet<Tag> = DEFAULT_DROP_TABLES.iter().copied().chain(unused).collect();
    let plan = Plan::new(
        &IntSet::empty(),
        &unicodes,
        &font,
        SubsetFlags::SUBSET_FLAGS_NO_HINTING,
        &drop,
        &scripts,
        &features,
        &NAMES_KEPT.into_iter().collect(),
        &[ENGLISH].into_iter().collect(),
    );
    subset_font(&font, &plan).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::color::Token;
    use crate::chart::scene::Face;
    use skrifa::Font;

    #[test]
    fn a_picture_carries_the_glyphs_it_uses_and_no_others() {
        let fonts = Fonts::built_in().unwrap();
        let text = |words: &str, face| fonts.text(words, face, Token::Ink);
        let texts = [
            text("CIA documents", Face::regular(12.0)),
            text("Year Zero", Face::bold(12.0)),
            text("ملف", Face::regular(12.0)),
        ];
        let embedded = embedded(&fonts, &texts.iter().collect::<Vec<_>>(), "x");
        assert_eq!(embedded.families(), ["tagline-x-0", "tagline-x-1"]);
        assert_eq!(embedded.faces.len(), 3);
        let (_, _, url) = &embedded.faces[0];
        let bytes = base64::engine::general_purpose::STANDARD.decode(url.split(',').nth(1).unwrap()).unwrap();
        assert!(bytes.len() < 6000, "{}", bytes.len());
        let font = Font::new(bytes, 0).unwrap();
        let has: Vec<char> = font.charmap().unicodes().filter_map(|(c, _)| char::from_u32(c)).collect();
        assert_eq!(has.iter().collect::<String>(), " ACIcdemnostu");
    }

    #[test]
    fn a_damaged_font_is_drawn_or_refused_but_never_ends_the_program() {
        use crate::chart::font::UserFont;
        let whole = dejavu::sans_mono::regular();
        for at in (0..whole.len()).step_by(whole.len() / 60) {
            let mut bytes = whole.to_vec();
            bytes.iter_mut().skip(at).take(40).for_each(|byte| *byte ^= 0xa5);
            let font = UserFont { name: "damaged".into(), bytes };
            let Ok(fonts) = Fonts::new(&[font], 1.0) else { continue };
            let text = fonts.text("ქართული ملف 12", Face::regular(12.0), Token::Ink);
            let embedded = embedded(&fonts, &[&text], "x");
            let _ = (embedded.has(&fonts, &text), crate::chart::font::outline(&fonts, &text));
        }
    }
}
