//! One feed at work: does what it says next, and hands on what it puts out.

use super::StopReason;
use super::clock::{SleepWatch, after, between, wait_until};
use super::keeper::Delivery;
use super::order::{CollectError, Means, Order};
use super::outlet::Outlet;
use super::polite::{Asked, Polite};
use super::raw::RawFile;
use super::tell::Told;
use crate::http::{Message, NetError, Opened, Reply, Stream};
use crate::ingest::{LiveGate, LiveSink};
use crate::post::Timestamp;
use crate::source::{Answer, Connection, Ending, Event, Feed, News, Next, Out};
use futures_util::future::join_all;
use std::time::Duration;

/// How often a stream is interrupted to look at the clock and at what has to be saved.
const TICK: Duration = Duration::from_secs(1);
/// After so long the counts and the cursor of a stream are saved though no post of it was wanted.
const SAVE_QUIET: Duration = Duration::from_secs(30);
/// Records of a stream after which it is saved in any case.
const SAVE_RECORDS: u64 = 4000;
/// News of a stream after which it is saved in any case.
const SAVE_NEWS: usize = 4000;
/// Bytes of posts after which it is saved in any case.
const SAVE_BYTES: usize = 2 << 20;

/// A feed and what it works with.
pub(super) struct Runner<'a> {
    number: usize,
    order: Order,
    feed: Box<dyn Feed>,
    /// How often it failed since it last got on, and where it was then.
    failures: (u32, String),
    /// Whether its cursor is to be remembered.
    remembers: bool,
    sink: LiveSink<'a>,
    news: Vec<News>,
    /// Whether some of it is more than that the feed goes on.
    has_told: bool,
    /// Records it has read in all its runs: the number of the next.
    records: u64,
    polite: Polite<'a>,
    means: Means<'a>,
    outlet: Outlet<'a>,
    stream: Option<Box<dyn Stream>>,
    saved_cursor: String,
    saved_at: Timestamp,
    raw: Option<RawFile>,
    /// Whether raw answers can no longer be written: then there is no going on.
    raw_failed: bool,
}

/// What a stream brought.
enum Heard {
    Message { event: String, data: Vec<u8> },
    Closed(String),
    Stopped,
}

impl<'a> Runner<'a> {
    pub(super) fn new(
        number: usize,
        order: &Order,
        cursor: &str,
        records: u64,
        gate: &'a LiveGate<'a>,
        polite: Polite<'a>,
        outlet: Outlet<'a>,
    ) -> Result<Self, CollectError> {
        let Order { source, goal } = order;
        let place = || format!("{}:{}", source.name(), goal.place());
        let remembers = goal.recheck.is_empty();
        let known = Some(cursor).filter(|cursor| remembers && !cursor.is_empty());
        let feed =
            source.feed(goal, known).map_err(|source| CollectError::Goal { place: place(), source })?;
        let means = polite.means;
        let now = means.clock.now();
        let raw = match &means.terms.raw {
            Some(folder) => Some(RawFile::create(folder, &place(), now)?),
            None => None,
        };
        Ok(Self {
            number,
            order: order.clone(),
            feed,
            failures: (0, String::new()),
            remembers,
            sink: LiveSink::new(gate),
            news: Vec::new(),
            has_told: false,
            records,
            polite,
            means,
            outlet,
            stream: None,
            saved_cursor: cursor.to_owned(),
            saved_at: now,
            raw,
            raw_failed: false,
        })
    }

    /// Works until the feed is done or somebody wants to stop.
    async fn run(mut self) {
        let mut next = self.on(Event::Begin);
        let ending = loop {
            if !self.save_if_due(&next).await {
                break None;
            }
            let step = match next {
                Next::Ask(request) => self.ask(&request).await,
                Next::Open(connection) => self.open(&connection).await,
                Next::Send(texts) => self.send(&texts).await,
                Next::Listen => self.listen().await,
                Next::Wait { time, why } => self.wait(time, why).await,
                Next::Done(Ending::Failed(why)) if self.means.terms.never_give_up && !self.raw_failed => {
                    self.begin_anew(why).await
                }
                Next::Done(ending) => break Some(ending),
            };
            match step {
                Some(following) => next = following,
                None => break None,
            }
        };
        let stopped = ending.is_none().then(|| self.means.stop.reason()).flatten();
        self.save(ending).await;
        if let Some(reason) = stopped {
            self.tell(Told::Stopped(reason));
        }
    }

