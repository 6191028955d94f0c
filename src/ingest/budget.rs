//! How much parsed data may wait for the writer, in bytes: chunks of many short posts are several times larger than their text.

use std::sync::{Condvar, Mutex, PoisonError};

/// Most bytes that wait. Enough to parse on while a buffer is being put; with the sorter's buffer, the chunks under way and the store's
/// cache an import stays under 256 MiB.
const WAITING_BYTES: usize = 40 << 20;

/// Bytes on their way from the reading to the writing half.
#[derive(Default)]
pub(crate) struct Budget {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: usize,
    /// Nobody takes any more.
    closed: bool,
}

impl Budget {
    /// Waits until there is room. One delivery is always let through, however large.
    pub(crate) fn enter(&self, bytes: usize) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let full =
            |state: &mut State| !state.closed && state.waiting > 0 && state.waiting + bytes > WAITING_BYTES;
        let mut state = self.changed.wait_while(state, full).unwrap_or_else(PoisonError::into_inner);
        state.waiting += bytes;
    }

    /// Makes room.
    pub(crate) fn leave(&self, bytes: usize) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.waiting = state.waiting.saturating_sub(bytes);
        self.changed.notify_all();
    }

    /// Lets everybody through for good when the returned guard is dropped: a writer that fails must not leave the reader waiting.
    pub(crate) fn close_at_end(&self) -> Closing<'_> {
        Closing(self)
    }
}

/// Closes a budget when dropped.
pub(crate) struct Closing<'a>(&'a Budget);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_waits_until_something_leaves_or_the_end() {
        let budget = Budget::default();
        budget.enter(WAITING_BYTES * 2);
        std::thread::scope(|scope| {
            let second = scope.spawn(|| budget.enter(1));
            std::thread::sleep(std::time::Duration::from_millis(20));
            assert!(!second.is_finished());
            budget.leave(WAITING_BYTES * 2);
            second.join().unwrap();
            budget.enter(WAITING_BYTES - 1);
            let third = scope.spawn(|| budget.enter(1));
            drop(budget.close_at_end());
            third.join().unwrap();
        });
    }
}
