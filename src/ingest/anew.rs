//! Taking out what an earlier reading of a file brought, before it is read with other options.

use crate::post::{RunKey, Timestamp};
use crate::store::{Batch, Columns, Durability, Groups, PostKey, Store, StoreError, StoredBlock};
use std::ops::ControlFlow;

/// Posts taken out at a time.
const REMOVALS: usize = 8192;

/// What was taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Removed {
    pub(crate) posts: u64,
    /// Time of the earliest of them.
    pub(crate) first: Timestamp,
    /// Time of the latest of them.
    pub(crate) last: Timestamp,
}

/// Takes out every post that carries the run, page by page; `None` if there was none.
pub(crate) fn remove_run(store: &dyn Store, run: RunKey) -> Result<Option<Removed>, StoreError> {
    let mut from = Timestamp::from_millis_unchecked(i64::MIN);
    let mut removed: Option<Removed> = None;
    loop {
        let (found, reached) = next_page(store, run, from)?;
        if found.is_empty() {
            return Ok(removed);
        }
        from = reached;
        for (_, at) in &found {
            let known = removed.get_or_insert(Removed { posts: 0, first: *at, last: *at });
            *known =
                Removed { posts: known.posts + 1, first: known.first.min(*at), last: known.last.max(*at) };
        }
        let removals = found.into_iter().map(|(key, _)| key).collect();
        store.put(&Batch { removals, durability: Durability::Buffered, ..Batch::default() })?;
    }
}

/// Keys and times of the run's posts in the blocks from a time on, until there are enough; and where to go on.
fn next_page(
    store: &dyn Store,
    run: RunKey,
    from: Timestamp,
) -> Result<(Vec<(PostKey, Timestamp)>, Timestamp), StoreError> {
    let mut found = Vec::new();
    let mut reached = from;
    let mut failure = None;
    let mut look = |block: &StoredBlock| -> Result<bool, StoreError> {
        let posts: Columns = block.decode()?;
        let ours = (0..posts.len()).filter(|&at| posts.run(at) == run).map(|at| posts.view(at));
        found.extend(ours.map(|post| (PostKey::of_view(&post), post.posted_at)));
        Ok(found.len() >= REMOVALS)
    };
    let until = Timestamp::from_millis_unchecked(i64::MAX);
    store.scan(from..until, Groups::WHO.and(Groups::REST).into(), &mut |block| {
        reached = block.first;
        let enough = look(&block).unwrap_or_else(|error| {
            failure = Some(error);
            true
        });
        if enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    failure.map_or(Ok((found, reached)), Err)
}
