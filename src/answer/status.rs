//! What is in the store (`tagline.status/1`).

use super::FeedAnswer;
use crate::post::Timestamp;
use crate::project::Campaign;
use crate::store::ImportRow;
use serde::{Deserialize, Serialize};

/// What is in the store, asked at a moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StatusQuestion {
    /// The clock.
    #[serde(default)]
    pub now: Option<Timestamp>,
    /// The last day on which posts are kept, as the campaign's purpose says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<String>,
    /// When that day is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_until: Option<Timestamp>,
}

impl StatusQuestion {
    /// The question about a campaign's store.
    pub fn of(campaign: &Campaign, now: Timestamp) -> Self {
        let purpose = campaign.purpose.as_ref();
        Self {
            now: Some(now),
            retention: purpose.map(|purpose| purpose.retention.clone()),
            retention_until: purpose.and_then(|purpose| purpose.ends(&campaign.zone)),
        }
    }
}

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
    /// The last day on which posts are kept, if the campaign has a purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<String>,
    /// Whether that day is over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retention_ended: bool,
    /// The ledger, oldest first.
    pub imports: Vec<ImportRow>,
    /// What was collected from where, in the order it was first begun.
    #[serde(default)]
    pub feeds: Vec<FeedAnswer>,
}

impl StatusAnswer {
    /// Adds what the question brings along: the retention that it speaks of.
    #[must_use]
    pub(super) fn asked(self, question: &StatusQuestion) -> Self {
        let ended =
            question.retention_until.is_some_and(|until| question.now.is_some_and(|now| now >= until));
        Self { retention: question.retention.clone(), retention_ended: ended, ..self }
    }
}
