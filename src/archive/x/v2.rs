//! X as the API 2 gives it: pages, stream lines, single posts, and what twarc2 makes of them (one post a line, `author` inside).

use super::common::{Entities, decode, lang, new_post, posted_at, unwrap_repost, yes};
use crate::archive::asked::Asked;
use crate::archive::json::{Raw, Word, count, either, from_text, read_pages, said};
use crate::archive::times::TimeReader;
use crate::archive::{
    ArchiveFormat, Confidence, Frame, Head, Parser, Plan, ReadOptions, Refusal, Reject, Sink,
};
use crate::post::{Author, Draft, Metrics, Repost, Timestamp};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::collections::HashMap;

/// Pages, streams and flattened lines of the API 2.
pub(in crate::archive) struct XV2;

impl ArchiveFormat for XV2 {
    fn name(&self) -> &'static str {
        "x-v2"
    }
    fn about(&self) -> &'static str {
        "X (Twitter) API 2: pages, streams, single posts, twarc2 lines (flattened or not)"
    }
    fn known_by(&self) -> &'static str {
        "`id` and `text` inside `data`, or beside `author_id` and fields that only the API 2 has"
    }
    fn reader_version(&self) -> u32 {
        2
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        let records = head.records();
        if records.iter().any(is_ours) || records.iter().any(is_message) {
            Confidence::Certain
        } else if !records.is_empty() && records.iter().all(is_empty_page) {
            Confidence::Likely
        } else {
            Confidence::No
        }
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        if head.records().iter().any(is_message) && !head.records().iter().any(is_ours) {
            return Err(Refusal::NotPosts("direct messages".to_owned()));
        }
        head.json_plan(V2Parser(Asked::of(options)))
    }
}

/// The first of a page, or what a stream's line holds.
fn first_datum<'r, 'a>(record: &'r Raw<'a>) -> Option<&'r Raw<'a>> {
    match record.get("data") {
        Some(Raw::List(list)) => list.first(),
        other => other,
    }
}

/// A message from one to another looks like a post, but for where it belongs.
fn is_message(record: &Raw<'_>) -> bool {
    first_datum(record).unwrap_or(record).get("dm_conversation_id").is_some()
}

fn is_ours(record: &Raw<'_>) -> bool {
    // The envelope of a capture: what is in it may be of any platform.
    if record.get("source_platform").is_some() {
        return false;
    }
    if let Some(post) = first_datum(record) {
        let digits =
            |id: &Raw<'_>| matches!(id, Raw::Text(id) if id.bytes().all(|byte| byte.is_ascii_digit()));
        // Posts of Threads, and messages, look much like this.
        let other = ["timestamp", "event_type", "dm_conversation_id"];
        return post.get("id").is_some_and(digits)
            && post.get("text").is_some()
            && !other.iter().any(|key| post.get(key).is_some());
    }
    let signs = [
        "public_metrics",
        "edit_history_tweet_ids",
        "conversation_id",
        "referenced_tweets",
        "possibly_sensitive",
        "reply_settings",
    ];
    ["id", "text", "author_id"].iter().all(|key| record.get(key).is_some())
        && signs.iter().any(|key| record.get(key).is_some())
}

/// A page without posts, or an error: only X writes them so, but a file of nothing else may be anything.
fn is_empty_page(record: &Raw<'_>) -> bool {
    let no_data = match record.get("data") {
        Some(Raw::List(list)) => list.is_empty(),
        other => other.is_none(),
    };
    let counted = record.get("meta").and_then(|meta| meta.get("result_count")) == Some(&Raw::Uint(0));
    let titled = |error: &Raw<'_>| error.get("title").is_some();
    let failed = matches!(record.get("errors"), Some(Raw::List(errors)) if errors.iter().any(titled));
    no_data && (counted || failed)
}

/// A page, a stream line, a post, or a post referred to. What we do not need is not listed.
#[derive(Debug, Default, Deserialize)]
#[serde(default, expecting = "a post or page of X", bound(deserialize = "'de: 'a"))]
struct Tweet<'a> {
    data: Option<OneOrMany<'a>>,
    includes: Option<Includes<'a>>,
    errors: Option<Vec<Problem<'a>>>,
    title: Option<Word<'a>>,
    detail: Option<Word<'a>>,
    meta: Option<Meta>,
    #[serde(rename = "__twarc")]
    twarc: Option<Twarc<'a>>,
    id: Option<Word<'a>>,
    text: Option<Word<'a>>,
    #[serde(rename = "note_tweet")]
    note: Option<Note<'a>>,
    created_at: Option<Word<'a>>,
    author_id: Option<Word<'a>>,
    author: Option<User<'a>>,
    lang: Option<Word<'a>>,
    entities: Option<Entities<'a>>,
    referenced_tweets: Option<Vec<Tweet<'a>>>,
    public_metrics: Option<PublicMetrics<'a>>,
    /// Of a reference.
    #[serde(rename = "type")]
    kind: Option<Word<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Includes<'a> {
    users: Option<Vec<User<'a>>>,
    tweets: Option<Vec<Tweet<'a>>>,
}

