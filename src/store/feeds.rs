//! The ledger of feeds: what the store remembers of each source, host and set of tags that was collected from.

use super::{Note, NoteKey, Store, StoreError};
use crate::post::{RunKey, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Name of the note that lists the feeds.
const LIST: &str = "feeds";
/// Most reasons and notices kept with a row; they are few unless a host makes them up.
const MAX_WORDS: usize = 32;

/// One feed: a source, a host, the tags. Kept for good; a later run with the same three goes on with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedRow {
    /// Name of the source.
    pub source: String,
    /// Host asked, and the path on it, if one was named.
    pub host: String,
    /// Normalised tags, sorted.
    pub tags: Vec<String>,
    /// What its posts carry as provenance.
    pub run: RunKey,
    /// Where to go on; opaque to all but the source. Empty before the first save.
    pub cursor: String,
    /// Records read, over all runs; always the sum of the five below.
    pub read: u64,
    /// New posts.
    pub added: u64,
    /// Posts changed, and deletions that took effect.
    pub updated: u64,
    /// Posts known already.
    pub duplicates: u64,
    /// Records left out with a reason.
    pub rejected: u64,
    /// Posts that nobody wanted.
    pub unselected: u64,
    /// Earliest post read.
    pub first: Option<Timestamp>,
    /// Latest post read.
    pub last: Option<Timestamp>,
    /// When it was first begun, by our clock.
    pub started_at: Timestamp,
    /// When something of it was last saved, by our clock.
    pub saved_at: Option<Timestamp>,
    /// Requests made, those tried again too.
    #[serde(default)]
    pub requests: u64,
    /// How the last run of it ended, in words; empty while it runs, or if it was killed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ended: String,
    /// Why records were rejected, counted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reject_reasons: BTreeMap<String, u64>,
    /// Why posts were left out, counted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unselected_reasons: BTreeMap<String, u64>,
    /// What the source had to say, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<String>,
    /// Folders that `--raw` wrote pages of it to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub raw: Vec<String>,
}

impl FeedRow {
    /// A new one, of normalised tags.
    pub fn new(source: &str, host: &str, mut tags: Vec<String>, now: Timestamp) -> Self {
        tags.sort_unstable();
        tags.dedup();
        let (source, host) = (source.to_owned(), host.to_owned());
        let row = Self { source, host, tags, started_at: now, ..Self::default() };
        let hash = blake3::hash(format!("collect\0{}", row.name()).as_bytes());
        let mut run = RunKey::default();
        run.0.iter_mut().zip(hash.as_bytes()).for_each(|(to, from)| *to = *from);
        Self { run, ..row }
    }

    /// What tells it from every other feed: `mastodon:mastodon.social #vault7`.
    pub fn name(&self) -> String {
        let tags: Vec<String> = self.tags.iter().map(|tag| format!("#{tag}")).collect();
        format!("{} {}", self.place(), tags.join(" "))
    }

    /// Source and host, for people.
    pub fn place(&self) -> String {
        format!("{}:{}", self.source, self.host)
    }

    /// Keeps what the source had to say, each sentence once.
    pub fn add_notice(&mut self, notice: &str) {
        if self.notices.len() < MAX_WORDS && !self.notices.iter().any(|known| known == notice) {
            self.notices.push(notice.to_owned());
        }
    }

    /// It as a note.
    pub fn note(&self) -> Note {
        // It holds nothing that JSON cannot.
        (NoteKey::Cursor(self.name()), Some(serde_json::to_vec(self).unwrap_or_default()))
    }

    /// Where its coverage stands.
    pub fn coverage_key(&self) -> NoteKey {
        NoteKey::Coverage(self.name())
    }
}

/// The feeds of a store, in the order they were first begun.
pub fn feed_rows(store: &dyn Store) -> Result<Vec<FeedRow>, StoreError> {
    let rows = names(store)?.into_iter().map(|name| feed_row(store, &name));
    rows.filter_map(Result::transpose).collect()
}

/// What is known of the feed with a name.
pub fn feed_row(store: &dyn Store, name: &str) -> Result<Option<FeedRow>, StoreError> {
    read(store, &NoteKey::Cursor(name.to_owned()))
}

/// The list of feeds with these names added, to be written; nothing if all are on it.
pub fn list_with_feeds(store: &dyn Store, new: &[String]) -> Result<Option<Note>, StoreError> {
    let mut names = names(store)?;
    let before = names.len();
    for name in new {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let list = serde_json::to_vec(&names).unwrap_or_default();
    Ok((names.len() > before).then(|| (NoteKey::Cursor(LIST.to_owned()), Some(list))))
}

fn names(store: &dyn Store) -> Result<Vec<String>, StoreError> {
    Ok(read(store, &NoteKey::Cursor(LIST.to_owned()))?.unwrap_or_default())
}

fn read<T: serde::de::DeserializeOwned>(store: &dyn Store, key: &NoteKey) -> Result<Option<T>, StoreError> {
    let Some(bytes) = store.note(key)? else { return Ok(None) };
    let damaged = |error| StoreError::Damaged(format!("what is known of a feed cannot be read: {error}"));
    serde_json::from_slice(&bytes).map(Some).map_err(damaged)
}
