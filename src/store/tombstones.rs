//! Posts and accounts that must not come back: reported gone by the platform, or forgotten at a person's wish.

use super::batch::Forget;
use super::columns::PostView;
use super::filter::id_hash;
use super::pages::{Pages, Write};
use super::{StoreError, keys};
use crate::post::{AccountGone, PostId, Timestamp, owner_in_id};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

/// Why a post must not come as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grave {
    /// The platform said that it is gone: what becomes of it the campaign says.
    Deleted,
    /// A person asked us to forget it: it is left out.
    Forgotten,
}

/// Whether a deletion took a post out of the store; kept with its tombstone, since the ledger still counts that post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    Out,
    No,
}

/// The graves of a store, as hashes: eight or sixteen bytes each, and mostly none.
#[derive(Debug, Default)]
pub(crate) struct Tombstones {
    deleted: HashSet<u64>,
    /// Until when an account's posts are gone.
    accounts: HashMap<[u8; 16], Timestamp>,
    forgotten: HashSet<[u8; 16]>,
    salt: [u8; 16],
}

impl Tombstones {
    pub(crate) fn load(pages: &impl Pages, salt: [u8; 16]) -> Result<Self, StoreError> {
        let mut tombstones = Self { salt, ..Self::default() };
        let rest = |key: &[u8]| key.get(1..).and_then(|hash| <[u8; 16]>::try_from(hash).ok());
        pages.range(&[keys::TOMBSTONE], &[keys::TOMBSTONE + 1], &mut |key, _| {
            tombstones.deleted.extend(post_of_key(key).map(|(platform, id)| id_hash(platform, id)));
            ControlFlow::Continue(())
        })?;
        pages.range(&[keys::ACCOUNT], &[keys::ACCOUNT + 1], &mut |key, at| {
            let at = at.try_into().map(i64::from_be_bytes).map(Timestamp::from_millis_unchecked);
            tombstones.accounts.extend(rest(key).zip(at.ok()));
            ControlFlow::Continue(())
        })?;
        pages.range(&[keys::FORGOTTEN], &[keys::FORGOTTEN + 1], &mut |key, _| {
            tombstones.forgotten.extend(rest(key));
            ControlFlow::Continue(())
        })?;
        Ok(tombstones)
    }

    /// Why an observation must not be taken as it is. With its text and references, where they were read.
    pub(crate) fn grave(&self, post: &PostView<'_>) -> Option<Grave> {
        let PostView { platform, id, .. } = *post;
        if !self.forgotten.is_empty() {
            // What passes on a forgotten post holds its text.
            let of_another = post.repost_of().is_some_and(|id| self.is_forgotten(platform, id));
            if of_another || self.is_forgotten(platform, id) || self.has_forgotten_author(post) {
                return Some(Grave::Forgotten);
            }
        }
        (self.is_deleted(platform, id) || self.is_account_gone(post)).then_some(Grave::Deleted)
    }

    pub(crate) fn is_deleted(&self, platform: &str, id: &str) -> bool {
        !self.deleted.is_empty() && self.deleted.contains(&id_hash(platform, id))
    }

    fn is_account_gone(&self, post: &PostView<'_>) -> bool {
        let Some(author) = post.author.id.filter(|_| !self.accounts.is_empty()) else { return false };
        let until = self.accounts.get(&name_hash(self.salt, post.platform, author));
        until.is_some_and(|until| post.posted_at <= *until)
    }

    /// Whether a post was forgotten, or its id is an address below an account that was.
    pub(crate) fn is_forgotten(&self, platform: &str, id: &str) -> bool {
        let knows = |hash| self.forgotten.contains(&hash);
        !self.forgotten.is_empty()
            && (knows(forgotten_hash(self.salt, platform, id))
                || owner_in_id(platform, id)
                    .is_some_and(|owner| knows(name_hash(self.salt, platform, owner))))
    }

    fn has_forgotten_author(&self, post: &PostView<'_>) -> bool {
        names(post).any(|name| self.forgotten.contains(&name_hash(self.salt, post.platform, name)))
    }

    /// Remembers that a post is gone; the write is to go with what becomes of it.
    pub(crate) fn add_deleted(&mut self, post: &PostId, taken: Taken) -> Write {
        self.deleted.insert(id_hash(&post.platform, &post.id));
        let value = if taken == Taken::Out { vec![1] } else { Vec::new() };
        (keys::tombstone(post), Some(value))
    }

