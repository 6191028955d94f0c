//! Where in the stream to go on, and what comes first then if nothing is missing. Part of a cursor.

use super::event::{Place as At, Version};
use crate::post::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A time is asked for so much earlier (the maintainers' advice): events come in the order of their times, but not to the millisecond.
const OVERLAP: Duration = Duration::from_secs(5);
/// Smaller numbers are numbers of events, not moments.
const FIRST_MICROS: i64 = 1_000_000_000_000_000;

/// Where to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Place {
    /// Number of the last event, of this host and version 2.
    pub(super) seq: Option<u64>,
    /// Time of the last event; before the first, the moment from which on it was asked for.
    pub(super) at: Option<Timestamp>,
    /// Whether there was an event.
    pub(super) seen: bool,
    /// End of what was said to be covered.
    pub(super) covered: Option<Timestamp>,
    /// All from then on was either covered or said to be missing.
    pub(super) from: Option<Timestamp>,
}

/// What the first event after opening has to be, if nothing is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// It is the first of all, or it came.
    Anything,
    /// The last one again: version 2 begins with the number that was asked for.
    Again(At),
    /// One that was seen before, of this time at the latest: version 1 moves a place that is too old, and says nothing.
    Seen(Timestamp),
    /// One that comes soon after this moment, in version 1; no event of it is known.
    Soon(Timestamp),
    /// Version 2 says so, if the moment asked for is too old.
    Told,
    /// And it did.
    Missing,
}

impl Place {
    /// What to ask for, as both versions take it, and what to expect. `by_time`: though there is a number.
    pub(super) fn ask(&self, version: Version, by_time: bool) -> (Option<String>, Expected) {
        let Some(at) = self.at else { return (None, Expected::Anything) };
        let moment = Some(micros(before(at, OVERLAP)));
        match (version, self.seq) {
            (Version::Two, Some(seq)) if !by_time => {
                (Some(seq.to_string()), Expected::Again(At { seq: Some(seq), at }))
            }
            (Version::Two, _) => (moment, Expected::Told),
            (Version::One, _) if self.seen => (moment, Expected::Seen(at)),
            (Version::One, _) => (moment, Expected::Soon(at)),
        }
    }
}

pub(super) fn before(at: Timestamp, time: Duration) -> Timestamp {
    Timestamp::from_millis_unchecked(at.as_millis().saturating_sub_unsigned(millis(time)))
}

pub(super) fn after(at: Timestamp, time: Duration) -> Timestamp {
    Timestamp::from_millis_unchecked(at.as_millis().saturating_add_unsigned(millis(time)))
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Microseconds since 1970.
fn micros(at: Timestamp) -> String {
    at.as_millis().saturating_mul(1000).max(FIRST_MICROS).to_string()
}
