//! The search for all literal terms at once: one automaton over one anchor word of each term, then the neighbours are looked at.

use super::term::{Literal, in_word};
use crate::text::{BARRIER, FoldedTexts, is_spaceless, is_word};
use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::dfa::DFA;
use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, BuildError, Input, MatchKind, PatternID};
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
    /// For searches through many texts at once, if it is not too large.
    table: Option<Table>,
}

/// All anchors as one table, walked byte by byte whatever stands there: no start, no end, nothing to be called for each text.
#[derive(Debug)]
struct Table {
    automaton: DFA,
    start: StateID,
    /// For each anchor the terms that have it.
    uses: Vec<Vec<Use>>,
}

/// Texts that are walked through at the same time: each step waits for the one before it in its own text, but not for those in the others.
const LANES: usize = 4;

/// An anchor that stands somewhere in the texts.
#[derive(Clone, Copy, Debug)]
struct Hit {
    /// Where it ends.
    end: usize,
    anchor: PatternID,
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
        let small = !uses.is_empty() && bytes <= TABLE_ANCHOR_BYTES;
        let table = small.then(|| Table::new(uses)).transpose()?;
        Ok(Self { automaton, anchors, terms, edges, table })
    }

    /// Calls `each` with the number of a text, the number of a term and a place where it may stand, text by text in their order.
    pub(super) fn search_all<'t>(
        &'t self,
        texts: &'t FoldedTexts,
        mut each: impl FnMut(usize, usize, Candidate<'t>),
    ) {
        let slices = || texts.ends().iter().scan(0, |start, &end| Some(std::mem::replace(start, end)..end));
        let Some(table) = &self.table else {
            for (at, range) in slices().enumerate() {
                let folded = texts.text().get(range).unwrap_or_default();
                self.search(folded, |number, candidate| each(at, number, candidate));
            }
            return;
        };
        let mut slices = slices().enumerate();
        let mut current = slices.next();
        for hit in table.hits(texts) {
            while current.as_ref().is_some_and(|(_, range)| hit.end > range.end) {
                current = slices.next();
            }
            let Some((at, range)) = &current else { return };
            let Some(folded) = texts.text().get(range.clone()) else { continue };
            for one in table.uses.get(hit.anchor.as_usize()).into_iter().flatten() {
                // An anchor that begins in the text before stands in neither.
                let Some(start) = hit.end.checked_sub(one.bytes + range.start) else { continue };
                if let Some((number, literal)) = self.terms.get(one.term) {
                    let place = start..start + one.bytes;
                    each(
                        *at,
                        *number,
                        Candidate { literal, folded, at: place, word: one.word, edges: self.edges },
                    );
                }
            }
        }
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

impl Table {
    fn new(uses: BTreeMap<&str, Vec<Use>>) -> Result<Self, BuildError> {
        let automaton = DFA::builder().match_kind(MatchKind::Standard).prefilter(false).build(uses.keys())?;
        // It fails only for an anchored search in a table that has none, which this has.
        let start = automaton.start_state(Anchored::No).unwrap_or_default();
        let uses = uses.into_values().collect();
        Ok(Self { automaton, start, uses })
    }

    /// Every place where an anchor stands in the texts taken as one, in order of its end.
    fn hits(&self, texts: &FoldedTexts) -> Vec<Hit> {
        let lanes = lanes(texts);
        let [a, b, c, d] = lanes.clone().map(|lane| texts.text().as_bytes().get(lane).unwrap_or_default());
        let mut states = [self.start; LANES];
        let mut hits: [Vec<Hit>; LANES] = Default::default();
        let together = [a.len(), b.len(), c.len(), d.len()].into_iter().min().unwrap_or(0);
        let step = |state: StateID, byte: u8| self.automaton.next_state(Anchored::No, state, byte);
        for (at, (((&a, &b), &c), &d)) in a.iter().zip(b).zip(c).zip(d).enumerate() {
            let [one, two, three, four] = states;
            states = [step(one, a), step(two, b), step(three, c), step(four, d)];
            let special = |state: &StateID| self.automaton.is_special(*state);
            if states.iter().any(special) {
                for ((state, hits), lane) in states.iter().zip(&mut hits).zip(&lanes) {
                    self.note(*state, lane.start + at + 1, hits);
                }
            }
        }
        for (((state, hits), lane), rest) in states.iter().zip(&mut hits).zip(&lanes).zip([a, b, c, d]) {
            let mut state = *state;
            for (at, &byte) in rest.iter().enumerate().skip(together) {
                state = step(state, byte);
                self.note(state, lane.start + at + 1, hits);
            }
        }
        hits.concat()
    }

    fn note(&self, state: StateID, end: usize, hits: &mut Vec<Hit>) {
        if self.automaton.is_match(state) {
            let anchors =
                (0..self.automaton.match_len(state)).map(|at| self.automaton.match_pattern(state, at));
            hits.extend(anchors.map(|anchor| Hit { end, anchor }));
        }
    }
}

/// The texts in about equal parts, cut between texts.
fn lanes(texts: &FoldedTexts) -> [Range<usize>; LANES] {
    let length = texts.text().len();
    let cut = |lane: usize| {
        let wanted = length * lane / LANES;
        let at = texts.ends().partition_point(|&end| end < wanted);
        texts.ends().get(at).copied().unwrap_or(length)
    };
    let cuts = [0, cut(1), cut(2), cut(3), length];
    [cuts[0]..cuts[1], cuts[1]..cuts[2], cuts[2]..cuts[3], cuts[3]..cuts[4]]
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
            before = ends_with(trimmed, word).then(|| trimmed.strip_suffix(word.as_str()))??;
        }
        // Mostly empty; comparing nothing is not for nothing: an empty text lies nowhere, and looking there takes the machine long.
        if self.lead.is_empty() { Some(before) } else { before.strip_suffix(self.lead.as_str()) }
    }

    /// What stands after the term, given what stands after its word `word`.
    fn strip_after<'t>(&self, after: &'t str, word: usize) -> Option<&'t str> {
        let mut after = after;
        for word in self.words.get(word + 1..).unwrap_or_default() {
            let trimmed = after.trim_start_matches(separates);
            if trimmed.len() == after.len() {
                return None;
            }
            after = begins_with(trimmed, word).then(|| trimmed.strip_prefix(word.as_str()))??;
        }
        if self.trail.is_empty() { Some(after) } else { after.strip_prefix(self.trail.as_str()) }
    }
}

impl Edges {
    /// Whether a term whose edge is `own` must not stand beside `neighbour`.
    fn touch(self, neighbour: char, own: char) -> bool {
        let is_part = if self == Self::Address { in_word(neighbour) } else { is_word(neighbour) };
        is_part && !is_spaceless(neighbour) && !is_spaceless(own)
    }
}

/// Whether the last bytes are alike: mostly they are not, and nothing longer need be compared.
fn ends_with(text: &str, word: &str) -> bool {
    text.as_bytes().last() == word.as_bytes().last()
}

/// Whether the first bytes are alike.
fn begins_with(text: &str, word: &str) -> bool {
    text.as_bytes().first() == word.as_bytes().first()
}

/// Whether `c` may stand between two words of a phrase.
fn separates(c: char) -> bool {
    !in_word(c) && c != BARRIER
}
