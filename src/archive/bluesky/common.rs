//! What all exports of Bluesky share: the address of a record, the record of a post or repost, its time, tags, links, mentions.

use crate::archive::json::{Loose, Many, Maybe, Raw, Whole};
use crate::archive::times::TimeReader;
use crate::archive::{Frame, Reject, Sink, printable};
use crate::post::{
    Author, Deletion, Draft, PostId, Provenance, Repost, TimePrecision, TimeTrust, Timestamp, tid_time,
};
use serde::Deserialize;
use std::borrow::Cow;

/// The platform's name in every post of Bluesky.
pub(super) const PLATFORM: &str = "bluesky";
/// The collection of posts.
pub(super) const POST: &str = "app.bsky.feed.post";
/// The collection of reposts.
pub(super) const REPOST: &str = "app.bsky.feed.repost";
/// A claimed time that differs more from that of the key is kept beside it: offsets and slow clients differ less.
const CLAIM_DIFFERS_MS: u64 = 24 * 60 * 60 * 1000;
/// So much of an unreadable claim is kept.
const CLAIM_SHOWN: usize = 64;

/// Where a record lies: whose it is, in which collection, under which key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key<'p> {
    /// The DID; in addresses that people write, perhaps the handle.
    pub(super) repo: &'p str,
    pub(super) collection: &'p str,
    pub(super) rkey: &'p str,
}

impl<'p> Key<'p> {
    /// Reads `at://repo/collection/rkey`.
    pub(super) fn of_uri(uri: &'p str) -> Option<Self> {
        let mut parts = uri.strip_prefix("at://")?.splitn(3, '/');
        Self::of(parts.next()?, parts.next()?, parts.next()?)
    }

    /// From its parts, if they can be parts of an address.
    pub(super) fn of(repo: &'p str, collection: &'p str, rkey: &'p str) -> Option<Self> {
        let fits = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'/' | b'#' | b'?'))
        };
        let key = Self { repo, collection, rkey };
        [repo, collection, rkey].into_iter().all(fits).then_some(key)
    }

    pub(super) fn uri(&self) -> String {
        format!("at://{}/{}/{}", self.repo, self.collection, self.rkey)
    }

    fn author(&self) -> Author<Cow<'p, str>> {
        if self.repo.starts_with("did:") {
            Author { id: Some(self.repo.into()), ..Author::default() }
        } else {
            Author { handle: Some(self.repo.into()), ..Author::default() }
        }
    }

    /// The platform's word that this record is gone.
    pub(super) fn deletion(&self) -> Deletion {
        let post = PostId { platform: PLATFORM.to_owned(), id: self.uri() };
        Deletion { post, posted_at: tid_time(self.rkey) }
    }
}

/// Whether the value is the address of a record.
pub(super) fn is_uri(value: Option<&Raw<'_>>) -> bool {
    matches!(value, Some(Raw::Text(uri)) if uri.starts_with("at://"))
}

/// A record of a repository, as its author's client wrote it: of a post or a repost. What we do not need is not listed.
#[derive(Debug, Default, Deserialize)]
#[serde(default, expecting = "a record of Bluesky", bound(deserialize = "'de: 'a"))]
pub(super) struct Record<'a> {
    #[serde(rename = "$type", alias = "py_type")]
    kind: Loose<'a>,
    text: Loose<'a>,
    #[serde(rename = "createdAt", alias = "created_at")]
    created_at: Loose<'a>,
    langs: Many<Loose<'a>>,
    tags: Many<Loose<'a>>,
    facets: Many<Maybe<Facet<'a>>>,
    /// Before facets came, in 2023.
    entities: Many<Maybe<Entity<'a>>>,
    embed: Maybe<Embed<'a>>,
    reply: Maybe<Reply<'a>>,
    /// Of a repost.
    subject: Maybe<Reference<'a>>,
    #[serde(rename = "bridgyOriginalUrl", alias = "bridgy_original_url")]
    bridged_from: Loose<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Facet<'a> {
    index: Maybe<Index>,
    features: Many<Maybe<Feature<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Index {
    #[serde(rename = "byteStart", alias = "byte_start")]
    start: Whole,
    #[serde(rename = "byteEnd", alias = "byte_end")]
    end: Whole,
}

