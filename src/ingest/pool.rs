//! Used columns, kept for the next chunk: an import asks the system for memory once, not once a chunk.

use crate::store::Columns;
use std::sync::{Mutex, PoisonError};

/// Most bytes kept: about what the sorter's buffer gives back at once. One chunk of enormous posts must not hold its memory to the end.
const KEPT_BYTES: usize = 48 << 20;

/// Used columns, and how much they hold.
#[derive(Debug, Default)]
pub(crate) struct Pool(Mutex<(Vec<Columns>, usize)>);

impl Pool {
    /// An empty set, with memory if there is one.
    pub(crate) fn take(&self) -> Columns {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let columns = kept.0.pop().unwrap_or_default();
        kept.1 = kept.1.saturating_sub(columns.heap());
        columns
    }

    /// Takes used sets back.
    pub(crate) fn give(&self, used: Vec<Columns>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for mut columns in used {
            let bytes = columns.heap();
            if kept.1 + bytes <= KEPT_BYTES {
                columns.clear();
                kept.0.push(columns);
                kept.1 += bytes;
            }
        }
    }
}
