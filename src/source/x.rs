//! X by its API 2: the recent search, which goes back seven days, for who pays for a token. Newest first, a hundred a page.
//! <https://docs.x.com/x-api/posts/search-recent-posts>

use super::windows::Windows;
use super::{
    Answer, Ending, Event, Feed, Goal, GoalError, Hosts, Limit, Next, Out, Request, SecretNeed, Source,
};
use crate::archive::{Parser, printable, reader_of};
use crate::post::Timestamp;
use crate::text::tags::is_writable;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// X.
pub(super) struct X;

/// Variable of the token.
const TOKEN: &str = "TAGLINE_X_TOKEN";
/// Posts a page has at most.
const PAGE: &str = "100";
/// Longest query of a self-serve account, in characters.
const MAX_QUERY: usize = 512;
/// Reposts cost as much as posts and say nothing new.
const NO_REPOSTS: &str = " -is:retweet";
/// How far back the search goes, less a minute for clocks: what begins earlier is refused whole.
const REACH: Duration = Duration::from_secs(7 * 86_400 - 60);
/// Where a span begins that would reach further: a walk over many pages takes its time, and all of it must stay in reach.
const SLACK: Duration = Duration::from_secs(1800);
/// The search must end ten seconds before now, by a clock that may not be ours.
const DELAY: Duration = Duration::from_secs(30);
/// What the index gets late. More costs money.
const OVERLAP: Duration = Duration::from_secs(60);
/// Pages without a post in a row that are believed.
const MAX_EMPTY: u32 = 10;

impl Source for X {
    fn name(&self) -> &'static str {
        "x"
    }
    fn about(&self) -> &'static str {
        "X (Twitter): the last seven days, by the recent search of the API 2; needs a paid token"
    }
    fn format(&self) -> &'static str {
        "x-v2"
    }
    fn hosts(&self) -> Hosts {
        Hosts::Usual(&["api.x.com"])
    }
    fn secrets(&self) -> &'static [SecretNeed] {
        &[SecretNeed {
            variable: TOKEN,
            about: "bearer token of an app with access to the API 2, from https://developer.x.com; X charges for every post read",
            required: true,
        }]
    }
    fn caveats(&self) -> &'static [&'static str] {
        &[
            "nothing older than seven days: import an archive for what came before",
            "reposts are not asked for, since each costs as much as a post",
            "deletions are not told: X asks you to look again at what you keep",
        ]
    }
    fn limits(&self, _goal: &Goal) -> Vec<Limit> {
        vec![Limit { kind: "", requests: 60, window: Duration::from_secs(900) }]
    }
    fn feed(&self, goal: &Goal, cursor: Option<&str>) -> Result<Box<dyn Feed>, GoalError> {
        let [need] = self.secrets() else { return Err(GoalError::Impossible("no token".to_owned())) };
        let missing =
            GoalError::Secret { source_name: self.name(), variable: need.variable, about: need.about };
        goal.secrets.get(TOKEN).ok_or(missing)?;
        if !goal.recheck.is_empty() {
            return Err(GoalError::Impossible(
                "posts of X are not looked at again: it charges for each".to_owned(),
            ));
        }
        let place = match cursor {
            Some(text) => Place::read(text)?,
            None => Place::default(),
        };
        let parser = reader_of(self.format()).ok_or_else(|| GoalError::Impossible("no reader".to_owned()))?;
        let queries = queries(&goal.folded_tags())?;
        Ok(Box::new(Search {
            queries,
            goal: goal.clone(),
            place,
            wanted: false,
            span: (0, 0),
            empty: 0,
            parser,
        }))
    }
}

/// What is searched for at once.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Query {
    text: String,
    tags: Vec<String>,
}

/// Tags in as few queries as they fit into.
fn queries(tags: &[String]) -> Result<Vec<Query>, GoalError> {
    let text = |tags: &[String]| {
        let names: Vec<String> = tags.iter().map(|tag| format!("#{tag}")).collect();
        format!("({}){NO_REPOSTS}", names.join(" OR "))
    };
    let mut lists: Vec<Vec<String>> = Vec::new();
    for tag in tags {
        // Anything else would be operators of the search.
        if !is_writable(tag) {
            return Err(GoalError::Impossible(format!("X has no tag `{}`", printable(tag.as_bytes()))));
        }
        match lists.last_mut() {
            Some(list) if text(list).chars().count() + " OR #".len() + tag.chars().count() <= MAX_QUERY => {
                list.push(tag.clone());
            }
            _ => lists.push(vec![tag.clone()]),
        }
    }
    Ok(lists.into_iter().map(|tags| Query { text: text(&tags), tags }).collect())
}

/// Where to go on, by query.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Place {
    queries: BTreeMap<String, Walk>,
}

