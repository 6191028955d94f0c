//! Candidates that are still the same keep their names, from one look at all posts to the next.

use super::super::{AnswerError, Counts, PostSelection};
use super::candidates::Described;
use super::listen::{HearPlan, Listened, listen};
use super::{DiscoverAnswer, DiscoverQuestion, KeywordAnswer};
use crate::discover::{Candidate, Fineness, Keyword, Known, Memory, Model, Proposal, sample};
use crate::post::Timestamp;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use xxhash_rust::xxh3::Xxh3Default;

/// Posts shown of a candidate that is known.
const NEWEST: usize = 3;

/// What is remembered; nothing, if it cannot be used.
pub(super) fn memory(counts: &dyn Counts) -> Result<Memory, AnswerError> {
    let memory = counts.candidates()?.and_then(|bytes| serde_json::from_slice::<Memory>(&bytes).ok());
    let is_usable =
        |memory: &Memory| memory.model.is_sound() && memory.model.candidates() == memory.known.len();
    Ok(memory.filter(is_usable).unwrap_or_default())
}

fn keyword(of: &KeywordAnswer) -> Keyword {
    Keyword { term: of.term.clone(), posts: of.posts, of_all: of.of_all }
}

/// Posts put into the candidates that are known, without a look for others. By number of posts, the most first.
pub(super) fn place(
    counts: &dyn Counts,
    plan: &HearPlan<'_>,
    against: Option<(Timestamp, Timestamp)>,
    memory: &Memory,
) -> Result<(Listened, Proposal, Vec<usize>), AnswerError> {
    let mut placer = memory.model.placer();
    let mut of = Vec::new();
    let listened = listen(counts, plan, against, &mut |_, post| {
        of.push(placer.place(&post.text, &post.platform, post.tags.iter().map(String::as_str)));
    })?;
    let mut posts: Vec<(Reverse<u64>, usize)> = (0..memory.known.len()).map(|at| (Reverse(0), at)).collect();
    for at in of.iter().flatten() {
        if let Some(posts) = posts.get_mut(*at as usize) {
            posts.0.0 += 1;
        }
    }
    posts.retain(|(posts, _)| posts.0 > 0);
    posts.sort_unstable();
    let order: Vec<usize> = posts.iter().map(|(_, known)| *known).collect();
    let mut numbers = vec![None; memory.known.len()];
    for (new, &known) in (0_u32..).zip(&order) {
        if let Some(number) = numbers.get_mut(known) {
            *number = Some(new);
        }
    }
    let of: Vec<Option<u32>> =
        of.into_iter().map(|of| numbers.get(of? as usize).copied().flatten()).collect();
    let candidates = posts.iter().zip(0..).filter_map(|((posts, known), at)| {
        let known = memory.known.get(*known)?;
        let examples = newest(&listened, &of, at);
        Some(Candidate {
            keywords: known.keywords.clone(),
            posts: posts.0,
            examples,
            is_more_than_chance: true,
            ..Candidate::default()
        })
    });
    let proposal = Proposal {
        candidates: candidates.collect(),
        part_of: vec![None; of.len()],
        of: of.clone(),
        ..Proposal::default()
    };
    Ok((listened, proposal, order))
}

/// Names candidates that are known, by their places among those.
pub(super) fn name(memory: &Memory, order: &[usize], answer: &mut DiscoverAnswer) {
    let known = order.iter().filter_map(|&at| memory.known.get(at));
    for (theory, known) in answer.theories.iter_mut().zip(known) {
        theory.id = Some(format!("c{}", known.id));
        theory.title.clone_from(&known.title);
    }
}

/// The newest posts of a candidate, each of another author.
fn newest(listened: &Listened, of: &[Option<u32>], candidate: u32) -> Vec<u32> {
    let (mut newest, mut authors) = (Vec::new(), HashSet::new());
    let numbered = (0..of.len()).rev().zip(listened.kept.iter().zip(of).rev());
    for (number, (post, of)) in numbered {
        if newest.len() == NEWEST {
            break;
        }
        if *of == Some(candidate) && post.is_now && (post.author == 0 || authors.insert(post.author)) {
            newest.extend(u32::try_from(number).ok());
        }
    }
    newest
}

/// Names candidates, and remembers them if these are the candidates of all posts.
pub(super) fn follow(
    counts: &dyn Counts,
    asked: &DiscoverQuestion,
    described: &Described<'_>,
    answer: &mut DiscoverAnswer,
) -> Result<(), AnswerError> {
    let memory = memory(counts)?;
    let is_whole = is_whole(asked);
    if !is_whole && memory.known.is_empty() {
        return Ok(());
    }
    let remembered: HashSet<u64> =
        memory.known.iter().flat_map(|known| known.sample.iter().copied()).collect();
    let hashes = described.hashes();
    let now: HashMap<u64, Option<u32>> = hashes
        .iter()
        .zip(&described.proposal.of)
        .filter(|(hash, _)| remembered.contains(hash))
        .map(|(hash, of)| (*hash, *of))
        .collect();
    let followed = memory.follow(answer.theories.len(), |post| now.get(&post).copied());
    let is_known = |id: u32| is_whole || memory.known.iter().any(|known| known.id == id);
    for (theory, &id) in answer.theories.iter_mut().zip(&followed.ids) {
        theory.id = is_known(id).then(|| format!("c{id}"));
    }
    if !is_whole {
        return Ok(());
    }
    // At first everything is new, and nothing is to be told.
    if !memory.known.is_empty() {
        answer.changes.clone_from(&followed.changes);
    }
    let mut of_candidates: Vec<Vec<u64>> = vec![Vec::new(); answer.theories.len()];
    for (hash, of) in hashes.into_iter().zip(&described.proposal.of) {
        if let Some(hashes) = of.and_then(|of| of_candidates.get_mut(of as usize)) {
            hashes.push(hash);
        }
    }
    let known =
        answer.theories.iter().zip(&followed.ids).zip(of_candidates).map(|((theory, &id), hashes)| Known {
            id,
            title: theory.title.clone(),
            keywords: theory.keywords.iter().map(keyword).collect(),
            posts: theory.posts,
            sample: sample(hashes),
        });
    let model = Model::learn(&described.listened.corpus, described.proposal);
    let next = Memory { next: followed.next, known: known.collect(), model };
    if next != memory
        && let Ok(bytes) = serde_json::to_vec(&next)
    {
        counts.remember_candidates(bytes)?;
    }
    Ok(())
}

/// Whether the candidates of all posts are asked for, as the evidence has them.
fn is_whole(asked: &DiscoverQuestion) -> bool {
    asked.of == PostSelection::All
        && asked.tag.is_none()
        && asked.lang.is_none()
        && asked.since.is_none()
        && asked.until.is_none()
        && asked.against.is_none()
        && asked.fineness == Fineness::Evidence
}

impl Described<'_> {
    /// A hash of each post's identity.
    fn hashes(&self) -> Vec<u64> {
        let hash = |post: &super::listen::Kept| {
            let mut hasher = Xxh3Default::new();
            hasher.update(self.listened.platform(post).as_bytes());
            hasher.update(&[0]);
            hasher.update(post.id.as_bytes());
            hasher.digest()
        };
        self.listened.kept.iter().map(hash).collect()
    }
}
