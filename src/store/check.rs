//! Verifying a store block by block, and cutting out what cannot be read. Blocks are read in order and verified in parallel.

use super::batch::NoteKey;
use super::block::{self, GROUPS, Head, StoredBlock};
use super::keys::{self, PostKey};
use super::pages::{Pages, Write};
use super::{Columns, Damage, Health, Part, Repair, StoreError, filter, plan};
use crate::post::MAX_TIMESTAMP;
use rayon::prelude::*;
use std::ops::ControlFlow;

/// Blocks held at once: enough for any number of threads, a few megabytes packed.
const WAVE_BLOCKS: usize = 32;
/// Most hashes in a set that lists them, and bytes of one that estimates: `docs/store.md`, sets of hashes.
const LISTED_HASHES: usize = 4096;
const REGISTERS: usize = 16_384;

/// Reads and verifies everything. `revision` is written with every change of posts.
pub(crate) fn check(
    pages: &impl Pages,
    repair: Repair,
    revision: &dyn Fn() -> Result<Write, StoreError>,
) -> Result<Health, StoreError> {
    let mut health = Health {
        forgotten: count(pages, keys::FORGOTTEN)?,
        cursors: count(pages, keys::CURSOR)?,
        dropped_posts: count_where(pages, keys::TOMBSTONE, &|value| !value.is_empty())?,
        ..Health::default()
    };
    let mut after = None;
    loop {
        let (wave, ended) = read_wave(pages, after.as_ref())?;
        after = wave.last().and_then(|raw| raw.key.clone());
        let found: Vec<Finding> = wave.into_par_iter().map(examine).collect::<Result<_, _>>()?;
        let mut writes = Vec::new();
        for finding in found {
            finding.enter(&mut health, &mut writes);
        }
        treat(pages, repair, &mut health, writes, revision)?;
        if ended {
            break;
        }
    }
    let writes = check_left_out(pages, &mut health)?;
    treat(pages, repair, &mut health, writes, revision)?;
    if repair == Repair::Rebuild && !health.damaged.is_empty() {
        pages.sync()?;
    }
    Ok(health)
}

fn treat(
    pages: &impl Pages,
    repair: Repair,
    health: &mut Health,
    writes: Vec<(Part, Vec<Write>)>,
    revision: &dyn Fn() -> Result<Write, StoreError>,
) -> Result<(), StoreError> {
    if repair == Repair::No || writes.is_empty() {
        return Ok(());
    }
    let of = |part: Part| writes.iter().filter(|(of, _)| *of == part).count() as u64;
    let dropped = of(Part::Posts);
    health.dropped += dropped;
    health.rebuilt += of(Part::Filter);
    let mut all: Vec<Write> = writes.into_iter().flat_map(|(_, writes)| writes).collect();
    if dropped > 0 {
        all.push(revision()?);
    }
    pages.apply(all)
}

/// A block as it lies there; or, without a key, what lies before the first.
struct Raw {
    key: Option<PostKey>,
    head: Vec<u8>,
    groups: [Option<Vec<u8>>; 3],
    filter: Option<Vec<u8>>,
    /// Keys of parts that lie between this block and the next and belong to none.
    strays: Vec<Vec<u8>>,
    /// Where the next block begins.
    next: Option<PostKey>,
}

/// What was found of a block: how many posts, what is wrong, and what would put it right.
#[derive(Default)]
struct Finding {
    posts: Option<u64>,
    deleted_with_text: u64,
    wrong: Vec<(Damage, Vec<Write>)>,
}

impl Finding {
    fn enter(self, health: &mut Health, writes: &mut Vec<(Part, Vec<Write>)>) {
        if let Some(posts) = self.posts {
            health.blocks += 1;
            health.posts += posts;
            health.deleted_with_text += self.deleted_with_text;
        }
        for (damage, cure) in self.wrong {
            writes.push((damage.part, cure));
            health.damaged.push(damage);
        }
    }
}

