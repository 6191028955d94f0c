//! Posts as Bluesky's API shows them, with author and counts: lists of posts, search results, feeds with their reposts, threads.

use super::common::{Key, POST, Record, is_uri, new_post};
use crate::archive::json::{Loose, Many, Maybe, Raw, Whole, from_text, read_pages};
use crate::archive::times::TimeReader;
use crate::archive::{
    ArchiveFormat, Confidence, Frame, Head, Parser, Plan, ReadOptions, Refusal, Reject, Sink,
};
use crate::post::{Draft, Metrics, Repost, TimePrecision, TimeTrust, tid_time};
use serde::Deserialize;
use std::borrow::Cow;

/// Post views, pages, feeds and threads of the API.
pub(in crate::archive) struct BlueskyPosts;

impl ArchiveFormat for BlueskyPosts {
    fn name(&self) -> &'static str {
        "bluesky-posts"
    }
    fn about(&self) -> &'static str {
        "Bluesky posts with author and counts: getPosts, searchPosts, feeds, threads"
    }
    fn known_by(&self) -> &'static str {
        "an `at://` address beside `record` and `author.did`"
    }
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        head.has_record(is_ours)
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        head.json_plan(PostsParser { with_referenced: options.with_referenced })
    }
}

/// Where pages have their posts; a thread of posts is one post with others around it.
const LISTS: [&str; 3] = ["posts", "feed", "thread"];

/// A post, or what holds one.
fn is_ours(record: &Raw<'_>) -> bool {
    let is_view = |record: &Raw<'_>| {
        is_uri(record.get("uri"))
            && matches!(record.get("record"), Some(Raw::Map(_)))
            && record.get("author").is_some_and(|author| author.get("did").is_some())
    };
    let item = |record: &Raw<'_>| {
        let held = record.get("value").unwrap_or(record);
        is_view(record) || held.get("post").is_some_and(is_view)
    };
    let any = |list: Option<&Raw<'_>>| match list {
        Some(Raw::List(list)) => list.iter().any(item),
        Some(other) => item(other),
        None => false,
    };
    item(record) || LISTS.iter().any(|key| any(record.get(key)))
}

/// A post, an item of a feed, a part of a thread, or a page of any. What we do not need is not listed.
#[derive(Debug, Default, Deserialize)]
#[serde(default, expecting = "a post or page of Bluesky", bound(deserialize = "'de: 'a"))]
struct View<'a> {
    uri: Loose<'a>,
    author: Maybe<Actor<'a>>,
    record: Maybe<Record<'a>>,
    #[serde(rename = "likeCount", alias = "like_count")]
    likes: Whole,
    #[serde(rename = "repostCount", alias = "repost_count")]
    reposts: Whole,
    #[serde(rename = "replyCount", alias = "reply_count")]
    answers: Whole,
    #[serde(rename = "quoteCount", alias = "quote_count")]
    quotes: Whole,
    embed: Maybe<Embed<'a>>,
    /// Of a post that is gone, or whose author and reader do not see each other.
    #[serde(rename = "notFound", alias = "not_found")]
    not_found: Loose<'a>,
    blocked: Loose<'a>,
    /// Of an item of a feed or thread; in threads of the second version within its `value`.
    post: Maybe<Box<View<'a>>>,
    value: Maybe<Held<'a>>,
    reason: Maybe<Reason<'a>>,
    reply: Maybe<Around<'a>>,
    parent: Maybe<Box<View<'a>>>,
    replies: Many<Maybe<View<'a>>>,
    /// Of a page.
    posts: Many<Maybe<View<'a>>>,
    feed: Many<Maybe<View<'a>>>,
    thread: Many<Maybe<View<'a>>>,
    /// Of what is no answer.
    error: Loose<'a>,
    message: Loose<'a>,
}

/// What a place in a thread holds: a post, or word that it cannot be seen.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Held<'a> {
    #[serde(rename = "$type", alias = "py_type")]
    kind: Loose<'a>,
    post: Maybe<Box<View<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Actor<'a> {
    did: Loose<'a>,
    handle: Loose<'a>,
    #[serde(rename = "displayName", alias = "display_name")]
    name: Loose<'a>,
}

