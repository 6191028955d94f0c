//! The seam to a back end: an ordered map of bytes. What the bytes mean is the engine's.

use super::StoreError;
use std::ops::ControlFlow;

/// An ordered map of bytes that writes atomically: what a back end is.
pub(crate) trait Pages: Send + Sync {
    /// The value of a key.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;
    /// The last entry in `from..=to`.
    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Entry>, StoreError>;
    /// Every entry in `from..to`, in order.
    fn range(&self, from: &[u8], to: &[u8], each: &mut Each<'_>) -> Result<(), StoreError>;
    /// All of these or none; `None` removes.
    fn apply(&self, writes: Vec<Write>) -> Result<(), StoreError>;
    /// Survives a power cut on return.
    fn sync(&self) -> Result<(), StoreError>;
}

/// A key and its value.
pub(crate) type Entry = (Vec<u8>, Vec<u8>);

/// Takes entries until it breaks.
pub(crate) type Each<'a> = dyn FnMut(&[u8], &[u8]) -> ControlFlow<()> + 'a;

/// One key's new value; `None` removes.
pub(crate) type Write = (Vec<u8>, Option<Vec<u8>>);
