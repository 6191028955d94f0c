//! What one public message is: plain data, no I/O, no clock. Names are those of `docs/glossary.md`.

mod gone;
mod merge;
mod time;

pub use gone::{AccountGone, DeletionPolicy, blanked, owner_in_id};
pub use merge::merge;
pub use time::{
    MAX_TIMESTAMP, MIN_TIMESTAMP, TimeError, Timestamp, at_uri_time, id_time, snowflake_time, tid_time,
};

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Longest id kept, in bytes. The longest known (`ActivityPub` addresses) stay under 300; a longer one is hostile or broken.
pub const MAX_ID_BYTES: usize = 512;

/// One public message as it was observed, possibly by several observations merged.
///
/// A field that the platform did not give is `None` or empty: absent is not zero. `S` is how text is held: owned, or as in a [`Draft`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent facts about a post, each a field of the JSON contract"
)]
pub struct Post<S = String> {
    /// Where it was published: `x`, `fediverse`, `bluesky`, …, `unknown`. Lower case, without NUL.
    pub platform: S,
    /// The platform's global id, kept verbatim; or one derived from author, time and text, see `id_derived`.
    pub id: S,
    /// Whether the record had no usable id, so that `id` is a hash of author, time and text.
    #[serde(default, skip_serializing_if = "is_false")]
    pub id_derived: bool,
    /// Address of the post, where the record gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<S>,
    /// Who wrote it.
    #[serde(default)]
    pub author: Author<S>,
    /// When it was published, UTC, milliseconds; how far to believe it stands in the next two fields.
    pub posted_at: Timestamp,
    /// What `posted_at` rests on.
    #[serde(default)]
    pub time_trust: TimeTrust,
    /// How finely `posted_at` is known.
    #[serde(default)]
    pub time_precision: TimePrecision,
    /// When this state was observed, if the record says; never our own clock for an import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collected_at: Option<Timestamp>,
    /// When the author last changed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    /// The text, plain: no markup, entities decoded where the format defines them.
    #[serde(default)]
    pub text: S,
    /// Whether the record's text is known to be cut.
    #[serde(default, skip_serializing_if = "is_false")]
    pub truncated: bool,
    /// Normalised hashtags (no sign, NFKC, case-folded), sorted, without repeats.
    #[serde(default)]
    pub tags: Vec<S>,
    /// Addresses the post links to, expanded where the record says how; sorted, without repeats.
    #[serde(default)]
    pub links: Vec<S>,
    /// Handles mentioned, without `@`; sorted, without repeats.
    #[serde(default)]
    pub mentions: Vec<S>,
    /// Language as BCP 47, as the record claims it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<S>,
    /// Id of the post that this one answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<S>,
    /// Whether the post passes on another.
    #[serde(default)]
    pub repost: Repost,
    /// Id of the post passed on, where the platform says which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repost_of: Option<S>,
    /// Id of the post quoted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote_of: Option<S>,
    /// Id of the original on another platform, for a bridged copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy_of: Option<S>,
    /// Counts as of `collected_at`.
    #[serde(default)]
    pub metrics: Metrics,
    /// Whether the platform reported it deleted.
    #[serde(default, skip_serializing_if = "is_false")]
    pub deleted: bool,
    /// Foreign columns kept by `--keep`, as (name, value), sorted by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<(S, S)>,
    /// Whether the post is invented (fixtures, demo). Everything made from it says so.
    #[serde(default, skip_serializing_if = "is_false")]
    pub synthetic: bool,
    /// Where the record came from.
    #[serde(default)]
    pub provenance: Provenance,
}

/// A post as a format finds it in a record: text is borrowed from the record where it stands there as it is.
pub type Draft<'a> = Post<Cow<'a, str>>;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

impl Post {
    /// What tells this post from every other.
    pub fn post_id(&self) -> PostId {
        PostId { platform: self.platform.clone(), id: self.id.clone() }
    }

    /// The address to open the post at: its own, or the one that the platform's id implies.
    pub fn permalink(&self) -> Option<String> {
        if self.url.is_some() {
            return self.url.clone();
        }
        if self.platform == "x" && !self.id_derived && self.id.bytes().all(|b| b.is_ascii_digit()) {
            return Some(format!("https://x.com/i/web/status/{}", self.id));
        }
        None
    }
}

impl Draft<'_> {
    /// The same post with text of its own.
    pub fn to_owned_post(&self) -> Post {
        let own = |text: &Option<Cow<'_, str>>| text.as_deref().map(str::to_owned);
        let all = |list: &[Cow<'_, str>]| list.iter().map(|text| text.clone().into_owned()).collect();
        let pair = |(name, value): &(Cow<'_, str>, Cow<'_, str>)| (name.to_string(), value.to_string());
        Post {
            platform: self.platform.to_string(),
            id: self.id.to_string(),
            id_derived: self.id_derived,
            url: own(&self.url),
            author: Author {
                id: own(&self.author.id),
                handle: own(&self.author.handle),
                name: own(&self.author.name),
            },
            posted_at: self.posted_at,
            time_trust: self.time_trust,
            time_precision: self.time_precision,
            collected_at: self.collected_at,
            edited_at: self.edited_at,
            text: self.text.to_string(),
            truncated: self.truncated,
            tags: all(&self.tags),
            links: all(&self.links),
            mentions: all(&self.mentions),
            lang: own(&self.lang),
            reply_to: own(&self.reply_to),
            repost: self.repost,
            repost_of: own(&self.repost_of),
            quote_of: own(&self.quote_of),
            copy_of: own(&self.copy_of),
            metrics: self.metrics,
            deleted: self.deleted,
            kept: self.kept.iter().map(pair).collect(),
            synthetic: self.synthetic,
            provenance: self.provenance,
        }
    }
}

