//! Ids that occur more than once: two records whose times differ are two posts, and one of the times is wrong.
//!
//! Found in bounded memory: hashes of ids are sorted, a part of them in each pass over the store.

use super::{Groups, Store, StoreError, StoredBlock};
use crate::post::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{ControlFlow, Range};
use xxhash_rust::xxh3::Xxh3;

/// Ids whose hashes are held at once, 24 bytes each: 96 MB, half of what an import may take. Ten million posts are three passes.
pub(crate) const PASS_IDS: u64 = 4_000_000;
/// Most ids that are listed: more than a person looks through.
pub const LISTED_IDS: usize = 100;
/// Most times of an id that are listed: a column of ids that holds something else may give one id a million.
pub const LISTED_TIMES: usize = 10;

/// Ids that occur more than once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Twice {
    /// How many there are.
    pub ids: u64,
    /// Those with the earliest posts, in their order.
    pub listed: Vec<IdTwice>,
}

/// One of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdTwice {
    /// Where it was published.
    pub platform: String,
    /// The id.
    pub id: String,
    /// Posts that have it.
    pub posts: u64,
    /// Their times, the earliest first, as many as are listed.
    pub times: Vec<Timestamp>,
}

/// A hash of platform and id: so long that no two ids share one.
type Hash = [u64; 2];

/// Every time there is.
const ALWAYS: Range<Timestamp> =
    Timestamp::from_millis_unchecked(i64::MIN)..Timestamp::from_millis_unchecked(i64::MAX);

/// Finds the ids that occur more than once. The store must be sound: a block that cannot be read ends it.
pub fn ids_twice(store: &dyn Store) -> Result<Twice, StoreError> {
    find(store, PASS_IDS)
}

fn find(store: &dyn Store, most: u64) -> Result<Twice, StoreError> {
    let mut posts = 0;
    store.scan(ALWAYS, Groups::NONE.into(), &mut |block| {
        posts += block.count as u64;
        ControlFlow::Continue(())
    })?;
    let passes = posts.div_ceil(most.max(1)).max(1);
    let mut ids = 0;
    // By earliest time, so that which are listed depends on nothing but the posts.
    let mut earliest: BTreeSet<(i64, Hash)> = BTreeSet::new();
    for pass in 0..passes {
        let mut hashes: Vec<(Hash, i64)> = Vec::with_capacity(usize::try_from(posts / passes).unwrap_or(0));
        each_post(store, &mut |hash, _, _, at| {
            if part_of(hash, passes) == pass {
                hashes.push((hash, at.as_millis()));
            }
        })?;
        hashes.sort_unstable();
        for same in hashes.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
            ids += 1;
            earliest.extend(same.first().map(|&(hash, first)| (first, hash)));
            if earliest.len() > LISTED_IDS {
                earliest.pop_last();
            }
        }
    }
    let wanted = earliest.into_iter().map(|(_, hash)| hash);
    Ok(Twice { ids, listed: list(store, wanted)? })
}

/// Which pass a hash belongs to.
fn part_of(hash: Hash, passes: u64) -> u64 {
    hash.first().copied().unwrap_or(0) % passes
}

/// Looks up what the hashes stand for.
fn list(store: &dyn Store, wanted: impl Iterator<Item = Hash>) -> Result<Vec<IdTwice>, StoreError> {
    let mut found: BTreeMap<Hash, IdTwice> = wanted.map(|hash| (hash, IdTwice::default())).collect();
    if found.is_empty() {
        return Ok(Vec::new());
    }
    each_post(store, &mut |hash, platform, id, at| {
        let Some(entry) = found.get_mut(&hash) else { return };
        if entry.posts == 0 {
            (entry.platform, entry.id) = (platform.to_owned(), id.to_owned());
        }
        entry.posts += 1;
        if entry.times.len() < LISTED_TIMES {
            entry.times.push(at);
        }
    })?;
    let mut listed: Vec<IdTwice> = found.into_values().collect();
    listed.sort_by(|a, b| (&a.times, &a.platform, &a.id).cmp(&(&b.times, &b.platform, &b.id)));
    Ok(listed)
}

fn each_post(store: &dyn Store, each: &mut dyn FnMut(Hash, &str, &str, Timestamp)) -> Result<(), StoreError> {
    let mut failure = None;
    let mut look = |block: &StoredBlock| -> Result<(), StoreError> {
        for post in block.decode()?.iter() {
            each(hash(post.platform, post.id), post.platform, post.id, post.posted_at);
        }
        Ok(())
    };
    store.scan(ALWAYS, Groups::WHO.into(), &mut |block| {
        failure = look(&block).err();
        if failure.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    failure.map_or(Ok(()), Err)
}

fn hash(platform: &str, id: &str) -> Hash {
    let mut hasher = Xxh3::new();
    hasher.update(platform.as_bytes());
    // No platform has a NUL.
    hasher.update(&[0]);
    hasher.update(id.as_bytes());
    let hash = hasher.digest128().to_le_bytes();
    let (low, high) = hash.split_at(8);
    [low, high].map(|half| u64::from_le_bytes(half.try_into().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::Post;
    use crate::store::{Batch, Columns, memory_store};

    fn store(posts: impl Iterator<Item = (u32, i64)>) -> Box<dyn Store> {
        let mut columns = Columns::new();
        for (id, second) in posts {
            columns.push(&Post {
                platform: if id % 2 == 0 { "x".into() } else { "fediverse".into() },
                id: id.to_string(),
                posted_at: Timestamp::from_millis_unchecked(second * 1000),
                synthetic: true,
                ..Post::default()
            });
        }
        let store = memory_store().unwrap();
        store.put(&Batch::of(columns)).unwrap();
        store
    }

    #[test]
    fn ids_that_occur_twice_are_the_same_in_any_number_of_passes() {
        let once = (0..5000).map(|id| (id, i64::from(id)));
        let again = (0..5000).filter(|id| id % 20 == 3).map(|id| (id, 10_000 - i64::from(id)));
        let often = (0..30).map(|n| (7777, 20_000 + n));
        let store = store(once.chain(again).chain(often));
        let found = find(&*store, 10_000).unwrap();
        assert_eq!((found.ids, found.listed.len()), (251, LISTED_IDS));
        let first = found.listed.first().unwrap();
        assert_eq!((first.platform.as_str(), first.id.as_str(), first.posts), ("fediverse", "3", 2));
        assert_eq!(first.times.iter().map(|at| at.as_seconds()).collect::<Vec<_>>(), [3, 9997]);
        for most in [500, 1700] {
            assert_eq!(find(&*store, most).unwrap(), found, "{most} at once");
        }
    }

    #[test]
    fn many_times_of_one_id_are_counted_and_few_listed() {
        let found = ids_twice(&*store((0..3000).map(|n| (5, n)))).unwrap();
        assert_eq!((found.ids, found.listed.len()), (1, 1));
        assert_eq!((found.listed[0].posts, found.listed[0].times.len()), (3000, LISTED_TIMES));
        let none = ids_twice(&*store((0..3000).map(|n| (n, 5)))).unwrap();
        assert_eq!(none, Twice::default());
    }
}