#[derive(Debug, Deserialize)]
struct User<'a> {
    #[serde(borrow)]
    id: Option<Word<'a>>,
    #[serde(borrow)]
    username: Option<Word<'a>>,
    #[serde(borrow)]
    name: Option<Word<'a>>,
    #[serde(borrow)]
    protected: Option<Word<'a>>,
}

#[derive(Debug, Deserialize)]
struct Note<'a> {
    #[serde(borrow)]
    text: Option<Word<'a>>,
    #[serde(borrow)]
    entities: Option<Entities<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct PublicMetrics<'a> {
    #[serde(rename = "like_count")]
    likes: Option<Word<'a>>,
    #[serde(rename = "retweet_count")]
    retweets: Option<Word<'a>>,
    #[serde(rename = "reply_count")]
    replies: Option<Word<'a>>,
    #[serde(rename = "quote_count")]
    quotes: Option<Word<'a>>,
    #[serde(rename = "impression_count")]
    impressions: Option<Word<'a>>,
}

#[derive(Debug, Deserialize)]
struct Problem<'a> {
    #[serde(borrow)]
    title: Option<Word<'a>>,
    #[serde(borrow)]
    detail: Option<Word<'a>>,
    #[serde(borrow)]
    message: Option<Word<'a>>,
}

#[derive(Debug, Deserialize)]
struct Meta {
    result_count: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Twarc<'a> {
    #[serde(borrow)]
    retrieved_at: Option<Word<'a>>,
}

/// `data` is a list on pages and an object on streams.
#[derive(Debug)]
struct OneOrMany<'a>(Vec<Tweet<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for OneOrMany<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Both<'a>(std::marker::PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for Both<'a> {
            type Value = OneOrMany<'a>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a post or a list of posts")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                Ok(OneOrMany(vec![Tweet::deserialize(MapAccessDeserializer::new(map))?]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(OneOrMany)
            }
        }
        deserializer.deserialize_any(Both(std::marker::PhantomData))
    }
}

/// What a page says about all its posts.
struct Context<'t> {
    users: HashMap<&'t str, &'t User<'t>>,
    tweets: HashMap<&'t str, &'t Tweet<'t>>,
    collected_at: Option<Timestamp>,
}

impl<'t> Context<'t> {
    fn of(page: &'t Tweet<'t>) -> Self {
        let includes = page.includes.as_ref();
        let users = includes.and_then(|includes| includes.users.as_ref()).into_iter().flatten();
        let tweets = includes.and_then(|includes| includes.tweets.as_ref()).into_iter().flatten();
        let retrieved = page.twarc.as_ref().and_then(|twarc| either(twarc.retrieved_at.as_ref(), None));
        Self {
            users: users.filter_map(|user| Some((either(user.id.as_ref(), None)?, user))).collect(),
            tweets: tweets.filter_map(|tweet| Some((either(tweet.id.as_ref(), None)?, tweet))).collect(),
            collected_at: retrieved.and_then(|text| TimeReader::utc().read(text).ok()).map(|(at, _)| at),
        }
    }
}

