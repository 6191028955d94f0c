//! Finding posts in two passes: the first chooses by times, authors and texts alone, the second reads whole only what was chosen.

use super::block_count::order_key;
use super::matches::Matches;
use super::rules::Rules;
use super::store_counts::{GROUP, scan_blocks, work_on};
use super::{
    AnswerError, Counts, Found, FoundPost, MAX_POSTS, PostsAnswer, PostsPlan, PostsQuestion, Wanted, matches,
    rules, span,
};
use crate::post::{Post, PostId, Timestamp};
use crate::store::{Ask, Columns, Groups, Store, StoreError, StoredBlock};
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap};
use std::ops::{ControlFlow, Range};
use xxhash_rust::xxh3::Xxh3Default;

/// What the chosen posts are sorted by: time, or the seed's hash; then time, platform, id.
type Rank = (u64, Timestamp, PostId);

/// What a block offers, or several.
#[derive(Default)]
struct Offer {
    /// Wanted posts.
    total: u64,
    /// The best of them.
    best: BTreeSet<Rank>,
}

/// Blocks looked at first when a page is read on. Twice as many every time, so that a page reads little more than it needs.
const FIRST_WAVE: usize = 2;

pub(super) fn answer_posts(counts: &dyn Counts, asked: &PostsQuestion) -> Result<PostsAnswer, AnswerError> {
    let theories = &asked.campaign.theories;
    let of = rules::wanted(theories, &asked.of)?;
    let zone = span::zone(&asked.zone)?;
    let bounds = (asked.since, asked.until);
    let span = span::resolve(counts, &asked.campaign, &zone, bounds, asked.now)?;
    let plan = PostsPlan {
        theories,
        of,
        span: span.clone(),
        limit: asked.limit,
        seed: asked.seed,
        after: asked.after.clone(),
    };
    let found = counts.posts(&plan)?;
    let last = found.posts.last().filter(|_| found.more);
    let first_page = asked.after.is_none() || asked.seed.is_some();
    let outside =
        first_page.then(|| counts.outside(&span, asked.now)).transpose()?.map(|facts| facts.outside);
    Ok(PostsAnswer {
        schema: "tagline.posts/1".into(),
        total: found.total,
        since: span.start,
        until: span.end,
        outside,
        next: last.map(|found| (found.post.posted_at, found.post.post_id())),
        synthetic: found.posts.iter().any(|found| found.post.synthetic),
        rules: crate::theory::rules_hash(theories),
        posts: found.posts,
    })
}

/// Finds the posts of a plan in a store.
pub(super) fn find_posts(store: &dyn Store, plan: &PostsPlan<'_>) -> Result<Found, AnswerError> {
    let rules = Rules::compile(plan.theories)?;
    let limit = plan.limit.min(MAX_POSTS);
    // One more than asked tells whether there are more.
    let search = Search { store, plan, rules: &rules, keep: limit + 1 };
    let after = plan.after.as_ref().filter(|_| plan.seed.is_none());
    let (total, mut best) = match after {
        None => search.whole().map(|offer| (Some(offer.total), offer.best))?,
        Some(after) => (None, search.after(after)?),
    };
    let more = plan.seed.is_none() && best.len() > limit;
    while best.len() > limit {
        best.pop_last();
    }
    let mut keys: Vec<(Timestamp, PostId)> = best.into_iter().map(|(_, at, id)| (at, id)).collect();
    keys.sort_unstable();
    let posts = read_whole(store, &keys)?;
    let found = posts.into_par_iter().map(|post| FoundPost { theories: rules.evidence(&post), post });
    Ok(Found { total, posts: found.collect(), more })
}

/// The first pass.
struct Search<'a> {
    store: &'a dyn Store,
    plan: &'a PostsPlan<'a>,
    rules: &'a Rules,
    /// So many of the best are kept.
    keep: usize,
}

