//! Where posts live: blocks of about a thousand, column by column, in time order, behind a trait of six methods.
//!
//! The layout is described to the byte in `docs/store.md`. Only `sled.rs` knows sled; only [`crate::answer`] reads posts from here.

mod authors;
mod batch;
mod block;
mod check;
mod codec;
mod columns;
mod compact;
mod deletions;
mod engine;
mod error;
mod feeds;
mod filter;
mod keys;
mod lock;
mod memory;
mod order;
mod pages;
mod plan;
mod run;
mod scavenge;
mod sled;
mod strings;
mod tombstones;
mod twice;
mod version;
mod view;

pub use batch::{
    Batch, Contents, Counting, Durability, Forget, ImportRow, ImportState, Note, NoteKey, Outcome, PutReport,
    ResumeAt, WITH_PRIVATE,
};
pub use block::{BLOCK_POSTS, StoredBlock, post_digest};
pub use columns::{Columns, Groups, PostView};
pub use compact::Compaction;
pub use error::StoreError;
pub use feeds::{FeedRow, feed_row, feed_rows, list_with_feeds};
pub use keys::PostKey;
pub use lock::{LOCK_WAIT, Lock, LockHolder, WRITER_WAIT};
pub use memory::memory_store;
pub use order::{Place, sorted};
pub use run::{RunReader, RunWriter};
pub use scavenge::rows_left;
pub use sled::{SledStore, open_sled, sled_exists};
pub use strings::{AuthorView, ListView};
pub use tombstones::{folded_name, names};
pub use twice::{IdTwice, LISTED_IDS, LISTED_TIMES, Twice, ids_twice};

use crate::post::{Post, PostId, Timestamp};
use serde::{Deserialize, Serialize};
use std::ops::{ControlFlow, Range};

/// A place that keeps posts. Every back end passes the one suite in `tests/store.rs`.
///
/// Threads may share it. Each call alone sees a state between two puts; who needs the same state for several calls, as an answer does, looks
/// through [`SledStore::look`].
pub trait Store: Send + Sync {
    /// Takes observations, deletions and notes in.
    ///
    /// Posts are written first, in key order and a few blocks at a time; the notes (ledger row, cursor, coverage) go with the last of
    /// these writes, so that they never speak of a post that is not there. With [`Durability::Synced`] all of it is on the disk on return.
    fn put(&self, batch: &Batch) -> Result<PutReport, StoreError>;

    /// Hands out every block that may hold a post of the half-open span, in time order, with the asked column groups read and verified,
    /// still compressed: decode them where you like. Posts outside the span may stand in the first and last of them. Puts wait meanwhile:
    /// `each` may put caches ([`NoteKey::Matches`], [`NoteKey::Answer`]) and must ask this store for nothing else.
    fn scan(
        &self,
        span: Range<Timestamp>,
        ask: Ask<'_>,
        each: &mut dyn FnMut(StoredBlock) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;

    /// Looks posts up by id, in the order asked.
    fn find(&self, ids: &[PostId]) -> Result<Vec<Option<Post>>, StoreError>;

    /// Reads a ledger row, cursor, coverage span or cached value.
    fn note(&self, key: &NoteKey) -> Result<Option<Vec<u8>>, StoreError>;

    /// Changes with every put that changed a post; keys caches.
    fn revision(&self) -> Result<Revision, StoreError>;

    /// Reads everything and verifies every checksum; with [`Repair::Rebuild`] also drops what cannot be read and rebuilds filters that are
    /// wrong.
    fn check(&self, repair: Repair) -> Result<Health, StoreError>;
}

/// What a scan reads of each block.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// Of every block.
    pub groups: Groups,
    /// Of a block that was read so far, what else: who knows enough already need not read its texts.
    pub more: Option<&'a (dyn Fn(&StoredBlock) -> Groups + Sync)>,
}

impl From<Groups> for Ask<'_> {
    fn from(groups: Groups) -> Self {
        Self { groups, more: None }
    }
}

impl std::fmt::Debug for Ask<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ask").field("groups", &self.groups).field("more", &self.more.is_some()).finish()
    }
}

/// Which state of the store an answer speaks of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(pub u64);

/// What [`Store::check`] may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repair {
    /// Only look.
    No,
    /// Drop blocks that cannot be read, rebuild what can be derived.
    Rebuild,
}

/// What [`Store::check`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Blocks whose posts can be read.
    pub blocks: u64,
    /// Posts in them.
    pub posts: u64,
    /// Posts and accounts that must not come back, since a person asked for it.
    pub forgotten: u64,
    /// Posts that were here until their platform reported them deleted, and that are dropped since.
    pub dropped_posts: u64,
    /// Deleted posts that were kept with their text, by a policy or a version of before.
    pub deleted_with_text: u64,
    /// Cursors of what was collected from: their posts are in no row of the ledger.
    pub cursors: u64,
    /// What is wrong, in the order of time.
    pub damaged: Vec<Damage>,
    /// Blocks dropped by a repair.
    pub dropped: u64,
    /// Filters that a repair made again from the posts.
    pub rebuilt: u64,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Damage {
    /// In a sentence.
    pub what: String,
    /// What it costs.
    pub part: Part,
    /// Earliest time that its posts can have.
    pub first: Timestamp,
    /// Latest time that its posts can have.
    pub last: Timestamp,
    /// How many posts, if that can still be read.
    pub posts: Option<u64>,
}

/// What a damage costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The posts of a block.
    Posts,
    /// Nothing: a filter of ids is made again from the posts.
    Filter,
    /// A count of posts left out at import.
    LeftOut,
}