    /// Remembers that an account is gone. An account may go, come back, and go again: the last time counts.
    pub(crate) fn add_account(&mut self, gone: &AccountGone) -> Write {
        let hash = name_hash(self.salt, &gone.platform, &gone.author);
        let until = self.accounts.entry(hash).or_insert(gone.at);
        *until = gone.at.max(*until);
        let mut key = vec![keys::ACCOUNT];
        key.extend_from_slice(&hash);
        (key, Some(until.as_millis().to_be_bytes().to_vec()))
    }

    /// Remembers what a person wants forgotten, as salted hashes, and how often that was asked: what was imported before is not the same
    /// import any more. A deletion of such a post would name it, and goes.
    pub(crate) fn add_forgotten(
        &mut self,
        pages: &impl Pages,
        forget: &[Forget],
    ) -> Result<Vec<Write>, StoreError> {
        let mut writes = Vec::new();
        for wish in forget {
            let hash = match wish {
                Forget::Post(PostId { platform, id }) => forgotten_hash(self.salt, platform, id),
                Forget::Author { platform, name } => name_hash(self.salt, platform, name),
            };
            if self.forgotten.insert(hash) {
                let mut key = vec![keys::FORGOTTEN];
                key.extend_from_slice(&hash);
                writes.push((key, Some(Vec::new())));
            }
        }
        writes.push((keys::FORGETS.to_vec(), Some((self.forgotten.len() as u64).to_be_bytes().to_vec())));
        pages.range(&[keys::TOMBSTONE], &[keys::TOMBSTONE + 1], &mut |key, _| {
            if post_of_key(key).is_some_and(|(platform, id)| self.is_forgotten(platform, id)) {
                writes.push((key.to_vec(), None));
            }
            ControlFlow::Continue(())
        })?;
        Ok(writes)
    }
}

/// All that a post's author can be named by: id and handle, or else the display name; and who the post's own id says it is.
pub fn names<'a>(post: &PostView<'a>) -> impl Iterator<Item = &'a str> {
    let author = post.author;
    let named = author.name.filter(|_| author.id.is_none() && author.handle.is_none());
    [author.id, author.handle, named, owner_in_id(post.platform, post.id)].into_iter().flatten()
}

/// How the name of an account is compared: handles are the same in any case, and no two ids differ by it alone.
pub fn folded_name(name: &str) -> Cow<'_, str> {
    let name = name.trim_start_matches('@');
    if name.chars().any(char::is_uppercase) { name.to_lowercase().into() } else { name.into() }
}

/// Platform and id of the post whose tombstone has that key.
fn post_of_key(key: &[u8]) -> Option<(&str, &str)> {
    std::str::from_utf8(key.get(1..)?).ok()?.split_once('\0')
}

/// What is kept of a forgotten post: a hash salted by the store, so that the list tells nothing to who does not know the id.
pub(crate) fn forgotten_hash(salt: [u8; 16], platform: &str, id: &str) -> [u8; 16] {
    hash_of(&[&salt, platform.as_bytes(), &[0], id.as_bytes()])
}

/// The same of an account. No platform begins with NUL, so that no post has such a hash.
fn name_hash(salt: [u8; 16], platform: &str, name: &str) -> [u8; 16] {
    hash_of(&[&salt, &[0], platform.as_bytes(), &[0], folded_name(name).as_bytes()])
}

fn hash_of(parts: &[&[u8]]) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    let mut hash = [0; 16];
    hasher.finalize_xof().fill(&mut hash);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_again_as_the_post_it_names() {
        let post = PostId {
            platform: "bluesky".into(),
            id: "at://did:plc:demo/app.bsky.feed.post/3lqcnvhqk622d".into(),
        };
        let mut tombstones = Tombstones::default();
        assert!(!tombstones.is_deleted(&post.platform, &post.id));
        let (key, value) = tombstones.add_deleted(&post, Taken::No);
        assert_eq!((post_of_key(&key), value), (Some((&*post.platform, &*post.id)), Some(Vec::new())));
        assert!(tombstones.is_deleted(&post.platform, &post.id));
        assert_eq!(post_of_key(&[]), None);
    }

    #[test]
    fn names_are_compared_in_any_case() {
        let hash = |name: &str| name_hash([7; 16], "x", name);
        assert_eq!(hash("@Demo_A"), hash("demo_a"));
        assert_ne!(hash("demo_a"), hash("demo_b"));
        assert_ne!(hash("demo_a"), name_hash([7; 16], "y", "demo_a"));
        assert_ne!(hash("demo_a"), forgotten_hash([7; 16], "x", "demo_a"));
    }
}
