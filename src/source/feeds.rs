//! RSS and Atom: the tag feeds of a Mastodon server, or the one feed whose address is given. A feed shows its last items and no others, so
//! it is looked at again and again; where two looks have no item in common, there is a gap.

use super::{
    Answer, Ending, Event, Feed, Goal, GoalError, Hosts, Limit, Next, Out, Request, SecretNeed, Source,
};
use crate::archive::{Parser, Reject, Sink, is_web_feed, reader_of};
use crate::post::{Deletion, Draft, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use xxhash_rust::xxh3::xxh3_64;

/// Feeds.
pub(super) struct Rss;

/// Items of a feed that are remembered to know them again. Mastodon shows 200 at most, blogs fewer.
const MAX_KNOWN: usize = 1000;
/// A tag feed with fewer items shows all there are: Mastodon shows twenty or more.
const LEAST_SHOWN: usize = 10;

impl Source for Rss {
    fn name(&self) -> &'static str {
        "rss"
    }
    fn about(&self) -> &'static str {
        "RSS and Atom: `rss:HOST` is the tag feed of a Mastodon server, `rss:HOST/path` any feed"
    }
    fn format(&self) -> &'static str {
        "web-feed"
    }
    fn hosts(&self) -> Hosts {
        Hosts::Named
    }
    fn secrets(&self) -> &'static [SecretNeed] {
        &[]
    }
    fn caveats(&self) -> &'static [&'static str] {
        &[
            "a feed shows its last items, often twenty: what came and went between two looks is a gap",
            "counts of likes, deletions and edits are not in feeds, nor is who answers whom",
            "posts of Mastodon's newest accounts have another id in a feed than in the API: collect a server by one of the two",
        ]
    }
    fn limits(&self, _goal: &Goal) -> Vec<Limit> {
        vec![Limit { kind: "", requests: 60, window: Duration::from_secs(900) }]
    }
    fn feed(&self, goal: &Goal, cursor: Option<&str>) -> Result<Box<dyn Feed>, GoalError> {
        if !goal.recheck.is_empty() {
            return Err(GoalError::Impossible("a feed does not show single posts".to_owned()));
        }
        let place = match cursor {
            Some(text) => serde_json::from_str(text).map_err(|error| GoalError::Cursor(error.to_string()))?,
            None => Place::default(),
        };
        let parser = reader_of(self.format()).ok_or_else(|| GoalError::Impossible("no reader".to_owned()))?;
        Ok(Box::new(Looks { pages: Page::all(goal), goal: goal.clone(), at: 0, place, parser }))
    }
}

/// A feed, and the tag whose posts it shows; none if that is anybody's guess.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Page {
    path: String,
    tag: String,
}

impl Page {
    fn all(goal: &Goal) -> Vec<Self> {
        if !goal.path.is_empty() {
            return vec![Self { path: goal.path.clone(), tag: String::new() }];
        }
        let path = |tag: &String| {
            let mut address = url::Url::parse("https://host/tags/").ok()?;
            // Newer servers show so many, older ones twenty whatever they are asked.
            address.path_segments_mut().ok()?.pop_if_empty().push(&format!("{tag}.rss"));
            Some(format!("{}?limit=200", address.path()))
        };
        let pages = goal.folded_tags().into_iter().filter_map(|tag| Some(Self { path: path(&tag)?, tag }));
        pages.collect()
    }
}

/// What was there at the last look, by path.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Place {
    feeds: BTreeMap<String, Last>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Last {
    /// When, in UTC milliseconds.
    at: i64,
    /// Hashes of the items' ids.
    items: BTreeSet<u64>,
}

struct Looks {
    goal: Goal,
    pages: Vec<Page>,
    /// Feed that is asked for.
    at: usize,
    place: Place,
    parser: Box<dyn Parser>,
}

impl Looks {
    fn ask(&self, out: &Out<'_>) -> Next {
        if let Some(page) = self.pages.get(self.at) {
            let what =
                if page.tag.is_empty() { "the feed".to_owned() } else { format!("feed of #{}", page.tag) };
            let accept = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8";
            return Next::Ask(Request { accept, ..Request::get(self.goal.url(&page.path), what) });
        }
        if self.goal.follow && self.goal.until.is_none_or(|until| until > out.now) {
            Next::Wait { time: self.goal.every, why: "next look" }
        } else {
            Next::Done(Ending::Complete)
        }
    }

