//! The live stream: all posts of Bluesky as they are written, and those of the last day and a half. It has no filter for tags: everything comes,
//! the campaign's selection decides. <https://github.com/bluesky-social/jetstream>

use super::event::{Place as At, Seen, Standing, Version, What, look};
use super::place::{Expected, Place, after, before};
use super::{PLATFORM, POSTS};
use crate::archive::{Parser, reader_of};
use crate::post::Timestamp;
use crate::source::{
    Answer, Connection, Ending, Event, Feed, Goal, GoalError, Hosts, Limit, News, Next, Out, SecretNeed,
    Source, Wire,
};
use serde::Deserialize;
use std::time::Duration;

/// The stream of all posts.
pub(in crate::source) struct Bluesky;

/// How far back the service goes: 36 hours, less what it may take to get there.
const KEPT: Duration = Duration::from_secs(36 * 3600 - 300);
/// Version 1 has moved a moment that was asked for, if its first event is so much later: there are 30 posts a second and more.
const FIRST_WITHIN: Duration = Duration::from_secs(60);
/// Events may come so much late, so much longer is listened after `until`.
const LATE: Duration = Duration::from_secs(10);
/// A stream that says nothing for so long has nothing more to say to who does not follow it.
const QUIET: Duration = Duration::from_secs(30);
/// How often it is said how far the stream is: an event each would be tens of thousands a second.
const NEWS_EVERY: Duration = Duration::from_secs(1);
/// Why what lies before the stream is not there.
const TOO_OLD: &str = "older than the stream keeps; `bluesky-search` looks further back";

impl Source for Bluesky {
    fn name(&self) -> &'static str {
        "bluesky"
    }
    fn about(&self) -> &'static str {
        "Bluesky: all posts as they are written, and the last 36 hours, by Jetstream"
    }
    fn format(&self) -> &'static str {
        "bluesky-jetstream"
    }
    fn hosts(&self) -> Hosts {
        // One: each has everything, and this one speaks both versions.
        Hosts::Usual(&["jetstream.us-west.bsky.network"])
    }
    fn secrets(&self) -> &'static [SecretNeed] {
        &[]
    }
    fn caveats(&self) -> &'static [&'static str] {
        &[
            "every post of Bluesky comes over the line (about 1 kB each, 30 and more a second), and those that the campaign's tags and words select are kept",
            "it goes back 36 hours and no further; `bluesky-search` looks further back",
            "posts come without likes, without the author's handle, and reposts do not come",
        ]
    }
    fn limits(&self, _goal: &Goal) -> Vec<Limit> {
        // None is published; one connection is all that is asked for, and reopening it is slowed down anyway.
        Vec::new()
    }
    fn tells_of_everybody(&self) -> bool {
        // Ten a second. A post comes before its deletion: one that is not there was not wanted.
        true
    }
    fn feed(&self, goal: &Goal, cursor: Option<&str>) -> Result<Box<dyn Feed>, GoalError> {
        if !goal.recheck.is_empty() {
            let why = "the stream shows no post a second time; `bluesky-search` looks again";
            return Err(GoalError::Impossible(why.to_owned()));
        }
        let place = match cursor {
            Some(text) => serde_json::from_str(text).map_err(|error| GoalError::Cursor(error.to_string()))?,
            None => Place::default(),
        };
        let parser = reader_of(self.format()).ok_or_else(|| GoalError::Impossible("no reader".to_owned()))?;
        Ok(Box::new(Stream {
            goal: goal.clone(),
            place,
            parser,
            version: Version::Two,
            was_open: false,
            by_time: false,
            expected: Expected::Anything,
            began: None,
            heard_at: None,
            said_at: None,
        }))
    }
}

struct Stream {
    goal: Goal,
    place: Place,
    parser: Box<dyn Parser>,
    version: Version,
    /// Whether the host spoke this version.
    was_open: bool,
    /// The host does not know the number of the last event: its time is asked for.
    by_time: bool,
    expected: Expected,
    began: Option<Timestamp>,
    heard_at: Option<Timestamp>,
    said_at: Option<Timestamp>,
}

