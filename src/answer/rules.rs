//! The rules as the counting loop needs them: which theories is a post of a block in, and why. What matching means stands in the matcher.

use super::{AnswerError, TermSpan, TheoryEvidence};
use crate::post::Post;
use crate::project::Theory;
use crate::store::{Groups, PostView};

/// Compiled rules.
pub(super) struct Rules {
    theories: Vec<Theory>,
}

/// Buffers of one thread for the posts of one block.
#[derive(Default)]
pub(super) struct Buffers {
    folded: String,
}

impl Rules {
    pub(super) fn compile(theories: &[Theory]) -> Result<Self, AnswerError> {
        Ok(Self { theories: theories.to_vec() })
    }

    /// The column groups that matching reads.
    pub(super) fn groups(&self) -> Groups {
        Groups::TEXT
    }

    pub(super) fn theories_of(&self, post: &PostView<'_>, buffers: &mut Buffers, out: &mut Vec<u16>) {
        out.clear();
        buffers.folded = post.text.to_lowercase();
        for (at, theory) in self.theories.iter().enumerate() {
            if theory.any.iter().any(|term| buffers.folded.contains(term.as_str())) {
                out.push(u16::try_from(at).unwrap_or(u16::MAX));
            }
        }
    }

    pub(super) fn evidence(&self, post: &Post) -> Vec<TheoryEvidence> {
        let text = post.text.to_lowercase();
        let theories = self.theories.iter().map(|theory| TheoryEvidence {
            id: theory.id.clone(),
            terms: theory
                .any
                .iter()
                .filter(|term| text.contains(term.as_str()))
                .map(|term| TermSpan { term: term.clone(), start: None, end: None })
                .collect(),
        });
        theories.filter(|theory| !theory.terms.is_empty()).collect()
    }
}

/// Hash of the rules, hexadecimal.
pub(super) fn rules_hash(theories: &[Theory]) -> String {
    format!("{:016x}", xxhash_rust::xxh3::xxh3_64(format!("{theories:?}").as_bytes()))
}

/// Names of the notes that hold the posts left out by this campaign's selection: all of them, and those that its theories match.
pub(super) fn left_out_keys(campaign: &crate::project::Campaign) -> Result<(String, String), AnswerError> {
    let selection = format!(
        "{:016x}",
        xxhash_rust::xxh3::xxh3_64(format!("{:?}{:?}", campaign.tags, campaign.words).as_bytes())
    );
    let matched = format!("{selection}:{}", rules_hash(&campaign.theories));
    Ok((selection, matched))
}

/// Index of a theory by its id.
pub(super) fn theory_index(theories: &[Theory], id: &str) -> Result<u16, AnswerError> {
    let index = theories.iter().position(|theory| theory.id == id);
    index.and_then(|index| u16::try_from(index).ok()).ok_or_else(|| {
        let alike =
            |theory: &&Theory| std::cmp::Reverse((1000.0 * strsim::jaro_winkler(&theory.id, id)) as u32);
        let near =
            theories.iter().min_by_key(alike).filter(|theory| strsim::jaro_winkler(&theory.id, id) > 0.7);
        AnswerError::UnknownTheory {
            id: id.to_owned(),
            near: near.map(|theory| theory.id.clone()),
            known: theories.iter().map(|theory| theory.id.clone()).collect(),
        }
    })
}
