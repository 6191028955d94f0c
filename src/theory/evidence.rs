//! Why a post is in a theory: every term that matches, with every place in the text as printed.

use super::matcher::{Matcher, PostText};
use crate::text::{Traced, fold_host_and_path, tags};
use std::ops::Range;

/// A theory that a post is in, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Index of the theory in the rules.
    pub theory: u16,
    /// Terms of `any`, `all` and `regex` that match, by place; those that stand only in metadata come last.
    pub terms: Vec<TermMatch>,
}

/// One place where a term matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermMatch {
    /// The term as written in the rules.
    pub term: String,
    /// Unicode scalar values of the text as printed; `None` where only metadata (a tag, a link) matches.
    pub span: Option<Range<usize>>,
}

impl Matcher {
    /// The theories that a post is in, in the order of the rules, each with all that matched.
    pub fn evidence(&self, post: PostText<'_>) -> Vec<Evidence> {
        let mut theories = Vec::new();
        self.theories_of(post, &mut self.scratch(), &mut theories);
        if theories.is_empty() {
            return Vec::new();
        }
        let places = self.places(post);
        let evidence = theories.into_iter().filter_map(|theory| {
            let rule = self.compiled.rules.get(usize::from(theory))?;
            let mut terms = Vec::new();
            for (number, written) in &rule.positive {
                let spans = places.get(*number).into_iter().flatten();
                terms.extend(spans.map(|span| TermMatch { term: written.clone(), span: span.clone() }));
            }
            terms.sort_by(|a, b| order(a).cmp(&order(b)));
            terms.dedup();
            Some(Evidence { theory, terms })
        });
        evidence.collect()
    }

    /// For each distinct term all its places.
    fn places(&self, post: PostText<'_>) -> Vec<Vec<Option<Range<usize>>>> {
        let compiled = &self.compiled;
        let traced = Traced::new(post.text);
        let folded = traced.folded();
        let source = folded.source(post.text);
        let mut places = vec![Vec::new(); compiled.terms];
        let mut note = |number: usize, span: Option<Range<usize>>| {
            let Some(spans): Option<&mut Vec<_>> = places.get_mut(number) else { return };
            if span.is_some() || spans.is_empty() {
                spans.push(span);
            }
        };
        compiled.text.search(folded.text(), |number, candidate| {
            if let Some(at) = candidate.place() {
                note(number, Some(traced.printed(&at)));
            }
        });
        for (number, regex) in &compiled.regexes {
            for found in regex.find_iter(folded.text()) {
                // `\b` alone matches between characters: there is nothing to mark.
                let span = Some(found.range()).filter(|range| !range.is_empty());
                note(*number, span.map(|range| traced.printed(&range)));
            }
        }
        let mut piece = String::new();
        tags::for_each(source, folded.urls(), |range| {
            if let Some(number) = self.written_tag(source, range.clone(), &mut piece) {
                note(number, Some(traced.printed_source(&range)));
            }
        });
        let mut address = |url: &str, span: Option<Range<usize>>| {
            piece.clear();
            fold_host_and_path(url, &mut piece);
            compiled.urls.search(&piece, |number, candidate| {
                if candidate.place().is_some() {
                    note(number, span.clone());
                }
            });
        };
        for url in folded.urls() {
            address(source.get(url.clone()).unwrap_or_default(), Some(traced.printed_source(url)));
        }
        // Metadata comes last: where the text shows the same, the place in the text is the better evidence.
        post.links.iter().for_each(|link| address(link, None));
        for number in post.tags.iter().filter_map(|tag| self.tag_number(tag)) {
            note(number, None);
        }
        places
    }
}

fn order(found: &TermMatch) -> (usize, usize, &str) {
    let (start, end) = found.span.as_ref().map_or((usize::MAX, usize::MAX), |span| (span.start, span.end));
    (start, end, &found.term)
}
