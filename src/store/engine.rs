//! The store over any ordered map of bytes: finds the block that holds a post's twin, merges, splits, writes. Back ends only keep bytes.

use super::batch::{Batch, Durability, NoteKey, Outcome, PutReport};
use super::block::{self, GROUPS, Head, StoredBlock};
use super::columns::{Columns, Groups};
use super::deletions::Graves;
use super::keys::{self, PostKey};
use super::order::{self, Place};
use super::pages::{Pages, Write};
use super::plan::{self, Segment};
use super::tombstones::{Taken, Tombstones};
use super::version::Version;
use super::view::View;
use super::{Ask, Health, Repair, Revision, Store, StoreError, check, filter};
use crate::post::{Post, PostId, Timestamp};
use std::ops::{ControlFlow, Range};
use std::sync::{Mutex, PoisonError, RwLock};

/// Blocks touched by one atomic write. A few: sled keeps a batch in memory and in one log reservation.
const WAVE_BLOCKS: usize = 16;

/// The store over a back end.
pub(crate) struct Engine<P> {
    pages: P,
    /// One writer at a time; holds what must not come back.
    writer: Mutex<Graves>,
    /// Closed to readers while a put changes posts, and to puts while somebody looks. Whoever takes both takes `writer` first.
    gate: RwLock<()>,
}

impl<P: Pages> Engine<P> {
    /// Opens what is there, or begins a new store.
    pub(crate) fn open(pages: P) -> Result<Self, StoreError> {
        let version = if let Some(bytes) = pages.get(keys::VERSION)? {
            let version = Version::read(&bytes)?;
            if let Some(raised) = version.raised() {
                pages.apply(vec![(keys::VERSION.to_vec(), Some(raised.write()))])?;
            }
            version
        } else {
            let version = Version::new();
            pages.apply(vec![(keys::VERSION.to_vec(), Some(version.write()))])?;
            version
        };
        let tombstones = Tombstones::load(&pages, version.salt)?;
        let writer = Mutex::new(Graves { tombstones, authors: None });
        Ok(Self { pages, writer, gate: RwLock::default() })
    }

    /// Works on the back end while nobody puts or reads.
    pub(crate) fn alone<T>(&self, work: impl FnOnce(&P) -> T) -> T {
        let _writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let _closed = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        work(&self.pages)
    }

