//! How often one host is asked: half of what its source's limits and its own headers allow, one request at a time. Pure; the clock comes in.

use super::clock::after;
use crate::http::Advice;
use crate::post::Timestamp;
use crate::source::Limit;
use std::collections::VecDeque;
use std::time::Duration;

/// Between two requests to one host, whatever it allows: nobody's server is a benchmark.
const SPACING: Duration = Duration::from_millis(250);
/// Shortest pause after an answer that may pass, before the random part.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Longest pause of ours; what a server asks for may be longer.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// What is known of one host.
#[derive(Debug)]
pub(super) struct Pace {
    limits: Vec<Window>,
    /// Not before.
    resting_until: Option<Timestamp>,
    last: Option<Timestamp>,
}

/// A limit, and when it was made use of.
#[derive(Debug)]
struct Window {
    limit: Limit,
    used: VecDeque<Timestamp>,
}

impl Window {
    /// Half of what is allowed, and at least one.
    fn most(&self) -> usize {
        usize::try_from(self.limit.requests / 2).unwrap_or(1).max(1)
    }

    fn counts(&self, kind: &str) -> bool {
        self.limit.kind.is_empty() || self.limit.kind == kind
    }
}

impl Pace {
    pub(super) fn new(limits: Vec<Limit>) -> Self {
        let limits = limits.into_iter().map(|limit| Window { limit, used: VecDeque::new() }).collect();
        Self { limits, resting_until: None, last: None }
    }

    /// When a request of a kind may go out; not before `now`.
    pub(super) fn ready_at(&mut self, now: Timestamp, kind: &str) -> Timestamp {
        let mut at = now.max(self.resting_until.unwrap_or(now));
        // A clock that was set back must not stop us for longer than a window.
        if let Some(last) = self.last.filter(|last| *last <= now) {
            at = at.max(after(last, SPACING));
        }
        for window in self.limits.iter_mut().filter(|window| window.counts(kind)) {
            let length = window.limit.window;
            window.used.retain(|used| *used <= now && now < after(*used, length));
            if window.used.len() >= window.most()
                && let Some(oldest) = window.used.get(window.used.len() - window.most())
            {
                at = at.max(after(*oldest, length));
            }
        }
        at
    }

    /// A request of a kind goes out.
    pub(super) fn sent(&mut self, now: Timestamp, kind: &str) {
        self.last = Some(now);
        for window in self.limits.iter_mut().filter(|window| window.counts(kind)) {
            window.used.push_back(now);
        }
    }

    /// What the answer said about limits: more than half used means a rest until they begin anew.
    pub(super) fn heard(&mut self, advice: &Advice) {
        let half_used = advice.limit.zip(advice.remaining).is_some_and(|(limit, left)| left <= limit / 2);
        if let Some(reset) = advice.reset.filter(|_| half_used) {
            self.resting_until = self.resting_until.max(Some(reset));
        }
        self.resting_until = self.resting_until.max(advice.wait_until);
    }
}

/// The pause before try number `tries + 1`: full jitter, `random` from 0 up to 1.
pub(super) fn pause(tries: u32, random: f64) -> Duration {
    let longest = FIRST_PAUSE.saturating_mul(1 << tries.min(16)).min(LONGEST_PAUSE);
    longest.mul_f64(random.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis_unchecked(ms)
    }

    #[test]
    fn half_of_every_limit_is_used() {
        let limit = |kind, requests, seconds| Limit { kind, requests, window: Duration::from_secs(seconds) };
        let mut pace = Pace::new(vec![limit("", 20, 60), limit("paging", 4, 600)]);
        let mut now = at(1_000_000);
        let mut sent = Vec::new();
        for _ in 0..6 {
            now = pace.ready_at(now, "paging");
            pace.sent(now, "paging");
            sent.push(now.as_millis() - 1_000_000);
        }
        assert_eq!(sent, [0, 250, 600_000, 600_250, 1_200_000, 1_200_250]);
        // Others go on meanwhile, at half of what all may.
        let mut now = at(9_000_000);
        for n in 0..25 {
            now = pace.ready_at(now, "");
            pace.sent(now, "");
            assert_eq!(now.as_millis() - 9_000_000, n / 10 * 60_000 + n % 10 * 250);
        }
    }

    #[test]
    fn what_the_host_says_is_obeyed() {
        let mut pace = Pace::new(Vec::new());
        let advice = |remaining, wait| Advice {
            limit: Some(300),
            remaining: Some(remaining),
            reset: Some(at(5000)),
            wait_until: wait,
            ..Advice::default()
        };
        pace.heard(&advice(200, None));
        assert_eq!(pace.ready_at(at(10), ""), at(10));
        pace.heard(&advice(150, None));
        assert_eq!(pace.ready_at(at(10), ""), at(5000));
        pace.heard(&advice(299, Some(at(7000))));
        assert_eq!(pace.ready_at(at(10), ""), at(7000));
        assert_eq!(pace.ready_at(at(8000), ""), at(8000));
    }

    #[test]
    fn a_clock_set_back_does_not_stop_us() {
        let mut pace = Pace::new(vec![Limit { kind: "", requests: 2, window: Duration::from_secs(60) }]);
        pace.sent(at(900_000_000), "");
        assert_eq!(pace.ready_at(at(1000), ""), at(1000));
    }

    #[test]
    fn pauses_grow_up_to_five_minutes() {
        assert_eq!(pause(0, 1.0), Duration::from_secs(1));
        assert_eq!(pause(3, 0.5), Duration::from_secs(4));
        assert_eq!(pause(60, 1.0), LONGEST_PAUSE);
    }
}
