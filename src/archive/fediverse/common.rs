//! What the Fediverse's formats share: words of a record, handles, times, and what the HTML of a post says besides its text.

use crate::archive::Frame;
use crate::archive::json::Raw;
use crate::archive::times::TimeReader;
use crate::post::{Deletion, Draft, PostId, Provenance, Repost, TimePrecision, TimeTrust, Timestamp};
use crate::text::html::{Anchor, Html};
use std::borrow::Cow;

/// The platform's name in every post of the Fediverse.
pub(super) const PLATFORM: &str = "fediverse";

/// Why an activity that says nothing is left out.
pub(super) const NO_POST: &str = "activity that is no post";

/// A value of a record or of a post, as it mostly is: borrowed.
pub(super) type Text<'v> = Cow<'v, str>;

/// A time, how finely it is known, and what it rests on.
pub(super) type PostTime = (Timestamp, TimePrecision, TimeTrust);

/// A member that is a word and says something.
pub(super) fn word<'v>(of: &'v Raw<'_>, key: &str) -> Option<Text<'v>> {
    of.get(key).and_then(said)
}

/// The first of some members that is a word and says something.
pub(super) fn first_word<'v>(of: &'v Raw<'_>, keys: &[&str]) -> Option<Text<'v>> {
    keys.iter().find_map(|key| word(of, key))
}

/// A word that says something.
pub(super) fn said<'v>(value: &'v Raw<'_>) -> Option<Text<'v>> {
    let text = match value.text()? {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text),
    };
    (!text.is_empty()).then_some(text)
}

/// A count, if it is one.
pub(super) fn count(of: &Raw<'_>, key: &str) -> Option<u64> {
    of.get(key).and_then(count_of)
}

/// A number as a count, if it is one.
pub(super) fn count_of(value: &Raw<'_>) -> Option<u64> {
    said(value).and_then(|text| crate::archive::record::count_text(&text))
}

/// Most tags, mentions or attachments read of one post; nobody writes more, hostile records do.
const MAX_LISTED: usize = 1000;

/// The first of what stands in a list about a post.
pub(super) fn listed<'v, 'a>(of: &'v Raw<'a>, key: &str) -> &'v [Raw<'a>] {
    let all = many(of.get(key));
    all.get(..MAX_LISTED).unwrap_or(all)
}

/// A list, or what stands where a list might: one value is a list of one.
pub(super) fn many<'v, 'a>(value: Option<&'v Raw<'a>>) -> &'v [Raw<'a>] {
    match value {
        Some(Raw::List(values)) => values,
        Some(Raw::Null) | None => &[],
        Some(one) => std::slice::from_ref(one),
    }
}

/// Whether a member is there and is no null.
pub(super) fn has(of: &Raw<'_>, key: &str) -> bool {
    of.get(key).is_some_and(|value| *value != Raw::Null)
}

/// The host (and port) of an address of the web.
pub(super) fn host(address: &str) -> Option<&str> {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next()?;
    let host = host.rsplit('@').next()?;
    (!host.is_empty()).then_some(host)
}

/// `name@host`; the host that a name lacks is that of an address of the account.
pub(super) fn handle<'v>(name: Text<'v>, address: Option<&str>) -> Text<'v> {
    let plain = name.trim_start_matches('@');
    if plain.contains('@') {
        return if plain.len() == name.len() { name } else { Cow::Owned(plain.to_owned()) };
    }
    match address.and_then(host) {
        Some(host) => Cow::Owned(format!("{plain}@{host}")),
        None => name,
    }
}

/// What stands before an account's name in its address, by the server's program.
const BEFORE_NAMES: [&str; 11] = [
    "/ap/users/",
    "/users/",
    "/u/",
    "/c/",
    "/accounts/",
    "/profile/",
    "/channel/",
    "/author/",
    "/actors/",
    "/video-channels/",
    "/@",
];

/// The handle that an account's (or post's) address shows, if it shows one; numbers are none.
pub(in crate::archive) fn handle_in(address: &str) -> Option<String> {
    let host = host(address)?;
    let name = BEFORE_NAMES.iter().find_map(|before| address.split_once(before)).map(|(_, rest)| rest)?;
    let name = name.split(['/', '?', '#']).next().filter(|name| !name.is_empty())?;
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(if name.contains('@') { name.to_owned() } else { format!("{name}@{host}") })
}

/// Reads a time in any form.
pub(super) fn time(text: &str) -> Result<(Timestamp, TimePrecision), String> {
    TimeReader::utc().read(text).map_err(|error| error.to_string())
}

/// The time that a record claims, else the one that its id carries.
pub(super) fn posted_at(claimed: Option<&str>, id: &str) -> Result<PostTime, String> {
    if let Some(text) = claimed {
        let (at, precision) = time(text)?;
        return Ok((at, precision, TimeTrust::Claimed));
    }
    let carried = time_in(id).ok_or("no time")?;
    Ok((carried, TimePrecision::Millisecond, TimeTrust::Id))
}

