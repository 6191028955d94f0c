//! Candidates: groups of posts with what tells them apart, and how sure they are.
#![expect(
    clippy::indexing_slicing,
    reason = "all numbers of posts, voices and groups are made here and lie below the lengths"
)]

use super::bags::Bags;
use super::corpus::Corpus;
use super::described::{About, Candidate, Cut, FEWEST_OF_CANDIDATE};
use super::grouping::Voices;
use super::merging::Until;
use super::mixture::{Mixture, Sums, fits};
use super::parts::add_parts;
use super::vocabulary::rarest;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// With fewer voices there is nothing that could be told apart.
pub const FEWEST_VOICES: usize = 10;

/// In so few words a post that is about a group says one of its words.
const FEW_WORDS: usize = 3;

/// So many posts that say the same are worth a word; fewer are a retweet or two.
const FEWEST_COPIES: u32 = 10;
/// And so many such texts are named.
const MOST_COPIED: usize = 3;

/// How finely to tell theories apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fineness {
    /// As many as the evidence is for.
    #[default]
    Evidence,
    /// Half as many.
    Coarser,
    /// Twice as many.
    Finer,
    /// So many, or as near as it goes.
    Exactly(usize),
}

/// A post that many say alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The first of them: its place in the corpus.
    pub post: u32,
    /// How many say it.
    pub posts: u64,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proposal {
    /// By number of posts, the most first; of equals the one that begins first.
    pub candidates: Vec<Candidate>,
    /// Of each post its candidate, if any.
    pub of: Vec<Option<u32>>,
    /// Of each post the part of that, if any.
    pub part_of: Vec<Option<u32>>,
    /// What many say alike and no candidate has: one voice is no theory of many, however often it is passed on. The most first.
    pub copied: Vec<Copied>,
    /// How many voices there are.
    pub voices: u64,
    /// In how many of them groups were looked for; the others were put where they fit.
    pub looked_at: u64,
    /// Words in no more voices than this were not counted as vocabulary.
    pub rarest: u32,
    /// Groups that were left out, since chance shows as much.
    pub by_chance: u64,
}

/// Finds candidates among posts. With fewer than [`FEWEST_VOICES`] voices there are none.
pub fn propose(corpus: &Corpus, fineness: Fineness) -> Proposal {
    let bags = corpus.telling();
    let mut voices = Voices::new(&bags, corpus.terms());
    let all = voices.copies.originals.len();
    let mut proposal = Proposal {
        of: vec![None; corpus.len()],
        part_of: vec![None; corpus.len()],
        voices: all as u64,
        looked_at: voices.bags.len() as u64,
        ..Proposal::default()
    };
    if all < FEWEST_VOICES {
        return proposal;
    }
    voices.rarest = rarest(&voices);
    proposal.rarest = voices.rarest;
    let by_evidence =
        |voices: &Voices| 1 + voices.groups(Until::Gain).of.into_iter().max().unwrap_or(0) as usize;
    let until = match fineness {
        Fineness::Evidence => Until::Gain,
        Fineness::Coarser => Until::Groups(by_evidence(&voices).div_ceil(2).max(2)),
        Fineness::Finer => Until::Groups(2 * by_evidence(&voices)),
        Fineness::Exactly(wanted) => Until::Groups(wanted.max(1)),
    };
    let about = About { corpus, bags: &bags, voices: &voices };
    let cut = Cut::new(&voices, until);
    let is_large = |group: usize| cut.sizes[group] >= FEWEST_OF_CANDIDATE;
    let is_sure = |group: usize| until != Until::Gain || cut.sureness[group].is_more_than_chance();
    let groups = cut.sizes.len();
    let is_candidate: Vec<bool> = (0..groups).map(|group| is_large(group) && is_sure(group)).collect();
    proposal.by_chance = (0..groups).filter(|&group| is_large(group) && !is_sure(group)).count() as u64;
    let mut mixture = cut.mixture(&voices);
    mixture.dissolve(|group| !is_candidate[group as usize]);
    let of_voice = place_all(&voices, &bags, &mixture, &is_candidate);
    let described = about.describe(&cut, &mixture, &of_voice);
    proposal.candidates = described.candidates;
    proposal.of = described.of;
    proposal.copied = copied(&voices, &described.of_voice);
    if until == Until::Gain {
        proposal.part_of = add_parts(&about, &mut proposal.candidates, &described.of_voice);
    }
    proposal
}

/// Voices of many posts that are in no candidate.
fn copied(voices: &Voices, of_voice: &[Option<u32>]) -> Vec<Copied> {
    let voices = voices.copies.originals.iter().zip(&voices.copies.counts).zip(of_voice);
    let mut copied: Vec<Copied> = voices
        .filter(|((_, count), of)| **count >= FEWEST_COPIES && of.is_none())
        .map(|((&post, &count), _)| Copied { post, posts: count.into() })
        .collect();
    copied.sort_by_key(|copied| (Reverse(copied.posts), copied.post));
    copied.truncate(MOST_COPIED);
    copied
}

/// The candidate of each voice. Those that were not looked at, and those of groups that are no candidates, go where they are most likely.
fn place_all(voices: &Voices, bags: &Bags, mixture: &Mixture<'_>, is_candidate: &[bool]) -> Vec<Option<u32>> {
    let mut sums = Sums::default();
    let mut of = vec![None; voices.copies.originals.len()];
    let totals = mixture.totals();
    let mut is_member = vec![false; of.len()];
    for (at, &group) in mixture.of.iter().enumerate().filter(|(_, group)| is_candidate[**group as usize]) {
        let voice = voices.chosen_at(at) as usize;
        is_member[voice] = true;
        // What has a few words, which do not speak for its group, was only left over there.
        let is_left_over = voices.bags.get(at).len() <= FEW_WORDS
            && !fits(mixture.says_of_own(at, &totals), mixture.share(group));
        of[voice] = (!is_left_over).then_some(group);
    }
    let others = of.iter_mut().enumerate().filter(|(voice, _)| !is_member[*voice]);
    for (voice, of) in others {
        let bag = bags.get(voices.copies.originals[voice] as usize);
        *of = mixture
            .place(bag, &mut sums)
            .filter(|&group| fits(mixture.says(group, bag, &totals), mixture.share(group)));
    }
    of
}
