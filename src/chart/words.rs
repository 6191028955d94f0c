//! Makes words from outside safe to draw: labels, event names, data statements are whatever a person or a file said.

use unicode_bidi::BidiClass;
use unicode_width::UnicodeWidthChar;

/// Longest label that is looked at; what is drawn is far shorter.
pub(crate) const MAX_LABEL_CHARS: usize = 300;

/// Marks on one letter: no script needs more, and a tower of them would run through other words.
const MAX_MARKS: usize = 4;

/// One line without anything that XML forbids, that moves a terminal's cursor, or that turns the direction of what follows.
pub(crate) fn clean(words: &str) -> String {
    let mut out = String::new();
    let mut gap = false;
    let mut marks = 0;
    for (at, c) in words.chars().enumerate() {
        marks = if c.width() == Some(0) { marks + 1 } else { 0 };
        if at == MAX_LABEL_CHARS {
            out.push('…');
            break;
        }
        if c.is_whitespace() || c.is_control() {
            gap = !out.is_empty();
        } else if !is_hidden(c) && marks <= MAX_MARKS {
            if gap {
                out.push(' ');
            }
            gap = false;
            out.push(c);
        }
    }
    out
}

/// Overrides and isolates of direction, other invisible marks, and the two non-characters that XML 1.0 forbids.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Words that may run from right to left, for the middle of a sentence: what stands around them keeps its order (UAX 9, first strong
/// isolate). Others are left as they are.
pub(crate) fn isolated(words: String) -> String {
    if words
        .chars()
        .any(|c| matches!(unicode_bidi::bidi_class(c), BidiClass::R | BidiClass::AL | BidiClass::AN))
    {
        format!("\u{2068}{words}\u{2069}")
    } else {
        words
    }
}

/// The same without the marks, for a terminal, which may show them.
pub(crate) fn without_isolates(words: &str) -> String {
    words.replace(['\u{2068}', '\u{2069}'], "")
}

/// A list as a sentence names it: `a`, `a and b`, `a, b and 3 others`.
pub(crate) fn list(items: &[String], shown: usize) -> String {
    if items.len() > shown {
        let hidden = items.len() - shown;
        let noun = if hidden == 1 { "other" } else { "others" };
        let head = items.iter().take(shown).cloned().collect::<Vec<_>>().join(", ");
        return format!("{head} and {hidden} {noun}");
    }
    match items.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, head)) => format!("{} and {last}", head.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, expected: &str) {
        assert_eq!(clean(input), expected);
    }

    #[test]
    fn hostile_labels_become_one_plain_line() {
        check("CIA documents", "CIA documents");
        check("  two\n\tlines\r\n", "two lines");
        check("bell\u{7}\u{1b}[31mred", "bell [31mred");
        check("over\u{202e}ride\u{feff}\u{ffff}", "override");
        check(&format!("Z{}", "\u{301}".repeat(3000)), "Z\u{301}\u{301}\u{301}\u{301}…");
        check("", "");
        assert_eq!(clean(&"x".repeat(10_000)), format!("{}…", "x".repeat(MAX_LABEL_CHARS)));
    }

    #[test]
    fn names_are_isolated_where_they_would_turn_a_sentence() {
        assert_eq!(isolated("CIA 3".into()), "CIA 3");
        assert_eq!(isolated("ملف 3".into()), "\u{2068}ملف 3\u{2069}");
        assert_eq!(without_isolates(&isolated("ملف 3".into())), "ملف 3");
    }

    #[test]
    fn lists_read_as_sentences() {
        let items: Vec<String> = ["a", "b", "c", "d"].map(String::from).to_vec();
        assert_eq!(list(&items[..0], 3), "");
        assert_eq!(list(&items[..1], 3), "a");
        assert_eq!(list(&items[..3], 3), "a, b and c");
        assert_eq!(list(&items, 2), "a, b and 2 others");
        assert_eq!(list(&items, 3), "a, b, c and 1 other");
    }
}
