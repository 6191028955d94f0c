//! Takes what a reader finds in one chunk: settles posts, selects them, packs them into columns. Runs in parallel, knows no store.

use super::normalise::{Repeats, normalise};
use super::pool::Pool;
use super::wanted::Wanted;
use crate::archive::{Reject, Sink};
use crate::post::{Deletion, Draft, RunKey, Timestamp, is_suspicious};
use crate::store::Columns;
use crate::theory::{Matcher, PostText, Scratch, Selection};
use std::collections::BTreeMap;

/// What all chunks of a file share.
pub(crate) struct Gate<'a> {
    pub(crate) run: RunKey,
    pub(crate) repeats: Repeats,
    pub(crate) selection: &'a Selection,
    pub(crate) wanted: &'a Wanted,
    /// The clock at the edge: a post after it has a time that cannot be.
    pub(crate) now: Timestamp,
    /// The theories' rules, to say how many of the posts left out match one.
    pub(crate) matcher: &'a Matcher,
    pub(crate) pool: &'a Pool,
    /// Whether posts without the campaign's tags and words are remembered, to count them: of a file yes, of a whole platform's stream no.
    pub(crate) remembers: bool,
}

/// A post that was left out for want of the campaign's tag.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LeftOutPost {
    pub(crate) hash: u64,
    pub(crate) matched: bool,
}

/// What came out of one chunk.
pub(crate) struct ChunkSink<'a> {
    gate: &'a Gate<'a>,
    scratch: Scratch,
    theories: Vec<u16>,
    /// As [`Gate::now`], which a stream outlives.
    pub(crate) now: Timestamp,
    /// When posts were seen that do not say it themselves; none for a file.
    pub(crate) seen: Option<Timestamp>,
    pub(crate) posts: Columns,
    pub(crate) deletions: Vec<Deletion>,
    pub(crate) rejects: Vec<Reject>,
    pub(crate) left_out: Vec<LeftOutPost>,
    /// Other reasons for leaving out, counted.
    pub(crate) unselected: BTreeMap<&'static str, u64>,
    pub(crate) derived_ids: u64,
    /// Posts from before their platform existed, or from the future.
    pub(crate) suspicious: u64,
    pub(crate) first: Option<Timestamp>,
    pub(crate) last: Option<Timestamp>,
    pub(crate) synthetic: bool,
}

impl<'a> ChunkSink<'a> {
    pub(crate) fn new(gate: &'a Gate<'a>) -> Self {
        Self {
            gate,
            scratch: gate.matcher.scratch(),
            theories: Vec::new(),
            now: gate.now,
            seen: None,
            posts: gate.pool.take(),
            deletions: Vec::new(),
            rejects: Vec::new(),
            left_out: Vec::new(),
            unselected: BTreeMap::new(),
            derived_ids: 0,
            suspicious: 0,
            first: None,
            last: None,
            synthetic: false,
        }
    }

    /// Whether the campaign wants the post; if not, it is remembered by its hash.
    fn select(&mut self, post: &Draft<'_>) -> bool {
        if self.gate.selection.is_everything() {
            return true;
        }
        let tags: Vec<&str> = post.tags.iter().map(AsRef::as_ref).collect();
        let links: Vec<&str> = post.links.iter().map(AsRef::as_ref).collect();
        let text = PostText { text: &post.text, tags: &tags, links: &links };
        if self.gate.selection.selects(text, &mut self.scratch) {
            return true;
        }
        if !self.gate.remembers {
            self.unselected(WITHOUT_TAG);
            return false;
        }
        self.theories.clear();
        self.gate.matcher.theories_of(text, &mut self.scratch, &mut self.theories);
        self.left_out.push(LeftOutPost { hash: identity_hash(post), matched: !self.theories.is_empty() });
        false
    }
}

/// Why most posts are left out.
pub(crate) const WITHOUT_TAG: &str = "without the campaign's tags and words";

/// Identity of a post as a number: time, platform, id.
fn identity_hash(post: &Draft<'_>) -> u64 {
    let mut hasher = xxhash_rust::xxh3::Xxh3Default::new();
    hasher.update(&post.posted_at.as_seconds().to_le_bytes());
    hasher.update(post.platform.as_bytes());
    hasher.update(&[0]);
    hasher.update(post.id.as_bytes());
    hasher.digest()
}

impl Sink for ChunkSink<'_> {
    fn post(&mut self, post: &mut Draft<'_>) {
        post.provenance.run = self.gate.run;
        post.collected_at = post.collected_at.or(self.seen);
        if let Err(reason) = normalise(post, self.gate.repeats) {
            let place = format!("byte {}", post.provenance.offset);
            return self.rejects.push(Reject {
                place,
                reason: reason.to_owned(),
                record: post.id.chars().take(80).collect(),
            });
        }
        if let Some(reason) = self.gate.wanted.leaves_out(post) {
            return self.unselected(reason);
        }
        if !self.select(post) {
            return;
        }
        self.suspicious += u64::from(is_suspicious(&post.platform, post.posted_at, self.now));
        self.derived_ids += u64::from(post.id_derived);
        self.synthetic |= post.synthetic;
        self.first = self.first.into_iter().chain([post.posted_at]).min();
        self.last = self.last.max(Some(post.posted_at));
        self.posts.push(post);
    }

    fn deletion(&mut self, deletion: Deletion) {
        self.deletions.push(deletion);
    }

    fn reject(&mut self, reject: Reject) {
        self.rejects.push(reject);
    }

    fn unselected(&mut self, reason: &'static str) {
        *self.unselected.entry(reason).or_default() += 1;
    }
}
