//! What stays of a post whose platform says that it is gone. Pure; the store applies it.

use super::{Author, Metrics, Post, Repost, Timestamp};
use serde::{Deserialize, Serialize};

/// What becomes of posts that the platform reports deleted: `deletions` of `tagline.toml`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeletionPolicy {
    /// Text, names, addresses and counts go; that there was a post stays, and is counted as since deleted.
    #[default]
    Blank,
    /// The post goes; only its id stays, so that it does not come back.
    Drop,
    /// It stays as it was, marked.
    Keep,
}

impl DeletionPolicy {
    /// As it is written in the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::Drop => "drop",
            Self::Keep => "keep",
        }
    }

    /// What a deletion leaves of a post, if anything.
    #[must_use]
    pub fn applied(self, post: Post) -> Option<Post> {
        match self {
            Self::Blank => Some(blanked(post)),
            Self::Drop => None,
            Self::Keep => Some(Post { deleted: true, ..post }),
        }
    }

    /// The policy of a word.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Blank, Self::Drop, Self::Keep].into_iter().find(|policy| policy.word() == word)
    }
}

/// The platform's word that an account is gone, and all that it wrote until then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountGone {
    /// As [`Post::platform`].
    pub platform: String,
    /// As [`Author::id`].
    pub author: String,
    /// When it went. What it posts later, having been given back, is none of this.
    pub at: Timestamp,
}

/// What stays of a deleted post: which it was, when it was posted, the tags that make it one of the campaign, and where it came from.
///
/// What stays is merged without regard to what goes, so that a deletion may come before, after or between the observations.
#[must_use]
pub fn blanked(post: Post) -> Post {
    Post {
        platform: post.platform,
        id: post.id,
        id_derived: post.id_derived,
        posted_at: post.posted_at,
        time_trust: post.time_trust,
        time_precision: post.time_precision,
        tags: post.tags,
        deleted: true,
        synthetic: post.synthetic,
        provenance: post.provenance,
        url: None,
        author: Author::default(),
        collected_at: None,
        edited_at: None,
        text: String::new(),
        truncated: false,
        links: Vec::new(),
        mentions: Vec::new(),
        lang: None,
        reply_to: None,
        repost: Repost::Unknown,
        repost_of: None,
        quote_of: None,
        copy_of: None,
        metrics: Metrics::default(),
        kept: Vec::new(),
    }
}

/// The account that an id names, where the platform's ids are addresses below their author: the repository of an at-uri, the actor of a
/// Fediverse address. Who forgets an account has to forget these too.
pub fn owner_in_id<'a>(platform: &str, id: &'a str) -> Option<&'a str> {
    match platform {
        "bluesky" => id.strip_prefix("at://")?.split('/').next(),
        "fediverse" => {
            let (scheme, rest) = id.split_once("://")?;
            let mut parts = rest.splitn(4, '/');
            let (host, first, second) = (parts.next()?, parts.next()?, parts.next()?);
            let length = match first {
                "users" => host.len() + 1 + first.len() + 1 + second.len(),
                _ if first.starts_with('@') => host.len() + 1 + first.len(),
                _ => return None,
            };
            id.get(..scheme.len() + 3 + length)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_name_their_author_where_the_platform_makes_them_so() {
        let check =
            |platform: &str, id: &str, expected| assert_eq!(owner_in_id(platform, id), expected, "{id}");
        check("bluesky", "at://did:plc:demo/app.bsky.feed.post/3l", Some("did:plc:demo"));
        check("bluesky", "3l", None);
        check(
            "fediverse",
            "https://a.example/users/demo_a/statuses/1",
            Some("https://a.example/users/demo_a"),
        );
        check("fediverse", "https://a.example/@demo_a/1", Some("https://a.example/@demo_a"));
        check("fediverse", "https://a.example/objects/1", None);
        check("fediverse", "https://a.example/users", None);
        check("x", "at://did:plc:demo/app.bsky.feed.post/3l", None);
    }

    #[test]
    fn policies_have_their_words() {
        for policy in [DeletionPolicy::Blank, DeletionPolicy::Drop, DeletionPolicy::Keep] {
            assert_eq!(DeletionPolicy::of(policy.word()), Some(policy));
        }
        assert_eq!(DeletionPolicy::of("keep it"), None);
    }
}