impl Place {
    fn read(text: &str) -> Result<Self, GoalError> {
        let place: Self = serde_json::from_str(text).map_err(|error| GoalError::Cursor(error.to_string()))?;
        if place.queries.values().all(|walk| walk.windows.is_sound()) {
            Ok(place)
        } else {
            Err(GoalError::Cursor("a span of it ends before it begins".to_owned()))
        }
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Walk {
    windows: Windows,
    /// The page to go on with in the current window.
    #[serde(default)]
    next: Option<Page>,
}

/// A page behind the first: it belongs to the very span that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Page {
    token: String,
    /// Begin and end of the span, in seconds.
    span: (i64, i64),
    /// Number of the oldest post so far.
    oldest: u64,
}

struct Search {
    goal: Goal,
    queries: Vec<Query>,
    place: Place,
    /// Whether all until now is wanted, in this look.
    wanted: bool,
    /// First and last second of what was asked for last.
    span: (i64, i64),
    empty: u32,
    parser: Box<dyn Parser>,
}

/// What steers the search; the posts are read by the format.
#[derive(Deserialize)]
struct Found {
    #[serde(default)]
    data: Vec<Post>,
    meta: Meta,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(default)]
    next_token: Option<String>,
}

#[derive(Deserialize)]
struct Post {
    id: String,
    #[serde(default)]
    created_at: String,
}

/// An error of X (RFC 7807).
#[derive(Default, Deserialize)]
struct Problem {
    #[serde(default)]
    title: String,
    #[serde(default)]
    detail: String,
}

impl Search {
    fn want(&mut self, out: &mut Out<'_>) {
        let until = earlier(out.now, DELAY);
        let until = self.goal.until.map_or(until, |wanted| wanted.min(until));
        let reach = later(earlier(out.now, REACH), SLACK);
        let since = self.goal.since.unwrap_or(reach);
        for query in &self.queries {
            let walk = self.place.queries.entry(query.text.clone()).or_default();
            if walk.windows.asked_until().is_none() {
                query.beyond(out, since, reach.min(until));
            }
            walk.windows.want(since.max(reach), until, OVERLAP);
        }
    }

    /// What to ask for next: what was begun, then what is new.
    fn next(&mut self, out: &mut Out<'_>) -> Next {
        loop {
            if let Some(request) = self.request(out) {
                return Next::Ask(request);
            }
            if self.wanted {
                break;
            }
            self.wanted = true;
            self.want(out);
        }
        self.wanted = false;
        let until = self.goal.until;
        if self.goal.follow && until.is_none_or(|until| until > earlier(out.now, DELAY)) {
            Next::Wait { time: self.goal.every, why: "next look" }
        } else {
            Next::Done(Ending::Complete)
        }
    }

    /// The query that is being worked on, and its window.
    fn current(&self) -> Option<(Query, Timestamp, Timestamp)> {
        self.queries.iter().find_map(|query| {
            let (since, until) = self.place.queries.get(&query.text)?.windows.current()?;
            Some((query.clone(), since, until))
        })
    }

    fn request(&mut self, out: &mut Out<'_>) -> Option<Request> {
        let reach = earlier(out.now, REACH);
        loop {
            let (query, since, until) = self.current()?;
            let walk = self.place.queries.get_mut(&query.text)?;
            let begin = if since < reach { later(reach, SLACK) } else { since };
            let span = (begin.as_seconds(), until.as_seconds());
            if span.0 >= span.1 {
                // Out of reach, or less than a second: that will be in the next one.
                query.beyond(out, since, until.min(reach));
                walk.next = None;
                walk.windows.finish();
                continue;
            }
            let next =
                walk.next.as_ref().filter(|next| next.span.0 >= reach.as_seconds() && next.span.1 == span.1);
            let token = next.map(|next| next.token.clone());
            self.span = next.map_or(span, |next| next.span);
            if token.is_none() {
                walk.next = None;
            }
            return Some(self.page(&query, token.as_deref()));
        }
    }

    fn page(&self, query: &Query, token: Option<&str>) -> Request {
        let (begin, end) = (begin_of(self.span.0).to_string(), begin_of(self.span.1).to_string());
        let mut address = self.goal.url("/2/tweets/search/recent?");
        let mut encoder = url::form_urlencoded::Serializer::new(String::new());
        encoder.extend_pairs([
            ("query", query.text.as_str()),
            ("max_results", PAGE),
            ("start_time", &begin),
            ("end_time", &end),
            (
                "tweet.fields",
                "created_at,lang,public_metrics,entities,referenced_tweets,conversation_id,edit_history_tweet_ids,note_tweet",
            ),
            ("expansions", "author_id,referenced_tweets.id,referenced_tweets.id.author_id"),
            ("user.fields", "username,name,protected"),
        ]);
        if let Some(token) = token {
            encoder.append_pair("next_token", token);
        }
        address.push_str(&encoder.finish());
        let what = format!("posts before {end}");
        Request { bearer: self.goal.secrets.get(TOKEN).cloned(), ..Request::get(address, what) }
    }

