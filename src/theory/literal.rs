//! The search for all literal terms at once: one automaton over one anchor word of each term, then the neighbours are looked at.

use super::term::{Literal, in_word};
use crate::text::{BARRIER, is_spaceless, is_word};
use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError, Input, MatchKind};
use std::collections::BTreeMap;
use std::ops::Range;

/// Up to so many bytes of anchors the automaton is a full table (about 1 KiB a byte of anchor): twice as fast, and still small.
const TABLE_ANCHOR_BYTES: usize = 4096;
/// Vector instructions look for the first bytes of the anchors; with shorter ones than this they stop too often to be worth it.
const PREFILTER_ANCHOR_BYTES: usize = 3;

/// What counts as an edge of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edges {
    /// In texts: no `\w`, which includes `_`.
    Text,
    /// In addresses: `_` separates words there, as `-` and `/` do.
    Address,
}

/// All literal terms of a matcher.
#[derive(Debug)]
pub(super) struct Literals {
    automaton: Option<AhoCorasick>,
    /// For each anchor the terms that have it or a beginning of it as their anchor: where the longest stands, all of them do.
    anchors: Vec<Vec<Use>>,
    terms: Vec<(usize, Literal)>,
    edges: Edges,
}

#[derive(Clone, Copy, Debug)]
struct Use {
    /// Index into `terms`.
    term: usize,
    /// Which of its words the anchor is.
    word: usize,
    /// Length of the anchor.
    bytes: usize,
}

impl Literals {
    /// Compiles the terms; each comes with a number by which it will be reported.
    pub(super) fn new(terms: Vec<(usize, Literal)>, edges: Edges) -> Result<Self, BuildError> {
        let mut uses: BTreeMap<&str, Vec<Use>> = BTreeMap::new();
        for (at, (_, literal)) in terms.iter().enumerate() {
            let (word, anchor) = literal.anchor();
            uses.entry(anchor).or_default().push(Use { term: at, word, bytes: anchor.len() });
        }
        let bytes: usize = uses.keys().map(|anchor| anchor.len()).sum();
        let kind = (bytes <= TABLE_ANCHOR_BYTES).then_some(AhoCorasickKind::DFA);
        // Not the overlapping search: only the leftmost one has vector instructions to run over text without any anchor.
        let build = || {
            AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .prefilter(uses.keys().all(|anchor| anchor.len() >= PREFILTER_ANCHOR_BYTES))
                .kind(kind)
                .build(uses.keys())
        };
        let automaton = if uses.is_empty() { None } else { Some(build()?) };
        let anchors = with_beginnings(&uses);
        Ok(Self { automaton, anchors, terms, edges })
    }

    /// Whether there is no term.
    pub(super) fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether any anchor stands in the text; without one, no term does.
    pub(super) fn may_match(&self, folded: &str) -> bool {
        self.automaton.as_ref().is_some_and(|automaton| automaton.is_match(folded))
    }

    /// Calls `each` with the number of a term and a place where it may stand, for each term at each place.
    pub(super) fn search<'t>(&'t self, folded: &'t str, mut each: impl FnMut(usize, Candidate<'t>)) {
        let Some(automaton) = &self.automaton else { return };
        let mut from = 0;
        while let Some(hit) = automaton.find(Input::new(folded).span(from..folded.len())) {
            for one in self.anchors.get(hit.pattern().as_usize()).into_iter().flatten() {
                if let Some((number, literal)) = self.terms.get(one.term) {
                    let at = hit.start()..hit.start() + one.bytes;
                    each(*number, Candidate { literal, folded, at, word: one.word, edges: self.edges });
                }
            }
            from = hit.start() + 1;
        }
    }
}

/// A place where the anchor of a term stands.
pub(super) struct Candidate<'t> {
    literal: &'t Literal,
    folded: &'t str,
    at: Range<usize>,
    word: usize,
    edges: Edges,
}

impl Candidate<'_> {
    /// The place of the whole term, if it stands there.
    pub(super) fn place(self) -> Option<Range<usize>> {
        self.literal.verify(self.folded, self.at, self.word, self.edges)
    }
}

/// For each anchor, in order, the uses of it and of those that it begins with.
fn with_beginnings(uses: &BTreeMap<&str, Vec<Use>>) -> Vec<Vec<Use>> {
    let of = |anchor: &str| {
        let beginnings = anchor.char_indices().map(|(at, c)| anchor.get(..at + c.len_utf8()));
        beginnings.flatten().filter_map(|beginning| uses.get(beginning)).flatten().copied().collect()
    };
    uses.keys().map(|anchor| of(anchor)).collect()
}

impl Literal {
    /// The place of the whole term, if the anchor at `at` (word `word` of the term) is part of one.
    fn verify(&self, text: &str, at: Range<usize>, word: usize, edges: Edges) -> Option<Range<usize>> {
        let (before, rest) = text.split_at_checked(at.start)?;
        let after = rest.split_at_checked(at.len())?.1;
        let before = self.strip_before(before, word)?;
        let mut after = self.strip_after(after, word)?;
        let (start, mut end) = (before.len(), text.len() - after.len());
        let matched = text.get(start..end)?;
        if let (Some(neighbour), Some(own)) = (before.chars().next_back(), matched.chars().next())
            && edges.touch(neighbour, own)
        {
            return None;
        }
        let mut own = matched.chars().next_back()?;
        if self.goes_on {
            // The span of a prefix covers the whole word, as far as the edge of a word can be seen.
            while let Some(next) =
                after.chars().next().filter(|&next| in_word(next) && edges.touch(next, own))
            {
                after = after.split_at(next.len_utf8()).1;
                own = next;
            }
            end = text.len() - after.len();
        } else if after.chars().next().is_some_and(|neighbour| edges.touch(neighbour, own)) {
            return None;
        }
        Some(start..end)
    }

    /// What stands before the term, given what stands before its word `word`.
    fn strip_before<'t>(&self, before: &'t str, word: usize) -> Option<&'t str> {
        if self.words.is_empty() {
            return Some(before);
        }
        let mut before = before;
        for word in self.words.get(..word)?.iter().rev() {
            let trimmed = before.trim_end_matches(separates);
            if trimmed.len() == before.len() {
                return None;
            }
            before = trimmed.strip_suffix(word.as_str())?;
        }
        before.strip_suffix(self.lead.as_str())
    }

    /// What stands after the term, given what stands after its word `word`.
    fn strip_after<'t>(&self, after: &'t str, word: usize) -> Option<&'t str> {
        let mut after = after;
        for word in self.words.get(word + 1..).unwrap_or_default() {
            let trimmed = after.trim_start_matches(separates);
            if trimmed.len() == after.len() {
                return None;
            }
            after = trimmed.strip_prefix(word.as_str())?;
        }
        after.strip_prefix(self.trail.as_str())
    }
}

impl Edges {
    /// Whether a term whose edge is `own` must not stand beside `neighbour`.
    fn touch(self, neighbour: char, own: char) -> bool {
        let is_part = if self == Self::Address { in_word(neighbour) } else { is_word(neighbour) };
        is_part && !is_spaceless(neighbour) && !is_spaceless(own)
    }
}

/// Whether `c` may stand between two words of a phrase.
fn separates(c: char) -> bool {
    !in_word(c) && c != BARRIER
}
