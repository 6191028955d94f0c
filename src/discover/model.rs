//! What candidates' words are, so that a new post can be put into one of them at once, without looking for groups again.
//!
//! The place of a post is that of [`super::mixture`], with what is known of the words that tell candidates apart, counted by posts.
#![expect(
    clippy::indexing_slicing,
    reason = "all numbers of words and candidates are checked when a model is made or read"
)]

use super::corpus::Corpus;
use super::mixture::{STRENGTH_FOR_POSTS, concentration, fits};
use super::propose::Proposal;
use super::tokens::Tokens;
use libm::log;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

/// Words remembered for each candidate: those that tell it from all others the most. With all words posts are placed no better.
const WORDS: usize = 100;

/// How often candidates have words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// How many words the prior counts for.
    strength: f64,
    /// Words in all posts, and the sum of the roots of how often each is there.
    words_of_all: f64,
    roots: f64,
    candidates: Vec<Size>,
    /// By key.
    words: Vec<Word>,
}

/// How large a candidate is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Size {
    posts: u64,
    words: u64,
}

/// A word, by the key that it is counted by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Word {
    key: String,
    /// Posts of all that have it.
    posts: u32,
    /// Posts of each candidate that has it.
    of: Vec<(u32, u32)>,
}

impl Model {
    /// Learns the words of candidates.
    pub fn learn(corpus: &Corpus, proposal: &Proposal) -> Self {
        let (of, rarest) = (&proposal.of, proposal.rarest);
        let bags = corpus.telling();
        let count = of.iter().flatten().max().map_or(0, |most| *most as usize + 1);
        let mut candidates = vec![Size::default(); count];
        let mut counts: Vec<HashMap<u32, u32>> = vec![HashMap::new(); count];
        for (bag, of) in bags.iter().zip(of) {
            let Some(of) = of.map(|of| of as usize) else { continue };
            candidates[of].posts += 1;
            candidates[of].words += bag.len() as u64;
            for used in bag {
                *counts[of].entry(used.term).or_default() += 1;
            }
        }
        let all = bags.frequencies(corpus.terms());
        let mut chosen: BTreeSet<u32> = BTreeSet::new();
        for (counts, size) in counts.iter().zip(&candidates) {
            let score = |(&term, &count): (&u32, &u32)| {
                let here = f64::from(count) / size.posts as f64;
                let lift = here * of.len() as f64 / f64::from(all[term as usize]);
                (here * log(lift), term)
            };
            let mut scored: Vec<(f64, u32)> = counts.iter().map(score).collect();
            scored.retain(|(score, _)| *score > 0.0);
            scored.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            chosen.extend(scored.into_iter().take(WORDS).map(|(_, term)| term));
        }
        let word = |(key, term): (&str, u32)| {
            let of =
                (0..).zip(&counts).filter_map(|(candidate, counts)| Some((candidate, *counts.get(&term)?)));
            Word { key: key.to_owned(), posts: all[term as usize], of: of.collect() }
        };
        let mut words: Vec<Word> =
            corpus.keys().filter(|(_, term)| chosen.contains(term)).map(word).collect();
        words.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        let counted = all.iter().filter(|count| **count > rarest);
        let (seen, used) =
            counted.fold((0.0, 0.0), |(seen, used), &count| (seen + 1.0, used + f64::from(count)));
        let words_of_all = all.iter().map(|&count| f64::from(count)).sum();
        let roots = all.iter().map(|&count| f64::from(count).sqrt()).sum();
        let strength = STRENGTH_FOR_POSTS * concentration(seen, used);
        Self { strength, words_of_all, roots, candidates, words }
    }

    /// Prepares to put posts where they belong.
    pub fn placer(&self) -> Placer<'_> {
        let keys = self.words.iter().enumerate().map(|(at, word)| (word.key.as_str(), at)).collect();
        let candidate = |size: &Size| Prepared {
            ln_posts: log(size.posts as f64),
            per_word: log(size.words as f64 + self.strength),
            share: size.words as f64 / self.words_of_all,
        };
        Placer {
            keys,
            words: self.words.iter().map(|word| self.prepared(word)).collect(),
            candidates: self.candidates.iter().map(candidate).collect(),
            // A candidate that has none of a word expects it as often as all posts have it, which says nothing.
            ln_strength: log(self.strength),
            tokens: Tokens::default(),
            has: Vec::new(),
            sums: Vec::new(),
        }
    }

    fn prepared(&self, word: &Word) -> PreparedWord {
        let share = self.strength * f64::from(word.posts) / self.words_of_all;
        let prior = self.strength * f64::from(word.posts).sqrt() / self.roots;
        let gain = |&(candidate, posts): &(u32, u32)| Gain {
            candidate,
            likely: log((f64::from(posts) + prior) / prior),
            says: log((f64::from(posts) + share) / share),
        };
        PreparedWord { ln_prior: log(prior), gains: word.of.iter().map(gain).collect() }
    }

    /// Of how many candidates it knows the words.
    pub fn candidates(&self) -> usize {
        self.candidates.len()
    }

    /// Whether all its numbers can be used, also if it was read from somewhere.
    pub fn is_sound(&self) -> bool {
        let is_known = |&(candidate, posts): &(u32, u32)| {
            self.candidates.get(candidate as usize).is_some_and(|size| u64::from(posts) <= size.posts)
        };
        let is_sound = |word: &Word| word.posts > 0 && word.of.iter().all(is_known);
        let numbers = [self.strength, self.words_of_all, self.roots];
        self.words.iter().all(is_sound)
            && (self.words.is_empty() || numbers.into_iter().all(|number| number.is_finite() && number > 0.0))
    }
}

