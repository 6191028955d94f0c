//! What the words of scripts without spaces need besides the segmenter.

/// Whether `c` is a Chinese character.
pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// Puts together the vowel `am` of Thai and Lao, which folding takes apart and the dictionary knows in one.
pub(super) fn compose(run: &str, out: &mut String) {
    out.clear();
    let mut chars = run.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let composed = match (c, next) {
            ('\u{0E4D}', Some('\u{0E32}')) => Some('\u{0E33}'),
            ('\u{0ECD}', Some('\u{0EB2}')) => Some('\u{0EB3}'),
            _ => None,
        };
        if composed.is_some() {
            chars.next();
        }
        out.push(composed.unwrap_or(c));
    }
}

/// How many bytes a composed word has in the folded text.
pub(super) fn decomposed_length(word: &str) -> usize {
    word.chars().map(|c| c.len_utf8() * if matches!(c, '\u{0E33}' | '\u{0EB3}') { 2 } else { 1 }).sum()
}