impl Stream {
    fn begin(&mut self, out: &mut Out<'_>) -> Next {
        let now = out.now;
        self.began = Some(now);
        if let Some(until) = self.goal.until.filter(|until| *until <= before(now, KEPT)) {
            if let Some(from) = self.place.at.or(self.goal.since) {
                out.gap("", from, until, TOO_OLD);
            }
            return Next::Done(Ending::Complete);
        }
        if self.place.at.is_none() {
            let start = self.start(now);
            if start == now {
                out.notice(format!(
                    "Bluesky's stream begins at {now}; `--since 36h` begins earlier, `bluesky-search` looks further back"
                ));
            }
            let start = Some(start);
            (self.place.at, self.place.covered, self.place.from) = (start, start, start);
        }
        if let (Some(since), Some(from)) = (self.goal.since, self.place.from)
            && since < from
        {
            out.gap("", since, from, TOO_OLD);
            self.place.from = Some(since);
        }
        self.open()
    }

    /// Where a stream begins that was never listened to.
    fn start(&self, now: Timestamp) -> Timestamp {
        let oldest = before(now, KEPT);
        match self.goal.since {
            Some(since) => since.clamp(oldest, now),
            None if self.goal.follow => now,
            // Who does not follow wants what is there.
            None => oldest,
        }
    }

    fn open(&mut self) -> Next {
        let (cursor, expected) = self.place.ask(self.version, self.by_time);
        self.expected = expected;
        let mut path = match self.version {
            Version::Two => format!(
                "/xrpc/network.bsky.jetstream.subscribeEvents?kinds=commit&kinds=account&collections={POSTS}"
            ),
            Version::One => format!("/subscribe?wantedCollections={POSTS}"),
        };
        if let Some(cursor) = cursor {
            path.push_str("&cursor=");
            path.push_str(&cursor);
        }
        Next::Open(Connection {
            url: self.goal.socket_url(&path),
            wire: Wire::WebSocket,
            bearer: None,
            hello: Vec::new(),
            what: "stream of all posts".to_owned(),
        })
    }

    /// The host answered instead of opening a stream.
    fn refused(&mut self, answer: &Answer<'_>, out: &mut Out<'_>) -> Next {
        #[derive(Deserialize)]
        struct Refusal {
            error: String,
        }
        let code =
            serde_json::from_slice::<Refusal>(answer.body).map(|refusal| refusal.error).unwrap_or_default();
        if self.version == Version::Two && code == "CursorTooOld" && !self.by_time {
            // Asked for by its time, what is too old is moved to the oldest there is, and said to be.
            self.by_time = true;
            return self.open();
        }
        match self.version {
            Version::Two => self.first_version(out),
            Version::One => {
                let why = format!("the host answers with status {} instead of a stream", answer.status);
                Next::Done(if answer.status == 404 { Ending::Closed(why) } else { Ending::Failed(why) })
            }
        }
    }

    fn first_version(&mut self, out: &mut Out<'_>) -> Next {
        let host = &self.goal.host;
        out.notice(format!("{host} does not answer in version 2 of the Jetstream; version 1 is tried"));
        (self.version, self.was_open) = (Version::One, false);
        self.open()
    }

    fn message(&mut self, message: &[u8], out: &mut Out<'_>) -> Next {
        self.heard_at = Some(out.now);
        match look(self.version, message) {
            Some(Seen::Event(at, what)) => {
                if !self.arrived(at, out) {
                    return self.open();
                }
                match what {
                    What::Account(did, standing) => account(&did, standing, at.at, out),
                    What::Other => out.read(self.parser.as_ref(), message),
                }
                self.advance(at, out)
            }
            Some(Seen::Info(name)) => {
                out.posts.unselected("stream notice");
                self.told(&name)
            }
            Some(Seen::Error(name)) => {
                out.posts.unselected("stream notice");
                let name = crate::archive::printable(name.as_bytes());
                out.notice(format!("Bluesky's stream ends with `{name}`; it goes on where it ended"));
                // It closes now, and is opened again as after any cut.
                Next::Listen
            }
            None => {
                out.read(self.parser.as_ref(), message);
                Next::Listen
            }
        }
    }

    fn told(&mut self, name: &str) -> Next {
        match (name, self.expected) {
            // The host counts anew: it was set up again, or is another.
            ("FutureCursor", Expected::Again(_)) => {
                self.by_time = true;
                self.open()
            }
            ("FutureCursor" | "OutdatedCursor", Expected::Told) => {
                self.expected = Expected::Missing;
                Next::Listen
            }
            _ => Next::Listen,
        }
    }

