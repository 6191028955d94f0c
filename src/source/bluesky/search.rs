//! The search, for what the stream keeps no more: newest first, a hundred posts a page. Its makers do not want it used in bulk, and say that it
//! may not show all: <https://github.com/bluesky-social/atproto/issues/3423>.

use super::PLATFORM;
use super::recheck::{Recheck, is_post};
use super::session::{KIND, NEEDS, Session, error_code, refuses_token};
use crate::archive::{Parser, reader_of};
use crate::post::Timestamp;
use crate::source::windows::Windows;
use crate::source::{
    Answer, Ending, Event, Feed, Goal, GoalError, Hosts, Limit, Next, Out, Request, SecretNeed, Source,
};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The search.
pub(in crate::source) struct BlueskySearch;

/// Posts a page has at most (the lexicon).
const PAGE: usize = 100;
/// Pages that are turned in one go. Then the search is asked anew for what is older: how deep it goes is not said, and a crash repeats no more.
const MAX_PAGES: usize = 10;
/// Longest place within a search that is sent back.
const MAX_CURSOR_BYTES: usize = 2048;
/// First posts of all: 17 November 2022, in milliseconds.
const FIRST_MS: i64 = 1_668_643_200_000;
/// What is found late: the index runs behind by minutes.
const OVERLAP: Duration = Duration::from_secs(3600);
/// Requests a server allows in [`LIMIT_WINDOW`], and those of them that sign in (its own `RateLimit-Policy`).
const LIMITS: [(&str, u32); 2] = [("", 3000), (KIND, 30)];
/// The span of both limits.
const LIMIT_WINDOW: Duration = Duration::from_secs(300);

impl Source for BlueskySearch {
    fn name(&self) -> &'static str {
        "bluesky-search"
    }
    fn about(&self) -> &'static str {
        "Bluesky: older posts, by its search; needs an account"
    }
    fn format(&self) -> &'static str {
        "bluesky-posts"
    }
    fn hosts(&self) -> Hosts {
        Hosts::Usual(&["bsky.social"])
    }
    fn secrets(&self) -> &'static [SecretNeed] {
        NEEDS
    }
    fn caveats(&self) -> &'static [&'static str] {
        &[
            "Bluesky asks that its search not be used to collect in bulk: take `bluesky` for what is new, and this for a campaign's past",
            "a search is no complete list: it does not show what was deleted, hidden, or left out of its index",
            "it goes by the time that authors claim; posts that claim another are found under that one",
        ]
    }
    fn limits(&self, _goal: &Goal) -> Vec<Limit> {
        LIMITS.into_iter().map(|(kind, requests)| Limit { kind, requests, window: LIMIT_WINDOW }).collect()
    }
    fn rechecks(&self) -> Option<&'static str> {
        Some(PLATFORM)
    }
    fn knows(&self, _goal: &Goal, id: &str) -> bool {
        is_post(id)
    }
    fn feed(&self, goal: &Goal, cursor: Option<&str>) -> Result<Box<dyn Feed>, GoalError> {
        if !goal.recheck.is_empty() {
            return Ok(Box::new(Recheck::of(goal)?));
        }
        let queries = match cursor {
            Some(text) => read_place(text)?,
            None => BTreeMap::new(),
        };
        let parser = reader_of(self.format()).ok_or_else(|| GoalError::Impossible("no reader".to_owned()))?;
        Ok(Box::new(Search {
            session: Session::of(goal, self.name())?,
            tags: tags(goal),
            goal: goal.clone(),
            at: 0,
            queries,
            walk: Walk::default(),
            is_signing_in: false,
            parser,
        }))
    }
}

fn read_place(text: &str) -> Result<BTreeMap<String, Windows>, GoalError> {
    let place: BTreeMap<String, Windows> =
        serde_json::from_str(text).map_err(|error| GoalError::Cursor(error.to_string()))?;
    if place.values().all(Windows::is_sound) {
        Ok(place)
    } else {
        Err(GoalError::Cursor("a span of it ends before it begins".to_owned()))
    }
}

/// Tags, folded, and as the person wrote them: no answer depends on the case, but for test servers.
fn tags(goal: &Goal) -> Vec<(String, String)> {
    let mut tags: Vec<(String, String)> = Vec::new();
    for written in &goal.tags {
        let Some(folded) = crate::text::tags::normalise(written) else { continue };
        if !tags.iter().any(|(known, _)| *known == folded) {
            tags.push((folded, written.trim_start_matches('#').to_owned()));
        }
    }
    tags
}

