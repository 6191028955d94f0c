//! X as the API 1.1 gave it: classic, compatibility and extended objects, streams with their notices, search pages; as lines, arrays or
//! pretty-printed.

use super::common::{Entities, Object, decode, deletion, lang, new_post, object, posted_at, yes};
use crate::archive::asked::Asked;
use crate::archive::json::{Raw, Word, count, either, from_text, read_pages, said};
use crate::archive::{
    ArchiveFormat, Confidence, Frame, Head, Parser, Plan, ReadOptions, Refusal, Reject, Sink,
};
use crate::post::{Author, Draft, Metrics, Repost};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::borrow::Cow;

/// Posts, streams and search pages of the API 1.1.
pub(in crate::archive) struct XV1;

impl ArchiveFormat for XV1 {
    fn name(&self) -> &'static str {
        "x-v1"
    }
    fn about(&self) -> &'static str {
        "X (Twitter) API 1.1: posts, streams and search pages, classic or extended"
    }
    fn known_by(&self) -> &'static str {
        "`created_at` like `Wed Mar 08 00:37:00 +0000 2017` beside id and text, or `id_str`, text and `user.screen_name`"
    }
    fn reader_version(&self) -> u32 {
        2
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        head.has_record(|record| is_ours(record) || is_message(record))
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        if head.records().iter().any(is_message) && !head.records().iter().any(is_ours) {
            return Err(Refusal::NotPosts("direct messages".to_owned()));
        }
        head.json_plan(V1Parser(Asked::of(options)))
    }
}

/// A message from one to another looks like a post, but for whom it is meant.
fn is_message(record: &Raw<'_>) -> bool {
    ["recipient_id", "sender_id", "text"].iter().all(|key| record.get(key).is_some())
}

fn is_ours(record: &Raw<'_>) -> bool {
    if let Some(Raw::List(statuses)) = record.get("statuses").or_else(|| record.get("results")) {
        return record.get("search_metadata").is_some() || statuses.first().is_some_and(is_ours);
    }
    let has = |key: &str| record.get(key).is_some();
    if is_message(record) {
        return false;
    }
    let created = record.get("created_at").and_then(Raw::text).unwrap_or_default();
    let text = has("text") || has("full_text");
    let notice = record.get("limit").is_some_and(|limit| limit.get("track").is_some());
    let delete = record.get("delete").is_some_and(|delete| delete.get("status").is_some());
    // `Wed Mar 08 00:37:00 +0000 2017`: no other platform writes times so.
    let post = (has("id_str") || has("id")) && text && created.len() == 30 && created.contains(" +0000 ");
    // The same objects with times that another program wrote.
    let user = record.get("user").is_some_and(|user| user.get("screen_name").is_some());
    let rewritten = has("id_str") && text && has("created_at") && (user || has("user_id_str"));
    post || rewritten || delete || notice
}

/// One object of the API or of a stream: a post, a page of posts, or a notice. What we do not need is not listed.
#[derive(Debug, Default, Deserialize)]
#[serde(default, expecting = "a post of X", bound(deserialize = "'de: 'a"))]
pub(in crate::archive) struct Tweet<'a> {
    id_str: Option<Word<'a>>,
    id: Option<Word<'a>>,
    created_at: Option<Word<'a>>,
    text: Option<Word<'a>>,
    full_text: Option<Word<'a>>,
    truncated: Option<bool>,
    #[serde(rename = "extended_tweet")]
    extended: Option<Extended<'a>>,
    entities: Option<Entities<'a>>,
    user: Option<Object<User<'a>>>,
    lang: Option<Word<'a>>,
    in_reply_to_status_id_str: Option<Word<'a>>,
    in_reply_to_status_id: Option<Word<'a>>,
    retweeted_status: Option<Box<Object<Tweet<'a>>>>,
    #[serde(alias = "quoted_tweet")]
    quoted_status: Option<Box<Object<Tweet<'a>>>>,
    quoted_status_id_str: Option<Word<'a>>,
    quoted_status_id: Option<Word<'a>>,
    favorite_count: Option<Word<'a>>,
    retweet_count: Option<Word<'a>>,
    reply_count: Option<Word<'a>>,
    quote_count: Option<Word<'a>>,
    delete: Option<Delete<'a>>,
    #[serde(alias = "results")]
    statuses: Option<Vec<Tweet<'a>>>,
    search_metadata: Option<IgnoredAny>,
    errors: Option<Vec<ApiError<'a>>>,
    limit: Option<IgnoredAny>,
    warning: Option<IgnoredAny>,
    disconnect: Option<IgnoredAny>,
    scrub_geo: Option<IgnoredAny>,
    status_withheld: Option<IgnoredAny>,
    user_withheld: Option<IgnoredAny>,
    friends: Option<IgnoredAny>,
    friends_str: Option<IgnoredAny>,
    event: Option<IgnoredAny>,
    info: Option<IgnoredAny>,
    direct_message: Option<IgnoredAny>,
    recipient_id: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
