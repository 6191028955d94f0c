//! Why a post is in a candidate: by which of its words, in counts that anybody can check.
#![expect(
    clippy::cast_possible_truncation,
    reason = "there are never more than `MOST_POSTS` posts, and fewer terms than fit into memory"
)]
#![expect(
    clippy::indexing_slicing,
    reason = "all numbers of posts and candidates come from one proposal and lie below the lengths"
)]

use super::corpus::Corpus;
use super::keywords::Keyword;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Added to every count, so that a word that a candidate never has says much, not everything.
const HALF_A_POST: f64 = 0.5;

/// What a post's words say about a candidate.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The candidate.
    pub candidate: u32,
    /// The post's words, those that speak most for it first, with posts of the candidate and of all that have them.
    pub words: Vec<(Keyword, f64)>,
    /// All of them together, in nats: ln of how much likelier they are in its posts than in all.
    pub says: f64,
}

impl Corpus {
    /// What the words of a post say about each candidate that has any of them, the likeliest first. `of` has the candidate of each post.
    ///
    /// These are counts of posts, words taken one by one: what the grouping looks at too, but not all that it looks at (sizes, copies, and what
    /// it has learnt about rare words).
    pub fn explain(&self, of: &[Option<u32>], post: u32) -> Vec<Explanation> {
        let bags = self.telling();
        let terms: BTreeMap<u32, usize> =
            bags.get(post as usize).iter().zip(0..).map(|(used, at)| (used.term, at)).collect();
        let candidates = of.iter().flatten().max().map_or(0, |most| *most as usize + 1);
        let mut sizes = vec![0_u64; candidates];
        let mut counts = vec![vec![0_u64; candidates]; terms.len()];
        let mut of_all = vec![0_u64; terms.len()];
        for (bag, of) in bags.iter().zip(of) {
            for at in bag.iter().filter_map(|used| terms.get(&used.term)) {
                of_all[*at] += 1;
                if let Some(of) = of {
                    counts[*at][*of as usize] += 1;
                }
            }
            if let Some(of) = of {
                sizes[*of as usize] += 1;
            }
        }
        let share = |count: u64, of: u64| (count as f64 + HALF_A_POST) / (of as f64 + 2.0 * HALF_A_POST);
        let explain = |candidate: usize| {
            let word = |(&term, &at): (&u32, &usize)| {
                let (posts, of_all) = (counts[at][candidate], of_all[at]);
                let says = libm::log(share(posts, sizes[candidate]) / share(of_all, of.len() as u64));
                (Keyword { term: self.spelling(term).to_owned(), posts, of_all }, says)
            };
            let mut words: Vec<(Keyword, f64)> = terms.iter().map(word).collect();
            words.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.term.cmp(&b.0.term)));
            let says = words.iter().map(|(_, says)| says).sum();
            Explanation { candidate: candidate as u32, words, says }
        };
        let has_any = |candidate: &usize| counts.iter().any(|counts| counts[*candidate] > 0);
        let mut explained: Vec<Explanation> = (0..candidates).filter(has_any).map(explain).collect();
        let own = of.get(post as usize).copied().flatten();
        explained.sort_by(|a, b| {
            let rank = |of: &Explanation| Reverse(Some(of.candidate) == own);
            rank(a).cmp(&rank(b)).then(b.says.total_cmp(&a.says)).then(a.candidate.cmp(&b.candidate))
        });
        explained
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_is_where_its_words_are() {
        let mut corpus = Corpus::default();
        let posts =
            ["mole in the hallway", "a mole again", "seeds of the mole", "arctic seeds", "seeds again"];
        for text in posts {
            corpus.add(text, "x", std::iter::empty(), 0);
        }
        let of = [Some(0), Some(0), Some(1), Some(1), Some(1)];
        let explained = corpus.explain(&of, 2);
        // Its own comes first, whatever the words say.
        assert_eq!(explained.iter().map(|of| of.candidate).collect::<Vec<_>>(), [1, 0]);
        let (word, says) = &explained[0].words[0];
        assert_eq!((word.term.as_str(), word.posts, word.of_all), ("seeds", 3, 3));
        assert!((says - libm::log((3.5 / 4.0) / (3.5 / 6.0))).abs() < 1e-12);
        assert!(explained[0].words[1].1 < 0.0 && explained[0].words[1].0.term == "mole");
        assert!(corpus.explain(&[None; 5], 2).is_empty());
        assert_eq!(corpus.explain(&[None, Some(0), None, None, None], 0)[0].words.len(), 2);
    }
}
