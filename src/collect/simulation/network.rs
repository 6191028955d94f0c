//! The network that is none: takes requests to the hosts of a world, with what the plan says goes wrong.

use super::clock::SimClock;
use super::faults::{Fault, Hint, Planned, SLOW_MS, TIMEOUT_MS, Where};
use super::stream::SimStream;
use super::world::{SECOND, Shape, World};
use super::{hackernews, jetstream, mastodon};
use crate::http::{NetError, Network, Opened, Pending, Reply};
use crate::source::{Connection, Headers, Limit, Request};
use fastrand::Rng;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// A request that was made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Made {
    pub(super) life: usize,
    pub(super) host: usize,
    pub(super) kind: &'static str,
    pub(super) at: i64,
}

/// A page as a host gives it.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    /// What it is a page of.
    pub(super) tag: String,
    pub(super) body: Vec<u8>,
    pub(super) headers: Vec<(&'static str, String)>,
    /// How many posts are on it.
    pub(super) posts: usize,
    /// It without its posts, or with them in another order.
    pub(super) emptied: Vec<u8>,
    pub(super) reordered: Vec<u8>,
}

/// What changes while time goes by.
pub(super) struct State {
    faults: Vec<Planned>,
    occasions: Vec<(Where, u64)>,
    random: Rng,
    pub(super) life: usize,
    /// Nothing goes wrong any more.
    pub(super) calm: bool,
    pub(super) made: Vec<Made>,
    /// When what each host gave last was as it gave it.
    pub(super) composed: Vec<i64>,
    /// The last page with posts of each host, what it was of, and when.
    last_page: Vec<Option<(i64, Page)>>,
    /// All that was asked, in words: the same seed, the same words.
    pub(super) transcript: blake3::Hasher,
}

/// World, clock, and what changes.
pub(super) struct Shared {
    pub(super) world: World,
    pub(super) clock: SimClock,
    pub(super) limits: Vec<Vec<Limit>>,
    killed: watch::Sender<bool>,
    /// Whether all that happens is printed.
    is_told: bool,
    state: Mutex<State>,
}

