//! A store held still: whoever looks through a view sees one state, between two puts, for as long as he looks.
//!
//! All reading is here. `Engine::look` makes views, and keeps puts waiting as long as it lends one.

use super::block::StoredBlock;
use super::engine::Engine;
use super::keys::{self, PostKey};
use super::pages::Pages;
use super::{
    Ask, Batch, Groups, Health, NoteKey, PutReport, Repair, Revision, Store, StoreError, check, filter,
};
use crate::post::{Post, PostId, Timestamp};
use std::collections::HashMap;
use std::ops::{ControlFlow, Range};

/// The state that a store has while nobody puts.
pub(super) struct View<'a, P>(pub(super) &'a Engine<P>);

impl<P: Pages> Store for View<'_, P> {
    /// Takes nothing but what was found out by looking.
    fn put(&self, batch: &Batch) -> Result<PutReport, StoreError> {
        if batch.is_cache() { self.0.keep(batch) } else { Err(StoreError::View) }
    }

    fn scan(
        &self,
        span: Range<Timestamp>,
        ask: Ask<'_>,
        each: &mut dyn FnMut(StoredBlock) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        /// Heads looked at before their blocks are read.
        const PAGE: usize = 64;
        if span.is_empty() {
            return Ok(());
        }
        let first = PostKey::first_of_second(span.start.as_seconds());
        let floor = self.0.block_of(&first)?.map_or(first, |(key, _)| key);
        let to = PostKey::first_of_second(span.end.as_seconds().saturating_add(1)).under(keys::HEAD);
        let mut from = floor.under(keys::HEAD);
        loop {
            let heads = self.0.heads(&from, &to, PAGE)?;
            let Some((last, _)) = heads.last() else { return Ok(()) };
            from = last.under(keys::HEAD);
            from.push(0);
            for (key, head) in &heads {
                if head.last < span.start || head.first >= span.end {
                    continue;
                }
                let mut block = self.0.read_block(key, head, ask.groups)?;
                if let Some(more) = ask.more {
                    let more = more(&block);
                    self.0.read_groups(&mut block, more)?;
                }
                if each(block).is_break() {
                    return Ok(());
                }
            }
        }
    }

    fn find(&self, ids: &[PostId]) -> Result<Vec<Option<Post>>, StoreError> {
        let mut found: HashMap<&PostId, Post> = HashMap::new();
        let hashes: Vec<u64> = ids.iter().map(|id| filter::id_hash(&id.platform, &id.id)).collect();
        for key in self.0.candidates(&hashes)? {
            let Some((key, head)) = self.0.block_of(&key)? else { continue };
            let posts = self.0.read_block(&key, &head, Groups::ALL)?.decode()?;
            for id in ids {
                let view = posts.iter().find(|view| view.id == id.id && view.platform == id.platform);
                if let Some(view) = view {
                    found.entry(id).or_insert_with(|| view.to_post());
                }
            }
        }
        Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
    }

    fn note(&self, key: &NoteKey) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.pages().get(&keys::note(key))
    }

    fn revision(&self) -> Result<Revision, StoreError> {
        self.0.current_revision().map(Revision)
    }

    fn check(&self, repair: Repair) -> Result<Health, StoreError> {
        match repair {
            Repair::No => check::check(self.0.pages(), repair, &|| Err(StoreError::View)),
            Repair::Rebuild => Err(StoreError::View),
        }
    }
}
