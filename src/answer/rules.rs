//! The rules as the counting loop needs them: which theories is a post of a block in, and why. What matching means stands in the matcher.

use super::{AnswerError, TermSpan, TheoryEvidence};
use crate::post::Post;
use crate::project::{Campaign, Theory};
use crate::store::{Groups, NoteKey, PostView};
use crate::theory::{Evidence, Matcher, PostText, Scratch, Selection, TermCounts, rules_hash};

/// Likeness from which on another id is offered for one that does not exist.
const NEAR: f64 = 0.7;

/// Compiled rules.
pub(super) struct Rules {
    matcher: Matcher,
    ids: Vec<String>,
}

/// Buffers of one thread for the posts of one block.
pub(super) struct Buffers<'a> {
    scratch: Scratch,
    tags: Vec<&'a str>,
}

impl Rules {
    pub(super) fn compile(theories: &[Theory]) -> Result<Self, AnswerError> {
        let ids = theories.iter().map(|theory| theory.id.clone()).collect();
        Ok(Self { matcher: Matcher::compile(theories)?, ids })
    }

    /// The column groups that matching reads.
    pub(super) fn groups(&self) -> Groups {
        if self.matcher.needs_links() { Groups::TEXT.and(Groups::REST) } else { Groups::TEXT }
    }

    pub(super) fn buffers<'a>(&self) -> Buffers<'a> {
        Buffers { scratch: self.matcher.scratch(), tags: Vec::new() }
    }

    /// Replaces `out` by the indexes of the theories that a post is in.
    pub(super) fn theories_of<'a>(&self, post: &PostView<'a>, buffers: &mut Buffers<'a>, out: &mut Vec<u16>) {
        self.read(post, buffers, |text, scratch| self.matcher.theories_of(text, scratch, out));
    }

    /// Term counts of no post yet.
    pub(super) fn no_terms(&self) -> TermCounts {
        TermCounts::new(&self.matcher)
    }

    /// Counts a post for each term that matches it on its own.
    pub(super) fn count_terms<'a>(
        &self,
        post: &PostView<'a>,
        buffers: &mut Buffers<'a>,
        to: &mut TermCounts,
    ) {
        self.read(post, buffers, |text, scratch| self.matcher.count_terms(text, scratch, to));
    }

    /// Hands a post over as the matcher reads it.
    fn read<'a>(
        &self,
        post: &PostView<'a>,
        buffers: &mut Buffers<'a>,
        with: impl FnOnce(PostText<'_>, &mut Scratch),
    ) {
        buffers.tags.clear();
        buffers.tags.extend(post.tags);
        // Without any term for addresses this allocates nothing.
        let links: Vec<&str> = if self.matcher.needs_links() { post.links().collect() } else { Vec::new() };
        with(PostText { text: post.text, tags: &buffers.tags, links: &links }, &mut buffers.scratch);
    }

    /// Every theory that a post is in, with what matched.
    pub(super) fn evidence(&self, post: &Post) -> Vec<TheoryEvidence> {
        self.numbered_evidence(post).into_iter().map(|(_, evidence)| evidence).collect()
    }

    /// The same with the index of each theory, in the order of the rules.
    pub(super) fn numbered_evidence(&self, post: &Post) -> Vec<(u16, TheoryEvidence)> {
        let tags: Vec<&str> = post.tags.iter().map(String::as_str).collect();
        let links: Vec<&str> = post.links.iter().map(String::as_str).collect();
        let found = self.matcher.evidence(PostText { text: &post.text, tags: &tags, links: &links });
        found.into_iter().map(|evidence| (evidence.theory, self.named(evidence))).collect()
    }

    fn named(&self, evidence: Evidence) -> TheoryEvidence {
        let id = self.ids.get(usize::from(evidence.theory)).cloned().unwrap_or_default();
        let terms = evidence.terms.into_iter().map(|found| TermSpan {
            term: found.term,
            start: found.span.as_ref().map(|span| span.start),
            end: found.span.map(|span| span.end),
        });
        TheoryEvidence { id, terms: terms.collect() }
    }
}

/// Names of the notes that hold the posts left out by this campaign's selection: all of them, and those that its theories match.
pub(super) fn left_out_keys(campaign: &Campaign) -> Result<(NoteKey, NoteKey), AnswerError> {
    let selection = Selection::compile(campaign)?.hash();
    let matched = NoteKey::left_out(&selection, Some(&rules_hash(&campaign.theories)));
    Ok((NoteKey::left_out(&selection, None), matched))
}

/// Index of a theory by its id.
pub(super) fn theory_index(theories: &[Theory], id: &str) -> Result<u16, AnswerError> {
    let index = theories.iter().position(|theory| theory.id == id);
    index.and_then(|index| u16::try_from(index).ok()).ok_or_else(|| {
        let likeness = |theory: &&Theory| strsim::jaro_winkler(&theory.id, id);
        let nearest = theories.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        AnswerError::UnknownTheory {
            id: id.to_owned(),
            near: nearest.filter(|theory| likeness(theory) > NEAR).map(|theory| theory.id.clone()),
            known: theories.iter().map(|theory| theory.id.clone()).collect(),
        }
    })
}
