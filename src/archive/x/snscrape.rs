//! X as snscrape wrote it, one post a line, in all its generations since 2020; twscrape writes the same.

use super::common::{Object, decode, id_in, lang, new_post, object, posted_at, unwrap_repost, words, yes};
use crate::archive::asked::Asked;
use crate::archive::json::{Raw, Word, count, either, from_text, read_frame, said};
use crate::archive::{ArchiveFormat, Confidence, Frame, Head, Parser, Plan, ReadOptions, Refusal, Sink};
use crate::post::{Author, Draft, Metrics, Repost};
use serde::Deserialize;
use std::borrow::Cow;

/// Lines of snscrape.
pub(in crate::archive) struct XSnscrape;

/// How the types of what snscrape found on X begin.
const MODULE: &str = "snscrape.modules.twitter.";

impl ArchiveFormat for XSnscrape {
    fn name(&self) -> &'static str {
        "x-snscrape"
    }
    fn about(&self) -> &'static str {
        "X (Twitter) by snscrape or twscrape: JSON lines with `content` or `rawContent`"
    }
    fn known_by(&self) -> &'static str {
        "a `_type` of snscrape, or `content` or `rawContent` beside its other keys and an address of a post"
    }
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        head.has_record(is_ours)
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        head.json_plan(SnscrapeParser(Asked::of(options)))
    }
}

fn is_ours(record: &Raw<'_>) -> bool {
    let text = |key: &str| record.get(key).and_then(Raw::text).unwrap_or_default();
    if let Some(kind) = text("_type").strip_prefix(MODULE) {
        return matches!(kind, "Tweet" | "Tombstone" | "TweetRef");
    }
    let has = |key: &str| record.get(key).is_some();
    let signs = ["rawContent", "renderedContent", "tcooutlinks", "tcooutlinksss"];
    has("date")
        && (has("content") || has("rawContent"))
        && signs.iter().any(|key| has(key))
        && text("url").contains("/status/")
}

/// A post, or what stands for one. What we do not need is not listed.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", expecting = "a post of X", bound(deserialize = "'de: 'a"))]
struct Item<'a> {
    #[serde(rename = "_type")]
    kind: Option<Word<'a>>,
    id: Option<Word<'a>>,
    id_str: Option<Word<'a>>,
    url: Option<Word<'a>>,
    date: Option<Word<'a>>,
    raw_content: Option<Word<'a>>,
    content: Option<Word<'a>>,
    rendered_content: Option<Word<'a>>,
    user: Option<Object<User<'a>>>,
    username: Option<Word<'a>>,
    reply_count: Option<Word<'a>>,
    retweet_count: Option<Word<'a>>,
    like_count: Option<Word<'a>>,
    quote_count: Option<Word<'a>>,
    view_count: Option<Word<'a>>,
    lang: Option<Word<'a>>,
    hashtags: Option<Raw<'a>>,
    mentioned_users: Option<Raw<'a>>,
    links: Option<Raw<'a>>,
    outlinks: Option<Raw<'a>>,
    tcooutlinks: Option<Raw<'a>>,
    in_reply_to_tweet_id: Option<Word<'a>>,
    retweeted_tweet: Option<Box<Object<Item<'a>>>>,
    quoted_tweet: Option<Box<Object<Item<'a>>>>,
}

#[derive(Debug, Deserialize)]
struct User<'a> {
    #[serde(borrow)]
    id: Option<Word<'a>>,
    #[serde(borrow)]
    username: Option<Word<'a>>,
    #[serde(borrow)]
    displayname: Option<Word<'a>>,
    #[serde(borrow)]
    protected: Option<Word<'a>>,
}

