//! Theories over time, as asked and as answered (`tagline.theories/1`).

use super::{OverlapAnswer, SplitAnswer};
use crate::post::{TimePrecision, TimeTrust, Timestamp};
use crate::project::Campaign;
use crate::timeline::By;
use serde::{Deserialize, Serialize};

/// Which theories, when, and how finely.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TheoriesQuestion {
    /// Rules, events, the data statement.
    pub campaign: Campaign,
    /// Length of a bucket.
    pub by: By,
    /// Calendar of the buckets: an IANA name.
    pub zone: String,
    /// First instant counted; the campaign's, else that of the first post whose time is believable.
    pub since: Option<Timestamp>,
    /// First instant no longer counted; the campaign's, else after the last post whose time is believable.
    pub until: Option<Timestamp>,
    /// The clock at the edge: later times are suspicious.
    pub now: Timestamp,
    /// Also count by a field: `platform`, `lang`, or the name of a kept column (`import --keep`).
    #[serde(default)]
    pub split: Option<String>,
    /// Also count the posts that each two theories share.
    #[serde(default)]
    pub overlap: bool,
}

/// Counts of every theory by bucket. All series have one entry for each bucket.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TheoriesAnswer {
    /// `tagline.theories/1`.
    pub schema: String,
    /// Name of the campaign.
    pub campaign: String,
    /// Its tags as written, without sign.
    pub tags: Vec<String>,
    /// Length of a bucket, never `auto`.
    pub by: By,
    /// IANA name of the zone.
    pub zone: String,
    /// Start of the span.
    pub since: Timestamp,
    /// End of the span, exclusive.
    pub until: Timestamp,
    /// Posts in the span.
    pub posts: u64,
    /// Those that some theory's rules match.
    pub matched: u64,
    /// Those that several match.
    pub several: u64,
    /// Those that none matches.
    pub unmatched: u64,
    /// Start of each bucket; the last ends at or after `until`. The first may start before `since`.
    pub buckets: Vec<Timestamp>,
    /// Posts by bucket.
    pub all: Vec<u64>,
    /// One entry for each theory, in the order of the rules.
    pub theories: Vec<TheoryCount>,
    /// Posts that no rule matches, by bucket.
    pub unmatched_series: Vec<u64>,
    /// Posts that several theories match, by bucket.
    pub several_series: Vec<u64>,
    /// Accounts of the three rows that are not theories.
    pub rows: Vec<RowCount>,
    /// Posts outside the span.
    pub outside: u64,
    /// Of these, posts whose time cannot be believed.
    pub suspicious: u64,
    /// Posts, in the span or outside, that the platform reported deleted; they are in no other number.
    pub deleted: u64,
    /// Posts in the span whose time is only known to the minute or day.
    pub coarse_times: u64,
    /// Posts in the span without any author field; they count in no number of accounts.
    pub no_author: u64,
    /// Posts in the span that pass on another, do not, or do not say.
    pub reposts: u64,
    /// Posts in the span whose record does not say whether they pass on another.
    pub reposts_unknown: u64,
    /// Posts by platform, most first, then by name.
    pub platforms: Vec<(String, u64)>,
    /// Hash of the theories' rules, hexadecimal.
    pub rules: String,
    /// Order-free digest of the posts in the span, hexadecimal.
    pub digest: String,
    /// The order of the theories by every way of counting.
    pub ranking: Ranking,
    /// Stretches during which one theory has the most posts by bucket, in time order.
    pub most_posts: Vec<Lead>,
    /// What the person said about the data.
    pub data: DataAnswer,
    /// Posts that were left out at import for want of the campaign's tag.
    pub left_out: LeftOut,
    /// The same counts by the values of a field, if asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<SplitAnswer>,
    /// Posts that each two theories share, if asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlap: Option<OverlapAnswer>,
    /// Spans that feeds of `collect` covered, `[start, end)`: merged, in time order, cut to the span, without the gaps of any feed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub collected: Vec<(Timestamp, Timestamp)>,
    /// Spans of which a feed says that posts may be missing, likewise. What neither names is unknown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<(Timestamp, Timestamp)>,
    /// The campaign's events, in time order.
    pub events: Vec<EventAnswer>,
    /// Whether any counted post is invented.
    pub synthetic: bool,
    /// Version of the tool.
    pub tool: String,
}

