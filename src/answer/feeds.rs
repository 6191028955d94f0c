//! What was collected from where, and what is missing: the part of `tagline.status/1` that speaks of feeds.

use super::AnswerError;
use crate::store::{FeedRow, Store, StoreError, feed_rows};
use crate::timeline::{Coverage, CoveredSpan};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One feed: source, host, tags.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FeedAnswer {
    /// Source and host: `mastodon:mastodon.social`.
    pub from: String,
    /// The row of the ledger; its cursor is left out, since it says nothing to anybody but the source.
    #[serde(flatten)]
    pub row: FeedRow,
    /// What is covered and what is not, by tag; the empty tag stands for all tags of the feed. What no span names is unknown.
    pub coverage: BTreeMap<String, Vec<CoveredSpan>>,
}

impl FeedAnswer {
    /// Spans of which posts may be missing.
    pub fn gaps(&self) -> impl Iterator<Item = (&str, &CoveredSpan)> {
        let spans =
            self.coverage.iter().flat_map(|(tag, spans)| spans.iter().map(move |span| (tag.as_str(), span)));
        spans.filter(|(_, span)| span.gap.is_some())
    }
}

/// All feeds of a store, in the order they were first begun.
pub(super) fn feeds(store: &dyn Store) -> Result<Vec<FeedAnswer>, AnswerError> {
    let feed = |mut row: FeedRow| {
        let coverage: BTreeMap<String, Coverage> = match store.note(&row.coverage_key())? {
            None => BTreeMap::new(),
            Some(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
                StoreError::Damaged(format!("the coverage of a feed cannot be read: {error}"))
            })?,
        };
        row.cursor.clear();
        let coverage = coverage.into_iter().map(|(tag, spans)| (tag, spans.spans().to_vec())).collect();
        Ok(FeedAnswer { from: row.place(), row, coverage })
    };
    feed_rows(store)?.into_iter().map(feed).collect()
}
