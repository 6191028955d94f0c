//! What X's exports share: times, entities of HTML, tags, links, mentions.

use crate::archive::json::{Raw, Word, either};
use crate::archive::times::TimeReader;

use crate::post::{
    Author, Deletion, Draft, Metrics, PostId, Provenance, TimeError, TimePrecision, TimeTrust, Timestamp,
    snowflake_time,
};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;

/// The platform's name in every post of X.
pub(super) const PLATFORM: &str = "x";

/// The platform's word that the post of this id is gone.
pub(super) fn deletion(id: &str) -> Deletion {
    Deletion {
        post: PostId { platform: PLATFORM.to_owned(), id: id.to_owned() },
        posted_at: snowflake_time(id),
    }
}

/// Whether a flag says yes; absent is no.
pub(super) fn yes(flag: Option<&Word<'_>>) -> bool {
    either(flag, None).is_some_and(|said| said.eq_ignore_ascii_case("true") || said == "1")
}

/// An object where one is expected; anything else, such as the address or the word that some exports put there, is none.
#[derive(Debug)]
pub(super) struct Object<T>(pub(super) Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ObjectVisitor(std::marker::PhantomData))
    }
}

struct ObjectVisitor<T>(std::marker::PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|object| Object(Some(object)))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Object(None))
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Object(None))
    }
    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Object(None))
    }
    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Object(None))
    }
    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Object(None))
    }
    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Object(None))
    }
    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Object(None))
    }
}

/// The object inside, if there is one.
pub(super) fn object<T>(member: Option<&Object<T>>) -> Option<&T> {
    member?.0.as_ref()
}

/// The number at the end of an address or of a tag URI: `https://x.com/demo_a/status/17?s=20`, `tag:…,2005:17`.
pub(super) fn id_in(address: &str) -> Option<&str> {
    let path = address.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let last = path.rsplit(['/', ':']).next()?;
    (!last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit())).then_some(last)
}

/// The words of a list, or what its objects have under a key.
pub(super) fn words<'r>(list: Option<&'r Raw<'_>>, key: &str) -> Vec<Cow<'r, str>> {
    match list {
        Some(Raw::List(values)) => {
            let found = values.iter().filter_map(|value| value.get(key).unwrap_or(value).text());
            found.filter(|word| !word.trim().is_empty()).collect()
        }
        _ => Vec::new(),
    }
}

/// A repost whose original is not at hand says `RT @demo_a: ` before its text, as no original does, and is cut after 140 characters. What is
/// whole is made equal to the text that other exports have.
pub(in crate::archive) fn unwrap_repost(post: &mut Draft<'_>) {
    let Some((handle, text)) = post.text.strip_prefix("RT @").and_then(|rest| rest.split_once(": ")) else {
        return;
    };
    if handle.is_empty() || !handle.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return;
    }
    let (handle, text) = (handle.to_owned(), text.to_owned());
    post.mentions.push(handle.into());
    if text.ends_with('…') {
        post.truncated = true;
    } else {
        post.text = text.into();
    }
}

/// What a piece of text marks out, by either version of the API.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Entities<'a> {
    #[serde(borrow)]
    hashtags: Option<Vec<Hashtag<'a>>>,
    #[serde(borrow)]
    urls: Option<Vec<Link<'a>>>,
    #[serde(borrow)]
    user_mentions: Option<Vec<Mention<'a>>>,
    #[serde(borrow)]
    mentions: Option<Vec<Mention<'a>>>,
}

#[derive(Debug, Deserialize)]
struct Hashtag<'a> {
    #[serde(borrow)]
    text: Option<Word<'a>>,
    #[serde(borrow)]
    tag: Option<Word<'a>>,
}

#[derive(Debug, Deserialize)]
struct Link<'a> {
    #[serde(borrow)]
    unwound_url: Option<Word<'a>>,
    #[serde(borrow)]
    expanded_url: Option<Word<'a>>,
    #[serde(borrow)]
    url: Option<Word<'a>>,
}

