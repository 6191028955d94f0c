//! Under what a word is counted: one spelling for what people write in several, and the English plural taken off.
//!
//! Only what needs no guess of the language. What it does to words that are no English plurals (`texas`, `gatos`) is the same for all
//! places where they stand, so it changes no count; it can only join words that differ by this ending.

/// Shortest word whose plural is taken off, in bytes: below that, an `s` mostly belongs to the word (`gas`, `bus`, `iOS`).
const MIN_PLURAL_BYTES: usize = 4;
/// Words with this ending are no plurals though they look so.
const NO_PLURALS: [&str; 4] = ["news", "ss", "us", "is"];
/// Endings that lose their `e`, each with the shortest word that does, in bytes: `house` and `houses` meet whichever way `-es` is read. A
/// shorter word could be something else without it (`lose`, `los`).
const SILENT_E: [(&str, usize); 5] = [("se", 5), ("xe", 4), ("che", 5), ("she", 5), ("oe", 5)];

/// Appends `word`, which is folded, in the one spelling that it is looked up and counted by.
pub(super) fn spell_to(word: &str, key: &mut String) {
    let word = word.trim_matches('_');
    if word.is_ascii() {
        key.push_str(word);
        return;
    }
    let mut before = '\0';
    for c in word.chars() {
        if let Some(c) = respell(c, before) {
            key.push(c);
            before = c;
        }
    }
}

/// Appends an acronym: `f.b.i` as `fbi`. One of two letters keeps its dots, or `u.s` would be a pronoun.
pub(super) fn spell_acronym_to(acronym: &str, key: &mut String) {
    let letters = || acronym.chars().filter(|&c| c != '.');
    if letters().nth(2).is_some() { key.extend(letters()) } else { key.push_str(acronym) }
}

/// What stands for `c`, behind `before`; nothing for a mark that people set or leave out.
#[expect(clippy::match_same_arms, reason = "each kind of mark with its own comment")]
fn respell(c: char, before: char) -> Option<char> {
    match c {
        '’' => Some('\''),
        // Arabic: forms of alef; the two letters that keyboards of Iran and Pakistan write otherwise; alef maksura.
        'أ' | 'إ' | 'آ' | 'ٱ' => Some('ا'),
        'ى' | 'ی' => Some('ي'),
        'ک' => Some('ك'),
        // Tatweel, harakat, superscript alef; then the points and accents of Hebrew, and its marks of abbreviation.
        '\u{0640}' | '\u{064B}'..='\u{0655}' | '\u{0670}' => None,
        '\u{0591}'..='\u{05BD}'
        | '\u{05BF}'
        | '\u{05C1}'
        | '\u{05C2}'
        | '\u{05C4}'
        | '\u{05C5}'
        | '\u{05C7}' => None,
        '"' | '\u{05F4}' => None,
        // Joiners inside words, which many keyboards do not have.
        '\u{200C}' | '\u{200D}' => None,
        // What the Turkish capital leaves behind when it is folded.
        '\u{0307}' if before == 'i' => None,
        _ => Some(c),
    }
}

/// Takes the English plural off the word that begins at `from`.
///
/// `theories` and `theory`, `movies` and `movie`, `churches` and `church`, `houses` and `house` come out alike; how the result looks is not
/// for people to read. Irregular plurals stay.
pub(super) fn stem(key: &mut String, from: usize) {
    let Some(word) = key.get(from..).filter(|word| word.len() >= MIN_PLURAL_BYTES) else { return };
    let single = word.strip_suffix('s').filter(|_| is_plural(word)).unwrap_or(word);
    let silent = SILENT_E.iter().any(|&(ending, least)| single.len() >= least && single.ends_with(ending));
    let as_y = single.len() >= MIN_PLURAL_BYTES && single.ends_with("ie");
    let kept = single.len() - if as_y { "ie".len() } else { usize::from(silent) };
    key.truncate(from + kept);
    if as_y {
        key.push('y');
    }
}

fn is_plural(word: &str) -> bool {
    let before = word.chars().nth_back(1);
    before.is_some_and(char::is_alphabetic)
        && !word.contains('\'')
        && !NO_PLURALS.iter().any(|ending| word.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(word: &str) -> String {
        let mut key = "before".to_owned();
        spell_to(word, &mut key);
        stem(&mut key, "before".len());
        key.split_off("before".len())
    }

    #[test]
    fn plurals_meet_their_singulars() {
        for (one, many) in [
            ("theory", "theories"),
            ("movie", "movies"),
            ("leak", "leaks"),
            ("church", "churches"),
            ("headache", "headaches"),
            ("class", "classes"),
            ("witness", "witnesses"),
            ("house", "houses"),
            ("virus", "viruses"),
            ("case", "cases"),
            ("box", "boxes"),
            ("tax", "taxes"),
            ("crash", "crashes"),
            ("hero", "heroes"),
            ("shoe", "shoes"),
            ("device", "devices"),
            ("lie", "lies"),
            ("élection", "élections"),
            ("photo", "photos"),
        ] {
            assert_eq!(key(one), key(many), "{one}, {many}");
        }
    }

    #[test]
    fn what_is_no_plural_stays() {
        for word in [
            "news", "fakenews", "press", "virus", "paris", "this", "gas", "1990s", "f16s", "don't", "los",
            "s",
        ] {
            assert_eq!(key(word), word);
        }
        assert_ne!(key("los"), key("lose"));
        assert_ne!(key("new"), key("news"));
    }

    #[test]
    fn spellings_are_joined_for_the_key_only() {
        assert_eq!(key("الأخبار"), key("الاخبار"));
        assert_eq!(key("مـــصر"), key("مصر"));
        assert_eq!(key("مُحَمَّد"), key("محمد"));
        assert_eq!(key("علی"), key("على"));
        assert_eq!(key("می\u{200c}خواهم"), key("میخواهم"));
        assert_eq!(key("שָׁלוֹם"), key("שלום"));
        assert_eq!(key("צה\u{05F4}ל"), "צהל");
        assert_eq!(key("i\u{307}stanbul"), "istanbul");
        assert_eq!(key("o’brien"), "o'brien");
        assert_eq!(key("__init__"), "init");
        assert_eq!(key("ـــ"), "");
    }

    #[test]
    fn acronyms_lose_their_dots_unless_they_become_words() {
        let key = |acronym: &str| {
            let mut key = String::new();
            spell_acronym_to(acronym, &mut key);
            key
        };
        assert_eq!(key("f.b.i"), "fbi");
        assert_eq!(key("u.s"), "u.s");
    }
}
