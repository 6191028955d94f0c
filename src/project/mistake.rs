//! A mistake in the rule file: where it is, what it is, and what to write instead, fit for a terminal.

use std::fmt;
use std::ops::Range;

/// Most characters of a line that are shown with a mistake.
const SHOWN_CHARS: usize = 100;
/// How many characters are shown before the mistake, if the line is long.
const SHOWN_BEFORE: usize = 60;
/// Most characters of a quoted word; longer ones are cut.
const QUOTED_CHARS: usize = 60;
/// Words longer than this are not compared with others: nobody mistypes that much.
const COMPARED_CHARS: usize = 64;

/// One mistake in the rule file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
    /// What is wrong, in one sentence without a period.
    pub message: String,
    /// What to write instead.
    pub fix: Option<String>,
    /// The line as it stands there, cut and made printable, and below it the place marked with `^`.
    pub snippet: String,
}

impl Mistake {
    /// A mistake at a range of bytes of the file.
    pub(super) fn at(source: &str, span: &Range<usize>, message: String, fix: Option<String>) -> Self {
        let start = floor(source, span.start);
        let (before, after) = source.split_at(start);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
        let column = before.split_at(line_start).1.chars().count();
        let line_end = start + after.find('\n').unwrap_or(after.len());
        let text = source.get(line_start..line_end).unwrap_or_default();
        let marked = source.get(start..floor(source, span.end.min(line_end))).unwrap_or_default();
        let snippet = snippet(text, column, marked.chars().count().max(1));
        Self { line, column: column + 1, message, fix, snippet }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, message, fix, snippet } = self;
        write!(f, "line {line}, column {column}: {message}")?;
        let number = line.to_string();
        let (mut margin, blank) = (number.as_str(), " ".repeat(number.len()));
        for row in snippet.lines() {
            write!(f, "\n  {margin} | {row}")?;
            margin = &blank;
        }
        match fix {
            Some(fix) => write!(f, "\n  {blank} = {fix}"),
            None => Ok(()),
        }
    }
}

/// The candidate most like a mistyped word, if any is like it.
pub fn suggest_near<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.chars().nth(COMPARED_CHARS).is_some() {
        return None;
    }
    let word = word.to_lowercase();
    let allowed = 1 + word.chars().count() / 4;
    let distances =
        candidates.into_iter().map(|one| (strsim::damerau_levenshtein(&word, &one.to_lowercase()), one));
    distances
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, one)| one)
}

/// A word of the file as it may be printed: no control characters, not too long.
pub(super) fn quoted(word: &str) -> String {
    let cut = word.chars().nth(QUOTED_CHARS).is_some();
    let shown = word.chars().take(QUOTED_CHARS).map(printable);
    shown.chain(cut.then_some('…')).collect()
}

fn snippet(line: &str, column: usize, width: usize) -> String {
    let cut = if line.chars().nth(SHOWN_CHARS).is_some() { column.saturating_sub(SHOWN_BEFORE) } else { 0 };
    let shown: String = line.chars().skip(cut).take(SHOWN_CHARS).map(printable).collect();
    let width = width.min((SHOWN_CHARS + cut).saturating_sub(column)).max(1);
    format!("{}\n{}{}", shown.trim_end(), " ".repeat(column - cut), "^".repeat(width))
}

/// A tab would move the mark below it, and an escape could do anything to a terminal.
fn printable(c: char) -> char {
    match c {
        '\t' => ' ',
        c if c.is_control() => '\u{fffd}',
        c => c,
    }
}

fn floor(source: &str, at: usize) -> usize {
    let at = at.min(source.len());
    (0..=at).rev().find(|&at| source.is_char_boundary(at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_shows_its_place() {
        let source = "[campaign]\nnäm = \"x\"\n";
        let mistake =
            Mistake::at(source, &(11..15), "unknown key `näm`".to_owned(), Some("write `name`".to_owned()));
        assert_eq!(
            mistake.to_string(),
            "line 2, column 1: unknown key `näm`\n  2 | näm = \"x\"\n    | ^^^\n    = write `name`"
        );
    }

    #[test]
    fn long_lines_are_cut_and_escapes_are_defused() {
        let source = format!("{}\u{1b}[2J!{}", "a".repeat(300), "b".repeat(300));
        let at = source.find('!').unwrap();
        let mistake = Mistake::at(&source, &(at..source.len()), String::new(), None);
        assert!(mistake.snippet.lines().all(|line| line.chars().count() <= SHOWN_CHARS));
        let (line, marks) = mistake.snippet.split_once('\n').unwrap();
        assert_eq!(line.chars().nth(marks.find('^').unwrap()), Some('!'));
        assert!(!mistake.snippet.contains('\u{1b}'));
        assert_eq!(quoted(&"x".repeat(100)).chars().count(), QUOTED_CHARS + 1);
    }

    #[test]
    fn places_outside_are_bent_to_the_file() {
        assert_eq!(Mistake::at("", &(5..9), String::new(), None).column, 1);
        assert_eq!(Mistake::at("é", &(1..1), String::new(), None).column, 1);
        assert_eq!(Mistake::at("a\n", &(2..2), String::new(), None).line, 2);
    }

    #[test]
    fn near_words_are_suggested() {
        let near = |word| suggest_near(word, ["campaign", "data", "theory", "event"]);
        assert_eq!(near("theories"), Some("theory"));
        assert_eq!(near("theroy"), Some("theory"));
        assert_eq!(near("Campain"), Some("campaign"));
        assert_eq!(near("xyz"), None);
        assert_eq!(near(&"x".repeat(10_000)), None);
    }
}
