//! Public APIs that posts are collected from: what to ask next, and how to read what comes back. State machines without I/O and without a
//! clock: what happened goes in, with the time, and what to do next comes out. Who does it stands in `collect` and `http`.

mod bluesky;
mod exchange;
mod feeds;
mod from;
mod goal;
mod hackernews;
#[cfg(test)]
mod harness;
mod mastodon;
mod nostr;
mod windows;
mod x;

pub use exchange::{Answer, Connection, Headers, Request, Wire};
pub use from::{From, FromError, read_from};
pub use goal::{Goal, GoalError, Secret, Secrets};
pub use windows::Windows;

use crate::archive::{Frame, Parser, Place, Sink};
use crate::post::Timestamp;
use std::time::Duration;

/// Every API that is collected from.
pub const SOURCES: &[&dyn Source] = &[
    &mastodon::Mastodon,
    &bluesky::Bluesky,
    &bluesky::BlueskySearch,
    &hackernews::HackerNews,
    &nostr::Nostr,
    &feeds::Rss,
    &x::X,
];

/// A public API that serves posts by tag.
pub trait Source: Sync {
    /// The word for `--from`.
    fn name(&self) -> &'static str;
    /// One line for the list of sources.
    fn about(&self) -> &'static str;
    /// Name of the archive format that reads its answers.
    fn format(&self) -> &'static str;
    /// Which hosts are asked.
    fn hosts(&self) -> Hosts;
    /// What a person has to have, or may have.
    fn secrets(&self) -> &'static [SecretNeed];
    /// What nobody should be surprised by: what it does not give, and whose rules hold. One sentence each.
    fn caveats(&self) -> &'static [&'static str];
    /// What the platform allows, whatever its answers say: all of them hold at once. Half of it is used.
    fn limits(&self, goal: &Goal) -> Vec<Limit>;
    /// Whether the platform has no hashtags, so that the bare word counts as the tag.
    fn tags_are_words(&self) -> bool {
        false
    }
    /// Whether it tells of everybody's deletions: those of posts that are not in the store are then of no use, and not kept for later.
    fn tells_of_everybody(&self) -> bool {
        false
    }
    /// The platform of whose posts it can look at known ones again ([`Goal::recheck`]); nothing if it cannot.
    fn rechecks(&self) -> Option<&'static str> {
        None
    }
    /// Whether a host can say what became of a post with this id.
    fn knows(&self, _goal: &Goal, _id: &str) -> bool {
        true
    }
    /// Begins, or goes on from a cursor that one of its feeds gave, on one host.
    fn feed(&self, goal: &Goal, cursor: Option<&str>) -> Result<Box<dyn Feed>, GoalError>;
}

/// Which hosts a source asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hosts {
    /// Those that the person names: there is no usual one.
    Named,
    /// These, unless the person names others.
    Usual(&'static [&'static str]),
}

/// Something that only the person has: a token, a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretNeed {
    /// Name of the variable of the environment.
    pub variable: &'static str,
    /// What it is, and where to get it.
    pub about: &'static str,
    /// Whether nothing goes without.
    pub required: bool,
}

/// So many requests in so much time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Requests of this kind alone count ([`Request::kind`]); empty: all do.
    pub kind: &'static str,
    /// How many the platform allows.
    pub requests: u32,
    /// In how long.
    pub window: Duration,
}

/// One host being collected from, for one goal. Holds all there is to know; loses nothing when dropped but what its cursor does not say.
pub trait Feed: Send {
    /// Something happened: says what to do next. The first is [`Event::Begin`].
    fn on(&mut self, event: Event<'_>, out: &mut Out<'_>) -> Next;
    /// Where to go on from, given that all it put out so far is saved. Opaque to everybody else; JSON.
    fn cursor(&self) -> String;
}

