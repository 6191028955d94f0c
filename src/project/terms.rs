//! The lists of terms in the rule file, each term checked and each mistake pointed at.

use super::read::Reader;
use crate::text::tags;
use crate::theory::{List, Term, TermError};
use std::ops::Range;
use toml_edit::TableLike;

impl Reader<'_> {
    /// The terms of a list, as written.
    pub(super) fn terms(&mut self, table: &dyn TableLike, list: List) -> Vec<String> {
        let written = self.strings(table, list.key());
        for (term, span) in &written {
            if let Err(error) = list.parse(term) {
                self.term_mistake(term, span, &error);
            }
        }
        written.into_iter().map(|(term, _)| term).collect()
    }

    /// The campaign's words, as written.
    pub(super) fn words(&mut self, table: &dyn TableLike) -> Vec<String> {
        let written = self.strings(table, "words");
        for (word, span) in &written {
            if let Err(error) = Term::parse(word) {
                self.term_mistake(word, span, &error);
            }
        }
        written.into_iter().map(|(word, _)| word).collect()
    }

    /// The campaign's tags, normalised, without repeats.
    pub(super) fn tags(&mut self, table: &dyn TableLike) -> Vec<String> {
        let (mut written, mut normalised) = (Vec::new(), Vec::new());
        for (tag, span) in self.strings(table, "tags") {
            match tags::normalise(&tag).filter(|tag| tags::is_writable(tag)) {
                Some(known) if normalised.contains(&known) => {}
                Some(known) => {
                    normalised.push(known);
                    written.push(tag.trim().trim_start_matches(['#', '＃']).to_owned());
                }
                None => {
                    let message = format!("`{}` is no tag", super::mistake::quoted(&tag));
                    let fix = if tag.trim().is_empty() {
                        "write a tag, or remove it".to_owned()
                    } else {
                        "a tag has letters, digits and `_` only, and at least one letter; words go into `words`".to_owned()
                    };
                    self.mistake(&span, message, Some(fix));
                }
            }
        }
        written
    }

    fn term_mistake(&mut self, term: &str, span: &Range<usize>, error: &TermError) {
        let place = match error {
            TermError::Regex { at: Some(at), .. } => self.inside(term, span, at),
            _ => None,
        };
        let message = match error {
            TermError::Regex { message, .. } => format!("the regular expression is wrong: {message}"),
            other => other.to_string(),
        };
        self.mistake(&place.unwrap_or_else(|| span.clone()), message, error.fix());
    }

    /// Where in the file the bytes `at` of a value stand, if the value is written without escapes.
    fn inside(&self, value: &str, span: &Range<usize>, at: &Range<usize>) -> Option<Range<usize>> {
        let written = self.source.get(span.clone())?;
        // Only quotes stand before a value without escapes; with escapes, places in the two differ.
        let quotes = written.len() - written.trim_start_matches(['"', '\'']).len();
        let start = span.start + (0..=quotes).rev().find(|&at| written.split_at(at).1.starts_with(value))?;
        Some(start + at.start..start + at.end)
    }
}
