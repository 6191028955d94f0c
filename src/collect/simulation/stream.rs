//! An open stream of a simulated host. Dropping what is pending loses nothing: all it waits for has a fixed moment.

use super::faults::{Fault, TIMEOUT_MS, Where};
use super::jetstream::{self, Start};
use super::network::Shared;
use super::world::SECOND;
use crate::http::{Message, NetError, Pending, Stream};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How often a server says that it is there.
const ALIVE_MS: i64 = 30 * SECOND;

pub(super) struct SimStream {
    shared: Arc<Shared>,
    host: usize,
    next: usize,
    /// What is said before the events.
    first: VecDeque<Vec<u8>>,
    last: Vec<u8>,
    alive_at: i64,
    sleeps: u64,
    /// It gives nothing any more, and is given up then.
    dead_until: Option<Instant>,
    ends: bool,
}

impl SimStream {
    pub(super) fn new(shared: Arc<Shared>, host: usize, start: Start) -> Self {
        let (alive_at, sleeps) = (shared.clock.now_ms() + ALIVE_MS, shared.clock.sleeps());
        let (next, first) = (start.next, start.first.into());
        Self { shared, host, next, first, last: Vec::new(), alive_at, sleeps, dead_until: None, ends: false }
    }

    fn fall_silent(&mut self) {
        let time = Duration::from_millis(u64::try_from(TIMEOUT_MS).unwrap());
        self.dead_until = Some(Instant::now() + time);
    }

    async fn message(&mut self) -> Result<Message, NetError> {
        loop {
            self.shared.alive().await;
            if self.shared.clock.sleeps() != self.sleeps && self.dead_until.is_none() {
                if !self.shared.world.hosts[self.host].half_open {
                    return Err(NetError::Cut("demo: it slept".to_owned()));
                }
                self.fall_silent();
            }
            if let Some(until) = self.dead_until {
                tokio::time::sleep_until(until).await;
                return Err(NetError::Timeout("demo".to_owned()));
            }
            if let Some(said) = self.first.pop_front() {
                return Ok(data(said));
            }
            if self.ends {
                return Ok(Message::End("demo".to_owned()));
            }
            let now = self.shared.clock.now_ms();
            let events = &self.shared.world.events[self.host];
            if let Some(event) = events.get(self.next).filter(|event| event.at <= now) {
                let frame = jetstream::frame(&self.shared.world, self.next, *event);
                if let Some(message) = self.event(frame, now).await {
                    return message;
                }
                continue;
            }
            let next = events.get(self.next).map_or(self.alive_at, |event| event.at.min(self.alive_at));
            if now >= self.alive_at {
                self.alive_at = now + ALIVE_MS;
                return Ok(Message::Alive);
            }
            tokio::time::sleep(Duration::from_millis(u64::try_from(next - now).unwrap())).await;
        }
    }

    /// An event that is due, or what comes instead of it; nothing if that is silence.
    async fn event(&mut self, frame: Vec<u8>, now: i64) -> Option<Result<Message, NetError>> {
        let at = Where::Message(self.host);
        self.shared.occasion(at);
        let has_last = !self.last.is_empty();
        match self.shared.fault(at, |fault| has_last || fault != Fault::AgainMessage) {
            Some(Fault::CutStream) => Some(Err(NetError::Cut("demo".to_owned()))),
            Some(Fault::Silent) => {
                self.fall_silent();
                None
            }
            Some(Fault::TooSlow) => {
                self.ends = true;
                Some(Ok(data(br#"{"$type":"error","error":"ConsumerTooSlow","message":"demo"}"#.to_vec())))
            }
            Some(Fault::BadMessage) => Some(Ok(data(frame[..frame.len() / 2].to_vec()))),
            Some(Fault::AgainMessage) => Some(Ok(data(self.last.clone()))),
            Some(Fault::Kill) => {
                self.shared.die().await;
                None
            }
            _ => {
                self.next += 1;
                self.last.clone_from(&frame);
                self.shared.state().composed[self.host] = now;
                Some(Ok(data(frame)))
            }
        }
    }
}

fn data(data: Vec<u8>) -> Message {
    Message::Data { event: String::new(), data }
}

impl Stream for SimStream {
    fn next(&mut self) -> Pending<'_, Result<Message, NetError>> {
        Box::pin(self.message())
    }

    fn send<'a>(&'a mut self, _text: &'a str) -> Pending<'a, Result<(), NetError>> {
        Box::pin(async { Err(NetError::Cut("demo: this server wants no words".to_owned())) })
    }
}
