//! One relay being collected from: walks back through what it stores, then listens.

use super::listen::{GONE, Listening};
use super::messages::{self, About, Said, said};
use super::place::{Place, Tag, begin_of, seconds_of};
use super::seen::{Asked, Known, Tally, Watch};
use crate::archive::{self, Parser, Reject};
use crate::post::{Timestamp, platform_epoch};
use crate::source::{Answer, Connection, Ending, Event, Feed, Goal, GoalError, Next, Out, Request, Wire};
use std::collections::VecDeque;
use std::time::Duration;

/// Events asked for at once: what most relays give.
const PAGE: usize = 500;
/// A page of fewer events was not cut by any relay's limit.
const LEAST_CAP: usize = 10;
/// A relay that sends so many before it says that this was all does not heed the limit.
const MAX_EVENTS: usize = 50_000;
/// Posts whose deletions are asked for at once: 14 KB, which every relay reads.
const IDS_AT_ONCE: usize = 200;
/// What arrives late: clients that were offline, relays that copy from each other.
const OVERLAP: Duration = Duration::from_secs(24 * 3600);

pub(super) struct Relay {
    pub(super) goal: Goal,
    parser: Box<dyn Parser>,
    pub(super) tags: Vec<Tag>,
    pub(super) place: Place,
    pub(super) phase: Phase,
    /// Name of what was asked for last, and its number.
    pub(super) name: String,
    number: u64,
    /// The posts that were asked for last, and what came of it until the relay said that this was all.
    asked: Asked,
    pub(super) tally: Tally,
    pub(super) known: Known,
    /// Posts of the page whose deletions are still to be asked for.
    pub(super) unchecked: Vec<String>,
    /// Those for which they are asked now.
    checking: Vec<String>,
    /// Posts to look at again, that were not asked for yet.
    recheck: VecDeque<String>,
    pub(super) limit: usize,
    /// Most events that came at once.
    pub(super) largest: usize,
    pub(super) asks_deletions: bool,
    /// Whether all until now is wanted, on this connection.
    wanted: bool,
    pub(super) setbacks: u32,
    pub(super) notices: u32,
    pub(super) listening: Listening,
}

/// What the feed waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// What the relay says of itself.
    About,
    /// The connection.
    Opening,
    /// A page of posts.
    Page,
    /// Requests to delete posts of that page.
    Deletions,
    /// Whatever comes.
    Live,
}

impl Relay {
    pub(super) fn new(goal: &Goal, cursor: Option<&str>, parser: Box<dyn Parser>) -> Result<Self, GoalError> {
        Ok(Self {
            parser,
            tags: Tag::all(&goal.tags),
            place: cursor.map_or_else(|| Ok(Place::default()), Place::read)?,
            phase: Phase::About,
            name: String::new(),
            number: 0,
            asked: Asked::Tags(Vec::new(), 0, -1),
            tally: Tally::default(),
            known: Known::default(),
            unchecked: Vec::new(),
            checking: Vec::new(),
            recheck: goal.recheck.iter().cloned().collect(),
            goal: goal.clone(),
            limit: PAGE,
            largest: LEAST_CAP,
            asks_deletions: true,
            wanted: false,
            setbacks: 0,
            notices: 0,
            listening: Listening::default(),
        })
    }

    fn path(&self) -> &str {
        if self.goal.path.is_empty() { "/" } else { &self.goal.path }
    }

    fn about(&self) -> Request {
        let request = Request::get(self.goal.url(self.path()), "what the relay says of itself");
        Request { accept: "application/nostr+json", once: true, ..request }
    }

    fn open(&mut self) -> Next {
        self.phase = Phase::Opening;
        Next::Open(Connection {
            url: self.goal.socket_url(self.path()),
            wire: Wire::WebSocket,
            bearer: None,
            hello: Vec::new(),
            what: "events".to_owned(),
        })
    }

    /// What the relay says of itself, or an answer in the place of a connection.
    fn answer(&mut self, answer: &Answer<'_>) -> Next {
        if self.phase != Phase::About {
            return Next::Done(match answer.status {
                401 | 403 => Ending::NotAllowed(format!("the relay refuses us (status {})", answer.status)),
                status => Ending::Failed(format!("the relay opens no web socket (status {status})")),
            });
        }
        let about = if answer.is_success() { About::read(answer.body) } else { About::default() };
        if about.is_closed() {
            return Next::Done(Ending::NotAllowed("the relay talks to its own accounts alone".to_owned()));
        }
        self.limit = about.max_limit().map_or(PAGE, |limit| limit.min(PAGE));
        self.open()
    }