    fn tell(&self, told: Told<'_>) {
        self.means.watch.told(self.number, told);
    }

    /// Lets the feed work on an event.
    fn on(&mut self, event: Event<'_>) -> Next {
        let now = self.means.clock.now();
        self.sink.set_now(now);
        let before = self.sink.len();
        let known = self.news.len();
        let mut out = Out { now, record: self.records, posts: &mut self.sink, news: &mut self.news };
        let next = self.feed.on(event, &mut out);
        self.records += self.sink.len() - before;
        for news in self.news.split_off(known) {
            self.take_news(news);
        }
        next
    }

    /// Tells what a feed said beside posts, and keeps what is to be saved.
    fn take_news(&mut self, news: News) {
        match &news {
            News::At(at) => return self.tell(Told::At(*at)),
            News::Notice(text) => self.tell(Told::Notice(text)),
            News::Gap { since, until, why, .. } => {
                self.tell(Told::Gap { since: *since, until: *until, why });
            }
            News::Covered { tag, since, until } => {
                // A stream covers second after second: one span says the same.
                if let Some(News::Covered { tag: before, since: from, until: to }) = self.news.last_mut()
                    && before == tag
                    && *from <= *since
                    && *since <= *to
                {
                    *to = (*to).max(*until);
                    return;
                }
            }
            News::AccountGone { .. } => {}
        }
        self.has_told |= !matches!(news, News::Covered { .. });
        self.news.push(news);
    }

    /// A feed that follows does not end for good because of what may pass: it begins again where it was, later and later.
    async fn begin_anew(&mut self, why: String) -> Option<Next> {
        self.stream = None;
        let cursor = self.feed.cursor();
        let (tries, was_at) = &mut self.failures;
        *tries = if *was_at == cursor { tries.saturating_add(1) } else { 1 };
        was_at.clone_from(&cursor);
        if !self.polite.rest_before_beginning(self.failures.0, &why).await {
            return None;
        }
        match self.order.source.feed(&self.order.goal, Some(&cursor)) {
            Ok(feed) => self.feed = feed,
            Err(error) => return Some(Next::Done(Ending::NotAllowed(error.to_string()))),
        }
        Some(self.on(Event::Begin))
    }

    async fn ask(&mut self, request: &crate::source::Request) -> Option<Next> {
        match self.polite.ask(request).await {
            // What is sent may be a password, and what comes back then the tokens of a session: no file of raw answers is to have them.
            Asked::Reply(reply) if request.body.is_some() => Some(self.on(Event::Answer(plain(&reply)))),
            Asked::Reply(reply) => Some(self.answer(&reply)),
            Asked::Failed(why) => Some(self.on(Event::Failed(&why))),
            Asked::Opened(_) | Asked::Stopped => None,
        }
    }

    fn answer(&mut self, reply: &Reply) -> Next {
        let answer = plain(reply);
        if answer.is_success() && !self.keep_raw(answer.body, answer.is_json(), answer.url) {
            return self.end_without_raw();
        }
        self.on(Event::Answer(answer))
    }

    async fn open(&mut self, connection: &Connection) -> Option<Next> {
        self.stream = None;
        match self.polite.open(connection).await {
            Asked::Opened(Opened::Stream(stream)) => {
                self.stream = Some(stream);
                self.tell(Told::Live);
                Some(self.on(Event::Opened))
            }
            Asked::Opened(Opened::Answer(reply)) | Asked::Reply(reply) => Some(self.answer(&reply)),
            Asked::Failed(why) => Some(self.on(Event::Failed(&why))),
            Asked::Stopped => None,
        }
    }

    async fn send(&mut self, texts: &[String]) -> Option<Next> {
        for text in texts {
            let Some(stream) = &mut self.stream else { break };
            if let Err(error) = stream.send(text).await {
                return Some(self.closed(&error.to_string()));
            }
        }
        self.listen().await
    }

    async fn listen(&mut self) -> Option<Next> {
        match self.hear().await {
            Heard::Message { event, data } => {
                if !self.keep_raw(&data, true, "") {
                    return Some(self.end_without_raw());
                }
                Some(self.on(Event::Message { event: &event, data: &data }))
            }
            Heard::Closed(why) => Some(self.closed(&why)),
            Heard::Stopped => None,
        }
    }

