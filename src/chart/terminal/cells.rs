//! Words in cells of a terminal, where a letter may be two cells wide or none.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// With spaces behind it, so many cells wide.
pub(super) fn pad_end(words: &str, width: usize) -> String {
    format!("{words}{}", " ".repeat(width.saturating_sub(words.width())))
}

/// With spaces before it.
pub(super) fn pad_start(words: &str, width: usize) -> String {
    format!("{}{words}", " ".repeat(width.saturating_sub(words.width())))
}

/// At most so many cells, with an ellipsis where something is cut.
pub(super) fn shorten(words: &str, width: usize) -> String {
    if words.width() <= width {
        return words.to_owned();
    }
    let mut out = String::new();
    let mut room = width.saturating_sub(1);
    for c in words.chars() {
        let Some(rest) = room.checked_sub(c.width().unwrap_or(0)) else { break };
        room = rest;
        out.push(c);
    }
    out.push('…');
    out
}

/// Lines no wider than `width`, broken at spaces; a longer word has a line of its own, cut.
pub(super) fn wrap(words: &str, width: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in words.split(' ').filter(|word| !word.is_empty()) {
        if !line.is_empty() && line.width() + 1 + word.width() > width {
            out.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&shorten(word, width));
    }
    if !line.is_empty() {
        out.push(line);
    }
    out
}