    /// Lends the store as it is, and keeps it so until it is given back.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&dyn Store) -> T) -> T {
        let _open = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        look(&View(self))
    }

    /// The back end, for the one who writes, or looks.
    pub(crate) fn pages(&self) -> &P {
        &self.pages
    }

    /// Takes in what was found out while reading. It changes no post, so that it need not wait for a writer, who may be waiting for the
    /// very reader that found it out.
    pub(super) fn keep(&self, batch: &Batch) -> Result<PutReport, StoreError> {
        self.pages
            .apply(batch.notes.iter().map(|(key, value)| (keys::note(key), value.clone())).collect())?;
        if batch.durability == Durability::Synced {
            self.pages.sync()?;
        }
        Ok(PutReport::default())
    }

    /// The block that holds a key, if it exists: the last one that begins at or before it.
    pub(crate) fn block_of(&self, key: &PostKey) -> Result<Option<(PostKey, Head)>, StoreError> {
        let found = self.pages.last(&[keys::HEAD], &key.under(keys::HEAD))?;
        found.map(|(key, head)| Ok((strip(&key), Head::decode(&head)?))).transpose()
    }

    /// Where the first block after a key begins.
    pub(crate) fn next_block(&self, key: &PostKey) -> Result<Option<PostKey>, StoreError> {
        let mut from = key.under(keys::HEAD);
        from.push(0);
        let mut next = None;
        self.pages.range(&from, &[keys::HEAD + 1], &mut |key, _| {
            next = Some(strip(key));
            ControlFlow::Break(())
        })?;
        Ok(next)
    }

    pub(crate) fn read_block(
        &self,
        key: &PostKey,
        head: &Head,
        groups: Groups,
    ) -> Result<StoredBlock, StoreError> {
        let mut block = StoredBlock::new(key.clone(), head);
        self.read_groups(&mut block, groups)?;
        Ok(block)
    }

    pub(super) fn read_groups(&self, block: &mut StoredBlock, groups: Groups) -> Result<(), StoreError> {
        for group in GROUPS.into_iter().filter(|group| groups.contains(*group)) {
            let bytes = self.pages.get(&block.key.under(keys::group_byte(group)))?;
            let missing = || {
                StoreError::Damaged(format!("a block that begins at {} lacks a column group", block.first))
            };
            block.add(group, bytes.ok_or_else(missing)?)?;
        }
        if groups.contains(Groups::MATCHES) {
            block.matches = self.pages.get(&block.key.under(keys::MATCHES))?;
        }
        Ok(())
    }

    /// The segments of the next wave: runs of the batch that fall into one block each (or before the first, or after the last).
    fn next_wave(&self, batch: &Batch, order: &[Place], at: &mut usize) -> Result<Vec<Segment>, StoreError> {
        let mut wave = Vec::new();
        let mut blocks = 0;
        while *at < order.len() && blocks < WAVE_BLOCKS {
            let key = plan::key_at(batch, order, *at);
            let floor = self.block_of(&key)?;
            let end = match self.next_block(&key)? {
                Some(next) => *at + plan::rows_before(batch, order.get(*at..).unwrap_or_default(), &next),
                None => order.len(),
            };
            let end = end.min(*at + WAVE_BLOCKS * block::BLOCK_POSTS).max(*at + 1);
            let after_last =
                |head: &Head, rows: usize| head.last_key < key && head.count + rows > block::BLOCK_POSTS;
            let into = floor.filter(|(_, head)| !after_last(head, end - *at));
            let existing = match into {
                Some((key, head)) => Some((key.clone(), self.read_block(&key, &head, Groups::ALL)?)),
                None => None,
            };
            blocks += 1 + (end - *at) / block::BLOCK_POSTS;
            wave.push(Segment { existing, rows: *at..end });
            *at = end;
        }
        Ok(wave)
    }

    fn put_posts(
        &self,
        batch: &Batch,
        tombstones: &mut Tombstones,
        outcomes: &mut [Outcome],
        writes: &mut Vec<Write>,
    ) -> Result<(), StoreError> {
        let order = order::sorted(&batch.posts);
        let starts = part_starts(batch);
        let mut at = 0;
        while at < order.len() {
            if !writes.is_empty() {
                // The last wave stays for the caller, who adds the notes to it. The others change posts too: whoever kept an answer to the
                // old ones must see that, also if this put does not live to its end.
                writes.push(self.next_revision()?);
                self.pages.apply(std::mem::take(writes))?;
            }
            let wave = self.next_wave(batch, &order, &mut at)?;
            let merged = plan::merge_wave(batch, &order, wave, tombstones, writes)?;
            writes.extend(merged.gone.iter().map(|(post, taken)| tombstones.add_deleted(post, *taken)));
            if merged.gone.iter().any(|(_, taken)| *taken == Taken::Out) {
                self.drop_answers()?;
            }
            for (place, outcome) in merged.outcomes {
                let start = starts.get(place.part as usize).copied().unwrap_or(usize::MAX);
                if let Some(slot) = outcomes.get_mut(start.saturating_add(place.row as usize)) {
                    *slot = outcome;
                }
            }
        }
        Ok(())
    }

    /// Keys of the blocks whose filter may hold one of these ids.
    pub(crate) fn candidates(&self, hashes: &[u64]) -> Result<Vec<PostKey>, StoreError> {
        let mut found = Vec::new();
        let mut failure = None;
        self.pages.range(&[keys::FILTER], &[keys::FILTER + 1], &mut |key, bytes| {
            match filter::may_contain(bytes, hashes) {
                Ok(true) => found.push(strip(key)),
                Ok(false) => {}
                Err(error) => failure = Some(error),
            }
            if failure.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        failure.map_or(Ok(found), Err)
    }

    pub(crate) fn next_revision(&self) -> Result<Write, StoreError> {
        let next = self.current_revision()?.wrapping_add(1);
        Ok((keys::REVISION.to_vec(), Some(next.to_be_bytes().to_vec())))
    }

    pub(super) fn current_revision(&self) -> Result<u64, StoreError> {
        let bytes = self.pages.get(keys::REVISION)?;
        Ok(bytes.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_be_bytes))
    }

    /// Heads whose block may hold a post of the span, a page at a time so that nothing is held while blocks are read.
    pub(crate) fn heads(
        &self,
        from: &[u8],
        to: &[u8],
        most: usize,
    ) -> Result<Vec<(PostKey, Head)>, StoreError> {
        let mut heads = Vec::new();
        let mut failure = None;
        self.pages.range(from, to, &mut |key, bytes| {
            match Head::decode(bytes) {
                Ok(head) => heads.push((strip(key), head)),
                Err(error) => failure = Some(error),
            }
            if failure.is_some() || heads.len() == most {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        failure.map_or(Ok(heads), Err)
    }
}

/// Where the posts of each set begin among all of the batch.
fn part_starts(batch: &Batch) -> Vec<usize> {
    let mut start = 0;
    let next = |part: &Columns| {
        start += part.len();
        start - part.len()
    };
    batch.posts.iter().map(next).collect()
}

/// A block's key without its group byte.
pub(super) fn strip(key: &[u8]) -> PostKey {
    PostKey::from(key.get(1..).unwrap_or_default().to_vec())
}

impl<P: Pages> Store for Engine<P> {
    fn put(&self, batch: &Batch) -> Result<PutReport, StoreError> {
        if batch.is_cache() {
            return self.keep(batch);
        }
        let mut graves = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let closed = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        let mut outcomes = vec![Outcome::Duplicate; batch.posts.iter().map(Columns::len).sum()];
        let mut writes = Vec::new();
        if !batch.forget.is_empty() {
            self.pages.apply(graves.tombstones.add_forgotten(&self.pages, &batch.forget)?)?;
            self.drop_answers()?;
        }
        let removed = self.remove(&batch.removals)?;
        self.put_posts(batch, &mut graves.tombstones, &mut outcomes, &mut writes)?;
        if let Some(authors) = &mut graves.authors {
            batch.posts.iter().flat_map(Columns::iter).for_each(|post| authors.add(&post));
        }
        if batch.tells_of_deletions() && !writes.is_empty() {
            // Deletions look blocks up, so the posts of this batch must be there.
            writes.push(self.next_revision()?);
            self.pages.apply(std::mem::take(&mut writes))?;
        }
        let deletions = self.delete_posts(batch, &mut graves.tombstones)?;
        let accounts = self.delete_accounts(batch, &mut graves)?;
        let changed = |outcome: &Outcome| matches!(outcome, Outcome::Added | Outcome::Updated);
        if removed || outcomes.iter().chain(&deletions).any(changed) {
            writes.push(self.next_revision()?);
        }
        writes.extend(batch.notes.iter().map(|(key, value)| (keys::note(key), value.clone())));
        let report = PutReport { posts: outcomes, deletions, accounts };
        let counts = batch.counts.iter().flat_map(|counts| counts.notes(&report));
        writes.extend(counts.map(|(key, value)| (keys::note(&key), value)));
        if !writes.is_empty() {
            self.pages.apply(writes)?;
        }
        // Nobody need wait for the disk to see what is there.
        drop(closed);
        if batch.durability == Durability::Synced {
            self.pages.sync()?;
        }
        Ok(report)
    }

    fn scan(
        &self,
        span: Range<Timestamp>,
        ask: Ask<'_>,
        each: &mut dyn FnMut(StoredBlock) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.look(|view| view.scan(span, ask, each))
    }

    fn find(&self, ids: &[PostId]) -> Result<Vec<Option<Post>>, StoreError> {
        self.look(|view| view.find(ids))
    }

    fn note(&self, key: &NoteKey) -> Result<Option<Vec<u8>>, StoreError> {
        self.look(|view| view.note(key))
    }

    fn revision(&self) -> Result<Revision, StoreError> {
        self.look(|view| view.revision())
    }

    fn check(&self, repair: Repair) -> Result<Health, StoreError> {
        self.alone(|pages| check::check(pages, repair, &|| self.next_revision()))
    }
}
