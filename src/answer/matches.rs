//! Which posts of a block the theories' rules match: from what was noted of the block when it was last counted, else by looking.
//!
//! A note holds, for each theory by the hash of its rules, the set of the block's posts that it matches, whatever span is asked for; and the
//! hash of the text of every post that any of them matches. So a changed theory is matched alone, an import only has its own blocks matched,
//! and no text is read where nothing is new. Notes are a cache: what is not exactly as it should be is made anew.

use super::rules::Rules;
use crate::store::{Columns, Groups, Note, NoteKey, StoreError, StoredBlock};
use xxhash_rust::xxh3::xxh3_64;

/// Layout of a note; another one is not read.
const NOTE_VERSION: u8 = 1;
/// Most theories noted of a block: those asked last. A campaign has ten; a few sets of rules may be tried in turn.
const MOST_NOTED: usize = 64;
/// Sets of up to so many posts are noted one by one, larger ones as bits.
const FEW: usize = 100;
/// Words of 64 bits that hold a bit for each post of a block.
const WORDS: usize = crate::store::BLOCK_POSTS / 64;

/// A set of posts of one block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Set([u64; WORDS]);

impl Set {
    fn insert(&mut self, post: usize) {
        if let Some(word) = self.0.get_mut(post / 64) {
            *word |= 1 << (post % 64);
        }
    }

    fn unite(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(word, other)| *word |= other);
    }

    fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    fn posts(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(at, &word)| {
            let mut left = word;
            std::iter::from_fn(move || {
                let post = (left != 0).then(|| at * 64 + left.trailing_zeros() as usize);
                left &= left.wrapping_sub(1);
                post
            })
        })
    }
}

/// The theories of each post of a block.
#[derive(Debug, Default)]
pub(super) struct Matches {
    /// End of each post's theories in `theories`.
    ends: Vec<u32>,
    theories: Vec<u16>,
    /// Hash of the text of each post that has theories; 0 for the others.
    texts: Vec<u64>,
}

impl Matches {
    /// The theories that a post is in, by their index in the rules.
    pub(super) fn of(&self, post: usize) -> &[u16] {
        let end_of = |post: usize| self.ends.get(post).copied().unwrap_or(0) as usize;
        let start = post.checked_sub(1).map_or(0, end_of);
        self.theories.get(start..end_of(post)).unwrap_or(&[])
    }

    /// Hash of the text of a post that is in a theory.
    pub(super) fn text(&self, post: usize) -> u64 {
        self.texts.get(post).copied().unwrap_or(0)
    }

    fn new(count: usize, sets: &[Set], hashed: impl Iterator<Item = (usize, u64)>) -> Self {
        let mut sizes = vec![0_u32; count];
        for post in sets.iter().flat_map(Set::posts) {
            if let Some(size) = sizes.get_mut(post) {
                *size += 1;
            }
        }
        let mut next = Vec::with_capacity(count);
        let mut end = 0;
        for size in &mut sizes {
            next.push(end);
            end += *size;
            *size = end;
        }
        let mut theories = vec![0; end as usize];
        for (number, set) in (0_u16..).zip(sets) {
            for post in set.posts() {
                let Some(place) = next.get_mut(post) else { continue };
                if let Some(theory) = theories.get_mut(*place as usize) {
                    *theory = number;
                }
                *place += 1;
            }
        }
        let mut texts = vec![0; count];
        for (post, text) in hashed {
            if let Some(slot) = texts.get_mut(post) {
                *slot = text;
            }
        }
        Self { ends: sizes, theories, texts }
    }
}

/// What is noted of a block.
#[derive(Debug, Default, PartialEq, Eq)]
struct Noted {
    sets: Vec<([u8; 16], Set)>,
    /// Posts that any of these matches.
    any: Set,
    /// Hash of the text of each of them.
    texts: Vec<u64>,
}

impl Noted {
    fn set(&self, rules: &[u8; 16]) -> Option<Set> {
        self.sets.iter().find(|(hash, _)| hash == rules).map(|(_, set)| *set)
    }