    /// Compares the first event after opening with what was asked for. Whether it may be taken: if not, it has to be asked for otherwise.
    fn arrived(&mut self, first: At, out: &mut Out<'_>) -> bool {
        let expected = std::mem::replace(&mut self.expected, Expected::Anything);
        let is_missing = match expected {
            Expected::Again(last) if first != last => {
                self.by_time = true;
                return false;
            }
            Expected::Again(_) | Expected::Anything | Expected::Told => false,
            Expected::Seen(latest) => first.at > latest,
            Expected::Soon(start) => {
                // Whether there was anything between is not known, so it is not claimed.
                self.place.covered = Some(start.max(first.at));
                first.at > after(start, FIRST_WITHIN)
            }
            Expected::Missing => true,
        };
        if is_missing && let Some(last) = self.place.at {
            self.news(out);
            out.gap("", last, first.at, TOO_OLD);
            self.place.covered = Some(first.at);
        }
        true
    }

    /// An event was put out.
    fn advance(&mut self, event: At, out: &mut Out<'_>) -> Next {
        self.by_time = false;
        let at = self.place.at.map_or(event.at, |at| at.max(event.at));
        (self.place.seq, self.place.at, self.place.seen) = (event.seq, Some(at), true);
        let is_over = self.goal.until.is_some_and(|until| event.at >= after(until, LATE))
            || !self.goal.follow && self.began.is_some_and(|began| event.at >= began);
        if is_over {
            self.news(out);
            return Next::Done(Ending::Complete);
        }
        if self.said_at.is_none_or(|said| out.now < said || out.now >= after(said, NEWS_EVERY)) {
            self.news(out);
        }
        Next::Listen
    }

    /// Says how far the stream is.
    fn news(&mut self, out: &mut Out<'_>) {
        self.said_at = Some(out.now);
        let (Some(covered), Some(at)) = (self.place.covered, self.place.at) else { return };
        // A service whose clock is ahead of ours has not shown what comes.
        let at = at.min(out.now);
        if covered < at {
            out.news.push(News::At(at));
            let since = self.goal.since.map_or(covered, |since| since.max(covered));
            out.covered("", since, self.goal.until.map_or(at, |until| until.min(at)));
            self.place.covered = Some(at);
        }
    }

    fn closed(&mut self, out: &mut Out<'_>) -> Next {
        self.news(out);
        let is_quiet = self.heard_at.is_some_and(|heard| out.now >= after(heard, QUIET));
        if is_quiet && !self.goal.follow { Next::Done(Ending::Complete) } else { self.open() }
    }

    fn failed(&mut self, why: &str, out: &mut Out<'_>) -> Next {
        if self.version == Version::Two && !self.was_open {
            return self.first_version(out);
        }
        Next::Done(Ending::Failed(why.to_owned()))
    }
}

impl Feed for Stream {
    fn on(&mut self, event: Event<'_>, out: &mut Out<'_>) -> Next {
        match event {
            Event::Begin => self.begin(out),
            Event::Opened => {
                (self.was_open, self.heard_at) = (true, Some(out.now));
                Next::Listen
            }
            Event::Message { data, .. } => self.message(data, out),
            Event::Closed(_) => self.closed(out),
            Event::Answer(answer) => self.refused(&answer, out),
            Event::Failed(why) => self.failed(why, out),
            Event::Waited => self.open(),
        }
    }

    fn cursor(&self) -> String {
        serde_json::to_string(&self.place).unwrap_or_default()
    }
}

/// News of an account. Posts of one that is gone for good go with it; what may come back is left alone.
fn account(did: &str, standing: Standing, at: Timestamp, out: &mut Out<'_>) {
    if matches!(standing, Standing::Deleted | Standing::TakenDown) {
        out.news.push(News::AccountGone { platform: PLATFORM, author: did.to_owned(), at });
    }
    out.posts.unselected(match standing {
        Standing::Active => "account that is active (again)",
        Standing::Deleted => "account deleted, and its posts with it",
        Standing::TakenDown => "account taken down, and its posts with it",
        Standing::Suspended => "account suspended (its posts are kept)",
        Standing::Deactivated => "account deactivated (its posts are kept)",
        Standing::Unknown => "news of an account",
    });
}
