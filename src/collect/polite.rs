//! Asking one host: in its pace, again when something passes, with pauses that grow.

use super::StopReason;
use super::clock::{after, between, wait_until};
use super::order::Means;
use super::pace::{Pace, pause};
use super::tell::Told;
use crate::http::{Advice, NetError, Opened, Reply, advice};
use crate::post::Timestamp;
use crate::source::{Connection, Request};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;

/// Tries of one request, where it is not tried for ever. With the pauses of [`pause`] about four minutes of trouble are sat out.
const MAX_TRIES: u32 = 8;
/// A stream that lived so long was a good one: the next is opened at once.
const GOOD_LIFE: Duration = Duration::from_secs(60);
/// A wait shorter than this is not told.
const SHORT: Duration = Duration::from_secs(2);

/// What came of asking.
pub(super) enum Asked {
    Reply(Reply),
    Opened(Opened),
    /// Why not; safe to show.
    Failed(String),
    Stopped,
}

/// The way to one host for one feed.
pub(super) struct Polite<'a> {
    pub(super) means: Means<'a>,
    number: usize,
    /// Means by all feeds of the host: one request at a time.
    pace: Arc<Mutex<Pace>>,
    /// Requests of the whole collection.
    total: Arc<AtomicU64>,
    requests: u64,
    random: fastrand::Rng,
    opened_at: Option<Timestamp>,
    short_lives: u32,
}

/// One try.
enum Tried {
    Done(Asked),
    /// It may pass: why, and not before when.
    Again(String, Option<Timestamp>),
}

impl<'a> Polite<'a> {
    pub(super) fn new(
        means: Means<'a>,
        number: usize,
        pace: Arc<Mutex<Pace>>,
        total: Arc<AtomicU64>,
    ) -> Self {
        let seed = means.terms.seed.wrapping_add(number as u64);
        let random = fastrand::Rng::with_seed(seed);
        Self { means, number, pace, total, requests: 0, random, opened_at: None, short_lives: 0 }
    }

    /// Requests since this was last asked.
    pub(super) fn take_requests(&mut self) -> u64 {
        std::mem::take(&mut self.requests)
    }

    pub(super) async fn ask(&mut self, request: &Request) -> Asked {
        let mut tries = 0;
        loop {
            let outcome = match self.try_ask(request).await {
                Tried::Again(why, _) if request.once => return Asked::Failed(why),
                outcome => outcome,
            };
            let for_ever = self.means.terms.never_give_up;
            if let Some(asked) = self.again(outcome, &mut tries, for_ever).await {
                return asked;
            }
        }
    }

    pub(super) async fn open(&mut self, connection: &Connection) -> Asked {
        if !self.rest_before_reopening().await {
            return Asked::Stopped;
        }
        let mut tries = 0;
        loop {
            let outcome = self.try_open(connection).await;
            // Never for ever: a feed may know another way when there is no stream.
            if let Some(asked) = self.again(outcome, &mut tries, false).await {
                self.opened_at = Some(self.means.clock.now());
                return asked;
            }
        }
    }

    /// The stream is closed.
    pub(super) fn closed(&mut self) {
        let now = self.means.clock.now();
        let lived = self.opened_at.map_or(Duration::ZERO, |opened| between(opened, now));
        self.short_lives = if lived >= GOOD_LIFE { 0 } else { self.short_lives.saturating_add(1) };
    }

    /// Streams that die young are opened again later and later.
    async fn rest_before_reopening(&mut self) -> bool {
        if self.short_lives == 0 {
            return true;
        }
        let time = pause(self.means.terms.first_pause, self.short_lives, self.random.f64());
        let until = after(self.means.clock.now(), time);
        self.tell(Told::Trying { tries: self.short_lives, why: "the stream ended", until });
        wait_until(self.means.clock, self.means.stop, until).await
    }

    /// A feed that failed is begun again later and later. Whether to go on.
    pub(super) async fn rest_before_beginning(&mut self, tries: u32, why: &str) -> bool {
        let time = pause(self.means.terms.first_pause, tries, self.random.f64());
        let until = after(self.means.clock.now(), time);
        self.tell(Told::Trying { tries, why, until });
        wait_until(self.means.clock, self.means.stop, until).await
    }

