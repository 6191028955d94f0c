//! Drives a feed in tests: a closure is the server, all that the feed asks and puts out is kept.

use super::{Answer, Event, Feed, Goal, Headers, News, Next, Out, Request, Source};
use crate::archive::{Reject, Sink};
use crate::post::{Deletion, Draft, Post, Timestamp};
use std::collections::BTreeSet;

/// More requests than any test means: the feed asks for ever.
const MAX_ASKED: usize = 10_000;

/// What a server answers.
#[derive(Clone, Debug)]
pub(super) struct Page {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

impl Page {
    /// JSON with status 200.
    pub(super) fn json(body: impl Into<Vec<u8>>) -> Self {
        let kind = ("content-type", "application/json; charset=utf-8".to_owned());
        Self { status: 200, headers: vec![kind], body: body.into() }
    }

    /// HTML.
    pub(super) fn html(status: u16) -> Self {
        let kind = ("content-type", "text/html".to_owned());
        Self { status, headers: vec![kind], body: b"<!doctype html><p>no".to_vec() }
    }

    pub(super) fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Keeps what a feed gives.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) posts: Vec<Post>,
    pub(super) deletions: Vec<Deletion>,
    pub(super) rejects: Vec<Reject>,
    pub(super) unselected: Vec<&'static str>,
}

impl Kept {
    /// Ids of all posts, each once.
    pub(super) fn ids(&self) -> BTreeSet<&str> {
        self.posts.iter().map(|post| post.id.as_str()).collect()
    }
}

impl Sink for Kept {
    fn post(&mut self, post: &mut Draft<'_>) {
        self.posts.push(post.to_owned_post());
    }
    fn deletion(&mut self, deletion: Deletion) {
        self.deletions.push(deletion);
    }
    fn reject(&mut self, reject: Reject) {
        self.rejects.push(reject);
    }
    fn unselected(&mut self, reason: &'static str) {
        self.unselected.push(reason);
    }
}

/// A feed and what came of it.
pub(super) struct Harness {
    feed: Box<dyn Feed>,
    pub(super) now: Timestamp,
    pub(super) kept: Kept,
    pub(super) news: Vec<News>,
    /// All requests that were answered.
    pub(super) asked: Vec<Request>,
    record: u64,
}

impl Harness {
    pub(super) fn new(source: &dyn Source, goal: &Goal, cursor: Option<&str>, now: Timestamp) -> Self {
        let feed = source.feed(goal, cursor).unwrap();
        Self { feed, now, kept: Kept::default(), news: Vec::new(), asked: Vec::new(), record: 0 }
    }

    pub(super) fn on(&mut self, event: Event<'_>) -> Next {
        let mut out = Out { now: self.now, record: self.record, posts: &mut self.kept, news: &mut self.news };
        self.record += 1;
        self.feed.on(event, &mut out)
    }

    pub(super) fn answer(&mut self, page: &Page) -> Next {
        let headers = Headers::new(page.headers.iter().map(|(name, value)| (name, value.as_str())));
        self.on(Event::Answer(Answer { status: page.status, headers: &headers, url: "", body: &page.body }))
    }

    pub(super) fn message(&mut self, event: &str, data: &str) -> Next {
        self.on(Event::Message { event, data: data.as_bytes() })
    }

    /// Answers as long as the feed asks; gives the first thing that is no question.
    pub(super) fn run(&mut self, mut next: Next, mut server: impl FnMut(&Request) -> Page) -> Next {
        while let Next::Ask(request) = next {
            assert!(self.asked.len() < MAX_ASKED, "asks for ever: {}", request.url);
            let page = server(&request);
            self.asked.push(request);
            next = self.answer(&page);
        }
        next
    }

    pub(super) fn begin(&mut self, server: impl FnMut(&Request) -> Page) -> Next {
        let next = self.on(Event::Begin);
        self.run(next, server)
    }

    pub(super) fn cursor(&self) -> String {
        self.feed.cursor()
    }

    /// Spans of one tag that are covered, united, as (since, until).
    pub(super) fn covered(&self, of: &str) -> Vec<(Timestamp, Timestamp)> {
        let spans = self.news.iter().filter_map(|news| match news {
            News::Covered { tag, since, until } if tag == of => Some((*since, *until)),
            _ => None,
        });
        united(spans.collect())
    }

    /// Spans of one tag that may have holes, with the reason.
    pub(super) fn gaps(&self, of: &str) -> Vec<(Timestamp, Timestamp, &str)> {
        let gap = |news| match news {
            &News::Gap { ref tag, since, until, ref why } if tag == of => Some((since, until, why.as_str())),
            _ => None,
        };
        self.news.iter().filter_map(gap).collect()
    }

    pub(super) fn notices(&self) -> Vec<&str> {
        let said = self.news.iter().filter_map(|news| match news {
            News::Notice(text) => Some(text.as_str()),
            _ => None,
        });
        said.collect()
    }
}

/// Spans that touch become one.
fn united(mut spans: Vec<(Timestamp, Timestamp)>) -> Vec<(Timestamp, Timestamp)> {
    spans.sort_unstable();
    let mut all: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (since, until) in spans {
        match all.last_mut().filter(|last| since <= last.1) {
            Some(last) => last.1 = last.1.max(until),
            None => all.push((since, until)),
        }
    }
    all
}