/// Counts of one theory.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TheoryCount {
    /// Stable id.
    pub id: String,
    /// Name for people.
    pub label: String,
    /// Posts that its rules match, those in several theories included.
    pub posts: u64,
    /// Part of all posts in the span, 0 to 1, six decimals.
    pub share: f64,
    /// Distinct authors.
    pub accounts: u64,
    /// Standard error of `accounts` relative to it; 0 where it is exact.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub accounts_error: f64,
    /// Distinct texts.
    pub texts: u64,
    /// Posts that match this theory and no other.
    pub only: u64,
    /// The earliest post in this data.
    pub first: Option<FirstPost>,
    /// The bucket with the most posts; the earliest of equals.
    pub peak: Option<Peak>,
    /// Result of a check by people; null = unchecked.
    pub checked: Option<serde_json::Value>,
    /// Posts by bucket.
    pub series: Vec<u64>,
    /// Posts of this theory alone, by bucket: with `several_series` and `unmatched_series` they add up to `all`.
    pub only_series: Vec<u64>,
    /// Distinct authors by bucket.
    pub accounts_series: Vec<u64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

/// Accounts of `all`, `several` or `unmatched`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RowCount {
    /// `all`, `several` or `unmatched`.
    pub id: String,
    /// Distinct authors in the span.
    pub accounts: u64,
    /// As [`TheoryCount::accounts_error`].
    #[serde(default, skip_serializing_if = "is_zero")]
    pub accounts_error: f64,
    /// Distinct authors by bucket.
    pub accounts_series: Vec<u64>,
}

/// The earliest post of a theory in this data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FirstPost {
    /// When.
    pub at: Timestamp,
    /// Where.
    pub platform: String,
    /// Which.
    pub id: String,
    /// What its time rests on.
    pub time_trust: TimeTrust,
    /// How finely its time is known.
    pub time_precision: TimePrecision,
}

/// The highest bucket.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Peak {
    /// Its start.
    pub start: Timestamp,
    /// Its posts.
    pub posts: u64,
}

/// Ids of the theories, most first, by every way of counting; equals in the order of the rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ranking {
    /// By posts.
    pub posts: Vec<String>,
    /// By distinct authors.
    pub accounts: Vec<String>,
    /// By distinct texts.
    pub texts: Vec<String>,
    /// Whether the first one is the same, and strictly ahead of the second, by all three.
    pub holds: bool,
}

/// A stretch of buckets in which one theory has strictly the most posts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lead {
    /// Start of its first bucket.
    pub start: Timestamp,
    /// End of its last bucket, exclusive.
    pub end: Timestamp,
    /// The theory.
    pub id: String,
    /// Its posts in the stretch.
    pub posts: u64,
    /// Posts of the runner-up in the stretch.
    pub next: u64,
}

/// What the person said about the data, in `[data]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DataAnswer {
    /// One sentence for notes: the description, or `Sample: not described`.
    pub statement: String,
    /// Whether anything was said.
    pub described: bool,
    /// Declared complete, sampled, unknown.
    pub complete: String,
    /// Spans declared as covered, `[start, end)`.
    pub covers: Vec<(Timestamp, Timestamp)>,
    /// Where the data is from.
    pub source_url: Option<String>,
}

/// Posts left out at import because they have none of the campaign's tags and words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LeftOut {
    /// How many distinct posts.
    pub posts: u64,
    /// How many of them match a theory by these rules; null if they were imported under other rules.
    pub matched: Option<u64>,
    /// Standard error relative to `posts`; 0 where it is exact.
    pub error: f64,
}

/// A dated event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventAnswer {
    /// When.
    pub at: Timestamp,
    /// What.
    pub label: String,
    /// Where to read of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}
