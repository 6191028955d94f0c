//! What Reddit's API answers: listings of submissions and comments, the page of a submission with its tree of comments, single things; and
//! recordings of such answers (cassettes of VCR and Betamax).

use super::common::Item;
use crate::archive::json::{Raw, Word, either, from_text, read_pages, said};
use crate::archive::options::NOT_PUBLIC;
use crate::archive::times::TimeReader;
use crate::archive::{
    ArchiveFormat, Confidence, Frame, Head, Parser, Plan, ReadOptions, Refusal, Reject, Sink,
};
use crate::post::Timestamp;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::marker::PhantomData;

/// Listings, pages of comments, single things.
pub(in crate::archive) struct RedditApi;

impl ArchiveFormat for RedditApi {
    fn name(&self) -> &'static str {
        "reddit-api"
    }
    fn about(&self) -> &'static str {
        "Reddit API: listings, pages of comments, single things, recorded cassettes"
    }
    fn known_by(&self) -> &'static str {
        "`kind` and `data` of Reddit's things, a listing, or a recorded exchange with reddit.com"
    }
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        head.has_record(is_ours)
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        let mut kinds = head.records().iter().filter_map(kind_inside).peekable();
        if let Some(first) = kinds.peek().copied().filter(|first| kinds.all(|kind| kind == *first))
            && let Some(name) = name_of_other(first)
        {
            return Err(Refusal::NotPosts(name.to_owned()));
        }
        head.json_plan(ApiParser { options: options.clone() })
    }
}

fn is_ours(record: &Raw<'_>) -> bool {
    if let Some(Raw::List(interactions)) = record.get("interactions") {
        let uri =
            |one: &Raw<'_>| one.get("request")?.get("uri")?.text().map(|uri| uri.contains("reddit.com/"));
        return interactions.iter().any(|one| uri(one) == Some(true));
    }
    let data = record.get("data");
    let things = record.get("json").and_then(|json| json.get("data")?.get("things"));
    match record.get("kind").and_then(Raw::text).as_deref() {
        Some("Listing") => data.is_some_and(|data| data.get("children").is_some()),
        Some("t1" | "t2" | "t3" | "t4" | "t5" | "more") => data.is_some_and(|data| data.get("id").is_some()),
        _ => things.is_some(),
    }
}

/// The kind of a thing, or of the first thing of a listing.
fn kind_inside<'r>(record: &'r Raw<'_>) -> Option<&'r str> {
    let kind = |thing: &'r Raw<'_>| match thing.get("kind") {
        Some(Raw::Text(kind)) => Some(kind.as_ref()),
        _ => None,
    };
    match (kind(record)?, record.get("data")?.get("children")) {
        ("Listing", Some(Raw::List(things))) => things.first().and_then(kind),
        (other, _) => Some(other),
    }
}

fn name_of_other(kind: &str) -> Option<&'static str> {
    match kind {
        "t2" => Some("user profiles of Reddit"),
        "t4" => Some("private messages of Reddit"),
        "t5" => Some("subreddits"),
        _ => None,
    }
}

/// A kind and what is of that kind; or a recording of many answers. Of a stub that only names comments its children are texts.
#[derive(Debug, Default)]
pub(super) struct Thing<'a>(Option<Box<Inside<'a>>>);

#[derive(Debug, Default, Deserialize)]
#[serde(default, expecting = "a thing of Reddit", bound(deserialize = "'de: 'a"))]
struct Inside<'a> {
    kind: Option<Word<'a>>,
    data: Option<Item<'a>>,
    json: Option<Reply<'a>>,
    interactions: Option<Vec<Interaction<'a>>>,
    error: Option<Word<'a>>,
    message: Option<Word<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Reply<'a> {
    data: Option<Item<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Interaction<'a> {
    recorded_at: Option<Word<'a>>,
    response: Option<Response<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Response<'a> {
    body: Option<Body<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Body<'a> {
    string: Option<Word<'a>>,
    base64_string: Option<Word<'a>>,
}

