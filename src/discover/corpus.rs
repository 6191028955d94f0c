//! Posts as bags of terms, in time order.
#![expect(
    clippy::cast_possible_truncation,
    reason = "there are never more than `MOST_POSTS` posts, and fewer terms than fit into memory"
)]

use super::bags::{Bags, Use};
use super::tokens::Tokens;
use std::collections::HashMap;

/// A term in more posts than this share says what all of it is about (the campaign's own tag), and nothing of what tells posts apart.
const NEARLY_ALL: f64 = 0.9;
/// Most posts of a corpus: about ten GB of memory, and more than any campaign that was ever collected.
pub const MOST_POSTS: usize = 20_000_000;
/// Among fewer posts no share says anything.
const FEW_POSTS: usize = 10;
/// Different spellings of a term that are kept, to show the commonest. Stems have few; what is spelt in more ways is noise.
const MAX_SPELLINGS: usize = 4;
/// A spelling that is used less than once in so many times is rare.
const RARE: u32 = 20;

/// What posts are made of. Posts must be added in one order (time, platform, id), whatever the order they were imported in: then what is
/// made of them is the same too.
#[derive(Default)]
pub struct Corpus {
    tokens: Tokens,
    ids: HashMap<Box<str>, u32>,
    spellings: Vec<Vec<(Box<str>, u32)>>,
    bags: Bags,
    authors: Vec<u64>,
    bag: Vec<Use>,
}

impl std::fmt::Debug for Corpus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Corpus({} posts, {} terms)", self.len(), self.spellings.len())
    }
}

impl Corpus {
    /// Adds the next post. `author` tells authors apart (a hash will do), 0 is none; `tags` are those that stand in the metadata.
    pub fn add<'t>(&mut self, text: &str, platform: &str, tags: impl Iterator<Item = &'t str>, author: u64) {
        let Self { tokens, ids, spellings, bag, .. } = self;
        bag.clear();
        tokens.read(text, platform, tags, |token| {
            if token.is_stop {
                return;
            }
            let term = ids.get(token.key).copied().unwrap_or_else(|| {
                let term = spellings.len() as u32;
                ids.insert(token.key.into(), term);
                spellings.push(Vec::new());
                term
            });
            if let Some(known) = spellings.get_mut(term as usize) {
                if let Some((_, times)) = known.iter_mut().find(|(spelling, _)| **spelling == *token.surface)
                {
                    *times += 1;
                } else if known.len() < MAX_SPELLINGS {
                    known.push((token.surface.into(), 1));
                }
            }
            bag.push(Use { term, times: 1 });
        });
        bag.sort_unstable();
        bag.dedup_by(|next, kept| {
            let is_same = next.term == kept.term;
            kept.times += if is_same { next.times } else { 0 };
            is_same
        });
        self.bags.push(bag.iter().copied());
        self.authors.push(author);
    }

    /// Number of posts.
    pub fn len(&self) -> usize {
        self.bags.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Who wrote a post; 0 is nobody.
    pub(super) fn author(&self, post: u32) -> u64 {
        self.authors.get(post as usize).copied().unwrap_or(0)
    }

    /// Number of terms.
    pub(super) fn terms(&self) -> usize {
        self.spellings.len()
    }

    /// The key of each term, in no order.
    pub(super) fn keys(&self) -> impl Iterator<Item = (&str, u32)> {
        self.ids.iter().map(|(key, &term)| (&**key, term))
    }

    /// The bags without the terms that nearly all posts have.
    pub(super) fn telling(&self) -> Bags {
        let frequencies = self.bags.frequencies(self.terms());
        let most = if self.len() > FEW_POSTS { NEARLY_ALL * self.len() as f64 } else { f64::INFINITY };
        self.bags
            .filtered(|used| frequencies.get(used.term as usize).is_some_and(|&df| f64::from(df) <= most))
    }

    /// The ways in which a term is written, but rare ones; the commonest first.
    pub(super) fn spellings(&self, term: u32) -> Vec<String> {
        let mut known: Vec<&(Box<str>, u32)> =
            self.spellings.get(term as usize).into_iter().flatten().collect();
        known.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let all: u32 = known.iter().map(|(_, times)| times).sum();
        known.retain(|(_, times)| *times * RARE >= all);
        // A word also matches where it stands as a tag.
        let is_tag_too = |spelling: &str| {
            spelling.strip_prefix('#').is_some_and(|word| known.iter().any(|(other, _)| **other == *word))
        };
        let spellings = known.iter().filter(|(spelling, _)| !is_tag_too(spelling));
        spellings.map(|(spelling, _)| spelling.to_string()).collect()
    }

    /// How a term is written most often; of equals the first in the alphabet.
    pub(super) fn spelling(&self, term: u32) -> &str {
        let known = self.spellings.get(term as usize).map(Vec::as_slice).unwrap_or_default();
        let best = known.iter().min_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        best.map_or("", |(spelling, _)| spelling)
    }
}
