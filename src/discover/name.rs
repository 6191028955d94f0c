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
    first: First,
    is_article: bool,
    /// But blanks between the word before and this one.
    follows: bool,
}

/// The letter that a word begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum First {
    Capital,
    Small,
    /// Of a script without capitals, or a digit.
    Other,
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
        let none = Seen { is: 0, first: First::Other, is_article: false, follows: false };
        for (at, word) in seen.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|before| seen.get(before)).unwrap_or(&none);
            let is_mid = word.follows && before.first == First::Small;
            for (number, (small, capital)) in self.small_and_capital.iter_mut().enumerate() {
                if word.is & (1 << number) != 0 {
                    *small = small.saturating_add(u32::from(word.first == First::Small));
                    *capital = capital.saturating_add(u32::from(is_mid && word.first == First::Capital));
                }
            }
            let Some(phrase) = seen.get(at..at + self.words.len()).filter(|_| is_mid) else { continue };
            if !phrase.iter().enumerate().all(|(number, word)| word.is & (1 << number) != 0) {
                continue;
            }
            if phrase.iter().all(|word| word.first == First::Capital) {
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

    /// Whether any author is called so.
    pub(crate) fn is_author(&self) -> bool {
        self.handles > 0 || self.names > 0
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
                first: match first {
                    c if c.is_uppercase() => First::Capital,
                    c if c.is_lowercase() => First::Small,
                    _ => First::Other,
                },
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
    if written.is_author() {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn written(phrase: &str, texts: &[&str]) -> Written {
        let mut written = Written::new(phrase);
        for text in texts {
            written.note_text(text);
        }
        written
    }

    #[track_caller]
    fn check(phrase: &str, texts: &[&str], expected: bool) {
        let written = written(phrase, texts);
        assert_eq!(looks_like_name(&written), expected, "{written:?}");
    }

    #[test]
    fn two_capitals_in_mid_sentence_are_a_name() {
        check(
            "edna krumpholt",
            &["they say Edna Krumpholt did it", "ask what Edna Krumpholt's dog knows"],
            true,
        );
        check("krumpholt", &["they say Krumpholt did it", "ask what Krumpholt's dog knows"], false);
        check("edna krumpholt", &["they say Edna Krumpholt did it"], false);
        // Headlines and beginnings say nothing.
        check(
            "edna krumpholt",
            &["Edna Krumpholt Did It", "Edna Krumpholt did", "so. Edna Krumpholt did"],
            false,
        );
    }

    #[test]
    fn offices_places_and_ordinary_words_are_none() {
        let house = ["from the White House today", "in the White House", "at White House"];
        check("white house", &house, false);
        check(
            "crimson gate",
            &["in the Crimson Gate", "say Crimson Gate fell", "the crimson light", "a gate"],
            false,
        );
        check("crimson gate", &["in the Crimson Gate", "say the Crimson Gate fell"], false);
        check("hacking tools", &["the hacking tools are", "some hacking tools"], false);
        // A name with one ordinary word is a name still; one of ordinary words cannot be told from the gate above.
        check("edna gate", &["say Edna Gate fell", "that Edna Gate knew", "a gate"], true);
        // What it cannot know: nothing here says that this is a place.
        check("krum bay-on", &["in Krum Bay-On", "of Krum Bay-On"], false);
        check("hong krum", &["in Hong Krum", "of Hong Krum"], true);
    }

    #[test]
    fn authors_and_mentions_are_names() {
        let mut edna = written("edna krumpholt", &["edna krumpholt did it"]);
        assert!(!looks_like_name(&edna));
        edna.note_author(Some("demo_edna"), Some("Edna Krumpholt"));
        assert_eq!((edna.handles, edna.names), (0, 1));
        assert!(looks_like_name(&edna));
        let mut handle = Written::new("demo edna");
        handle.note_author(Some("demo_edna.bsky.example"), None);
        assert_eq!(handle.handles, 1);
        check("demoedna", &["ask @demo_edna", "and @DemoEdna knows"], true);
        check("leaks", &["ask @leaks", "the leaks", "more leaks", "of leaks"], false);
        // A common word that somebody took as a handle.
        let mut word = written("leaks", &["the leaks are out", "more leaks"]);
        word.note_author(Some("leaks"), None);
        assert!(!looks_like_name(&word));
    }

    #[test]
    fn hostile_input_is_counted_too() {
        check("", &["a b"], false);
        check("a b c d e f", &["a b c d e f"], false);
        check("\u{301}", &["\u{301}\u{301} @\u{301}"], false);
        let text = "x Ab ".repeat(100_000);
        check("ab", &[&text], false);
    }
}
