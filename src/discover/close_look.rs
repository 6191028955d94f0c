//! What a closer look at some texts of a candidate tells: which of its keywords stand side by side, and which may name a person.

#![expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of a hundred texts")]

use super::keywords::Keyword;
use super::name::{Written, looks_like_name};
use super::tokens::{Kind, Tokens, join};
use std::collections::{BTreeMap, BTreeSet};

/// Terms of a title: what is read at a glance.
const TITLE: usize = 4;
/// A word belongs to its neighbour if so many of the posts that have it have both, side by side.
const SIDE_BY_SIDE: f64 = 0.6;
/// And if so many have: two may be a chance.
const FEWEST_PAIRS: u32 = 3;

/// A post that is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    /// What it says.
    pub text: &'a str,
    /// Where.
    pub platform: &'a str,
    /// The author's handle.
    pub handle: Option<&'a str>,
    /// The author's name as shown.
    pub name: Option<&'a str>,
}

/// What was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CloseLook {
    /// Keywords, with those that stand side by side as phrases.
    pub title: Vec<String>,
    /// Those of the keywords and of the title that may name a person: how they are written, and who writes, says so.
    pub names: Vec<String>,
}

/// Keys of two neighbours.
type Pair = (String, String);

/// Looks at texts of a candidate.
pub fn close_look(keywords: &[Keyword], texts: &[Text<'_>]) -> CloseLook {
    let mut tokens = Tokens::default();
    let keys: Vec<String> = keywords.iter().map(|keyword| key(&mut tokens, &keyword.term)).collect();
    let known: BTreeSet<&str> = keys.iter().map(String::as_str).filter(|key| !key.is_empty()).collect();
    let (mut posts, mut pairs) = (BTreeMap::<String, u32>::new(), BTreeMap::<Pair, (u32, String)>::new());
    for text in texts {
        let (mut own, mut side) = (BTreeSet::new(), BTreeMap::new());
        let mut before: Option<(String, String)> = None;
        tokens.read(text.text, text.platform, std::iter::empty(), |token| {
            // A tag beside a word is no phrase: it stands anywhere.
            let is_loose_tag = token.kind == Kind::Tag && !known.contains(token.key);
            let is_word = !token.is_stop && token.kind != Kind::Symbols && !is_loose_tag;
            if let Some((key, surface)) = before.take().filter(|_| is_word && token.follows)
                && key != token.key
                && (known.contains(key.as_str()) || known.contains(token.key))
            {
                let mut phrase = surface;
                join(&mut phrase, token.surface);
                side.entry((key, token.key.to_owned())).or_insert(phrase);
            }
            if is_word {
                own.insert(token.key.to_owned());
                before = Some((token.key.to_owned(), token.surface.to_owned()));
            }
        });
        for key in own {
            *posts.entry(key).or_default() += 1;
        }
        for (pair, phrase) in side {
            pairs.entry(pair).or_insert((0, phrase)).0 += 1;
        }
    }
    let title = title(keywords, &keys, &posts, &pairs);
    let mut names: Vec<String> = Vec::new();
    for term in title.iter().chain(keywords.iter().map(|keyword| &keyword.term)) {
        // A tag is what all of them gather under; and a word of a name that is said already says no more.
        if !term.starts_with('#')
            && !names.iter().any(|name| name.split(' ').any(|word| word == term))
            && is_name(term, texts)
        {
            names.push(term.clone());
        }
    }
    CloseLook { title, names }
}

/// Keywords with their neighbours, as many as a title has.
fn title(
    keywords: &[Keyword],
    keys: &[String],
    posts: &BTreeMap<String, u32>,
    pairs: &BTreeMap<Pair, (u32, String)>,
) -> Vec<String> {
    let (mut title, mut taken) = (Vec::new(), BTreeSet::<&str>::new());
    for (keyword, key) in keywords.iter().zip(keys) {
        if title.len() == TITLE {
            break;
        }
        if taken.contains(key.as_str()) {
            continue;
        }
        let least = f64::from(posts.get(key).copied().unwrap_or(0)) * SIDE_BY_SIDE;
        let is_own = |(pair, (count, _)): &(&Pair, &(u32, String))| {
            (pair.0 == *key || pair.1 == *key) && *count >= FEWEST_PAIRS && f64::from(*count) >= least
        };
        // Of equals the first in the alphabet, which is the last that a maximum would keep.
        let most = pairs.iter().filter(is_own).rev().max_by_key(|(_, (count, _))| *count);
        taken.insert(key);
        let Some((pair, (count, phrase))) = most else {
            title.push(keyword.term.clone());
            continue;
        };
        taken.extend([pair.0.as_str(), pair.1.as_str()]);
        // A third word on either side, if it nearly always stands there.
        let least = FEWEST_PAIRS.max((f64::from(*count) * SIDE_BY_SIDE) as u32);
        let is_next = |(next, (count, _)): &(&Pair, &(u32, String))| {
            *count >= least
                && (next.0 == pair.1 || next.1 == pair.0)
                && (next.0 != pair.1 || next.1 != pair.0)
        };
        let mut phrase = phrase.clone();
        if let Some((next, (_, longer))) =
            pairs.iter().filter(is_next).rev().max_by_key(|(_, (count, _))| *count)
        {
            let is_behind = next.0 == pair.1;
            taken.insert(if is_behind { &next.1 } else { &next.0 });
            // Both phrases have the word that they share.
            phrase = if is_behind { overlapped(&phrase, longer) } else { overlapped(longer, &phrase) };
        }
        title.push(phrase);
    }
    title
}

/// Two phrases of two words of which the second begins with the last word of the first, as one of three.
fn overlapped(first: &str, second: &str) -> String {
    match second.split_once(' ') {
        Some((_, last)) => format!("{first} {last}"),
        // Written without spaces: what it begins with is not to be told.
        None => first.to_owned(),
    }
}

/// The key that a term is counted by.
fn key(tokens: &mut Tokens, term: &str) -> String {
    let mut key = String::new();
    tokens.read(term, "", std::iter::empty(), |token| {
        if key.is_empty() {
            token.key.clone_into(&mut key);
        }
    });
    key
}

fn is_name(term: &str, texts: &[Text<'_>]) -> bool {
    let mut written = Written::new(term);
    for text in texts {
        written.note_author(text.handle, text.name);
    }
    // A single word is a name only if somebody is called so, or it stands as a mention: most words need no look at all texts.
    let is_said =
        |text: &Text<'_>| text.text.contains('@') && text.text.to_lowercase().contains(&format!("@{term}"));
    if !term.contains(' ') && !written.is_author() && !texts.iter().any(is_said) {
        return false;
    }
    for text in texts {
        written.note_text(text.text);
    }
    looks_like_name(&written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(keywords: &[&str], texts: &[&str]) -> CloseLook {
        let keywords: Vec<Keyword> =
            keywords.iter().map(|term| Keyword { term: (*term).to_owned(), posts: 1, of_all: 1 }).collect();
        let texts: Vec<Text<'_>> = texts
            .iter()
            .map(|text| Text { text, platform: "x", handle: Some("demo_edna"), name: None })
            .collect();
        close_look(&keywords, &texts)
    }

    #[test]
    fn what_stands_side_by_side_is_one_term() {
        let texts =
            ["the seed vault is it", "a seed vault in Svalbard", "Svalbard has the seed vault, they say"];
        let found = look(&["vault", "svalbard", "seed"], &texts);
        assert_eq!(found, CloseLook { title: vec!["seed vault".into(), "svalbard".into()], names: vec![] });
        assert_eq!(look(&["vault"], &["#cia vault", "#cia vault", "my #cia vault"]).title, ["vault"]);
        let three = ["the samsung smart tv", "a samsung smart tv listens", "my samsung smart tv", "tv news"];
        assert_eq!(look(&["smart", "tv"], &three).title, ["samsung smart tv"]);
        // Twice is a chance, and so is one time in three.
        assert_eq!(look(&["vault", "seed"], &texts[..2]).title, ["vault", "seed"]);
    }

    #[test]
    fn who_may_be_a_person_is_said_once() {
        let texts = [
            "they say Edna Krumpholt did it",
            "ask what Edna Krumpholt knows",
            "and it was Edna Krumpholt of the archive",
        ];
        let found = look(&["krumpholt", "archive", "edna"], &texts);
        assert_eq!(found.title, ["edna krumpholt", "archive"]);
        assert_eq!(found.names, ["edna krumpholt"]);
    }
}