    /// What is to be noted after these rules were asked for.
    fn with(mut self, hashes: &[[u8; 16]], sets: &[Set], text: impl Fn(usize) -> u64) -> Self {
        for (hash, set) in hashes.iter().zip(sets) {
            self.sets.retain(|(known, _)| known != hash);
            self.sets.push((*hash, *set));
        }
        self.sets.drain(..self.sets.len().saturating_sub(MOST_NOTED));
        self.any = united(self.sets.iter().map(|(_, set)| set));
        self.texts = self.any.posts().map(text).collect();
        self
    }

    /// What a note says; `None` if it is of another state of the block, or damaged.
    fn read(bytes: &[u8], block: &StoredBlock) -> Option<Self> {
        let (body, sum) = bytes.split_last_chunk::<8>()?;
        if u64::from_le_bytes(*sum) != xxh3_64(body) {
            return None;
        }
        let hashes = hashes(body, block)?;
        let mut rest = body.get(HEAD_BYTES + 16 * hashes.len()..)?;
        let mut noted = Self::default();
        for hash in hashes {
            let set = read_set(&mut rest, block.count)?;
            noted.any.unite(&set);
            noted.sets.push((*hash, set));
        }
        noted.texts = rest
            .chunks_exact(8)
            .map(|text| text.try_into().map(u64::from_le_bytes))
            .collect::<Result<_, _>>()
            .ok()?;
        (noted.texts.len() == noted.any.len()).then_some(noted)
    }

    fn write(&self, block: &StoredBlock) -> Vec<u8> {
        let mut bytes = vec![NOTE_VERSION];
        bytes.extend_from_slice(&block.content);
        // Never more than `MOST_NOTED`, which fits.
        bytes.push(u8::try_from(self.sets.len()).unwrap_or(u8::MAX));
        bytes.extend(self.sets.iter().flat_map(|(hash, _)| hash));
        for (_, set) in &self.sets {
            write_set(set, block.count, &mut bytes);
        }
        bytes.extend(self.texts.iter().flat_map(|text| text.to_le_bytes()));
        let sum = xxh3_64(&bytes);
        bytes.extend_from_slice(&sum.to_le_bytes());
        bytes
    }
}

/// Version, content hash of the block, number of sets.
const HEAD_BYTES: usize = 1 + 16 + 1;

/// The hashes of the rules that a note knows; `None` if it is of another state of the block.
fn hashes<'n>(note: &'n [u8], block: &StoredBlock) -> Option<&'n [[u8; 16]]> {
    let (head, rest) = note.split_first_chunk::<HEAD_BYTES>()?;
    let [version, content @ .., count] = head;
    if *version != NOTE_VERSION || *content != block.content {
        return None;
    }
    rest.get(..16 * usize::from(*count)).map(|hashes| hashes.as_chunks().0)
}

/// How many posts; then each, or a bit for every post of the block if they are many.
fn write_set(set: &Set, count: usize, bytes: &mut Vec<u8>) {
    let posts = set.len();
    bytes.extend_from_slice(&number(posts));
    if posts <= FEW {
        bytes.extend(set.posts().flat_map(number));
    } else {
        bytes.extend(set.0.iter().flat_map(|word| word.to_le_bytes()).take(count.div_ceil(8)));
    }
}

fn number(value: usize) -> [u8; 2] {
    // A block has `BLOCK_POSTS` posts at most.
    u16::try_from(value).unwrap_or(u16::MAX).to_le_bytes()
}

fn read_set(rest: &mut &[u8], count: usize) -> Option<Set> {
    let mut set = Set::default();
    let posts = usize::from(u16::from_le_bytes(take(rest, 2)?.try_into().ok()?));
    if posts <= FEW {
        for post in take(rest, 2 * posts)?.as_chunks().0 {
            set.insert(usize::from(u16::from_le_bytes(*post)));
        }
    } else {
        let bits = take(rest, count.div_ceil(8))?;
        for (word, bytes) in set.0.iter_mut().zip(bits.chunks(8)) {
            *word = bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
        }
    }
    Some(set)
}

fn take<'n>(rest: &mut &'n [u8], length: usize) -> Option<&'n [u8]> {
    let (taken, left) = rest.split_at_checked(length)?;
    *rest = left;
    Some(taken)
}

