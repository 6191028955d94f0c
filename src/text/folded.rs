//! A post's text made ready for matching: entities decoded, addresses taken out, folded; with or without the way back to the text as printed.

use super::fold::{Trace, fold_into, push_lower};
use super::{entity, find_urls};
use std::ops::Range;

/// Stands where an address was taken out: no term can cross it, and it is no letter. U+FFFF is no character of any text;
/// one that stands in a hostile text acts as a barrier too.
pub const BARRIER: char = '\u{FFFF}';

/// Folded texts, one after another in the same buffers.
#[derive(Clone, Debug, Default)]
pub struct Folded {
    decoded: String,
    is_decoded: bool,
    urls: Vec<Range<usize>>,
    text: String,
}

impl Folded {
    /// Takes in the next text.
    pub fn read(&mut self, text: &str) {
        self.read_traced(text, &mut None);
    }

    /// The folded text, with [`BARRIER`] for each address.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text with its entities decoded, given the text that was read.
    pub fn source<'a>(&'a self, text: &'a str) -> &'a str {
        if self.is_decoded { &self.decoded } else { text }
    }

    /// Where the addresses stand in [`Self::source`], in bytes.
    pub fn urls(&self) -> &[Range<usize>] {
        &self.urls
    }

    fn read_traced(&mut self, text: &str, maps: &mut Option<Maps>) {
        self.urls.clear();
        self.text.clear();
        self.is_decoded = entity::may_have(text);
        if self.is_decoded {
            self.decoded.clear();
            let printed = maps.as_ref().map(|maps| maps.source.clone());
            let mut decoding = printed.as_ref().map(|printed| Step::new(printed, 0));
            entity::decode_into(text, &mut self.decoded, &mut decoding);
            if let (Some(maps), Some(step)) = (maps.as_mut(), decoding) {
                maps.source = step.made;
            }
        }
        let source = if self.is_decoded { self.decoded.as_str() } else { text };
        find_urls(source, &mut self.urls);
        let untraced_ascii = maps.is_none() && source.is_ascii();
        let ends = self.urls.iter().map(|url| (url.start, Some(url.end)));
        let mut from = 0;
        for (piece_end, url_end) in ends.chain([(source.len(), None)]) {
            let piece = source.get(from..piece_end).unwrap_or_default();
            if untraced_ascii {
                push_lower(piece, &mut self.text);
            } else {
                let mut step = maps.as_ref().map(|maps| Step::new(&maps.source, from));
                fold_into(piece, &mut self.text, &mut step);
                let made = step.map(|step| step.made);
                if let (Some(maps), Some(made)) = (maps.as_mut(), made) {
                    maps.folded.append(made);
                }
            }
            let Some(url_end) = url_end else { break };
            self.text.push(BARRIER);
            if let Some(maps) = maps {
                maps.folded.push(&maps.source.span(&(piece_end..url_end)), BARRIER.len_utf8());
            }
            from = url_end;
        }
    }
}

/// Many texts, each folded as [`Folded`] folds it, one behind the other in one buffer: what searches for many words in many texts runs over.
#[derive(Clone, Debug, Default)]
pub struct FoldedTexts {
    text: String,
    ends: Vec<usize>,
    urls: Vec<Range<usize>>,
    one: Folded,
}

impl FoldedTexts {
    /// Takes in other texts.
    pub fn read<'t>(&mut self, texts: impl Iterator<Item = &'t str>) {
        self.text.clear();
        self.ends.clear();
        for text in texts {
            if text.is_ascii() && !entity::may_have(text) {
                self.push_ascii(text);
            } else {
                self.one.read(text);
                self.text.push_str(self.one.text());
            }
            self.ends.push(self.text.len());
        }
    }

    fn push_ascii(&mut self, text: &str) {
        self.urls.clear();
        find_urls(text, &mut self.urls);
        let before = self.text.len();
        let mut from = 0;
        for url in &self.urls {
            self.text.push_str(text.get(from..url.start).unwrap_or_default());
            self.text.push(BARRIER);
            from = url.end;
        }
        self.text.push_str(text.get(from..).unwrap_or_default());
        if let Some(added) = self.text.get_mut(before..) {
            added.make_ascii_lowercase();
        }
    }

    /// All of them, without anything in between.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where each ends.
    pub fn ends(&self) -> &[usize] {
        &self.ends
    }
}

/// A folded text that knows for each of its bytes from which characters of the text as printed it was made.
#[derive(Clone, Debug)]
pub struct Traced {
    folded: Folded,
    maps: Option<Maps>,
}

impl Traced {
    /// Folds a text and keeps the way back.
    pub fn new(text: &str) -> Self {
        let mut folded = Folded::default();
        let mut maps = Some(Maps { source: Map::identity(text), folded: Map::default() });
        folded.read_traced(text, &mut maps);
        Self { folded, maps }
    }

    /// The folded text: the same as [`Folded`] gives.
    pub fn folded(&self) -> &Folded {
        &self.folded
    }

    /// Which characters (Unicode scalar values) of the text as printed the bytes `range` of the folded text were made from.
    pub fn printed(&self, range: &Range<usize>) -> Range<usize> {
        self.maps.as_ref().map_or(0..0, |maps| maps.folded.span(range))
    }