    fn closed(&mut self, why: &str) -> Next {
        self.stream = None;
        self.polite.closed();
        self.on(Event::Closed(why))
    }

    async fn hear(&mut self) -> Heard {
        let mut awake = SleepWatch::new(self.means.clock.now());
        loop {
            if self.means.stop.is_set() {
                return Heard::Stopped;
            }
            let Some(stream) = &mut self.stream else {
                return Heard::Closed("there is no stream".to_owned());
            };
            match tokio::time::timeout(TICK, stream.next()).await {
                Ok(Ok(Message::Data { event, data })) => return Heard::Message { event, data },
                Ok(Ok(Message::Alive)) => {}
                Ok(Ok(Message::End(why))) => return Heard::Closed(why),
                Ok(Err(error)) => return Heard::Closed(NetError::to_string(&error)),
                Err(_) => {
                    if !self.save_if_due(&Next::Listen).await {
                        return Heard::Stopped;
                    }
                }
            }
            if awake.slept(self.means.clock.now(), TICK) {
                return Heard::Closed("this computer slept".to_owned());
            }
        }
    }

    async fn wait(&mut self, time: Duration, why: &str) -> Option<Next> {
        self.stream = None;
        let until = after(self.means.clock.now(), time);
        self.tell(Told::Waiting { until, why });
        let goes_on = wait_until(self.means.clock, self.means.stop, until).await;
        goes_on.then(|| self.on(Event::Waited))
    }

    /// Hands on what there is, if it is enough or old enough: a page at once, a stream from time to time. Whether to go on.
    async fn save_if_due(&mut self, next: &Next) -> bool {
        if self.means.stop.is_set() {
            return false;
        }
        if matches!(next, Next::Listen | Next::Send(_)) {
            let since = between(self.saved_at, self.means.clock.now());
            // That a stream goes on is no reason to write every second.
            let tells = self.sink.has_news() || self.has_told;
            let due = self.sink.len() >= SAVE_RECORDS
                || self.sink.heap() >= SAVE_BYTES
                || self.news.len() >= SAVE_NEWS
                || (since >= TICK && tells)
                || since >= SAVE_QUIET;
            if !due {
                return true;
            }
        }
        self.save(None).await
    }

    /// Hands on what there is. Whether to go on.
    async fn save(&mut self, ending: Option<Ending>) -> bool {
        let cursor = self.feed.cursor();
        let nothing_new = self.sink.is_empty() && self.news.is_empty() && cursor == self.saved_cursor;
        let stops = ending.is_some() || self.means.stop.is_set();
        if nothing_new && !stops {
            return true;
        }
        // Raw answers first: what is saved as collected must be in them too.
        if let Some(raw) = &mut self.raw
            && raw.flush().is_err()
        {
            self.tell(Told::Notice("the raw answers cannot be written"));
        }
        self.saved_cursor.clone_from(&cursor);
        self.has_told = false;
        self.saved_at = self.means.clock.now();
        let delivery = Delivery {
            feed: self.number,
            caught: self.sink.take(),
            cursor: self.remembers.then_some(cursor),
            news: std::mem::take(&mut self.news),
            requests: self.polite.take_requests(),
            ending,
            at: self.saved_at,
        };
        self.outlet.give(delivery).await
    }

    fn end_without_raw(&mut self) -> Next {
        self.raw_failed = true;
        Next::Done(Ending::Failed("the raw answers cannot be written: is the disk full?".to_owned()))
    }

    /// Writes a raw answer down, if that was asked for. Whether it worked.
    fn keep_raw(&mut self, body: &[u8], is_json: bool, url: &str) -> bool {
        self.raw.as_mut().is_none_or(|raw| raw.push(body, is_json, url).is_ok())
    }
}

/// An answer as feeds take it.
fn plain(Reply { status, headers, url, body }: &Reply) -> Answer<'_> {
    Answer { status: *status, headers, url, body }
}

/// Runs all until the last is done.
pub(super) async fn run_all(runners: Vec<Runner<'_>>, means: &Means<'_>) {
    let all = join_all(runners.into_iter().map(Runner::run));
    let Some(stop_at) = means.terms.stop_at else {
        all.await;
        return;
    };
    tokio::pin!(all);
    tokio::select! {
        biased;
        _ = &mut all => return,
        _ = wait_until(means.clock, means.stop, stop_at) => means.stop.set(StopReason::StopAt),
    }
    all.await;
}
