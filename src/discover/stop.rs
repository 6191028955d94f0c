//! Which words of a text are stop words. A word counts as one only in a text whose own words make its language likely: `die` in a German
//! text, not in an English one.
//!
//! Every word that stands in lists votes for their languages: the fewer lists have it, the more it says. A word that has a meaning of its
//! own in English votes weakly, and needs more to be taken for a stop word. What a platform says of the language is not asked: it is often
//! wrong or missing, most of all where languages mix.

use super::key;
use super::stop_words::{HOMOGRAPHS, LISTS, SOCIAL};
use crate::text::fold;
use std::collections::HashMap;
use std::sync::LazyLock;

const LANGUAGES: usize = LISTS.len();
/// Where English stands in the lists.
const ENGLISH: usize = 0;
/// What a word says that is in one list only; divided by the number of lists that have it.
const VOTE: u32 = 240;
/// The same for a homograph: a fourth, so that it can tell related languages apart but outweighs no plain word.
const HOMOGRAPH_VOTE: u32 = VOTE / 4;
/// A language is likely if it has at least this part of the votes of the first one. Half: texts mix languages, and related ones share words.
const LIKELY_PART: u32 = 2;
/// How many words of the lists of a language a text needs before a homograph is taken for its word: in `Los Angeles man's son`, Spanish
/// has two.
const CONFIDENT: u32 = 3;

/// What a word is in the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// One bit for each list that has it.
    languages: u32,
    is_homograph: bool,
    /// In no language anything else.
    is_always: bool,
}

static ENTRIES: LazyLock<HashMap<String, Entry>> = LazyLock::new(|| {
    let mut entries = HashMap::new();
    let spell = |word: &str| {
        let mut spelt = String::new();
        key::spell_to(&fold(word), &mut spelt);
        spelt
    };
    for (language, list) in LISTS.iter().enumerate() {
        for word in list.split_whitespace() {
            let nothing = Entry { languages: 0, is_homograph: false, is_always: false };
            entries.entry(spell(word)).or_insert(nothing).languages |= 1 << language;
        }
    }
    for word in HOMOGRAPHS.split_whitespace() {
        if let Some(entry) = entries.get_mut(&spell(word)) {
            entry.is_homograph = true;
        }
    }
    for word in SOCIAL.split_whitespace() {
        entries.insert(spell(word), Entry { languages: 0, is_homograph: false, is_always: true });
    }
    entries
});

/// Longest word in the lists, in bytes: longer ones need not be looked up.
static LONGEST: LazyLock<usize> = LazyLock::new(|| ENTRIES.keys().map(String::len).max().unwrap_or(0));

/// What a word, spelt as `key` spells, is in the lists.
pub(super) fn look_up(word: &str) -> Option<Entry> {
    if word.len() > *LONGEST { None } else { ENTRIES.get(word).copied() }
}

/// What the words of one text say about its language.
#[derive(Clone, Debug, Default)]
pub(super) struct Votes {
    /// Of plain words.
    plain: [u32; LANGUAGES],
    /// Of all words.
    all: [u32; LANGUAGES],
    words: [u32; LANGUAGES],
    /// The word before, if it was in the lists: `la la la` says it once.
    last: Option<Entry>,
}

impl Votes {
    /// The next word of the text.
    pub(super) fn note(&mut self, entry: Option<Entry>) {
        let last = std::mem::replace(&mut self.last, entry);
        let Some(entry) = entry.filter(|_| last != entry) else { return };
        let lists = entry.languages.count_ones();
        let Some(vote) = VOTE.checked_div(lists) else { return };
        let weak = HOMOGRAPH_VOTE / lists;
        let tallies = self.plain.iter_mut().zip(&mut self.all).zip(&mut self.words);
        for (language, ((plain, all), words)) in tallies.enumerate() {
            if entry.has(language) {
                *words = words.saturating_add(1);
                *all = all.saturating_add(if entry.is_homograph { weak } else { vote });
                *plain = plain.saturating_add(if entry.is_homograph { 0 } else { vote });
            }
        }
    }

    /// Whether a word is a stop word in this text; all words must have been noted.
    pub(super) fn is_stop(&self, entry: Entry) -> bool {
        if entry.is_always {
            return true;
        }
        let best = |counts: &[u32; LANGUAGES], within: bool| {
            let counts = counts.iter().enumerate();
            counts.filter(|&(language, _)| entry.has(language) == within).map(|(_, count)| *count).max()
        };
        let (own, others) = (best(&self.all, true).unwrap_or(0), best(&self.all, false).unwrap_or(0));
        if !entry.is_homograph {
            return own.saturating_mul(LIKELY_PART) >= others;
        }
        let english = self.plain.get(ENGLISH).copied().unwrap_or(0);
        let tallies = self.plain.iter().zip(&self.all).zip(&self.words).enumerate();
        tallies
            .filter(|&(language, _)| entry.has(language))
            .any(|(_, ((plain, all), words))| *plain > english && *all > others && *words >= CONFIDENT)
    }
}

impl Entry {
    fn has(self, language: usize) -> bool {
        self.languages & (1 << language) != 0
    }
}
