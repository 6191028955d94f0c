//! The words that tell a group from all others.
#![expect(
    clippy::cast_possible_truncation,
    reason = "there are never more than `MOST_POSTS` posts, and fewer terms than fit into memory"
)]

use super::bags::Bags;
use super::corpus::Corpus;
use serde::{Deserialize, Serialize};

/// Keywords of a candidate.
const KEYWORDS: usize = 8;
/// A word in fewer of its voices is a chance; what is in a tenth of them may still be one side of a theory.
const FEWEST_WITH_WORD: u32 = 2;
/// A word must be so much commoner in the group than in all: what nearly all posts have is no keyword of any.
const LEAST_LIFT: f64 = 1.3;

/// A word that posts of a candidate have more often than others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keyword {
    /// As written most often; works as a term of a rule.
    pub term: String,
    /// Posts of the candidate that have it.
    pub posts: u64,
    /// Posts of all that have it.
    pub of_all: u64,
}

/// How much commoner a word must be in a group that has this share of all. No word of a group of nearly all is much commoner in it: there,
/// half as much as it could be is enough.
pub(super) fn least_lift(share: f64) -> f64 {
    LEAST_LIFT.min(f64::midpoint(1.0, 1.0 / share))
}

/// The keywords of groups of posts. `of` has the group of each post, if any; `voices` those of each group, each with its first post.
///
/// A term's score is its part of the divergence between the group's voices and all: `s · ln(s / all)`, of shares of voices that have it.
pub(super) fn keywords(
    corpus: &Corpus,
    bags: &Bags,
    of: &[Option<u32>],
    voices: &[Vec<u32>],
    all: &[u32],
) -> Vec<Vec<Keyword>> {
    let terms = corpus.terms();
    let by_voices = bags.frequencies_of(all, terms);
    let by_posts = bags.frequencies(terms);
    let mut posts_of: Vec<Vec<u32>> = vec![Vec::new(); voices.len()];
    for (post, group) in of.iter().enumerate() {
        if let Some(posts) = group.and_then(|group| posts_of.get_mut(group as usize)) {
            posts.push(post as u32);
        }
    }
    let count = |frequencies: &[u32], term: usize| frequencies.get(term).copied().unwrap_or(0);
    voices
        .iter()
        .zip(&posts_of)
        .map(|(voices, posts)| {
            let inside = bags.frequencies_of(voices, terms);
            let posts = bags.frequencies_of(posts, terms);
            let share = |count: u32, of: usize| f64::from(count) / of.max(1) as f64;
            let least = least_lift(share(voices.len() as u32, all.len()));
            let mut scored: Vec<(f64, u32)> = (0..terms)
                .filter(|&term| count(&inside, term) >= FEWEST_WITH_WORD.min(voices.len() as u32))
                .filter_map(|term| {
                    let here = share(count(&inside, term), voices.len());
                    let lift = here / share(count(&by_voices, term), all.len());
                    (lift >= least).then(|| (here * libm::log(lift), term as u32))
                })
                .collect();
            scored.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            let keyword = |term: u32| Keyword {
                term: corpus.spelling(term).to_owned(),
                posts: count(&posts, term as usize).into(),
                of_all: count(&by_posts, term as usize).into(),
            };
            scored.into_iter().take(KEYWORDS).map(|(_, term)| keyword(term)).collect()
        })
        .collect()
}
