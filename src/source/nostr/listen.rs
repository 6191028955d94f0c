//! A relay being listened to, when all that it stores is there: posts as they come, and requests to delete the newest of them.

use super::messages;
use super::place::seconds_of;
use super::relay::{Phase, Relay};
use super::seen::Asked;
use crate::post::Timestamp;
use crate::source::{Ending, News, Next, Out};
use std::time::Duration;

/// Newest posts whose deletions are listened for: a text of 54 KB, below the 64 KB that small relays read.
const WATCHED: usize = 400;
/// How often it is said how far the feed is, and renewed what it listens for, in seconds.
const NEWS_S: i64 = 60;
/// How far back requests to delete are asked for, in seconds: at first, as what was stored when listening began may be a day old, and then.
const FIRST_S: i64 = 24 * 3600;
const LATE_S: i64 = 900;
/// Names of what is listened for.
pub(super) const LIVE: &str = "live";
pub(super) const GONE: &str = "gone";

/// A relay being listened to.
#[derive(Debug, Default)]
pub(super) struct Listening {
    /// Whether what was stored when it began is there.
    pub(super) caught_up: bool,
    /// Whether that was more than a page and had to be walked.
    walked: bool,
    /// When it was last said how far it is.
    told: Option<Timestamp>,
    /// When the posts whose deletions are listened for were last named.
    named: Option<Timestamp>,
    /// Whether there are others now.
    pub(super) others: bool,
}

impl Relay {
    pub(super) fn listen(&mut self) -> String {
        let since = self.tags.iter().filter_map(|tag| self.place.asked_until(&tag.folded)).min();
        let since = since.unwrap_or_default().as_seconds();
        let until = self.goal.until.map(|until| seconds_of(until, until).1);
        let folded = self.tags.iter().map(|tag| tag.folded.clone()).collect();
        self.begin(Asked::Tags(folded, since, until.unwrap_or(i64::MAX)));
        (self.phase, self.name) = (Phase::Live, LIVE.to_owned());
        let spellings: Vec<String> = self.tags.iter().flat_map(|tag| tag.spellings.clone()).collect();
        messages::posts(LIVE, &spellings, (since, until), self.limit)
    }

    /// What was stored when listening began is there. If it filled a page there may be more: that is walked, once.
    pub(super) fn caught_up(&mut self, out: &mut Out<'_>) -> Next {
        if self.listening.caught_up {
            return Next::Listen;
        }
        if self.tally.events >= self.largest.min(self.limit) && !self.listening.walked {
            self.listening.walked = true;
            self.want(out.now, Duration::ZERO);
            return self.step(vec![messages::close(LIVE)], out.now);
        }
        self.listening.caught_up = true;
        self.listening.others = true;
        self.heard(out)
    }

    /// Something came while listening: all until now is there.
    pub(super) fn heard(&mut self, out: &mut Out<'_>) -> Next {
        self.listening.others |= !self.tally.new.is_empty();
        self.tally.new.clear();
        if let Some(newest) = self.tally.newest.take() {
            out.news.push(News::At(newest));
        }
        if !self.listening.caught_up {
            return Next::Listen;
        }
        if self.goal.until.is_some_and(|until| until <= out.now) {
            return Next::Done(Ending::Complete);
        }
        let now = out.now.as_seconds();
        let ago = |last: Option<Timestamp>| last.map_or(i64::MAX, |last| now - last.as_seconds());
        if ago(self.listening.told) >= NEWS_S {
            self.listening.told = Some(out.now);
            self.cover(out);
        }
        if self.asks_deletions && self.listening.others && ago(self.listening.named) >= NEWS_S {
            return self.watch(out.now);
        }
        Next::Listen
    }

    /// Listens for deletions of the newest posts.
    fn watch(&mut self, now: Timestamp) -> Next {
        let since = self
            .listening
            .named
            .replace(now)
            .map_or(now.as_seconds() - FIRST_S, |last| last.as_seconds() - LATE_S);
        self.listening.others = false;
        let ids = self.known.latest(WATCHED);
        if ids.is_empty() {
            return Next::Listen;
        }
        Next::Send(vec![messages::deletions(GONE, &ids, &self.known.authors(&ids), since)])
    }

    /// Moves the place of every tag to now.
    fn cover(&mut self, out: &mut Out<'_>) {
        let before: Vec<(String, Option<Timestamp>)> =
            self.tags.iter().map(|tag| (tag.folded.clone(), self.place.asked_until(&tag.folded))).collect();
        self.want(out.now, Duration::ZERO);
        for (tag, since) in before {
            let windows = self.place.windows(&tag);
            if let (Some(since), Some((_, until))) = (since, windows.current()) {
                out.covered(&tag, since, until);
            }
            windows.finish();
        }
    }
}
