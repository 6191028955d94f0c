//! X as Gnip, `PowerTrack` and the historical and full-archive searches gave it in the form Activity Streams: posts, shares, and notices of
//! compliance; as lines, pages or pretty-printed.

use super::common::{Entities, Object, decode, deletion, id_in, lang, new_post, object, posted_at};
use crate::archive::asked::Asked;
use crate::archive::json::{Raw, Word, count, either, from_text, read_frame, said};
use crate::archive::{
    ArchiveFormat, Confidence, Frame, Head, Parser, Plan, ReadOptions, Refusal, Reject, Sink,
};
use crate::post::{Author, Draft, Metrics, Repost};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::borrow::Cow;

/// Activities of Gnip.
pub(in crate::archive) struct XGnip;

/// What stands in every id, before the number.
const ID_SIGN: &str = "search.twitter.com,2005:";
/// How the ids of accounts begin.
const AUTHOR_PREFIX: &str = "id:twitter.com:";

impl ArchiveFormat for XGnip {
    fn name(&self) -> &'static str {
        "x-gnip"
    }
    fn about(&self) -> &'static str {
        "X (Twitter) by Gnip or PowerTrack: activities (`objectType`, `verb`, `body`), streams and search pages"
    }
    fn known_by(&self) -> &'static str {
        "activities with an id that holds `search.twitter.com`"
    }
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        head.has_record(is_ours)
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        head.json_plan(GnipParser(Asked::of(options)))
    }
}

fn is_ours(record: &Raw<'_>) -> bool {
    if let Some(Raw::List(results)) = record.get("results") {
        return results.first().is_some_and(is_ours);
    }
    let of_x = |id: Option<&Raw<'_>>| matches!(id, Some(Raw::Text(id)) if id.contains(ID_SIGN));
    let is_activity = record.get("verb").is_some() || record.get("objectType").is_some();
    is_activity && (of_x(record.get("id")) || of_x(record.get("object").and_then(|object| object.get("id"))))
}

/// An activity, the note inside one, a page of activities, or a notice. What we do not need is not listed.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", expecting = "an activity of X", bound(deserialize = "'de: 'a"))]
struct Activity<'a> {
    id: Option<Word<'a>>,
    verb: Option<Word<'a>>,
    posted_time: Option<Word<'a>>,
    link: Option<Word<'a>>,
    body: Option<Word<'a>>,
    actor: Option<Object<Actor<'a>>>,
    /// What was passed on, or the post itself once more.
    object: Option<Box<Object<Activity<'a>>>>,
    #[serde(rename = "long_object")]
    long: Option<Object<Long<'a>>>,
    #[serde(rename = "twitter_entities")]
    entities: Option<Entities<'a>>,
    #[serde(rename = "twitter_quoted_status")]
    quoted: Option<Box<Object<Activity<'a>>>>,
    #[serde(rename = "twitter_lang")]
    lang: Option<Word<'a>>,
    in_reply_to: Option<Object<Reply<'a>>>,
    favorites_count: Option<Word<'a>>,
    retweet_count: Option<Word<'a>>,
    results: Option<Vec<Activity<'a>>>,
    info: Option<IgnoredAny>,
    warn: Option<IgnoredAny>,
    error: Option<Object<Failure<'a>>>,
}

/// The whole text of a post of more than 140 characters.
#[derive(Debug, Deserialize)]
struct Long<'a> {
    #[serde(borrow)]
    body: Option<Word<'a>>,
    #[serde(borrow, rename = "twitter_entities")]
    entities: Option<Entities<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Actor<'a> {
    #[serde(borrow)]
    id: Option<Word<'a>>,
    #[serde(borrow)]
    preferred_username: Option<Word<'a>>,
    #[serde(borrow)]
    display_name: Option<Word<'a>>,
}

#[derive(Debug, Deserialize)]
struct Reply<'a> {
    #[serde(borrow)]
    link: Option<Word<'a>>,
}

#[derive(Debug, Deserialize)]
struct Failure<'a> {
    #[serde(borrow)]
    message: Option<Word<'a>>,
}