    fn tell(&self, told: Told<'_>) {
        self.means.watch.told(self.number, told);
    }

    /// What to make of a try: an end, or nothing after the pause before the next.
    async fn again(&mut self, outcome: Tried, tries: &mut u32, for_ever: bool) -> Option<Asked> {
        let (why, not_before) = match outcome {
            Tried::Done(asked) => return Some(asked),
            Tried::Again(why, not_before) => (why, not_before),
        };
        *tries += 1;
        if *tries >= MAX_TRIES && !for_ever {
            return Some(Asked::Failed(format!("{why} ({tries} tries)")));
        }
        let pause = pause(self.means.terms.first_pause, *tries, self.random.f64());
        let until = after(self.means.clock.now(), pause).max(not_before.unwrap_or_default());
        self.tell(Told::Trying { tries: *tries, why: &why, until });
        let goes_on = wait_until(self.means.clock, self.means.stop, until).await;
        (!goes_on).then_some(Asked::Stopped)
    }

    async fn try_ask(&mut self, request: &Request) -> Tried {
        let pace = Arc::clone(&self.pace);
        let Some(mut pace) = self.turn(&pace, request.kind, &request.what).await else {
            return Tried::Done(Asked::Stopped);
        };
        let answer = tokio::select! {
            biased;
            answer = self.means.network.ask(request) => answer,
            () = self.means.stop.wait() => return Tried::Done(Asked::Stopped),
        };
        match answer {
            Ok(reply) => self.judge(reply, &mut pace),
            Err(error) => failed(&error),
        }
    }

    async fn try_open(&mut self, connection: &Connection) -> Tried {
        let pace = Arc::clone(&self.pace);
        let Some(mut pace) = self.turn(&pace, "", &connection.what).await else {
            return Tried::Done(Asked::Stopped);
        };
        let opened = tokio::select! {
            biased;
            opened = self.means.network.open(connection) => opened,
            () = self.means.stop.wait() => return Tried::Done(Asked::Stopped),
        };
        match opened {
            Ok(Opened::Answer(reply)) => self.judge(reply, &mut pace),
            Ok(stream) => Tried::Done(Asked::Opened(stream)),
            Err(error) => failed(&error),
        }
    }

    /// Waits for the host's turn; the guard is held while it is asked.
    async fn turn<'p>(
        &mut self,
        pace: &'p Mutex<Pace>,
        kind: &'static str,
        what: &str,
    ) -> Option<tokio::sync::MutexGuard<'p, Pace>> {
        let Means { clock, stop, terms, .. } = self.means;
        let mut pace = tokio::select! {
            biased;
            pace = pace.lock() => pace,
            () = stop.wait() => return None,
        };
        let now = clock.now();
        let ready = pace.ready_at(now, kind);
        if between(now, ready) >= SHORT {
            self.tell(Told::Waiting { until: ready, why: "keeping to its limits" });
        }
        if !wait_until(clock, stop, ready).await {
            return None;
        }
        let number = self.total.fetch_add(1, Ordering::Relaxed);
        if terms.max_requests.is_some_and(|most| number >= most) {
            stop.set(StopReason::MaxRequests);
            return None;
        }
        self.requests += 1;
        pace.sent(clock.now(), kind);
        self.tell(Told::Asking { what });
        Some(pace)
    }

    /// Whether an answer is final, and what it says about limits.
    fn judge(&self, reply: Reply, pace: &mut Pace) -> Tried {
        let advice: Advice = advice(&reply.headers, self.means.clock.now());
        pace.heard(&advice);
        if let (Some(remaining), Some(limit)) = (advice.remaining, advice.limit) {
            self.tell(Told::Left { remaining, limit });
        }
        if may_pass(reply.status) {
            Tried::Again(format!("status {}", reply.status), advice.wait_until)
        } else {
            Tried::Done(Asked::Reply(reply))
        }
    }
}

fn failed(error: &NetError) -> Tried {
    if error.may_pass() {
        Tried::Again(error.to_string(), None)
    } else {
        Tried::Done(Asked::Failed(error.to_string()))
    }
}

/// Whether trying again later is what the status asks for.
fn may_pass(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
}
