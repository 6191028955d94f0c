//! A block: about a thousand posts, three compressed column groups, a head and a filter.

use super::{Columns, Groups, StoreError};
use crate::post::Timestamp;

/// Most posts in a block.
pub const BLOCK_POSTS: usize = 1024;

/// A block as read: verified, still compressed.
#[derive(Clone, Debug)]
pub struct StoredBlock {
    /// Posts in it.
    pub count: usize,
    /// Earliest time in it.
    pub first: Timestamp,
    /// Latest time in it.
    pub last: Timestamp,
    /// Hash of its contents: keys caches.
    pub content: [u8; 16],
    /// Order-free digest: the wrapping sum of the digests of its posts.
    pub digest: u128,
    pub(crate) groups: Groups,
}

impl StoredBlock {
    /// The columns that were asked for.
    pub fn decode(&self) -> Result<Columns, StoreError> {
        let _ = self.groups;
        Err(StoreError::Damaged("not there yet".into()))
    }
}
