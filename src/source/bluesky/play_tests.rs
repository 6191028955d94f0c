//! A feed driven by hand, for the tests beside: what it puts out is kept, time is what the test says.

use crate::archive::{Reject, Sink};
use crate::post::{Deletion, Draft, Timestamp};
use crate::source::{Answer, Event, Feed, Goal, Headers, News, Next, Out, Secrets, Source};
use std::collections::BTreeMap;

/// What came out, one record after the other.
#[derive(Default)]
pub(super) struct Found {
    /// Address and text.
    pub(super) posts: Vec<(String, String)>,
    pub(super) deletions: Vec<String>,
    pub(super) rejects: Vec<String>,
    pub(super) unselected: BTreeMap<&'static str, u64>,
}

impl Sink for Found {
    fn post(&mut self, post: &mut Draft<'_>) {
        self.posts.push((post.id.to_string(), post.text.to_string()));
    }
    fn deletion(&mut self, deletion: Deletion) {
        self.deletions.push(deletion.post.id);
    }
    fn reject(&mut self, reject: Reject) {
        self.rejects.push(reject.reason);
    }
    fn unselected(&mut self, reason: &'static str) {
        *self.unselected.entry(reason).or_default() += 1;
    }
}

impl Found {
    pub(super) fn records(&self) -> usize {
        let unselected: u64 = self.unselected.values().sum();
        self.posts.len() + self.deletions.len() + self.rejects.len() + usize::try_from(unselected).unwrap()
    }
}

/// A feed at work.
pub(super) struct Play {
    pub(super) feed: Box<dyn Feed>,
    pub(super) now: Timestamp,
    pub(super) found: Found,
    pub(super) news: Vec<News>,
}

impl Play {
    pub(super) fn new(source: &dyn Source, goal: &Goal, cursor: Option<&str>, now: &str) -> Self {
        let feed = source.feed(goal, cursor).unwrap();
        Self { feed, now: at(now), found: Found::default(), news: Vec::new() }
    }

    pub(super) fn on(&mut self, event: Event<'_>) -> Next {
        let record = self.found.records() as u64;
        let mut out = Out { now: self.now, record, posts: &mut self.found, news: &mut self.news };
        let next = self.feed.on(event, &mut out);
        // A cursor can always be read again.
        let _: serde_json::Value = serde_json::from_str(&self.feed.cursor()).unwrap_or_default();
        next
    }

    pub(super) fn message(&mut self, data: impl AsRef<[u8]>) -> Next {
        self.on(Event::Message { event: "", data: data.as_ref() })
    }

    pub(super) fn answer(&mut self, status: u16, body: impl AsRef<[u8]>) -> Next {
        let kind =
            if body.as_ref().starts_with(b"<") { "text/html" } else { "application/json; charset=utf-8" };
        let headers = Headers::new([("Content-Type", kind)]);
        let url = "https://demo.example/";
        self.on(Event::Answer(Answer { status, headers: &headers, url, body: body.as_ref() }))
    }

    pub(super) fn gaps(&self) -> Vec<(String, String, String)> {
        let gap = |news: &News| match news {
            News::Gap { since, until, why, .. } => Some((since.to_string(), until.to_string(), why.clone())),
            _ => None,
        };
        self.news.iter().filter_map(gap).collect()
    }

    pub(super) fn covered(&self) -> Vec<(String, String, String)> {
        let span = |news: &News| match news {
            News::Covered { tag, since, until } => Some((tag.clone(), since.to_string(), until.to_string())),
            _ => None,
        };
        self.news.iter().filter_map(span).collect()
    }

    pub(super) fn notices(&self) -> Vec<&str> {
        let mut texts = Vec::new();
        for news in &self.news {
            if let News::Notice(text) = news {
                texts.push(text.as_str());
            }
        }
        texts
    }
}

pub(super) fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

pub(super) fn goal(host: &str) -> Goal {
    Goal { host: host.to_owned(), tags: vec!["Vault7".to_owned()], ..Goal::default() }
}

pub(super) fn secrets(pairs: &[(&str, &str)]) -> Secrets {
    Secrets::new(pairs.iter().map(|(name, secret)| ((*name).to_owned(), (*secret).to_owned())))
}

/// The address that is opened or asked.
#[track_caller]
pub(super) fn address(next: &Next) -> String {
    match next {
        Next::Open(connection) => connection.url.clone(),
        Next::Ask(request) => request.url.clone(),
        other => panic!("nothing is asked: {other:?}"),
    }
}