/// The answers to a comment: a listing, or an empty text where there are none.
pub(super) type Replies<'a> = Thing<'a>;

impl<'de: 'a, 'a> Deserialize<'de> for Thing<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrThing<'a>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for TextOrThing<'a> {
            type Value = Thing<'a>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a thing of Reddit")
            }
            fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
                Ok(Thing(None))
            }
            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(Thing(None))
            }
            fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
                Ok(Thing(None))
            }
            fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
                Ok(Thing(None))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Thing(None))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                Inside::deserialize(MapAccessDeserializer::new(map))
                    .map(|inside| Thing(Some(Box::new(inside))))
            }
        }
        deserializer.deserialize_any(TextOrThing(PhantomData))
    }
}

struct ApiParser {
    options: ReadOptions,
}

impl ApiParser {
    fn put(&self, thing: &Thing<'_>, collected_at: Option<Timestamp>, frame: &Frame<'_>, out: &mut dyn Sink) {
        let Some(inside) = &thing.0 else { return };
        if let Some(interactions) = &inside.interactions {
            return interactions.iter().for_each(|one| self.replay(one, frame, out));
        }
        let data = inside.data.as_ref().or_else(|| inside.json.as_ref()?.data.as_ref());
        let Some(data) = data else {
            let said = said(inside.message.as_ref().or(inside.error.as_ref()));
            let reason = said.map_or_else(
                || "not a thing of Reddit".to_owned(),
                |said| format!("an error message of the API: {said}"),
            );
            return out.reject(Reject::new(frame.place, reason, frame.bytes));
        };
        match either(inside.kind.as_ref(), None) {
            Some("t1" | "t3") => {
                data.put("", collected_at, &self.options, frame, out);
                if let Some(replies) = &data.replies {
                    self.put(replies, collected_at, frame, out);
                }
            }
            Some("more") => out.unselected("answers that the page only counts"),
            Some("t4") => out.unselected(NOT_PUBLIC),
            Some("t2" | "t5") => out.unselected("an account or a subreddit"),
            _ => {
                let things = data.children.iter().chain(&data.things).flatten();
                things.for_each(|thing| self.put(thing, collected_at, frame, out));
            }
        }
    }

    /// One recorded answer; those that hold no things (tokens, say) are no records.
    fn replay(&self, one: &Interaction<'_>, frame: &Frame<'_>, out: &mut dyn Sink) {
        let Some(body) = one.response.as_ref().and_then(|response| response.body.as_ref()) else { return };
        if body.base64_string.is_some() {
            return out.reject(Reject::new(
                frame.place,
                "a recorded answer that is still compressed",
                frame.bytes,
            ));
        }
        let Some(text) = either(body.string.as_ref(), None) else { return };
        let at = either(one.recorded_at.as_ref(), None).and_then(|at| TimeReader::utc().read(at).ok());
        let collected_at = at.map(|(at, _)| at);
        let is_listing = |thing: &Thing<'_>| {
            thing.0.as_ref().is_some_and(|inside| inside.kind.is_some() || inside.json.is_some())
        };
        let things = if text.starts_with('[') {
            from_text::<Vec<Thing<'_>>>(text)
        } else {
            from_text::<Thing<'_>>(text).map(|thing| vec![thing])
        };
        things
            .iter()
            .flatten()
            .filter(|thing| is_listing(thing))
            .for_each(|thing| self.put(thing, collected_at, frame, out));
    }
}

impl Parser for ApiParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        read_pages(frame, out, &["children", "things"], &|text, frame, out| {
            if text.starts_with('[') {
                for thing in from_text::<Vec<Thing<'_>>>(text)? {
                    self.put(&thing, None, frame, out);
                }
            } else {
                self.put(&from_text::<Thing<'_>>(text)?, None, frame, out);
            }
            Ok(())
        });
    }
}
