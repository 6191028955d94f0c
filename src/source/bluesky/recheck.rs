//! Looking again at posts that are in the store: those that are not shown any more are gone. Asked without an account, since who signs in does
//! not see the posts of people who block them.

use super::{PLATFORM, POSTS};
use crate::archive::{Parser, reader_of};
use crate::post::{Deletion, PostId, at_uri_time};
use crate::source::{Answer, Ending, Event, Feed, Goal, GoalError, Next, Out, Request};
use serde::Deserialize;
use std::collections::BTreeSet;

/// Posts a request may ask for (the lexicon of `app.bsky.feed.getPosts`).
const MAX_POSTS: usize = 25;

/// Asks for posts by their addresses.
pub(super) struct Recheck {
    goal: Goal,
    parser: Box<dyn Parser>,
    /// Posts still to be asked for.
    todo: Vec<String>,
    /// Those that were not shown, and are asked for once more: a deletion is not taken back.
    missing: Vec<String>,
    /// Those that are being asked for.
    asked: Vec<String>,
    is_second_look: bool,
}

/// What steers; the posts are read by the format.
#[derive(Deserialize)]
struct Page {
    posts: Vec<Shown>,
}

#[derive(Deserialize)]
struct Shown {
    uri: String,
}

impl Recheck {
    pub(super) fn of(goal: &Goal) -> Result<Self, GoalError> {
        let parser =
            reader_of("bluesky-posts").ok_or_else(|| GoalError::Impossible("no reader".to_owned()))?;
        Ok(Self {
            goal: goal.clone(),
            parser,
            todo: Vec::new(),
            missing: Vec::new(),
            asked: Vec::new(),
            is_second_look: false,
        })
    }

    fn begin(&mut self, out: &mut Out<'_>) -> Next {
        let posts: BTreeSet<&String> = self.goal.recheck.iter().collect();
        for uri in posts {
            if is_post(uri) {
                self.todo.push(uri.clone());
            } else {
                out.posts.unselected("not the address of a post of Bluesky");
            }
        }
        self.next()
    }

    fn next(&mut self) -> Next {
        if self.todo.is_empty() && !self.is_second_look {
            self.is_second_look = true;
            self.todo = std::mem::take(&mut self.missing);
        }
        self.asked = self.todo.split_off(self.todo.len().saturating_sub(MAX_POSTS));
        if self.asked.is_empty() {
            return Next::Done(Ending::Complete);
        }
        let mut encoder = url::form_urlencoded::Serializer::new(String::new());
        let query = encoder.extend_pairs(self.asked.iter().map(|uri| ("uris", uri))).finish();
        let url = self.goal.url(&format!("/xrpc/app.bsky.feed.getPosts?{query}"));
        Next::Ask(Request::get(url, format!("{} posts again", self.asked.len())))
    }

    fn page(&mut self, answer: &Answer<'_>, out: &mut Out<'_>) -> Next {
        let page: Page = match serde_json::from_slice(answer.body) {
            Ok(page) => page,
            Err(error) => return Next::Done(Ending::Failed(format!("posts cannot be read: {error}"))),
        };
        if !page.posts.is_empty() {
            out.read(self.parser.as_ref(), answer.body);
        }
        let shown: BTreeSet<&str> = page.posts.iter().map(|post| post.uri.as_str()).collect();
        for uri in std::mem::take(&mut self.asked) {
            if shown.contains(uri.as_str()) {
                continue;
            }
            if self.is_second_look {
                let posted_at = at_uri_time(&uri);
                let post = PostId { platform: PLATFORM.to_owned(), id: uri };
                out.posts.deletion(Deletion { post, posted_at });
            } else {
                self.missing.push(uri);
            }
        }
        self.next()
    }
}

impl Feed for Recheck {
    fn on(&mut self, event: Event<'_>, out: &mut Out<'_>) -> Next {
        match event {
            Event::Begin => self.begin(out),
            Event::Answer(answer) if answer.is_success() && answer.is_json() => self.page(&answer, out),
            Event::Answer(answer) if answer.status == 401 => Next::Done(Ending::NotAllowed(
                "this host shows posts to its own accounts alone; look again at `bluesky-search:public.api.bsky.app`".to_owned(),
            )),
            Event::Answer(answer) => {
                Next::Done(Ending::Failed(format!("posts were asked for and answered with status {}", answer.status)))
            }
            Event::Failed(why) => Next::Done(Ending::Failed(why.to_owned())),
            Event::Waited | Event::Opened | Event::Message { .. } | Event::Closed(_) => self.next(),
        }
    }

    fn cursor(&self) -> String {
        String::new()
    }
}

/// Whether it is the address of a post by the author's DID: by a handle, it would not be found again in the answer.
pub(super) fn is_post(uri: &str) -> bool {
    let mut parts = uri.strip_prefix("at://").unwrap_or_default().split('/');
    parts.next().is_some_and(|did| did.starts_with("did:"))
        && parts.next() == Some(POSTS)
        && parts.next().is_some_and(|key| !key.is_empty())
        && parts.next().is_none()
}