    /// The same for a range of bytes of [`Folded::source`].
    pub fn printed_source(&self, range: &Range<usize>) -> Range<usize> {
        self.maps.as_ref().map_or(0..0, |maps| maps.source.span(range))
    }
}

/// The way back, from the text with its entities decoded and from the folded text.
#[derive(Clone, Debug)]
struct Maps {
    source: Map,
    folded: Map,
}

/// For each byte of some text, the range of characters of the text as printed that it was made from.
#[derive(Clone, Debug, Default)]
struct Map {
    starts: Vec<usize>,
    ends: Vec<usize>,
}

impl Map {
    fn identity(text: &str) -> Self {
        let mut map = Self::default();
        for (at, c) in text.chars().enumerate() {
            map.push(&(at..at + 1), c.len_utf8());
        }
        map
    }

    fn push(&mut self, printed: &Range<usize>, bytes: usize) {
        self.starts.resize(self.starts.len() + bytes, printed.start);
        self.ends.resize(self.ends.len() + bytes, printed.end);
    }

    fn append(&mut self, mut other: Self) {
        self.starts.append(&mut other.starts);
        self.ends.append(&mut other.ends);
    }

    fn span(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.starts.get(range.start).copied().unwrap_or(0);
        let last = range.end.checked_sub(1).and_then(|last| self.ends.get(last));
        start..last.copied().unwrap_or(start).max(start)
    }
}

/// One step from text to text: carries the map of the first over to the second.
struct Step<'a> {
    before: &'a Map,
    /// Where in the first text the part that is being worked on begins.
    offset: usize,
    made: Map,
}

impl<'a> Step<'a> {
    fn new(before: &'a Map, offset: usize) -> Self {
        Self { before, offset, made: Map::default() }
    }
}

impl Trace for Option<Step<'_>> {
    fn made(&mut self, from: Range<usize>, bytes: usize) {
        if let Some(step) = self {
            let printed = step.before.span(&(from.start + step.offset..from.end + step.offset));
            step.made.push(&printed, bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &str, spans: &[(&str, Range<usize>)]) {
        let traced = Traced::new(text);
        assert_eq!(traced.folded().text(), expected);
        for (part, printed) in spans {
            let at = expected.find(part).unwrap();
            assert_eq!(&traced.printed(&(at..at + part.len())), printed, "{part:?} in {text:?}");
        }
    }

    #[test]
    fn folded_text_knows_where_it_came_from() {
        check("The CIA", "the cia", &[("cia", 4..7)]);
        check("caf&eacute; CIA", "café cia", &[("é", 3..11), ("cia", 12..15)]);
        check("cafe\u{301} CIA", "café cia", &[("caf", 0..3), ("é", 3..5), ("cia", 6..9)]);
        check("ｶﾞｷﾞ x", "ガギ x", &[("ガ", 0..2), ("ギ", 2..4), ("x", 5..6)]);
        check("Straße ﬁx", "strasse fix", &[("strasse", 0..6), ("fix", 7..9)]);
        check("e&#x301;x", "éx", &[("é", 0..8), ("x", 8..9)]);
    }

    #[test]
    fn addresses_become_barriers() {
        check("See HTTP://t.co/Ab… CIA", "see \u{ffff}... cia", &[("\u{ffff}", 4..18), ("cia", 20..23)]);
        check("http://a.b?x=1&amp;y=2 Z", "\u{ffff} z", &[("\u{ffff}", 0..22), ("z", 23..24)]);
        check("http://a.b\u{301}x", "\u{ffff}\u{301}x", &[]);
    }

    proptest! {
        #[test]
        fn many_texts_fold_as_each_alone(texts in prop::collection::vec("([aB_ #ßÅ\u{301}選]|&amp;|https://t\\.co/x|www\\.a\\.b|\\PC)*", 0..6)) {
            let mut all = FoldedTexts::default();
            all.read(["earlier"].into_iter());
            all.read(texts.iter().map(String::as_str));
            let mut start = 0;
            prop_assert_eq!(all.ends().len(), texts.len());
            for (text, &end) in texts.iter().zip(all.ends()) {
                let mut one = Folded::default();
                one.read(text);
                prop_assert_eq!(&all.text()[start..end], one.text());
                start = end;
            }
        }

        #[test]
        fn tracing_changes_nothing(text in "([aB_ #ßÅ\u{301}\u{3099}選ｶﾞ]|&amp;|&eacute;|&#x301;|http://t\\.co/x|…|\\PC)*") {
            let traced = Traced::new(&text);
            let mut folded = Folded::default();
            folded.read("earlier text http://a.b &amp; Ä");
            folded.read(&text);
            prop_assert_eq!(folded.text(), traced.folded().text());
            prop_assert_eq!(folded.urls(), traced.folded().urls());
            // Every byte is mapped, in order, and inside the text.
            let chars = text.chars().count();
            let mut before = 0;
            for at in 0..folded.text().len() {
                let span = traced.printed(&(at..at + 1));
                prop_assert!(span.start >= before && span.start < span.end && span.end <= chars);
                before = span.start;
            }
        }
    }
}