struct Search {
    goal: Goal,
    session: Session,
    tags: Vec<(String, String)>,
    /// Tag that is being worked on.
    at: usize,
    /// What is still to be asked for, by folded tag.
    queries: BTreeMap<String, Windows>,
    walk: Walk,
    is_signing_in: bool,
    parser: Box<dyn Parser>,
}

/// Pages of one search that were turned.
#[derive(Default)]
struct Walk {
    /// Where the next page begins.
    cursor: Option<String>,
    /// All of its cursors: one that comes twice goes round in circles.
    cursors: BTreeSet<String>,
    pages: usize,
    posts: usize,
    oldest: Option<Timestamp>,
}

/// What steers the search; the posts are read by the format.
#[derive(Deserialize)]
struct Page {
    posts: Vec<Hit>,
    cursor: Option<String>,
}

#[derive(Deserialize)]
struct Hit {
    #[serde(rename = "indexedAt", default)]
    indexed_at: String,
    #[serde(default)]
    record: Claim,
}

#[derive(Default, Deserialize)]
struct Claim {
    #[serde(rename = "createdAt", default)]
    created_at: String,
}

impl Hit {
    /// The time that the search sorts by: the author's claim, unless it lies in the future.
    fn sorts_at(&self) -> Option<Timestamp> {
        let times = [&self.indexed_at, &self.record.created_at];
        times.into_iter().filter_map(|time| Timestamp::parse_rfc3339(time).ok()).min()
    }
}

impl Search {
    /// Puts what is new since the last look on the lists.
    fn look(&mut self, now: Timestamp) -> Next {
        let first = Timestamp::from_millis_unchecked(FIRST_MS);
        let since = self.goal.since.unwrap_or(first).max(first);
        let until = self.goal.until.map_or(now, |until| until.min(now));
        for (tag, _) in &self.tags {
            self.queries.entry(tag.clone()).or_default().want(since, until, OVERLAP);
        }
        (self.at, self.walk) = (0, Walk::default());
        self.next(now)
    }

    fn next(&mut self, now: Timestamp) -> Next {
        while let Some((tag, written)) = self.tags.get(self.at) {
            if let Some((since, until)) = self.queries.get(tag).and_then(Windows::current) {
                let request = self.request(written, since, until);
                return self.ask(request);
            }
            self.at += 1;
        }
        if self.goal.follow && self.goal.until.is_none_or(|until| now < until) {
            Next::Wait { time: self.goal.every, why: "next look" }
        } else {
            Next::Done(Ending::Complete)
        }
    }

    /// Asks, signed in; signs in first if need be.
    fn ask(&mut self, request: Request) -> Next {
        if let Some(bearer) = self.session.bearer() {
            self.is_signing_in = false;
            return Next::Ask(Request { bearer: Some(bearer), ..request });
        }
        let request = self.session.begin(&self.goal);
        self.sign_in(request)
    }

    fn sign_in(&mut self, request: Option<Request>) -> Next {
        self.is_signing_in = true;
        match request {
            Some(request) => Next::Ask(request),
            None => Next::Done(Ending::NotAllowed("the session has expired or is not accepted".to_owned())),
        }
    }

    fn request(&self, written: &str, since: Timestamp, until: Timestamp) -> Request {
        let (limit, hashtag) = (PAGE.to_string(), format!("#{written}"));
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("q", &hashtag).append_pair("tag", written);
        query.append_pair("sort", "latest").append_pair("limit", &limit);
        // From the first post on: those that claim to be older too.
        if since.as_millis() > FIRST_MS {
            query.append_pair("since", &since.to_string());
        }
        query.append_pair("until", &until.to_string());
        if let Some(cursor) = &self.walk.cursor {
            query.append_pair("cursor", cursor);
        }
        let url = self.goal.url(&format!("/xrpc/app.bsky.feed.searchPosts?{}", query.finish()));
        Request::get(url, format!("page {} of #{written} before {until}", self.walk.pages + 1))
    }