struct Extended<'a> {
    #[serde(borrow)]
    full_text: Option<Word<'a>>,
    #[serde(borrow)]
    entities: Option<Entities<'a>>,
}

#[derive(Debug, Deserialize)]
struct User<'a> {
    #[serde(borrow)]
    id_str: Option<Word<'a>>,
    #[serde(borrow)]
    id: Option<Word<'a>>,
    #[serde(borrow)]
    screen_name: Option<Word<'a>>,
    #[serde(borrow)]
    name: Option<Word<'a>>,
    #[serde(borrow)]
    protected: Option<Word<'a>>,
}

#[derive(Debug, Deserialize)]
struct Delete<'a> {
    #[serde(borrow)]
    status: Option<DeletedStatus<'a>>,
}

#[derive(Debug, Deserialize)]
struct DeletedStatus<'a> {
    #[serde(borrow)]
    id_str: Option<Word<'a>>,
    #[serde(borrow)]
    id: Option<Word<'a>>,
}

#[derive(Debug, Deserialize)]
struct ApiError<'a> {
    #[serde(borrow)]
    message: Option<Word<'a>>,
}

impl Tweet<'_> {
    pub(in crate::archive) fn id(&self) -> &str {
        either(self.id_str.as_ref(), self.id.as_ref()).unwrap_or_default()
    }

    /// The whole text, still escaped, and whether it is known to be cut.
    pub(in crate::archive) fn whole_text(&self) -> (Option<&Word<'_>>, bool) {
        if let Some(full) = self.extended.as_ref().and_then(|extended| extended.full_text.as_ref()) {
            return (Some(full), false);
        }
        match &self.full_text {
            Some(full) => (Some(full), self.truncated == Some(true)),
            None => (self.text.as_ref(), self.truncated == Some(true)),
        }
    }

    fn whole_entities(&self) -> Option<&Entities<'_>> {
        self.extended.as_ref().and_then(|extended| extended.entities.as_ref()).or(self.entities.as_ref())
    }

    fn is_notice(&self) -> bool {
        let notices = [
            &self.limit,
            &self.warning,
            &self.disconnect,
            &self.scrub_geo,
            &self.status_withheld,
            &self.user_withheld,
            &self.friends,
            &self.friends_str,
            &self.event,
            &self.info,
        ];
        notices.into_iter().any(Option::is_some)
    }

    /// The post that this object is, or why it is none.
    pub(in crate::archive) fn to_post(&self, offset: u64) -> Result<Draft<'_>, String> {
        let id = self.id();
        let original = object(self.retweeted_status.as_deref());
        let (text, truncated) = original.unwrap_or(self).whole_text();
        let text =
            text.or(self.text.as_ref()).filter(|_| !id.is_empty()).ok_or("not a post: no id or no text")?;
        let metrics = Metrics {
            likes: count(self.favorite_count.as_ref()),
            reposts: count(self.retweet_count.as_ref()),
            replies: count(self.reply_count.as_ref()),
            quotes: count(self.quote_count.as_ref()),
            views: None,
        };
        let time = posted_at(self.created_at.as_ref(), id)?;
        let mut post = new_post(id, time, self.author(), metrics, offset);
        post.text = decode(&text.0);
        post.truncated = truncated;
        post.lang = lang(self.lang.as_ref());
        let reply = either(self.in_reply_to_status_id_str.as_ref(), self.in_reply_to_status_id.as_ref());
        post.reply_to = reply.map(Cow::Borrowed);
        let quoting = original.unwrap_or(self);
        let quoted = either(quoting.quoted_status_id_str.as_ref(), quoting.quoted_status_id.as_ref());
        let quoted = quoted.or_else(|| object(quoting.quoted_status.as_deref()).map(Tweet::id));
        post.quote_of = quoted.filter(|id| !id.is_empty()).map(Cow::Borrowed);
        post.repost = if original.is_some() { Repost::Yes } else { Repost::No };
        post.repost_of = original.map(Tweet::id).filter(|id| !id.is_empty()).map(Cow::Borrowed);
        if let Some(entities) = original.unwrap_or(self).whole_entities() {
            entities.add_to(&mut post);
        }
        if let (Some(_), Some(outer)) = (original, &self.entities) {
            outer.add_mentions(&mut post);
        }
        Ok(post)
    }

    fn author(&self) -> Author<Cow<'_, str>> {
        let Some(user) = object(self.user.as_ref()) else { return Author::default() };
        Author {
            id: either(user.id_str.as_ref(), user.id.as_ref()).map(Cow::Borrowed),
            handle: said(user.screen_name.as_ref()),
            name: said(user.name.as_ref()),
        }
    }

    /// Whether its account shows its posts to few.
    pub(in crate::archive) fn is_protected(&self) -> bool {
        yes(object(self.user.as_ref()).and_then(|user| user.protected.as_ref()))
    }

    /// Puts this post into the sink, and what it carries as context where that is asked for.
    fn put_post(&self, asked: Asked, frame: &Frame<'_>, out: &mut dyn Sink) {
        asked.put(self.to_post(frame.offset), !self.is_protected(), frame, out);
        self.put_context(asked, frame, out);
    }

    pub(super) fn put_context(&self, asked: Asked, frame: &Frame<'_>, out: &mut dyn Sink) {
        // What a reposted post quotes stands in both.
        let context =
            object(self.retweeted_status.as_deref()).or_else(|| object(self.quoted_status.as_deref()));
        if let Some(context) = context.filter(|_| asked.referenced) {
            context.put_post(asked, frame, out);
        }
    }

    /// Puts all that this object is into the sink.
    fn put(&self, asked: Asked, frame: &Frame<'_>, out: &mut dyn Sink) {
        if let Some(statuses) = &self.statuses {
            for (at, status) in statuses.iter().enumerate() {
                let post = status.to_post(frame.offset);
                let post = post.map_err(|reason| format!("post {} of the page: {reason}", at + 1));
                asked.put(post, !status.is_protected(), frame, out);
                status.put_context(asked, frame, out);
            }
        } else if let Some(status) = self.delete.as_ref().and_then(|delete| delete.status.as_ref()) {
            match either(status.id_str.as_ref(), status.id.as_ref()) {
                Some(id) => out.deletion(deletion(id)),
                None => out.reject(Reject::new(frame.place, "a deletion without an id", frame.bytes)),
            }
        } else if self.direct_message.is_some() || self.recipient_id.is_some() {
            out.unselected("direct message");
        } else if self.id().is_empty() && self.is_notice() {
            out.unselected("stream notice");
        } else if let Some(error) = self.errors.iter().flatten().next().filter(|_| self.id().is_empty()) {
            let said = said(error.message.as_ref()).unwrap_or_default();
            out.reject(Reject::new(frame.place, format!("an error message of the API: {said}"), frame.bytes));
        } else {
            self.put_post(asked, frame, out);
        }
    }
}

struct V1Parser(Asked);

impl Parser for V1Parser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        read_pages(frame, out, &["statuses"], &|text, frame, out| {
            from_text::<Tweet<'_>>(text)?.put(self.0, frame, out);
            Ok(())
        });
    }
}
