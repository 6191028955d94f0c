//! A clock that runs when nobody waits, and jumps when the computer sleeps.

use super::super::Clock;
use super::world::BEGIN;
use crate::post::Timestamp;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use tokio::time::Instant;

/// The clock. Tokio's own, which stands still while anything can be done, and the time slept.
pub(super) struct SimClock {
    start: Instant,
    slept_ms: AtomicI64,
    sleeps: AtomicU64,
}

impl SimClock {
    pub(super) fn new() -> Self {
        Self { start: Instant::now(), slept_ms: AtomicI64::new(0), sleeps: AtomicU64::new(0) }
    }

    pub(super) fn now_ms(&self) -> i64 {
        let passed = i64::try_from(self.start.elapsed().as_millis()).unwrap();
        BEGIN + passed + self.slept_ms.load(Ordering::Relaxed)
    }

    /// The computer sleeps: timers stand still, the clock goes on.
    pub(super) fn sleep(&self, ms: i64) {
        self.slept_ms.fetch_add(ms, Ordering::Relaxed);
        self.sleeps.fetch_add(1, Ordering::Relaxed);
    }

    /// How often it slept.
    pub(super) fn sleeps(&self) -> u64 {
        self.sleeps.load(Ordering::Relaxed)
    }
}

impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis_unchecked(self.now_ms())
    }
}
