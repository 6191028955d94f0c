//! Whether a keyword may be the name of a person, so that whoever is at the keyboard is told before it goes into a rule or a report.
//!
//! By how it is written in the texts and by who writes there; no list of names, which would know those of some countries only. It is a hint
//! and no more. What it cannot tell: a person from a place or a work of two words that are ordinary nowhere in the texts (`Hong Kong`), a
//! name of one word from a brand, and anything in scripts without capital letters, where only the names of authors help. Missed are names
//! made of ordinary words (`Bill Gates` where people pay bills at gates).

use crate::text::{fold, fold_to, is_word};

/// Most words of a name; longer phrases are headlines.
const MAX_NAME_WORDS: usize = 4;
/// How often a phrase must stand in mid-sentence before its capitals say anything: once may be anything.
const MIN_SEEN: u32 = 2;
/// Of so many times in mid-sentence, all but one must have capitals.
const CAPITALS_IN: u32 = 10;
/// A phrase that has an article in one of so many cases is no person: `the White House`.
const ARTICLE_IN: u32 = 4;
/// A word that has no capital in one of so many cases is an ordinary one.
const ORDINARY_IN: u32 = 4;

/// Articles of the languages that have both articles and names with capitals.
const ARTICLES: &str = " the a an der die das den dem ein eine el los las un una le la les l il lo gli o os as um uma de het een ";

/// Words of the names of places, offices, papers and firms.
const NOT_OF_PERSONS: &str = " academy agency airlines airport army association avenue bank bay beach board bridge bureau center centre \
    church city college commission committee company congress corporation council county court daily department district east fc federation \
    festival force forces foundation fund government group high hill hospital hotel house inc institute international island islands journal \
    lake las league los ltd ministry mount mountain museum national network new news north office organization park parliament party police \
    post press prize region republic river road saint san santa school senate service south square state states station stadium street \
    supreme times tower tribune union united university valley west world ";

/// How a keyword or phrase is written, counted over the texts and authors of some posts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Written {
    words: Vec<String>,
    /// In mid-sentence (behind a word that begins with a small letter), each of its words with a capital.
    pub capitalised: u32,
    /// Of these, behind an article.
    pub behind_article: u32,
    /// In mid-sentence, some word without.
    pub plain: u32,
    /// As the mention of an account, in one word: `@janedoe` or `@jane_doe`.
    pub mentions: u32,
    /// Calls with an author whose handle it is.
    pub handles: u32,
    /// Calls with an author whose display name it is.
    pub names: u32,
    /// Of each word by itself, wherever it stands: with a small letter, and in mid-sentence with a capital.
    pub small_and_capital: [(u32, u32); MAX_NAME_WORDS],
}

/// A word of a text.
struct Seen {
    /// Which words of the phrase it is, one bit each.
    is: u8,
    is_capital: bool,
    is_small: bool,
    is_article: bool,
    /// But blanks between the word before and this one.
    follows: bool,
}

impl Written {
    /// Begins to count for a keyword or phrase, in any spelling.
    pub(crate) fn new(phrase: &str) -> Self {
        let folded = fold(phrase);
        let words = folded.split(|c| !is_word(c)).filter(|word| !word.is_empty());
        Self { words: words.map(str::to_owned).collect(), ..Self::default() }
    }

