//! Why a collection ends before its feeds do; set by anybody, once, and seen by all.

use tokio::sync::watch;

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// The person pressed Ctrl-C.
    Interrupted,
    /// `--max-requests` is reached.
    MaxRequests,
    /// `--limit` posts are saved.
    Limit,
    /// `--stop-at` has come.
    StopAt,
    /// The store failed: nothing more can be saved.
    StoreFailed,
}

/// The wish to stop.
#[derive(Clone, Debug)]
pub struct Stop(watch::Sender<Option<StopReason>>);

impl Default for Stop {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Stop {
    /// Asks everybody to stop. The first reason stays.
    pub fn set(&self, reason: StopReason) {
        self.0.send_if_modified(|known| {
            let is_first = known.is_none();
            known.get_or_insert(reason);
            is_first
        });
    }

    /// The reason, if there is one.
    pub fn reason(&self) -> Option<StopReason> {
        *self.0.borrow()
    }

    /// Whether somebody wants to stop.
    pub fn is_set(&self) -> bool {
        self.reason().is_some()
    }

    /// Waits until somebody does.
    pub async fn wait(&self) {
        // The sender lives as long as `self`, so this ends only when a reason is there.
        let _ = self.0.subscribe().wait_for(Option::is_some).await;
    }
}
