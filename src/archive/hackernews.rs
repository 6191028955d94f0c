//! Hacker News as its search (Algolia) and its own API (Firebase) give it: pages of hits, hits one a line, items with all answers inside.

use super::json::{Raw, Word, count, either, from_text, read_pages, said};
use super::times::TimeReader;
use super::{ArchiveFormat, Confidence, Frame, Head, Parser, Plan, ReadOptions, Refusal, Reject, Sink};
use crate::post::{Author, Deletion, Draft, Metrics, PostId, Provenance, Repost};
use crate::text::html::{Html, to_text};
use serde::Deserialize;
use std::borrow::Cow;

const PLATFORM: &str = "hackernews";

/// Hits and items.
pub(super) struct HackerNews;

impl ArchiveFormat for HackerNews {
    fn name(&self) -> &'static str {
        "hackernews-algolia"
    }
    fn about(&self) -> &'static str {
        "Hacker News: pages or lines of hits, items with their answers (Algolia), items of its own API"
    }
    fn known_by(&self) -> &'static str {
        "`objectID` and `created_at_i`, or `by`, `id`, `time` and `type` of an item"
    }
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        match head.has_record(is_ours) {
            Confidence::No if head.around().is_some_and(is_empty_page) => Confidence::Likely,
            found => found,
        }
    }
    fn open(&self, head: &Head<'_>, _options: &ReadOptions) -> Result<Plan, Refusal> {
        head.json_plan(ItemParser)
    }
}

fn is_ours(record: &Raw<'_>) -> bool {
    let first = match record.get("hits") {
        Some(Raw::List(hits)) => hits.first(),
        _ => Some(record),
    };
    let Some(item) = first else { return false };
    let has = |key: &str| item.get(key).is_some();
    let kind = item.get("type").and_then(Raw::text);
    let of_firebase = matches!(kind.as_deref(), Some("story" | "comment" | "job" | "poll" | "pollopt"))
        && has("id")
        && has("time")
        && (has("by") || has("deleted") || has("kids") || has("parent"));
    has("objectID") && has("created_at_i") && (has("_tags") || has("author"))
        || has("created_at_i") && has("children") && has("author")
        || of_firebase
}

fn is_empty_page(page: &Raw<'_>) -> bool {
    page.get("nbHits").is_some() && matches!(page.get("hits"), Some(Raw::List(hits)) if hits.is_empty())
}

/// A story, a comment, a job, a poll or one choice of it; or a page of hits. What we do not need is not listed.
#[derive(Debug, Default, Deserialize)]
#[serde(default, expecting = "a hit or item of Hacker News", bound(deserialize = "'de: 'a"))]
struct Item<'a> {
    hits: Option<Vec<Item<'a>>>,
    #[serde(rename = "objectID")]
    object_id: Option<Word<'a>>,
    id: Option<Word<'a>>,
    created_at_i: Option<Word<'a>>,
    created_at: Option<Word<'a>>,
    time: Option<Word<'a>>,
    author: Option<Word<'a>>,
    by: Option<Word<'a>>,
    title: Option<Word<'a>>,
    url: Option<Word<'a>>,
    story_text: Option<Word<'a>>,
    comment_text: Option<Word<'a>>,
    text: Option<Word<'a>>,
    parent_id: Option<Word<'a>>,
    parent: Option<Word<'a>>,
    points: Option<Word<'a>>,
    score: Option<Word<'a>>,
    num_comments: Option<Word<'a>>,
    descendants: Option<Word<'a>>,
    children: Option<Vec<Item<'a>>>,
    deleted: Option<bool>,
    message: Option<Word<'a>>,
    error: Option<Word<'a>>,
}

