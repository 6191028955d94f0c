//! X as minet and gazouilloire keep it: JSON with the same names as their tables (`x-csv` reads those), plain or as Elasticsearch exports it.

use super::common::{Object, decode, lang, new_post, object, posted_at, unwrap_repost, words};
use crate::archive::asked::Asked;
use crate::archive::json::{Raw, Word, count, either, from_text, read_frame, said};
use crate::archive::times::TimeReader;
use crate::archive::{ArchiveFormat, Confidence, Frame, Head, Parser, Plan, ReadOptions, Refusal, Sink};
use crate::post::{Author, Draft, Metrics, Repost};
use serde::Deserialize;

/// JSON of minet and gazouilloire.
pub(in crate::archive) struct XMinet;

impl ArchiveFormat for XMinet {
    fn name(&self) -> &'static str {
        "x-minet"
    }
    fn about(&self) -> &'static str {
        "X (Twitter) by minet or gazouilloire: JSON with `timestamp_utc` and `user_screen_name`"
    }
    fn known_by(&self) -> &'static str {
        "`timestamp_utc`, `local_time` and `user_screen_name`"
    }
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        let keys = ["id", "timestamp_utc", "local_time", "user_screen_name", "text"];
        let ours = |record: &Raw<'_>| {
            let inside = record.get("_source");
            let has = |key: &str| inside.unwrap_or(record).get(key).is_some();
            keys.iter().all(|key| has(key) || *key == "id" && inside.is_some())
        };
        head.has_record(ours)
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        head.json_plan(MinetParser(Asked::of(options)))
    }
}

/// A post, or what Elasticsearch puts around one. What we do not need is not listed.
#[derive(Debug, Default, Deserialize)]
#[serde(default, expecting = "a post of X", bound(deserialize = "'de: 'a"))]
struct Item<'a> {
    id: Option<Word<'a>>,
    #[serde(rename = "_id")]
    outer_id: Option<Word<'a>>,
    #[serde(rename = "_source")]
    source: Option<Box<Object<Item<'a>>>>,
    timestamp_utc: Option<Word<'a>>,
    text: Option<Word<'a>>,
    url: Option<Word<'a>>,
    lang: Option<Word<'a>>,
    user_id: Option<Word<'a>>,
    user_screen_name: Option<Word<'a>>,
    user_name: Option<Word<'a>>,
    hashtags: Option<Raw<'a>>,
    links: Option<Raw<'a>>,
    mentioned_names: Option<Raw<'a>>,
    retweeted_id: Option<Word<'a>>,
    quoted_id: Option<Word<'a>>,
    to_tweetid: Option<Word<'a>>,
    like_count: Option<Word<'a>>,
    retweet_count: Option<Word<'a>>,
    reply_count: Option<Word<'a>>,
    quote_count: Option<Word<'a>>,
    impression_count: Option<Word<'a>>,
    collection_time: Option<Word<'a>>,
}

impl Item<'_> {
    fn to_post<'p>(&'p self, outer_id: Option<&'p str>, offset: u64) -> Result<Draft<'p>, String> {
        let id = either(self.id.as_ref(), None).or(outer_id).ok_or("not a post: no id")?;
        let text = self.text.as_ref().ok_or("not a post: no text")?;
        let metrics = Metrics {
            likes: count(self.like_count.as_ref()),
            reposts: count(self.retweet_count.as_ref()),
            replies: count(self.reply_count.as_ref()),
            quotes: count(self.quote_count.as_ref()),
            views: count(self.impression_count.as_ref()),
        };
        let author = Author {
            id: said(self.user_id.as_ref()),
            handle: said(self.user_screen_name.as_ref()),
            name: said(self.user_name.as_ref()),
        };
        let time = posted_at(self.timestamp_utc.as_ref(), id)?;
        let mut post = new_post(id, time, author, metrics, offset);
        let collected = either(self.collection_time.as_ref(), None);
        post.collected_at = collected.and_then(|text| TimeReader::utc().read(text).ok()).map(|(at, _)| at);
        post.url = said(self.url.as_ref());
        post.text = decode(&text.0);
        post.lang = lang(self.lang.as_ref());
        post.reply_to = said(self.to_tweetid.as_ref());
        post.quote_of = said(self.quoted_id.as_ref());
        post.repost_of = said(self.retweeted_id.as_ref());
        post.repost = if post.repost_of.is_some() { Repost::Yes } else { Repost::No };
        post.tags = words(self.hashtags.as_ref(), "");
        post.links = words(self.links.as_ref(), "");
        post.mentions = words(self.mentioned_names.as_ref(), "");
        if post.repost == Repost::Yes {
            unwrap_repost(&mut post);
        }
        Ok(post)
    }
}

struct MinetParser(Asked);

impl Parser for MinetParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        read_frame(frame, out, &|text, frame, out| {
            let item: Item<'_> = from_text(text)?;
            let outer_id: Option<&str> = either(item.outer_id.as_ref(), None);
            let inside = object(item.source.as_deref()).unwrap_or(&item);
            self.0.put(inside.to_post(outer_id, frame.offset), true, frame, out);
            Ok(())
        });
    }
}
