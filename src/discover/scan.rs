//! Cuts a folded text into pieces: words, numbers, tags, emoji. What they are counted under is in `key`, which of them are stop words in `stop`.

use super::apostrophe::{self, Apostrophe};
use super::emoji;
use super::spaceless::{compose, decomposed_length, is_han};
use crate::text::{is_spaceless, is_word};
use icu_segmenter::WordSegmenterBorrowed;
use std::ops::Range;

/// Longest word handed out, in characters. What is longer (keys, encoded data, a text without blanks) says nothing to anybody, and a term must
/// have room for it. The hash of a file (64) and a Nostr key (63) fit.
const MAX_WORD_CHARS: usize = 100;
/// How much of a script without spaces is cut into words at a time, in characters: the segmenter keeps all of it in memory.
const MAX_SPACELESS_CHARS: usize = 1_000;
/// How far is looked for the `@` of a mail address, in bytes: the longest name before it that is allowed.
const MAX_MAIL_NAME_BYTES: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Word,
    /// Letters with dots: `u.s`.
    Acronym,
    /// With its sign.
    Tag,
    Symbols,
}

/// A piece of a text.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// Where it stands in the folded text.
    pub range: Range<usize>,
    pub shape: Shape,
    /// It says nothing whatever the language: one letter, one digit, an article cut off.
    pub is_stop: bool,
    pub follows: bool,
}

/// What stands between two pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gap {
    Nothing,
    Blanks,
    Other,
}

/// What a platform allows in a handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Handles {
    /// Letters, digits and `_` of ASCII: what follows is text again, as in `@nameさん`.
    Plain,
    /// The same with dots, hyphens and a host.
    Hosted,
    /// Letters of all scripts.
    AnyScript,
}

impl Handles {
    fn of(platform: &str) -> Self {
        match platform {
            "x" | "telegram" => Self::Plain,
            "weibo" => Self::AnyScript,
            _ => Self::Hosted,
        }
    }
}

/// Appends the pieces of a folded text, given where its tags stand.
pub(super) fn scan(
    text: &str,
    tags: &[Range<usize>],
    platform: &str,
    segmenter: WordSegmenterBorrowed<'static>,
    (pieces, buffer): (&mut Vec<Piece>, &mut String),
) {
    let mut scanner = Scanner {
        text,
        at: 0,
        gap: Gap::Other,
        last_edge: None,
        handles: Handles::of(platform),
        has_names_with_slash: platform == "reddit",
        segmenter,
        buffer,
        pieces,
    };
    let mut tags = tags.iter().peekable();
    while let Some(c) = scanner.char_at(scanner.at) {
        while tags.next_if(|tag| tag.start < scanner.at).is_some() {}
        if let Some(tag) = tags.next_if(|tag| tag.start == scanner.at && tag.end > tag.start) {
            scanner.tag(tag.clone());
        } else if is_word(c) {
            if is_spaceless(c) { scanner.spaceless() } else { scanner.word() }
        } else {
            scanner.sign(c);
        }
    }
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    /// What stands between the last piece and `at`.
    gap: Gap,
    /// Whether the last piece ends in a script without spaces; none where no phrase can go on.
    last_edge: Option<bool>,
    handles: Handles,
    /// Whether `u/name` is an account.
    has_names_with_slash: bool,
    segmenter: WordSegmenterBorrowed<'static>,
    buffer: &'t mut String,
    pieces: &'t mut Vec<Piece>,
}

