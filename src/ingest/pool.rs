//! Used columns, kept for the next chunk: an import asks the system for memory once, not once a chunk.

use crate::store::Columns;
use std::sync::{Mutex, PoisonError};

/// Most sets kept: as many as are under way at once.
const KEPT: usize = 64;
/// A set that grew beyond this is let go: one chunk of enormous posts must not hold its memory to the end.
const KEPT_BYTES: usize = 4 << 20;

/// Used columns.
#[derive(Debug, Default)]
pub(crate) struct Pool(Mutex<Vec<Columns>>);

impl Pool {
    /// An empty set, with memory if there is one.
    pub(crate) fn take(&self) -> Columns {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Takes used sets back.
    pub(crate) fn give(&self, used: Vec<Columns>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for mut columns in used {
            if kept.len() < KEPT && columns.heap() <= KEPT_BYTES {
                columns.clear();
                kept.push(columns);
            }
        }
    }
}