impl Item<'_> {
    fn id(&self) -> Option<&str> {
        either(self.object_id.as_ref(), self.id.as_ref())
    }

    fn posted_at(&self) -> Result<super::times::Read, String> {
        let said = either(self.created_at_i.as_ref(), self.time.as_ref());
        let said = said.or_else(|| either(self.created_at.as_ref(), None)).ok_or("no time")?;
        TimeReader::utc().read(said).map_err(|error| error.to_string())
    }

    fn body(&self) -> Option<&str> {
        either(self.comment_text.as_ref(), self.story_text.as_ref())
            .or_else(|| either(self.text.as_ref(), None))
    }

    /// Nothing is left of it: its author took it back.
    fn is_gone(&self) -> bool {
        let nothing = |word: &Option<Word<'_>>| either(word.as_ref(), None).is_none();
        self.deleted == Some(true)
            || nothing(&self.author) && nothing(&self.by) && nothing(&self.title) && self.body().is_none()
    }

    fn to_post(&self, offset: u64) -> Result<Draft<'_>, String> {
        let id = self.id().ok_or("not a hit or item: no id")?;
        let (posted_at, time_precision) = self.posted_at()?;
        let title = self.title.as_ref().filter(|title| !title.0.trim().is_empty());
        let body = self.body().map(|body| with_whole_addresses(to_text(body)));
        let text = match (title, &body) {
            (Some(title), Some(body)) => format!("{}\n\n{}", title.0.trim(), body.text).into(),
            (Some(title), None) => Cow::Borrowed(title.0.as_ref()),
            (None, Some(body)) => body.text.clone(),
            (None, None) => return Err("no text".to_owned()),
        };
        let anchors = body.into_iter().flat_map(|body| body.anchors).map(|anchor| Cow::Owned(anchor.href));
        Ok(Draft {
            platform: PLATFORM.into(),
            id: id.into(),
            url: Some(format!("https://news.ycombinator.com/item?id={id}").into()),
            author: Author { handle: said(self.author.as_ref().or(self.by.as_ref())), ..Author::default() },
            posted_at,
            time_precision,
            text,
            links: said(self.url.as_ref()).into_iter().chain(anchors).collect(),
            reply_to: either(self.parent_id.as_ref(), self.parent.as_ref()).map(Cow::Borrowed),
            repost: Repost::No,
            metrics: Metrics {
                likes: count(self.points.as_ref().or(self.score.as_ref())),
                replies: count(self.num_comments.as_ref().or(self.descendants.as_ref())),
                ..Metrics::default()
            },
            provenance: Provenance { offset, ..Provenance::default() },
            ..Draft::default()
        })
    }

    /// Puts the item and the answers inside it into the sink.
    fn put(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        if let Some(hits) = &self.hits {
            return hits.iter().for_each(|hit| hit.put(frame, out));
        }
        let failed = self.error.as_ref().or(self.message.as_ref());
        match self.id() {
            Some(id) if self.is_gone() => out.deletion(Deletion {
                post: PostId { platform: PLATFORM.to_owned(), id: id.to_owned() },
                posted_at: self.posted_at().ok().map(|(at, _)| at),
            }),
            None if failed.is_some() => {
                let reason = format!("an error message of the API: {}", said(failed).unwrap_or_default());
                out.reject(Reject::new(frame.place, reason, frame.bytes));
            }
            _ => match self.to_post(frame.offset) {
                Ok(mut post) => out.post(&mut post),
                Err(reason) => out.reject(Reject::new(frame.place, reason, frame.bytes)),
            },
        }
        // No deeper than JSON is read.
        self.children.iter().flatten().for_each(|child| child.put(frame, out));
    }
}

/// Long addresses are shown cut, `https://leaks.example/lo...`; the link has them whole.
fn with_whole_addresses(mut body: Html<'_>) -> Html<'_> {
    for anchor in &body.anchors {
        let cut = anchor
            .text
            .strip_suffix("...")
            .filter(|start| !start.is_empty() && anchor.href.starts_with(start));
        if cut.is_some() {
            body.text = body.text.replacen(&anchor.text, &anchor.href, 1).into();
        }
    }
    body
}

struct ItemParser;

impl Parser for ItemParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        read_pages(frame, out, &["hits"], &|text, frame, out| {
            // Its API answers `null` for an item that it does not have.
            if let Some(item) = from_text::<Option<Item<'_>>>(text)? {
                item.put(frame, out);
            }
            Ok(())
        });
    }
}