/// The time in an address such as `https://HOST/users/NAME/statuses/109960958872631870`: since version 2 Mastodon numbers posts by
/// milliseconds, 16 bits to the left. Smaller numbers are older and carry none.
fn time_in(id: &str) -> Option<Timestamp> {
    /// January 2016, before Mastodon.
    const FIRST: i64 = 1_451_606_400_000;
    let number = id.split_once("/statuses/")?.1.split('/').next()?;
    let millis = number.parse::<i64>().ok()? >> 16;
    if millis < FIRST {
        return None;
    }
    time(&millis.to_string()).ok().map(|(at, _)| at)
}

/// A post of the Fediverse with what every record has.
pub(super) fn new_post<'v>(id: Text<'v>, at: PostTime, frame: &Frame<'_>) -> Draft<'v> {
    Draft {
        platform: PLATFORM.into(),
        id,
        posted_at: at.0,
        time_precision: at.1,
        time_trust: at.2,
        repost: Repost::No,
        provenance: Provenance { offset: frame.offset, ..Provenance::default() },
        ..Draft::default()
    }
}

/// The id of a repost that the platform gives none of its own.
pub(super) fn repost_id(original: &str, author: Option<&str>) -> String {
    format!("{original}#reposted-by={}", author.unwrap_or_default())
}

/// That a post is gone.
pub(super) fn deletion(id: &str, posted_at: Option<Timestamp>) -> Deletion {
    Deletion { post: PostId { platform: PLATFORM.to_owned(), id: id.to_owned() }, posted_at }
}

/// Joins what stands before a text (title, warning) and the text by a line end.
pub(super) fn join<'v>(first: Option<Text<'v>>, text: Text<'v>) -> Text<'v> {
    match first {
        Some(first) if text.is_empty() => first,
        Some(first) if first != text => Cow::Owned(format!("{first}\n{text}")),
        _ => text,
    }
}

/// Adds the tags, links and mentions that the HTML of a post holds. Mentions only if the record lists none: HTML does not
/// always say their host.
pub(super) fn add_anchors(post: &mut Draft<'_>, html: &Html<'_>, listed: &[Text<'_>]) {
    let lists_mentions = !post.mentions.is_empty();
    for anchor in &html.anchors {
        if is_tag(anchor) {
            post.tags.push(Cow::Owned(anchor.text.clone()));
        } else if anchor.is_mention() {
            if !lists_mentions && anchor.text.len() > 1 {
                let name = Cow::Borrowed(anchor.text.as_str());
                post.mentions.push(Cow::Owned(handle(name, Some(&anchor.href)).into_owned()));
            }
        } else if anchor.is_link() && !listed.iter().any(|href| *href == anchor.href) {
            post.links.push(Cow::Owned(anchor.href.clone()));
        }
    }
}

/// Some programs link a tag to its page and say no more.
fn is_tag(anchor: &Anchor) -> bool {
    anchor.is_tag() || anchor.text.starts_with('#') && anchor.href.contains("/tag")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_have_a_host() {
        let check = |name: &str, address: Option<&str>, expected: &str| {
            assert_eq!(handle(name.into(), address), expected, "{name}");
        };
        check("demo_a", Some("https://one.example/@demo_a"), "demo_a@one.example");
        check("@demo_a@two.example", Some("https://one.example/@demo_a"), "demo_a@two.example");
        check("demo_a", Some("http://localhost:3000/users/demo_a"), "demo_a@localhost:3000");
        check("demo_a", None, "demo_a");
        check("demo_a", Some("tag:one.example,2017:demo_a"), "demo_a");
    }

    #[test]
    fn addresses_show_handles() {
        let check = |address: &str, expected: Option<&str>| {
            assert_eq!(handle_in(address).as_deref(), expected, "{address}");
        };
        check("https://one.example/users/demo_a", Some("demo_a@one.example"));
        check("https://one.example/@demo_a/123", Some("demo_a@one.example"));
        check("https://one.example/@demo_a@two.example/123", Some("demo_a@two.example"));
        check("https://one.example/u/demo_a?x", Some("demo_a@one.example"));
        check("https://one.example/ap/users/117020565966271181", None);
        check("https://one.example/objects/1", None);
        check("acct:demo_a", None);
    }

    #[test]
    fn an_id_of_mastodon_carries_its_time() {
        let at = |id: &str| time_in(id).map(|at| at.to_string());
        let id = "https://one.example/users/demo_a/statuses/109960000000000000";
        assert_eq!(at(id).as_deref(), Some("2023-03-03T15:14:05.312Z"));
        assert_eq!(at(&format!("{id}/activity")), at(id));
        for id in ["https://one.example/users/demo_a/statuses/1234567", "https://one.example/objects/1", ""] {
            assert_eq!(at(id), None, "{id}");
        }
    }
}
