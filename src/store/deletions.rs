//! Posts that lose their text or leave: deleted by their platform, forgotten by a person, taken out to be read anew.

use super::authors::Authors;
use super::batch::{Batch, Outcome};
use super::block::{self, Head};
use super::columns::{Columns, Groups, PostView, Row};
use super::engine::Engine;
use super::filter::{self, id_hash};
use super::keys::{self, PostKey};
use super::pages::{Pages, Write};
use super::plan;
use super::tombstones::{Taken, Tombstones};
use super::view::View;
use super::{Store, StoreError};
use crate::post::{Deletion, DeletionPolicy, PostId, Timestamp};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;

/// What the one who writes knows beside the blocks.
pub(crate) struct Graves {
    pub(crate) tombstones: Tombstones,
    /// Made when it is first asked for: most stores never hear of accounts that are gone.
    pub(crate) authors: Option<Authors>,
}

/// What became of the posts of a block that are gone: which, and whether that changed them.
type Found = Vec<(PostId, bool)>;

/// The place of a post in what a block is to become.
enum Place {
    Old(usize),
    Changed(usize),
}

/// Of each block by its key, platform and id of the posts to look for.
type WantedOf<'a> = BTreeMap<PostKey, BTreeSet<(&'a str, &'a str)>>;

impl<P: Pages> Engine<P> {
    /// Honours the deletions of a batch: all those in one block in one write.
    pub(crate) fn delete_posts(
        &self,
        batch: &Batch,
        tombstones: &mut Tombstones,
    ) -> Result<Vec<Outcome>, StoreError> {
        if batch.deletions.len() + batch.deletions_of_known.len() == 0 {
            return Ok(Vec::new());
        }
        let mut first: HashMap<&PostId, usize> = HashMap::new();
        let all: Vec<&Deletion> = batch.deletions.iter().chain(&batch.deletions_of_known).collect();
        let mut outcomes: Vec<Option<Outcome>> = vec![None; all.len()];
        for (at, Deletion { post, .. }) in all.iter().enumerate() {
            if !tombstones.is_forgotten(&post.platform, &post.id) {
                first.entry(post).or_insert(at);
            } else if let Some(outcome) = outcomes.get_mut(at) {
                *outcome = Some(Outcome::Forgotten);
            }
        }
        for (block, wanted) in self.blocks_of(&first, &all)? {
            let is_gone = |post: &PostView<'_>| wanted.contains(&(post.platform, post.id));
            for (post, changed) in self.delete_in(&block, batch.policy, tombstones, true, &is_gone)? {
                let slot = first.get(&post).and_then(|&at| outcomes.get_mut(at));
                if let Some(slot) = slot.filter(|slot| **slot != Some(Outcome::Updated)) {
                    *slot = Some(if changed { Outcome::Updated } else { Outcome::Duplicate });
                }
            }
        }
        let mut writes = Vec::new();
        for (at, Deletion { post, .. }) in all.iter().enumerate() {
            let again = first.get(post).filter(|&&first| first < at);
            let outcome = match outcomes.get(at).copied().flatten() {
                Some(outcome) => outcome,
                None if again.is_none() && at >= batch.deletions.len() => absent(tombstones, post),
                None if again.is_none() && !tombstones.is_deleted(&post.platform, &post.id) => {
                    writes.push(tombstones.add_deleted(post, Taken::No));
                    Outcome::Updated
                }
                None => match again.and_then(|&first| outcomes.get(first).copied().flatten()) {
                    Some(Outcome::Absent) => Outcome::Absent,
                    _ => Outcome::Duplicate,
                },
            };
            if let Some(slot) = outcomes.get_mut(at) {
                *slot = Some(outcome);
            }
        }
        self.pages().apply(writes)?;
        Ok(outcomes.into_iter().map(|outcome| outcome.unwrap_or(Outcome::Duplicate)).collect())
    }

