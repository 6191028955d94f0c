//! Keys: their order is time order, and the first byte is the column group, so that a scan of one group reads no other.

use super::batch::NoteKey;
use super::columns::{Groups, PostView};
use crate::post::{Post, PostId, Timestamp};

/// Heads of blocks.
pub(crate) const HEAD: u8 = b'h';
/// Filters of ids.
pub(crate) const FILTER: u8 = b'f';
/// Kept answers.
pub(crate) const ANSWER: u8 = b'a';
/// What was noted of a block's posts; goes with the block.
pub(crate) const MATCHES: u8 = b'm';
/// Posts that their platform reported deleted.
pub(crate) const TOMBSTONE: u8 = b'd';
/// Salted hashes of accounts that their platform reported gone.
pub(crate) const ACCOUNT: u8 = b'y';
/// Salted hashes of forgotten posts and accounts.
pub(crate) const FORGOTTEN: u8 = b'z';
/// How many those are.
pub(crate) const FORGETS: &[u8] = b"o";
/// Cursors of what is collected from.
pub(crate) const CURSOR: u8 = b'c';
/// Version of the store.
pub(crate) const VERSION: &[u8] = b"v";
/// Revision of the posts.
pub(crate) const REVISION: &[u8] = b"q";

/// First byte of the keys of a column group.
pub(crate) fn group_byte(group: Groups) -> u8 {
    match group {
        Groups::WHO => b'w',
        Groups::TEXT => b't',
        _ => b'r',
    }
}

/// Where a post sorts: seconds, platform, id. Two exports of one post may differ in milliseconds, so these are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PostKey(Vec<u8>);

impl PostKey {
    /// The key of a post: big-endian seconds with the sign bit turned, platform, NUL, id. Neither may hold what would upset the order:
    /// a platform has no NUL, and the id is last.
    pub fn new(posted_seconds: i64, platform: &str, id: &str) -> Self {
        let mut key = Vec::with_capacity(9 + platform.len() + id.len());
        key.extend_from_slice(&seconds(posted_seconds));
        key.extend_from_slice(platform.as_bytes());
        key.push(0);
        key.extend_from_slice(id.as_bytes());
        Self(key)
    }

    /// A key before those of all posts of a second, after those of all earlier ones.
    pub fn first_of_second(posted_seconds: i64) -> Self {
        Self(seconds(posted_seconds).to_vec())
    }

    /// The key of a post.
    pub fn of(post: &Post) -> Self {
        Self::new(post.posted_at.as_seconds(), &post.platform, &post.id)
    }

    /// The key of a post in columns.
    pub fn of_view(post: &PostView<'_>) -> Self {
        Self::new(post.posted_at.as_seconds(), post.platform, post.id)
    }

    /// Time of the post, in whole seconds.
    pub(crate) fn start(&self) -> Timestamp {
        let bytes = self.0.first_chunk().copied().unwrap_or_default();
        let seconds = (u64::from_be_bytes(bytes) ^ 1 << 63).cast_signed();
        Timestamp::from_millis_unchecked(seconds.saturating_mul(1000))
    }

    /// As stored.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// As stored under a first byte.
    pub(crate) fn under(&self, prefix: u8) -> Vec<u8> {
        let mut key = Vec::with_capacity(1 + self.0.len());
        key.push(prefix);
        key.extend_from_slice(&self.0);
        key
    }
}

impl From<Vec<u8>> for PostKey {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

fn seconds(posted_seconds: i64) -> [u8; 8] {
    (posted_seconds.cast_unsigned() ^ 1 << 63).to_be_bytes()
}

/// Key of the tombstone of a post.
pub(crate) fn tombstone(post: &PostId) -> Vec<u8> {
    [&[TOMBSTONE], post.platform.as_bytes(), &[0], post.id.as_bytes()].concat()
}

/// Key of a note. The first byte is the kind; what follows is free of other kinds' bytes by construction.
pub(crate) fn note(key: &NoteKey) -> Vec<u8> {
    match key {
        NoteKey::Import(row) => [b"i".as_slice(), &row.to_be_bytes()].concat(),
        NoteKey::Forgets => FORGETS.to_vec(),
        NoteKey::Cursor(name) => [&[CURSOR], name.as_bytes()].concat(),
        NoteKey::Coverage(name) => [b"g", name.as_bytes()].concat(),
        NoteKey::LeftOut(name) => [b"l", name.as_bytes()].concat(),
        NoteKey::Matches(block) => block.under(MATCHES),
        NoteKey::Answer(slot) => vec![ANSWER, *slot],
        // Behind all slots, and dropped with them: it names posts.
        NoteKey::Candidates => vec![ANSWER, u8::MAX, b'c'],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_sort_as_time_then_platform_then_id(a: (i64, u8, u16), b: (i64, u8, u16)) {
            let key = |(seconds, platform, id): (i64, u8, u16)| PostKey::new(seconds, &format!("p{platform:03}"), &format!("{id:05}"));
            prop_assert_eq!(key(a).cmp(&key(b)), a.cmp(&b));
        }
    }

    #[test]
    fn a_second_begins_before_its_posts() {
        assert!(PostKey::first_of_second(5) < PostKey::new(5, "", ""));
        assert!(PostKey::new(4, "~", "~") < PostKey::first_of_second(5));
        assert!(PostKey::new(-1, "x", "1") < PostKey::new(0, "x", "1"));
    }
}
