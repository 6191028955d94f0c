//! Bytes of a column: variable-length integers, deltas, strings. Reading never panics and never trusts a length.

use super::StoreError;
use super::strings::{
    AuthorView, HashIndex, ListColumn, ListView, NumberColumn, OptStrColumn, StrColumn, WordColumn,
};

/// Where columns are written; used again for every block, so that its memory is asked for once.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    pub(crate) bytes: Vec<u8>,
    /// What a dictionary holds so far, by hash.
    seen: HashIndex,
    /// The index of each item of a list column.
    indices: Vec<u32>,
}

/// The values of a column, row by row. Run through twice: lengths come first, then bytes.
pub(crate) trait Values<T>: Iterator<Item = T> + Clone {}

impl<T, I: Iterator<Item = T> + Clone> Values<T> for I {}

impl Writer {
    pub(crate) fn byte(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// LEB128: seven bits a byte, lowest first.
    pub(crate) fn unsigned(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.bytes.push(value.to_le_bytes()[0]);
    }

    /// Zigzag, then LEB128: small in size means small in bytes, whatever the sign.
    pub(crate) fn signed(&mut self, value: i64) {
        self.unsigned((value << 1 ^ value >> 63).cast_unsigned());
    }

    pub(crate) fn strings<'a>(&mut self, texts: impl Values<&'a str>) {
        for text in texts.clone() {
            self.unsigned(text.len() as u64);
        }
        for text in texts {
            self.bytes.extend_from_slice(text.as_bytes());
        }
    }

    /// First byte: 0 = all absent, 1 = lengths plus one (0 is absent), then the bytes.
    pub(crate) fn optional<'a>(&mut self, texts: impl Values<Option<&'a str>>) {
        if texts.clone().all(|text| text.is_none()) {
            return self.byte(0);
        }
        self.byte(1);
        for text in texts.clone() {
            self.unsigned(text.map_or(0, |text| text.len() as u64 + 1));
        }
        for text in texts.flatten() {
            self.bytes.extend_from_slice(text.as_bytes());
        }
    }

    /// First byte: 0 = all lists empty, 1 = list lengths, a dictionary in order of first appearance, dictionary indices.
    pub(crate) fn lists<'a>(&mut self, lists: impl Values<ListView<'a>>) {
        if lists.clone().all(|list| list.len() == 0) {
            return self.byte(0);
        }
        self.byte(1);
        for list in lists.clone() {
            self.unsigned(list.len() as u64);
        }
        let dictionary = self.tell_apart(lists.flatten(), |item| xxhash_rust::xxh3::xxh3_64(item.as_bytes()));
        self.unsigned(dictionary.len() as u64);
        self.strings(dictionary.iter().copied());
        self.write_indices();
    }

    /// Distinct authors in order of first appearance, each part optional; then the index of each post's.
    pub(crate) fn authors<'a>(&mut self, authors: impl Values<AuthorView<'a>>) {
        let distinct = self.tell_apart(authors, AuthorView::hash);
        self.unsigned(distinct.len() as u64);
        self.optional(distinct.iter().map(|author| author.id));
        self.optional(distinct.iter().map(|author| author.handle));
        self.optional(distinct.iter().map(|author| author.name));
        self.write_indices();
    }

    /// The distinct items in order of first appearance; `indices` says which each was.
    fn tell_apart<T: Copy + PartialEq>(
        &mut self,
        items: impl Iterator<Item = T>,
        hash: impl Fn(&T) -> u64,
    ) -> Vec<T> {
        self.seen.clear();
        self.indices.clear();
        let mut distinct: Vec<T> = Vec::new();
        for item in items {
            let hash = hash(&item);
            let known = self.seen.get(&hash).copied().filter(|&at| distinct.get(at as usize) == Some(&item));
            let at = known.unwrap_or_else(|| {
                let at = u32::try_from(distinct.len()).unwrap_or(u32::MAX);
                distinct.push(item);
                self.seen.insert(hash, at);
                at
            });
            self.indices.push(at);
        }
        distinct
    }

    fn write_indices(&mut self) {
        let indices = std::mem::take(&mut self.indices);
        for &at in &indices {
            self.unsigned(u64::from(at));
        }
        self.indices = indices;
    }

    pub(crate) fn words<'a>(&mut self, words: impl Values<&'a str>) {
        let mut dictionary = WordColumn::default();
        self.indices.clear();
        self.indices.extend(words.map(|word| dictionary.number(word)));
        let words = dictionary.words;
        self.unsigned(words.len() as u64);
        self.strings((0..words.len()).map(|at| words.get(at)));
        if words.len() > 1 {
            self.write_indices();
        }
    }

    /// First byte: 0 = all absent, 1 = values plus one (0 is absent).
    pub(crate) fn optional_numbers(&mut self, values: impl Values<Option<u64>>) {
        if values.clone().all(|value| value.is_none()) {
            return self.byte(0);
        }
        self.byte(1);
        for value in values {
            self.unsigned(value.map_or(0, |value| value.saturating_add(1)));
        }
    }

    /// First byte: 0 = all absent, 1 = a presence byte each, then deltas of the present ones.
    pub(crate) fn optional_times(&mut self, values: impl Values<Option<i64>>) {
        if values.clone().all(|value| value.is_none()) {
            return self.byte(0);
        }
        self.byte(1);
        for value in values.clone() {
            self.byte(u8::from(value.is_some()));
        }
        let mut last = 0;
        for value in values.flatten() {
            self.signed(value.wrapping_sub(last));
            last = value;
        }
    }
}