    /// The blocks that may hold the posts, each with those to look for. Where a deletion knows the post's time, that is one block.
    fn blocks_of<'a>(
        &self,
        posts: &HashMap<&'a PostId, usize>,
        all: &[&Deletion],
    ) -> Result<WantedOf<'a>, StoreError> {
        let mut blocks: BTreeMap<PostKey, BTreeSet<(&str, &str)>> = BTreeMap::new();
        let mut untimed = Vec::new();
        for (&post, &at) in posts {
            let name = (post.platform.as_str(), post.id.as_str());
            let Some(time) = all.get(at).and_then(|deletion| deletion.posted_at) else {
                untimed.push(name);
                continue;
            };
            let key = PostKey::new(time.as_seconds(), name.0, name.1);
            let Some((block, head)) = self.block_of(&key)? else { continue };
            if head.last_key >= key && self.may_hold(&block, id_hash(name.0, name.1))? {
                blocks.entry(block).or_default().insert(name);
            }
        }
        if !untimed.is_empty() {
            let hashes: Vec<u64> = untimed.iter().map(|(platform, id)| id_hash(platform, id)).collect();
            for block in self.candidates(&hashes)? {
                blocks.entry(block).or_default().extend(&untimed);
            }
        }
        Ok(blocks)
    }

    fn may_hold(&self, block: &PostKey, hash: u64) -> Result<bool, StoreError> {
        match self.pages().get(&block.under(keys::FILTER))? {
            Some(bytes) => filter::may_contain(&bytes, &[hash]),
            None => Ok(true),
        }
    }

    /// Honours the end of accounts; how many posts each changed. That an account is gone is written first: its posts lose their author, and
    /// a second try would not find it any more.
    pub(crate) fn delete_accounts(&self, batch: &Batch, graves: &mut Graves) -> Result<Vec<u64>, StoreError> {
        let gone = &batch.accounts_gone;
        let mut changed = vec![0; gone.len()];
        if gone.is_empty() {
            return Ok(changed);
        }
        let authors = match graves.authors.take() {
            Some(authors) => authors,
            None => self.all_authors()?,
        };
        let mut wanted: HashMap<(&str, &str), (usize, Timestamp)> = HashMap::new();
        for (at, account) in gone.iter().enumerate() {
            if authors.may_have(&account.platform, &account.author) {
                let known = wanted.entry((&account.platform, &account.author)).or_insert((at, account.at));
                known.1 = known.1.max(account.at);
            }
        }
        graves.authors = Some(authors);
        if wanted.is_empty() {
            return Ok(changed);
        }
        let of = |post: &PostView<'_>| wanted.get(&(post.platform, post.author.id?)).copied();
        let (mut blocks, mut known) = (Vec::new(), BTreeSet::new());
        self.each_who(&mut |key, posts| {
            let before = blocks.len();
            for (at, until) in posts.iter().filter_map(|post| of(&post)) {
                known.insert((at, until));
                if blocks.len() == before {
                    blocks.push(key.clone());
                }
            }
        })?;
        let accounts = known.iter().filter_map(|(at, until)| {
            let mut account = gone.get(*at)?.clone();
            account.at = *until;
            Some(graves.tombstones.add_account(&account))
        });
        self.pages().apply(accounts.collect())?;
        for block in blocks {
            let is_gone = |post: &PostView<'_>| of(post).is_some_and(|(_, until)| post.posted_at <= until);
            let mut each = |post: &PostView<'_>| {
                if let Some(slot) = of(post).and_then(|(at, _)| changed.get_mut(at)) {
                    *slot += 1;
                }
            };
            self.count_in(&block, &is_gone, &mut each)?;
            self.delete_in(&block, batch.policy, &mut graves.tombstones, false, &is_gone)?;
        }
        Ok(changed)
    }

    /// Posts of a block that a deletion is going to change.
    fn count_in(
        &self,
        block: &PostKey,
        is_gone: &dyn Fn(&PostView<'_>) -> bool,
        each: &mut dyn FnMut(&PostView<'_>),
    ) -> Result<(), StoreError> {
        let Some(head) = self.head_of(block)? else { return Ok(()) };
        let posts = self.read_block(block, &head, Groups::WHO)?.decode()?;
        posts.iter().filter(|post| is_gone(post) && !post.deleted).for_each(|post| each(&post));
        Ok(())
    }

    /// Does to the posts of a block that are gone what the policy says, in one write. With `remember`, each leaves a tombstone, so that it
    /// does not come back as it was if it is taken out and read anew.
    fn delete_in(
        &self,
        key: &PostKey,
        policy: DeletionPolicy,
        tombstones: &mut Tombstones,
        remember: bool,
        is_gone: &dyn Fn(&PostView<'_>) -> bool,
    ) -> Result<Found, StoreError> {
        let Some(head) = self.head_of(key)? else { return Ok(Vec::new()) };
        let who = self.read_block(key, &head, Groups::WHO)?.decode()?;
        if !who.iter().any(|post| is_gone(&post)) {
            return Ok(Vec::new());
        }
        let posts = self.read_block(key, &head, Groups::ALL)?.decode()?;
        let mut changed = Columns::new();
        let (mut places, mut found, mut writes) = (Vec::new(), Vec::new(), Vec::new());
        for (at, view) in posts.iter().enumerate() {
            if !is_gone(&view) {
                places.push(Place::Old(at));
                continue;
            }
            let before = view.to_post();
            let id = before.post_id();
            let after = policy.applied(before.clone());
            let taken = if after.is_none() { Taken::Out } else { Taken::No };
            if taken == Taken::Out || remember && !tombstones.is_deleted(&id.platform, &id.id) {
                writes.push(tombstones.add_deleted(&id, taken));
            }
            found.push((id, after.as_ref() != Some(&before)));
            if let Some(after) = after {
                places.push(Place::Changed(changed.len()));
                changed.push(&after);
            }
        }
        if found.iter().any(|(_, changed)| *changed) {
            let rows: Vec<Row<'_>> = places
                .iter()
                .map(|place| match place {
                    Place::Old(at) => Row { columns: &posts, at: *at },
                    Place::Changed(at) => Row { columns: &changed, at: *at },
                })
                .collect();
            writes.extend(rewritten(key, &rows)?);
            writes.push(self.next_revision()?);
            if rows.len() < posts.len() {
                self.drop_answers()?;
            }
        }
        self.pages().apply(writes)?;
        Ok(found)
    }

    /// Takes posts out again. Blocks that lose their first post get a new key, so each is removed and written anew.
    pub(crate) fn remove(&self, removals: &[PostKey]) -> Result<bool, StoreError> {
        if removals.is_empty() {
            return Ok(false);
        }
        self.drop_answers()?;
        let mut sorted: Vec<&PostKey> = removals.iter().collect();
        sorted.sort_unstable();
        let mut at = 0;
        while let Some(&key) = sorted.get(at) {
            let next = self.next_block(key)?;
            let rows = sorted.get(at..).unwrap_or_default();
            let in_block = next.map_or(rows.len(), |next| rows.partition_point(|row| **row < next)).max(1);
            at += in_block;
            let Some((block_key, head)) = self.block_of(key)? else { continue };
            let posts = self.read_block(&block_key, &head, Groups::ALL)?.decode()?;
            let gone = rows.get(..in_block).unwrap_or_default();
            let mut left = posts.rows();
            left.retain(|row| gone.binary_search(&&row.key()).is_err());
            self.pages().apply(rewritten(&block_key, &left)?)?;
        }
        Ok(true)
    }

    /// Kept answers may name what is taken out.
    pub(crate) fn drop_answers(&self) -> Result<(), StoreError> {
        let mut kept = Vec::new();
        self.pages().range(&[keys::ANSWER], &[keys::ANSWER + 1], &mut |key, _| {
            kept.push((key.to_vec(), None));
            ControlFlow::Continue(())
        })?;
        if kept.is_empty() { Ok(()) } else { self.pages().apply(kept) }
    }

    fn head_of(&self, block: &PostKey) -> Result<Option<Head>, StoreError> {
        self.pages().get(&block.under(keys::HEAD))?.map(|head| Head::decode(&head)).transpose()
    }

    fn all_authors(&self) -> Result<Authors, StoreError> {
        let mut authors = Authors::new();
        self.each_who(&mut |_, posts| posts.iter().for_each(|post| authors.add(&post)))?;
        Ok(authors)
    }

    /// Hands out who wrote the posts of every block.
    fn each_who(&self, each: &mut dyn FnMut(&PostKey, &Columns)) -> Result<(), StoreError> {
        let all = Timestamp::from_millis_unchecked(i64::MIN)..Timestamp::from_millis_unchecked(i64::MAX);
        let mut failure = None;
        View(self).scan(all, Groups::WHO.into(), &mut |block| match block.decode() {
            Ok(posts) => {
                each(&block.key, &posts);
                ControlFlow::Continue(())
            }
            Err(error) => {
                failure = Some(error);
                ControlFlow::Break(())
            }
        })?;
        failure.map_or(Ok(()), Err)
    }
}

/// A deletion that is honoured only of posts that are there, of one that is not.
fn absent(tombstones: &Tombstones, post: &PostId) -> Outcome {
    if tombstones.is_deleted(&post.platform, &post.id) { Outcome::Duplicate } else { Outcome::Absent }
}

/// Writes that put other posts in the place of a block, or nothing if there are none.
fn rewritten(key: &PostKey, rows: &[Row<'_>]) -> Result<Vec<Write>, StoreError> {
    let mut writes = plan::removal(key);
    if !rows.is_empty() {
        plan::push_block(block::encode(rows)?, &mut writes);
    }
    Ok(writes)
}