impl Shared {
    pub(super) fn new(
        world: World,
        faults: Vec<Planned>,
        limits: Vec<Vec<Limit>>,
        seed: u64,
        is_told: bool,
    ) -> Arc<Self> {
        let hosts = world.hosts.len();
        let state = State {
            faults,
            occasions: Vec::new(),
            random: Rng::with_seed(!seed),
            life: 0,
            calm: false,
            made: Vec::new(),
            composed: vec![i64::MIN; hosts],
            last_page: vec![None; hosts],
            transcript: blake3::Hasher::new(),
        };
        let killed = watch::Sender::new(false);
        Arc::new(Self { world, clock: SimClock::new(), limits, killed, is_told, state: Mutex::new(state) })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Prints what happens, for who looks at one schedule alone.
    pub(super) fn trace(&self, words: &dyn Fn() -> String) {
        if self.is_told {
            eprintln!("{} {}", crate::collect::Clock::now(&self.clock), words());
        }
    }

    /// The process ends: nobody gets anything from now on.
    pub(super) fn kill(&self) {
        self.killed.send_replace(true);
    }

    pub(super) fn is_killed(&self) -> bool {
        *self.killed.borrow()
    }

    pub(super) fn live(&self, life: usize) {
        self.killed.send_replace(false);
        self.state().life = life;
    }

    pub(super) async fn wait_for_kill(&self) {
        let _ = self.killed.subscribe().wait_for(|killed| *killed).await;
    }

    /// Comes back only to the living.
    pub(super) async fn alive(&self) {
        if self.is_killed() {
            std::future::pending::<()>().await;
        }
    }

    pub(super) async fn die(&self) {
        self.kill();
        self.alive().await;
    }

    /// An occasion for faults. To be followed by [`Self::fault`], any number of times.
    pub(super) fn occasion(&self, at: Where) {
        let mut state = self.state();
        match state.occasions.iter_mut().find(|(known, _)| *known == at) {
            Some((_, count)) => *count += 1,
            None => state.occasions.push((at, 1)),
        }
    }

    /// The fault that is due, if there is one that fits.
    pub(super) fn fault(&self, at: Where, fits: impl Fn(Fault) -> bool) -> Option<Fault> {
        let mut state = self.state();
        if state.calm {
            return None;
        }
        let count = state.occasions.iter().find(|(known, _)| *known == at).map_or(0, |(_, count)| *count);
        let due = |planned: &&mut Planned| {
            !planned.fired && planned.at == at && count > planned.after && fits(planned.fault)
        };
        let planned = state.faults.iter_mut().find(due)?;
        planned.fired = true;
        self.trace(&|| format!("{planned:?}"));
        Some(planned.fault)
    }

    pub(super) fn all_fired(&self) -> bool {
        self.state().faults.iter().all(|planned| planned.fired)
    }

    async fn latency(&self) {
        let ms = self.state().random.u64(5..600);
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }

    fn host(&self, url: &str) -> usize {
        let name = url.split('/').nth(2).unwrap();
        self.world.hosts.iter().position(|host| host.name == name).expect("a host of this world")
    }

    fn made(&self, host: usize, kind: &'static str, url: &str) {
        let at = self.clock.now_ms();
        self.trace(&|| format!("asks {url}"));
        let mut state = self.state();
        let life = state.life;
        state.made.push(Made { life, host, kind, at });
        state.transcript.update(format!("{at} {url}\n").as_bytes());
    }

    /// How many of a limit's requests are used, this one included.
    pub(super) fn used(&self, host: usize, limit: &Limit, now: i64) -> usize {
        let window = i64::try_from(limit.window.as_millis()).unwrap();
        let state = self.state();
        let recent = state.made.iter().rev().take_while(|made| made.at > now - window);
        let counts = |made: &&Made| made.host == host && (limit.kind.is_empty() || limit.kind == made.kind);
        recent.filter(counts).count()
    }

    async fn ask(&self, request: &Request) -> Result<Reply, NetError> {
        self.alive().await;
        let host = self.host(&request.url);
        self.made(host, request.kind, &request.url);
        let sleeps = self.clock.sleeps();
        self.before(host).await?;
        self.latency().await;
        let reply = self.reply(host, request);
        if self.fault(Where::Ask(host), |fault| fault == Fault::KillAfter).is_some() {
            self.die().await;
        }
        self.latency().await;
        if self.clock.sleeps() == sleeps { reply } else { Err(NetError::Cut("demo: it slept".to_owned())) }
    }

    /// What goes wrong before a host hears of a request.
    async fn before(&self, host: usize) -> Result<(), NetError> {
        let at = Where::Ask(host);
        self.occasion(at);
        let fits = |fault| matches!(fault, Fault::Refused | Fault::Timeout | Fault::Slow | Fault::Kill);
        match self.fault(at, fits) {
            Some(Fault::Refused) => Err(NetError::Unreachable("demo".to_owned())),
            Some(Fault::Timeout) => {
                wait(TIMEOUT_MS).await;
                Err(NetError::Timeout("demo".to_owned()))
            }
            Some(Fault::Kill) => {
                self.die().await;
                Ok(())
            }
            Some(_) => {
                wait(SLOW_MS).await;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn reply(&self, host: usize, request: &Request) -> Result<Reply, NetError> {
        if let Some(refused) = self.refused(host, &request.url) {
            return refused;
        }
        let now = self.clock.now_ms();
        let page = match self.world.hosts[host].shape {
            Shape::HackerNews => hackernews::page(&self.world, host, &request.url, now),
            Shape::Mastodon => mastodon::page(self, host, &request.url, now),
            Shape::Jetstream => return Ok(reply(404, &[], &request.url, Vec::new())),
        };
        let last = self.state().last_page[host].clone();
        let fits = |fault| match fault {
            Fault::HalfPage | Fault::WrongType | Fault::Empty => page.posts > 0,
            Fault::Reordered => page.posts > 1,
            Fault::Repeated => page.posts > 0 && last.as_ref().is_some_and(|(_, last)| last.tag == page.tag),
            _ => false,
        };
        let fault = self.fault(Where::Ask(host), fits);
        let (composed, page) = match (fault, last) {
            (Some(Fault::Repeated), Some((composed, page))) => (composed, page),
            _ => (now, page),
        };
        let mut body = match fault {
            Some(Fault::Empty) => page.emptied.clone(),
            Some(Fault::Reordered) => page.reordered.clone(),
            _ => page.body.clone(),
        };
        if fault == Some(Fault::HalfPage) {
            body.truncate(body.len() / 2);
        }
        let kind =
            if fault == Some(Fault::WrongType) { "text/html" } else { "application/json; charset=utf-8" };
        let mut headers = page.headers.clone();
        headers.push(("Content-Type", kind.to_owned()));
        let mut state = self.state();
        state.composed[host] = composed;
        if page.posts > 0 {
            state.last_page[host] = Some((composed, page));
        }
        Ok(Reply { status: 200, headers: Headers::new(headers), url: request.url.clone(), body })
    }

    /// What a host says instead of what was asked for.
    pub(super) fn refused(&self, host: usize, url: &str) -> Option<Result<Reply, NetError>> {
        let fits = |fault| matches!(fault, Fault::Status(_) | Fault::TooMany(_) | Fault::CutBody);
        match self.fault(Where::Ask(host), fits)? {
            Fault::CutBody => Some(Err(NetError::Cut("demo".to_owned()))),
            Fault::Status(status) => Some(Ok(reply(status, &[], url, b"<html>demo</html>".to_vec()))),
            Fault::TooMany(hint) => Some(Ok(self.too_many(hint, url))),
            _ => None,
        }
    }

    fn too_many(&self, hint: Hint, url: &str) -> Reply {
        let until = self.clock.now_ms() + 70 * SECOND;
        let until = crate::post::Timestamp::from_millis_unchecked(until).to_string();
        let headers: &[(&str, String)] = match hint {
            Hint::Nothing => &[],
            Hint::RetryAfter => &[("Retry-After", "70".to_owned())],
            Hint::Reset => &[("X-RateLimit-Remaining", "0".to_owned()), ("X-RateLimit-Reset", until)],
        };
        reply(429, headers, url, Vec::new())
    }
}

fn reply(status: u16, headers: &[(&str, String)], url: &str, body: Vec<u8>) -> Reply {
    let html = [("Content-Type", "text/html".to_owned())];
    let headers = Headers::new(headers.iter().chain(&html).cloned());
    Reply { status, headers, url: url.to_owned(), body }
}

pub(super) async fn wait(ms: i64) {
    tokio::time::sleep(Duration::from_millis(u64::try_from(ms).unwrap())).await;
}

/// What the collector gets to see of it.
pub(super) struct Sim(pub(super) Arc<Shared>);

impl Network for Sim {
    fn ask<'a>(&'a self, request: &'a Request) -> Pending<'a, Result<Reply, NetError>> {
        Box::pin(self.0.ask(request))
    }

    fn open<'a>(&'a self, connection: &'a Connection) -> Pending<'a, Result<Opened, NetError>> {
        Box::pin(async {
            let shared = &self.0;
            shared.alive().await;
            let host = shared.host(&connection.url);
            shared.made(host, "", &connection.url);
            shared.before(host).await?;
            shared.latency().await;
            if let Some(refused) = shared.refused(host, &connection.url) {
                return refused.map(Opened::Answer);
            }
            let now = shared.clock.now_ms();
            match jetstream::open(&shared.world, host, &connection.url, now) {
                Ok(start) => Ok(Opened::Stream(Box::new(SimStream::new(Arc::clone(shared), host, start)))),
                Err(body) => Ok(Opened::Answer(reply(400, &[], &connection.url, body))),
            }
        })
    }
}
