//! What a post's text is made of, for grouping: words, tags and emoji, each under the key it is counted by.
//!
//! A text is folded as the theory matcher folds it, so that what is handed out works as a term of a rule. How it is cut is in `scan`, how
//! words are spelt and stemmed for counting in `key`, what is a stop word in `stop`.

use super::scan::{Piece, Shape, scan};
use super::{emoji, key, stop};
use crate::text::{
    BARRIER, decode_entities, find_urls, fold_to, is_spaceless, is_word, may_have_entity, tags,
};
use icu_segmenter::options::WordBreakInvariantOptions;
use icu_segmenter::{WordSegmenter, WordSegmenterBorrowed};
use std::ops::Range;

/// Most tags taken from a post's metadata. People use a few, the hardest advertisers thirty; each is compared with those before it.
const MAX_METADATA_TAGS: usize = 100;

/// Splits texts into tokens; its buffers are used again for every text.
pub(crate) struct Tokens {
    segmenter: WordSegmenterBorrowed<'static>,
    decoded: String,
    urls: Vec<Range<usize>>,
    found_tags: Vec<Range<usize>>,
    /// The folded text, then tags of the metadata.
    folded: String,
    /// Where the tags stand in it.
    tags: Vec<Range<usize>>,
    pieces: Vec<Piece>,
    composed: String,
    keys: String,
    words: Vec<Word>,
}

/// A piece of a text with its key.
struct Word {
    surface: Range<usize>,
    key: Range<usize>,
    kind: Kind,
    follows: bool,
    stop: Stop,
}

enum Stop {
    Yes,
    No,
    /// It depends on the language.
    Listed(stop::Entry),
}

/// One token of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    /// What is counted: folded, spelt in one way, lightly stemmed. Not for people to read.
    pub key: &'a str,
    /// As written, folded: what a person reads, and a term of a rule that matches at this place. A tag has its sign (`#year_zero`), unless no
    /// rule could have it with the sign (Weibo's `#year zero#`).
    pub surface: &'a str,
    pub kind: Kind,
    /// It is handed out, since phrases need it, but does not count.
    pub is_stop: bool,
    /// The token before it and this one are a phrase, which [`join`] writes down: there are but blanks between them, on one line; between words
    /// of a script without spaces there is nothing.
    pub follows: bool,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    /// A word or a number.
    Word,
    /// Stood as a tag in the text, or only in the metadata.
    Tag,
    /// An emoji.
    Symbols,
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            segmenter: WordSegmenter::new_dictionary(WordBreakInvariantOptions::default()),
            decoded: String::new(),
            urls: Vec::new(),
            found_tags: Vec::new(),
            folded: String::new(),
            tags: Vec::new(),
            pieces: Vec::new(),
            composed: String::new(),
            keys: String::new(),
            words: Vec::new(),
        }
    }
}

impl Tokens {
    /// Calls `each` with the tokens of a post: those of its text in order, then tags that only its metadata has.
    pub(crate) fn read<'m>(
        &mut self,
        text: &str,
        platform: &str,
        tags: impl Iterator<Item = &'m str>,
        mut each: impl FnMut(Token<'_>),
    ) {
        self.fold(text, platform);
        self.pieces.clear();
        let buffers = (&mut self.pieces, &mut self.composed);
        scan(&self.folded, &self.tags, platform, self.segmenter, buffers);
        self.add_metadata(tags);
        let votes = self.make_words();
        for word in &self.words {
            each(Token {
                key: self.keys.get(word.key.clone()).unwrap_or_default(),
                surface: self.folded.get(word.surface.clone()).unwrap_or_default(),
                kind: word.kind,
                is_stop: match word.stop {
                    Stop::Yes => true,
                    Stop::No => false,
                    Stop::Listed(entry) => votes.is_stop(entry),
                },
                follows: word.follows,
            });
        }
    }

    /// The text that was read last, folded, with what was added behind it.
    #[cfg(test)]
    pub(super) fn folded(&self) -> &str {
        &self.folded
    }

    /// Folds the text, piece by piece between its tags and addresses, so that the places of the tags are known in the result.
    fn fold(&mut self, text: &str, platform: &str) {
        let Self { decoded, urls, found_tags, folded, tags, .. } = self;
        urls.clear();
        found_tags.clear();
        folded.clear();
        tags.clear();
        let source = if may_have_entity(text) {
            decoded.clear();
            decode_entities(text, decoded);
            decoded.as_str()
        } else {
            text
        };
        find_urls(source, urls);
        tags::for_each_on(platform, source, urls, |tag| {
            // What Weibo writes between two signs may hold an address, which no rule could have.
            let url = urls.get(urls.partition_point(|url| url.start < tag.start));
            if url.is_none_or(|url| url.start >= tag.end) {
                found_tags.push(tag);
            }
        });
        let mut urls = urls.iter().peekable();
        let mut from = 0;
        let ends = found_tags.iter().map(|tag| (tag.start, Some(tag.end)));
        for (end, tag_end) in ends.chain([(source.len(), None)]) {
            while let Some(url) = urls.next_if(|url| url.start < end) {
                fold_to(source.get(from..url.start).unwrap_or_default(), folded);
                folded.push(BARRIER);
                from = url.end;
            }
            fold_to(source.get(from..end).unwrap_or_default(), folded);
            let Some(tag_end) = tag_end else { break };
            let start = folded.len();
            fold_to(source.get(end..tag_end).unwrap_or_default(), folded);
            tags.push(start..folded.len());
            from = tag_end;
        }
    }

