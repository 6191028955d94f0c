//! Candidates with their numbers: posts, accounts, first post, peak.

use super::super::{FirstPost, Peak};
use super::listen::{Kept, Listened};
use super::{
    Assignment, CandidateAnswer, CandidateName, CopiedAnswer, DiscoverAnswer, ExamplePost, KeywordAnswer,
};
use crate::discover::{Candidate, Copied, Keyword, Proposal};
use crate::timeline::{Buckets, Distinct, share};
use std::cmp::Reverse;

/// A candidate that came again in less than this part of the tries is shaky.
const STEADY: f64 = 0.7;

/// What was found, and what it was found in.
pub(super) struct Described<'a> {
    pub(super) proposal: &'a Proposal,
    pub(super) listened: &'a Listened,
    pub(super) buckets: &'a Buckets,
}

/// Numbers of a candidate that are counted post by post.
struct Counted<'a> {
    accounts: Distinct,
    series: Vec<u64>,
    first: Option<&'a Kept>,
    now: u64,
    before: u64,
}

impl Described<'_> {
    /// Every candidate, with its parts.
    pub(super) fn candidates(&self) -> Vec<CandidateAnswer> {
        let candidates = &self.proposal.candidates;
        // The parts of all candidates stand in one row, those of the first one first.
        let mut starts = Vec::with_capacity(candidates.len());
        let mut parts = 0;
        for candidate in candidates {
            starts.push(parts);
            parts += candidate.parts.len();
        }
        let part_of = |post: usize| {
            let (of, part) = (self.candidate_of(post)?, (*self.proposal.part_of.get(post)?)?);
            Some(starts.get(of)? + part as usize)
        };
        let counted = self.count(candidates.len(), |post| self.candidate_of(post));
        let mut counted_parts = self.count(parts, part_of).into_iter();
        let whole = candidates.iter().zip(counted).map(|(candidate, counted)| {
            let parts = candidate.parts.iter().zip(counted_parts.by_ref());
            let parts = parts.map(|(part, counted)| self.candidate(part, &counted, Vec::new())).collect();
            self.candidate(candidate, &counted, parts)
        });
        whole.collect()
    }

    /// What many say alike, without its text.
    pub(super) fn copied(&self) -> Vec<CopiedAnswer> {
        let copied = self.proposal.copied.iter();
        let of =
            |copied: &Copied| Some(CopiedAnswer { posts: copied.posts, example: self.example(copied.post)? });
        copied.filter_map(of).collect()
    }

    /// Posts of the period that was asked for that are in no candidate.
    pub(super) fn ungrouped(&self) -> u64 {
        let posts = self.listened.kept.iter().zip(&self.proposal.of);
        posts.filter(|(post, of)| post.is_now && of.is_none()).count() as u64
    }

    /// The candidate of each post of the period that was asked for.
    pub(super) fn assignments(&self) -> Vec<Assignment> {
        let posts = self.listened.kept.iter().zip(&self.proposal.of).zip(&self.proposal.part_of);
        let assignment = |((post, of), part): ((&Kept, &Option<u32>), &Option<u32>)| Assignment {
            platform: self.listened.platform(post).to_owned(),
            id: post.id.to_string(),
            theory: *of,
            part: *part,
        };
        posts.filter(|((post, _), _)| post.is_now).map(assignment).collect()
    }

    /// Of each post whether it is in this candidate or part.
    pub(super) fn members(&self, name: CandidateName) -> Vec<bool> {
        let is_in = |(of, part): (&Option<u32>, &Option<u32>)| {
            let is_of = of.is_some_and(|of| of as usize == name.candidate);
            is_of && name.part.is_none_or(|wanted| part.is_some_and(|part| part as usize == wanted))
        };
        self.proposal.of.iter().zip(&self.proposal.part_of).map(is_in).collect()
    }

    fn candidate_of(&self, post: usize) -> Option<usize> {
        self.proposal.of.get(post).copied().flatten().map(|of| of as usize)
    }

    fn count(&self, groups: usize, of: impl Fn(usize) -> Option<usize>) -> Vec<Counted<'_>> {
        let none = || Counted {
            accounts: Distinct::default(),
            series: vec![0; self.buckets.len()],
            first: None,
            now: 0,
            before: 0,
        };
        let mut counted: Vec<Counted<'_>> = (0..groups).map(|_| none()).collect();
        let key = |post: &Kept| (post.at, self.listened.platform(post).to_owned(), post.id.clone());
        for (at, post) in self.listened.kept.iter().enumerate() {
            let Some(counted) = of(at).and_then(|of| counted.get_mut(of)) else { continue };
            // Posts come by the second; within one the finest time decides.
            let is_first = |first: &Kept| post.at < first.at || post.at == first.at && key(post) < key(first);
            if counted.first.is_none_or(is_first) {
                counted.first = Some(post);
            }
            if !post.is_now {
                counted.before += 1;
                continue;
            }
            counted.now += 1;
            if post.author != 0 {
                counted.accounts.insert(post.author);
            }
            if let Some(bucket) = self.buckets.index_of(post.at).and_then(|at| counted.series.get_mut(at)) {
                *bucket += 1;
            }
        }
        counted
    }

    fn candidate(
        &self,
        candidate: &Candidate,
        counted: &Counted<'_>,
        parts: Vec<CandidateAnswer>,
    ) -> CandidateAnswer {
        let (accounts, accounts_error) = counted.accounts.estimate();
        let all = self.listened.posts_now();
        let has_before = all < self.listened.kept.len() as u64;
        CandidateAnswer {
            keywords: candidate.keywords.iter().map(keyword).collect(),
            posts: counted.now,
            share: share(counted.now, all),
            voices: candidate.voices,
            accounts,
            accounts_error,
            first: counted.first.map(|post| self.first_post(post)),
            peak: self.peak(&counted.series),
            examples: self.examples(candidate).into_iter().filter_map(|post| self.example(post)).collect(),
            survived: candidate.survived,
            tried: candidate.tried,
            shaky: !candidate.is_more_than_chance
                || f64::from(candidate.survived) < STEADY * f64::from(candidate.tried),
            before: has_before.then_some(counted.before),
            parts,
            ..CandidateAnswer::default()
        }
    }

    /// The posts to show: where there are two periods, of the one that was asked for as far as there are any.
    pub(super) fn examples(&self, candidate: &Candidate) -> Vec<u32> {
        let is_now = |post: &&u32| self.listened.kept.get(**post as usize).is_some_and(|post| post.is_now);
        let mut examples: Vec<u32> = candidate.examples.iter().filter(is_now).copied().collect();
        let others = candidate.sample.iter().filter(is_now).chain(&candidate.examples);
        for post in others {
            if examples.len() < candidate.examples.len() && !examples.contains(post) {
                examples.push(*post);
            }
        }
        examples
    }

    fn peak(&self, series: &[u64]) -> Option<Peak> {
        let posts = series.iter().copied().max().filter(|&most| most > 0)?;
        Some(Peak { start: self.buckets.start(series.iter().position(|&count| count == posts)?)?, posts })
    }

    fn first_post(&self, post: &Kept) -> FirstPost {
        FirstPost {
            at: post.at,
            platform: self.listened.platform(post).to_owned(),
            id: post.id.to_string(),
            time_trust: post.time_trust,
            time_precision: post.time_precision,
        }
    }

    /// Without its text, which is read later.
    fn example(&self, post: u32) -> Option<ExamplePost> {
        let post = self.listened.kept.get(post as usize)?;
        let (platform, id) = (self.listened.platform(post).to_owned(), post.id.to_string());
        Some(ExamplePost { platform, id, at: post.at, text: String::new() })
    }
}