impl Item<'_> {
    fn id(&self) -> Option<&str> {
        // The very first lines have the id in the address alone.
        either(self.id_str.as_ref(), self.id.as_ref()).or_else(|| id_in(either(self.url.as_ref(), None)?))
    }

    fn text(&self) -> Option<&str> {
        let printed = either(self.raw_content.as_ref(), self.content.as_ref());
        printed.or_else(|| either(self.rendered_content.as_ref(), None))
    }

    /// Whether it only says that a post is, or was, there.
    fn is_reference(&self) -> bool {
        let kind = either(self.kind.as_ref(), None).and_then(|kind| kind.strip_prefix(MODULE));
        matches!(kind, Some("Tombstone" | "TweetRef"))
    }

    fn is_protected(&self) -> bool {
        yes(object(self.user.as_ref()).and_then(|user| user.protected.as_ref()))
    }

    fn author(&self) -> Author<Cow<'_, str>> {
        let user = object(self.user.as_ref());
        Author {
            id: user.and_then(|user| said(user.id.as_ref())),
            handle: user
                .and_then(|user| said(user.username.as_ref()))
                .or_else(|| said(self.username.as_ref())),
            name: user.and_then(|user| said(user.displayname.as_ref())),
        }
    }

    fn add_lists<'p>(&'p self, post: &mut Draft<'p>) {
        post.tags.extend(words(self.hashtags.as_ref(), ""));
        post.mentions.extend(words(self.mentioned_users.as_ref(), "username"));
        // The same addresses, ever better resolved.
        let lists = [(&self.links, "url"), (&self.outlinks, ""), (&self.tcooutlinks, "")];
        let found = lists.into_iter().map(|(list, key)| words(list.as_ref(), key));
        post.links.extend(found.into_iter().find(|links| !links.is_empty()).unwrap_or_default());
    }

    fn to_post(&self, offset: u64) -> Result<Draft<'_>, String> {
        let id = self.id().ok_or("not a post: no id")?;
        let original = object(self.retweeted_tweet.as_deref());
        let whole = original.filter(|original| original.text().is_some());
        let telling = whole.unwrap_or(self);
        let text = telling.text().ok_or("not a post: no text")?;
        let metrics = Metrics {
            likes: count(self.like_count.as_ref()),
            reposts: count(self.retweet_count.as_ref()),
            replies: count(self.reply_count.as_ref()),
            quotes: count(self.quote_count.as_ref()),
            views: count(self.view_count.as_ref()),
        };
        let time = posted_at(self.date.as_ref(), id)?;
        let mut post = new_post(id, time, self.author(), metrics, offset);
        post.url = said(self.url.as_ref());
        post.text = decode(text);
        post.lang = lang(self.lang.as_ref());
        post.reply_to = said(self.in_reply_to_tweet_id.as_ref());
        post.quote_of = object(telling.quoted_tweet.as_deref()).and_then(Item::id).map(Cow::Borrowed);
        post.repost = if original.is_some() { Repost::Yes } else { Repost::No };
        post.repost_of = original.and_then(Item::id).map(Cow::Borrowed);
        telling.add_lists(&mut post);
        if whole.is_some() {
            post.mentions.extend(words(self.mentioned_users.as_ref(), "username"));
        } else if original.is_some() {
            unwrap_repost(&mut post);
        }
        Ok(post)
    }

    fn put(&self, asked: Asked, frame: &Frame<'_>, out: &mut dyn Sink) {
        if self.is_reference() {
            return out.unselected("a notice in the place of a post");
        }
        asked.put(self.to_post(frame.offset), !self.is_protected(), frame, out);
        let context =
            object(self.retweeted_tweet.as_deref()).or_else(|| object(self.quoted_tweet.as_deref()));
        if let Some(context) = context.filter(|_| asked.referenced) {
            context.put(asked, frame, out);
        }
    }
}

struct SnscrapeParser(Asked);

impl Parser for SnscrapeParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        read_frame(frame, out, &|text, frame, out| {
            from_text::<Item<'_>>(text)?.put(self.0, frame, out);
            Ok(())
        });
    }
}
