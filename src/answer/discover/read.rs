//! A closer look at some posts of each candidate: the texts of its examples, and what its keywords look like in them.
//!
//! By a second reading: to keep all texts for a few would take the memory of all.

use super::super::{AnswerError, Counts};
use super::candidates::Described;
use super::{CandidateAnswer, CandidateName, DiscoverAnswer};
use crate::discover::{Candidate, Text, close_look};
use crate::post::{Post, PostId, Timestamp};
use std::collections::BTreeMap;

/// Reads, and says what was seen.
pub(super) fn read(
    counts: &dyn Counts,
    described: &Described<'_>,
    answer: &mut DiscoverAnswer,
) -> Result<(), AnswerError> {
    let candidates = &described.proposal.candidates;
    let with_parts =
        candidates.iter().flat_map(|candidate| std::iter::once(candidate).chain(&candidate.parts));
    let wanted = with_parts.flat_map(|candidate| {
        described.examples(candidate).into_iter().chain(candidate.sample.iter().copied())
    });
    let wanted = wanted.chain(described.proposal.copied.iter().map(|copied| copied.post));
    let keys: BTreeMap<(Timestamp, PostId), u32> =
        wanted.filter_map(|post| Some((described.key(post)?, post))).collect();
    let (keys, numbers): (Vec<_>, Vec<u32>) = keys.into_iter().unzip();
    let posts = counts.read(&keys)?;
    let by_key: BTreeMap<(Timestamp, PostId), &Post> =
        posts.iter().map(|post| ((post.posted_at, post.post_id()), post)).collect();
    let read: BTreeMap<u32, &Post> = numbers
        .into_iter()
        .zip(&keys)
        .filter_map(|(number, key)| Some((number, *by_key.get(key)?)))
        .collect();
    for (copied, of) in answer.copied.iter_mut().zip(&described.proposal.copied) {
        if let Some(post) = read.get(&of.post) {
            copied.example.text.clone_from(&post.text);
        }
    }
    for (at, candidate) in candidates.iter().enumerate() {
        let name = CandidateName { candidate: at, part: None };
        answer.named_mut(name).into_iter().for_each(|answer| look(answer, candidate, described, &read));
        for (part, of) in candidate.parts.iter().enumerate() {
            let name = CandidateName { candidate: at, part: Some(part) };
            answer.named_mut(name).into_iter().for_each(|answer| look(answer, of, described, &read));
        }
    }
    Ok(())
}

fn look(
    answer: &mut CandidateAnswer,
    candidate: &Candidate,
    described: &Described<'_>,
    read: &BTreeMap<u32, &Post>,
) {
    for (example, post) in answer.examples.iter_mut().zip(described.examples(candidate)) {
        if let Some(post) = read.get(&post) {
            example.text.clone_from(&post.text);
        }
    }
    let texts: Vec<Text<'_>> = candidate
        .sample
        .iter()
        .filter_map(|post| read.get(post))
        .map(|post| Text {
            text: &post.text,
            platform: &post.platform,
            handle: post.author.handle.as_deref(),
            name: post.author.name.as_deref(),
        })
        .collect();
    let seen = close_look(&candidate.keywords, &texts);
    (answer.title, answer.names) = (seen.title, seen.names);
}

impl Described<'_> {
    /// What a post is found by.
    pub(super) fn key(&self, post: u32) -> Option<(Timestamp, PostId)> {
        let post = self.listened.kept.get(post as usize)?;
        let platform = self.listened.platform(post).to_owned();
        Some((post.at, PostId { platform, id: post.id.to_string() }))
    }
}
