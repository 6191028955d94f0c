//! Groups become one where that makes the posts more likely, the best pair first.
//!
//! The gain of a pair is the logarithm of a Bayes factor: the evidence of one group for the posts of both against that of two (Heller and
//! Ghahramani, "Bayesian hierarchical clustering", 2005).
#![expect(
    clippy::cast_possible_truncation,
    reason = "there are never more than `MOST_POSTS` posts, and fewer terms than fit into memory"
)]
#![expect(clippy::indexing_slicing, reason = "all numbers of groups are made here and lie below the lengths")]

use super::mixture::{Mixture, STRENGTH_FOR_GROUPS, TWO_GROUPS};
use super::neighbours::Graph;
use libm::{lgamma, log};
use std::collections::BTreeMap;

/// With more groups than this, each is compared with its nearest alone.
const ALL_PAIRS: usize = 160;
/// So many of them: with whom its posts have most in common.
const PARTNERS: usize = 24;

/// Groups of fewer posts are not counted by who wants so many: they are no candidates.
pub(super) const SMALL: f64 = 3.0;

/// When to stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Until {
    /// Where nothing is gained.
    Gain,
    /// At so many groups, or where nothing has anything in common.
    Groups(usize),
}

struct Part {
    posts: f64,
    words: f64,
    /// By term: count, and ln Γ(count + prior) - ln Γ(prior).
    terms: Vec<(u32, f64, f64)>,
    partners: Vec<u32>,
}

struct Merging<'m> {
    shares: &'m [f64],
    strength: f64,
    /// ln Γ of each term's prior.
    ln_priors: Vec<f64>,
    parts: Vec<Option<Part>>,
}

/// Merges groups of a mixture.
pub(super) fn merge(mixture: &mut Mixture<'_>, graph: &Graph, until: Until) {
    mixture.count();
    let partners = partners(mixture, graph);
    let strength = STRENGTH_FOR_GROUPS * mixture.concentration;
    let mut merging = Merging {
        shares: &mixture.shares,
        strength,
        ln_priors: mixture.shares.iter().map(|share| lgamma(strength * share)).collect(),
        parts: Vec::new(),
    };
    for ((group, terms), partners) in mixture.groups.iter().zip(mixture.by_group()).zip(partners) {
        let terms =
            terms.into_iter().map(|(term, count)| (term, count, merging.of_term(term, count))).collect();
        merging.parts.push(Some(Part { posts: group.posts, words: group.words, terms, partners }));
    }
    let into = merging.run(until);
    mixture.of.iter_mut().for_each(|of| *of = into[*of as usize]);
    mixture.count();
}

/// With which groups each is compared.
fn partners(mixture: &Mixture<'_>, graph: &Graph) -> Vec<Vec<u32>> {
    let count = mixture.groups.len();
    if count <= ALL_PAIRS {
        return (0..count)
            .map(|own| (0..count as u32).filter(|other| *other as usize != own).collect())
            .collect();
    }
    let mut weights: Vec<BTreeMap<u32, f64>> = vec![BTreeMap::new(); count];
    for (post, &own) in mixture.of.iter().enumerate() {
        for &(to, weight) in graph.of(post) {
            let other = mixture.of[to as usize];
            if other != own {
                *weights[own as usize].entry(other).or_default() +=
                    f64::from(weight) / mixture.groups[other as usize].posts;
            }
        }
    }
    let mut partners: Vec<Vec<u32>> = weights
        .into_iter()
        .map(|weights| {
            let mut all: Vec<(u32, f64)> = weights.into_iter().collect();
            all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            all.into_iter().take(PARTNERS).map(|(other, _)| other).collect()
        })
        .collect();
    for own in 0..count {
        for other in partners[own].clone() {
            partners[other as usize].push(own as u32);
        }
    }
    for partners in &mut partners {
        partners.sort_unstable();
        partners.dedup();
    }
    partners
}

