//! What kind of character a character is, for the edges of terms and for folding by segments.
//!
//! The answers are computed once for each page of 256 characters and then looked up, since every character of every post is asked about.

use super::fold::folds_to;
use regex_syntax::hir::{Class, HirKind};
use std::sync::{LazyLock, OnceLock};
use unicode_script::{Script, ScriptExtension, UnicodeScript};

/// Scripts written without spaces between words, where the edge of a word cannot be seen from the characters.
///
/// A character shared by several scripts (such as U+30FC, of Hiragana and Katakana) counts if all of them are in this list; one whose other
/// scripts use spaces (such as the accents that Tai Le borrowed from Latin) does not. Hangul is not here: Korean is written with spaces.
pub const SPACELESS_SCRIPTS: &[Script] = &[
    Script::Ahom,
    Script::Balinese,
    Script::Bopomofo,
    Script::Han,
    Script::Hiragana,
    Script::Javanese,
    Script::Katakana,
    Script::Khmer,
    Script::Lao,
    Script::Myanmar,
    Script::New_Tai_Lue,
    Script::Nushu,
    Script::Tai_Le,
    Script::Tai_Tham,
    Script::Tai_Viet,
    Script::Tangut,
    Script::Thai,
    Script::Tibetan,
    Script::Yi,
];

/// Letters, marks, digits and the few signs that a hashtag may contain (the platform's rule, as `twitter-text` states it).
const TAG_CLASS: &str = r"[\p{L}\p{M}\p{Nd}_\u{B7}\u{200C}\u{200D}]";

const WORD: u8 = 1;
const SPACELESS: u8 = 1 << 1;
const TAG: u8 = 1 << 2;
const STARTER: u8 = 1 << 3;
const STABLE: u8 = 1 << 4;

const PAGE: usize = 256;
const PAGES: usize = 0x11_0000 / PAGE;
static TABLE: [OnceLock<Box<[u8; PAGE]>>; PAGES] = [const { OnceLock::new() }; PAGES];

static TAG_RANGES: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let parsed = regex_syntax::parse(TAG_CLASS).map(regex_syntax::hir::Hir::into_kind);
    match parsed {
        Ok(HirKind::Class(Class::Unicode(class))) => {
            class.ranges().iter().map(|range| (range.start(), range.end())).collect()
        }
        _ => Vec::new(),
    }
});

/// Whether `c` is a letter, mark, digit, joiner or connector: `\w` of UTS 18, Annex C, but for the two selectors U+FE0E and U+FE0F.
///
/// Those say whether a sign is drawn as an emoji or as text. They are marks by category, but belong to no word: with them, the name in
/// `❤️Clinton` would touch a mark and could never be found.
pub fn is_word(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() || c == '_' } else { class(c) & WORD != 0 }
}

/// Whether `c` is of a script without spaces between words ([`SPACELESS_SCRIPTS`]).
pub fn is_spaceless(c: char) -> bool {
    !c.is_ascii() && class(c) & SPACELESS != 0
}

/// Whether `c` may stand in a hashtag.
pub fn is_tag_character(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() || c == '_' } else { class(c) & TAG != 0 }
}

/// Whether `c` never combines with what stands before it, so that folding may begin anew there.
pub(super) fn is_starter(c: char) -> bool {
    c.is_ascii() || class(c) & STARTER != 0
}

/// Whether `c` alone folds to itself.
pub(super) fn is_stable(c: char) -> bool {
    class(c) & STABLE != 0
}

fn class(c: char) -> u8 {
    let code = c as usize;
    let page = TABLE.get(code / PAGE).map(|page| page.get_or_init(|| build(code - code % PAGE)));
    page.and_then(|page| page.get(code % PAGE)).copied().unwrap_or(0)
}

fn build(first: usize) -> Box<[u8; PAGE]> {
    let mut page = Box::new([0; PAGE]);
    for (offset, bits) in page.iter_mut().enumerate() {
        *bits = u32::try_from(first + offset).ok().and_then(char::from_u32).map_or(0, compute);
    }
    page
}

fn compute(c: char) -> u8 {
    let word =
        regex_syntax::try_is_word_character(c).unwrap_or(false) && !matches!(c, '\u{FE0E}' | '\u{FE0F}');
    let mut bits = if word { WORD } else { 0 };
    if spaceless(c) {
        bits |= SPACELESS;
    }
    let below = TAG_RANGES.partition_point(|range| range.0 <= c);
    if below.checked_sub(1).and_then(|at| TAG_RANGES.get(at)).is_some_and(|range| c <= range.1) {
        bits |= TAG;
    }
    let (starter, stable) = folds_to(c);
    if starter {
        bits |= STARTER;
    }
    if stable {
        bits |= STABLE;
    }
    bits
}

fn spaceless(c: char) -> bool {
    let extension: ScriptExtension = c.script_extension();
    if extension.is_common() || extension.is_inherited() || extension.is_empty() {
        return false;
    }
    extension.iter().all(|script| SPACELESS_SCRIPTS.contains(&script))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(is: fn(char) -> bool, yes: &str, no: &str) {
        for c in yes.chars() {
            assert!(is(c), "{c:?} should be");
        }
        for c in no.chars() {
            assert!(!is(c), "{c:?} should not be");
        }
    }

    #[test]
    fn words_are_letters_marks_digits_and_connectors() {
        check(is_word, "aZ9_éßЖ選カー๑\u{301}\u{200d}\u{203f}ⅷ", " -#@/'’…·½👍\u{fe0f}\u{fe0e}\u{ffff}\0");
    }

    #[test]
    fn spaceless_scripts_go_by_all_scripts_of_a_character() {
        check(is_spaceless, "選々ひカーㄅกລខကབꀀꦀ\u{3099}", "aé9Ж한\u{301}\u{300}א一".trim_end_matches('一'));
    }

    #[test]
    fn tag_characters_are_the_platforms() {
        check(is_tag_character, "aZ9_é選ー\u{b7}\u{200c}\u{200d}\u{301}", " -#&/½™①Ⓐⅷ👍");
    }

    #[test]
    fn every_page_can_be_asked() {
        for code in (0..0x11_0000u32).step_by(97) {
            if let Some(c) = char::from_u32(code) {
                let expected = regex_syntax::is_word_character(c) && !matches!(c, '\u{FE0E}' | '\u{FE0F}');
                assert_eq!(is_word(c), expected, "{c:?}");
            }
        }
    }
}
