//! Tags as relays compare them, and what was asked for of each: the cursor.

use crate::post::Timestamp;
use crate::source::{GoalError, Windows};
use crate::text::tags::normalise;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A tag, and how it is spelled in what is asked for: relays compare letter by letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) folded: String,
    pub(super) spellings: Vec<String>,
}

impl Tag {
    /// The tags of a goal, each once, in all its spellings.
    pub(super) fn all(tags: &[String]) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for written in tags {
            let bare = written.trim().trim_start_matches('#');
            let Some(folded) = normalise(bare) else { continue };
            let at = found.iter().position(|tag| tag.folded == folded).unwrap_or_else(|| {
                found.push(Self { folded: folded.clone(), spellings: vec![folded.clone()] });
                found.len() - 1
            });
            let Some(tag) = found.get_mut(at) else { continue };
            // NIP-24 wants small letters, which is not quite what folding makes (`ß`).
            for spelling in [bare.to_owned(), bare.to_lowercase()] {
                if !tag.spellings.contains(&spelling) {
                    tag.spellings.push(spelling);
                }
            }
        }
        found
    }
}

/// Where to go on, by folded tag.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Place {
    tags: BTreeMap<String, Windows>,
}

impl Place {
    pub(super) fn read(text: &str) -> Result<Self, GoalError> {
        let place: Self = serde_json::from_str(text).map_err(|error| GoalError::Cursor(error.to_string()))?;
        if place.tags.values().all(Windows::is_sound) {
            Ok(place)
        } else {
            Err(GoalError::Cursor("a span of it ends before it begins".to_owned()))
        }
    }

    pub(super) fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(super) fn windows(&mut self, tag: &str) -> &mut Windows {
        self.tags.entry(tag.to_owned()).or_default()
    }

    pub(super) fn current(&self, tag: &str) -> Option<(Timestamp, Timestamp)> {
        self.tags.get(tag)?.current()
    }

    pub(super) fn asked_until(&self, tag: &str) -> Option<Timestamp> {
        self.tags.get(tag)?.asked_until()
    }
}

/// The first and the last second that a span touches.
pub(super) fn seconds_of(since: Timestamp, until: Timestamp) -> (i64, i64) {
    (since.as_seconds(), until.as_millis().saturating_sub(1).div_euclid(1000))
}

/// When a second begins.
pub(super) fn begin_of(second: i64) -> Timestamp {
    Timestamp::from_millis_unchecked(second.saturating_mul(1000))
}