    fn answer(&mut self, answer: &Answer<'_>, out: &mut Out<'_>) -> Next {
        if answer.is_success() && answer.is_json() {
            return match serde_json::from_slice::<Found>(answer.body) {
                Ok(found) => self.found(&found, answer.body, out),
                Err(error) => Next::Done(Ending::Failed(format!("a page of posts cannot be read: {error}"))),
            };
        }
        let problem: Problem = serde_json::from_slice(answer.body).unwrap_or_default();
        let said = printable(format!("{} {}", problem.title, problem.detail).as_bytes());
        let status = answer.status;
        Next::Done(match status {
            400 if self.forget_token() => return self.next(out),
            401 | 403 => {
                Ending::NotAllowed(format!("X does not accept the token in `{TOKEN}`: {said} ({status})"))
            }
            402 => Ending::Failed(format!("the account's credits at X are used up: {said} ({status})")),
            _ => Ending::Failed(format!("X answers with status {status}: {said}")),
        })
    }

    /// A token may be refused: the window is asked for anew. Whether there was one.
    fn forget_token(&mut self) -> bool {
        let Some((query, ..)) = self.current() else { return false };
        self.place.queries.get_mut(&query.text).is_some_and(|walk| walk.next.take().is_some())
    }

    fn found(&mut self, found: &Found, body: &[u8], out: &mut Out<'_>) -> Next {
        let Some((query, since, until)) = self.current() else { return self.next(out) };
        out.read(self.parser.as_ref(), body);
        let Some(walk) = self.place.queries.get_mut(&query.text) else { return self.next(out) };
        let begin = begin_of(self.span.0).max(since);
        let before = walk.next.as_ref().map_or(u64::MAX, |next| next.oldest);
        let oldest = found.data.iter().filter_map(|post| post.id.parse::<u64>().ok()).min();
        let time = found.data.iter().filter_map(|post| Timestamp::parse_rfc3339(&post.created_at).ok()).min();
        self.empty = if oldest.is_some() { 0 } else { self.empty + 1 };
        let circles = oldest.is_some_and(|oldest| oldest >= before) || self.empty > MAX_EMPTY;
        match &found.meta.next_token {
            Some(token) if !circles => {
                if let Some(time) = time {
                    query.covered(out, later(time, Duration::from_millis(1)).max(begin), until);
                }
                let oldest = oldest.unwrap_or(before);
                walk.next = Some(Page { token: token.clone(), span: self.span, oldest });
                return self.next(out);
            }
            // What was covered before stays so.
            Some(_) => query.gap(out, begin, until, "the pages of the search go in circles"),
            None => query.covered(out, begin, until),
        }
        query.beyond(out, since, begin);
        (walk.next, self.empty) = (None, 0);
        walk.windows.finish();
        self.next(out)
    }
}

impl Query {
    fn covered(&self, out: &mut Out<'_>, since: Timestamp, until: Timestamp) {
        self.tags.iter().for_each(|tag| out.covered(tag, since, until));
    }

    fn gap(&self, out: &mut Out<'_>, since: Timestamp, until: Timestamp, why: &str) {
        self.tags.iter().for_each(|tag| out.gap(tag, since, until, why));
    }

    /// The search does not go there.
    fn beyond(&self, out: &mut Out<'_>, since: Timestamp, until: Timestamp) {
        self.gap(
            out,
            since,
            until,
            "the search of X goes back seven days: import an archive for what came before",
        );
    }
}

fn begin_of(second: i64) -> Timestamp {
    Timestamp::from_millis_unchecked(second.saturating_mul(1000))
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    Timestamp::from_millis_unchecked(
        at.as_millis().saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)),
    )
}

fn earlier(at: Timestamp, by: Duration) -> Timestamp {
    Timestamp::from_millis_unchecked(
        at.as_millis().saturating_sub(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)),
    )
}

impl Feed for Search {
    fn on(&mut self, event: Event<'_>, out: &mut Out<'_>) -> Next {
        match event {
            Event::Answer(answer) => self.answer(&answer, out),
            Event::Failed(why) => Next::Done(Ending::Failed(why.to_owned())),
            Event::Begin | Event::Waited | Event::Opened | Event::Message { .. } | Event::Closed(_) => {
                self.next(out)
            }
        }
    }

    fn cursor(&self) -> String {
        serde_json::to_string(&self.place).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
