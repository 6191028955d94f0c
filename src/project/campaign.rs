//! What `tagline.toml` says, as plain data. Reading, finding and writing the file is next door.

use super::Purpose;
use crate::post::DeletionPolicy;
use serde::{Deserialize, Serialize};

/// Tags, period, theories and events: one campaign.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Campaign {
    /// Name for titles.
    pub name: String,
    /// Tags as written, without sign; a post with any of them, however written, is selected. Empty, with `words` empty too: every post is.
    pub tags: Vec<String>,
    /// Terms, as written; a post with any of them is selected too.
    pub words: Vec<String>,
    /// IANA zone of the buckets, checked.
    pub zone: String,
    /// Start of the period, as written (a date in `zone`, or RFC 3339).
    pub since: Option<String>,
    /// End of the period, exclusive, as written.
    pub until: Option<String>,
    /// What the person says about the data; `None` = never asked, all empty = asked and skipped.
    pub data: Option<DataStatement>,
    /// In the order of the file.
    pub theories: Vec<Theory>,
    /// In time order.
    pub events: Vec<Event>,
    /// What becomes of posts that their platform reports deleted. No count depends on it, so no question carries it.
    #[serde(skip)]
    pub deletions: DeletionPolicy,
    /// What posts are collected for. No question carries it either.
    #[serde(skip)]
    pub purpose: Option<Purpose>,
}

/// Who and what the posts are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataStatement {
    /// Whose posts.
    pub who: Option<String>,
    /// How they were chosen.
    pub selected_by: Option<String>,
    /// Spans in which a zero means zero: `2017-02-01/2017-08-31`, both days included.
    pub covers: Vec<String>,
    /// `yes`, `random sample`, `sample`, `no`, `unknown`.
    pub complete: Option<String>,
    /// Where they are from.
    pub source_url: Option<String>,
}

/// An explanation that people propose, and how to recognise it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Theory {
    /// Stable id.
    pub id: String,
    /// Name for people.
    pub label: String,
    /// Sentence for the people who check.
    pub means: Option<String>,
    /// One of these (or of `regex`) must match. Terms as written.
    pub any: Vec<String>,
    /// All of these must match.
    pub all: Vec<String>,
    /// None of these may match.
    pub none: Vec<String>,
    /// Regular expressions, as `any`.
    pub regex: Vec<String>,
}

/// Something that happened in the world.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: crate::post::Timestamp,
    /// What.
    pub label: String,
    /// Where to read of it.
    pub url: Option<String>,
}
