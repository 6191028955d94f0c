//! The rules as the counting loop needs them: which theories is a post of a block in, and why. What matching means stands in the matcher.

use super::{AnswerError, PostSelection, TermSpan, TheoryEvidence, Wanted};
use crate::post::Post;
use crate::project::{Campaign, Theory};
use crate::store::{Batch, Columns, Durability, Groups, Note, NoteKey, PostView, Store, StoreError};
use crate::theory::{Evidence, Matcher, PostText, Scratch, Selection, TermCounts, rules_hash, theory_hash};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Likeness from which on another id is offered for one that does not exist.
const NEAR: f64 = 0.7;

/// Compiled rules.
pub(super) struct Rules {
    theories: Vec<Theory>,
    matcher: Matcher,
    /// Hash of each theory's rules.
    hashes: Vec<[u8; 16]>,
    ids: Vec<String>,
    /// Matchers for some of the theories, for blocks of which the others are known.
    parts: Mutex<HashMap<Vec<u16>, Arc<Matcher>>>,
    /// What was found out of blocks and is not yet noted in the store.
    notes: Mutex<Vec<Note>>,
}

/// Notes written at a time: some hundred kilobytes.
const NOTES: usize = 64;

/// Buffers of one thread for the posts of one block.
pub(super) struct Buffers<'a> {
    scratch: Scratch,
    tags: Vec<&'a str>,
}

impl Rules {
    pub(super) fn compile(theories: &[Theory]) -> Result<Self, AnswerError> {
        Ok(Self {
            matcher: Matcher::compile(theories)?,
            hashes: theories.iter().map(theory_hash).collect(),
            ids: theories.iter().map(|theory| theory.id.clone()).collect(),
            theories: theories.to_vec(),
            parts: Mutex::default(),
            notes: Mutex::default(),
        })
    }

    /// What matches the theories.
    pub(super) fn matcher(&self) -> &Matcher {
        &self.matcher
    }

    /// Hash of each theory's rules, in their order.
    pub(super) fn hashes(&self) -> &[[u8; 16]] {
        &self.hashes
    }

    /// Calls `each` with every post that matches one of these theories, and its place among them.
    pub(super) fn search(
        &self,
        some: &[u16],
        columns: &Columns,
        each: &mut dyn FnMut(usize, u16),
    ) -> Result<(), StoreError> {
        let matcher = self.part(some)?;
        let matcher = matcher.as_deref().unwrap_or(&self.matcher);
        let (mut buffers, mut theories) =
            (Buffers { scratch: matcher.scratch(), tags: Vec::new() }, Vec::new());
        if !matcher.needs_links() {
            let texts: Vec<&str> = (0..columns.len()).map(|post| columns.text_of(post)).collect();
            let tags = |post: usize| columns.tags_of(post);
            matcher.theories_of_all(&texts, tags, &mut buffers.scratch, |post, theories| {
                for &theory in theories {
                    each(post, theory);
                }
            });
            return Ok(());
        }
        for (at, post) in columns.iter().enumerate() {
            read(matcher, &post, &mut buffers, |text, scratch| {
                matcher.theories_of(text, scratch, &mut theories);
            });
            for &theory in &theories {
                each(at, theory);
            }
        }
        Ok(())
    }

    /// The matcher for some of the theories; none if it is that for all.
    fn part(&self, some: &[u16]) -> Result<Option<Arc<Matcher>>, StoreError> {
        if some.len() == self.theories.len() {
            return Ok(None);
        }
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = parts.get(some) {
            return Ok(Some(Arc::clone(known)));
        }
        let theories: Vec<Theory> =
            some.iter().filter_map(|&at| self.theories.get(usize::from(at)).cloned()).collect();
        // Rules that could be compiled together can be one by one.
        let matcher = Matcher::compile(&theories).map_err(|error| StoreError::Damaged(error.to_string()))?;
        let matcher = Arc::new(matcher);
        parts.insert(some.to_vec(), Arc::clone(&matcher));
        Ok(Some(matcher))
    }

    /// Takes in what was found out of a block.
    pub(super) fn note(&self, note: Option<Note>) {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).extend(note);
    }

    /// Keeps what was found out, if it is worth a write, or in the end whatever it is. A cache that cannot be written is no reason not to
    /// answer.
    pub(super) fn keep_notes(&self, store: &dyn Store, end: bool) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        if notes.len() >= NOTES || end && !notes.is_empty() {
            let notes = std::mem::take(&mut *notes);
            let _ = store.put(&Batch { notes, durability: Durability::Buffered, ..Batch::default() });
        }
    }

    /// The column groups that matching reads.
    pub(super) fn groups(&self) -> Groups {
        if self.matcher.needs_links() { Groups::TEXT.and(Groups::REST) } else { Groups::TEXT }
    }

    pub(super) fn buffers<'a>(&self) -> Buffers<'a> {
        Buffers { scratch: self.matcher.scratch(), tags: Vec::new() }
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
        read(&self.matcher, post, buffers, |text, scratch| self.matcher.count_terms(text, scratch, to));
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

/// Hands a post over as the matcher reads it.
fn read<'a>(
    matcher: &Matcher,
    post: &PostView<'a>,
    buffers: &mut Buffers<'a>,
    with: impl FnOnce(PostText<'_>, &mut Scratch),
) {
    buffers.tags.clear();
    buffers.tags.extend(post.tags);
    // Without any term for addresses this allocates nothing.
    let links: Vec<&str> = if matcher.needs_links() { post.links().collect() } else { Vec::new() };
    with(PostText { text: post.text, tags: &buffers.tags, links: &links }, &mut buffers.scratch);
}

/// Names of the notes that hold the posts left out by this campaign's selection: all of them, and those that its theories match.
pub(super) fn left_out_keys(campaign: &Campaign) -> Result<(NoteKey, NoteKey), AnswerError> {
    let selection = Selection::compile(campaign)?.hash();
    let matched = NoteKey::left_out(&selection, Some(&rules_hash(&campaign.theories)));
    Ok((NoteKey::left_out(&selection, None), matched))
}

/// What a selection means by these rules.
pub(super) fn wanted(theories: &[Theory], of: &PostSelection) -> Result<Wanted, AnswerError> {
    Ok(match of {
        PostSelection::All => Wanted::All,
        PostSelection::Unmatched => Wanted::Unmatched,
        PostSelection::Theory(id) => Wanted::Theory(theory_index(theories, id)?),
    })
}

/// Index of a theory by its id.
fn theory_index(theories: &[Theory], id: &str) -> Result<u16, AnswerError> {
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
