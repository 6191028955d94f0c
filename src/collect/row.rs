//! A feed's row and coverage, as a collection works on them.

use crate::ingest::{Caught, Counts};
use crate::source::{Goal, News, Source};
use crate::store::{FeedRow, Note, Store, StoreError, feed_row};
use crate::timeline::Coverage;
use std::collections::BTreeMap;
use std::path::Path;

/// Coverage of one feed, by tag; the empty tag stands for all of its tags.
pub type FeedCoverage = BTreeMap<String, Coverage>;

/// A feed's row and coverage.
pub(super) struct Kept {
    pub(super) row: FeedRow,
    pub(super) coverage: FeedCoverage,
    /// Whether the coverage is not as it was last written.
    pub(super) is_new: bool,
    /// As [`Source::tells_of_everybody`].
    pub(super) tells_of_everybody: bool,
}

impl Kept {
    /// What the store knows of a goal, or a new row.
    pub(super) fn of(
        store: &dyn Store,
        source: &dyn Source,
        goal: &Goal,
        now: crate::post::Timestamp,
    ) -> Result<Self, StoreError> {
        let new = FeedRow::new(source.name(), &goal.place(), goal.folded_tags(), now);
        let row = feed_row(store, &new.name())?.unwrap_or(new);
        let coverage = match store.note(&row.coverage_key())? {
            None => FeedCoverage::new(),
            Some(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
                StoreError::Damaged(format!("the coverage of a feed cannot be read: {error}"))
            })?,
        };
        Ok(Self { row, coverage, is_new: false, tells_of_everybody: source.tells_of_everybody() })
    }

    /// What came in, before the store said what became of it.
    pub(super) fn add(&mut self, caught: &Caught) {
        let Counts { read, rejected, unselected, .. } = caught.counts;
        self.row.read += read;
        self.row.rejected += rejected;
        self.row.unselected += unselected;
        self.row.first = self.row.first.into_iter().chain(caught.first).min();
        self.row.last = self.row.last.max(caught.last);
        caught.add_reasons(&mut self.row.reject_reasons, &mut self.row.unselected_reasons);
    }

    /// What the feed said beside posts, as far as it is kept.
    pub(super) fn hear(&mut self, news: &News) {
        match news {
            News::Covered { tag, since, until } => {
                self.coverage.entry(tag.clone()).or_default().collected(*since, *until);
                self.is_new = true;
            }
            News::Gap { tag, since, until, why } => {
                self.coverage.entry(tag.clone()).or_default().gap(*since, *until, why);
                self.is_new = true;
            }
            News::Notice(text) => self.row.add_notice(text),
            News::At(_) | News::AccountGone { .. } => {}
        }
    }

    /// Remembers where raw answers were written to: `forget` has to say that it cannot reach them.
    pub(super) fn add_raw(&mut self, folder: &Path) {
        let folder = folder.display().to_string();
        if !self.row.raw.contains(&folder) {
            self.row.raw.push(folder);
        }
    }

    /// Row and, if it changed, coverage, to be written.
    pub(super) fn notes(&self) -> Vec<Note> {
        std::iter::once(self.row.note()).chain(self.coverage_note()).collect()
    }

    /// Coverage, if it changed.
    pub(super) fn coverage_note(&self) -> Option<Note> {
        let spans = || serde_json::to_vec(&self.coverage).unwrap_or_default();
        self.is_new.then(|| (self.row.coverage_key(), Some(spans())))
    }
}

/// Counts what the store said of what was read.
pub(super) fn add_outcomes(row: &mut FeedRow, counts: &Counts) {
    row.added += counts.added;
    row.updated += counts.updated;
    row.duplicates += counts.duplicates;
    row.unselected += counts.unselected;
    for (reason, count) in counts.reasons() {
        *row.unselected_reasons.entry(reason.to_owned()).or_default() += count;
    }
}
