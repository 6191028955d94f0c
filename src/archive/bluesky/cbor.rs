//! A reader of DAG-CBOR, the bytes of repositories, as a [`Deserializer`]: formats keep their typed records. Strict where atproto is: lengths
//! are said, links (tag 42) are the only tags.

use serde::de::value::Error;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// How deep values may be nested. Posts need about 10; atproto's own limit is 32 in one place and 64 in another.
const MAX_DEPTH: u32 = 64;
/// The tag of a link to another block.
const LINK: u64 = 42;

/// Reads one value from bytes that hold nothing else.
pub(super) fn from_bytes<'a, T: serde::Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Error> {
    let mut reader = Reader { rest: bytes, depth: 0 };
    let value = T::deserialize(&mut reader)?;
    if reader.rest.is_empty() { Ok(value) } else { Err(Error::custom("more bytes than one value")) }
}

struct Reader<'a> {
    rest: &'a [u8],
    depth: u32,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: u64) -> Result<&'a [u8], Error> {
        let count = usize::try_from(count).map_err(|_| cut())?;
        let (taken, rest) = self.rest.split_at_checked(count).ok_or_else(cut)?;
        self.rest = rest;
        Ok(taken)
    }

    fn number<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (number, rest) = self.rest.split_first_chunk::<N>().ok_or_else(cut)?;
        self.rest = rest;
        Ok(*number)
    }

    /// The kind of the next value (RFC 8949, 3.1), its smaller bits, and the number that they stand for.
    fn head(&mut self) -> Result<(u8, u8, u64), Error> {
        let [first] = self.number()?;
        let info = first & 0x1f;
        let number = match info {
            0..=23 => u64::from(info),
            24 => u64::from(u8::from_be_bytes(self.number()?)),
            25 => u64::from(u16::from_be_bytes(self.number()?)),
            26 => u64::from(u32::from_be_bytes(self.number()?)),
            27 => u64::from_be_bytes(self.number()?),
            _ => return Err(Error::custom("a value without its length")),
        };
        Ok((first >> 5, info, number))
    }

    fn text(&mut self, length: u64) -> Result<&'a str, Error> {
        std::str::from_utf8(self.take(length)?).map_err(|_| Error::custom("a text that is not UTF-8"))
    }

    fn enter(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(Error::custom("values nested too deep")) } else { Ok(()) }
    }

    fn link(&mut self) -> Result<&'a [u8], Error> {
        match self.head()? {
            (2, _, length) => {
                let bytes = self.take(length)?;
                bytes.strip_prefix(&[0]).ok_or_else(|| Error::custom("a link of an unknown form"))
            }
            _ => Err(Error::custom("a link of an unknown form")),
        }
    }
}

fn cut() -> Error {
    Error::custom("it ends too early")
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let (kind, info, number) = self.head()?;
        match (kind, info) {
            (0, _) => visitor.visit_u64(number),
            (1, _) => {
                let number = i64::try_from(number).map_err(|_| Error::custom("a number too small"))?;
                visitor.visit_i64(-1 - number)
            }
            (2, _) => visitor.visit_borrowed_bytes(self.take(number)?),
            (3, _) => visitor.visit_borrowed_str(self.text(number)?),
            (4 | 5, _) => {
                self.enter()?;
                let mut items = Items { reader: self, left: number };
                let value =
                    if kind == 4 { visitor.visit_seq(&mut items)? } else { visitor.visit_map(&mut items)? };
                if items.left > 0 {
                    return Err(Error::custom("more elements than expected"));
                }
                self.depth -= 1;
                Ok(value)
            }
            (6, _) if number == LINK => visitor.visit_borrowed_bytes(self.link()?),
            (7, 20) => visitor.visit_bool(false),
            (7, 21) => visitor.visit_bool(true),
            (7, 22 | 23) => visitor.visit_unit(),
            (7, 26) => u32::try_from(number)
                .map_err(|_| cut())
                .and_then(|bits| visitor.visit_f64(f64::from(f32::from_bits(bits)))),
            (7, 27) => visitor.visit_f64(f64::from_bits(number)),
            _ => Err(Error::custom("a value of an unknown kind")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.rest.split_first() {
            Some((0xf6 | 0xf7, rest)) => {
                self.rest = rest;
                visitor.visit_none()
            }
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// What a list or map still holds.
struct Items<'r, 'a> {
    reader: &'r mut Reader<'a>,
    left: u64,
}

impl<'de> Items<'_, 'de> {
    fn next<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        seed.deserialize(&mut *self.reader).map(Some)
    }
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Error;
    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        self.next(seed)
    }
}

impl<'de> MapAccess<'de> for Items<'_, 'de> {
    type Error = Error;
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.next(seed)
    }
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(&mut *self.reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde::de::IgnoredAny;
    use std::collections::BTreeMap;

    #[test]
    fn values_of_each_kind() {
        // The examples of RFC 8949, appendix A, as far as DAG-CBOR has them.
        assert_eq!(
            from_bytes::<u64>(&[0x1b, 0, 0, 0, 0xe8, 0xd4, 0xa5, 0x10, 0]).unwrap(),
            1_000_000_000_000
        );
        assert_eq!(from_bytes::<i64>(&[0x39, 0x03, 0xe7]).unwrap(), -1000);
        assert_eq!(
            from_bytes::<f64>(&[0xfb, 0xc0, 0x10, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66]).unwrap().to_bits(),
            (-4.1_f64).to_bits()
        );
        assert_eq!(from_bytes::<&str>(b"\x62\xc3\xbc").unwrap(), "ü");
        assert_eq!(from_bytes::<Option<bool>>(&[0xf6]).unwrap(), None);
        assert_eq!(from_bytes::<Vec<u8>>(&[0x83, 1, 2, 3]).unwrap(), [1, 2, 3]);
        assert_eq!(
            from_bytes::<BTreeMap<&str, bool>>(b"\xa1\x61a\xf5").unwrap(),
            BTreeMap::from([("a", true)])
        );
        assert_eq!(from_bytes::<&[u8]>(b"\xd8\x2a\x43\x00ab").unwrap(), b"ab");
    }

    #[test]
    fn what_is_not_dag_cbor_is_refused() {
        #[track_caller]
        fn check(bytes: &[u8], reason: &str) {
            match from_bytes::<IgnoredAny>(bytes) {
                Ok(_) => panic!("{bytes:x?}"),
                Err(error) => assert_eq!(error.to_string(), reason, "{bytes:x?}"),
            }
        }
        check(b"", "it ends too early");
        check(b"\x62a", "it ends too early");
        check(b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff\x00", "it ends too early");
        check(b"\x61\xff", "a text that is not UTF-8");
        check(b"\x9f\x01\xff", "a value without its length");
        check(b"\xc1\x00", "a value of an unknown kind");
        check(b"\xd8\x2a\x41\x01", "a link of an unknown form");
        check(b"\x01\x01", "more bytes than one value");
        check(&[0x81; 100], "values nested too deep");
    }

    #[test]
    fn a_record_takes_what_it_asks_for() {
        #[derive(Debug, Deserialize, PartialEq)]
        struct Two<'a> {
            b: &'a str,
        }
        assert_eq!(from_bytes::<Two<'_>>(b"\xa2\x61a\x82\x01\xf6\x61b\x61x").unwrap(), Two { b: "x" });
    }
}
