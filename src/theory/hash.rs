//! Names for rules: two sets of rules that match the same posts for the same reasons have the same hash, however they are written.

use super::compile::List;
use crate::project::Theory;
use blake3::Hasher;

/// Changes whenever a term comes to mean something else, so that what was cached under the old meaning is not used.
const MEANING_VERSION: u32 = 1;

/// Hash of all rules, in order, with their ids; labels and codebook sentences do not count. 32 hexadecimal digits.
pub fn rules_hash(theories: &[Theory]) -> String {
    let mut hasher = begin("rules");
    for theory in theories {
        text(&mut hasher, &theory.id);
        hasher.update(&theory_hash(theory));
    }
    hex(short(&hasher))
}

/// Hash of one theory's terms. The id does not count: a renamed theory matches the same posts.
pub fn theory_hash(theory: &Theory) -> [u8; 16] {
    let mut hasher = begin("theory");
    for list in List::ALL {
        terms(&mut hasher, list.of(theory).iter().map(|written| (list, written.as_str())));
    }
    short(&hasher)
}

/// Hash of what selects posts: normalised tags and terms, in any order.
pub(super) fn selection_hash(tags: &[String], words: &[String]) -> String {
    let mut hasher = begin("selection");
    let mut tags: Vec<&str> = tags.iter().map(String::as_str).collect();
    tags.sort_unstable();
    tags.dedup();
    number(&mut hasher, tags.len());
    for tag in tags {
        text(&mut hasher, tag);
    }
    terms(&mut hasher, words.iter().map(|written| (List::Any, written.as_str())));
    hex(short(&hasher))
}

fn begin(what: &str) -> Hasher {
    let mut hasher = Hasher::new();
    text(&mut hasher, what);
    hasher.update(&MEANING_VERSION.to_le_bytes());
    hasher
}

fn terms<'a>(hasher: &mut Hasher, written: impl Iterator<Item = (List, &'a str)>) {
    // A term that cannot be read never gets as far as a cache; its own text will do.
    let canonical = written
        .map(|(list, term)| list.parse(term).map_or_else(|_| term.to_owned(), |term| term.canonical()));
    let mut canonical: Vec<String> = canonical.collect();
    canonical.sort_unstable();
    canonical.dedup();
    number(hasher, canonical.len());
    for term in canonical {
        text(hasher, &term);
    }
}

fn text(hasher: &mut Hasher, text: &str) {
    number(hasher, text.len());
    hasher.update(text.as_bytes());
}

fn number(hasher: &mut Hasher, number: usize) {
    hasher.update(&(number as u64).to_le_bytes());
}

fn short(hasher: &Hasher) -> [u8; 16] {
    let mut short = [0; 16];
    for (to, from) in short.iter_mut().zip(hasher.finalize().as_bytes()) {
        *to = *from;
    }
    short
}

fn hex(bytes: [u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn theory(any: &[&str]) -> Theory {
        let any = any.iter().map(|&term| term.to_owned()).collect();
        Theory { id: "a".to_owned(), label: "A".to_owned(), any, ..Theory::default() }
    }

    #[test]
    fn what_matches_the_same_hashes_the_same() {
        let base = theory(&["cia", "9/11"]);
        let relabelled = Theory { label: "B".to_owned(), means: Some("x".to_owned()), ..base.clone() };
        assert_eq!(rules_hash(std::slice::from_ref(&base)), rules_hash(&[relabelled]));
        assert_eq!(rules_hash(std::slice::from_ref(&base)), rules_hash(&[theory(&["9-11", "CIA", "cia"])]));
        assert_eq!(rules_hash(&[]).len(), 32);
    }

    #[test]
    fn what_matches_otherwise_hashes_otherwise() {
        let base = theory(&["cia"]);
        let mut other = base.clone();
        std::mem::swap(&mut other.any, &mut other.all);
        assert_ne!(theory_hash(&base), theory_hash(&other));
        assert_ne!(theory_hash(&base), theory_hash(&theory(&["#cia"])));
        assert_ne!(theory_hash(&base), theory_hash(&theory(&["cia*"])));
        let renamed = Theory { id: "b".to_owned(), ..base.clone() };
        assert_eq!(theory_hash(&base), theory_hash(&renamed));
        assert_ne!(rules_hash(&[base]), rules_hash(&[renamed]));
    }

    #[test]
    fn selections_hash_in_any_order() {
        let words = |list: &[&str]| list.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let one = selection_hash(&words(&["b", "a"]), &words(&["x y", "z"]));
        assert_eq!(one, selection_hash(&words(&["a", "b"]), &words(&["Z", "x-y"])));
        assert_ne!(one, selection_hash(&words(&["a", "b", "z"]), &words(&["x y"])));
    }
}
