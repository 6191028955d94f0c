//! What a collection is asked to do, and what came of it.

use super::{Clock, Stop, StopReason, Watch};
use crate::http::Network;
use crate::ingest::{Counts, Intake};
use crate::post::{DeletionPolicy, Timestamp};
use crate::source::{Ending, Goal, GoalError, Source};
use crate::store::StoreError;
use std::time::Duration;

/// One host to collect from.
#[derive(Clone)]
pub struct Order {
    /// How.
    pub source: &'static dyn Source,
    /// What.
    pub goal: Goal,
}

/// How far to go.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Most requests in all, connections too.
    pub max_requests: Option<u64>,
    /// Most new posts.
    pub limit: Option<u64>,
    /// When to stop, by the clock.
    pub stop_at: Option<Timestamp>,
    /// Whether to try again for ever what may pass: for a collection that follows.
    pub never_give_up: bool,
    /// Folder that raw answers are written to.
    pub raw: Option<std::path::PathBuf>,
    /// What becomes of posts that are gone.
    pub deletions: DeletionPolicy,
    /// Begins the pauses' random part; the same seed, the same pauses.
    pub seed: u64,
    /// The first pause before something is tried again; each further one is up to twice as long.
    pub first_pause: Duration,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            max_requests: None,
            limit: None,
            stop_at: None,
            never_give_up: false,
            raw: None,
            deletions: DeletionPolicy::default(),
            seed: 0,
            first_pause: FIRST_PAUSE,
        }
    }
}

/// Shortest pause after an answer that may pass, before its random part: what a busy server needs to recover is seconds.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// What everybody in a collection uses.
#[derive(Clone, Copy)]
pub struct Means<'a> {
    /// Which posts are wanted.
    pub intake: &'a Intake,
    /// How far to go.
    pub terms: &'a Terms,
    /// Whom to ask.
    pub network: &'a dyn Network,
    /// What time it is.
    pub clock: &'a dyn Clock,
    /// Whether somebody wants to stop.
    pub stop: &'a Stop,
    /// Who watches.
    pub watch: &'a dyn Watch,
}

/// What came of a collection: this run alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CollectReport {
    /// Each feed, in the order of the orders.
    pub feeds: Vec<FeedReport>,
    /// Why it was stopped, if it was.
    pub stopped: Option<StopReason>,
}

impl CollectReport {
    /// Counts of all feeds.
    pub fn counts(&self) -> Counts {
        let mut all = Counts::default();
        self.feeds.iter().for_each(|feed| all.add(&feed.counts));
        all
    }
}

/// What came of one feed in this run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedReport {
    /// Source and host.
    pub place: String,
    /// The five counts.
    pub counts: Counts,
    /// Earliest post.
    pub first: Option<Timestamp>,
    /// Latest post.
    pub last: Option<Timestamp>,
    /// Requests and connections made.
    pub requests: u64,
    /// How it ended; none if it was stopped.
    pub ending: Option<Ending>,
}

/// Why a collection cannot be, or ended early. What was saved is saved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CollectError {
    /// A goal cannot be worked on.
    #[error("{place}: {source}")]
    Goal {
        /// Source and host.
        place: String,
        /// Why.
        source: GoalError,
    },
    /// The same source, host and tags twice.
    #[error("`{0}` is named twice")]
    Twice(String),
    /// There can be no alerts.
    #[error(transparent)]
    Alerts(#[from] super::AlertError),
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Raw answers cannot be written.
    #[error("cannot write `{}`", path.display())]
    Raw {
        /// Where.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The runtime could not be made.
    #[error("cannot start collecting")]
    Runtime(#[source] std::io::Error),
    /// The writing half ended without a word.
    #[error("writing to the store ended unexpectedly; this is a defect of tagline")]
    Writer,
}
