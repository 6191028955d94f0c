//! Keys: their order is time order.

use super::columns::PostView;
use crate::post::Post;

/// Where a post sorts: seconds, platform, id. Two exports of one post may differ in milliseconds, so these are left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PostKey(Vec<u8>);

impl PostKey {
    /// The key of a post: big-endian seconds with the sign bit turned, platform, NUL, id. Neither may hold what would upset the order:
    /// a platform has no NUL, and the id is last.
    pub fn new(posted_seconds: i64, platform: &str, id: &str) -> Self {
        let mut key = Vec::with_capacity(9 + platform.len() + id.len());
        key.extend_from_slice(&(posted_seconds.cast_unsigned() ^ 1 << 63).to_be_bytes());
        key.extend_from_slice(platform.as_bytes());
        key.push(0);
        key.extend_from_slice(id.as_bytes());
        Self(key)
    }

    /// The first key of a second.
    pub fn first_of_second(posted_seconds: i64) -> Self {
        Self((posted_seconds.cast_unsigned() ^ 1 << 63).to_be_bytes().to_vec())
    }

    /// The key of a post.
    pub fn of(post: &Post) -> Self {
        Self::new(post.posted_at.as_seconds(), &post.platform, &post.id)
    }

    /// The key of a post in columns.
    pub fn of_view(post: &PostView<'_>) -> Self {
        Self::new(post.posted_at.as_seconds(), post.platform, post.id)
    }

    /// As stored.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for PostKey {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}
