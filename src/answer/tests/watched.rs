//! A store that counts what is read from it.

use super::*;
use crate::post::PostId;
use crate::store::{Ask, Groups, Health, PutReport, Repair, Revision, StoreError, StoredBlock};
use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts the posts in the blocks that it hands out.
pub(super) struct Watched {
    pub(super) store: Box<dyn Store>,
    posts: AtomicUsize,
    texts: AtomicUsize,
    rests: AtomicUsize,
}

impl Watched {
    pub(super) fn of(posts: &[Post]) -> Self {
        let [posts_read, texts, rests] = Default::default();
        Self { store: store_of(posts), posts: posts_read, texts, rests }
    }

    /// Posts in all blocks handed out since this was asked last.
    pub(super) fn posts_read(&self) -> usize {
        self.posts.swap(0, Ordering::Relaxed)
    }

    /// The same in those with their texts.
    pub(super) fn texts_read(&self) -> usize {
        self.texts.swap(0, Ordering::Relaxed)
    }

    /// The same in those with what is seldom asked for.
    pub(super) fn rests_read(&self) -> usize {
        self.rests.swap(0, Ordering::Relaxed)
    }
}

impl Store for Watched {
    fn put(&self, batch: &Batch) -> Result<PutReport, StoreError> {
        self.store.put(batch)
    }

    fn scan(
        &self,
        span: Range<Timestamp>,
        ask: Ask<'_>,
        each: &mut dyn FnMut(StoredBlock) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.store.scan(span, ask, &mut |block| {
            self.posts.fetch_add(block.count, Ordering::Relaxed);
            if block.has(Groups::TEXT) {
                self.texts.fetch_add(block.count, Ordering::Relaxed);
            }
            if block.has(Groups::REST) {
                self.rests.fetch_add(block.count, Ordering::Relaxed);
            }
            each(block)
        })
    }

    fn find(&self, ids: &[PostId]) -> Result<Vec<Option<Post>>, StoreError> {
        self.store.find(ids)
    }

    fn note(&self, key: &NoteKey) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.note(key)
    }

    fn revision(&self) -> Result<Revision, StoreError> {
        self.store.revision()
    }

    fn check(&self, repair: Repair) -> Result<Health, StoreError> {
        self.store.check(repair)
    }
}