/// Why a post is in a feed: passed on by somebody, or pinned.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Reason<'a> {
    #[serde(rename = "$type", alias = "py_type")]
    kind: Loose<'a>,
    by: Maybe<Actor<'a>>,
    /// Of the repost; since 2025.
    uri: Loose<'a>,
    #[serde(rename = "indexedAt", alias = "indexed_at")]
    indexed_at: Loose<'a>,
}

/// What a feed shows around an answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Around<'a> {
    root: Maybe<Box<View<'a>>>,
    parent: Maybe<Box<View<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Embed<'a> {
    record: Maybe<Quoted<'a>>,
}

/// A post that is quoted; with media beside it, one level deeper.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Quoted<'a> {
    uri: Loose<'a>,
    author: Maybe<Actor<'a>>,
    value: Maybe<Record<'a>>,
    #[serde(rename = "likeCount", alias = "like_count")]
    likes: Whole,
    #[serde(rename = "repostCount", alias = "repost_count")]
    reposts: Whole,
    #[serde(rename = "replyCount", alias = "reply_count")]
    answers: Whole,
    #[serde(rename = "quoteCount", alias = "quote_count")]
    quotes: Whole,
    record: Maybe<Box<Quoted<'a>>>,
}

impl Actor<'_> {
    fn name<'p>(&'p self, post: &mut Draft<'p>) {
        if let Some(did) = self.did.said() {
            post.author.id = Some(did.into());
        }
        // What the service shows when it could not make sure of the handle.
        let handle = self.handle.said().filter(|handle| *handle != "handle.invalid");
        post.author.handle = handle.map(Cow::Borrowed);
        post.author.name = self.name.said().map(Cow::Borrowed);
    }
}

impl Reason<'_> {
    fn is_repost(&self) -> bool {
        self.kind.said().is_some_and(|kind| kind.ends_with("#reasonRepost"))
    }
}

impl View<'_> {
    fn to_post(&self, offset: u64) -> Result<Draft<'_>, String> {
        let (uri, record) = self.whole()?;
        let mut post = shown(uri, self.author.get(), record, offset)?;
        post.metrics = metrics([self.likes, self.reposts, self.answers, self.quotes]);
        Ok(post)
    }

    fn whole(&self) -> Result<(&str, &Record<'_>), String> {
        let uri = self.uri.said().ok_or("not a post: no address (`uri`)")?;
        Ok((uri, self.record.get().ok_or("not a post: no record")?))
    }

    /// The post as somebody passed it on.
    fn to_repost<'p>(&'p self, reason: &'p Reason<'_>, offset: u64) -> Result<Draft<'p>, String> {
        let (uri, record) = self.whole()?;
        let by = reason.by.get().and_then(|by| Some((by, by.did.said()?)));
        let (by, did) = by.ok_or("a repost that does not say by whom")?;
        let own = reason.uri.said().and_then(Key::of_uri);
        let mut post = new_post(own.or_else(|| Key::of_uri(uri)).ok_or("not a post: no at-uri")?, offset);
        if let Some(at) = own.and_then(|key| tid_time(key.rkey)) {
            (post.posted_at, post.time_precision, post.time_trust) =
                (at, TimePrecision::Millisecond, TimeTrust::Id);
        } else {
            let seen = reason.indexed_at.said().ok_or("no time")?;
            let (at, precision) = TimeReader::utc().read(seen).map_err(|error| error.to_string())?;
            (post.posted_at, post.time_precision, post.time_trust) = (at, precision, TimeTrust::Indexed);
        }
        if own.is_none() {
            post.id = format!("{uri}#reposted-by-{did}").into();
        }
        by.name(&mut post);
        record.say(&mut post);
        post.repost = Repost::Yes;
        post.repost_of = Some(uri.into());
        post.metrics = metrics([self.likes, self.reposts, self.answers, self.quotes]);
        Ok(post)
    }

    fn is_page(&self) -> bool {
        self.uri.said().is_none()
            && (self.posts.0.is_some() || self.feed.0.is_some() || self.thread.0.is_some())
    }

    fn cannot_be_seen(&self) -> bool {
        let yes = |said: &Loose<'_>| said.said() == Some("true");
        let kind = self.value.get().and_then(|held| held.kind.said()).unwrap_or_default();
        let signs = ["#threadItemNotFound", "#threadItemBlocked", "#threadItemNoUnauthenticated"];
        yes(&self.not_found) || yes(&self.blocked) || signs.iter().any(|sign| kind.ends_with(sign))
    }
}