impl Search<'_> {
    /// Looks at the whole span: all wanted posts are counted.
    fn whole(&self) -> Result<Offer, AnswerError> {
        let mut chosen = Offer::default();
        let work = |block: &StoredBlock, columns: &Columns| self.offer(block, columns, None);
        let more = |block: &StoredBlock| self.unread(block);
        scan_blocks(self.store, self.plan.span.clone(), self.ask(&more), &work, &mut |part: Offer| {
            chosen.total += part.total;
            self.take(&mut chosen.best, part.best);
            self.rules.keep_notes(self.store, false);
        })?;
        self.rules.keep_notes(self.store, true);
        Ok(chosen)
    }

    /// Looks at the blocks from a post on, until enough are found.
    fn after(&self, after: &(Timestamp, PostId)) -> Result<BTreeSet<Rank>, AnswerError> {
        let span = self.plan.span.start.max(after.0)..self.plan.span.end;
        let mut best = BTreeSet::new();
        let (mut waiting, mut wave) = (Vec::new(), FIRST_WAVE);
        let mut outcome = Ok(());
        let work = |block: &StoredBlock, columns: &Columns| self.offer(block, columns, Some(after));
        let more = |block: &StoredBlock| self.unread(block);
        let drain = |waiting: &mut Vec<StoredBlock>, best: &mut BTreeSet<Rank>| -> Result<(), StoreError> {
            work_on(waiting, &work)?.into_iter().for_each(|part| self.take(best, part.best));
            Ok(())
        };
        self.store.scan(span, self.ask(&more), &mut |block| {
            if waiting.len() >= wave {
                outcome = drain(&mut waiting, &mut best);
                wave = (2 * wave).min(GROUP);
            }
            if outcome.is_err() || self.is_enough(&best, &block) {
                return ControlFlow::Break(());
            }
            waiting.push(block);
            ControlFlow::Continue(())
        })?;
        outcome?;
        drain(&mut waiting, &mut best)?;
        Ok(best)
    }

    /// Whether neither this block nor a later one can offer anything better. Blocks follow each other in whole seconds; within a second
    /// the finest time decides, so that a later block may still hold an earlier post.
    fn is_enough(&self, best: &BTreeSet<Rank>, next: &StoredBlock) -> bool {
        let worst = best.last().filter(|_| best.len() >= self.keep);
        worst.is_some_and(|(_, at, _)| at.as_seconds() < next.first.as_seconds())
    }

    fn take(&self, best: &mut BTreeSet<Rank>, part: BTreeSet<Rank>) {
        best.extend(part);
        while best.len() > self.keep {
            best.pop_last();
        }
    }

    fn ask<'m>(&self, more: &'m (dyn Fn(&StoredBlock) -> Groups + Sync)) -> Ask<'m> {
        match self.plan.of {
            Wanted::All => Groups::WHO.into(),
            Wanted::Theory(_) | Wanted::Unmatched => {
                Ask { groups: Groups::WHO.and(Groups::MATCHES), more: Some(more) }
            }
        }
    }

    /// No text is read in this pass where every post is wanted, or where the matches are known.
    fn unread(&self, block: &StoredBlock) -> Groups {
        matches::unread(self.rules, block)
    }

    /// The wanted posts of a block, of which the best are kept.
    fn offer(
        &self,
        block: &StoredBlock,
        columns: &Columns,
        after: Option<&(Timestamp, PostId)>,
    ) -> Result<Offer, StoreError> {
        let plan = self.plan;
        let mut offer = Offer::default();
        let mut known = Matches::default();
        if plan.of != Wanted::All {
            let (matches, note) = matches::matches(self.rules, block, columns)?;
            self.rules.note(note);
            known = matches;
        }
        for (at, post) in columns.iter().enumerate() {
            if post.deleted || !plan.span.contains(&post.posted_at) {
                continue;
            }
            if after.is_some_and(|(at, id)| order_key(&post) <= (*at, id.platform.as_str(), id.id.as_str())) {
                continue;
            }
            if !plan.of.takes(known.of(at)) {
                continue;
            }
            offer.total += 1;
            let rank = plan.seed.map_or(0, |seed| sample_rank(seed, post.platform, post.id));
            let worst = offer.best.last().filter(|_| offer.best.len() >= self.keep);
            let too_late = worst.is_some_and(|(worst, at, id)| {
                (rank, order_key(&post)) >= (*worst, (*at, id.platform.as_str(), id.id.as_str()))
            });
            if !too_late {
                let id = PostId { platform: post.platform.to_owned(), id: post.id.to_owned() };
                offer.best.insert((rank, post.posted_at, id));
                if offer.best.len() > self.keep {
                    offer.best.pop_last();
                }
            }
        }
        Ok(offer)
    }
}

/// A sample takes the smallest of these: it depends on the seed and the post alone.
fn sample_rank(seed: u64, platform: &str, id: &str) -> u64 {
    let mut hasher = Xxh3Default::new();
    hasher.update(&seed.to_le_bytes());
    hasher.update(platform.as_bytes());
    hasher.update(&[0]);
    hasher.update(id.as_bytes());
    hasher.digest()
}

/// Reads chosen posts with all their columns, in the order of the keys, which is time order. Every block is read once.
pub(super) fn read_whole(store: &dyn Store, keys: &[(Timestamp, PostId)]) -> Result<Vec<Post>, AnswerError> {
    let wanted: HashMap<(i64, &str, &str), usize> = keys
        .iter()
        .enumerate()
        .map(|(slot, (at, id))| ((at.as_millis(), id.platform.as_str(), id.id.as_str()), slot))
        .collect();
    let mut posts: Vec<Option<Post>> = vec![None; keys.len()];
    let work = |_: &StoredBlock, columns: &Columns| {
        let slots = columns.iter().filter_map(|post| {
            let key = (post.posted_at.as_millis(), post.platform, post.id);
            wanted.get(&key).map(|&slot| (slot, post.to_post()))
        });
        Ok(slots.collect::<Vec<(usize, Post)>>())
    };
    let mut drain = |waiting: &mut Vec<StoredBlock>| -> Result<(), StoreError> {
        for (slot, post) in work_on(waiting, &work)?.into_iter().flatten() {
            if let Some(place) = posts.get_mut(slot) {
                *place = Some(post);
            }
        }
        Ok(())
    };
    let mut waiting: Vec<StoredBlock> = Vec::new();
    let mut outcome = Ok(());
    // Posts of earlier seconds stand in blocks that were read, or are not wanted.
    let mut read_to = i64::MIN;
    // The next block that is read may be the one that was read last.
    let mut last = None;
    for second in keys.iter().map(|(at, _)| at.as_seconds()) {
        if second < read_to {
            continue;
        }
        read_to = second + 1;
        store.scan(whole_second(second), Groups::ALL.into(), &mut |block| {
            // The second in which a block ends may go on in the next block.
            read_to = read_to.max(block.last.as_seconds());
            if last.replace(block.content) != Some(block.content) {
                waiting.push(block);
            }
            if waiting.len() >= GROUP {
                outcome = drain(&mut waiting);
            }
            if outcome.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        std::mem::replace(&mut outcome, Ok(()))?;
    }
    drain(&mut waiting)?;
    Ok(posts.into_iter().flatten().collect())
}

fn whole_second(second: i64) -> Range<Timestamp> {
    let at = |second: i64| Timestamp::from_millis_unchecked(second.saturating_mul(1000));
    at(second)..at(second.saturating_add(1))
}