impl Index {
    /// Whether it marks whole characters of the text.
    fn fits(&self, text: &str) -> bool {
        let at = |place: Whole| place.0.and_then(|place| usize::try_from(place).ok());
        let (Some(start), Some(end)) = (at(self.start), at(self.end)) else { return false };
        start < end && text.get(start..end).is_some()
    }
}

/// What a facet says of its piece of text; one of the three.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Feature<'a> {
    tag: Loose<'a>,
    uri: Loose<'a>,
    did: Loose<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Entity<'a> {
    #[serde(rename = "type")]
    kind: Loose<'a>,
    value: Loose<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Embed<'a> {
    external: Maybe<Reference<'a>>,
    record: Maybe<Quote<'a>>,
    media: Maybe<Media<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Media<'a> {
    external: Maybe<Reference<'a>>,
}

/// A record embedded; with media beside it, one level deeper.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Quote<'a> {
    uri: Loose<'a>,
    record: Maybe<Reference<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Reply<'a> {
    parent: Maybe<Reference<'a>>,
}

/// A record or a page of the web that is pointed to.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Reference<'a> {
    uri: Loose<'a>,
}

impl Record<'_> {
    /// Whether it says nothing that a post or repost says.
    pub(super) fn is_empty(&self) -> bool {
        self.kind.0.is_none() && self.text.0.is_none() && self.subject.0.is_none()
    }

    /// The address of the post that is passed on.
    fn subject(&self) -> Option<&str> {
        self.subject.get()?.uri.said()
    }

    fn quoted(&self) -> Option<&str> {
        let quote = self.embed.get()?.record.get()?;
        let uri = quote.uri.said().or_else(|| quote.record.get()?.uri.said())?;
        // Lists, feeds and starter packs are embedded in the same way.
        uri.contains("/app.bsky.feed.post/").then_some(uri)
    }

    fn cards(&self) -> impl Iterator<Item = &str> {
        let embed = self.embed.get();
        let own = embed.and_then(|embed| embed.external.get());
        let beside = embed.and_then(|embed| embed.media.get()?.external.get());
        own.into_iter().chain(beside).filter_map(|card| card.uri.said())
    }

    /// Puts what the author said into a post: this one's, or that of a repost of it.
    pub(super) fn say<'p>(&'p self, post: &mut Draft<'p>) {
        let text = self.text.text().unwrap_or_default();
        post.text = text.into();
        post.tags.extend(self.tags.iter().filter_map(Loose::said).map(Cow::Borrowed));
        for facet in self.facets.objects() {
            if !facet.index.get().is_some_and(|index| index.fits(text)) {
                continue;
            }
            for feature in facet.features.objects() {
                post.tags.extend(feature.tag.said().map(Cow::Borrowed));
                post.links.extend(feature.uri.said().map(Cow::Borrowed));
                post.mentions.extend(feature.did.said().map(Cow::Borrowed));
            }
        }
        for entity in self.entities.objects() {
            let value = entity.value.said().map(Cow::Borrowed);
            match entity.kind.said() {
                Some("link") => post.links.extend(value),
                Some("mention") => post.mentions.extend(value),
                Some("hashtag") => post.tags.extend(value),
                _ => {}
            }
        }
        post.links.extend(self.cards().map(Cow::Borrowed));
        post.lang = self.langs.iter().find_map(Loose::said).map(Cow::Borrowed);
        post.quote_of = self.quoted().map(Cow::Borrowed);
        for list in [&mut post.tags, &mut post.links, &mut post.mentions] {
            list.sort_unstable();
            list.dedup();
        }
    }

    /// The post or repost that this is, or why it is none.
    pub(super) fn to_post<'p>(&'p self, key: Key<'p>, offset: u64) -> Result<Draft<'p>, String> {
        let mut post = new_post(key, offset);
        self.settle_time(key, &mut post)?;
        if key.collection == REPOST {
            let original = self.subject().ok_or("a repost that does not say of what")?;
            post.repost = Repost::Yes;
            // The record names the original and holds nothing of it.
            post.truncated = true;
            post.repost_of = Some(original.into());
            return Ok(post);
        }
        if self.text.text().is_none() {
            return Err("not a post: no text".to_owned());
        }
        post.url = Some(format!("https://bsky.app/profile/{}/post/{}", key.repo, key.rkey).into());
        post.repost = Repost::No;
        post.reply_to = self.reply.get().and_then(|reply| reply.parent.get()?.uri.said()).map(Cow::Borrowed);
        post.copy_of = self.bridged_from.said().map(Cow::Borrowed);
        self.say(&mut post);
        Ok(post)
    }

    /// The time of the key, where it carries one; else the author's claim.
    fn settle_time(&self, key: Key<'_>, post: &mut Draft<'_>) -> Result<(), String> {
        let claim = self.created_at.said();
        let claimed = claim.map(|claim| TimeReader::utc().read(claim));
        let Some(at) = tid_time(key.rkey) else {
            let (at, precision) = claimed.ok_or("no time")?.map_err(|error| error.to_string())?;
            (post.posted_at, post.time_precision, post.time_trust) = (at, precision, TimeTrust::Claimed);
            return Ok(());
        };
        (post.posted_at, post.time_precision, post.time_trust) =
            (at, TimePrecision::Millisecond, TimeTrust::Id);
        let kept = match claimed {
            Some(Ok((claimed, _))) if differ(claimed, at) => Some(claimed.to_string()),
            Some(Err(_)) => {
                claim.map(|claim| printable(claim.as_bytes()).chars().take(CLAIM_SHOWN).collect())
            }
            _ => None,
        };
        post.kept.extend(kept.map(|claim| ("claimed_at".into(), claim.into())));
        Ok(())
    }
}