/// What must still be read of a block to know its matches.
pub(super) fn unread(rules: &Rules, block: &StoredBlock) -> Groups {
    let whole = |note: &&[u8]| {
        note.split_last_chunk::<8>().is_some_and(|(body, sum)| u64::from_le_bytes(*sum) == xxh3_64(body))
    };
    let note = block.matches.as_deref().filter(whole);
    let noted = note.and_then(|note| hashes(note, block)).unwrap_or(&[]);
    if rules.hashes().iter().all(|hash| noted.contains(hash)) { Groups::NONE } else { rules.groups() }
}

/// The matches of a block, and a note if anything was found out. What [`unread`] names must have been read.
pub(super) fn matches(
    rules: &Rules,
    block: &StoredBlock,
    columns: &Columns,
) -> Result<(Matches, Option<Note>), StoreError> {
    let noted = block.matches.as_deref().and_then(|note| Noted::read(note, block)).unwrap_or_default();
    let mut sets: Vec<Option<Set>> = rules.hashes().iter().map(|hash| noted.set(hash)).collect();
    let missing: Vec<u16> = (0..).zip(&sets).filter(|(_, set)| set.is_none()).map(|(at, _)| at).collect();
    if missing.is_empty() {
        let sets: Vec<Set> = sets.into_iter().flatten().collect();
        let hashed = noted.any.posts().zip(noted.texts.iter().copied());
        return Ok((Matches::new(block.count, &sets, hashed), None));
    }
    if !block.has(rules.groups()) {
        let reason = format!("what was noted of the block that begins at {} cannot be read", block.first);
        return Err(StoreError::Damaged(reason));
    }
    let mut found = vec![Set::default(); missing.len()];
    rules.search(&missing, columns, &mut |post, theory| {
        if let Some(set) = found.get_mut(usize::from(theory)) {
            set.insert(post);
        }
    })?;
    for (at, set) in missing.iter().zip(found) {
        if let Some(slot) = sets.get_mut(usize::from(*at)) {
            *slot = Some(set);
        }
    }
    let sets: Vec<Set> = sets.into_iter().flatten().collect();
    let text = |post: usize| xxh3_64(columns.text_of(post).as_bytes());
    let hashed = united(&sets).posts().map(|post| (post, text(post))).collect::<Vec<_>>();
    let next = noted.with(rules.hashes(), &sets, text);
    let note = (NoteKey::Matches(block.key.clone()), Some(next.write(block)));
    Ok((Matches::new(block.count, &sets, hashed.into_iter()), Some(note)))
}

fn united<'s>(sets: impl IntoIterator<Item = &'s Set>) -> Set {
    let mut any = Set::default();
    sets.into_iter().for_each(|set| any.unite(set));
    any
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn set(posts: &[usize]) -> Set {
        let mut set = Set::default();
        for &post in posts {
            set.insert(post);
        }
        set
    }

    #[test]
    fn a_set_is_written_one_by_one_or_as_bits() {
        let few: Vec<usize> = (0..FEW).map(|post| post * 10).collect();
        let many: Vec<usize> = (0..1001).filter(|post| post % 3 != 1).collect();
        for posts in [vec![], vec![0], vec![1000], few, many, (0..1001).collect()] {
            let mut bytes = Vec::new();
            write_set(&set(&posts), 1001, &mut bytes);
            let mut rest = bytes.as_slice();
            let read = read_set(&mut rest, 1001).unwrap();
            assert_eq!(
                (read.posts().collect::<Vec<_>>(), read.len(), rest.len()),
                (posts.clone(), posts.len(), 0)
            );
            for cut in 0..bytes.len() {
                assert_eq!(read_set(&mut bytes.get(..cut).unwrap(), 1001), None);
            }
        }
    }

    proptest! {
        #[test]
        fn every_post_gets_its_theories(sets in prop::collection::vec(prop::collection::btree_set(0usize..70, 0..40), 0..5)) {
            let made: Vec<Set> = sets.iter().map(|posts| set(&posts.iter().copied().collect::<Vec<_>>())).collect();
            let any = united(&made);
            let matches = Matches::new(70, &made, any.posts().map(|post| (post, post as u64 + 1)));
            for post in 0..70 {
                let expected: Vec<u16> = (0..).zip(&sets).filter(|(_, set)| set.contains(&post)).map(|(at, _)| at).collect();
                prop_assert_eq!(matches.of(post), expected.as_slice());
                prop_assert_eq!(matches.text(post), if expected.is_empty() { 0 } else { post as u64 + 1 });
            }
        }
    }
}
