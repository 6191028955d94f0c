//! Candidates: groups of posts with what tells them apart, and how sure they are.
#![expect(
    clippy::cast_possible_truncation,
    reason = "there are never more than `MOST_POSTS` posts, and fewer terms than fit into memory"
)]
#![expect(
    clippy::indexing_slicing,
    reason = "all numbers of posts, voices and groups are made here and lie below the lengths"
)]

use super::check::check;
use super::corpus::Corpus;
use super::grouping::Voices;
use super::keywords::{Keyword, keywords};
use super::merging::Until;
use super::mixture::{Mixture, Sums};
use serde::{Deserialize, Serialize};

/// With fewer voices there is nothing that could be told apart.
pub const FEWEST_VOICES: usize = 10;
/// A candidate needs so many: what one or two say is not yet a theory of many.
const FEWEST_OF_CANDIDATE: usize = 3;
/// A voice that groups were not looked for in, or whose group is no candidate, fits one that makes its words likelier by so much, in nats.
const FITS: f64 = 1.0;
/// Posts shown of each.
const EXAMPLES: usize = 3;

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

/// A theory that posts may be about.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// What tells its posts from others, the most telling first.
    pub keywords: Vec<Keyword>,
    /// Its posts, copies included.
    pub posts: u64,
    /// Its voices: posts that are no copies of each other.
    pub voices: u64,
    /// The posts nearest to its centre, each of another author: their places in the corpus.
    pub examples: Vec<u32>,
    /// Times it came again when a tenth of the voices was left out.
    pub survived: u32,
    /// Of so many.
    pub tried: u32,
    /// Whether it says more about voices it has not seen than chance would.
    pub is_more_than_chance: bool,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proposal {
    /// By number of posts, the most first; of equals the one that begins first.
    pub candidates: Vec<Candidate>,
    /// Of each post its candidate, if any.
    pub of: Vec<Option<u32>>,
    /// How many voices there are.
    pub voices: u64,
    /// In how many of them groups were looked for; the others were put where they fit.
    pub looked_at: u64,
    /// Groups that were left out, since chance shows as much.
    pub by_chance: u64,
}

/// Finds candidates among posts. With fewer than [`FEWEST_VOICES`] voices there are none.
pub fn propose(corpus: &Corpus, fineness: Fineness) -> Proposal {
    let bags = corpus.telling();
    let voices = Voices::new(&bags, corpus.terms());
    let all = voices.copies.originals.len();
    let mut proposal = Proposal {
        of: vec![None; corpus.len()],
        voices: all as u64,
        looked_at: voices.bags.len() as u64,
        ..Proposal::default()
    };
    if all < FEWEST_VOICES {
        return proposal;
    }
    let by_evidence =
        |voices: &Voices| 1 + voices.groups(Until::Gain).of.into_iter().max().unwrap_or(0) as usize;
    let until = match fineness {
        Fineness::Evidence => Until::Gain,
        Fineness::Coarser => Until::Groups(by_evidence(&voices).div_ceil(2).max(2)),
        Fineness::Finer => Until::Groups(2 * by_evidence(&voices)),
        Fineness::Exactly(wanted) => Until::Groups(wanted.max(1)),
    };
    let found = voices.groups(until);
    let groups = found.of.iter().max().map_or(0, |most| *most as usize + 1);
    let sureness = check(&voices, &found.of, groups, found.resolution, until);
    let mut mixture = Mixture::new(&voices.bags, &voices.weights, voices.terms, found.of.clone());
    let mut sizes = vec![0; groups];
    found.of.iter().for_each(|&group| sizes[group as usize] += 1);
    let is_large = |group: usize| sizes[group] >= FEWEST_OF_CANDIDATE;
    let is_sure = |group: usize| until != Until::Gain || sureness[group].is_more_than_chance();
    let is_candidate: Vec<bool> = (0..groups).map(|group| is_large(group) && is_sure(group)).collect();
    proposal.by_chance = (0..groups).filter(|&group| is_large(group) && !is_sure(group)).count() as u64;
    mixture.dissolve(|group| !is_candidate[group as usize]);
    let of_voice = place_all(&voices, &bags, &mixture, &is_candidate);
    let posts: Vec<Option<u32>> = voices.copies.of.iter().map(|voice| of_voice[(*voice)? as usize]).collect();
    let order = by_size(&posts, groups, &is_candidate);
    let mut names = vec![None; groups];
    order.iter().enumerate().for_each(|(new, &(_, group))| names[group as usize] = Some(new as u32));
    proposal.of = posts.into_iter().map(|group| names[group? as usize]).collect();
    let mut of_groups: Vec<Vec<u32>> = vec![Vec::new(); order.len()];
    for (voice, group) in of_voice.iter().enumerate() {
        if let Some(new) = group.and_then(|group| names[group as usize]) {
            of_groups[new as usize].push(voices.copies.originals[voice]);
        }
    }
    let words = keywords(corpus, &bags, &proposal.of, &of_groups, &voices.copies.originals);
    let mut candidates = Vec::with_capacity(order.len());
    for ((&(posts, group), voices_of), keywords) in order.iter().zip(&of_groups).zip(words) {
        let sure = &sureness[group as usize];
        candidates.push(Candidate {
            keywords,
            posts,
            voices: voices_of.len() as u64,
            examples: examples(corpus, &voices, &mixture, group),
            survived: sure.survived,
            tried: sure.tried,
            is_more_than_chance: sure.is_more_than_chance(),
        });
    }
    proposal.candidates = candidates;
    proposal
}