    /// Begins on a connection that is new.
    fn look(&mut self, now: Timestamp) -> Next {
        self.listening = Listening::default();
        self.wanted = false;
        self.step(Vec::new(), now)
    }

    /// Wants all until now.
    pub(super) fn want(&mut self, now: Timestamp, overlap: Duration) {
        let first = platform_epoch("nostr");
        let since = self.goal.since.unwrap_or(first).max(first);
        let until = self.goal.until.map_or(now, |until| until.min(now));
        for tag in &self.tags {
            self.place.windows(&tag.folded).want(since, until, overlap);
        }
    }

    /// What to ask for next, said after `first`.
    pub(super) fn step(&mut self, mut first: Vec<String>, now: Timestamp) -> Next {
        let rechecks = !self.goal.recheck.is_empty();
        // What was begun is ended first: else connections that break soon would add more and more of the newest days.
        if !rechecks && !self.wanted && self.current().is_none() {
            self.wanted = true;
            self.want(now, OVERLAP);
        }
        let is_over = self.goal.until.is_some_and(|until| until <= now);
        let request = match if rechecks { self.next_recheck() } else { self.next_page() } {
            Some(request) => request,
            None if self.goal.follow && !rechecks && !is_over => self.listen(),
            None => return Next::Done(Ending::Complete),
        };
        first.push(request);
        Next::Send(first)
    }

    /// The tag that is being walked, and its span.
    fn current(&self) -> Option<(Tag, Timestamp, Timestamp)> {
        self.tags.iter().find_map(|tag| {
            let (since, until) = self.place.current(&tag.folded)?;
            Some((tag.clone(), since, until))
        })
    }

    fn next_page(&mut self) -> Option<String> {
        let (tag, since, until) = self.current()?;
        let (since, until) = seconds_of(since, until);
        self.begin(Asked::Tags(vec![tag.folded], since, until));
        Some(messages::posts(&self.name, &tag.spellings, (since, Some(until)), self.limit))
    }

    fn next_recheck(&mut self) -> Option<String> {
        let count = self.recheck.len().min(IDS_AT_ONCE).min(self.limit);
        let ids: Vec<String> = self.recheck.iter().take(count).cloned().collect();
        if ids.is_empty() {
            return None;
        }
        for id in &ids {
            if let Some(author) = self.goal.authors.get(id) {
                self.known.insert(id, author, None);
            }
        }
        self.begin(Asked::Ids(ids.iter().cloned().collect()));
        Some(messages::by_id(&self.name, &ids))
    }

    pub(super) fn begin(&mut self, asked: Asked) {
        (self.phase, self.asked, self.tally) = (Phase::Page, asked, Tally::default());
        self.rename('p');
    }

    /// What is asked for has a name of its own, so that late answers to what was asked before are known as such.
    fn rename(&mut self, letter: char) {
        self.number += 1;
        self.name = format!("{letter}{}", self.number);
    }

    fn message(&mut self, data: &[u8], out: &mut Out<'_>) -> Next {
        match said(data) {
            Some(Said::Event(name)) if name.starts_with('d') || name == GONE => self.deletion(data, out),
            Some(Said::Event(name)) => return self.event(&name, data, out),
            Some(Said::End(name)) if name == self.name => return self.ended(out),
            Some(Said::Closed(name, why)) => return self.refused(&name, &why, out),
            Some(Said::Notice(text)) => self.notice(&text, out),
            Some(Said::End(_) | Said::Other) => {}
            // It is none: the format rejects it in words.
            None => out.read(self.parser.as_ref(), data),
        }
        Next::Listen
    }

    fn event(&mut self, name: &str, data: &[u8], out: &mut Out<'_>) -> Next {
        // What comes late must not move the page that is being read now.
        let mut late = Tally::default();
        let tally = if name == self.name { &mut self.tally } else { &mut late };
        tally.events += 1;
        let mut watch = Watch {
            sink: &mut *out.posts,
            asked: &self.asked,
            tally,
            known: &mut self.known,
            now: out.now,
            place: archive::Place::Record(out.record + 1),
            bytes: data,
        };
        let mut looked = Out { now: out.now, record: out.record, posts: &mut watch, news: &mut *out.news };
        looked.read(self.parser.as_ref(), data);
        if self.phase == Phase::Live {
            return self.heard(out);
        }
        if self.tally.events > MAX_EVENTS {
            let why = "the relay sends more and more where a page was asked for";
            return Next::Done(Ending::Failed(why.to_owned()));
        }
        Next::Listen
    }