/// What is the same for every post about a candidate.
struct Prepared {
    ln_posts: f64,
    /// What each word costs that it does not have.
    per_word: f64,
    /// Its share of all words.
    share: f64,
}

/// And about a word.
struct PreparedWord {
    ln_prior: f64,
    gains: Vec<Gain>,
}

/// How much likelier a word is in a candidate that has it than in one that has not, and how much likelier than in all posts.
struct Gain {
    candidate: u32,
    likely: f64,
    says: f64,
}

/// Puts posts where they belong.
pub struct Placer<'a> {
    keys: HashMap<&'a str, usize>,
    words: Vec<PreparedWord>,
    candidates: Vec<Prepared>,
    ln_strength: f64,
    tokens: Tokens,
    /// Words of the post.
    has: Vec<usize>,
    /// Of each candidate how likely they are in it; and how much likelier than in all posts.
    sums: Vec<(f64, f64)>,
}

impl std::fmt::Debug for Placer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Placer({} words)", self.words.len())
    }
}

impl Placer<'_> {
    /// The candidate of a post, if its words fit any.
    pub fn place<'t>(
        &mut self,
        text: &str,
        platform: &str,
        tags: impl Iterator<Item = &'t str>,
    ) -> Option<u32> {
        let Self { keys, words, candidates, ln_strength, tokens, has, sums } = self;
        has.clear();
        tokens.read(text, platform, tags, |token| {
            if !token.is_stop
                && let Some(&at) = keys.get(token.key)
            {
                has.push(at);
            }
        });
        has.sort_unstable();
        has.dedup();
        if has.is_empty() {
            return None;
        }
        // First as if no candidate had any of the words, then corrected for those that it has.
        sums.clear();
        sums.resize(candidates.len(), (0.0, 0.0));
        let mut of_priors = 0.0;
        for word in has.iter().map(|&at| &words[at]) {
            of_priors += word.ln_prior;
            for gain in &word.gains {
                let (likely, says) = &mut sums[gain.candidate as usize];
                *likely += gain.likely;
                *says += gain.says;
            }
        }
        let count = has.len() as f64;
        let mut best: Option<(f64, u32)> = None;
        for (((likely, says), candidate), number) in sums.iter().zip(candidates.iter()).zip(0..) {
            let without = count * candidate.per_word;
            let score = candidate.ln_posts + likely + of_priors - without;
            let says = says + count * *ln_strength - without;
            if best.is_none_or(|best| score > best.0) && fits(says, candidate.share) {
                best = Some((score, number));
            }
        }
        best.map(|best| best.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> Model {
        let mut corpus = Corpus::default();
        let (mole, seeds) = (
            ["a mole in the agency", "the insider", "moles, an insider"],
            ["seeds in the arctic", "arctic vault"],
        );
        let mut of = Vec::new();
        for number in 0..60 {
            let (text, candidate) = match number % 3 {
                0 => (mole[number / 3 % 3], Some(0)),
                1 => (seeds[number / 3 % 2], Some(1)),
                _ => ("rain tomorrow", None),
            };
            corpus.add(text, "x", std::iter::empty(), 0);
            of.push(candidate);
        }
        Model::learn(&corpus, &Proposal { of, ..Proposal::default() })
    }

    #[test]
    fn a_post_goes_where_its_words_are() {
        let model = model();
        assert!(model.is_sound() && model.candidates() == 2);
        let mut placer = model.placer();
        let mut place = |text: &str| placer.place(text, "x", std::iter::empty());
        assert_eq!(place("The MOLE, they say"), Some(0));
        assert_eq!(place("who froze the arctic seeds?"), Some(1));
        assert_eq!(place("rain"), None);
        assert_eq!(place(""), None);
        assert_eq!(place("nobody said these words"), None);
        assert_eq!(placer.place("look", "x", std::iter::once("insider")), Some(0));
    }

    #[test]
    fn what_was_written_down_is_read_again_or_refused() {
        let model = model();
        let json = serde_json::to_string(&model).unwrap();
        assert_eq!(serde_json::from_str::<Model>(&json).unwrap(), model);
        let wrong: Model = serde_json::from_str(r#"{"strength":1,"words_of_all":9,"roots":3,"candidates":[{"posts":3,"words":9}],"words":[{"key":"a","posts":2,"of":[[1,2]]}]}"#).unwrap();
        assert!(!wrong.is_sound());
        assert_eq!(Model::default().placer().place("mole", "x", std::iter::empty()), None);
    }
}
