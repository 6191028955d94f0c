//! Pure part of a put: sorts a batch, merges its rows with the block they fall into, cuts the result into blocks.

use super::StoreError;
use super::batch::{Batch, Outcome};
use super::block::{self, BLOCK_POSTS, BLOCK_TEXT_BYTES, EncodedBlock, GROUPS, StoredBlock};
use super::columns::{Columns, Row};
use super::keys::{self, PostKey};
use super::order::Place;
use super::pages::Write;
use super::tombstones::{Grave, Taken, Tombstones};
use crate::post::{DeletionPolicy, Post, PostId, Provenance, merge};
use rayon::prelude::*;
use std::ops::Range;

/// Rows of the sorted batch that fall into one block.
pub(crate) struct Segment {
    /// The block, if it must be opened; else the rows make new ones.
    pub(crate) existing: Option<(PostKey, StoredBlock)>,
    /// Into the sorted order.
    pub(crate) rows: Range<usize>,
}

/// Key of the row at a place of the sorted order.
pub(crate) fn key_at(batch: &Batch, order: &[Place], at: usize) -> PostKey {
    order
        .get(at)
        .and_then(|place| place.view(&batch.posts))
        .map(|view| PostKey::of_view(&view))
        .unwrap_or_default()
}

/// How many of the sorted rows sort before a key.
pub(crate) fn rows_before(batch: &Batch, order: &[Place], key: &PostKey) -> usize {
    order.partition_point(|place| place.view(&batch.posts).is_some_and(|view| PostKey::of_view(&view) < *key))
}

/// One post of the merged sequence.
enum Pick {
    /// Of the block that was there.
    Old(usize),
    /// Of the batch.
    New(Place),
    /// Of both, or changed.
    Merged(Box<Post>),
}

/// What a segment became.
struct Merged {
    existing: Option<(PostKey, Columns)>,
    picks: Vec<Pick>,
    report: WaveReport,
    changed: bool,
}

/// What became of the rows of a segment or a wave.
#[derive(Default)]
pub(crate) struct WaveReport {
    pub(crate) outcomes: Vec<(Place, Outcome)>,
    /// Posts that are to be dropped whenever they come, and whether they were there.
    pub(crate) gone: Vec<(PostId, Taken)>,
}

/// Merges the segments of a wave in parallel; appends what is to be written, returns what became of each row.
pub(crate) fn merge_wave(
    batch: &Batch,
    order: &[Place],
    wave: Vec<Segment>,
    tombstones: &Tombstones,
    writes: &mut Vec<Write>,
) -> Result<WaveReport, StoreError> {
    let merge_one = |segment: Segment| {
        let rows = order.get(segment.rows).unwrap_or_default();
        let existing = match segment.existing {
            Some((key, block)) => Some((key, block.decode()?)),
            None => None,
        };
        Ok(merge_rows(batch, rows, existing, tombstones))
    };
    let merged: Vec<Merged> = wave.into_par_iter().map(merge_one).collect::<Result<_, StoreError>>()?;
    let pieces: Vec<(&Merged, Range<usize>)> =
        merged.iter().filter(|segment| segment.changed).flat_map(|segment| cut(batch, segment)).collect();
    let encoded: Vec<EncodedBlock> = pieces
        .into_par_iter()
        .map(|(segment, range)| encode(batch, segment, range))
        .collect::<Result<_, _>>()?;
    for segment in merged.iter().filter(|segment| segment.changed) {
        if let Some((key, _)) = &segment.existing {
            writes.extend(removal(key));
        }
    }
    for block in encoded {
        push_block(block, writes);
    }
    let mut all = WaveReport::default();
    for Merged { report, .. } in merged {
        all.outcomes.extend(report.outcomes);
        all.gone.extend(report.gone);
    }
    Ok(all)
}

/// Writes that remove a block and what was noted of it.
pub(crate) fn removal(key: &PostKey) -> Vec<Write> {
    let groups = GROUPS.map(keys::group_byte);
    [keys::HEAD, keys::FILTER, keys::MATCHES]
        .into_iter()
        .chain(groups)
        .map(|prefix| (key.under(prefix), None))
        .collect()
}

