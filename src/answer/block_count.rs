//! What one block adds to an answer: small, so that blocks can be counted in parallel and folded in time order afterwards.

use super::rules::Rules;
use super::{Facts, FirstPost, Tallied, TallyPlan, matches};
use crate::post::{Repost, TimePrecision, Timestamp, is_suspicious};
use crate::store::{Columns, Groups, PostView, StoreError, StoredBlock, post_digest};
use crate::timeline::{Pairs, Part, TallyBuilder};
use std::ops::Range;
use xxhash_rust::xxh3::Xxh3Default;

/// What one block adds.
#[derive(Default)]
pub(super) struct BlockCount {
    posts: Vec<CountedPost>,
    /// Theories of all posts, one post after another.
    theories: Vec<u16>,
    first: Vec<Option<FirstPost>>,
    facts: Facts,
}

/// One post as the fold needs it.
struct CountedPost {
    bucket: usize,
    author: Option<u64>,
    text: u64,
    /// Index of its part; 0 where none are asked for.
    part: usize,
    /// End of its theories.
    end: usize,
}

/// Counts the posts of a block that lie in the span.
pub(super) fn count_block(
    block: &StoredBlock,
    columns: &Columns,
    rules: &Rules,
    plan: &TallyPlan<'_>,
) -> Result<BlockCount, StoreError> {
    let (matches, note) = matches::matches(rules, block, columns)?;
    rules.note(note);
    let mut count = BlockCount { first: vec![None; plan.theories.len()], ..BlockCount::default() };
    let mut authors = AuthorHashes::new(columns);
    let mut platforms = vec![0_u64; columns.platforms().len()];
    let mut cursor = plan.buckets.cursor();
    let mut firsts: Vec<Option<usize>> = vec![None; plan.theories.len()];
    let mut sum = 0_u128;
    let whole = is_whole(block, &plan.span);
    for (index, post) in columns.iter().enumerate() {
        if !plan.span.contains(&post.posted_at) {
            continue;
        }
        if !whole {
            sum = sum.wrapping_add(post_digest(&post));
        }
        if post.deleted {
            count.facts.deleted += 1;
            continue;
        }
        let Some(bucket) = cursor.index_of(post.posted_at) else { continue };
        let theories = matches.of(index);
        let author = authors.of(columns, index, &post);
        if let Some(posts) = platforms.get_mut(columns.platform_index(index)) {
            *posts += 1;
        }
        count.theories.extend_from_slice(theories);
        let text = matches.text(index);
        let part = plan.parts.map_or(0, |parts| parts.part_of(parts.field.of(&post)));
        count.posts.push(CountedPost { bucket, author, text, part, end: count.theories.len() });
        note_facts(&mut count.facts, &post, author.is_some());
        for &theory in theories {
            let first = firsts.get_mut(usize::from(theory));
            let earlier = |known: &Option<usize>| {
                known.is_none_or(|known| order_key(&post) < order_key(&columns.view(known)))
            };
            if let Some(first) = first.filter(|first| earlier(first)) {
                *first = Some(index);
            }
        }
    }
    for (platform, posts) in columns.platforms().zip(platforms).filter(|(_, posts)| *posts > 0) {
        *count.facts.platforms.entry(platform.to_owned()).or_default() += posts;
    }
    count.facts.digest = if whole { block.digest } else { sum };
    count.first =
        firsts.into_iter().map(|first| first.map(|index| first_post(&columns.view(index)))).collect();
    Ok(count)
}

/// What must be read of a block to count it, beside its times and authors.
pub(super) fn unread(block: &StoredBlock, rules: &Rules, plan: &TallyPlan<'_>) -> Groups {
    // The digest of a part is made from its texts.
    if is_whole(block, &plan.span) { matches::unread(rules, block) } else { rules.groups() }
}

fn is_whole(block: &StoredBlock, span: &Range<Timestamp>) -> bool {
    span.contains(&block.first) && span.contains(&block.last)
}