    /// A request to delete counts for posts of who made it, as far as they are known.
    fn deletion(&mut self, data: &[u8], out: &mut Out<'_>) {
        let place = archive::Place::Record(out.record + 1);
        let request = match archive::withdrawal(data) {
            Ok(request) => request,
            Err(reason) => return out.posts.reject(Reject::new(place, reason, data)),
        };
        let deletions = self.known.deletions(&request);
        if deletions.is_empty() {
            out.posts.unselected("request to delete what is not its author's, or not known here");
        }
        for deletion in deletions {
            out.posts.deletion(deletion);
        }
    }

    /// All is there of what was asked for last.
    fn ended(&mut self, out: &mut Out<'_>) -> Next {
        let close = vec![messages::close(&self.name)];
        match self.phase {
            Phase::Page => {
                self.largest = self.largest.max(self.tally.events);
                self.unchecked = match &self.asked {
                    Asked::Ids(ids) => ids.iter().cloned().collect(),
                    Asked::Tags(..) => std::mem::take(&mut self.tally.new),
                };
                let known = &self.known;
                self.unchecked.retain(|id| self.asks_deletions && known.contains(id));
                self.check_deletions(close, out)
            }
            Phase::Deletions => {
                self.known.check(&self.checking);
                self.check_deletions(close, out)
            }
            Phase::Live => self.caught_up(out),
            Phase::About | Phase::Opening => Next::Listen,
        }
    }

    /// Asks for deletions of the page's posts, some at a time; when there are no more, the page is done.
    pub(super) fn check_deletions(&mut self, mut first: Vec<String>, out: &mut Out<'_>) -> Next {
        let rest = self.unchecked.len().saturating_sub(IDS_AT_ONCE);
        self.checking = self.unchecked.split_off(rest);
        if self.checking.is_empty() {
            self.settle(out);
            return self.step(first, out.now);
        }
        self.phase = Phase::Deletions;
        self.rename('d');
        let authors = self.known.authors(&self.checking);
        // Clocks may be wrong, and a request older than its post is meant all the same.
        first.push(messages::deletions(&self.name, &self.checking, &authors, 0));
        Next::Send(first)
    }

    /// The page is there with its deletions: moves the place, and says what is covered. Whether a relay cut the page nobody says, so the walk
    /// goes on behind the oldest post until a page is empty.
    fn settle(&mut self, out: &mut Out<'_>) {
        self.setbacks = 0;
        if let Asked::Ids(ids) = &self.asked {
            self.recheck.drain(..ids.len().min(self.recheck.len()));
            return;
        }
        let Some((tag, since, until)) = self.current() else { return };
        let windows = self.place.windows(&tag.folded);
        let last = seconds_of(since, until).1;
        match self.tally.oldest {
            None if self.tally.events > 0 => {
                out.gap(&tag.folded, since, until, "the relay answers with what it was not asked for");
                windows.finish();
            }
            None => {
                out.covered(&tag.folded, since, until);
                windows.finish();
            }
            // Its second may go on beyond the page: it is asked for again.
            Some(oldest) if oldest < last => {
                out.covered(&tag.folded, begin_of(oldest + 1), until);
                windows.cut(begin_of(oldest + 1));
            }
            // A whole page of one second. If it may have been cut, nobody can ask for the rest.
            Some(oldest) => {
                let begin = begin_of(oldest).max(since);
                if self.tally.events >= self.largest.min(self.limit) {
                    let why = format!("{} posts or more in one second", self.tally.events);
                    out.gap(&tag.folded, begin, until, why);
                } else {
                    out.covered(&tag.folded, begin, until);
                }
                windows.cut(begin);
            }
        }
    }
}

impl Feed for Relay {
    fn on(&mut self, event: Event<'_>, out: &mut Out<'_>) -> Next {
        match event {
            Event::Begin => Next::Ask(self.about()),
            Event::Answer(answer) => self.answer(&answer),
            Event::Failed(_) if self.phase == Phase::About => self.open(),
            Event::Failed(why) => Next::Done(Ending::Failed(why.to_owned())),
            Event::Waited => self.open(),
            Event::Opened => self.look(out.now),
            Event::Message { data, .. } => self.message(data, out),
            Event::Closed(why) => match self.set_back(why) {
                Some(ending) => Next::Done(ending),
                None => self.open(),
            },
        }
    }

    fn cursor(&self) -> String {
        self.place.write()
    }
}
