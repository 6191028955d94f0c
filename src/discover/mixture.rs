//! Groups of posts as a mixture of word distributions: each group writes with its own, all of them near that of all posts.
//!
//! A post goes where it is most likely (Dirichlet-multinomial mixture; Yin and Wang, "A Dirichlet multinomial mixture model-based approach for
//! short text clustering", 2014, here greedy instead of sampled). Different from there, a term's prior is in proportion to the square root of
//! its frequency, and the strength of all of it is that of a Dirichlet process that would show as many different terms in as many words
//! (Ewens, "The sampling theory of selectively neutral alleles", 1972): nothing is to be set for a small or a large campaign.
#![expect(
    clippy::cast_possible_truncation,
    reason = "there are never more than `MOST_POSTS` posts, and fewer terms than fit into memory"
)]
#![expect(
    clippy::indexing_slicing,
    reason = "all numbers of posts, terms and groups are made here and lie below the lengths"
)]

use super::bags::{Bags, Use};
use libm::{lgamma, log};

/// What is no member yet fits a group that makes its words likelier by so much, in nats.
const FITS: f64 = 1.0;
/// Of the strength that terms and words say, so much for a post that looks for its group: short posts need a little more than long ones.
pub(super) const STRENGTH_FOR_POSTS: f64 = 1.5;
/// And so much for a group that looks for its like.
pub(super) const STRENGTH_FOR_GROUPS: f64 = 0.15;
/// How ready a post is to be a group of its own, in posts.
const NEW_GROUP: f64 = 0.1;
/// How ready two groups are to stay two, in posts.
pub(super) const TWO_GROUPS: f64 = 1.0;
/// Below, what is left of a count is rounding.
const NOTHING: f64 = 1e-9;
/// A step that gains less is rounding.
const MIN_GAIN: f64 = 1e-9;

/// What a group has of a term.
#[derive(Clone, Copy, Debug)]
pub(super) struct Count {
    pub(super) group: u32,
    pub(super) words: f64,
    /// How much more likely the term is here than by the prior alone: ln((count + prior) / prior).
    gain: f64,
}

/// What a group has in all.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Group {
    pub(super) posts: f64,
    pub(super) words: f64,
    ln_posts: f64,
    ln_words: f64,
    per_words: f64,
}

impl Group {
    fn settle(&mut self, strength: f64) {
        if self.posts < NOTHING {
            (self.posts, self.words) = (0.0, 0.0);
        }
        self.ln_posts = log(self.posts);
        self.ln_words = log(self.words + strength);
        self.per_words = 1.0 / (self.words + strength);
    }
}

/// Posts in groups.
pub(super) struct Mixture<'a> {
    bags: &'a Bags,
    weights: &'a [f64],
    /// Of each term, the prior's share.
    pub(super) shares: Vec<f64>,
    /// What terms and words say of the strength.
    pub(super) concentration: f64,
    /// Of each post.
    pub(super) of: Vec<u32>,
    pub(super) groups: Vec<Group>,
    /// Of each term, the groups that have it, by number.
    pub(super) counts: Vec<Vec<Count>>,
}

/// Sums of one post over groups.
#[derive(Default)]
pub(super) struct Sums {
    by_group: Vec<f64>,
    is_touched: Vec<bool>,
    touched: Vec<u32>,
}

impl<'a> Mixture<'a> {
    /// Groups to begin with: of posts, which weigh so much each. Of so many terms; those in no more posts than `rarest` do not count for the
    /// strength of the prior.
    pub(super) fn new(
        bags: &'a Bags,
        weights: &'a [f64],
        (terms, rarest): (usize, u32),
        of: Vec<u32>,
    ) -> Self {
        let mut totals = vec![0.0; terms];
        for (bag, weight) in bags.iter().zip(weights) {
            for used in bag {
                totals[used.term as usize] += f64::from(used.times) * weight;
            }
        }
        let roots: Vec<f64> = totals.iter().map(|total| total.sqrt()).collect();
        let all: f64 = roots.iter().sum();
        let shares: Vec<f64> = roots.iter().map(|root| root / all).collect();
        let frequencies = bags.frequencies(terms);
        let counted = totals.iter().zip(frequencies).filter(|(_, posts)| *posts > rarest);
        let (seen, words) = counted.fold((0.0, 0.0), |(seen, words), (total, _)| (seen + 1.0, words + total));
        let concentration = concentration(seen, words);
        let mut mixture =
            Self { bags, weights, shares, concentration, of, groups: Vec::new(), counts: Vec::new() };
        mixture.count();
        mixture
    }

