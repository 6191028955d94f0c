//! Whether the store may have a post of an account: streams say of a few accounts a second that they are gone, and hardly any was ever seen.
//!
//! A Bloom filter of fixed size. It never says no wrongly; where it says maybe wrongly, a look at the blocks finds nothing.

use super::columns::PostView;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// Words of 64 bits: 8 MiB. With a million accounts it is wrong once in 88,000 times, with ten million once in 25.
const WORDS: usize = 1 << 20;
/// Bits set for an account.
const BITS: u32 = 4;

/// Which authors there may be.
pub(crate) struct Authors(Vec<u64>);

impl Authors {
    pub(crate) fn new() -> Self {
        Self(vec![0; WORDS])
    }

    pub(crate) fn add(&mut self, post: &PostView<'_>) {
        let Some(author) = post.author.id else { return };
        for (word, bit) in places(post.platform, author) {
            if let Some(word) = self.0.get_mut(word) {
                *word |= bit;
            }
        }
    }

    pub(crate) fn may_have(&self, platform: &str, author: &str) -> bool {
        places(platform, author).all(|(word, bit)| self.0.get(word).is_some_and(|word| word & bit != 0))
    }
}

/// Words and bits of an account: consecutive pieces of one hash.
fn places(platform: &str, author: &str) -> impl Iterator<Item = (usize, u64)> {
    let hash = xxh3_64_with_seed(author.as_bytes(), xxh3_64(platform.as_bytes()));
    // Kirsch and Mitzenmacher 2006: two hashes give as many as one likes.
    let (first, step) = (hash, hash.rotate_left(32) | 1);
    (0..BITS).map(move |number| {
        let place = first.wrapping_add(step.wrapping_mul(u64::from(number))) >> 16;
        (usize::try_from(place >> 6).unwrap_or(0) % WORDS, 1 << (place & 63))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::{Author, Post};
    use crate::store::Columns;

    #[test]
    fn every_author_is_known_and_few_others() {
        let mut authors = Authors::new();
        let mut columns = Columns::new();
        for number in 0..20_000 {
            let author = Author { id: Some(format!("did:plc:demo{number}")), ..Author::default() };
            columns.push(&Post { platform: "bluesky".into(), author, ..Post::default() });
        }
        columns.iter().for_each(|post| authors.add(&post));
        assert!(columns.iter().all(|post| authors.may_have(post.platform, post.author.id.unwrap())));
        let wrong =
            (0..100_000).filter(|number| authors.may_have("bluesky", &format!("did:plc:other{number}")));
        assert!(wrong.count() < 20);
        assert!(!authors.may_have("x", "did:plc:demo1"));
    }
}
