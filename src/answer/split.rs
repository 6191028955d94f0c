//! Theories by the values of a field, as answered. The values are counted first, so that only the parts that are shown are kept by bucket.

use super::{AnswerError, Counts, Field, PartsPlan, Values};
use crate::post::Timestamp;
use crate::project::Theory;
use crate::timeline::Part;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::ops::Range;

/// Most values that have a part of their own: more cannot be told apart in a picture.
pub const MAX_PARTS: usize = 6;
/// Id of the part that the remaining values share.
const OTHER: &str = "other";

/// Counts by the values of a field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SplitAnswer {
    /// The field, as asked.
    pub by: String,
    /// Most posts first, then by id; at most [`MAX_PARTS`], and one for all other values behind them. Their sums are the whole answer's.
    pub parts: Vec<PartCount>,
    /// How many values share the part `other`.
    pub others: usize,
}

/// Posts of one value, or of all that have no part of their own. All series have one entry for each bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartCount {
    /// The value as written; empty where the record does not say.
    pub id: String,
    /// Whether this is no value, but all that have no part of their own.
    pub other: bool,
    /// Posts.
    pub posts: u64,
    /// Those that some theory's rules match.
    pub matched: u64,
    /// Those that several match.
    pub several: u64,
    /// Those that none matches.
    pub unmatched: u64,
    /// Posts by bucket.
    pub all: Vec<u64>,
    /// Posts that several theories match, by bucket.
    pub several_series: Vec<u64>,
    /// Posts that no rule matches, by bucket.
    pub unmatched_series: Vec<u64>,
    /// One entry for each theory, in the order of the rules.
    pub theories: Vec<PartTheory>,
}

/// One theory among the posts of a part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartTheory {
    /// Stable id.
    pub id: String,
    /// Posts that its rules match, those in several theories included.
    pub posts: u64,
    /// Posts that match this theory and no other.
    pub only: u64,
    /// Posts by bucket.
    pub series: Vec<u64>,
    /// Posts of this theory alone, by bucket: with `several_series` and `unmatched_series` of the part they add up to its `all`.
    pub only_series: Vec<u64>,
}

/// What a split will show.
pub(super) struct Split<'q> {
    by: &'q str,
    /// Values with a part of their own, in the order of the answer.
    named: Vec<String>,
    others: usize,
}

impl<'q> Split<'q> {
    /// Looks up which values the posts of a span have.
    pub(super) fn of(counts: &dyn Counts, by: &'q str, span: &Range<Timestamp>) -> Result<Self, AnswerError> {
        let field = Field::named(by);
        let Values { posts, present, columns } = counts.values(field, span)?;
        if !present && !posts.is_empty() {
            return Err(AnswerError::NoSuchColumn { column: by.to_owned(), known: columns });
        }
        let mut values: Vec<(String, u64)> = posts.into_iter().collect();
        // The sort is stable, and the values come in order.
        values.sort_by_key(|(_, posts)| Reverse(*posts));
        let others = values.len().saturating_sub(MAX_PARTS);
        values.truncate(MAX_PARTS);
        Ok(Self { by, named: values.into_iter().map(|(value, _)| value).collect(), others })
    }

    /// What to count.
    pub(super) fn plan(&self) -> PartsPlan<'_> {
        PartsPlan { field: Field::named(self.by), named: &self.named, rest: self.others > 0 }
    }

    /// The part of the answer that follows from the counts.
    pub(super) fn answer(self, theories: &[Theory], parts: Vec<Part>) -> SplitAnswer {
        let ids = self.named.into_iter().map(|value| (value, false)).chain([(OTHER.to_owned(), true)]);
        let parts = ids.zip(parts).map(|((id, other), part)| part_count(id, other, theories, part));
        SplitAnswer { by: self.by.to_owned(), parts: parts.collect(), others: self.others }
    }
}

fn part_count(id: String, other: bool, theories: &[Theory], part: Part) -> PartCount {
    let rows = theories.iter().zip(part.theories).map(|(theory, row)| PartTheory {
        id: theory.id.clone(),
        posts: row.posts,
        only: row.only,
        series: row.series,
        only_series: row.only_series,
    });
    PartCount {
        id,
        other,
        posts: part.posts,
        matched: part.posts.saturating_sub(part.unmatched),
        several: part.several,
        unmatched: part.unmatched,
        all: part.series,
        several_series: part.several_series,
        unmatched_series: part.unmatched_series,
        theories: rows.collect(),
    }
}
