//! From what a reader hands over to a post as it is kept: identity, trusted time, tags, tidy lists. Pure.

use crate::post::{MAX_ID_BYTES, Post, TimePrecision, TimeTrust, snowflake_time};
use crate::text::tags;

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
pub(crate) fn normalise(post: &mut Post, repeats: Repeats) -> Result<(), &'static str> {
    settle_platform(&mut post.platform)?;
    tidy_author(post);
    settle_id(post, repeats)?;
    settle_time(post);
    settle_tags(post);
    tidy(&mut post.links, |link| link);
    tidy(&mut post.mentions, |handle| handle.trim_start_matches('@'));
    post.kept.sort_unstable();
    post.kept.dedup_by(|later, earlier| later.0 == earlier.0);
    Ok(())
}

fn settle_platform(platform: &mut String) -> Result<(), &'static str> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if platform.is_empty() {
        "unknown".clone_into(platform);
    } else if !platform.bytes().all(plain) {
        *platform = platform.trim().to_lowercase().replace([' ', '_'], "-");
    }
    if let Some((_, ours)) = PLATFORM_ALIASES.iter().find(|(theirs, _)| *theirs == platform.as_str()) {
        (*ours).clone_into(platform);
    }
    if platform.is_empty() || platform.len() > MAX_PLATFORM_BYTES || !platform.bytes().all(plain) {
        return Err("the platform's name is not made of letters, digits and `-`");
    }
    Ok(())
}

fn tidy_author(post: &mut Post) {
    let author = &mut post.author;
    if let Some(handle) = author.handle.as_mut().filter(|handle| handle.starts_with('@')) {
        *handle = handle.trim_start_matches('@').to_owned();
    }
    for part in [&mut author.id, &mut author.handle, &mut author.name] {
        if part.as_ref().is_some_and(|text| text.trim().is_empty()) {
            *part = None;
        }
    }
}

fn settle_id(post: &mut Post, repeats: Repeats) -> Result<(), &'static str> {
    if post.id.len() > MAX_ID_BYTES {
        return Err("the id is longer than 512 bytes");
    }
    if post.id.trim().is_empty() || is_damaged_number(&post.id) {
        post.id = derived_id(post, repeats);
        post.id_derived = true;
    }
    Ok(())
}

/// `9.1E+17`: what spreadsheets make of a long id. Many posts share it, so it identifies none.
fn is_damaged_number(id: &str) -> bool {
    let Some((number, exponent)) = id.split_once(['e', 'E']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let number = number.trim_start_matches('-').replace([',', '.'], "");
    digits(&number) && digits(exponent.trim_start_matches(['+', '-'])) && id.contains(['.', ',', '+'])
}

/// An id from author, time and text: `h:` and 16 hexadecimal digits of BLAKE3. The key of a post holds its second too, so two posts
/// would have to share that and 64 bits to be taken for one.
fn derived_id(post: &Post, repeats: Repeats) -> String {
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
fn settle_time(post: &mut Post) {
    if post.platform == "x"
        && let Some(at) = snowflake_time(&post.id)
    {
        post.posted_at = at;
        post.time_trust = TimeTrust::Id;
        post.time_precision = TimePrecision::Millisecond;
    }
}

fn settle_tags(post: &mut Post) {
    let mut found: Vec<String> = post.tags.drain(..).filter_map(|tag| tags::normalise(&tag)).collect();
    tags::extract(&post.text, &mut found);
    found.sort_unstable();
    found.dedup();
    found.truncate(MAX_LIST);
    post.tags = found;
}

fn tidy(list: &mut Vec<String>, clean: impl Fn(&str) -> &str) {
    if list.is_empty() {
        return;
    }
    for item in list.iter_mut() {
        let cleaned = clean(item.trim());
        if cleaned.len() != item.len() {
            *item = cleaned.to_owned();
        }
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
        assert!(normalise(&mut Post { id: "9".repeat(600), ..post() }, Repeats::Merge).is_err());
    }

    #[test]
    fn a_snowflake_decides_the_time() {
        let post = settled(Post { platform: "Twitter".into(), id: "1212092628029698048".into(), ..post() });
        assert_eq!(
            (post.platform.as_str(), post.posted_at.to_string().as_str()),
            ("x", "2019-12-31T19:26:16.771Z")
        );
        assert_eq!(post.time_trust, TimeTrust::Id);
    }

    #[test]
    fn a_platform_has_a_plain_name() {
        assert_eq!(settled(Post { platform: "Truth Social".into(), ..post() }).platform, "truth-social");
        assert_eq!(settled(post()).platform, "unknown");
        assert!(normalise(&mut Post { platform: "a\0b".into(), ..post() }, Repeats::Merge).is_err());
    }
}
