//! The writing half of an import: takes posts from the reading half, orders them, puts them, keeps count. A thread of its own, so that
//! parsing goes on while the store writes.

use super::budget::Budget;
use super::pool::Pool;
use super::report::Counts;
use super::sorter::Sorter;
use crate::post::{Deletion, DeletionPolicy, PostId, RunKey, id_time};
use crate::store::{Batch, Columns, Durability, ImportRow, Store, StoreError};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::mpsc::Receiver;

/// Chunks that may wait for the writer; what bounds them is [`Budget`], this only keeps empty ones from piling up.
pub(crate) const WAITING_CHUNKS: usize = 64;

/// What the reading half hands over: what came out of one chunk.
pub(crate) struct Delivery {
    /// Number of the file's ledger row.
    pub(crate) number: u32,
    /// How far the file is with this chunk.
    pub(crate) row: ImportRow,
    pub(crate) posts: Columns,
    pub(crate) deletions: Vec<Deletion>,
}

/// What became of the posts and deletions of each file.
pub(crate) type Tallies = HashMap<RunKey, Counts>;

/// Writes until there is nothing more to come.
pub(crate) fn write(
    store: &dyn Store,
    scratch: &Path,
    pool: &Pool,
    budget: &Budget,
    policy: DeletionPolicy,
    deliveries: &Receiver<Delivery>,
) -> Result<Tallies, StoreError> {
    let _closing = budget.close_at_end();
    let mut writer = Writer { store, pool, policy, tallies: Tallies::new(), rows: BTreeMap::new() };
    let mut sorter = Sorter::new(scratch);
    for delivery in deliveries {
        let Delivery { number, row, posts, deletions } = delivery;
        budget.leave(posts.heap());
        let run = row.run;
        writer.rows.insert(number, (row, true));
        sorter.push(posts, &mut |posts| writer.put(posts))?;
        if !deletions.is_empty() {
            writer.delete(run, deletions)?;
        }
    }
    sorter.finish(&mut |posts| writer.put(posts))?;
    Ok(writer.tallies)
}

/// Counts what it is given, and keeps nothing.
pub(crate) fn count(pool: &Pool, budget: &Budget, deliveries: &Receiver<Delivery>) -> Tallies {
    let _closing = budget.close_at_end();
    let mut tallies = Tallies::new();
    for Delivery { row, posts, deletions, .. } in deliveries {
        budget.leave(posts.heap());
        let counts = tallies.entry(row.run).or_default();
        counts.added += posts.len() as u64;
        counts.updated += deletions.len() as u64;
        pool.give(vec![posts]);
    }
    tallies
}

struct Writer<'a> {
    store: &'a dyn Store,
    pool: &'a Pool,
    /// What becomes of posts that are gone.
    policy: DeletionPolicy,
    tallies: Tallies,
    /// Ledger rows of the files begun, as far as they were read, and whether they changed since they were written: a container may have
    /// thousands of members.
    rows: BTreeMap<u32, (ImportRow, bool)>,
}

impl Writer<'_> {
    fn put(&mut self, posts: Vec<Columns>) -> Result<(), StoreError> {
        let notes = self.rows.iter_mut().filter_map(|(number, (row, changed))| {
            let before = (row.added, row.updated, row.duplicates);
            fill(row, self.tallies.get(&row.run).copied().unwrap_or_default());
            *changed |= before != (row.added, row.updated, row.duplicates);
            std::mem::take(changed).then(|| super::ledger::note(*number, row))
        });
        let batch = Batch { notes: notes.collect(), posts, ..self.batch() };
        let outcomes = self.store.put(&batch)?.posts;
        let runs = batch.posts.iter().flat_map(|part| (0..part.len()).map(|row| part.run(row)));
        let mut last = (RunKey::default(), Counts::default());
        for (run, outcome) in runs.zip(outcomes) {
            // Neighbours mostly come from one file.
            if run != last.0 {
                self.tallies.entry(last.0).or_default().add(&std::mem::take(&mut last.1));
                last.0 = run;
            }
            last.1.count(outcome);
        }
        self.tallies.entry(last.0).or_default().add(&last.1);
        self.pool.give(batch.posts);
        Ok(())
    }

    fn delete(&mut self, run: RunKey, deletions: Vec<Deletion>) -> Result<(), StoreError> {
        let deletions = deletions.into_iter().map(settle_deletion).collect();
        let report = self.store.put(&Batch { deletions, ..self.batch() })?;
        let counts = self.tallies.entry(run).or_default();
        report.deletions.into_iter().for_each(|outcome| counts.count(outcome));
        Ok(())
    }
}

impl Writer<'_> {
    fn batch(&self) -> Batch {
        Batch { policy: self.policy, durability: Durability::Buffered, ..Batch::default() }
    }
}

/// Gives a deletion the time by which its post is looked for: that of the id, by the same rule that settles the time of a post. What a record
/// says of it may be another.
pub(crate) fn settle_deletion(deletion: Deletion) -> Deletion {
    let PostId { platform, id } = &deletion.post;
    let own = id_time(platform, id);
    Deletion { posted_at: own, ..deletion }
}

/// Completes a ledger row by what the store said.
pub(crate) fn fill(row: &mut ImportRow, counts: Counts) {
    row.added = counts.added;
    row.updated = counts.updated;
    row.duplicates = counts.duplicates;
}