#[derive(Debug, Deserialize)]
struct Mention<'a> {
    #[serde(borrow)]
    screen_name: Option<Word<'a>>,
    #[serde(borrow)]
    username: Option<Word<'a>>,
}

impl Entities<'_> {
    /// Adds the tags, links and mentions to a post.
    pub(super) fn add_to<'p>(&'p self, post: &mut Draft<'p>) {
        let tags = self.hashtags.iter().flatten();
        post.tags
            .extend(tags.filter_map(|tag| either(tag.text.as_ref(), tag.tag.as_ref())).map(Cow::Borrowed));
        let links = self.urls.iter().flatten();
        post.links.extend(links.filter_map(|link| {
            let expanded = either(link.unwound_url.as_ref(), link.expanded_url.as_ref());
            expanded.or_else(|| either(link.url.as_ref(), None)).map(Cow::Borrowed)
        }));
        self.add_mentions(post);
    }

    /// Adds the mentions only.
    pub(super) fn add_mentions<'p>(&'p self, post: &mut Draft<'p>) {
        let mentions = self.user_mentions.iter().flatten().chain(self.mentions.iter().flatten());
        let names =
            mentions.filter_map(|mention| either(mention.screen_name.as_ref(), mention.username.as_ref()));
        post.mentions.extend(names.map(Cow::Borrowed));
        post.mentions.sort_unstable();
        post.mentions.dedup();
    }
}

/// The text of X's JSON is escaped for HTML, these three characters and no more; Reddit's too.
pub(in crate::archive) fn decode(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'&', text.as_bytes()).is_none() {
        return text.into();
    }
    let mut rest = text;
    let mut plain = String::with_capacity(text.len());
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        let (before, entity) = rest.split_at(at);
        plain.push_str(before);
        let mut known = [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")].into_iter();
        let found = known.find_map(|(name, character)| Some((character, entity.strip_prefix(name)?)));
        let (character, after) = found.unwrap_or(("&", entity.get(1..).unwrap_or_default()));
        plain.push_str(character);
        rest = after;
    }
    plain.push_str(rest);
    plain.into()
}

/// A language as X gives it; `und` is none.
pub(super) fn lang<'w>(word: Option<&'w Word<'_>>) -> Option<Cow<'w, str>> {
    either(word, None).filter(|lang| *lang != "und").map(Cow::Borrowed)
}

/// When a post was made: as it says, else as its id says.
pub(super) fn posted_at(
    said: Option<&Word<'_>>,
    id: &str,
) -> Result<(Timestamp, TimePrecision, TimeTrust), String> {
    match either(said, None) {
        Some(text) => {
            let (at, precision) =
                TimeReader::utc().read(text).map_err(|error: TimeError| error.to_string())?;
            Ok((at, precision, TimeTrust::Claimed))
        }
        None => match snowflake_time(id) {
            Some(at) => Ok((at, TimePrecision::Millisecond, TimeTrust::Id)),
            None => Err("no time".to_owned()),
        },
    }
}

/// A post of X with what every record has.
pub(super) fn new_post<'p>(
    id: impl Into<Cow<'p, str>>,
    time: (Timestamp, TimePrecision, TimeTrust),
    author: Author<Cow<'p, str>>,
    metrics: Metrics,
    offset: u64,
) -> Draft<'p> {
    Draft {
        platform: PLATFORM.into(),
        id: id.into(),
        author,
        posted_at: time.0,
        time_precision: time.1,
        time_trust: time.2,
        metrics,
        provenance: Provenance { offset, ..Provenance::default() },
        ..Draft::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_entities_are_decoded_once() {
        #[track_caller]
        fn check(text: &str, expected: &str) {
            assert_eq!(decode(text), expected);
        }
        check("a &amp; b &lt;3 &gt;", "a & b <3 >");
        check("&amp;lt; &nbsp; & &", "&lt; &nbsp; & &");
        check("", "");
    }
}