impl Tweet<'_> {
    fn whole_text(&self) -> Option<&str> {
        let note = self.note.as_ref().and_then(|note| note.text.as_ref());
        note.or(self.text.as_ref()).map(|word| word.0.as_ref())
    }

    fn whole_entities(&self) -> Option<&Entities<'_>> {
        self.note.as_ref().and_then(|note| note.entities.as_ref()).or(self.entities.as_ref())
    }

    /// The id of the post that this one refers to in that way, and the reference.
    fn reference(&self, kind: &str) -> Option<(&str, &Tweet<'_>)> {
        let found = self.referenced_tweets.iter().flatten();
        found
            .filter(|reference| either(reference.kind.as_ref(), None) == Some(kind))
            .find_map(|reference| Some((either(reference.id.as_ref(), None)?, reference)))
    }

    fn author_id(&self) -> Option<&str> {
        either(self.author_id.as_ref(), self.author.as_ref().and_then(|user| user.id.as_ref()))
    }

    fn user<'p>(&'p self, context: &Context<'p>) -> Option<&'p User<'p>> {
        self.author.as_ref().or_else(|| context.users.get(self.author_id()?).copied())
    }

    fn is_protected<'p>(&'p self, context: &Context<'p>) -> bool {
        yes(self.user(context).and_then(|user| user.protected.as_ref()))
    }

    fn author<'p>(&'p self, context: &Context<'p>) -> Author<Cow<'p, str>> {
        let user = self.user(context);
        Author {
            id: self.author_id().map(Cow::Borrowed),
            handle: user.and_then(|user| said(user.username.as_ref())),
            name: user.and_then(|user| said(user.name.as_ref())),
        }
    }

    fn metrics(&self) -> Metrics {
        let Some(metrics) = &self.public_metrics else { return Metrics::default() };
        Metrics {
            likes: count(metrics.likes.as_ref()),
            reposts: count(metrics.retweets.as_ref()),
            replies: count(metrics.replies.as_ref()),
            quotes: count(metrics.quotes.as_ref()),
            views: count(metrics.impressions.as_ref()),
        }
    }

    fn to_post<'p>(&'p self, context: &Context<'p>, offset: u64) -> Result<Draft<'p>, String> {
        let id = either(self.id.as_ref(), None).unwrap_or_default();
        let own_text = self.whole_text().filter(|_| !id.is_empty()).ok_or("not a post: no id or no text")?;
        let time = posted_at(self.created_at.as_ref(), id)?;
        let mut post = new_post(id, time, self.author(context), self.metrics(), offset);
        post.collected_at = context.collected_at;
        post.lang = lang(self.lang.as_ref());
        post.reply_to = self.reference("replied_to").map(|(id, _)| Cow::Borrowed(id));
        post.quote_of = self.reference("quoted").map(|(id, _)| Cow::Borrowed(id));
        let retweeted = self.reference("retweeted");
        post.repost_of = retweeted.map(|(id, _)| Cow::Borrowed(id));
        // Without the list of references a text that begins so may be either; no retweet begins otherwise.
        post.repost = match retweeted {
            Some(_) => Repost::Yes,
            None if self.referenced_tweets.is_none() && own_text.starts_with("RT @") => Repost::Unknown,
            None => Repost::No,
        };
        let original = retweeted.and_then(|(id, reference)| {
            let expanded = Some(reference).filter(|reference| reference.text.is_some());
            expanded.or_else(|| context.tweets.get(id).copied())
        });
        if let Some(original) = original {
            post.text = decode(original.whole_text().unwrap_or(own_text));
            post.quote_of = original.reference("quoted").map(|(id, _)| Cow::Borrowed(id)).or(post.quote_of);
            original.whole_entities().into_iter().for_each(|entities| entities.add_to(&mut post));
            self.entities.iter().for_each(|entities| entities.add_mentions(&mut post));
        } else {
            post.text = decode(own_text);
            if retweeted.is_some() {
                unwrap_repost(&mut post);
            }
            self.whole_entities().into_iter().for_each(|entities| entities.add_to(&mut post));
        }
        Ok(post)
    }

    /// What the API says is wrong, if this is an error and nothing else.
    fn problem(&self) -> Option<String> {
        let both = |title: Option<&Word<'_>>, detail: Option<&Word<'_>>| {
            let words = [said(title), said(detail)];
            words.into_iter().flatten().collect::<Vec<_>>().join(": ")
        };
        if let Some(first) = self.errors.iter().flatten().next() {
            return Some(both(first.title.as_ref().or(first.message.as_ref()), first.detail.as_ref()));
        }
        self.title.as_ref().map(|title| both(Some(title), self.detail.as_ref()))
    }

    fn put(&self, asked: Asked, frame: &Frame<'_>, out: &mut dyn Sink) {
        let context = Context::of(self);
        if let Some(OneOrMany(posts)) = &self.data {
            for (at, tweet) in posts.iter().enumerate() {
                let post = tweet.to_post(&context, frame.offset);
                let post = post.map_err(|reason| match posts.len() {
                    1 => reason,
                    _ => format!("post {} of the page: {reason}", at + 1),
                });
                asked.put(post, !tweet.is_protected(&context), frame, out);
                tweet.put_references(&context, asked, frame, out);
            }
            let included = self.includes.iter().filter_map(|includes| includes.tweets.as_ref()).flatten();
            for tweet in included.filter(|_| asked.referenced) {
                let post = tweet.to_post(&context, frame.offset);
                asked.put(post, !tweet.is_protected(&context), frame, out);
            }
            return;
        }
        if self.id.is_none() {
            // A page without posts is no record.
            if self.meta.as_ref().and_then(|meta| meta.result_count) == Some(0) {
                return;
            }
            if let Some(problem) = self.problem() {
                let reason = format!("an error message of the API: {problem}");
                return out.reject(Reject::new(frame.place, reason, frame.bytes));
            }
        }
        asked.put(self.to_post(&context, frame.offset), !self.is_protected(&context), frame, out);
        self.put_references(&context, asked, frame, out);
    }

    /// Posts that stand whole inside a flattened one, where they are asked for.
    fn put_references<'p>(
        &'p self,
        context: &Context<'p>,
        asked: Asked,
        frame: &Frame<'_>,
        out: &mut dyn Sink,
    ) {
        let whole = self.referenced_tweets.iter().flatten().filter(|reference| reference.text.is_some());
        for reference in whole.filter(|_| asked.referenced) {
            let post = reference.to_post(context, frame.offset);
            asked.put(post, !reference.is_protected(context), frame, out);
            reference.put_references(context, asked, frame, out);
        }
    }
}

struct V2Parser(Asked);

impl Parser for V2Parser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        read_pages(frame, out, &["data"], &|text, frame, out| {
            from_text::<Tweet<'_>>(text)?.put(self.0, frame, out);
            Ok(())
        });
    }
}
