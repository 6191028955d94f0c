//! What a collection tells whoever watches it.

use super::{Alert, StopReason};
use crate::ingest::Counts;
use crate::post::Timestamp;
use crate::source::Ending;

/// What happened, of the feed with a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told<'a> {
    /// A request or connection goes out.
    Asking {
        /// What for.
        what: &'a str,
    },
    /// It waits.
    Waiting {
        /// Until when.
        until: Timestamp,
        /// What for.
        why: &'a str,
    },
    /// An answer or connection did not come, or said to try later.
    Trying {
        /// Number of tries so far.
        tries: u32,
        /// What came instead.
        why: &'a str,
        /// When it is tried again.
        until: Timestamp,
    },
    /// A stream is open.
    Live,
    /// How many requests the host says are left, of how many.
    Left {
        /// Left.
        remaining: u64,
        /// Of.
        limit: u64,
    },
    /// Time of the newest thing that the feed has seen.
    At(Timestamp),
    /// Something the person should know.
    Notice(&'a str),
    /// A span of which posts may be missing.
    Gap {
        /// First moment.
        since: Timestamp,
        /// End.
        until: Timestamp,
        /// Why.
        why: &'a str,
    },
    /// So much of it is saved, in this run.
    Saved(Counts),
    /// It is done.
    Ended(&'a Ending),
    /// It was stopped.
    Stopped(StopReason),
}

/// Who watches. Called from two threads, often: it has to be quick.
pub trait Watch: Sync {
    /// Something happened to the feed with that number, counted from 0 in the order of the orders.
    fn told(&self, feed: usize, told: Told<'_>);

    /// Something happened that the person wants to be told of. What was passed on already is passed over.
    fn alert(&self, alert: &Alert);

    /// Waits a moment until alerts that are on their way arrived: there are none to come.
    fn settle(&self) {}

    /// Ids of the alerts that were passed on since this was last asked.
    fn passed_on(&self) -> Vec<String>;
}