/// Writes that put a block in. Later writes of a batch win, so a removal of the same key may stand before.
pub(crate) fn push_block(block: EncodedBlock, writes: &mut Vec<Write>) {
    writes.push((block.key.under(keys::FILTER), Some(block.filter)));
    writes.push((block.key.under(keys::HEAD), Some(block.head.encode())));
    for (group, bytes) in GROUPS.into_iter().zip(block.groups) {
        writes.push((block.key.under(keys::group_byte(group)), Some(bytes)));
    }
}

fn merge_rows(
    batch: &Batch,
    rows: &[Place],
    existing: Option<(PostKey, Columns)>,
    tombstones: &Tombstones,
) -> Merged {
    let nothing = Columns::new();
    let old = existing.as_ref().map_or(&nothing, |(_, columns)| columns);
    let mut picks: Vec<Pick> = Vec::with_capacity(old.len() + rows.len());
    let mut report = WaveReport { outcomes: Vec::with_capacity(rows.len()), gone: Vec::new() };
    let mut changed = false;
    let mut next_old = 0;
    // Key of the last row that was dropped: those of the same post come right after it.
    let mut dropped = None;
    for &row in rows {
        let Some(key) = row.sort_key(&batch.posts) else { continue };
        while next_old < old.len() && (old.second(next_old) < key.0 || old.sort_key(next_old) <= key) {
            picks.push(Pick::Old(next_old));
            next_old += 1;
        }
        let twin = picks.last().is_some_and(|pick| same_post(batch, old, pick, key));
        let gone = match grave(batch, row, tombstones) {
            Some(Grave::Forgotten) => {
                report.outcomes.push((row, Outcome::Forgotten));
                continue;
            }
            grave => {
                let stays_gone = twin && picks.last().is_some_and(|pick| is_deleted(batch, old, pick));
                grave.is_some() || stays_gone || dropped == Some(key)
            }
        };
        let outcome = if gone && batch.policy == DeletionPolicy::Drop {
            dropped = Some(key);
            let taken = if twin { Taken::Out } else { Taken::No };
            if twin || !tombstones.is_deleted(key.1, key.2) {
                let post = PostId { platform: key.1.to_owned(), id: key.2.to_owned() };
                report.gone.push((post, taken));
            }
            changed |= twin && picks.pop().is_some();
            if twin { Outcome::Updated } else { Outcome::Dropped }
        } else if twin {
            let (outcome, rewrite) = observe_again(batch, old, picks.last_mut(), row, gone);
            changed |= rewrite;
            outcome
        } else {
            picks.push(observe_first(batch, row, gone));
            changed = true;
            Outcome::Added
        };
        report.outcomes.push((row, outcome));
    }
    picks.extend((next_old..old.len()).map(Pick::Old));
    Merged { existing, picks, report, changed }
}

fn is_deleted(batch: &Batch, old: &Columns, pick: &Pick) -> bool {
    match pick {
        Pick::Old(at) => old.view(*at).deleted,
        Pick::New(row) => row.view(&batch.posts).is_some_and(|post| post.deleted),
        Pick::Merged(post) => post.deleted,
    }
}

/// Why an observation must not be taken as it is: what is remembered, or its own word.
fn grave(batch: &Batch, row: Place, tombstones: &Tombstones) -> Option<Grave> {
    let post = row.view(&batch.posts)?;
    tombstones.grave(&post).or(post.deleted.then_some(Grave::Deleted))
}

fn same_post(batch: &Batch, old: &Columns, pick: &Pick, key: (i64, &str, &str)) -> bool {
    match pick {
        // Most neighbours differ in their second already.
        Pick::Old(at) => old.second(*at) == key.0 && old.sort_key(*at) == key,
        Pick::New(row) => row.second == key.0 && row.sort_key(&batch.posts) == Some(key),
        Pick::Merged(post) => (post.posted_at.as_seconds(), post.platform.as_str(), post.id.as_str()) == key,
    }
}

/// A post that was not there: as it comes, or what a deletion leaves of it.
fn observe_first(batch: &Batch, row: Place, gone: bool) -> Pick {
    match gone.then(|| batch.policy.applied(own(batch, row))).flatten() {
        Some(post) => Pick::Merged(Box::new(post)),
        None => Pick::New(row),
    }
}