fn keyword(keyword: &Keyword) -> KeywordAnswer {
    KeywordAnswer { term: keyword.term.clone(), posts: keyword.posts, of_all: keyword.of_all }
}

/// Puts what is new before what was there already, and leaves out what is not there any more. Candidates change places, so this comes last.
pub(super) fn newest_first(answer: &mut DiscoverAnswer) {
    let all = (answer.posts, answer.against.as_ref().map_or(0, |against| against.posts));
    let mut order: Vec<(i64, usize)> = Vec::new();
    for (at, theory) in answer.theories.iter().enumerate().filter(|(_, theory)| theory.posts > 0) {
        let new = keyness((theory.posts, theory.before.unwrap_or(0)), all);
        // Only the order counts; whole thousandths have one.
        #[expect(clippy::cast_possible_truncation, reason = "far below the largest number")]
        order.push(((new * 1000.0).round() as i64, at));
    }
    order.sort_by_key(|&(new, at)| (Reverse(new), at));
    let mut places = vec![None; answer.theories.len()];
    for (new, &(_, old)) in (0..).zip(&order) {
        if let Some(place) = places.get_mut(old) {
            *place = Some(new);
        }
    }
    let place = |of: u32| places.get(of as usize).copied().flatten();
    let mut theories: Vec<Option<CandidateAnswer>> =
        std::mem::take(&mut answer.theories).into_iter().map(Some).collect();
    answer.theories =
        order.into_iter().filter_map(|(_, at)| theories.get_mut(at).and_then(Option::take)).collect();
    for assignment in &mut answer.assignments {
        assignment.theory = assignment.theory.and_then(place);
    }
    if let Some(explained) = &mut answer.explained {
        explained.theory = explained.theory.and_then(place);
        explained.of.retain_mut(|of| place(of.theory).map(|place| of.theory = place).is_some());
    }
}

