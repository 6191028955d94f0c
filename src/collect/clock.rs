//! The clock, and waiting by it. A computer that sleeps stops the timers and not the clock, so long waits look at the clock again.

use super::stop::Stop;
use crate::post::Timestamp;
use std::time::Duration;

/// Longest stretch slept without a look at the clock.
const LOOK_EVERY: Duration = Duration::from_secs(20);
/// So much more time on the clock than was waited for means that the computer slept.
const SLEPT: Duration = Duration::from_secs(45);

/// What time it is.
pub trait Clock: Send + Sync {
    /// UTC now.
    fn now(&self) -> Timestamp;
}

/// Later by so much.
pub(super) fn after(at: Timestamp, time: Duration) -> Timestamp {
    let ms = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis_unchecked(at.as_millis().saturating_add(ms))
}

/// From one moment to a later one; nothing if it is not later.
pub(super) fn between(from: Timestamp, to: Timestamp) -> Duration {
    let ms = to.as_millis().saturating_sub(from.as_millis());
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}

/// Waits until a moment, or until the person wants to stop: whether to go on.
pub(super) async fn wait_until(clock: &dyn Clock, stop: &Stop, until: Timestamp) -> bool {
    loop {
        let left = between(clock.now(), until);
        if stop.is_set() {
            return false;
        }
        if left.is_zero() {
            return true;
        }
        tokio::select! {
            biased;
            () = tokio::time::sleep(left.min(LOOK_EVERY)) => {}
            () = stop.wait() => return false,
        }
    }
}

/// Notices that the computer slept.
pub(super) struct SleepWatch {
    at: Timestamp,
}

impl SleepWatch {
    pub(super) fn new(now: Timestamp) -> Self {
        Self { at: now }
    }

    /// Whether the clock went on much further than it can have been since the last look, which took at most `waited`.
    pub(super) fn slept(&mut self, now: Timestamp, waited: Duration) -> bool {
        let passed = between(self.at, now);
        self.at = now;
        passed > waited + SLEPT
    }
}