impl<'t> Scanner<'t> {
    fn rest(&self, at: usize) -> &'t str {
        self.text.get(at..).unwrap_or_default()
    }

    fn slice(&self, range: Range<usize>) -> &'t str {
        self.text.get(range).unwrap_or_default()
    }

    fn char_at(&self, at: usize) -> Option<char> {
        self.rest(at).chars().next()
    }

    fn char_before(&self, at: usize) -> Option<char> {
        self.text.get(..at).and_then(|before| before.chars().next_back())
    }

    /// Goes on at `at`; no phrase reaches over what was passed.
    fn pass(&mut self, at: usize) {
        self.at = at;
        self.gap = Gap::Other;
    }

    fn push(&mut self, range: Range<usize>, shape: Shape, is_stop: bool) {
        let words = self.slice(range.clone());
        let words = if shape == Shape::Tag { words.trim_start_matches('#') } else { words };
        let is_symbols = shape == Shape::Symbols;
        let starts = words.chars().next().is_some_and(is_spaceless);
        let follows = self.last_edge.is_some_and(|ended| match self.gap {
            // Words of a script without spaces make a phrase without a blank (nor the sign of a tag), others with one.
            Gap::Nothing => ended && starts && shape != Shape::Tag,
            Gap::Blanks => !(ended && starts),
            Gap::Other => false,
        });
        let ends = words.chars().next_back().is_some_and(is_spaceless);
        // A number in letters (`#tagⅷ`) ends a tag and is no end of a word.
        let next = self.char_at(range.end).filter(|_| shape == Shape::Tag && !ends);
        let is_torn = next.is_some_and(|next| is_word(next) && !is_spaceless(next));
        let no_phrase = is_symbols || is_torn;
        self.last_edge = (!no_phrase).then_some(ends);
        self.at = range.end;
        self.gap = Gap::Nothing;
        self.pieces.push(Piece { range, shape, is_stop, follows: follows && !no_phrase });
    }

    fn tag(&mut self, range: Range<usize>) {
        // `#1️⃣` is a tag to some platforms, and a digit in a frame to its author.
        if self.slice(range.clone()).chars().any(char::is_alphabetic) {
            self.push(range, Shape::Tag, false);
        } else {
            self.pass(range.end);
        }
    }

    /// A character of no word: an emoji, a mention, a blank or nothing.
    fn sign(&mut self, c: char) {
        let after = self.at + c.len_utf8();
        if c == '@'
            && let Some(length) = self.handle(after)
        {
            self.pass(after + length);
        } else if c.is_whitespace() {
            let ends_line = matches!(c, '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}');
            self.at = after;
            if ends_line {
                self.gap = Gap::Other;
            } else if self.gap == Gap::Nothing {
                self.gap = Gap::Blanks;
            }
        } else if c.is_ascii() {
            self.pass(after);
        } else if let Some(emoji) = emoji::first(self.rest(self.at)) {
            let start = self.at;
            self.push(start..start + emoji.plain, Shape::Symbols, false);
            self.at = start + emoji.bytes;
        } else {
            self.pass(after);
        }
    }

    /// Length of the handle at `at`, behind its sign.
    fn handle(&self, at: usize) -> Option<usize> {
        let rest = self.rest(at);
        // Behind a letter the sign is that of a mail address.
        let is_mail = at.checked_sub(1).and_then(|sign| self.char_before(sign)).is_some_and(is_word);
        let any = self.handles == Handles::AnyScript;
        let part =
            |text: &str| text.find(|c: char| !(is_word(c) && (any || c.is_ascii()))).unwrap_or(text.len());
        let mut end = part(rest);
        if end == 0 {
            return None;
        }
        let has_host = is_mail || self.handles == Handles::Hosted;
        let host = |end: usize| rest.get(end..)?.strip_prefix(['.', '-', '@']).filter(|_| has_host);
        while let Some(tail) = host(end) {
            let more = part(tail);
            if more == 0 {
                break;
            }
            end += 1 + more;
        }
        Some(end)
    }

    /// A run of a script without spaces, cut into its words.
    fn spaceless(&mut self) {
        let start = self.at;
        let rest = self.rest(start);
        let in_run = |c: char| is_word(c) && is_spaceless(c);
        let mut chars = rest.char_indices().enumerate();
        let end = chars.find(|&(count, (_, c))| count == MAX_SPACELESS_CHARS || !in_run(c));
        let end = end.map_or(rest.len(), |(_, (at, _))| at);
        let run = self.slice(start..start + end);
        let mut buffer = std::mem::take(self.buffer);
        compose(run, &mut buffer);
        let (mut from, mut at) = (0, start);
        for to in self.segmenter.segment_str(&buffer) {
            let Some(word) = buffer.get(from..to).filter(|word| !word.is_empty()) else { continue };
            from = to;
            let next = at + decomposed_length(word);
            let mut chars = word.chars();
            let single = chars.next().filter(|_| chars.next().is_none());
            let too_long = word.chars().nth(MAX_WORD_CHARS).is_some();
            if too_long || !word.chars().any(char::is_alphanumeric) {
                self.pass(next);
            } else {
                // One Chinese character is a word; one letter of the others mostly is an ending or a particle.
                self.push(at..next, Shape::Word, single.is_some_and(|c| !is_han(c)));
            }
            at = next;
        }
        *self.buffer = buffer;
        self.at = start + end;
    }

    /// A word of a script with spaces, a number, an acronym.
    fn word(&mut self) {
        let start = self.at;
        let (end, shape, then) = self.extent(start);
        if let Some(sign) = self.mail_sign(end) {
            return self.pass(sign);
        }
        let word = self.slice(start..end);
        // Behind a tag or a handle that ended inside a word.
        let torn = self.char_before(start).is_some_and(|before| is_word(before) && !is_spaceless(before));
        let too_long = word.len() > MAX_WORD_CHARS && word.chars().nth(MAX_WORD_CHARS).is_some();
        if torn || too_long || !word.chars().any(char::is_alphanumeric) {
            return self.pass(end.max(then.at()));
        }
        if let Some(after) = self.account(word, end) {
            return self.pass(after);
        }
        self.push(start..end, shape, then == Then::Elided(end) || is_single(word));
        match then {
            Then::Word => {}
            // The dot of `u.s. army` is part of the acronym, which does not end the phrase.
            Then::Dot(at) => self.at = at,
            Then::Elided(_) => self.gap = Gap::Other,
            Then::Ending(at) => self.pass(at),
        }
    }

    fn run_end(&self, from: usize) -> usize {
        let rest = self.rest(from);
        // Most words are of ASCII letters only, and end before an ASCII sign.
        let ascii = rest.bytes().position(|byte| !(byte.is_ascii_alphanumeric() || byte == b'_'));
        let ascii = ascii.unwrap_or(rest.len());
        if rest.as_bytes().get(ascii).is_none_or(u8::is_ascii) {
            return from + ascii;
        }
        from + rest.find(|c| !is_word(c) || is_spaceless(c)).unwrap_or(rest.len())
    }

    /// How far the word at `start` goes, over the signs that belong to it, and what comes then.
    fn extent(&self, start: usize) -> (usize, Shape, Then) {
        let mut end = self.run_end(start);
        let mut shape = Shape::Word;
        while let Some(sign) = self.char_at(end) {
            let after = end + sign.len_utf8();
            let next = self.char_at(after).filter(|&next| is_word(next) && !is_spaceless(next));
            let (Some(next), Some(last)) = (next, self.char_before(end)) else {
                let dot = sign == '.' && shape == Shape::Acronym;
                return (end, shape, if dot { Then::Dot(after) } else { Then::Word });
            };
            let run = self.run_end(after);
            match sign {
                '/' | '.' | ':' | '-' | ',' if last.is_numeric() && next.is_numeric() => end = run,
                '.' if self.is_letter(after..run)
                    && (shape == Shape::Acronym || self.is_letter(start..end)) =>
                {
                    shape = Shape::Acronym;
                    end = run;
                }
                '"' | '\u{05F4}' if is_hebrew(last) && is_hebrew(next) => end = run,
                '\'' | '’' => {
                    let (head, tail) = (self.slice(start..end), self.slice(after..run));
                    match apostrophe::between(head, tail) {
                        Apostrophe::Elision => return (end, shape, Then::Elided(end)),
                        Apostrophe::Ending => return (end, shape, Then::Ending(run)),
                        Apostrophe::Inside => end = run,
                    }
                }
                _ => break,
            }
        }
        (end, shape, Then::Word)
    }

    fn is_letter(&self, range: Range<usize>) -> bool {
        let mut chars = self.slice(range).chars();
        chars.next().is_some_and(char::is_alphabetic) && chars.next().is_none()
    }

    /// Where the sign of a mail address stands, if a word that ends at `end` belongs to the name before it.
    fn mail_sign(&self, end: usize) -> Option<usize> {
        let bytes = self.text.as_bytes().get(end..)?;
        if !matches!(bytes.first()?, b'@' | b'.' | b'-' | b'+') {
            return None;
        }
        let in_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+');
        let length = bytes.iter().take(MAX_MAIL_NAME_BYTES).position(|byte| !in_name(byte))?;
        let is_mail = bytes.get(length) == Some(&b'@')
            && length
                .checked_sub(1)
                .is_none_or(|last| bytes.get(last).is_some_and(|byte| is_name_end(*byte)))
            && bytes.get(length + 1).is_some_and(u8::is_ascii_alphanumeric);
        is_mail.then_some(end + length)
    }

    /// Where the text goes on behind an account that `word`, ending at `end`, introduces: `rt @name`, `via @name`, on Reddit `u/name`.
    fn account(&self, word: &str, end: usize) -> Option<usize> {
        if matches!(word, "rt" | "via") {
            let after = self.rest(end).trim_start_matches([' ', '\t']).strip_prefix('@')?;
            let at = self.text.len() - after.len();
            return self.handle(at).map(|length| at + length);
        }
        if self.has_names_with_slash && word == "u" && self.rest(end).starts_with('/') {
            let name = self.rest(end + 1);
            let length = name.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')));
            let length = length.unwrap_or(name.len());
            return (length > 0).then_some(end + 1 + length);
        }
        None
    }
}

/// What comes behind a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Word,
    /// The last dot of an acronym.
    Dot(usize),
    /// An apostrophe, before the word that this one belongs to.
    Elided(usize),
    /// An ending that is left out.
    Ending(usize),
}

impl Then {
    fn at(self) -> usize {
        match self {
            Self::Word => 0,
            Self::Dot(at) | Self::Elided(at) | Self::Ending(at) => at,
        }
    }
}

fn is_name_end(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether there is but one letter or digit in it. A syllable of Korean is more than a letter.
fn is_single(word: &str) -> bool {
    let mut letters = word.chars().filter(|c| c.is_alphanumeric());
    let first = letters.next();
    letters.next().is_none() && first.is_some_and(|c| !matches!(c, '\u{AC00}'..='\u{D7A3}'))
}

fn is_hebrew(c: char) -> bool {
    matches!(c, '\u{05D0}'..='\u{05EA}')
}
