//! Hacker News through Algolia's search: the full history, newest first, a thousand hits at a time. A hit has no `#`, so the bare word is
//! searched and the campaign's selection decides. <https://hn.algolia.com/api>

use super::windows::Windows;
use super::{
    Answer, Ending, Event, Feed, Goal, GoalError, Hosts, Limit, Next, Out, Request, SecretNeed, Source,
};
use crate::archive::{Parser, reader_of};
use crate::post::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

/// Hacker News.
pub(super) struct HackerNews;

/// Hits a query gives at most, whatever page is asked for (hn-search issue 230).
const MAX_HITS: usize = 1000;
/// First item of all: 9 October 2006.
const FIRST: i64 = 1_160_418_111;
/// What is found late: the index runs behind by seconds, and an hour costs nothing.
const OVERLAP: Duration = Duration::from_secs(3600);

impl Source for HackerNews {
    fn name(&self) -> &'static str {
        "hackernews"
    }
    fn about(&self) -> &'static str {
        "Hacker News: stories and comments since 2006, by Algolia's search"
    }
    fn format(&self) -> &'static str {
        "hackernews-algolia"
    }
    fn hosts(&self) -> Hosts {
        Hosts::Usual(&["hn.algolia.com"])
    }
    fn secrets(&self) -> &'static [SecretNeed] {
        &[]
    }
    fn caveats(&self) -> &'static [&'static str] {
        &[
            "there are no hashtags: a post that has the bare word counts as one with the tag",
            "what was deleted or flagged is not found",
        ]
    }
    fn limits(&self, _goal: &Goal) -> Vec<Limit> {
        // Algolia's page once said 10,000 an hour, the repository says 1,000: the smaller one.
        vec![Limit { kind: "", requests: 1000, window: Duration::from_secs(3600) }]
    }
    fn tags_are_words(&self) -> bool {
        true
    }
    fn feed(&self, goal: &Goal, cursor: Option<&str>) -> Result<Box<dyn Feed>, GoalError> {
        let place = match cursor {
            Some(text) => Place::read(text)?,
            None => Place::default(),
        };
        let parser = reader_of(self.format()).ok_or_else(|| GoalError::Impossible("no reader".to_owned()))?;
        let queries = goal.folded_tags();
        Ok(Box::new(Search { goal: goal.clone(), queries, at: 0, place, parser }))
    }
}

/// Where to go on, by query.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Place {
    queries: BTreeMap<String, Windows>,
}

impl Place {
    fn read(text: &str) -> Result<Self, GoalError> {
        let place: Self = serde_json::from_str(text).map_err(|error| GoalError::Cursor(error.to_string()))?;
        if place.queries.values().all(Windows::is_sound) {
            Ok(place)
        } else {
            Err(GoalError::Cursor("a span of it ends before it begins".to_owned()))
        }
    }
}

struct Search {
    goal: Goal,
    queries: Vec<String>,
    /// Query that is being worked on.
    at: usize,
    place: Place,
    parser: Box<dyn Parser>,
}

/// What steers the search; the posts are read by the format.
#[derive(Deserialize)]
struct Page {
    hits: Vec<Hit>,
    #[serde(rename = "nbHits")]
    found: usize,
    /// What was searched, as the service understood it.
    query: Option<String>,
    /// All parameters of the search, encoded.
    params: Option<String>,
}

impl Page {
    /// Whether it is the answer to what was asked, as far as it says. A cache on the way may give an older one.
    fn answers(&self, query: &str, span: &Range<i64>) -> bool {
        let names = |edge: i64| {
            let filters = self.params.as_ref().filter(|all| all.contains("numericFilters"));
            filters.is_none_or(|all| all.contains(&edge.to_string()))
        };
        let is_empty = self.hits.is_empty() && self.found > 0;
        self.query.as_ref().is_none_or(|said| said == query)
            && names(span.start)
            && names(span.end)
            && self.hits.iter().all(|hit| span.contains(&hit.created_at_i))
            && !is_empty
    }
}

#[derive(Deserialize)]
struct Hit {
    created_at_i: i64,
}

impl Search {
    /// Puts what is new since the last look on the lists.
    fn look(&mut self, now: Timestamp) -> Next {
        let first = Timestamp::from_millis_unchecked(FIRST * 1000);
        let since = self.goal.since.unwrap_or(first).max(first);
        let until = self.goal.until.map_or(now, |until| until.min(now));
        for query in &self.queries {
            self.place.queries.entry(query.clone()).or_default().want(since, until, OVERLAP);
        }
        self.at = 0;
        self.next()
    }