    fn answer(&mut self, answer: &Answer<'_>, out: &mut Out<'_>) -> Next {
        let Some(page) = self.pages.get(self.at).cloned() else { return self.ask(out) };
        match answer.status {
            _ if answer.is_success() && is_web_feed(answer.body) => {}
            _ if answer.is_success() => {
                return Next::Done(Ending::Failed("what it answers is no feed".to_owned()));
            }
            401 | 403 => {
                return Next::Done(Ending::NotAllowed(format!(
                    "the feed is closed (status {})",
                    answer.status
                )));
            }
            404 | 410 => {
                return Next::Done(Ending::Closed(format!(
                    "there is no such feed (status {})",
                    answer.status
                )));
            }
            status => return Next::Done(Ending::Failed(format!("it answers with status {status}"))),
        }
        let mut items = Items { sink: &mut *out.posts, ids: BTreeSet::new(), oldest: None, rejects: 0 };
        let mut looked = Out { now: out.now, record: out.record, posts: &mut items, news: &mut *out.news };
        looked.read(self.parser.as_ref(), answer.body);
        let Items { ids, oldest, rejects, .. } = items;
        self.compare(&page, ids, oldest, rejects, out);
        self.at += 1;
        self.ask(out)
    }

    /// What this look and the one before it cover together.
    fn compare(
        &mut self,
        page: &Page,
        ids: BTreeSet<u64>,
        oldest: Option<Timestamp>,
        rejects: usize,
        out: &mut Out<'_>,
    ) {
        let last = self.place.feeds.entry(page.path.clone()).or_default();
        let before = (last.at > 0).then_some(Timestamp::from_millis_unchecked(last.at));
        let is_whole = !page.tag.is_empty() && ids.len() < LEAST_SHOWN;
        let is_joined = is_whole || !last.items.is_disjoint(&ids);
        let shown = oldest.map_or(out.now, |oldest| oldest.min(out.now));
        let (since, gap) = match before {
            Some(before) if is_joined => (before.min(shown), None),
            Some(before) => (shown, Some((before, "more items came than the feed shows"))),
            None if is_whole => (self.goal.since.unwrap_or(shown).min(shown), None),
            None => (shown, self.goal.since.map(|since| (since, "the feed shows its last items alone"))),
        };
        if let Some((from, why)) = gap {
            out.gap(&page.tag, from, since, why);
        }
        if rejects == 0 {
            out.covered(&page.tag, since, out.now);
        } else {
            out.gap(&page.tag, since, out.now, "items of the feed could not be read");
        }
        let items: BTreeSet<u64> = ids.into_iter().take(MAX_KNOWN).collect();
        // A feed that is empty for once has not forgotten.
        if !items.is_empty() {
            last.items = items;
        }
        last.at = out.now.as_millis();
    }
}

impl Feed for Looks {
    fn on(&mut self, event: Event<'_>, out: &mut Out<'_>) -> Next {
        match event {
            Event::Begin | Event::Waited => {
                self.at = 0;
                self.ask(out)
            }
            Event::Answer(answer) => self.answer(&answer, out),
            Event::Failed(why) => Next::Done(Ending::Failed(why.to_owned())),
            Event::Opened | Event::Message { .. } | Event::Closed(_) => self.ask(out),
        }
    }

    fn cursor(&self) -> String {
        serde_json::to_string(&self.place).unwrap_or_default()
    }
}

/// The items of a feed on their way to the store.
struct Items<'a> {
    sink: &'a mut dyn Sink,
    ids: BTreeSet<u64>,
    oldest: Option<Timestamp>,
    rejects: usize,
}

impl Sink for Items<'_> {
    fn post(&mut self, post: &mut Draft<'_>) {
        let id = if post.id.is_empty() { post.url.as_deref().unwrap_or(&post.text) } else { &post.id };
        self.ids.insert(xxh3_64(id.as_bytes()));
        self.oldest = Some(self.oldest.map_or(post.posted_at, |oldest| oldest.min(post.posted_at)));
        self.sink.post(post);
    }
    fn deletion(&mut self, deletion: Deletion) {
        self.sink.deletion(deletion);
    }
    fn reject(&mut self, reject: Reject) {
        self.rejects += 1;
        self.sink.reject(reject);
    }
    fn unselected(&mut self, reason: &'static str) {
        self.sink.unselected(reason);
    }
}

#[cfg(test)]
mod tests;