    fn strength(&self) -> f64 {
        STRENGTH_FOR_POSTS * self.concentration
    }

    fn prior(&self, term: u32) -> f64 {
        self.strength() * self.shares[term as usize]
    }

    /// Counts everything anew, with groups numbered by their first posts.
    pub(super) fn count(&mut self) {
        let most = self.of.iter().max().map_or(0, |most| *most as usize + 1);
        let (mut names, mut groups) = (vec![u32::MAX; most], 0);
        for of in &mut self.of {
            let name = &mut names[*of as usize];
            if *name == u32::MAX {
                *name = groups;
                groups += 1;
            }
            *of = *name;
        }
        self.groups = vec![Group::default(); groups as usize];
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); groups as usize];
        for (post, &group) in self.of.iter().enumerate() {
            members[group as usize].push(post as u32);
        }
        self.counts = vec![Vec::new(); self.shares.len()];
        let (mut sums, mut touched) = (vec![0.0; self.shares.len()], Vec::new());
        let strength = self.strength();
        for (group, members) in members.iter().enumerate() {
            for &post in members {
                let weight = self.weights[post as usize];
                self.groups[group].posts += weight;
                for used in self.bags.get(post as usize) {
                    if sums[used.term as usize] == 0.0 {
                        touched.push(used.term);
                    }
                    sums[used.term as usize] += f64::from(used.times) * weight;
                    self.groups[group].words += f64::from(used.times) * weight;
                }
            }
            for term in touched.drain(..) {
                let count = std::mem::take(&mut sums[term as usize]);
                let prior = self.prior(term);
                let gain = log((count + prior) / prior);
                self.counts[term as usize].push(Count { group: group as u32, words: count, gain });
            }
            self.groups[group].settle(strength);
        }
    }

    /// Takes what some of the groups have out of them: nothing goes there any more.
    pub(super) fn dissolve(&mut self, is_dissolved: impl Fn(u32) -> bool) {
        let strength = self.strength();
        for counts in &mut self.counts {
            counts.retain(|count| !is_dissolved(count.group));
        }
        for (name, group) in (0..).zip(&mut self.groups) {
            if is_dissolved(name) {
                *group = Group::default();
                group.settle(strength);
            }
        }
    }

    /// Each post, in order, goes where it is most likely, to a group of its own if nowhere else. How many went elsewhere.
    pub(super) fn sweep(&mut self) -> usize {
        let mut sums = Sums::default();
        let mut moves = 0;
        for post in 0..self.bags.len() {
            let own = self.of[post];
            let best = self.best(post, &mut sums);
            if best != own {
                self.add(post, own, -1.0);
                self.add(post, best, 1.0);
                self.of[post] = best;
                moves += 1;
            }
        }
        moves
    }

    /// The best group for a post that counts in one of them; `groups.len()` for one of its own.
    fn best(&self, post: usize, scratch: &mut Sums) -> u32 {
        let (weight, own) = (self.weights[post], self.of[post]);
        match self.best_without(self.bags.get(post), own, weight, scratch) {
            // It is one of its own already.
            None if self.groups[own as usize].posts - weight < NOTHING => own,
            None => self.groups.len() as u32,
            Some(group) => group,
        }
    }

    /// The group for a post that counts in none; `None` if it is like none.
    pub(super) fn place(&self, bag: &[Use], scratch: &mut Sums) -> Option<u32> {
        self.best_without(bag, u32::MAX, 0.0, scratch)
    }

    /// The best group for a post, of whose own group so much of it is left aside; `None` if it is likeliest by itself.
    fn best_without(&self, bag: &[Use], own: u32, weight: f64, scratch: &mut Sums) -> Option<u32> {
        let Sums { by_group: sums, is_touched, touched } = scratch;
        sums.resize(self.groups.len(), 0.0);
        is_touched.resize(self.groups.len(), false);
        let mut words = 0.0;
        for used in bag {
            words += f64::from(used.times);
            let prior = self.prior(used.term);
            for count in &self.counts[used.term as usize] {
                let sum = &mut sums[count.group as usize];
                if !is_touched[count.group as usize] {
                    is_touched[count.group as usize] = true;
                    touched.push(count.group);
                }
                if used.times == 1 && count.group != own {
                    *sum += count.gain;
                } else {
                    let own = if count.group == own { weight * f64::from(used.times) } else { 0.0 };
                    *sum += gain((count.words - own).max(0.0), prior, used.times);
                }
            }
        }
        let lonely = {
            let strength = self.strength();
            log(NEW_GROUP) - rising(log(strength), 1.0 / strength, words)
        };
        let score =
            |group: &Group, sum: f64| group.ln_posts + sum - rising(group.ln_words, group.per_words, words);
        let mut best = (None, lonely);
        if let Some(rest) = self.groups.get(own as usize) {
            let mut rest = *rest;
            rest.posts -= weight;
            rest.words -= weight * words;
            rest.settle(self.strength());
            let score = score(&rest, sums[own as usize]);
            if rest.posts > 0.0 && score >= lonely {
                best = (Some(own), score);
            }
        }
        // Groups come term by term, so their order says nothing: of those that are as good as the best, the lowest.
        let mut most = best.1;
        for &group in touched.iter().filter(|group| **group != own) {
            let sum = &mut sums[group as usize];
            *sum = score(&self.groups[group as usize], *sum);
            most = most.max(*sum);
        }
        if most > best.1 + MIN_GAIN {
            let good = |group: &&u32| **group != own && sums[**group as usize] >= most - MIN_GAIN;
            best.0 = touched.iter().filter(good).min().copied();
        }
        for group in touched.drain(..) {
            sums[group as usize] = 0.0;
            is_touched[group as usize] = false;
        }
        best.0
    }

    /// How much likelier a post is in its group, without itself, than by itself: in nats, and size does not matter.
    pub(super) fn fit(&self, post: usize) -> f64 {
        let (own, weight, strength) = (self.of[post], self.weights[post], self.strength());
        let group = &self.groups[own as usize];
        let (mut words, mut sum) = (0.0, 0.0);
        for used in self.bags.get(post) {
            words += f64::from(used.times);
            let counts = &self.counts[used.term as usize];
            let count =
                counts.binary_search_by_key(&own, |count| count.group).map_or(0.0, |at| counts[at].words);
            let rest = (count - weight * f64::from(used.times)).max(0.0);
            sum += gain(rest, self.prior(used.term), used.times);
        }
        let rest = (group.words - weight * words).max(0.0) + strength;
        sum - rising(log(rest), 1.0 / rest, words) + rising(log(strength), 1.0 / strength, words)
    }

    fn add(&mut self, post: usize, group: u32, sign: f64) {
        let weight = sign * self.weights[post];
        let strength = self.strength();
        if group as usize == self.groups.len() {
            self.groups.push(Group::default());
        }
        for used in self.bags.get(post) {
            let prior = self.prior(used.term);
            let words = weight * f64::from(used.times);
            self.groups[group as usize].words += words;
            let counts = &mut self.counts[used.term as usize];
            match counts.binary_search_by_key(&group, |count| count.group) {
                Ok(at) => {
                    let count = &mut counts[at];
                    count.words += words;
                    if count.words < NOTHING {
                        counts.remove(at);
                    } else {
                        count.gain = log((count.words + prior) / prior);
                    }
                }
                Err(at) => {
                    let gain = log((words + prior) / prior);
                    counts.insert(at, Count { group, words, gain });
                }
            }
        }
        let group = &mut self.groups[group as usize];
        group.posts += weight;
        group.settle(strength);
    }

    /// What all groups have of each term.
    pub(super) fn totals(&self) -> Vec<f64> {
        self.counts.iter().map(|counts| counts.iter().map(|count| count.words).sum()).collect()
    }

    /// How much likelier words are in a group than in all posts, in nats. Here all posts are the prior: a group that knows nothing of its
    /// own says nothing.
    pub(super) fn says(&self, group: u32, about: &[Use], totals: &[f64]) -> f64 {
        self.says_without(0.0, group, about, totals)
    }

    /// The same for a post about the group that it is in, as if it were not: what only this post says, says nothing for the group.
    pub(super) fn says_of_own(&self, post: usize, totals: &[f64]) -> f64 {
        self.says_without(self.weights[post], self.of[post], self.bags.get(post), totals)
    }

    /// The same, where a post that says these words has been counted with this weight.
    fn says_without(&self, weight: f64, group: u32, about: &[Use], totals: &[f64]) -> f64 {
        let words = weight * about.iter().map(|used| f64::from(used.times)).sum::<f64>();
        let (all, strength) = (self.words() - words, self.strength());
        let here = (self.groups[group as usize].words - words).max(0.0);
        let of_term = |used: &Use| {
            let its = weight * f64::from(used.times);
            let counts = &self.counts[used.term as usize];
            let count =
                counts.binary_search_by_key(&group, |count| count.group).map_or(0.0, |at| counts[at].words);
            let count = (count - its).max(0.0);
            // Of a term that no other post has, none of the two can say anything.
            let share = (totals[used.term as usize] - its) / all;
            if share > NOTHING {
                log((count + strength * share) / (here + strength)) - log(share)
            } else {
                0.0
            }
        };
        about.iter().map(of_term).sum()
    }

    fn words(&self) -> f64 {
        self.groups.iter().map(|group| group.words).sum()
    }

    /// A group's share of all words.
    pub(super) fn share(&self, group: u32) -> f64 {
        self.groups[group as usize].words / self.words()
    }

    /// Of each group its terms and counts, by term.
    pub(super) fn by_group(&self) -> Vec<Vec<(u32, f64)>> {
        let mut groups = vec![Vec::new(); self.groups.len()];
        for (term, counts) in self.counts.iter().enumerate() {
            for count in counts {
                groups[count.group as usize].push((term as u32, count.words));
            }
        }
        groups
    }

    /// Logarithm of how likely all posts are in these groups, with a Chinese restaurant's prior of the groups.
    pub(super) fn evidence(&self) -> f64 {
        let strength = self.strength();
        let term = |term: u32, count: f64| lgamma(count + self.prior(term)) - lgamma(self.prior(term));
        let of_group = |(group, terms): (&Group, Vec<(u32, f64)>)| {
            if group.posts < NOTHING {
                return 0.0;
            }
            let terms: f64 = terms.into_iter().map(|(name, count)| term(name, count)).sum();
            terms + lgamma(strength) - lgamma(strength + group.words) + lgamma(group.posts) + log(TWO_GROUPS)
        };
        self.groups.iter().zip(self.by_group()).map(of_group).sum()
    }
}

