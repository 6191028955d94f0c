//! From what a reader hands over to a post as it is kept: identity, trusted time, tags, tidy lists. Pure.

use crate::post::{Draft, MAX_ID_BYTES, TimePrecision, TimeTrust, id_time};
use crate::text::tags;
use std::borrow::Cow;

/// Most tags, links or mentions kept of one post; nobody writes more, hostile records do.
const MAX_LIST: usize = 1000;
/// Longest platform name.
const MAX_PLATFORM_BYTES: usize = 32;
/// Names that people write for a platform that we call otherwise.
const PLATFORM_ALIASES: &[(&str, &str)] = &[
    ("twitter", "x"),
    ("mastodon", "fediverse"),
    ("hacker-news", "hackernews"),
    ("hn", "hackernews"),
    ("bsky", "bluesky"),
];

/// What to do with rows that have no id and are alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Repeats {
    /// They are one post.
    #[default]
    Merge,
    /// Each is a post of its own: its place in the file goes into its id.
    Keep,
}

/// Settles a post in place, or says why it cannot be one.
pub(crate) fn normalise(post: &mut Draft<'_>, repeats: Repeats) -> Result<(), &'static str> {
    settle_platform(&mut post.platform)?;
    // An at-uri is global and says whose it is, in a table that does not name its platform too.
    if post.platform == "unknown" && post.id.starts_with("at://") && post.id.contains("/app.bsky.feed.") {
        post.platform = "bluesky".into();
    }
    tidy_author(post);
    settle_id(post, repeats)?;
    settle_time(post);
    settle_tags(post);
    tidy(&mut post.links, |link| link);
    tidy(&mut post.mentions, |handle| handle.trim_start_matches('@'));
    if !post.kept.is_empty() {
        post.kept.sort_unstable();
        post.kept.dedup_by(|later, earlier| later.0 == earlier.0);
    }
    Ok(())
}

/// How we call the platform that a person names, if it can be one.
pub fn platform_name(written: &str) -> Option<String> {
    let mut name = Cow::Borrowed(written);
    settle_platform(&mut name).is_ok().then(|| name.into_owned())
}

fn settle_platform(platform: &mut Cow<'_, str>) -> Result<(), &'static str> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if platform.is_empty() {
        *platform = "unknown".into();
    } else if !platform.bytes().all(plain) {
        *platform = platform.trim().to_lowercase().replace([' ', '_'], "-").into();
    }
    if let Some((_, ours)) = PLATFORM_ALIASES.iter().find(|(theirs, _)| *theirs == *platform) {
        *platform = (*ours).into();
    }
    if platform.is_empty() || platform.len() > MAX_PLATFORM_BYTES || !platform.bytes().all(plain) {
        return Err("the platform's name is not made of letters, digits and `-`");
    }
    Ok(())
}

fn tidy_author(post: &mut Draft<'_>) {
    let author = &mut post.author;
    if let Some(handle) = author.handle.as_mut() {
        narrow(handle, |handle| handle.trim_start_matches('@'));
    }
    for part in [&mut author.id, &mut author.handle, &mut author.name] {
        if part.as_deref().is_some_and(is_blank) {
            *part = None;
        }
    }
}

/// Whether nothing but space is in a text; mostly its first byte tells.
fn is_blank(text: &str) -> bool {
    !text.bytes().next().is_some_and(|byte| byte.is_ascii_graphic()) && text.trim().is_empty()
}

/// Replaces a text by a part of it.
fn narrow(text: &mut Cow<'_, str>, part: impl Fn(&str) -> &str) {
    match text {
        Cow::Borrowed(text) => *text = part(text),
        Cow::Owned(text) => {
            let kept = part(text);
            if kept.len() != text.len() {
                *text = kept.to_owned();
            }
        }
    }
}

fn settle_id(post: &mut Draft<'_>, repeats: Repeats) -> Result<(), &'static str> {
    if post.id.len() > MAX_ID_BYTES {
        return Err("the id is longer than 512 bytes");
    }
    if is_blank(&post.id) || is_damaged_number(&post.id) {
        post.id = derived_id(post, repeats).into();
        post.id_derived = true;
    }
    Ok(())
}

/// `9.1E+17`: what spreadsheets make of a long id. Many posts share it, so it identifies none.
fn is_damaged_number(id: &str) -> bool {
    if memchr::memchr2(b'e', b'E', id.as_bytes()).is_none() {
        return false;
    }
    let Some((number, exponent)) = id.split_once(['e', 'E']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let number = number.trim_start_matches('-').replace([',', '.'], "");
    digits(&number) && digits(exponent.trim_start_matches(['+', '-'])) && id.contains(['.', ',', '+'])
}

/// An id from author, time and text: `h:` and 16 hexadecimal digits of BLAKE3. The key of a post holds its second too, so two posts
/// would have to share that and 64 bits to be taken for one.
fn derived_id(post: &Draft<'_>, repeats: Repeats) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(post.author.key().unwrap_or("").as_bytes());
    hasher.update(&[0]);
    hasher.update(&post.posted_at.as_millis().to_le_bytes());
    hasher.update(post.text.as_bytes());
    if repeats == Repeats::Keep {
        hasher.update(&post.provenance.run.0);
        hasher.update(&post.provenance.offset.to_le_bytes());
    }
    let hash = hasher.finalize();
    let mut id = String::with_capacity(18);
    id.push_str("h:");
    id.push_str(hash.to_hex().get(..16).unwrap_or(""));
    id
}

/// An id that carries its own time decides it: two exports of one post then agree.
fn settle_time(post: &mut Draft<'_>) {
    if let Some(at) = id_time(&post.platform, &post.id) {
        post.posted_at = at;
        post.time_trust = TimeTrust::Id;
        post.time_precision = TimePrecision::Millisecond;
    }
}

fn settle_tags(post: &mut Draft<'_>) {
    let mut found: Vec<Cow<'_, str>> = Vec::with_capacity(post.tags.len());
    for tag in post.tags.drain(..) {
        found.extend(tags::normalise(&tag).map(Cow::Owned));
    }
    tags::extract(&post.text, &post.platform, |tag| {
        // The text mostly repeats what the record lists.
        if !found.iter().any(|known| known == tag) {
            found.push(Cow::Owned(tag.to_owned()));
        }
    });
    found.sort_unstable();
    found.dedup();
    found.truncate(MAX_LIST);
    post.tags = found;
}

fn tidy(list: &mut Vec<Cow<'_, str>>, clean: impl Fn(&str) -> &str) {
    if list.is_empty() {
        return;
    }
    for item in list.iter_mut() {
        narrow(item, |item| clean(item.trim()));
    }
    list.retain(|item| !item.is_empty());
    list.sort_unstable();
    list.dedup();
    list.truncate(MAX_LIST);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::{Author, Timestamp};

    type Post = Draft<'static>;

    fn post() -> Post {
        Post {
            text: "#Vault7 and #VAULT7 again".into(),
            author: Author { handle: Some("@demo_a".into()), ..Author::default() },
            posted_at: Timestamp::parse_rfc3339("2017-03-07T13:00:00Z").unwrap(),
            ..Post::default()
        }
    }

    fn settled(mut post: Post) -> Post {
        normalise(&mut post, Repeats::Merge).unwrap();
        post
    }

    #[test]
    fn tags_come_from_metadata_and_text_once() {
        let post = settled(Post { tags: vec!["#WikiLeaks".into(), "vault7".into(), "123".into()], ..post() });
        assert_eq!(post.tags, ["vault7", "wikileaks"]);
    }

    #[test]
    fn a_post_without_id_gets_the_same_one_every_time() {
        let first = settled(post());
        assert!(first.id_derived && first.id.starts_with("h:") && first.id.len() == 18);
        assert_eq!(first.id, settled(post()).id);
        assert_ne!(first.id, settled(Post { text: "other".into(), ..post() }).id);
        assert_eq!(first.author.handle.as_deref(), Some("demo_a"));
    }

    #[test]
    fn repeats_can_be_kept_apart_by_their_place() {
        let keep = |offset| {
            let mut post = post();
            post.provenance.offset = offset;
            normalise(&mut post, Repeats::Keep).unwrap();
            post.id
        };
        assert_ne!(keep(1), keep(2));
        assert_eq!(keep(1), keep(1));
    }

    #[test]
    fn ids_damaged_by_a_spreadsheet_identify_nothing() {
        for id in ["9.1E+17", "8,12E+17", "9e+17", " "] {
            assert!(settled(Post { id: id.into(), ..post() }).id_derived, "{id}");
        }
        for id in ["831234567890123456", "1e5", "abc", "h:1"] {
            assert!(!settled(Post { id: id.into(), ..post() }).id_derived, "{id}");
        }
        assert!(normalise(&mut Post { id: "9".repeat(600).into(), ..post() }, Repeats::Merge).is_err());
    }

    #[test]
    fn a_snowflake_decides_the_time() {
        let post = settled(Post { platform: "Twitter".into(), id: "1212092628029698048".into(), ..post() });
        assert_eq!((&*post.platform, post.posted_at.to_string().as_str()), ("x", "2019-12-31T19:26:16.771Z"));
        assert_eq!(post.time_trust, TimeTrust::Id);
    }

    #[test]
    fn an_at_uri_decides_the_time_and_the_platform() {
        let id = "at://did:plc:demo/app.bsky.feed.post/3lqcnvhqk622d";
        for platform in ["bluesky", "bsky", ""] {
            let post = settled(Post { platform: platform.into(), id: id.into(), ..post() });
            assert_eq!((&*post.platform, post.time_trust), ("bluesky", TimeTrust::Id));
            assert_eq!(post.posted_at.to_string(), "2025-05-29T11:54:47.504Z");
        }
        let other = settled(Post { platform: "x".into(), id: id.into(), ..post() });
        assert_eq!((&*other.platform, other.time_trust), ("x", TimeTrust::Claimed));
    }

    #[test]
    fn a_platform_has_a_plain_name() {
        assert_eq!(settled(Post { platform: "Truth Social".into(), ..post() }).platform, "truth-social");
        assert_eq!(settled(post()).platform, "unknown");
        assert!(normalise(&mut Post { platform: "a\0b".into(), ..post() }, Repeats::Merge).is_err());
    }
}
