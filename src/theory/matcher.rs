//! Which theories a post is in. Every post of every question comes through here, so the common case (nothing matches) leaves early.

use super::compile::{Compiled, ReadTheory, Rule, RuleError, RuleErrorKind, compile, read};
use super::literal::Candidate;
use crate::project::Theory;
use crate::text::{Folded, FoldedTexts, fold_host_and_path, fold_to, may_have_entity, push_lower, tags};
use std::ops::Range;

/// All rules of a campaign, compiled once.
#[derive(Debug)]
pub struct Matcher {
    pub(super) compiled: Compiled,
}

/// What of a post the rules look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PostText<'a> {
    /// The text as printed.
    pub text: &'a str,
    /// Normalised tags; those in the text may be among them or not.
    pub tags: &'a [&'a str],
    /// Addresses; needed only if [`Matcher::needs_links`].
    pub links: &'a [&'a str],
}

/// Buffers that are used again for every post; one for each thread.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    folded: Folded,
    all: FoldedTexts,
    /// Lower-case copy of an ASCII text, or one folded tag or address.
    piece: String,
    hits: Hits,
    regexes: Vec<Option<bool>>,
    theories: Vec<u16>,
}

/// The terms that matched.
#[derive(Clone, Debug, Default)]
struct Hits {
    is: Vec<bool>,
    numbers: Vec<usize>,
}

impl Matcher {
    /// Compiles the rules of all theories.
    pub fn compile(theories: &[Theory]) -> Result<Self, RuleError> {
        let read: Vec<ReadTheory> = theories.iter().map(read).collect::<Result<_, _>>()?;
        let last = theories.last().map(|theory| theory.id.clone()).unwrap_or_default();
        Self::from_read(read).map_err(|kind| RuleError { theory: last, kind })
    }

    pub(super) fn from_read(theories: Vec<ReadTheory>) -> Result<Self, RuleErrorKind> {
        Ok(Self { compiled: compile(theories)? })
    }

    /// Buffers for [`Self::theories_of`].
    pub fn scratch(&self) -> Scratch {
        let mut scratch = Scratch::default();
        scratch.hits.is.resize(self.compiled.terms, false);
        scratch.regexes.resize(self.compiled.regexes.len(), None);
        scratch
    }

    /// Whether any term looks at addresses, so that [`PostText::links`] must be filled.
    pub fn needs_links(&self) -> bool {
        !self.compiled.urls.is_empty()
    }

    /// How many theories there are.
    pub fn theories(&self) -> usize {
        self.compiled.rules.len()
    }

    /// Replaces `out` by the indices of the theories that the post is in, in the order of the rules.
    pub fn theories_of(&self, post: PostText<'_>, scratch: &mut Scratch, out: &mut Vec<u16>) {
        out.clear();
        self.find_terms(post, scratch);
        let Scratch { folded, hits, regexes, theories, .. } = scratch;
        self.decide(folded.text(), hits, regexes, theories, out);
    }

