//! Posts that must not come back: deleted by the platform before they arrived, or forgotten at a person's wish.

use super::filter::id_hash;
use super::pages::Pages;
use super::{StoreError, keys};
use crate::post::PostId;
use std::collections::HashSet;
use std::ops::ControlFlow;

/// Why a post must not come as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grave {
    /// The platform said that it is gone: it is kept with the mark.
    Deleted,
    /// A person asked us to forget it: it is left out.
    Forgotten,
}

/// The graves of a store, as hashes: eight or sixteen bytes each, and mostly none.
#[derive(Debug, Default)]
pub(crate) struct Tombstones {
    deleted: HashSet<u64>,
    forgotten: HashSet<[u8; 16]>,
    salt: [u8; 16],
}

impl Tombstones {
    pub(crate) fn load(pages: &impl Pages, salt: [u8; 16]) -> Result<Self, StoreError> {
        let mut tombstones = Self { salt, ..Self::default() };
        pages.range(&[keys::TOMBSTONE], &[keys::TOMBSTONE + 1], &mut |key, _| {
            tombstones.deleted.extend(hash_of_key(key));
            ControlFlow::Continue(())
        })?;
        pages.range(&[keys::FORGOTTEN], &[keys::FORGOTTEN + 1], &mut |key, _| {
            tombstones.forgotten.extend(key.get(1..).and_then(|hash| <[u8; 16]>::try_from(hash).ok()));
            ControlFlow::Continue(())
        })?;
        Ok(tombstones)
    }

    pub(crate) fn grave(&self, platform: &str, id: &str) -> Option<Grave> {
        if !self.forgotten.is_empty() && self.forgotten.contains(&forgotten_hash(self.salt, platform, id)) {
            Some(Grave::Forgotten)
        } else {
            self.is_deleted(platform, id).then_some(Grave::Deleted)
        }
    }

    pub(crate) fn is_deleted(&self, platform: &str, id: &str) -> bool {
        !self.deleted.is_empty() && self.deleted.contains(&id_hash(platform, id))
    }

    pub(crate) fn add_deleted(&mut self, post: &PostId) {
        self.deleted.insert(id_hash(&post.platform, &post.id));
    }
}

/// The hash of the post whose tombstone has that key, as [`Tombstones::is_deleted`] looks for it.
fn hash_of_key(key: &[u8]) -> Option<u64> {
    let (platform, id) = std::str::from_utf8(key.get(1..)?).ok()?.split_once('\0')?;
    Some(id_hash(platform, id))
}

/// What is kept of a forgotten post: a hash salted by the store, so that the list tells nothing to who does not know the id.
pub(crate) fn forgotten_hash(salt: [u8; 16], platform: &str, id: &str) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&salt);
    hasher.update(platform.as_bytes());
    hasher.update(&[0]);
    hasher.update(id.as_bytes());
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
        tombstones.deleted.extend(hash_of_key(&keys::tombstone(&post)));
        assert!(tombstones.is_deleted(&post.platform, &post.id));
        assert_eq!(hash_of_key(&[]), None);
    }
}