/// A post with what the service adds to its record.
fn shown<'p>(
    uri: &'p str,
    author: Option<&'p Actor<'_>>,
    record: &'p Record<'_>,
    offset: u64,
) -> Result<Draft<'p>, String> {
    let key = Key::of_uri(uri).filter(|key| key.collection == POST).ok_or("not the address of a post")?;
    let mut post = record.to_post(key, offset)?;
    if let Some(author) = author {
        author.name(&mut post);
    }
    Ok(post)
}

fn metrics([likes, reposts, replies, quotes]: [Whole; 4]) -> Metrics {
    Metrics { likes: likes.0, reposts: reposts.0, replies: replies.0, quotes: quotes.0, views: None }
}

/// Where all of a frame goes.
struct Output<'o> {
    frame: &'o Frame<'o>,
    out: &'o mut dyn Sink,
    with_referenced: bool,
    /// Of the page, counted from 1; 0 where the frame is one post.
    item: usize,
}

impl Output<'_> {
    fn put(&mut self, post: Result<Draft<'_>, String>) {
        match post {
            Ok(mut post) => self.out.post(&mut post),
            Err(reason) if self.item == 0 => self.reject(reason),
            Err(reason) => self.reject(format!("post {} of the page: {reason}", self.item)),
        }
    }

    fn reject(&mut self, reason: String) {
        self.out.reject(Reject::new(self.frame.place, reason, self.frame.bytes));
    }

    fn page(&mut self, page: &View<'_>) {
        let lists = [&page.posts, &page.feed, &page.thread];
        for view in lists.into_iter().flat_map(Many::iter) {
            self.item += 1;
            match view.get() {
                Some(view) => self.view(view),
                None => self.put(Err("not an object".to_owned())),
            }
        }
    }

    /// A post, or an item that holds one: as deep as JSON may be nested.
    fn view(&mut self, view: &View<'_>) {
        if view.cannot_be_seen() {
            return self.out.unselected("post that was not found or blocked");
        }
        let held = view.value.get().and_then(|held| held.post.get());
        let Some(post) = view.post.get().or(held) else { return self.post(view) };
        if let Some(parent) = view.parent.get() {
            self.view(parent);
        }
        match view.reason.get().filter(|reason| reason.is_repost()) {
            Some(reason) => {
                self.put(post.to_repost(reason, self.frame.offset));
                if self.with_referenced {
                    self.post(post);
                }
            }
            None => self.view(post),
        }
        view.replies.objects().for_each(|reply| self.view(reply));
        if let Some(around) = view.reply.get().filter(|_| self.with_referenced) {
            for other in [&around.root, &around.parent].into_iter().filter_map(Maybe::get) {
                self.view(other);
            }
        }
    }

    fn post(&mut self, view: &View<'_>) {
        self.put(view.to_post(self.frame.offset));
        let quoted = view.embed.get().and_then(|embed| embed.record.get());
        if let Some(quoted) = quoted.filter(|_| self.with_referenced) {
            self.quoted(quoted.record.get().map_or(quoted, AsRef::as_ref));
        }
    }

    /// A quoted post; lists and feeds are embedded in the same way, and stand for no post.
    fn quoted(&mut self, quoted: &Quoted<'_>) {
        let (Some(uri), Some(record)) = (quoted.uri.said(), quoted.value.get()) else { return };
        let post = shown(uri, quoted.author.get(), record, self.frame.offset).map(|mut post| {
            post.metrics = metrics([quoted.likes, quoted.reposts, quoted.answers, quoted.quotes]);
            post
        });
        self.put(post);
    }
}

struct PostsParser {
    with_referenced: bool,
}

impl Parser for PostsParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        read_pages(frame, out, &LISTS, &|text, frame, out| {
            let view: View<'_> = from_text(text)?;
            let mut output = Output { frame, out, with_referenced: self.with_referenced, item: 0 };
            if view.is_page() {
                output.page(&view);
            } else if let (None, Some(error)) = (view.uri.said(), view.error.said()) {
                let said = view.message.said().unwrap_or_default();
                output.reject(format!("an error message of the API: {error}: {said}"));
            } else {
                output.view(&view);
            }
            Ok(())
        });
    }
}
