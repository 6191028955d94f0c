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
        // A set of posts comes from one chunk of a file: far under 4 GiB.
        self.ends.push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
    }

    /// Where the last string ends.
    fn end(&self) -> u32 {
        self.ends.last().copied().unwrap_or(0)
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

/// Optional strings. Absent differs from empty. Rows behind the last one that was given are absent: a column that no post fills costs nothing.
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

    /// Gives a row its text. Rows come in order; absent ones need not come at all.
    pub(crate) fn set(&mut self, row: usize, text: Option<&str>) {
        let Some(text) = text else { return };
        self.text.ends.resize(row, self.text.end());
        self.present.resize(row, false);
        self.text.push(text);
        self.present.push(true);
    }

    pub(crate) fn get(&self, index: usize) -> Option<&str> {
        self.present.get(index).copied().unwrap_or(false).then(|| self.text.get(index))
    }

    pub(crate) fn heap(&self) -> usize {
        self.text.heap() + self.present.capacity()
    }
}

/// A list of strings for each post. Rows behind the last one that was given are empty.
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

    /// Gives a row its list. Rows come in order; empty ones need not come at all.
    pub(crate) fn set<'a>(&mut self, row: usize, items: impl Iterator<Item = &'a str>) {
        let before = self.items.len();
        items.for_each(|item| self.items.push(item));
        let count = |items: usize| u32::try_from(items).unwrap_or(u32::MAX);
        if self.items.len() > before {
            self.ends.resize(row, count(before));
            self.ends.push(count(self.items.len()));
        }
    }

    pub(crate) fn get(&self, index: usize) -> ListView<'_> {
        let Some(&end) = self.ends.get(index) else { return ListView { items: &self.items, at: 0, end: 0 } };
        let before = index.checked_sub(1).and_then(|before| self.ends.get(before));
        ListView { items: &self.items, at: before.copied().unwrap_or(0), end }
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

/// Authors of a set of posts, and which post has which. Told apart in a set that was read from a block; in one that is being filled each post
/// brings its own.
#[derive(Clone, Debug, Default)]
pub(crate) struct AuthorColumn {
    pub(crate) id: OptStrColumn,
    pub(crate) handle: OptStrColumn,
    pub(crate) name: OptStrColumn,
    /// How many.
    pub(crate) distinct: usize,
    /// Index of the author of each post.
    pub(crate) of: Vec<u32>,
}

impl AuthorColumn {
    pub(crate) fn clear(&mut self) {
        self.id.clear();
        self.handle.clear();
        self.name.clear();
        self.of.clear();
        self.distinct = 0;
    }

    pub(crate) fn push(&mut self, author: AuthorView<'_>) {
        self.of.push(u32::try_from(self.distinct).unwrap_or(u32::MAX));
        self.id.set(self.distinct, author.id);
        self.handle.set(self.distinct, author.handle);
        self.name.set(self.distinct, author.name);
        self.distinct += 1;
    }

    pub(crate) fn heap(&self) -> usize {
        self.id.heap() + self.handle.heap() + self.name.heap() + 4 * self.of.capacity()
    }

    /// One of the distinct authors.
    pub(crate) fn get(&self, at: usize) -> AuthorView<'_> {
        AuthorView { id: self.id.get(at), handle: self.handle.get(at), name: self.name.get(at) }
    }

    /// The author of a post.
    pub(crate) fn of(&self, index: usize) -> AuthorView<'_> {
        self.get(self.of.get(index).copied().unwrap_or(0) as usize)
    }
}

/// Optional numbers. Rows behind the last one that was given are absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NumberColumn<T>(pub(crate) Vec<Option<T>>);

impl<T> Default for NumberColumn<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Copy> NumberColumn<T> {
    /// Gives a row its number. Rows come in order; absent ones need not come at all.
    pub(crate) fn set(&mut self, row: usize, value: Option<T>) {
        if value.is_some() {
            self.0.resize(row, None);
            self.0.push(value);
        }
    }

    pub(crate) fn get(&self, index: usize) -> Option<T> {
        self.0.get(index).copied().flatten()
    }

    pub(crate) fn heap(&self) -> usize {
        std::mem::size_of::<Option<T>>() * self.0.capacity()
    }
}

/// Short strings that repeat a lot: platforms, languages. Rows behind the last one that was given have the empty one.
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

    /// Gives a row its word. Rows come in order; empty ones need not come at all.
    pub(crate) fn set(&mut self, row: usize, word: &str) {
        if word.is_empty() {
            return;
        }
        if self.of.len() < row {
            let none = self.number("");
            self.of.resize(row, none);
        }
        let at = self.number(word);
        self.of.push(at);
    }

    /// The word before first, then newest first: neighbours are alike, and a set of posts has a handful of these words.
    pub(crate) fn number(&mut self, word: &str) -> u32 {
        if let Some(&before) = self.of.last().filter(|&&before| self.words.get(before as usize) == word) {
            return before;
        }
        let known = (0..self.words.len()).rev().take(64).find(|&at| self.words.get(at) == word);
        let at = known.unwrap_or_else(|| {
            self.words.push(word);
            self.words.len() - 1
        });
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    pub(crate) fn get(&self, index: usize) -> &str {
        self.of.get(index).map_or("", |&at| self.words.get(at as usize))
    }

    pub(crate) fn heap(&self) -> usize {
        self.words.heap() + 4 * self.of.capacity()
    }
}
