//! Brings posts into time order before they reach the store, in bounded memory: an import then touches each block about once.
//!
//! Posts gather in a buffer. A full buffer goes straight to the store as long as it hardly overlaps what this import has already put there
//! (ordered, reversed and appended files never wait). Else it becomes a sorted run in a temporary file, and all runs are merged in one pass
//! at the end.

use crate::store::{Columns, PostKey, RunReader, RunWriter, StoreError, sorted};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::{Path, PathBuf};

/// Bytes of posts gathered before they are put or spilled. With what waits (`budget.rs`), the chunks being parsed and the store's cache an
/// import stays under 256 MiB; larger buffers find more twins without opening a block (docs/performance.md).
const BUFFER_BYTES: usize = 48 << 20;
/// Posts given to the store at a time: sixteen blocks, which is what it writes at a time.
const PUT_POSTS: usize = 16 * crate::store::BLOCK_POSTS;
/// Share of a buffer that may fall into spans already put: one in ten rewrites a few blocks, more is worth a run.
const OVERLAP: usize = 10;
/// Runs merged at a time: each holds one block open, some 700 KiB.
const MAX_RUNS: usize = 48;

/// Takes posts in any order, gives them out in order.
pub(crate) struct Sorter<'a> {
    folder: &'a Path,
    parts: Vec<Columns>,
    bytes: usize,
    done: Spans,
    runs: Vec<PathBuf>,
    names: u32,
}

/// Where sorted posts go.
pub(crate) type Put<'a> = dyn FnMut(Vec<Columns>) -> Result<(), StoreError> + 'a;

impl<'a> Sorter<'a> {
    /// `folder` takes the temporary files.
    pub(crate) fn new(folder: &'a Path) -> Self {
        Self { folder, parts: Vec::new(), bytes: 0, done: Spans::default(), runs: Vec::new(), names: 0 }
    }

    pub(crate) fn push(&mut self, posts: Columns, put: &mut Put<'_>) -> Result<(), StoreError> {
        self.bytes += posts.heap();
        self.parts.push(posts);
        if self.bytes >= BUFFER_BYTES { self.empty_buffer(put) } else { Ok(()) }
    }

    /// Puts everything that is left.
    pub(crate) fn finish(mut self, put: &mut Put<'_>) -> Result<(), StoreError> {
        self.empty_buffer(put)?;
        let runs = std::mem::take(&mut self.runs);
        let mut batch = Columns::new();
        merge_runs(&runs, &mut |posts, at| {
            batch.push_from(posts, at);
            if batch.len() == PUT_POSTS || batch.heap() > BUFFER_BYTES {
                put(vec![std::mem::take(&mut batch)])
            } else {
                Ok(())
            }
        })?;
        if !batch.is_empty() {
            put(vec![batch])?;
        }
        remove(&runs);
        Ok(())
    }

    fn empty_buffer(&mut self, put: &mut Put<'_>) -> Result<(), StoreError> {
        let parts = std::mem::take(&mut self.parts);
        self.bytes = 0;
        let (mut first, mut last, mut posts, mut overlapping) = (i64::MAX, i64::MIN, 0, 0);
        for second in parts.iter().flat_map(Columns::seconds) {
            (first, last) = (first.min(second), last.max(second));
            posts += 1;
            overlapping += usize::from(self.done.contains(second));
        }
        if posts == 0 {
            return Ok(());
        }
        if overlapping * OVERLAP > posts {
            return self.spill(&parts);
        }
        self.done.add(first, last);
        put(parts)
    }

    fn spill(&mut self, parts: &[Columns]) -> Result<(), StoreError> {
        let mut run = self.new_run()?;
        run.push_sorted(parts, &sorted(parts))?;
        self.runs.push(run.finish()?);
        if self.runs.len() < MAX_RUNS {
            return Ok(());
        }
        let runs = std::mem::take(&mut self.runs);
        let mut longer = self.new_run()?;
        merge_runs(&runs, &mut |posts, at| longer.push(posts, at))?;
        self.runs.push(longer.finish()?);
        remove(&runs);
        Ok(())
    }

    fn new_run(&mut self) -> Result<RunWriter, StoreError> {
        self.names += 1;
        RunWriter::create(&self.folder.join(format!("run-{}", self.names)))
    }
}

impl Drop for Sorter<'_> {
    fn drop(&mut self) {
        remove(&self.runs);
    }
}