    /// The same for many posts: calls `each` with the number of every post that is in theories, and these. `tags` gives the tags of a post;
    /// no links are looked at, so that [`Self::needs_links`] must say no.
    pub fn theories_of_all<'p, T: Iterator<Item = &'p str>>(
        &self,
        texts: &[&'p str],
        tags: impl Fn(usize) -> T,
        scratch: &mut Scratch,
        mut each: impl FnMut(usize, &[u16]),
    ) {
        let mut all = std::mem::take(&mut scratch.all);
        all.read(texts.iter().copied());
        let mut places = Vec::new();
        self.compiled.text.search_all(&all, |post, number, candidate| {
            // A term may stand in a post several times: looked at once is enough.
            if places.last() != Some(&(post, number)) && candidate.place().is_some() {
                places.push((post, number));
            }
        });
        let mut places = places.into_iter().peekable();
        let (mut start, mut found) = (0, Vec::new());
        for (post, (text, &end)) in texts.iter().zip(all.ends()).enumerate() {
            scratch.clear();
            while let Some((_, number)) = places.next_if(|(known, _)| *known == post) {
                scratch.hits.note(number);
            }
            if !self.compiled.tags.is_empty() {
                tags(post)
                    .filter_map(|tag| self.tag_number(tag))
                    .for_each(|number| scratch.hits.note(number));
                self.find_written_tags(text, scratch);
            }
            let Scratch { hits, regexes, theories, .. } = &mut *scratch;
            found.clear();
            self.decide(all.text().get(start..end).unwrap_or_default(), hits, regexes, theories, &mut found);
            if !found.is_empty() {
                each(post, &found);
            }
            start = end;
        }
        scratch.all = all;
    }

    /// Notes the terms for tags that stand in a text.
    fn find_written_tags(&self, text: &str, scratch: &mut Scratch) {
        let Scratch { folded, piece, hits, .. } = scratch;
        let mut unknown = |source: &str, urls: &[Range<usize>], with: &mut dyn FnMut(usize)| {
            tags::for_each(source, urls, |range| {
                self.written_tag(source, range, piece).into_iter().for_each(&mut *with);
            });
        };
        if text.is_ascii() && !may_have_entity(text) {
            // Signs in addresses count here: if nothing new is found with them, nothing is without.
            let mut any = false;
            unknown(text, &[], &mut |number| any |= !hits.has(number));
            if !any {
                return;
            }
        }
        folded.read(text);
        unknown(folded.source(text), folded.urls(), &mut |number| hits.note(number));
    }

    /// Puts the theories into `out` whose rules hold for a post, given the terms that stand in it.
    fn decide(
        &self,
        folded: &str,
        hits: &Hits,
        regexes: &mut [Option<bool>],
        theories: &mut Vec<u16>,
        out: &mut Vec<u16>,
    ) {
        let compiled = &self.compiled;
        if hits.numbers.is_empty() && compiled.regexes.is_empty() {
            return;
        }
        theories.clear();
        theories.extend_from_slice(&compiled.regex_theories);
        for number in &hits.numbers {
            theories.extend(compiled.theories_by_term.get(*number).into_iter().flatten());
        }
        theories.sort_unstable();
        theories.dedup();
        for theory in theories {
            let rule = compiled.rules.get(usize::from(*theory));
            let mut regex = |number| self.regex_hits(number, folded, regexes);
            if rule.is_some_and(|rule| rule.holds(&hits.is, &mut regex)) {
                out.push(*theory);
            }
        }
    }

    /// Notes which terms other than regular expressions match; the folded text is ready afterwards if there is any regular expression.
    fn find_terms(&self, post: PostText<'_>, scratch: &mut Scratch) {
        scratch.clear();
        let Compiled { text: literals, urls, tags: tag_terms, regexes, .. } = &self.compiled;
        let Scratch { folded, piece, hits, .. } = scratch;
        if !tag_terms.is_empty() {
            for tag in post.tags {
                self.tag_number(tag).into_iter().for_each(|number| hits.note(number));
            }
        }
        for link in post.links.iter().filter(|_| !urls.is_empty()) {
            find_url_terms(self, link, piece, hits);
        }
        if regexes.is_empty() && urls.is_empty() && self.cannot_match(post.text, piece) {
            return;
        }
        folded.read(post.text);
        literals.search(folded.text(), |number, candidate| hits.note_if_there(number, candidate));
        let source = folded.source(post.text);
        if !tag_terms.is_empty() {
            tags::for_each(source, folded.urls(), |range| {
                self.written_tag(source, range, piece).into_iter().for_each(|number| hits.note(number));
            });
        }
        if !urls.is_empty() {
            for url in folded.urls() {
                find_url_terms(self, source.get(url.clone()).unwrap_or_default(), piece, hits);
            }
        }
    }

    /// Whether a quick look at an ASCII text shows that no term stands in it. Addresses are not taken out yet: that can only remove matches.
    fn cannot_match(&self, text: &str, piece: &mut String) -> bool {
        if !text.is_ascii() || may_have_entity(text) {
            return false;
        }
        piece.clear();
        push_lower(text, piece);
        if self.compiled.text.may_match(piece) {
            return false;
        }
        let mut tagged = false;
        if !self.compiled.tags.is_empty() {
            tags::for_each(text, &[], |range| tagged |= self.written_tag(text, range, piece).is_some());
        }
        !tagged
    }

    /// Number of the term for a normalised tag.
    pub(super) fn tag_number(&self, tag: &str) -> Option<usize> {
        let tags = &self.compiled.tags;
        let at = tags.binary_search_by(|(known, _)| known.as_str().cmp(tag)).ok()?;
        tags.get(at).map(|(_, number)| *number)
    }

    /// Number of the term for the hashtag at `range` of a text, sign included.
    pub(super) fn written_tag(&self, source: &str, range: Range<usize>, piece: &mut String) -> Option<usize> {
        piece.clear();
        fold_to(source.get(range)?, piece);
        self.tag_number(piece.strip_prefix('#')?)
    }

    /// Whether the regular expression with this term number matches; looked up at most once a post.
    fn regex_hits(&self, number: usize, folded: &str, known: &mut [Option<bool>]) -> bool {
        let at = self.compiled.regexes.binary_search_by_key(&number, |(number, _)| *number);
        let Some((at, (_, regex))) = at.ok().and_then(|at| Some((at, self.compiled.regexes.get(at)?))) else {
            return false;
        };
        match known.get_mut(at) {
            Some(known) => *known.get_or_insert_with(|| regex.is_match(folded)),
            None => regex.is_match(folded),
        }
    }

    /// Whether any term but a regular expression matches.
    pub(super) fn any_term_of(&self, post: PostText<'_>, scratch: &mut Scratch) -> bool {
        if post.tags.iter().any(|tag| self.tag_number(tag).is_some()) {
            return true;
        }
        self.find_terms(post, scratch);
        !scratch.hits.numbers.is_empty()
    }

    /// Calls `each` with theory, place among its positive terms, for every positive term that matches: what `lint` counts.
    pub(super) fn positive_terms_of(
        &self,
        post: PostText<'_>,
        scratch: &mut Scratch,
        mut each: impl FnMut(usize, usize),
    ) {
        self.find_terms(post, scratch);
        let Scratch { folded, hits, regexes, .. } = scratch;
        for (theory, rule) in self.compiled.rules.iter().enumerate() {
            for (place, (number, _)) in rule.positive.iter().enumerate() {
                let is_regex = rule.regex.contains(number);
                if hits.has(*number) || (is_regex && self.regex_hits(*number, folded.text(), regexes)) {
                    each(theory, place);
                }
            }
        }
    }
}

fn find_url_terms(matcher: &Matcher, url: &str, piece: &mut String, hits: &mut Hits) {
    piece.clear();
    fold_host_and_path(url, piece);
    matcher.compiled.urls.search(piece, |number, candidate| hits.note_if_there(number, candidate));
}

impl Rule {
    /// Whether a post is in the theory, given the literal terms that match and a way to ask about regular expressions.
    fn holds(&self, hits: &[bool], regex: &mut impl FnMut(usize) -> bool) -> bool {
        let hit = |number: &usize| hits.get(*number).copied().unwrap_or(false);
        if self.none.iter().any(hit) || !self.all.iter().all(hit) {
            return false;
        }
        let only_all = self.any.is_empty() && self.regex.is_empty();
        only_all || self.any.iter().any(hit) || self.regex.iter().any(|number| regex(*number))
    }
}

impl Hits {
    fn has(&self, number: usize) -> bool {
        self.is.get(number).copied().unwrap_or(false)
    }

    fn note_if_there(&mut self, number: usize, candidate: Candidate<'_>) {
        if !self.has(number) && candidate.place().is_some() {
            self.note(number);
        }
    }

    fn note(&mut self, number: usize) {
        if let Some(is) = self.is.get_mut(number)
            && !*is
        {
            *is = true;
            self.numbers.push(number);
        }
    }
}

impl Scratch {
    fn clear(&mut self) {
        for number in self.hits.numbers.drain(..) {
            if let Some(is) = self.hits.is.get_mut(number) {
                *is = false;
            }
        }
        self.regexes.fill(None);
    }
}