impl Merging<'_> {
    fn of_term(&self, term: u32, count: f64) -> f64 {
        lgamma(count + self.strength * self.shares[term as usize]) - self.ln_priors[term as usize]
    }

    /// What merging two groups gains.
    fn gain(&self, a: u32, b: u32) -> f64 {
        let (Some(a), Some(b)) = (&self.parts[a as usize], &self.parts[b as usize]) else {
            return f64::NEG_INFINITY;
        };
        let (few, many) =
            if a.terms.len() <= b.terms.len() { (&a.terms, &b.terms) } else { (&b.terms, &a.terms) };
        let mut gain = 0.0;
        let mut from = 0;
        for &(term, count, before) in few {
            from += many[from..].partition_point(|other| other.0 < term);
            let Some(other) = many.get(from) else { break };
            if other.0 == term {
                gain += self.of_term(term, count + other.1) - before - other.2;
            }
        }
        let words = |words: f64| lgamma(self.strength + words);
        gain += words(a.words) + words(b.words) - words(0.0) - words(a.words + b.words);
        gain + lgamma(a.posts + b.posts) - lgamma(a.posts) - lgamma(b.posts) - log(TWO_GROUPS)
    }

    fn best_of(&self, own: u32) -> (f64, u32) {
        let mut best = (f64::NEG_INFINITY, u32::MAX);
        let Some(part) = &self.parts[own as usize] else { return best };
        for &other in &part.partners {
            let gain = self.gain(own, other);
            if gain > best.0 {
                best = (gain, other);
            }
        }
        best
    }

    /// Where each group went.
    fn run(&mut self, until: Until) -> Vec<u32> {
        let count = self.parts.len();
        let mut into: Vec<u32> = (0..count as u32).collect();
        let mut best: Vec<(f64, u32)> = (0..count as u32).map(|own| self.best_of(own)).collect();
        loop {
            let mut top = (f64::NEG_INFINITY, u32::MAX);
            for (own, &(gain, other)) in best.iter().enumerate() {
                if other != u32::MAX && gain > top.0 {
                    top = (gain, own as u32);
                }
            }
            let is_enough = match until {
                Until::Gain => top.0 <= 0.0,
                Until::Groups(wanted) => self.large() <= wanted,
            };
            if top.1 == u32::MAX || is_enough {
                return into;
            }
            let (a, b) = (top.1, best[top.1 as usize].1);
            let (keep, gone) = (a.min(b), a.max(b));
            self.join(keep, gone);
            into.iter_mut().filter(|to| **to == gone).for_each(|to| *to = keep);
            best[gone as usize] = (f64::NEG_INFINITY, u32::MAX);
            let partners =
                self.parts[keep as usize].as_ref().map(|part| part.partners.clone()).unwrap_or_default();
            for other in partners {
                let gain = self.gain(other, keep);
                let known = &mut best[other as usize];
                if known.1 == keep || known.1 == gone {
                    best[other as usize] = self.best_of(other);
                } else if gain > known.0 {
                    *known = (gain, keep);
                }
            }
            best[keep as usize] = self.best_of(keep);
        }
    }

    /// Groups that are large enough to count.
    fn large(&self) -> usize {
        self.parts.iter().flatten().filter(|part| part.posts >= SMALL).count()
    }

    fn join(&mut self, keep: u32, gone: u32) {
        let (Some(other), Some(mut part)) =
            (self.parts[gone as usize].take(), self.parts[keep as usize].take())
        else {
            return;
        };
        part.posts += other.posts;
        part.words += other.words;
        let mut terms = Vec::with_capacity(part.terms.len() + other.terms.len());
        let (mut a, mut b) = (part.terms.into_iter().peekable(), other.terms.into_iter().peekable());
        loop {
            match (a.peek(), b.peek()) {
                (Some(x), Some(y)) if x.0 == y.0 => {
                    let (term, count) = (x.0, x.1 + y.1);
                    terms.push((term, count, self.of_term(term, count)));
                    a.next();
                    b.next();
                }
                (Some(x), Some(y)) if x.0 < y.0 => terms.extend(a.next()),
                (Some(_), None) => terms.extend(a.next()),
                (_, Some(_)) => terms.extend(b.next()),
                (None, None) => break,
            }
        }
        part.terms = terms;
        let mut partners = part.partners;
        partners.extend(other.partners);
        partners.retain(|&partner| partner != keep && partner != gone);
        partners.sort_unstable();
        partners.dedup();
        for &partner in &partners {
            if let Some(part) = &mut self.parts[partner as usize] {
                part.partners.retain(|&named| named != gone && named != keep);
                part.partners.push(keep);
                part.partners.sort_unstable();
            }
        }
        part.partners = partners;
        self.parts[keep as usize] = Some(part);
    }
}