/// Counts the posts of a block that lie in a span outside the counted one.
pub(super) fn count_outside(columns: &Columns, outside: &Range<Timestamp>, now: Timestamp) -> Facts {
    let mut facts = Facts::default();
    for post in columns.iter().filter(|post| outside.contains(&post.posted_at)) {
        if post.deleted {
            facts.deleted += 1;
            continue;
        }
        facts.outside += 1;
        facts.suspicious += u64::from(is_suspicious(post.platform, post.posted_at, now));
    }
    facts
}

/// What all blocks so far add up to. They are added in time order.
pub(super) struct Sums {
    builder: TallyBuilder,
    first: Vec<Option<FirstPost>>,
    facts: Facts,
    parts: Vec<Part>,
    pairs: Option<Pairs>,
}

impl Sums {
    /// Of no block yet.
    pub(super) fn new(plan: &TallyPlan<'_>) -> Self {
        let theories = plan.theories.len();
        Self {
            builder: TallyBuilder::new(theories, plan.buckets.len()),
            first: vec![None; theories],
            facts: Facts::default(),
            parts: vec![Part::new(theories, plan.buckets.len()); plan.parts.map_or(0, |parts| parts.count())],
            pairs: plan.overlap.then(|| Pairs::new(theories)),
        }
    }

    /// Adds a block.
    pub(super) fn add(&mut self, block: BlockCount) {
        let mut start = 0;
        for post in &block.posts {
            let theories = block.theories.get(start..post.end).unwrap_or(&[]);
            self.builder.add(post.bucket, theories, post.author, post.text);
            if let Some(part) = self.parts.get_mut(post.part) {
                part.add(post.bucket, theories);
            }
            if let Some(pairs) = &mut self.pairs {
                pairs.add(theories);
            }
            start = post.end;
        }
        for (known, found) in self.first.iter_mut().zip(block.first) {
            if let Some(found) = found {
                let key = |post: &FirstPost| (post.at, post.platform.clone(), post.id.clone());
                if known.as_ref().is_none_or(|known| key(&found) < key(known)) {
                    *known = Some(found);
                }
            }
        }
        self.facts.add(block.facts);
    }

    /// What was counted; `outside` is what lies outside the span.
    pub(super) fn finish(mut self, outside: Facts) -> Tallied {
        self.facts.add(outside);
        let Self { builder, first, facts, parts, pairs } = self;
        Tallied { rows: builder.finish(), first, facts, parts, pairs }
    }
}

/// "First" sorts by the finest time known, then by what tells posts apart.
pub(super) fn order_key<'a>(post: &PostView<'a>) -> (Timestamp, &'a str, &'a str) {
    (post.posted_at, post.platform, post.id)
}

fn first_post(post: &PostView<'_>) -> FirstPost {
    FirstPost {
        at: post.posted_at,
        platform: post.platform.to_owned(),
        id: post.id.to_owned(),
        time_trust: post.time_trust,
        time_precision: post.time_precision,
    }
}

fn note_facts(facts: &mut Facts, post: &PostView<'_>, has_author: bool) {
    facts.coarse_times += u64::from(post.time_precision <= TimePrecision::Minute);
    facts.no_author += u64::from(!has_author);
    facts.reposts += u64::from(post.repost == Repost::Yes);
    facts.reposts_unknown += u64::from(post.repost == Repost::Unknown);
    facts.synthetic |= post.synthetic;
}

/// Hash of each author of a block, made once: the same author on two platforms is two accounts.
pub(super) struct AuthorHashes(Vec<Option<(usize, Option<u64>)>>);

impl AuthorHashes {
    pub(super) fn new(columns: &Columns) -> Self {
        Self(vec![None; columns.authors().len()])
    }

    pub(super) fn of(&mut self, columns: &Columns, index: usize, post: &PostView<'_>) -> Option<u64> {
        let known = self.0.get_mut(columns.author_index(index))?;
        let here = columns.platform_index(index);
        match known {
            Some((platform, hash)) if *platform == here => *hash,
            _ => {
                let hash = post.author.key().map(|key| author_hash(post.platform, key));
                *known = Some((here, hash));
                hash
            }
        }
    }
}

fn author_hash(platform: &str, key: &str) -> u64 {
    let mut hasher = Xxh3Default::new();
    hasher.update(platform.as_bytes());
    hasher.update(&[0]);
    hasher.update(key.as_bytes());
    hasher.digest()
}