fn own(batch: &Batch, row: Place) -> Post {
    row.view(&batch.posts).map(|view| view.to_post()).unwrap_or_default()
}

/// Merges an observation into the post before it. Returns its outcome, and whether anything is to be rewritten: where a record came from
/// and when it was looked at may change without the post having changed.
fn observe_again(
    batch: &Batch,
    old: &Columns,
    pick: Option<&mut Pick>,
    row: Place,
    gone: bool,
) -> (Outcome, bool) {
    let Some(pick) = pick else { return (Outcome::Duplicate, false) };
    if !gone && is_repeat(batch, old, pick, row) {
        return (Outcome::Duplicate, false);
    }
    let before = match pick {
        Pick::Old(at) => old.view(*at).to_post(),
        Pick::New(row) => own(batch, *row),
        Pick::Merged(post) => post.as_ref().clone(),
    };
    let mut after = merge(before.clone(), own(batch, row));
    if gone {
        // What is dropped is not merged.
        after = batch.policy.applied(after.clone()).unwrap_or(after);
    }
    if after == before {
        return (Outcome::Duplicate, false);
    }
    let blind = |post: &Post| Post { provenance: Provenance::default(), collected_at: None, ..post.clone() };
    let outcome = if blind(&after) == blind(&before) { Outcome::Duplicate } else { Outcome::Updated };
    *pick = Pick::Merged(Box::new(after));
    (outcome, true)
}

/// The plain case, told without making a post: the same words again, from a later place.
fn is_repeat(batch: &Batch, old: &Columns, pick: &Pick, row: Place) -> bool {
    let known = match pick {
        Pick::Old(at) => Some((old, *at)),
        Pick::New(row) => batch.posts.get(row.part as usize).map(|part| (part, row.row as usize)),
        Pick::Merged(_) => None,
    };
    let new = batch.posts.get(row.part as usize).map(|part| (part, row.row as usize));
    match (known, new) {
        (Some((known, at)), Some((new, row))) => {
            known.provenance(at) <= new.provenance(row) && known.says_the_same(at, new, row)
        }
        _ => false,
    }
}

/// Cuts a merged segment into ranges of its picks: new posts into full blocks, an opened block into even parts.
fn cut<'a>(batch: &Batch, segment: &'a Merged) -> Vec<(&'a Merged, Range<usize>)> {
    let total = segment.picks.len();
    let most = if segment.existing.is_some() {
        total.div_ceil(total.div_ceil(BLOCK_POSTS).max(1))
    } else {
        BLOCK_POSTS
    };
    let mut ranges = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (at, pick) in segment.picks.iter().enumerate() {
        let length = text_length(batch, segment, pick);
        if at > start && (at - start == most || bytes + length > BLOCK_TEXT_BYTES) {
            ranges.push((segment, start..at));
            (start, bytes) = (at, 0);
        }
        bytes += length;
    }
    if start < total {
        ranges.push((segment, start..total));
    }
    ranges
}

fn text_length(batch: &Batch, segment: &Merged, pick: &Pick) -> usize {
    match (pick, &segment.existing) {
        (Pick::Old(at), Some((_, old))) => old.text_length(*at),
        (Pick::Old(_), None) => 0,
        (Pick::New(place), _) => place.row(&batch.posts).map_or(0, |row| row.columns.text_length(row.at)),
        (Pick::Merged(post), _) => post.text.len(),
    }
}

fn encode(batch: &Batch, segment: &Merged, range: Range<usize>) -> Result<EncodedBlock, StoreError> {
    let picks = segment.picks.get(range).unwrap_or_default();
    let mut merged = Columns::new();
    for pick in picks {
        if let Pick::Merged(post) = pick {
            merged.push(post);
        }
    }
    let mut next = 0;
    let row = |pick: &Pick| match (pick, &segment.existing) {
        (Pick::Old(at), Some((_, old))) => Some(Row { columns: old, at: *at }),
        (Pick::Old(_), None) => None,
        (Pick::New(place), _) => place.row(&batch.posts),
        (Pick::Merged(_), _) => {
            next += 1;
            Some(Row { columns: &merged, at: next - 1 })
        }
    };
    let rows: Vec<Row<'_>> = picks.iter().filter_map(row).collect();
    block::encode(&rows)
}
