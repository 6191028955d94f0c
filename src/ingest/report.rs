//! What an import did, counted to the last record (`tagline.import/1`).

use crate::post::Timestamp;
use crate::store::Outcome;
use serde::Serialize;
use std::collections::BTreeMap;

/// Distinct reasons counted by name; hostile files make up more, these go to one row.
const MAX_REASONS: usize = 24;

/// The five counts: `read` is always their sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Records that came out of the file.
    pub read: u64,
    /// New posts.
    pub added: u64,
    /// Posts that were there and changed, and deletions that took effect.
    pub updated: u64,
    /// Posts that were there just so.
    pub duplicates: u64,
    /// Records that could not be used.
    pub rejected: u64,
    /// Posts left out on purpose: without the campaign's tag, forgotten, not public.
    pub unselected: u64,
    /// Of these, the ones that a person asked us to forget.
    #[serde(skip)]
    pub forgotten: u64,
    /// Of these, the ones that their platform reported deleted, where such posts are dropped.
    #[serde(skip)]
    pub dropped: u64,
    /// Of these, deletions of posts that are not here.
    #[serde(skip)]
    pub absent: u64,
}

impl Counts {
    pub(crate) fn count(&mut self, outcome: Outcome) {
        self.forgotten += u64::from(outcome == Outcome::Forgotten);
        self.dropped += u64::from(outcome == Outcome::Dropped);
        self.absent += u64::from(outcome == Outcome::Absent);
        let slot = match outcome {
            Outcome::Added => &mut self.added,
            Outcome::Updated => &mut self.updated,
            Outcome::Duplicate => &mut self.duplicates,
            Outcome::Forgotten | Outcome::Dropped | Outcome::Absent => &mut self.unselected,
        };
        *slot += 1;
    }

    /// Takes over what the store said of posts and deletions. Forgotten posts were read as posts, and are left out.
    fn take_outcomes(&mut self, outcomes: &Self) {
        self.added = outcomes.added;
        self.updated = outcomes.updated;
        self.duplicates = outcomes.duplicates;
        self.unselected += outcomes.unselected;
        self.forgotten = outcomes.forgotten;
        self.dropped = outcomes.dropped;
        self.absent = outcomes.absent;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.read += other.read;
        self.added += other.added;
        self.updated += other.updated;
        self.duplicates += other.duplicates;
        self.rejected += other.rejected;
        self.unselected += other.unselected;
        self.forgotten += other.forgotten;
        self.dropped += other.dropped;
        self.absent += other.absent;
    }

    /// Why the store left some out, counted.
    pub(crate) fn reasons(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let reasons = [
            ("forgotten, as a person asked", self.forgotten),
            ("since deleted, and dropped", self.dropped),
            ("deletions of posts that are not here", self.absent),
        ];
        reasons.into_iter().filter(|(_, count)| *count > 0)
    }

    /// Whether the five add up.
    pub fn adds_up(&self) -> bool {
        self.read == self.added + self.updated + self.duplicates + self.rejected + self.unselected
    }
}

/// What became of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// As given; `-` is standard input; `a.zip!tweets.js` a member of a container.
    pub path: String,
    /// The file to name in order to import it again: of a member, its container.
    #[serde(skip)]
    pub file: String,
    /// Name of the format; empty if refused.
    pub format: String,
    /// Why it is read so; said in a dry run.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// What it is packed in, from the inside out: `none`, `gzip`, `zip`, `tar+gzip`.
    pub compression: String,
    /// SHA-256 of the file as it lies there (of the container, for a member), hexadecimal.
    pub sha256: String,
    /// The five counts.
    #[serde(flatten)]
    pub counts: Counts,
    /// Whether the ledger already had this very import: nothing was read again.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unchanged: bool,
    /// Posts removed because an earlier import of this file read it with other options.
    #[serde(skip_serializing_if = "is_zero")]
    pub replaced: u64,
    /// The refusal itself, for whoever knows what to do about it.
    #[serde(skip)]
    pub refusal: Option<crate::archive::Refusal>,
    /// Why the file holds no posts for us.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// How it was read: guessed columns, assumed date order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// How many records were rejected for which reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub reject_reasons: BTreeMap<String, u64>,
    /// How many posts were left out for which reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unselected_reasons: BTreeMap<String, u64>,
    /// Place of the first rejected record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_reject: Option<String>,
    /// Posts whose id is a hash of author, time and text.
    #[serde(skip_serializing_if = "is_zero")]
    pub derived_ids: u64,
    /// Posts with times before their platform existed or in the future: kept, and outside the default span.
    #[serde(skip_serializing_if = "is_zero")]
    pub suspicious: u64,
    /// Earliest post read.
    pub first: Option<Timestamp>,
    /// Latest post read.
    pub last: Option<Timestamp>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(value: &u64) -> bool {
    *value == 0
}

impl FileReport {
    /// Takes over what the store said of the file's posts and deletions, with the reasons why it left some out.
    pub(crate) fn take_outcomes(&mut self, outcomes: &Counts) {
        self.counts.take_outcomes(outcomes);
        for (reason, count) in outcomes.reasons() {
            *self.unselected_reasons.entry(reason.to_owned()).or_default() += count;
        }
    }

    pub(crate) fn reason(map: &mut BTreeMap<String, u64>, reason: &str) {
        if let Some(count) = map.get_mut(reason) {
            *count += 1;
        } else {
            let reason = if map.len() < MAX_REASONS { reason } else { "other reasons" };
            *map.entry(reason.to_owned()).or_default() += 1;
        }
    }
}

/// What became of all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// `tagline.import/1`.
    pub schema: &'static str,
    /// Whether nothing was kept: *added* are the posts that would go to the store, new to it or not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// Each file, in the order given.
    pub files: Vec<FileReport>,
    /// Sums.
    #[serde(flatten)]
    pub counts: Counts,
    /// Earliest post read.
    pub first: Option<Timestamp>,
    /// Latest post read.
    pub last: Option<Timestamp>,
    /// Whether Ctrl-C ended it; what was counted is saved.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
}

impl ImportReport {
    pub(crate) fn of(files: Vec<FileReport>) -> Self {
        let mut report = Self { schema: "tagline.import/1", ..Self::default() };
        for file in &files {
            report.counts.add(&file.counts);
            report.first = report.first.into_iter().chain(file.first).min();
            report.last = report.last.max(file.last);
        }
        report.files = files;
        report
    }
}