    /// Adds the tags of the metadata that the text has not.
    fn add_metadata<'m>(&mut self, given: impl Iterator<Item = &'m str>) {
        let Self { folded, tags, pieces, urls, .. } = self;
        let in_text = tags.len();
        let mut is_sorted = false;
        for tag in given.take(MAX_METADATA_TAGS) {
            if !is_sorted {
                tags.sort_unstable_by(|a, b| folded.get(a.clone()).cmp(&folded.get(b.clone())));
                is_sorted = true;
            }
            let start = folded.len();
            folded.push('#');
            fold_to(tag.trim().trim_start_matches(['#', '＃']), folded);
            let added = folded.get(start..);
            let (written, before) = tags.split_at(in_text);
            // With an address in it, as above.
            urls.clear();
            find_urls(added.unwrap_or_default(), urls);
            let is_known = written.binary_search_by(|tag| folded.get(tag.clone()).cmp(&added)).is_ok()
                || before.iter().any(|tag| folded.get(tag.clone()) == added);
            if !is_known && urls.is_empty() {
                let range = start..folded.len();
                tags.push(range.clone());
                pieces.push(Piece { range, shape: Shape::Tag, is_stop: false, follows: false });
            }
        }
    }

    /// Spells the key of every piece and lets the words vote on the language.
    fn make_words(&mut self) -> stop::Votes {
        let Self { folded, pieces, composed, keys, words, .. } = self;
        keys.clear();
        words.clear();
        let mut votes = stop::Votes::default();
        let mut is_torn = false;
        for Piece { range, shape, is_stop, follows } in pieces.drain(..) {
            let start = keys.len();
            let mut surface = range.clone();
            let written = folded.get(range).unwrap_or_default();
            let mut stop = if is_stop { Stop::Yes } else { Stop::No };
            let kind = match shape {
                Shape::Symbols => {
                    emoji::key_to(written, keys);
                    Kind::Symbols
                }
                Shape::Tag => {
                    let name = written.strip_prefix('#').unwrap_or(written);
                    let says_something = is_tag(name);
                    if tags::is_writable(name) {
                        key::spell_to(name, keys);
                    } else {
                        words_to(name, composed);
                        surface = folded.len()..folded.len() + composed.len();
                        folded.push_str(composed);
                        key::spell_to(composed, keys);
                    }
                    if says_something {
                        key::stem(keys, start);
                    } else {
                        keys.truncate(start);
                    }
                    Kind::Tag
                }
                Shape::Word | Shape::Acronym => {
                    if shape == Shape::Acronym {
                        key::spell_acronym_to(written, keys);
                    } else {
                        key::spell_to(written, keys);
                    }
                    let entry = stop::look_up(keys.get(start..).unwrap_or_default());
                    votes.note(entry);
                    match entry {
                        Some(entry) if !is_stop => stop = Stop::Listed(entry),
                        _ => {}
                    }
                    key::stem(keys, start);
                    Kind::Word
                }
            };
            // Only signs that are set or left out at will, such as tatweel.
            if keys.len() == start {
                is_torn = true;
                continue;
            }
            let follows = !std::mem::take(&mut is_torn) && follows;
            words.push(Word { surface, key: start..keys.len(), kind, follows, stop });
        }
        votes
    }
}

/// Whether what stands behind a sign is a tag that says something, of a length that `text::tags` allows.
fn is_tag(name: &str) -> bool {
    let too_long = name.len() > tags::MAX_TAG_CHARS && name.chars().nth(tags::MAX_TAG_CHARS).is_some();
    !too_long && name.chars().any(char::is_alphabetic)
}

/// Replaces `out` by the words of a tag that no rule can have with its sign, as a term has them: of Weibo's `#year: zero#` `year zero`.
fn words_to(name: &str, out: &mut String) {
    out.clear();
    for word in name.split(|c| !is_word(c)).filter(|word| word.contains(|c| c != '_')) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
}

/// Appends a token's surface to a phrase that the token before it ends, so that the phrase is a term that matches where both stand.
pub(crate) fn join(phrase: &mut String, surface: &str) {
    let spaceless = |c: Option<char>| c.is_some_and(is_spaceless);
    if phrase.starts_with('#') {
        phrase.remove(0);
    }
    let word = surface.strip_prefix('#').unwrap_or(surface);
    let written_together = spaceless(phrase.chars().next_back()) && spaceless(word.chars().next());
    if !phrase.is_empty() && !written_together {
        phrase.push(' ');
    }
    phrase.push_str(word);
}
