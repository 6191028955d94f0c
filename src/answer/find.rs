//! Finding posts in two passes: the first chooses by times, authors and texts alone, the second reads whole only what was chosen.

use super::block_count::order_key;
use super::rules::Rules;
use super::store_counts::scan_blocks;
use super::{
    AnswerError, Counts, Found, FoundPost, MAX_POSTS, PostSelection, PostsAnswer, PostsPlan, PostsQuestion,
    Wanted, rules, span,
};
use crate::post::{Post, PostId, Timestamp};
use crate::store::{Columns, Groups, Store, StoredBlock};
use std::collections::{BTreeSet, HashMap};
use xxhash_rust::xxh3::Xxh3Default;

/// What the chosen posts are sorted by: time, or the seed's hash; then time, platform, id.
type Rank = (u64, Timestamp, PostId);

/// What one block offers.
#[derive(Default)]
struct Offer {
    total: u64,
    /// Of these, posts after the one to go on from.
    eligible: u64,
    best: BTreeSet<Rank>,
}

pub(super) fn answer_posts(counts: &dyn Counts, asked: &PostsQuestion) -> Result<PostsAnswer, AnswerError> {
    let theories = &asked.campaign.theories;
    let of = match &asked.of {
        PostSelection::All => Wanted::All,
        PostSelection::Unmatched => Wanted::Unmatched,
        PostSelection::Theory(id) => rules::theory_index(theories, id).map(Wanted::Theory)?,
    };
    let zone = span::zone(&asked.zone)?;
    let bounds = (asked.since, asked.until);
    let span = span::resolve(counts, &asked.campaign, &zone, bounds, asked.now)?;
    let after = asked.after.clone();
    let found =
        counts.posts(&PostsPlan { theories, of, span, limit: asked.limit, seed: asked.seed, after })?;
    let last = found.posts.last().filter(|_| found.more);
    Ok(PostsAnswer {
        schema: "tagline.posts/1".into(),
        total: found.total,
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
    let groups = Groups::WHO.and(Groups::TEXT).and(rules.groups());
    let mut chosen = Offer::default();
    let work = |_: &StoredBlock, columns: &Columns| offer(columns, &rules, plan, limit);
    scan_blocks(store, plan.span.clone(), groups, &work, &mut |part: Offer| {
        chosen.total += part.total;
        chosen.eligible += part.eligible;
        chosen.best.extend(part.best);
        while chosen.best.len() > limit {
            chosen.best.pop_last();
        }
    })?;
    let mut keys: Vec<(Timestamp, PostId)> = chosen.best.into_iter().map(|(_, at, id)| (at, id)).collect();
    keys.sort_unstable();
    let posts = read_whole(store, &keys)?;
    let found = posts.into_iter().map(|post| FoundPost { theories: rules.evidence(&post), post }).collect();
    let more = plan.seed.is_none() && chosen.eligible > limit as u64;
    Ok(Found { total: chosen.total, posts: found, more })
}

/// The wanted posts of a block, of which the `limit` best are kept.
fn offer(columns: &Columns, rules: &Rules, plan: &PostsPlan<'_>, limit: usize) -> Offer {
    let mut offer = Offer::default();
    let (mut buffers, mut theories) = (rules.buffers(), Vec::new());
    let after = plan.after.as_ref().filter(|_| plan.seed.is_none());
    for post in columns.iter().filter(|post| !post.deleted && plan.span.contains(&post.posted_at)) {
        rules.theories_of(&post, &mut buffers, &mut theories);
        if !plan.of.takes(&theories) {
            continue;
        }
        offer.total += 1;
        if after.is_some_and(|(at, id)| order_key(&post) <= (*at, id.platform.as_str(), id.id.as_str())) {
            continue;
        }
        offer.eligible += 1;
        let rank = plan.seed.map_or(0, |seed| sample_rank(seed, post.platform, post.id));
        let worst = offer.best.last().filter(|_| offer.best.len() >= limit);
        let worse = worst.is_some_and(|(worst, at, id)| {
            (rank, order_key(&post)) >= (*worst, (*at, id.platform.as_str(), id.id.as_str()))
        });
        if !worse && limit > 0 {
            let id = PostId { platform: post.platform.to_owned(), id: post.id.to_owned() };
            offer.best.insert((rank, post.posted_at, id));
            if offer.best.len() > limit {
                offer.best.pop_last();
            }
        }
    }
    offer
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

/// Reads chosen posts with all their columns, in the order of the keys, which is time order.
fn read_whole(store: &dyn Store, keys: &[(Timestamp, PostId)]) -> Result<Vec<Post>, AnswerError> {
    let wanted: HashMap<(i64, &str, &str), usize> = keys
        .iter()
        .enumerate()
        .map(|(slot, (at, id))| ((at.as_millis(), id.platform.as_str(), id.id.as_str()), slot))
        .collect();
    let mut posts: Vec<Option<Post>> = vec![None; keys.len()];
    for slot in 0..keys.len() {
        // The block of an earlier one may have brought it along.
        let Some((at, _)) = keys.get(slot).filter(|_| posts.get(slot).is_some_and(Option::is_none)) else {
            continue;
        };
        let work = |_: &StoredBlock, columns: &Columns| -> Vec<(usize, Post)> {
            let slots = columns.iter().filter_map(|post| {
                let key = (post.posted_at.as_millis(), post.platform, post.id);
                wanted.get(&key).map(|&slot| (slot, post.to_post()))
            });
            slots.collect()
        };
        let span = *at..Timestamp::from_millis_unchecked(at.as_millis() + 1);
        scan_blocks(store, span, Groups::ALL, &work, &mut |found| {
            for (slot, post) in found {
                if let Some(place) = posts.get_mut(slot) {
                    *place = Some(post);
                }
            }
        })?;
    }
    Ok(posts.into_iter().flatten().collect())
}