/// Spans of seconds that this import has put: apart from each other, in order.
#[derive(Default)]
struct Spans(Vec<(i64, i64)>);

impl Spans {
    fn contains(&self, second: i64) -> bool {
        let after = self.0.partition_point(|(start, _)| *start <= second);
        after.checked_sub(1).and_then(|at| self.0.get(at)).is_some_and(|(_, end)| second <= *end)
    }

    fn add(&mut self, mut start: i64, mut end: i64) {
        let apart = |span: &(i64, i64)| span.1 < start || end < span.0;
        let (kept, joined): (Vec<_>, Vec<_>) = self.0.iter().copied().partition(apart);
        for span in joined {
            (start, end) = (start.min(span.0), end.max(span.1));
        }
        self.0 = kept;
        let at = self.0.partition_point(|span| span.0 < start);
        self.0.insert(at, (start, end));
    }
}

/// A temporary file that cannot be removed is only litter; the next import clears the folder.
fn remove(runs: &[PathBuf]) {
    for run in runs {
        let _ = std::fs::remove_file(run);
    }
}

/// Hands out the posts of all runs in key order; equal keys in the order of the runs.
fn merge_runs(
    runs: &[PathBuf],
    each: &mut dyn FnMut(&Columns, usize) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut readers: Vec<RunReader> =
        runs.iter().map(|run| RunReader::open(run)).collect::<Result<_, _>>()?;
    let mut heap: BinaryHeap<Reverse<(PostKey, usize)>> =
        readers.iter().enumerate().filter_map(|(at, run)| Some(Reverse((run.key()?, at)))).collect();
    while let Some(Reverse((_, at))) = heap.pop() {
        let Some(run) = readers.get_mut(at) else { continue };
        if let Some((posts, row)) = run.current() {
            each(posts, row)?;
        }
        run.advance()?;
        heap.extend(run.key().map(|key| Reverse((key, at))));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::{Post, Timestamp};

    fn posts(ids: impl Iterator<Item = i64>) -> Columns {
        let mut columns = Columns::new();
        for id in ids {
            let posted_at = Timestamp::from_millis_unchecked(1_486_000_000_000 + id * 500);
            columns.push(&Post {
                platform: "x".into(),
                id: format!("{id:09}"),
                posted_at,
                text: "t".repeat(100),
                ..Post::default()
            });
        }
        columns
    }

    /// Pushes the parts, returns the ids in the order of the puts and how many puts there were.
    fn through(parts: Vec<Columns>) -> (Vec<String>, usize) {
        let folder = tempfile::tempdir().unwrap();
        let mut ids = Vec::new();
        let mut puts = 0;
        let mut put = |batch: Vec<Columns>| {
            puts += 1;
            ids.extend(batch.iter().flat_map(Columns::iter).map(|view| view.id.to_owned()));
            Ok(())
        };
        let mut sorter = Sorter::new(folder.path());
        for part in parts {
            sorter.push(part, &mut put).unwrap();
            // As if the buffer were full.
            sorter.empty_buffer(&mut put).unwrap();
        }
        sorter.finish(&mut put).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "temporary files stay behind");
        (ids, puts)
    }

    #[test]
    fn ordered_and_reversed_parts_are_put_at_once() {
        let (ids, puts) = through((0..5).map(|part| posts(part * 100..part * 100 + 100)).collect());
        assert!(ids.is_sorted() && puts == 5);
        let (ids, puts) = through((0..5).rev().map(|part| posts(part * 100..part * 100 + 100)).collect());
        assert_eq!((ids.len(), puts), (500, 5));
    }

    #[test]
    fn interleaved_parts_are_merged_in_one_pass() {
        let parts = (0..60).map(|part| posts((0..100).map(|row| row * 60 + part))).collect();
        let (ids, puts) = through(parts);
        assert_eq!((ids.len(), puts), (6000, 2));
        assert!(ids.get(100..).unwrap().is_sorted(), "the first part is put at once, the rest is sorted");
    }

    #[test]
    fn spans_join() {
        let mut spans = Spans::default();
        spans.add(10, 20);
        spans.add(30, 40);
        assert!(
            spans.contains(10)
                && spans.contains(40)
                && !spans.contains(25)
                && !spans.contains(9)
                && !spans.contains(41)
        );
        spans.add(15, 35);
        assert!(spans.contains(25));
        assert_eq!(spans.0, [(10, 40)]);
    }
}
