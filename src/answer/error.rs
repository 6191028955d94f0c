//! What can keep a question from being answered.

use crate::post::Timestamp;
use crate::store::StoreError;
use crate::theory::RuleError;
use crate::timeline::{BucketError, WhenError};

/// What can keep a question from being answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No such calendar.
    #[error("there is no time zone `{0}`")]
    Zone(String),
    /// A time in the campaign's file cannot be read.
    #[error("`{key}` of the campaign")]
    When {
        /// `since`, `until` or `covers`.
        key: &'static str,
        /// Why.
        source: WhenError,
    },
    /// `covers` is no span.
    #[error("`covers` of the campaign's data: cannot read `{0}` as a span: write `2017-02-01/2017-08-31`")]
    Covers(String),
    /// The end is not after the start.
    #[error("the span from {since} to {until} holds no time: the end is exclusive and must be later")]
    EmptySpan {
        /// Its start.
        since: Timestamp,
        /// Its end.
        until: Timestamp,
    },
    /// Too many buckets.
    #[error(transparent)]
    Buckets(#[from] BucketError),
    /// The rules have no such theory.
    #[error("there is no theory `{id}`")]
    UnknownTheory {
        /// As asked.
        id: String,
        /// The id that is most alike.
        near: Option<String>,
        /// All ids.
        known: Vec<String>,
    },
    /// The rules cannot be used.
    #[error(transparent)]
    Rules(#[from] RuleError),
}