/// How surely a share is larger now than before: Dunning's log-likelihood ratio ("Accurate methods for the statistics of surprise and
/// coincidence", 1993), below nothing if it is smaller.
fn keyness((now, before): (u64, u64), (all_now, all_before): (u64, u64)) -> f64 {
    let both = (now + before) as f64 / (all_now + all_before).max(1) as f64;
    let part = |count: u64, all: u64| {
        let expected = both * all as f64;
        if count == 0 { 0.0 } else { count as f64 * libm::log(count as f64 / expected) }
    };
    let ratio = 2.0 * (part(now, all_now) + part(before, all_before));
    if share(now, all_now) >= share(before, all_before) { ratio } else { -ratio }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_comes_first_and_what_is_gone_is_left_out() {
        let theory =
            |posts, before| CandidateAnswer { posts, before: Some(before), ..CandidateAnswer::default() };
        let assignment = |of| Assignment { theory: Some(of), ..Assignment::default() };
        let mut answer = DiscoverAnswer {
            posts: 100,
            against: Some(super::super::AgainstAnswer { posts: 100, ..Default::default() }),
            theories: vec![theory(40, 60), theory(0, 30), theory(30, 5), theory(10, 0)],
            assignments: (0..4).map(assignment).collect(),
            ..DiscoverAnswer::default()
        };
        newest_first(&mut answer);
        let now: Vec<u64> = answer.theories.iter().map(|theory| theory.posts).collect();
        assert_eq!(now, [30, 10, 40]);
        let of: Vec<Option<u32>> = answer.assignments.iter().map(|assignment| assignment.theory).collect();
        assert_eq!(of, [Some(2), None, Some(0), Some(1)]);
    }

    #[test]
    fn keyness_is_that_of_the_textbook() {
        // 2 (30 ln(30/17.5) + 5 ln(5/17.5)).
        assert!((keyness((30, 5), (100, 100)) - 19.812).abs() < 0.001);
        assert!(keyness((5, 30), (100, 100)) < -19.0);
        assert!(keyness((10, 10), (100, 100)).abs() < 1e-9);
    }
}