impl Activity<'_> {
    fn id(&self) -> Option<&str> {
        either(self.id.as_ref(), None).and_then(id_in)
    }

    fn verb(&self) -> &str {
        either(self.verb.as_ref(), None).unwrap_or_default()
    }

    fn whole_text(&self) -> Option<&Word<'_>> {
        object(self.long.as_ref()).and_then(|long| long.body.as_ref()).or(self.body.as_ref())
    }

    fn whole_entities(&self) -> Option<&Entities<'_>> {
        object(self.long.as_ref()).and_then(|long| long.entities.as_ref()).or(self.entities.as_ref())
    }

    /// The post that this one passes on.
    fn original(&self) -> Option<&Activity<'_>> {
        object(self.object.as_deref()).filter(|_| self.verb() == "share")
    }

    fn to_post(&self, offset: u64) -> Result<Draft<'_>, String> {
        let id = self.id().ok_or("not a post: no id")?;
        let original = self.original().filter(|original| original.whole_text().is_some());
        let text = original.unwrap_or(self).whole_text().ok_or("not a post: no text")?;
        let metrics = Metrics {
            likes: count(self.favorites_count.as_ref()),
            reposts: count(self.retweet_count.as_ref()),
            ..Metrics::default()
        };
        let time = posted_at(self.posted_time.as_ref(), id)?;
        let mut post = new_post(id, time, self.author(), metrics, offset);
        post.url = said(self.link.as_ref());
        post.text = decode(&text.0);
        post.truncated = self.verb() == "share" && original.is_none() && post.text.ends_with('…');
        post.lang = lang(self.lang.as_ref());
        let reply = object(self.in_reply_to.as_ref()).and_then(|reply| either(reply.link.as_ref(), None));
        post.reply_to = reply.and_then(id_in).map(Cow::Borrowed);
        let quoted =
            object(original.unwrap_or(self).quoted.as_deref()).or_else(|| object(self.quoted.as_deref()));
        post.quote_of = quoted.and_then(Activity::id).map(Cow::Borrowed);
        post.repost = if self.verb() == "share" { Repost::Yes } else { Repost::No };
        post.repost_of = self.original().and_then(Activity::id).map(Cow::Borrowed);
        if let Some(entities) = original.unwrap_or(self).whole_entities() {
            entities.add_to(&mut post);
        }
        if let (Some(_), Some(outer)) = (original, &self.entities) {
            outer.add_mentions(&mut post);
        }
        Ok(post)
    }

    fn author(&self) -> Author<Cow<'_, str>> {
        let Some(actor) = object(self.actor.as_ref()) else { return Author::default() };
        let id = either(actor.id.as_ref(), None);
        Author {
            id: id.map(|id| Cow::Borrowed(id.strip_prefix(AUTHOR_PREFIX).unwrap_or(id))),
            handle: said(actor.preferred_username.as_ref()),
            name: said(actor.display_name.as_ref()),
        }
    }

    fn put_post(&self, asked: Asked, frame: &Frame<'_>, out: &mut dyn Sink) {
        asked.put(self.to_post(frame.offset), true, frame, out);
        let context = self.original().or_else(|| object(self.quoted.as_deref()));
        if let Some(context) = context.filter(|context| asked.referenced && context.body.is_some()) {
            context.put_post(asked, frame, out);
        }
    }

    fn put(&self, asked: Asked, frame: &Frame<'_>, out: &mut dyn Sink) {
        if let Some(results) = &self.results {
            return results.iter().for_each(|activity| activity.put(asked, frame, out));
        }
        match self.verb() {
            "delete" => {
                let gone = object(self.object.as_deref())
                    .and_then(|gone| either(gone.id.as_ref(), None))
                    .and_then(id_in);
                match gone {
                    Some(id) => out.deletion(deletion(id)),
                    None => out.reject(Reject::new(frame.place, "a deletion without an id", frame.bytes)),
                }
            }
            "" if self.info.is_some() || self.warn.is_some() => out.unselected("stream notice"),
            "" if self.error.is_some() && self.id.is_none() => {
                let said = object(self.error.as_ref()).and_then(|error| said(error.message.as_ref()));
                let reason = format!("an error message of the API: {}", said.unwrap_or_default());
                out.reject(Reject::new(frame.place, reason, frame.bytes));
            }
            "" | "post" | "share" => self.put_post(asked, frame, out),
            _ => out.unselected("stream notice"),
        }
    }
}

struct GnipParser(Asked);

impl Parser for GnipParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        read_frame(frame, out, &|text, frame, out| {
            from_text::<Activity<'_>>(text)?.put(self.0, frame, out);
            Ok(())
        });
    }
}
