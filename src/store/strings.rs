//! Columns of text: one buffer and its ends, optional texts, lists of texts, and the dictionaries for what repeats.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// An author without a copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AuthorView<'a> {
    /// As [`crate::post::Author::id`].
    pub id: Option<&'a str>,
    /// As [`crate::post::Author::handle`].
    pub handle: Option<&'a str>,
    /// As [`crate::post::Author::name`].
    pub name: Option<&'a str>,
}

impl AuthorView<'_> {
    /// What an account is counted by: the id, else the handle, else the display name.
    pub fn key(&self) -> Option<&str> {
        self.id.or(self.handle).or(self.name)
    }

    /// A key for finding equal authors; equal keys are compared.
    pub(crate) fn hash(&self) -> u64 {
        use xxhash_rust::xxh3::xxh3_64_with_seed;
        // Absent and empty differ by the seed.
        let part =
            |text: Option<&str>, seed| text.map_or(seed, |text| xxh3_64_with_seed(text.as_bytes(), seed));
        part(self.id, 1) ^ part(self.handle, 2).rotate_left(1) ^ part(self.name, 3).rotate_left(2)
    }
}

/// Strings one after another in one buffer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StrColumn {
    pub(crate) bytes: String,
    /// End of each string in `bytes`.
    pub(crate) ends: Vec<u32>,
}

impl StrColumn {
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        // Callers keep a `Columns` below `MAX_COLUMN_BYTES`, far under 4 GiB.
        self.ends.push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
    }

    pub(crate) fn get(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends.get(index - 1).copied().unwrap_or(0) as usize };
        let end = self.ends.get(index).copied().unwrap_or(0) as usize;
        self.bytes.get(start..end).unwrap_or("")
    }

    pub(crate) fn heap(&self) -> usize {
        self.bytes.capacity() + 4 * self.ends.capacity()
    }
}

/// Optional strings. Absent differs from empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OptStrColumn {
    pub(crate) text: StrColumn,
    pub(crate) present: Vec<bool>,
}

impl OptStrColumn {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.present.clear();
    }

    pub(crate) fn push(&mut self, text: Option<&str>) {
        self.text.push(text.unwrap_or(""));
        self.present.push(text.is_some());
    }

    pub(crate) fn get(&self, index: usize) -> Option<&str> {
        self.present.get(index).copied().unwrap_or(false).then(|| self.text.get(index))
    }

    pub(crate) fn heap(&self) -> usize {
        self.text.heap() + self.present.capacity()
    }
}

/// A list of strings for each post.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ListColumn {
    pub(crate) items: StrColumn,
    /// End of each post's list in `items`.
    pub(crate) ends: Vec<u32>,
}

impl ListColumn {
    pub(crate) fn clear(&mut self) {
        self.items.clear();
        self.ends.clear();
    }

    pub(crate) fn push<'a>(&mut self, items: impl Iterator<Item = &'a str>) {
        items.for_each(|item| self.items.push(item));
        self.ends.push(u32::try_from(self.items.len()).unwrap_or(u32::MAX));
    }

    pub(crate) fn get(&self, index: usize) -> ListView<'_> {
        let start = if index == 0 { 0 } else { self.ends.get(index - 1).copied().unwrap_or(0) };
        ListView { items: &self.items, at: start, end: self.ends.get(index).copied().unwrap_or(start) }
    }

    pub(crate) fn heap(&self) -> usize {
        self.items.heap() + 4 * self.ends.capacity()
    }
}

/// The strings of one post's list, in order.
#[derive(Clone, Copy, Debug)]
pub struct ListView<'a> {
    items: &'a StrColumn,
    at: u32,
    end: u32,
}

#[expect(
    clippy::copy_iterator,
    reason = "a view of two numbers and an address; copying it to look twice is what it is for"
)]
impl<'a> Iterator for ListView<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        (self.at < self.end).then(|| {
            self.at += 1;
            self.items.get(self.at as usize - 1)
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.end - self.at) as usize;
        (left, Some(left))
    }
}

impl ExactSizeIterator for ListView<'_> {}

/// Hashes are made by xxh3 already: passing them through is enough.
#[derive(Default)]
pub(crate) struct PassThrough(u64);

impl Hasher for PassThrough {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {}

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

pub(crate) type HashIndex = HashMap<u64, u32, BuildHasherDefault<PassThrough>>;

/// Distinct authors of a set of posts, and which post has which.
#[derive(Clone, Debug, Default)]
pub(crate) struct AuthorColumn {
    pub(crate) id: OptStrColumn,
    pub(crate) handle: OptStrColumn,
    pub(crate) name: OptStrColumn,
    /// Index of the author of each post.
    pub(crate) of: Vec<u32>,
    /// Only while building.
    pub(crate) seen: HashIndex,
}

impl AuthorColumn {
    pub(crate) fn clear(&mut self) {
        self.id.clear();
        self.handle.clear();
        self.name.clear();
        self.of.clear();
        self.seen.clear();
    }

    pub(crate) fn push(&mut self, author: AuthorView<'_>) {
        let hash = author.hash();
        let known = self.seen.get(&hash).copied().filter(|&at| self.get(at as usize) == author);
        let at = known.unwrap_or_else(|| {
            let at = u32::try_from(self.id.present.len()).unwrap_or(u32::MAX);
            self.id.push(author.id);
            self.handle.push(author.handle);
            self.name.push(author.name);
            self.seen.insert(hash, at);
            at
        });
        self.of.push(at);
    }

    pub(crate) fn heap(&self) -> usize {
        let parts = self.id.heap() + self.handle.heap() + self.name.heap();
        parts + 4 * self.of.capacity() + 16 * self.seen.capacity()
    }

    /// Takes an author as a new one, without looking whether it is known: for sets that will be taken apart again anyway.
    pub(crate) fn append(&mut self, author: AuthorView<'_>) {
        self.of.push(u32::try_from(self.distinct()).unwrap_or(u32::MAX));
        self.id.push(author.id);
        self.handle.push(author.handle);
        self.name.push(author.name);
    }

    pub(crate) fn distinct(&self) -> usize {
        self.id.present.len()
    }

    pub(crate) fn get(&self, at: usize) -> AuthorView<'_> {
        AuthorView { id: self.id.get(at), handle: self.handle.get(at), name: self.name.get(at) }
    }
}

/// Short strings that repeat a lot: platforms, languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct WordColumn {
    pub(crate) words: StrColumn,
    pub(crate) of: Vec<u32>,
}

impl WordColumn {
    pub(crate) fn clear(&mut self) {
        self.words.clear();
        self.of.clear();
    }

    pub(crate) fn push(&mut self, word: &str) {
        // Newest first: neighbours are alike. A set of posts has a handful of these words.
        let known = (0..self.words.len()).rev().take(64).find(|&at| self.words.get(at) == word);
        let at = known.unwrap_or_else(|| {
            self.words.push(word);
            self.words.len() - 1
        });
        self.of.push(u32::try_from(at).unwrap_or(u32::MAX));
    }

    pub(crate) fn get(&self, index: usize) -> &str {
        self.words.get(self.of.get(index).copied().unwrap_or(0) as usize)
    }

    pub(crate) fn heap(&self) -> usize {
        self.words.heap() + 4 * self.of.capacity()
    }
}