    /// Counts a post's text, as printed.
    pub(crate) fn note_text(&mut self, text: &str) {
        if self.words.is_empty() || self.words.len() > MAX_NAME_WORDS {
            return;
        }
        let (seen, mentions) = self.look(text);
        self.mentions = self.mentions.saturating_add(mentions);
        let none = Seen { is: 0, is_capital: false, is_small: false, is_article: false, follows: false };
        for (at, word) in seen.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|before| seen.get(before)).unwrap_or(&none);
            let is_mid = word.follows && before.is_small;
            for (number, (small, capital)) in self.small_and_capital.iter_mut().enumerate() {
                if word.is & (1 << number) != 0 {
                    *small = small.saturating_add(u32::from(word.is_small));
                    *capital = capital.saturating_add(u32::from(is_mid && word.is_capital));
                }
            }
            let Some(phrase) = seen.get(at..at + self.words.len()).filter(|_| is_mid) else { continue };
            if !phrase.iter().enumerate().all(|(number, word)| word.is & (1 << number) != 0) {
                continue;
            }
            if phrase.iter().all(|word| word.is_capital) {
                self.capitalised = self.capitalised.saturating_add(1);
                self.behind_article = self.behind_article.saturating_add(u32::from(before.is_article));
            } else {
                self.plain = self.plain.saturating_add(1);
            }
        }
    }

    /// Counts an author of the data; whether once or for each post is the same, since one is enough.
    pub(crate) fn note_author(&mut self, handle: Option<&str>, name: Option<&str>) {
        let together = |text: &str| fold(text).chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        let phrase = together(&self.words.concat());
        // Of `name.bsky.social` and `name@host` the name.
        let own = |handle: &str| handle.trim_start_matches('@').split(['.', '@']).next().map(together);
        let is =
            |text: Option<String>| u32::from(text.is_some_and(|text| !text.is_empty() && text == phrase));
        self.handles = self.handles.saturating_add(is(handle.and_then(own)));
        self.names = self.names.saturating_add(is(name.map(together)));
    }

    fn look(&self, text: &str) -> (Vec<Seen>, u32) {
        let (mut seen, mut mentions) = (Vec::new(), 0);
        let (mut folded, mut gap_start) = (String::new(), 0);
        let together = self.words.concat();
        let mut chars = text.char_indices().peekable();
        while let Some((start, first)) = chars.next() {
            if !is_word(first) {
                continue;
            }
            let mut end = start + first.len_utf8();
            while let Some((at, c)) = chars.next_if(|&(_, c)| is_word(c)) {
                end = at + c.len_utf8();
            }
            folded.clear();
            fold_to(text.get(start..end).unwrap_or_default(), &mut folded);
            let gap = text.get(gap_start..start).unwrap_or_default();
            gap_start = end;
            if gap.ends_with('@') {
                folded.retain(|c| c != '_');
                mentions += u32::from(folded == together);
                continue;
            }
            let is = self.words.iter().enumerate().filter(|(_, word)| **word == folded);
            seen.push(Seen {
                is: is.fold(0, |bits, (number, _)| bits | 1 << number),
                is_capital: first.is_uppercase(),
                is_small: first.is_lowercase(),
                is_article: is_listed(ARTICLES, &folded),
                follows: !gap.is_empty() && gap.chars().all(|c| matches!(c, ' ' | '\t')),
            });
        }
        (seen, mentions)
    }
}

/// Whether the person at the keyboard should be told "may be a person's name".
///
/// Yes if it is an author's name or handle (of one word: only if it is written with a capital too), if it is mostly written as a mention, or
/// if it is two to four words that have capitals in mid-sentence, no article, and are neither all ordinary words elsewhere in the texts nor
/// words of places, offices and papers.
pub(crate) fn looks_like_name(written: &Written) -> bool {
    let words = &written.words;
    let is_text = |word: &String| word.chars().all(char::is_alphabetic) && !is_listed(NOT_OF_PERSONS, word);
    if words.is_empty() || words.len() > MAX_NAME_WORDS {
        return false;
    }
    let has_capitals = written.capitalised >= MIN_SEEN
        && written.plain.saturating_mul(CAPITALS_IN) <= written.capitalised.saturating_add(written.plain)
        && written.behind_article.saturating_mul(ARTICLE_IN) < written.capitalised;
    if written.mentions >= MIN_SEEN && written.mentions > written.capitalised.saturating_add(written.plain) {
        return true;
    }
    if !words.iter().all(is_text) {
        return false;
    }
    if written.handles > 0 || written.names > 0 {
        return words.len() > 1 || has_capitals;
    }
    let is_ordinary = |&(small, capital): &(u32, u32)| {
        small > 0 && small.saturating_mul(ORDINARY_IN) >= small.saturating_add(capital)
    };
    words.len() > 1 && has_capitals && !written.small_and_capital.iter().take(words.len()).all(is_ordinary)
}

fn is_listed(list: &str, word: &str) -> bool {
    !word.is_empty() && list.split_ascii_whitespace().any(|listed| listed == word)
}