fn differ(one: Timestamp, other: Timestamp) -> bool {
    one.as_millis().abs_diff(other.as_millis()) > CLAIM_DIFFERS_MS
}

/// What happened to a record.
pub(super) struct Change<'c> {
    pub(super) key: Key<'c>,
    pub(super) record: Option<&'c Record<'c>>,
    /// `create`, `update`, `delete`; without a word the record is as it stands.
    pub(super) operation: &'c str,
    pub(super) changed_at: Option<Timestamp>,
}

impl Change<'_> {
    /// Puts it into the sink as a post, a deletion, a reject, or something left out.
    pub(super) fn put(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        if self.key.collection != POST && self.key.collection != REPOST {
            return out.unselected(other_record(self.key.collection));
        }
        if matches!(self.operation, "delete" | "d") {
            return out.deletion(self.key.deletion());
        }
        let post = self.record.ok_or_else(|| "no record".to_owned());
        match post.and_then(|record| record.to_post(self.key, frame.offset)) {
            Ok(mut post) => {
                if matches!(self.operation, "update" | "u") {
                    post.edited_at = self.changed_at;
                }
                out.post(&mut post);
            }
            Err(reason) => out.reject(Reject::new(frame.place, reason, frame.bytes)),
        }
    }
}

/// A post of which nothing but its place is known.
pub(super) fn new_post(key: Key<'_>, offset: u64) -> Draft<'_> {
    Draft {
        platform: PLATFORM.into(),
        id: key.uri().into(),
        author: key.author(),
        provenance: Provenance { offset, ..Provenance::default() },
        ..Draft::default()
    }
}

/// What a record of another collection is, for the count of what is left out.
pub(super) fn other_record(collection: &str) -> &'static str {
    match collection {
        "app.bsky.feed.like" => "like",
        "app.bsky.graph.follow" => "follow",
        "app.bsky.graph.block" | "app.bsky.graph.listblock" => "block",
        "app.bsky.actor.profile" => "profile",
        "app.bsky.graph.list" | "app.bsky.graph.listitem" => "list of accounts",
        "app.bsky.feed.threadgate" | "app.bsky.feed.postgate" => "rule who may answer or quote",
        "app.bsky.feed.generator" => "feed generator",
        "app.bsky.graph.starterpack" => "starter pack",
        _ => "record of another kind",
    }
}

