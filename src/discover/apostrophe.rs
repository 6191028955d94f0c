//! What an apostrophe inside a word does: whether the word goes on, is two, or has an ending that is no part of it.

/// What Romance languages write before an apostrophe and the word that it belongs to: `l'eau`, `dell'acqua`.
const ELISIONS: [&str; 25] = [
    "c", "d", "j", "l", "m", "n", "s", "t", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "all", "com", "cos",
    "dall", "dell", "dov", "nell", "quell", "quest", "sull", "un", "gl",
];
/// What stands behind an apostrophe and is no part of the word: of a possessive, of a short verb.
const ENCLITICS: [&str; 6] = ["s", "ll", "ve", "re", "d", "m"];
/// What Turkish writes behind the apostrophe of a name, for case and person.
const TURKISH_ENDINGS: [&str; 33] = [
    "a", "e", "ı", "i", "u", "ü", "ya", "ye", "yı", "yi", "yu", "yü", "da", "de", "ta", "te", "dan", "den",
    "tan", "ten", "ın", "in", "un", "ün", "nın", "nin", "nun", "nün", "daki", "deki", "la", "le", "yla",
];
/// Shortest name that such an ending is taken off, in letters: `o'da` is no name.
const MIN_TURKISH_NAME: usize = 3;

/// What an apostrophe does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Apostrophe {
    /// It ends an article or the like; a word of its own follows: `l'eau`.
    Elision,
    /// An ending follows that is left out: `mayor's`, `İstanbul'da`.
    Ending,
    /// The word goes on: `o'brien`, `don't`, `комп'ютер`.
    Inside,
}

/// What the apostrophe between these two does.
pub(super) fn between(head: &str, tail: &str) -> Apostrophe {
    let is_turkish = || TURKISH_ENDINGS.contains(&tail) && head.chars().nth(MIN_TURKISH_NAME - 1).is_some();
    if ELISIONS.contains(&head) {
        Apostrophe::Elision
    } else if ENCLITICS.contains(&tail) || is_turkish() {
        Apostrophe::Ending
    } else {
        Apostrophe::Inside
    }
}
