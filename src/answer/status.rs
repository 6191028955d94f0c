//! What is in the store (`tagline.status/1`).

use super::FeedAnswer;
use crate::post::Timestamp;
use crate::store::ImportRow;
use serde::{Deserialize, Serialize};

/// What is in the store. The one answer that carries the list of imports and their clocks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StatusAnswer {
    /// `tagline.status/1`.
    pub schema: String,
    /// Posts kept.
    pub posts: u64,
    /// Blocks they lie in.
    pub blocks: u64,
    /// Earliest post.
    pub first: Option<Timestamp>,
    /// Latest post.
    pub last: Option<Timestamp>,
    /// Whether an import took posts that are not public: nothing made from this store is for sharing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub private: bool,
    /// The ledger, oldest first.
    pub imports: Vec<ImportRow>,
    /// What was collected from where, in the order it was first begun.
    #[serde(default)]
    pub feeds: Vec<FeedAnswer>,
}
