//! Spans of time that are still to be asked for, for APIs that give posts newest first and only so many at a time. Part of a cursor.

use crate::post::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Most windows that wait at once; more only come from a damaged cursor.
const MAX_TODO: usize = 10_000;

/// What was asked for so far, and what of it is not there yet. Times are UTC milliseconds, spans half-open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Windows {
    /// Hull of all that was ever wanted.
    #[serde(default)]
    asked: Option<[i64; 2]>,
    /// Of that, what is still to be got. The last is worked on.
    #[serde(default)]
    todo: Vec<[i64; 2]>,
}

impl Windows {
    /// Wants all from `since` on and before `until`: puts what was not asked for yet on the list, and again the last `overlap` of what was, for
    /// posts that become visible late.
    pub fn want(&mut self, since: Timestamp, until: Timestamp, overlap: Duration) {
        let (since, until) = (since.as_millis(), until.as_millis());
        if since >= until {
            return;
        }
        let Some([first, last]) = self.asked else {
            self.asked = Some([since, until]);
            self.todo.push([since, until]);
            return;
        };
        if since < first {
            self.todo.insert(0, [since, first.min(until)]);
        }
        if until > last {
            let again = last.saturating_sub(i64::try_from(overlap.as_millis()).unwrap_or(i64::MAX));
            self.todo.push([again.max(since.min(last)), until]);
        }
        self.asked = Some([first.min(since), last.max(until)]);
    }

    /// The window to ask for now: the newest.
    pub fn current(&self) -> Option<(Timestamp, Timestamp)> {
        let [since, until] = self.todo.last()?;
        Some((Timestamp::from_millis_unchecked(*since), Timestamp::from_millis_unchecked(*until)))
    }

    /// End of all that was ever wanted.
    pub fn asked_until(&self) -> Option<Timestamp> {
        self.asked.map(|[_, until]| Timestamp::from_millis_unchecked(until))
    }

    /// Its part from `until` on is there; the rest still has to be asked for. What is no progress ends the window.
    pub fn cut(&mut self, until: Timestamp) {
        let Some(window) = self.todo.last_mut() else { return };
        if until.as_millis() <= window[0] || until.as_millis() >= window[1] {
            self.todo.pop();
        } else {
            window[1] = until.as_millis();
        }
    }

    /// All of it is there.
    pub fn finish(&mut self) {
        self.todo.pop();
    }

    /// Cuts it into halves, for APIs that give no order to go on by. Whether it could: a window of one `unit` cannot.
    pub fn halve(&mut self, unit: Duration) -> bool {
        let unit = i64::try_from(unit.as_millis()).unwrap_or(i64::MAX).max(1);
        let Some(&[since, until]) = self.todo.last() else { return false };
        let middle = since + (until - since) / 2 / unit * unit;
        if middle <= since || middle >= until || self.todo.len() >= MAX_TODO {
            return false;
        }
        self.todo.pop();
        self.todo.extend([[since, middle], [middle, until]]);
        true
    }

    /// Whether a cursor that was read can be one: spans that are none would be asked for ever.
    pub fn is_sound(&self) -> bool {
        self.todo.len() <= MAX_TODO && self.todo.iter().chain(&self.asked).all(|[since, until]| since < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis_unchecked(ms)
    }

    #[track_caller]
    fn check(windows: &Windows, todo: &[[i64; 2]]) {
        assert_eq!(windows.todo, todo);
        assert!(windows.is_sound());
    }

    #[test]
    fn what_is_wanted_is_asked_for_once() {
        let mut windows = Windows::default();
        windows.want(at(100), at(200), Duration::ZERO);
        check(&windows, &[[100, 200]]);
        windows.want(at(100), at(200), Duration::ZERO);
        check(&windows, &[[100, 200]]);
        windows.cut(at(150));
        check(&windows, &[[100, 150]]);
        windows.want(at(100), at(300), Duration::from_millis(20));
        check(&windows, &[[100, 150], [180, 300]]);
        windows.finish();
        windows.want(at(50), at(300), Duration::ZERO);
        check(&windows, &[[50, 100], [100, 150]]);
        windows.cut(at(100));
        check(&windows, &[[50, 100]]);
        windows.cut(at(100));
        assert_eq!(windows.current(), None);
    }

    #[test]
    fn full_windows_are_halved_down_to_a_unit() {
        let mut windows = Windows::default();
        windows.want(at(0), at(4000), Duration::ZERO);
        assert!(windows.halve(Duration::from_secs(1)));
        check(&windows, &[[0, 2000], [2000, 4000]]);
        assert!(windows.halve(Duration::from_secs(1)));
        check(&windows, &[[0, 2000], [2000, 3000], [3000, 4000]]);
        assert!(!windows.halve(Duration::from_secs(1)));
    }
}
