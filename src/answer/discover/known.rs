//! Candidates that are still the same keep their names, from one look at all posts to the next.

use super::super::{AnswerError, Counts, PostSelection};
use super::candidates::Described;
use super::{DiscoverAnswer, DiscoverQuestion};
use crate::discover::{Fineness, Known, Memory, sample};
use std::collections::{HashMap, HashSet};
use xxhash_rust::xxh3::Xxh3Default;

/// Names candidates, and remembers them if these are the candidates of all posts.
pub(super) fn follow(
    counts: &dyn Counts,
    asked: &DiscoverQuestion,
    described: &Described<'_>,
    answer: &mut DiscoverAnswer,
) -> Result<(), AnswerError> {
    let memory = counts.candidates()?.and_then(|bytes| serde_json::from_slice::<Memory>(&bytes).ok());
    let memory = memory.unwrap_or_default();
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
            posts: theory.posts,
            sample: sample(hashes),
        });
    let next = Memory { next: followed.next, known: known.collect() };
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
