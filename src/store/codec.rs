//! Bytes of a column: variable-length integers, deltas, strings. Reading never panics and never trusts a length.

use super::StoreError;
use super::strings::{HashIndex, ListColumn, OptStrColumn, StrColumn, WordColumn};

/// Where columns are written.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    pub(crate) bytes: Vec<u8>,
}

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

    pub(crate) fn strings(&mut self, column: &StrColumn) {
        let mut start = 0;
        for &end in &column.ends {
            self.unsigned(u64::from(end - start));
            start = end;
        }
        self.bytes.extend_from_slice(column.bytes.as_bytes());
    }

    /// First byte: 0 = all absent, 1 = lengths plus one (0 is absent), then the bytes.
    pub(crate) fn optional(&mut self, column: &OptStrColumn) {
        if !column.present.contains(&true) {
            return self.byte(0);
        }
        self.byte(1);
        let mut start = 0;
        for (&end, &present) in column.text.ends.iter().zip(&column.present) {
            self.unsigned(if present { u64::from(end - start) + 1 } else { 0 });
            start = end;
        }
        self.bytes.extend_from_slice(column.text.bytes.as_bytes());
    }

    /// First byte: 0 = all lists empty, 1 = a dictionary, list lengths, dictionary indices.
    pub(crate) fn lists(&mut self, column: &ListColumn) {
        if column.items.len() == 0 {
            return self.byte(0);
        }
        self.byte(1);
        let mut start = 0;
        for &end in &column.ends {
            self.unsigned(u64::from(end - start));
            start = end;
        }
        let (dictionary, indices) = dictionary_of(&column.items);
        self.unsigned(dictionary.len() as u64);
        self.strings(&dictionary);
        for index in indices {
            self.unsigned(u64::from(index));
        }
    }

    pub(crate) fn words(&mut self, column: &WordColumn) {
        self.unsigned(column.words.len() as u64);
        self.strings(&column.words);
        if column.words.len() > 1 {
            for &at in &column.of {
                self.unsigned(u64::from(at));
            }
        }
    }

    /// First byte: 0 = all absent, 1 = values plus one (0 is absent).
    pub(crate) fn optional_numbers(&mut self, column: &[Option<u64>]) {
        if column.iter().all(Option::is_none) {
            return self.byte(0);
        }
        self.byte(1);
        for value in column {
            self.unsigned(value.map_or(0, |value| value.saturating_add(1)));
        }
    }

    /// First byte: 0 = all absent, 1 = a presence byte each, then deltas of the present ones.
    pub(crate) fn optional_times(&mut self, column: &[Option<i64>]) {
        if column.iter().all(Option::is_none) {
            return self.byte(0);
        }
        self.byte(1);
        for value in column {
            self.byte(u8::from(value.is_some()));
        }
        let mut last = 0;
        for &value in column.iter().flatten() {
            self.signed(value.wrapping_sub(last));
            last = value;
        }
    }
}

/// Distinct strings of a column in order of first appearance, and the index of each.
fn dictionary_of(column: &StrColumn) -> (StrColumn, Vec<u32>) {
    let mut dictionary = StrColumn::default();
    let mut seen = HashIndex::default();
    let indices = (0..column.len()).map(|at| {
        let text = column.get(at);
        let hash = xxhash_rust::xxh3::xxh3_64(text.as_bytes());
        let known = seen.get(&hash).copied().filter(|&at| dictionary.get(at as usize) == text);
        known.unwrap_or_else(|| {
            let at = u32::try_from(dictionary.len()).unwrap_or(u32::MAX);
            dictionary.push(text);
            seen.insert(hash, at);
            at
        })
    });
    let indices = indices.collect();
    (dictionary, indices)
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
            let text = StrColumn { bytes: String::new(), ends: vec![0; count] };
            return Ok(OptStrColumn { text, present: vec![false; count] });
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
            return Ok(ListColumn { items: StrColumn::default(), ends: vec![0; count] });
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

    pub(crate) fn optional_numbers(&mut self, count: usize) -> Result<Vec<Option<u64>>, StoreError> {
        if self.byte()? == 0 {
            return Ok(vec![None; count]);
        }
        (0..count).map(|_| Ok(self.unsigned()?.checked_sub(1))).collect()
    }

    pub(crate) fn optional_times(&mut self, count: usize) -> Result<Vec<Option<i64>>, StoreError> {
        if self.byte()? == 0 {
            return Ok(vec![None; count]);
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
        present.iter().map(|&present| next(present)).collect()
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