    fn answer(&mut self, answer: &Answer<'_>, out: &mut Out<'_>) -> Next {
        if self.is_signing_in {
            return match self.session.answer(answer, &self.goal) {
                Ok(None) => self.next(out.now),
                Ok(request) => self.sign_in(request),
                Err(ending) => Next::Done(ending),
            };
        }
        if refuses_token(answer) {
            let request = self.session.renew(&self.goal);
            return self.sign_in(request);
        }
        if answer.is_success() && answer.is_json() {
            return match serde_json::from_slice(answer.body) {
                Ok(page) => self.page(page, answer.body, out),
                Err(error) => Next::Done(Ending::Failed(format!("a page of posts cannot be read: {error}"))),
            };
        }
        if self.walk.cursor.is_some() && answer.status == 400 {
            // The place within the search is not known any more.
            return self.stopped(out);
        }
        Next::Done(refusal(answer))
    }

    fn page(&mut self, page: Page, body: &[u8], out: &mut Out<'_>) -> Next {
        self.session.worked();
        if !page.posts.is_empty() {
            out.read(self.parser.as_ref(), body);
        }
        let walk = &mut self.walk;
        walk.pages += 1;
        walk.posts += page.posts.len();
        walk.oldest = page.posts.iter().filter_map(Hit::sorts_at).chain(walk.oldest).min();
        let more = page.cursor.filter(|cursor| !cursor.is_empty());
        match more {
            None if walk.posts < PAGE * MAX_PAGES => self.finished(out),
            Some(cursor)
                if walk.pages < MAX_PAGES
                    && cursor.len() <= MAX_CURSOR_BYTES
                    && walk.cursors.insert(cursor.clone()) =>
            {
                walk.cursor = Some(cursor);
                self.next(out.now)
            }
            _ => self.stopped(out),
        }
    }

    /// The search says that there is no more.
    fn finished(&mut self, out: &mut Out<'_>) -> Next {
        self.walk = Walk::default();
        if let Some((tag, _)) = self.tags.get(self.at)
            && let Some(windows) = self.queries.get_mut(tag)
            && let Some((since, until)) = windows.current()
        {
            out.covered(tag, since, until);
            windows.finish();
        }
        self.next(out.now)
    }

    /// No more pages are turned in this search, and there may be more: goes on with what is older than the oldest that was seen.
    fn stopped(&mut self, out: &mut Out<'_>) -> Next {
        let walk = std::mem::take(&mut self.walk);
        let Some((tag, _)) = self.tags.get(self.at) else { return self.next(out.now) };
        let Some(windows) = self.queries.get_mut(tag) else { return self.next(out.now) };
        let Some((since, until)) = windows.current() else { return self.next(out.now) };
        // The oldest millisecond may go on beyond the last page: it is asked for again.
        let again =
            walk.oldest.map(|oldest| Timestamp::from_millis_unchecked(oldest.as_millis().saturating_add(1)));
        match again {
            Some(again) if again <= since => {
                out.covered(tag, since, until);
                windows.finish();
            }
            Some(again) if again < until => {
                out.covered(tag, again, until);
                windows.cut(again);
            }
            // It shows the same again, or nothing at all.
            _ => {
                out.gap(tag, since, until, "the search shows no more, and does not say that this is all");
                windows.finish();
            }
        }
        self.next(out.now)
    }

    fn failed(&mut self, why: &str, out: &mut Out<'_>) -> Next {
        if self.walk.cursor.is_some() && !self.is_signing_in {
            // A place that the server stumbles over (status 500) is gone round.
            return self.stopped(out);
        }
        Next::Done(Ending::Failed(why.to_owned()))
    }
}

/// What an answer that is no page means.
fn refusal(answer: &Answer<'_>) -> Ending {
    let status = answer.status;
    let code = error_code(answer);
    match status {
        _ if answer.is_success() => {
            Ending::Failed("the search answers with something that is not JSON".to_owned())
        }
        403 => Ending::Closed("this host keeps its search closed (status 403)".to_owned()),
        404 | 501 => Ending::Closed(format!("this host has no search (status {status})")),
        _ if code.is_empty() => Ending::Failed(format!("the search answers with status {status}")),
        _ => {
            let code = crate::archive::printable(code.as_bytes());
            Ending::Failed(format!("the search answers with status {status}: `{code}`"))
        }
    }
}

impl Feed for Search {
    fn on(&mut self, event: Event<'_>, out: &mut Out<'_>) -> Next {
        match event {
            Event::Begin | Event::Waited => self.look(out.now),
            Event::Answer(answer) => self.answer(&answer, out),
            Event::Failed(why) => self.failed(why, out),
            Event::Opened | Event::Message { .. } | Event::Closed(_) => self.next(out.now),
        }
    }

    fn cursor(&self) -> String {
        serde_json::to_string(&self.queries).unwrap_or_default()
    }
}
