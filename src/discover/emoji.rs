//! Emoji in a text: where one begins, how far it goes, and under what it is counted. Emoticons such as `:-)` are punctuation here.

use regex_syntax::hir::{Class, HirKind};
use std::sync::LazyLock;

/// Characters that are drawn as pictures, less the signs that texts used long before: trade marks, arrows, and geometric shapes, which are
/// bullets and rules far more often than messages.
const PICTURES: &str =
    r"[[\p{Extended_Pictographic}--[\x00-\xFF]]--[\u{2000}-\u{25FF}\u{2900}-\u{2B1A}\u{3000}-\u{33FF}]]";
/// The clocks and the hourglass of the block that [`PICTURES`] leaves out.
const CLOCKS: &str = r"[\u{231A}\u{231B}\u{23E9}-\u{23F3}]";

const JOINER: char = '\u{200D}';
const SELECTOR: char = '\u{FE0F}';
/// Longest emoji read, in bytes. The longest in use, a family of four with skin tones, has 41.
const MAX_BYTES: usize = 64;

static RANGES: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let mut ranges = Vec::new();
    for class in [PICTURES, CLOCKS] {
        if let Ok(HirKind::Class(Class::Unicode(class))) =
            regex_syntax::parse(class).map(regex_syntax::hir::Hir::into_kind)
        {
            ranges.extend(class.ranges().iter().map(|range| (range.start(), range.end())));
        }
    }
    ranges.sort_unstable();
    ranges
});

fn is_picture(c: char) -> bool {
    let below = RANGES.partition_point(|range| range.0 <= c);
    below.checked_sub(1).and_then(|at| RANGES.get(at)).is_some_and(|range| c <= range.1)
}

/// Half of a flag: a letter in a frame.
fn is_flag_letter(c: char) -> bool {
    matches!(c, '\u{1F1E6}'..='\u{1F1FF}')
}

fn is_skin_tone(c: char) -> bool {
    matches!(c, '\u{1F3FB}'..='\u{1F3FF}')
}

/// What may follow a picture and belongs to it: how it is drawn, and the letters of the flags of regions.
fn goes_with(c: char) -> bool {
    c == SELECTOR || is_skin_tone(c) || matches!(c, '\u{E0020}'..='\u{E007F}')
}

/// How far an emoji goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Emoji {
    /// In bytes.
    pub bytes: usize,
    /// As much of it as has a meaning of its own without what only says how it is drawn, in bytes: of a thumb with a skin tone, the thumb.
    /// A rule with this finds it with any tone, and with none.
    pub plain: usize,
}

/// The emoji that a text begins with.
pub(super) fn first(text: &str) -> Option<Emoji> {
    let mut chars = text.char_indices();
    let (_, first) = chars.next()?;
    if is_flag_letter(first) {
        let (at, second) = chars.next()?;
        let bytes = at + second.len_utf8();
        return is_flag_letter(second).then_some(Emoji { bytes, plain: bytes });
    }
    if !is_picture(first) || is_skin_tone(first) {
        return None;
    }
    let mut emoji = Emoji { bytes: first.len_utf8(), plain: first.len_utf8() };
    let mut joined = false;
    for (at, c) in chars {
        let end = at + c.len_utf8();
        if end > MAX_BYTES {
            break;
        }
        if joined {
            if !is_picture(c) {
                break;
            }
            emoji = Emoji { bytes: end, plain: end };
            joined = false;
        } else if c == JOINER {
            joined = true;
        } else if goes_with(c) {
            emoji.bytes = end;
            // The letters of a region's flag are what it says.
            if !is_skin_tone(c) && c != SELECTOR {
                emoji.plain = end;
            }
        } else {
            break;
        }
    }
    Some(emoji)
}

/// Appends what an emoji is counted under: itself, whatever the colour of the skin and the way it is drawn.
pub(super) fn key_to(emoji: &str, key: &mut String) {
    key.extend(emoji.chars().filter(|&c| c != SELECTOR && !is_skin_tone(c)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, &str)>) {
        let found = first(text).map(|emoji| (&text[..emoji.bytes], &text[..emoji.plain]));
        assert_eq!(found, expected, "in {text:?}");
    }

    #[test]
    fn an_emoji_goes_as_far_as_it_is_one_picture() {
        check("👍 yes", Some(("👍", "👍")));
        check("👍🏽👍", Some(("👍🏽", "👍")));
        check("❤\u{FE0F}❤", Some(("❤\u{FE0F}", "❤")));
        check("👨\u{200D}👩\u{200D}👧 x", Some(("👨\u{200D}👩\u{200D}👧", "👨\u{200D}👩\u{200D}👧")));
        check("👨\u{200D}x", Some(("👨", "👨")));
        check("🇳🇿🇺🇸", Some(("🇳🇿", "🇳🇿")));
        let region = "🏴\u{E0067}\u{E0062}\u{E007F}";
        check(region, Some((region, region)));
        check("⏳", Some(("⏳", "⏳")));
    }

    #[test]
    fn signs_and_halves_are_none() {
        for text in
            ["", "a", "1", "#", "©", "™", "→", "•", "■", "…", "🏽", "🇳", "🇳x", "\u{FE0F}", "\u{200D}👍"]
        {
            check(text, None);
        }
    }

    #[test]
    fn the_key_leaves_out_how_it_is_drawn() {
        let key = |emoji: &str| {
            let mut key = String::new();
            key_to(emoji, &mut key);
            key
        };
        assert_eq!(key("👍🏽"), "👍");
        assert_eq!(key("❤\u{FE0F}"), "❤");
        assert_eq!(key("👩🏾\u{200D}💻"), "👩\u{200D}💻");
    }
}
