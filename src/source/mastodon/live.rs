//! The stream of one tag. It has no memory: after each opening, pages bring what it did not tell.

use super::page::{Item, escape};
use super::place::later;
use super::{Doing, Host};
use crate::post::{Deletion, PostId, Timestamp};
use crate::source::{Connection, News, Next, Out, Wire};
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// Posts whose ids are remembered: a deletion names a post by the host's own number. A few days of a busy tag, a few megabytes.
const MAX_SEEN: usize = 10_000;
/// While a stream is open, pages are looked at so often all the same: for what reached the host late while the stream was cut.
const LOOK_EVERY: Duration = Duration::from_secs(3600);
/// A stream that could not be opened is tried again after so long.
const OPEN_AGAIN: Duration = Duration::from_secs(3600);

/// Why the deletion of a post that is not remembered is left out.
const UNKNOWN_DELETED: &str = "deletion by the host's own number: which post that was is not known here";
/// Why other messages are left out.
const NO_POST: &str = "message of the stream that is no post";

/// The stream, if there is to be one.
#[derive(Default)]
pub(super) struct Live {
    is_wanted: bool,
    pub(super) is_open: bool,
    not_before: Option<Timestamp>,
    seen: HashMap<String, (String, Timestamp)>,
    order: VecDeque<String>,
}

impl Live {
    pub(super) fn new(is_wanted: bool) -> Self {
        Self { is_wanted, ..Self::default() }
    }

    /// Remembers which posts the host's numbers are.
    pub(super) fn remember(&mut self, items: &[Item]) {
        if !self.is_wanted {
            return;
        }
        for item in items.iter().filter(|item| !item.uri.is_empty()) {
            if self.seen.insert(item.id.clone(), (item.uri.clone(), item.at)).is_none() {
                self.order.push_back(item.id.clone());
            }
            if self.order.len() > MAX_SEEN
                && let Some(oldest) = self.order.pop_front()
            {
                self.seen.remove(&oldest);
            }
        }
    }

    /// That the post with the host's number is gone, if it is remembered.
    fn deletion(&self, number: &[u8]) -> Option<Deletion> {
        let number = std::str::from_utf8(number).ok()?.trim().trim_matches('"');
        let (uri, at) = self.seen.get(number)?;
        let post = PostId { platform: "fediverse".to_owned(), id: uri.clone() };
        Some(Deletion { post, posted_at: Some(*at) })
    }
}

impl Host {
    /// Waits for what comes: on the stream, if there is one.
    pub(super) fn listen(&mut self, out: &mut Out<'_>) -> Next {
        if !self.live.is_wanted || self.live.not_before.is_some_and(|at| out.now < at) {
            return self.wait();
        }
        if self.live.is_open {
            return Next::Listen;
        }
        let Some(tag) = self.tags.first() else { return self.wait() };
        let Some(base) = self.instance.streams(&self.goal) else {
            self.live.is_wanted = false;
            out.notice(format!("{} has its stream elsewhere, where the token is not sent", self.goal.host));
            return self.wait();
        };
        self.doing = Doing::Stream;
        Next::Open(Connection {
            url: format!("{base}/api/v1/streaming/hashtag?tag={}", escape(&tag.name)),
            wire: Wire::Events,
            bearer: self.token.clone(),
            hello: Vec::new(),
            what: format!("stream of #{}", tag.name),
        })
    }

    /// The stream was answered with something else: there will be none.
    pub(super) fn no_stream(&mut self, status: u16, out: &mut Out<'_>) -> Next {
        self.live = Live::default();
        out.notice(format!(
            "{} gives no stream with this token (status {status}): pages are looked at instead, so deletions and edits are not told",
            self.goal.host
        ));
        self.look(out)
    }

    /// The stream cannot be reached now.
    pub(super) fn stream_failed(&mut self, why: &str, out: &mut Out<'_>) -> Next {
        self.doing = Doing::Nothing;
        self.live.is_open = false;
        self.live.not_before = Some(later(out.now, OPEN_AGAIN));
        out.notice(format!("no stream for now, pages are looked at instead: {why}"));
        self.look(out)
    }

    pub(super) fn message(&mut self, event: &str, data: &[u8], out: &mut Out<'_>) -> Next {
        match event {
            "update" | "status.update" => {
                out.read(self.parser.as_ref(), data);
                if let Some(item) = Item::read(data) {
                    self.live.remember(std::slice::from_ref(&item));
                    if event == "update" {
                        self.told(item, out);
                    }
                }
            }
            "delete" => match self.live.deletion(data) {
                Some(deletion) => out.posts.deletion(deletion),
                None => out.posts.unselected(UNKNOWN_DELETED),
            },
            _ => out.posts.unselected(NO_POST),
        }
        if out.now >= later(self.round_at, LOOK_EVERY) { self.look(out) } else { Next::Listen }
    }

    /// A new post: the forward edge moves, if nothing is missing below.
    fn told(&mut self, item: Item, out: &mut Out<'_>) {
        out.news.push(News::At(item.at));
        // A host that shows a part makes gaps of what is told: one with the next look is enough.
        let is_whole = self.part.is_none();
        let Some(tag) = self.tags.first_mut().filter(|tag| tag.is_caught_up) else { return };
        let until = item.at.min(out.now);
        tag.place.see_one(item, out.now);
        let Some(looked) = tag.place.looked.filter(|looked| is_whole && *looked < until) else { return };
        tag.place.looked = Some(until);
        let name = tag.name.clone();
        self.claim(&name, (looked, until), out);
    }
}