/// What happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// Nothing yet: say what to do first.
    Begin,
    /// The answer to [`Next::Ask`]. What may pass (429, 5xx, a broken connection) was tried again before: this is final.
    Answer(Answer<'a>),
    /// [`Next::Ask`] or [`Next::Open`] was tried often enough, or is not allowed. What it says is safe to show.
    Failed(&'a str),
    /// [`Next::Open`] succeeded; its first messages are sent.
    Opened,
    /// A message of the open stream: of a web socket, its text; of an event stream, the data.
    Message {
        /// Name of the event in an event stream; empty otherwise.
        event: &'a str,
        /// What it carries.
        data: &'a [u8],
    },
    /// The open stream ended, was cut or fell silent. Asking for it again is right: who opens it waits longer each time.
    Closed(&'a str),
    /// The time asked for with [`Next::Wait`] is over.
    Waited,
}

/// What to do next.
#[derive(Debug)]
pub enum Next {
    /// Ask, and come back with [`Event::Answer`] or [`Event::Failed`]. An open stream stays open meanwhile; its messages wait.
    Ask(Request),
    /// Open a stream, and come back with [`Event::Opened`], [`Event::Failed`], or [`Event::Answer`] if the server answered with something
    /// else. One that is open already is closed first.
    Open(Connection),
    /// Send these texts over the open web socket, then listen.
    Send(Vec<String>),
    /// Wait for the next message of the open stream.
    Listen,
    /// Come back after so long with [`Event::Waited`]; an open stream is closed.
    Wait {
        /// How long.
        time: Duration,
        /// What for, in a few words for the person who watches: `next look`, `window of 1,000 hits is full`.
        why: &'static str,
    },
    /// There is nothing more to do.
    Done(Ending),
}

/// Why a feed ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All there was to get for the goal is there.
    Complete,
    /// The host does not show it: closed feed, no such endpoint. A sentence for people.
    Closed(String),
    /// A token is missing, wrong or expired. A sentence for people.
    NotAllowed(String),
    /// It does not answer, or not as it should. A sentence for people.
    Failed(String),
}

/// What a feed puts out while it works on one event.
pub struct Out<'a> {
    /// Our clock, UTC.
    pub now: Timestamp,
    /// Number of the record in this feed; the feed's parser frames carry it.
    pub record: u64,
    /// Posts, deletions, rejects, unselected.
    pub posts: &'a mut dyn Sink,
    /// Everything else.
    pub news: &'a mut Vec<News>,
}

impl Out<'_> {
    /// Reads one record (a page, a message) with the reader of an archive format.
    pub fn read(&mut self, parser: &dyn Parser, bytes: &[u8]) {
        let frame = Frame { bytes, offset: self.record, place: Place::Record(self.record + 1) };
        parser.parse(&frame, self.posts);
    }

    /// All posts of `tag` (of all tags, if it is empty) from `since` on and before `until` were asked for and given, as far as this host has them.
    pub fn covered(&mut self, tag: &str, since: Timestamp, until: Timestamp) {
        if since < until {
            self.news.push(News::Covered { tag: tag.to_owned(), since, until });
        }
    }

    /// Posts of that span may be missing, and why.
    pub fn gap(&mut self, tag: &str, since: Timestamp, until: Timestamp, why: impl Into<String>) {
        if since < until {
            self.news.push(News::Gap { tag: tag.to_owned(), since, until, why: why.into() });
        }
    }

    /// Something the person should know; said once.
    pub fn notice(&mut self, text: impl Into<String>) {
        self.news.push(News::Notice(text.into()));
    }
}

/// What a feed says beside posts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// A span that was collected.
    Covered {
        /// Normalised tag; empty: all.
        tag: String,
        /// First moment.
        since: Timestamp,
        /// End, exclusive.
        until: Timestamp,
    },
    /// A span of which posts may be missing.
    Gap {
        /// Normalised tag; empty: all.
        tag: String,
        /// First moment.
        since: Timestamp,
        /// End, exclusive.
        until: Timestamp,
        /// A few words.
        why: String,
    },
    /// Something the person should know.
    Notice(String),
    /// How far behind now the feed is: time of the newest thing it saw.
    At(Timestamp),
    /// An account is gone from the platform, and all that it posted until then.
    AccountGone {
        /// Its platform.
        platform: &'static str,
        /// Its id, as [`crate::post::Author::id`].
        author: String,
        /// When it went.
        at: Timestamp,
    },
}
