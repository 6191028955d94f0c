//! Fonts with the glyphs that a picture uses and no others, for a style sheet in the picture.

use super::{FontKey, Fonts, Loaded};
use crate::chart::scene::{Text, Weight};
use base64::Engine as _;
use skera::{Plan, SubsetFlags, subset_font};
use skrifa::raw::collections::IntSet;
use skrifa::raw::types::Tag;
use skrifa::raw::{FontRef, TableProvider as _};
use std::collections::{BTreeMap, BTreeSet};

/// OS/2 `fsType`: the licence forbids embedding.
const RESTRICTED: u16 = 0x0002;
/// What words need to look right: composition, joined letters, kerning, marks.
const FEATURES: [&[u8; 4]; 14] = [
    b"ccmp", b"locl", b"isol", b"init", b"medi", b"fina", b"rlig", b"liga", b"calt", b"clig", b"kern",
    b"mark", b"mkmk", b"curs",
];

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

/// The fonts of these words, each with what it draws of them.
pub(crate) fn embedded(fonts: &Fonts, texts: &[&Text]) -> Embedded {
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
                    format!("tagline-{}", key.family),
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

/// The font with these characters alone; `None` where its licence forbids it or it cannot be cut.
fn subset(loaded: &Loaded, chars: &BTreeSet<char>) -> Option<Vec<u8>> {
    let skrifa::font::Source::Blob(bytes) = loaded.font.source() else { return None };
    let font = FontRef::from_index(bytes, 0).ok()?;
    if font.os2().is_ok_and(|os2| os2.fs_type() & RESTRICTED != 0) {
        return None;
    }
    let unicodes: IntSet<u32> = chars.iter().map(|c| u32::from(*c)).collect();
    let mut scripts = IntSet::empty();
    scripts.invert();
    let features: IntSet<Tag> = FEATURES.iter().map(|tag| Tag::new(tag)).collect();
    let plan = Plan::new(
        &IntSet::empty(),
        &unicodes,
        &font,
        SubsetFlags::SUBSET_FLAGS_NO_HINTING,
        &IntSet::empty(),
        &scripts,
        &features,
        &IntSet::empty(),
        &IntSet::empty(),
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
        let embedded = embedded(&fonts, &texts.iter().collect::<Vec<_>>());
        assert_eq!(embedded.families(), ["tagline-0", "tagline-1"]);
        assert_eq!(embedded.faces.len(), 3);
        let (_, _, url) = &embedded.faces[0];
        let bytes = base64::engine::general_purpose::STANDARD.decode(url.split(',').nth(1).unwrap()).unwrap();
        assert!(bytes.len() < 5000, "{}", bytes.len());
        let font = Font::new(bytes, 0).unwrap();
        let has: Vec<char> = font.charmap().unicodes().filter_map(|(c, _)| char::from_u32(c)).collect();
        assert_eq!(has.iter().collect::<String>(), " ACIcdemnostu");
    }
}