/// What a reader of damaged bytes says.
fn damaged() -> StoreError {
    StoreError::Damaged("a column ends early or holds an impossible value".to_owned())
}

/// Where columns are read from.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    left: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { left: bytes }
    }

    pub(crate) fn byte(&mut self) -> Result<u8, StoreError> {
        let (&byte, left) = self.left.split_first().ok_or_else(damaged)?;
        self.left = left;
        Ok(byte)
    }

    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8], StoreError> {
        let (taken, left) = self.left.split_at_checked(length).ok_or_else(damaged)?;
        self.left = left;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], StoreError> {
        self.take(N)?.try_into().map_err(|_| damaged())
    }

    pub(crate) fn unsigned(&mut self) -> Result<u64, StoreError> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(damaged())
    }

    pub(crate) fn signed(&mut self) -> Result<i64, StoreError> {
        let value = self.unsigned()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    fn small(&mut self) -> Result<u32, StoreError> {
        u32::try_from(self.unsigned()?).map_err(|_| damaged())
    }

    /// A number of things each of which takes at least one byte: more than there are bytes left is damage.
    pub(crate) fn count(&mut self) -> Result<usize, StoreError> {
        let count = self.small()? as usize;
        if count > self.left.len() { Err(damaged()) } else { Ok(count) }
    }

    fn utf8(&mut self, length: usize) -> Result<String, StoreError> {
        std::str::from_utf8(self.take(length)?).map(str::to_owned).map_err(|_| damaged())
    }

    /// Running ends from lengths; the sum is checked against what is left by the reader of the bytes.
    fn ends(&mut self, count: usize) -> Result<Vec<u32>, StoreError> {
        let mut end = 0_u32;
        let mut next = || {
            end = end.checked_add(self.small()?).ok_or_else(damaged)?;
            Ok(end)
        };
        (0..count).map(|_| next()).collect()
    }

    pub(crate) fn strings(&mut self, count: usize) -> Result<StrColumn, StoreError> {
        let ends = self.ends(count)?;
        let bytes = self.utf8(ends.last().copied().unwrap_or(0) as usize)?;
        if ends.iter().any(|&end| !bytes.is_char_boundary(end as usize)) {
            return Err(damaged());
        }
        Ok(StrColumn { bytes, ends })
    }

    pub(crate) fn optional(&mut self, count: usize) -> Result<OptStrColumn, StoreError> {
        if self.byte()? == 0 {
            return Ok(OptStrColumn::default());
        }
        let mut present = Vec::with_capacity(count.min(self.left.len()));
        let mut ends = Vec::with_capacity(present.capacity());
        let mut end = 0_u32;
        for _ in 0..count {
            let length = self.small()?;
            present.push(length > 0);
            end = end.checked_add(length.saturating_sub(1)).ok_or_else(damaged)?;
            ends.push(end);
        }
        let bytes = self.utf8(end as usize)?;
        if ends.iter().any(|&end| !bytes.is_char_boundary(end as usize)) {
            return Err(damaged());
        }
        Ok(OptStrColumn { text: StrColumn { bytes, ends }, present })
    }

    pub(crate) fn lists(&mut self, count: usize) -> Result<ListColumn, StoreError> {
        if self.byte()? == 0 {
            return Ok(ListColumn::default());
        }
        let ends = self.ends(count)?;
        let distinct = self.count()?;
        let dictionary = self.strings(distinct)?;
        let mut items = StrColumn::default();
        for _ in 0..ends.last().copied().unwrap_or(0) {
            let at = self.small()? as usize;
            if at >= distinct {
                return Err(damaged());
            }
            items.push(dictionary.get(at));
        }
        Ok(ListColumn { items, ends })
    }

    pub(crate) fn words(&mut self, count: usize) -> Result<WordColumn, StoreError> {
        let distinct = self.count()?;
        let words = self.strings(distinct)?;
        let of = if distinct > 1 { self.indices(count, distinct)? } else { vec![0; count] };
        Ok(WordColumn { words, of })
    }

    /// `count` indices below `limit`.
    pub(crate) fn indices(&mut self, count: usize, limit: usize) -> Result<Vec<u32>, StoreError> {
        let below = |at: u32| if (at as usize) < limit { Ok(at) } else { Err(damaged()) };
        (0..count).map(|_| self.small().and_then(below)).collect()
    }

    pub(crate) fn optional_numbers(&mut self, count: usize) -> Result<NumberColumn<u64>, StoreError> {
        if self.byte()? == 0 {
            return Ok(NumberColumn::default());
        }
        let values = (0..count).map(|_| Ok(self.unsigned()?.checked_sub(1)));
        values.collect::<Result<_, StoreError>>().map(NumberColumn)
    }

    pub(crate) fn optional_times(&mut self, count: usize) -> Result<NumberColumn<i64>, StoreError> {
        if self.byte()? == 0 {
            return Ok(NumberColumn::default());
        }
        let present = self.take(count)?;
        let mut last = 0_i64;
        let mut next = |present: u8| {
            if present == 0 {
                return Ok(None);
            }
            last = last.wrapping_add(self.signed()?);
            Ok(Some(last))
        };
        present.iter().map(|&present| next(present)).collect::<Result<_, _>>().map(NumberColumn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_round_trip(values: Vec<(u64, i64)>) {
            let mut writer = Writer::default();
            for &(unsigned, signed) in &values {
                writer.unsigned(unsigned);
                writer.signed(signed);
            }
            let mut reader = Reader::new(&writer.bytes);
            for (unsigned, signed) in values {
                prop_assert_eq!(reader.unsigned().unwrap(), unsigned);
                prop_assert_eq!(reader.signed().unwrap(), signed);
            }
            prop_assert!(reader.byte().is_err());
        }

        #[test]
        fn reading_any_bytes_never_panics(bytes: Vec<u8>, count in 0usize..50) {
            let _ = Reader::new(&bytes).strings(count);
            let _ = Reader::new(&bytes).optional(count);
            let _ = Reader::new(&bytes).lists(count);
            let _ = Reader::new(&bytes).words(count);
            let _ = Reader::new(&bytes).optional_numbers(count);
            let _ = Reader::new(&bytes).optional_times(count);
        }
    }
}