    fn next(&mut self) -> Next {
        while let Some(query) = self.queries.get(self.at) {
            if let Some((since, until)) = self.place.queries.get(query).and_then(Windows::current) {
                return Next::Ask(self.request(query, since, until));
            }
            self.at += 1;
        }
        let is_over = |now: Timestamp| self.goal.until.is_some_and(|until| until <= now);
        if self.goal.follow && !is_over(self.asked_until()) {
            Next::Wait { time: self.goal.every, why: "next look" }
        } else {
            Next::Done(Ending::Complete)
        }
    }

    fn asked_until(&self) -> Timestamp {
        let ends = self.place.queries.values().filter_map(Windows::asked_until);
        ends.min().unwrap_or(crate::post::MIN_TIMESTAMP)
    }

    fn request(&self, query: &str, since: Timestamp, until: Timestamp) -> Request {
        let Range { start, end } = seconds(since, until);
        let filters = format!("created_at_i>={start},created_at_i<{end}");
        let hits = MAX_HITS.to_string();
        let parameters = [
            ("query", query),
            ("tags", "(story,comment)"),
            ("typoTolerance", "false"),
            ("numericFilters", &filters),
            ("hitsPerPage", &hits),
        ];
        let mut address = self.goal.url("/api/v1/search_by_date?");
        let mut encoder = url::form_urlencoded::Serializer::new(String::new());
        address.push_str(&encoder.extend_pairs(parameters).finish());
        Request::get(address, format!("hits for {query} before {until}"))
    }

    fn page(&mut self, answer: &Answer<'_>, out: &mut Out<'_>) -> Next {
        let Some(query) = self.queries.get(self.at) else { return self.next() };
        let Some(windows) = self.place.queries.get_mut(query) else { return self.next() };
        let Some((since, until)) = windows.current() else { return self.next() };
        let page: Page = match serde_json::from_slice(answer.body) {
            Ok(page) => page,
            Err(error) => {
                return Next::Done(Ending::Failed(format!("a page of hits cannot be read: {error}")));
            }
        };
        if !page.answers(query, &seconds(since, until)) {
            return Next::Done(Ending::Failed("a page of hits is not the one that was asked for".to_owned()));
        }
        out.read(self.parser.as_ref(), answer.body);
        let oldest = page.hits.iter().map(|hit| hit.created_at_i).min();
        let second = |at: i64| Timestamp::from_millis_unchecked(at.saturating_mul(1000));
        match oldest {
            // However many that are: what the service gives at most is its own business.
            Some(oldest) if page.found > page.hits.len() => {
                // The oldest second may go on beyond the page: it is asked for again, unless it fills a page alone.
                let again = second(oldest.saturating_add(1));
                if again < until {
                    out.covered(query, again, until);
                    windows.cut(again);
                } else {
                    let why = format!("more than {} hits in one second", page.hits.len());
                    out.gap(query, second(oldest), again, why);
                    windows.cut(second(oldest));
                }
            }
            _ => {
                out.covered(query, since, until);
                windows.finish();
            }
        }
        self.next()
    }
}

/// The whole seconds of a span: the end is rounded up, since a post of the second it falls into may be wanted.
fn seconds(since: Timestamp, until: Timestamp) -> Range<i64> {
    let end = until.as_millis().div_euclid(1000) + i64::from(until.as_millis().rem_euclid(1000) > 0);
    since.as_seconds()..end
}

impl Feed for Search {
    fn on(&mut self, event: Event<'_>, out: &mut Out<'_>) -> Next {
        match event {
            Event::Begin | Event::Waited => self.look(out.now),
            Event::Answer(answer) if answer.is_success() && answer.is_json() => self.page(&answer, out),
            Event::Answer(answer) => {
                Next::Done(Ending::Failed(format!("the search answers with status {}", answer.status)))
            }
            Event::Failed(why) => Next::Done(Ending::Failed(why.to_owned())),
            Event::Opened | Event::Message { .. } | Event::Closed(_) => self.next(),
        }
    }

    fn cursor(&self) -> String {
        serde_json::to_string(&self.place).unwrap_or_default()
    }
}
