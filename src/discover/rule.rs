//! From a candidate to the words of a rule: those that together find its posts and few others.
#![expect(
    clippy::cast_possible_truncation,
    reason = "there are never more than `MOST_POSTS` posts, and fewer terms than fit into memory"
)]

use super::corpus::Corpus;
use super::keywords::LEAST_LIFT;

/// Terms of a rule: what a person can read and check.
const MOST_TERMS: usize = 12;
/// Terms looked at: the best by themselves.
const LOOKED_AT: usize = 200;
/// A term must make the rule better by so much (F1).
const LEAST_GAIN: f64 = 0.01;
/// Of the posts that have a term, so many must be the candidate's: what most others say too is no sign of it.
const LEAST_PRECISION: f64 = 0.5;
/// And it must have so many posts: what one or two say is a chance.
const FEWEST_POSTS: u32 = 3;

impl Corpus {
    /// Terms of which any finds the posts of a candidate, the most useful first.
    ///
    /// Greedy: each time the term that raises F1, the harmonic mean of precision and recall, the most. `of` has the candidate of each post.
    pub fn rule(&self, of: &[Option<u32>], candidate: u32) -> Vec<String> {
        let bags = self.telling();
        let is_member = |post: u32| of.get(post as usize) == Some(&Some(candidate));
        let members = of.iter().filter(|of| **of == Some(candidate)).count();
        let mut inside = vec![0_u32; self.terms()];
        for (_, bag) in (0..).zip(bags.iter()).filter(|(post, _)| is_member(*post)) {
            for used in bag {
                if let Some(count) = inside.get_mut(used.term as usize) {
                    *count += 1;
                }
            }
        }
        let all = bags.frequencies(self.terms());
        let alone = |term: usize| {
            let (inside, all) = (inside.get(term).copied().unwrap_or(0), all.get(term).copied().unwrap_or(0));
            // Where a candidate is half of all posts, every word is its own by half.
            let least = LEAST_PRECISION.max(LEAST_LIFT * members as f64 / of.len() as f64);
            let is_sign = inside >= FEWEST_POSTS && f64::from(inside) >= least * f64::from(all);
            if is_sign { f1(inside.into(), all.into(), members as u64) } else { 0.0 }
        };
        let mut terms: Vec<(f64, u32)> = (0..self.terms()).map(|term| (alone(term), term as u32)).collect();
        terms.retain(|(f1, _)| *f1 > 0.0);
        terms.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        terms.truncate(LOOKED_AT);
        let mut posts_of: Vec<Vec<u32>> = vec![Vec::new(); terms.len()];
        for (post, bag) in bags.iter().enumerate() {
            for ((_, term), posts) in terms.iter().zip(&mut posts_of) {
                if bag.binary_search_by_key(term, |used| used.term).is_ok() {
                    posts.push(post as u32);
                }
            }
        }
        let mut is_found = vec![false; of.len()];
        let (mut found, mut right, mut best) = (0_u64, 0_u64, 0.0);
        let mut rule: Vec<u32> = Vec::new();
        while rule.len() < MOST_TERMS {
            let mut next: Option<(f64, usize)> = None;
            for (at, posts) in posts_of.iter().enumerate() {
                let new = posts.iter().filter(|post| is_found.get(**post as usize) == Some(&false));
                let (more, more_right) =
                    new.fold((0, 0), |(all, right), &post| (all + 1, right + u64::from(is_member(post))));
                let f1 = f1(right + more_right, found + more, members as u64);
                if f1 > next.map_or(best + LEAST_GAIN, |next| next.0) {
                    next = Some((f1, at));
                }
            }
            let Some((f1, at)) = next else { break };
            best = f1;
            for &post in posts_of.get(at).into_iter().flatten() {
                if let Some(is_found) = is_found.get_mut(post as usize).filter(|is_found| !**is_found) {
                    *is_found = true;
                    found += 1;
                    right += u64::from(is_member(post));
                }
            }
            rule.extend(terms.get(at).map(|(_, term)| *term));
        }
        let mut words: Vec<String> = Vec::new();
        for spelling in rule.into_iter().flat_map(|term| self.spellings(term)) {
            if !words.contains(&spelling) {
                words.push(spelling);
            }
        }
        words
    }
}

/// Of so many found, so many are right, of so many that there are.
fn f1(right: u64, found: u64, members: u64) -> f64 {
    if right == 0 { 0.0 } else { 2.0 * right as f64 / (found + members) as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_has_the_words_that_find_a_candidate_and_no_others() {
        let posts = [
            ("a mole in the agency", Some(0)),
            ("mole hunt", Some(0)),
            ("the insider again", Some(0)),
            ("moles everywhere", Some(0)),
            ("the insider did it", Some(0)),
            ("an insider, a mole", Some(0)),
            ("the agency counts seeds", Some(1)),
            ("seeds of the agency", Some(1)),
            ("agency seeds", Some(1)),
        ];
        let mut corpus = Corpus::default();
        for (text, _) in posts {
            corpus.add(text, "x", std::iter::empty(), 0);
        }
        let of: Vec<Option<u32>> = posts.iter().map(|(_, of)| *of).collect();
        assert_eq!(corpus.rule(&of, 0), ["mole", "moles", "insider"]);
        assert_eq!(corpus.rule(&of, 1), ["seeds"]);
        assert!(corpus.rule(&of, 2).is_empty());
    }
}