/// How much more likely a term is so many times in a row than by the prior alone.
fn gain(count: f64, prior: f64, times: u32) -> f64 {
    (0..times).map(|before| log((count + prior + f64::from(before)) / (prior + f64::from(before)))).sum()
}

/// ln(n) + ln(n + 1) + … of so many, from ln(n) and 1 / n: exact to the second order, which is enough for fifty words beside hundreds.
fn rising(ln: f64, inverse: f64, words: f64) -> f64 {
    let steps = words * (words - 1.0) / 2.0;
    let squares = steps * (2.0 * words - 1.0) / 3.0;
    words * ln + steps * inverse - squares * inverse * inverse / 2.0
}

/// Whether words that are likelier by so much (in nats) fit a group that has this share of all words. In a group of half of all posts no word
/// is more than twice as common: there half of what could be is enough.
pub(super) fn fits(says: f64, share: f64) -> bool {
    says > FITS.min(-log(share) / 2.0)
}

/// The θ of a Dirichlet process that is expected to show so many different terms in so many words: terms = θ ln(1 + words / θ).
pub(super) fn concentration(terms: f64, words: f64) -> f64 {
    let (mut low, mut high) = (1e-3_f64, 1e12_f64);
    for _ in 0..100 {
        let middle = (low * high).sqrt();
        if middle * log(1.0 + words / middle) < terms {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}
