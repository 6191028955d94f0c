//! What X's exports share: times, entities of HTML, tags, links, mentions.

use crate::archive::json::{Word, either};
use crate::archive::times::TimeReader;
use crate::post::{
    Author, Draft, Metrics, Provenance, TimeError, TimePrecision, TimeTrust, Timestamp, snowflake_time,
};
use serde::Deserialize;
use std::borrow::Cow;

/// The platform's name in every post of X.
pub(super) const PLATFORM: &str = "x";

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
    id: &'p str,
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