/// The candidate of each voice. Those that were not looked at, and those of groups that are no candidates, go where they are most likely.
fn place_all(
    voices: &Voices,
    bags: &super::bags::Bags,
    mixture: &Mixture<'_>,
    is_candidate: &[bool],
) -> Vec<Option<u32>> {
    let mut sums = Sums::default();
    let mut of = vec![None; voices.copies.originals.len()];
    for (at, &group) in mixture.of.iter().enumerate().filter(|(_, group)| is_candidate[**group as usize]) {
        of[voices.chosen_at(at) as usize] = Some(group);
    }
    let totals = mixture.totals();
    for (voice, of) in of.iter_mut().enumerate().filter(|(_, of)| of.is_none()) {
        let bag = bags.get(voices.copies.originals[voice] as usize);
        *of = mixture.place(bag, &mut sums).filter(|&group| mixture.says(group, bag, &totals) > FITS);
    }
    of
}

/// Candidates by number of posts, then by their first; with the number.
fn by_size(posts: &[Option<u32>], groups: usize, is_candidate: &[bool]) -> Vec<(u64, u32)> {
    let mut found: Vec<(u64, usize)> = vec![(0, usize::MAX); groups];
    for (post, group) in posts.iter().enumerate() {
        if let Some(group) = group {
            let found = &mut found[*group as usize];
            found.0 += 1;
            found.1 = found.1.min(post);
        }
    }
    let mut order: Vec<u32> = (0..groups as u32).filter(|&group| is_candidate[group as usize]).collect();
    order.sort_by_key(|&group| (std::cmp::Reverse(found[group as usize].0), found[group as usize].1));
    order.into_iter().map(|group| (found[group as usize].0, group)).collect()
}

/// The posts that a group fits best, each of another author.
fn examples(corpus: &Corpus, voices: &Voices, mixture: &Mixture<'_>, group: u32) -> Vec<u32> {
    let members = mixture.of.iter().enumerate().filter(|(_, of)| **of == group);
    let mut fits: Vec<(f64, u32)> = members
        .map(|(at, _)| (mixture.fit(at), voices.copies.originals[voices.chosen_at(at) as usize]))
        .collect();
    fits.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let (mut examples, mut authors) = (Vec::new(), Vec::new());
    for (_, post) in fits {
        let author = corpus.author(post);
        if author == 0 || !authors.contains(&author) {
            examples.push(post);
            authors.push(author);
        }
        if examples.len() == EXAMPLES {
            break;
        }
    }
    examples
}