/// The next blocks, and whether they are the last.
fn read_wave(pages: &impl Pages, after: Option<&PostKey>) -> Result<(Vec<Raw>, bool), StoreError> {
    let mut from = after.map_or_else(|| vec![keys::HEAD], |key| key.under(keys::HEAD));
    if after.is_some() {
        from.push(0);
    }
    let mut heads: Vec<(Option<PostKey>, Vec<u8>)> = Vec::new();
    if after.is_none() {
        heads.push((None, Vec::new()));
    }
    pages.range(&from, &[keys::HEAD + 1], &mut |key, head| {
        heads.push((Some(PostKey::from(key.get(1..).unwrap_or_default().to_vec())), head.to_vec()));
        if heads.len() > WAVE_BLOCKS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    let beyond = if heads.len() > WAVE_BLOCKS { heads.pop().and_then(|(key, _)| key) } else { None };
    let nexts: Vec<Option<PostKey>> =
        heads.iter().skip(1).map(|(key, _)| key.clone()).chain([beyond.clone()]).collect();
    let wave = heads.into_iter().zip(nexts).map(|((key, head), next)| read_raw(pages, key, head, next));
    Ok((wave.collect::<Result<_, _>>()?, beyond.is_none()))
}

fn read_raw(
    pages: &impl Pages,
    key: Option<PostKey>,
    head: Vec<u8>,
    next: Option<PostKey>,
) -> Result<Raw, StoreError> {
    let (mut groups, mut filter) = ([None, None, None], None);
    if let Some(key) = &key {
        for (slot, group) in groups.iter_mut().zip(GROUPS) {
            *slot = pages.get(&key.under(keys::group_byte(group)))?;
        }
        filter = pages.get(&key.under(keys::FILTER))?;
    }
    let mut strays = Vec::new();
    for prefix in GROUPS.map(keys::group_byte).into_iter().chain([keys::FILTER]) {
        let from = key.as_ref().map_or_else(|| vec![prefix], |key| [&key.under(prefix)[..], &[0]].concat());
        let to = next.as_ref().map_or_else(|| vec![prefix + 1], |next| next.under(prefix));
        pages.range(&from, &to, &mut |key, _| {
            strays.push(key.to_vec());
            ControlFlow::Continue(())
        })?;
    }
    Ok(Raw { key, head, groups, filter, strays, next })
}

fn examine(raw: Raw) -> Result<Finding, StoreError> {
    let mut finding = Finding { wrong: stray(&raw), ..Finding::default() };
    let Some(key) = raw.key.clone() else { return Ok(finding) };
    let head = Head::decode(&raw.head);
    let damage = |part: Part, what: String| match &head {
        Ok(head) => Damage { what, part, first: head.first, last: head.last, posts: Some(head.count as u64) },
        Err(_) => Damage { what, part, first: key.start(), last: end(raw.next.as_ref()), posts: None },
    };
    let posts = match head.as_ref() {
        Ok(head) => read_posts(key.clone(), head, raw.groups),
        Err(StoreError::Damaged(what)) => {
            Err(StoreError::Damaged(format!("{what}: it begins at {}", key.start())))
        }
        Err(_) => return head.map(|_| finding),
    };
    match posts {
        Ok(posts) => {
            finding.posts = Some(posts.len() as u64);
            finding.deleted_with_text =
                posts.iter().filter(|post| post.deleted && !post.text.is_empty()).count() as u64;
            let hashes: Vec<u64> = posts.iter().map(|post| filter::id_hash(post.platform, post.id)).collect();
            if !filter_holds(raw.filter.as_deref(), &hashes) {
                let what = format!("the filter of ids of a block that begins at {} is wrong", key.start());
                let cure = (key.under(keys::FILTER), Some(filter::encode(hashes)));
                finding.wrong.push((damage(Part::Filter, what), vec![cure]));
            }
        }
        Err(StoreError::Damaged(what)) => {
            finding.wrong.push((damage(Part::Posts, what), plan::removal(&key)));
        }
        Err(other) => return Err(other),
    }
    Ok(finding)
}

fn read_posts(key: PostKey, head: &Head, groups: [Option<Vec<u8>>; 3]) -> Result<Columns, StoreError> {
    let damaged = |how: &str| StoreError::Damaged(format!("a block that begins at {} {how}", head.first));
    let mut block = StoredBlock::new(key, head);
    for (group, bytes) in GROUPS.into_iter().zip(groups) {
        block.add(group, bytes.ok_or_else(|| damaged("lacks a column group"))?)?;
    }
    let posts = block.decode()?;
    let digest = posts.iter().fold(0, |sum: u128, post| sum.wrapping_add(block::post_digest(&post)));
    if digest == head.digest { Ok(posts) } else { Err(damaged("does not match its digest")) }
}

/// Whether the filter is there, whole, and knows every id.
fn filter_holds(filter: Option<&[u8]>, hashes: &[u64]) -> bool {
    let knows = |filter: &[u8], hash: &u64| filter::may_contain(filter, &[*hash]).unwrap_or(false);
    filter.is_some_and(|filter| hashes.iter().all(|hash| knows(filter, hash)))
}

/// Parts of blocks whose head is gone: nothing reads them, and their posts are lost.
fn stray(raw: &Raw) -> Vec<(Damage, Vec<Write>)> {
    let block = |key: &[u8]| PostKey::from(key.get(1..).unwrap_or_default().to_vec());
    let mut blocks: Vec<PostKey> = raw.strays.iter().map(|key| block(key)).collect();
    blocks.sort_unstable();
    blocks.dedup();
    let wrong = |key: PostKey| {
        let (first, last) = (key.start(), end(raw.next.as_ref()));
        let what = format!("a block that begins at {first} has no head");
        (Damage { what, part: Part::Posts, first, last, posts: None }, plan::removal(&key))
    };
    blocks.into_iter().map(wrong).collect()
}

/// No post of a block is later than the beginning of the next.
fn end(next: Option<&PostKey>) -> crate::post::Timestamp {
    next.map_or(MAX_TIMESTAMP, PostKey::start)
}

fn count(pages: &impl Pages, prefix: u8) -> Result<u64, StoreError> {
    count_where(pages, prefix, &|_| true)
}

fn count_where(pages: &impl Pages, prefix: u8, counts: &dyn Fn(&[u8]) -> bool) -> Result<u64, StoreError> {
    let mut keys = 0;
    pages.range(&[prefix], &[prefix + 1], &mut |_, value| {
        keys += u64::from(counts(value));
        ControlFlow::Continue(())
    })?;
    Ok(keys)
}

/// The counts of posts left out: what they are made of is read by others, whether they can be is told here.
fn check_left_out(pages: &impl Pages, health: &mut Health) -> Result<Vec<(Part, Vec<Write>)>, StoreError> {
    let from = keys::note(&NoteKey::LeftOut(String::new()));
    let to: Vec<u8> = from.iter().map(|byte| byte + 1).collect();
    let mut writes = Vec::new();
    pages.range(&from, &to, &mut |key, set| {
        let whole = match set.split_first() {
            Some((1, hashes)) => hashes.len() % 8 == 0 && hashes.len() / 8 <= LISTED_HASHES,
            Some((2, registers)) => registers.len() == REGISTERS,
            _ => false,
        };
        if !whole {
            let what = "a count of posts left out at import cannot be read".to_owned();
            let (first, last) = (crate::post::MIN_TIMESTAMP, MAX_TIMESTAMP);
            health.damaged.push(Damage { what, part: Part::LeftOut, first, last, posts: None });
            writes.push((Part::LeftOut, vec![(key.to_vec(), None)]));
        }
        ControlFlow::Continue(())
    })?;
    Ok(writes)
}
