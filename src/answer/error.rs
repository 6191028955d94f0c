//! What can keep a question from being answered: plain data like the answer, but for what befalls our own store.

use crate::post::Timestamp;
use crate::store::StoreError;
use crate::theory::RuleError;
use crate::timeline::{BucketError, WhenError};
use serde::{Deserialize, Serialize};

/// What can keep a question from being answered.
#[derive(Debug, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// The store failed.
    #[error(transparent)]
    #[serde(skip)]
    Store(#[from] StoreError),
    /// The store of another process failed, and this is what it says.
    #[error("the process that has the store cannot answer: {0}")]
    Elsewhere(String),
    /// No such calendar.
    #[error("there is no time zone `{0}`")]
    Zone(String),
    /// A time in the campaign's file cannot be read.
    #[error("`{key}` of the campaign")]
    When {
        /// `since`, `until` or `covers`.
        key: String,
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
    /// More posts than can be looked at together.
    #[error("there are more than {most} posts, which is the most at a time")]
    TooManyPosts {
        /// So many.
        most: usize,
    },
    /// No candidates are remembered.
    #[error("no candidates are known yet")]
    NothingKnown,
    /// A post that was asked for is not among those that were looked at.
    #[error("there is no post `{platform}:{id}` among those that were looked at")]
    NoSuchPost {
        /// Where.
        platform: String,
        /// Which.
        id: String,
    },
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
    /// A field has more values than can be counted.
    #[error("`{column}` has too many values to split by: more than {most}, or very long ones")]
    TooManyValues {
        /// The field.
        column: String,
        /// So many could be counted.
        most: usize,
    },
    /// No post of the span has such a column.
    #[error("no post of the span has a column `{column}`{}", other_columns(known))]
    NoSuchColumn {
        /// As asked.
        column: String,
        /// Names of columns that posts of the span have; not all if they are many.
        known: Vec<String>,
    },
    /// The rules cannot be used.
    #[error(transparent)]
    Rules(#[from] RuleError),
}

fn other_columns(known: &[String]) -> String {
    if known.is_empty() {
        return ", nor any other: columns are kept by `import --keep`".to_owned();
    }
    let quoted: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    format!(": there are {}", quoted.join(", "))
}