/// Platform and id: what tells one post from every other.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PostId {
    /// As [`Post::platform`].
    pub platform: String,
    /// As [`Post::id`].
    pub id: String,
}

/// Who wrote a post. At least one part is usually known; none is required.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Author<S = String> {
    /// The platform's stable id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<S>,
    /// The changeable name used in addresses and mentions, without `@`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<S>,
    /// The display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<S>,
}

impl<S: AsRef<str>> Author<S> {
    /// What an account is counted by: the id, else the handle, else the display name.
    pub fn key(&self) -> Option<&str> {
        self.id.as_ref().or(self.handle.as_ref()).or(self.name.as_ref()).map(AsRef::as_ref)
    }
}

/// What a post's time rests on, best last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeTrust {
    /// The time somebody else first saw it.
    Indexed,
    /// The author's client or the exporting file claims it.
    #[default]
    Claimed,
    /// The id itself carries it.
    Id,
}

/// How finely a time is known, finest last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TimePrecision {
    /// Only the day.
    #[serde(rename = "day")]
    Day,
    /// Only the minute.
    #[serde(rename = "min")]
    Minute,
    /// The second.
    #[default]
    #[serde(rename = "s")]
    Second,
    /// The millisecond.
    #[serde(rename = "ms")]
    Millisecond,
}

/// Whether a post passes on another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Repost {
    /// The record does not say.
    #[default]
    Unknown,
    /// It is an original post.
    No,
    /// It passes on another.
    Yes,
}

/// Counts as of collection; `None` where the platform did not give one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metrics {
    /// Likes or favourites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likes: Option<u64>,
    /// Times passed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reposts: Option<u64>,
    /// Answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replies: Option<u64>,
    /// Quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quotes: Option<u64>,
    /// Views.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub views: Option<u64>,
}

/// Where a record came from: the file (or collect run), and the place in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Provenance {
    /// The file or run.
    pub run: RunKey,
    /// Byte offset of the record's frame in the decompressed file, or number of the request.
    pub offset: u64,
}

/// First 16 bytes of the BLAKE3 of an imported file as it lies on disk, or of a collect run's description. The ledger has it whole, and
/// the file's SHA-256.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunKey(pub [u8; 16]);

impl std::fmt::Display for RunKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serialize for RunKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RunKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut key = [0; 16];
        if text.len() != 32 || !text.is_ascii() {
            return Err(serde::de::Error::custom("expected 32 hexadecimal digits"));
        }
        for (byte, pair) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(serde::de::Error::custom)?;
            *byte = u8::from_str_radix(pair, 16).map_err(serde::de::Error::custom)?;
        }
        Ok(Self(key))
    }
}

/// The platform's word that a post is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// Which post.
    pub post: PostId,
    /// Its time, where the id carries one or the record says.
    pub posted_at: Option<Timestamp>,
}

/// Earliest time at which a post on `platform` is believable; before it the time is *suspicious*: kept, marked, and outside the default span.
///
/// Dates are the platforms' public launches; for a platform unknown to us, the first public web server (1991).
pub fn platform_epoch(platform: &str) -> Timestamp {
    let date_ms: i64 = match platform {
        "x" => 1_142_899_200_000,          // 2006-03-21, first public post
        "reddit" => 1_119_484_800_000,     // 2005-06-23, launch
        "hackernews" => 1_160_352_000_000, // 2006-10-09, first item
        "telegram" => 1_376_438_400_000,   // 2013-08-14, launch
        "nostr" => 1_604_707_200_000,      // 2020-11-07, first commit of the protocol
        "bluesky" => 1_668_556_800_000,    // 2022-11-16, first public record
        "fediverse" => 1_210_809_600_000,  // 2008-05-15, first federated server of the family
        _ => 662_688_000_000,              // 1991-01-01
    };
    Timestamp::from_millis_unchecked(date_ms)
}

/// Whether a post's time cannot be believed: before its platform existed, or after `now`.
pub fn is_suspicious(platform: &str, posted_at: Timestamp, now: Timestamp) -> bool {
    posted_at < platform_epoch(platform) || posted_at > now
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_key_survives_serde() {
        let key = RunKey([0xab; 16]);
        let json = serde_json::to_string(&key).unwrap();
        assert_eq!(serde_json::from_str::<RunKey>(&json).unwrap(), key);
        assert!(serde_json::from_str::<RunKey>("\"zz\"").is_err());
        assert!(serde_json::from_str::<RunKey>(&format!("\"{}é\"", "a".repeat(30))).is_err());
    }

    #[test]
    fn times_before_the_platform_or_after_now_are_suspicious() {
        let now = Timestamp::parse_rfc3339("2026-01-01T00:00:00Z").unwrap();
        let at = |text: &str| Timestamp::parse_rfc3339(text).unwrap();
        assert!(is_suspicious("x", at("2006-03-20T23:59:59Z"), now));
        assert!(!is_suspicious("x", at("2006-03-21T00:00:00Z"), now));
        assert!(is_suspicious("unknown", at("1970-01-01T00:00:00Z"), now));
        assert!(is_suspicious("x", at("2026-01-01T00:00:01Z"), now));
    }
}