/// What a file of nothing else holds.
pub(super) fn other_records(collection: &str) -> &'static str {
    match other_record(collection) {
        "like" => "likes",
        "follow" => "follows",
        "block" => "blocks",
        "profile" => "user profiles",
        "list of accounts" => "lists of accounts",
        "rule who may answer or quote" => "rules who may answer or quote",
        "feed generator" => "feed generators",
        "starter pack" => "starter packs",
        _ => "records of other kinds",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::json::from_text;

    #[test]
    fn addresses_are_taken_apart() {
        let key = Key { repo: "did:plc:demo", collection: POST, rkey: "3lqcnvhqk622d" };
        assert_eq!(Key::of_uri("at://did:plc:demo/app.bsky.feed.post/3lqcnvhqk622d"), Some(key));
        assert_eq!(Key::of_uri(&key.uri()), Some(key));
        for wrong in
            ["", "at://", "at://a", "at://a/b", "at://a/b/", "at://a/b/c/d", "at://a/b/c d", "https://a/b/c"]
        {
            assert_eq!(Key::of_uri(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_key_decides_the_time_and_a_claim_that_differs_is_kept() {
        #[track_caller]
        fn check(rkey: &str, claim: &str, expected: &str, kept: Option<&str>) {
            let json = format!(r#"{{"text":"a","createdAt":{claim}}}"#);
            let record: Record<'_> = from_text(&json).unwrap();
            let key = Key { repo: "did:plc:demo", collection: POST, rkey };
            let got = record.to_post(key, 0).map(|post| {
                let kept = post.kept.first().map(|(_, value)| value.to_string());
                (post.posted_at.to_string(), kept)
            });
            match got {
                Ok((at, got)) => assert_eq!((at.as_str(), got.as_deref()), (expected, kept), "{json}"),
                Err(reason) => assert_eq!(reason, expected, "{json}"),
            }
        }
        let own = "2025-05-29T11:54:47.504Z";
        check("3lqcnvhqk622d", "\"2025-05-29T12:30:00.1234567+02:00\"", own, None);
        check("3lqcnvhqk622d", "null", own, None);
        check("3lqcnvhqk622d", "\"2016-03-01T00:00:00Z\"", own, Some("2016-03-01T00:00:00Z"));
        check("3lqcnvhqk622d", "\"0000-01-01T00:00:00.000Z\"", own, Some("0000-01-01T00:00:00.000Z"));
        check("3lqcnvhqk622d", "\"soon\"", own, Some("soon"));
        check("first", "\"2025-05-29T12:30:00Z\"", "2025-05-29T12:30:00Z", None);
        check("first", "\"1969-05-29T12:30:00Z\"", "time is before 1970", None);
        check("first", "{}", "no time", None);
    }

    #[test]
    fn facets_that_mark_no_text_are_ignored() {
        let json = r#"{"text":"é #demo","createdAt":"2025-05-29T12:30:00Z","facets":[
            {"index":{"byteStart":3,"byteEnd":8},"features":[{"tag":"demo"}]},
            {"index":{"byteStart":1,"byteEnd":8},"features":[{"tag":"inside a letter"}]},
            {"index":{"byteStart":3,"byteEnd":99},"features":[{"tag":"beyond"}]},
            {"index":{"byteStart":8,"byteEnd":3},"features":[{"tag":"backwards"}]},
            {"index":{"byteStart":-1,"byteEnd":3},"features":[{"tag":"negative"}]},
            {"index":null,"features":"x"},7]}"#;
        let record: Record<'_> = from_text(json).unwrap();
        let post = record.to_post(Key { repo: "did:plc:demo", collection: POST, rkey: "a" }, 0).unwrap();
        assert_eq!(post.tags, ["demo"]);
    }
}
