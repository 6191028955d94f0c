//! A reader of JSON that touches only what is asked for and passes over the rest eight bytes at a time, as a [`Deserializer`]: formats keep
//! their typed records and lose no strictness. It knows clean JSON only. Of anything else it is [`Unsure`], and `serde_json` decides: what this
//! reader accepts, `serde_json` accepts with the same fields; what it refuses may still be JSON (the tests hold both against each other).

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
};

/// How deep values that are asked for may be nested, and values that are passed over; `serde_json` reads a little deeper.
const MAX_DEPTH: u32 = 100;
/// So many digits fit a 64-bit number whatever they are.
const SAFE_DIGITS: usize = 18;

/// Not read. Why is not said: `serde_json` will read it again and say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::archive) struct Unsure;

impl std::fmt::Display for Unsure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not JSON as it mostly is")
    }
}

impl std::error::Error for Unsure {}

impl de::Error for Unsure {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self
    }
    // The usual ways to fail would else build a message that nobody reads.
    fn invalid_type(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self
    }
    fn missing_field(_: &'static str) -> Self {
        Self
    }
}

/// Reads one value from a text that holds nothing else.
pub(in crate::archive) fn read<'a, S: DeserializeSeed<'a>>(
    text: &'a str,
    seed: S,
) -> Result<S::Value, Unsure> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let value = seed.deserialize(&mut reader)?;
    reader.pass_space();
    if reader.at == text.len() { Ok(value) } else { Err(Unsure) }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
}

impl<'a> Reader<'a> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn pass_space(&mut self) {
        while matches!(self.byte(), Some(b' ' | b'\n' | b'\t' | b'\r')) {
            self.at += 1;
        }
    }

    /// The next byte that is no space, not yet passed.
    fn peek(&mut self) -> Result<u8, Unsure> {
        let byte = self.byte().ok_or(Unsure)?;
        if byte > b' ' {
            return Ok(byte);
        }
        self.pass_space();
        self.byte().ok_or(Unsure)
    }

    /// Passes the next byte that is no space.
    fn next(&mut self) -> Result<u8, Unsure> {
        let byte = self.peek()?;
        self.at += 1;
        Ok(byte)
    }

    fn expect(&mut self, wanted: u8) -> Result<(), Unsure> {
        if self.next()? == wanted { Ok(()) } else { Err(Unsure) }
    }

    fn pass_word(&mut self, word: &str) -> Result<(), Unsure> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            return Err(Unsure);
        }
        self.at += word.len();
        Ok(())
    }

    fn enter(&mut self) -> Result<(), Unsure> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(Unsure) } else { Ok(()) }
    }

    /// Passes the rest of a string; its opening quote was passed.
    fn pass_string(&mut self) -> Result<(), Unsure> {
        loop {
            self.at = string_mark(self.text.as_bytes(), self.at).ok_or(Unsure)?;
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.pass_escape()?,
                _ => return Err(Unsure),
            }
        }
    }

    /// Passes an escape; the reader stands at its backslash. Which character it is does not matter where nobody asks.
    fn pass_escape(&mut self) -> Result<(), Unsure> {
        let bytes = self.text.as_bytes();
        match bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                hex4(bytes, self.at + 2)?;
                self.at += 6;
            }
            _ => return Err(Unsure),
        }
        Ok(())
    }

    /// Reads the rest of a string; its opening quote was passed. Borrowed where nothing is escaped.
    fn string(&mut self) -> Result<Text<'a>, Unsure> {
        let from = self.at;
        let mark = string_mark(self.text.as_bytes(), from).ok_or(Unsure)?;
        if self.text.as_bytes().get(mark) == Some(&b'"') {
            self.at = mark + 1;
            return self.text.get(from..mark).map(Text::Borrowed).ok_or(Unsure);
        }
        self.escaped_string(from, mark).map(Text::Owned)
    }

    fn escaped_string(&mut self, from: usize, first: usize) -> Result<String, Unsure> {
        let bytes = self.text.as_bytes();
        let mut text = String::with_capacity(2 * (first - from) + 64);
        let (mut copied, mut mark) = (from, first);
        loop {
            text.push_str(self.text.get(copied..mark).ok_or(Unsure)?);
            self.at = mark + 1;
            match bytes.get(mark) {
                Some(b'"') => return Ok(text),
                Some(b'\\') => text.push(self.escape()?),
                _ => return Err(Unsure),
            }
            copied = self.at;
            mark = string_mark(bytes, copied).ok_or(Unsure)?;
        }
    }

    /// The character of an escape; the reader stands behind its backslash.
    fn escape(&mut self) -> Result<char, Unsure> {
        let bytes = self.text.as_bytes();
        let kind = self.byte().ok_or(Unsure)?;
        self.at += 1;
        Ok(match kind {
            b'"' | b'\\' | b'/' => char::from(kind),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = hex4(bytes, self.at)?;
                self.at += 4;
                let code = match first {
                    0xD800..0xDC00 => {
                        self.pass_word("\\u")?;
                        let second = hex4(bytes, self.at)?;
                        self.at += 4;
                        let low = second.checked_sub(0xDC00).filter(|low| *low < 0x400).ok_or(Unsure)?;
                        0x1_0000 + ((first - 0xD800) << 10) + low
                    }
                    other => other,
                };
                char::from_u32(code).ok_or(Unsure)?
            }
            _ => return Err(Unsure),
        })
    }

    /// Passes a number by the grammar of RFC 8259, section 6. The reader stands at its first byte.
    fn pass_number(&mut self) -> Result<(), Unsure> {
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        let from = self.at;
        if self.pass_digits()? > 1 && self.text.as_bytes().get(from) == Some(&b'0') {
            return Err(Unsure);
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.pass_digits()?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.byte(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.pass_digits()?;
        }
        Ok(())
    }

    /// Passes digits, at least one; says how many.
    fn pass_digits(&mut self) -> Result<usize, Unsure> {
        let from = self.at;
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at > from { Ok(self.at - from) } else { Err(Unsure) }
    }

    /// Reads a number. Integers that surely fit are read here; the others, and all fractions, as `serde_json` reads them.
    fn number<V: Visitor<'a>>(&mut self, visitor: V) -> Result<V::Value, Unsure> {
        let from = self.at;
        self.pass_number()?;
        let token = self.text.get(from..self.at).ok_or(Unsure)?;
        let (digits, negative) = token.strip_prefix('-').map_or((token, false), |digits| (digits, true));
        let value = digits.bytes().try_fold(0_u64, |value, byte| {
            byte.is_ascii_digit().then(|| value.wrapping_mul(10).wrapping_add(u64::from(byte - b'0')))
        });
        match value.filter(|_| digits.len() <= SAFE_DIGITS) {
            Some(value) if !negative => visitor.visit_u64(value),
            // Minus nothing is a float.
            Some(value) if value > 0 => visitor.visit_i64(-value.cast_signed()),
            _ => serde_json::Deserializer::from_str(token).deserialize_any(visitor).map_err(|_| Unsure),
        }
    }

    /// Passes a whole value, which is checked as strictly as if it were read.
    fn pass_value(&mut self) -> Result<(), Unsure> {
        // A bit for each open list or object, the innermost lowest: 1 is an object.
        let (mut kinds, mut depth) = (0_u128, 0);
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    self.pass_string()?;
                }
                open @ (b'{' | b'[') => {
                    self.at += 1;
                    let is_object = open == b'{';
                    if self.peek()? == if is_object { b'}' } else { b']' } {
                        self.at += 1;
                    } else {
                        depth += 1;
                        if depth > MAX_DEPTH {
                            return Err(Unsure);
                        }
                        kinds = kinds << 1 | u128::from(is_object);
                        if is_object {
                            self.pass_key()?;
                        }
                        continue;
                    }
                }
                b't' => self.pass_word("true")?,
                b'f' => self.pass_word("false")?,
                b'n' => self.pass_word("null")?,
                _ => self.pass_number()?,
            }
            loop {
                if depth == 0 {
                    return Ok(());
                }
                let is_object = kinds & 1 == 1;
                match self.next()? {
                    b',' if is_object => {
                        self.pass_key()?;
                        break;
                    }
                    b',' => break,
                    b'}' if is_object => {}
                    b']' if !is_object => {}
                    _ => return Err(Unsure),
                }
                kinds >>= 1;
                depth -= 1;
            }
        }
    }

    fn pass_key(&mut self) -> Result<(), Unsure> {
        self.expect(b'"')?;
        self.pass_string()?;
        self.expect(b':')
    }
}

enum Text<'a> {
    Borrowed(&'a str),
    Owned(String),
}

impl<'a> Text<'a> {
    fn give<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unsure> {
        match self {
            Self::Borrowed(text) => visitor.visit_borrowed_str(text),
            Self::Owned(text) => visitor.visit_string(text),
        }
    }
}

/// Where from `from` on the first quote, backslash or control character stands.
fn string_mark(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    let mut rest = bytes.get(from..)?;
    while let Some((eight, after)) = rest.split_first_chunk::<8>() {
        if let Some(found) = first_mark(*eight) {
            return Some(at + found);
        }
        rest = after;
        at += 8;
    }
    rest.iter().copied().position(is_mark).map(|found| at + found)
}

fn is_mark(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20)
}

/// The first mark of eight bytes, all looked at in one number.
fn first_mark(eight: [u8; 8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 0xff;
    const HIGH: u64 = ONES << 7;
    let word = u64::from_le_bytes(eight);
    // The high bit of each byte that is zero after the exclusive or; below the first such bit there is no false one.
    let quote = word ^ (ONES * 0x22);
    let backslash = word ^ (ONES * 0x5c);
    let found = (quote.wrapping_sub(ONES) & !quote
        | backslash.wrapping_sub(ONES) & !backslash
        | word.wrapping_sub(ONES * 0x20) & !word)
        & HIGH;
    (found != 0).then(|| found.trailing_zeros() as usize / 8)
}

fn hex4(bytes: &[u8], at: usize) -> Result<u32, Unsure> {
    let digits = bytes.get(at..at + 4).ok_or(Unsure)?;
    digits.iter().try_fold(0, |value, &digit| {
        char::from(digit).to_digit(16).map(|digit| value << 4 | digit).ok_or(Unsure)
    })
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Unsure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        match self.peek()? {
            b'"' => {
                self.at += 1;
                self.string()?.give(visitor)
            }
            b'{' => {
                self.at += 1;
                self.enter()?;
                let mut members = Members { reader: self, any: false, ended: false };
                let value = visitor.visit_map(&mut members)?;
                if !members.ended {
                    self.expect(b'}')?;
                }
                self.depth -= 1;
                Ok(value)
            }
            b'[' => {
                self.at += 1;
                self.enter()?;
                let mut elements = Elements { reader: self, any: false, ended: false };
                let value = visitor.visit_seq(&mut elements)?;
                // A visitor of so many elements does not ask for the end; one that leaves some would let them be taken for something else.
                if !elements.ended {
                    self.expect(b']')?;
                }
                self.depth -= 1;
                Ok(value)
            }
            b't' => {
                self.pass_word("true")?;
                visitor.visit_bool(true)
            }
            b'f' => {
                self.pass_word("false")?;
                visitor.visit_bool(false)
            }
            b'n' => {
                self.pass_word("null")?;
                visitor.visit_unit()
            }
            _ => self.number(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        if self.peek()? == b'n' {
            self.pass_word("null")?;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        self.pass_value()?;
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unsure> {
        visitor.visit_newtype_struct(self)
    }

    /// `serde_json` also takes a list for a struct; that is for it to read.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unsure> {
        if self.peek()? == b'{' { self.deserialize_any(visitor) } else { Err(Unsure) }
    }

    /// Only variants without content.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unsure> {
        self.expect(b'"')?;
        match self.string()? {
            Text::Borrowed(name) => visitor.visit_enum(Variant(name)),
            Text::Owned(_) => Err(Unsure),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map identifier
    }
}

/// The members of an object, whose brace was passed.
struct Members<'r, 'a> {
    reader: &'r mut Reader<'a>,
    any: bool,
    ended: bool,
}

impl<'de> MapAccess<'de> for Members<'_, 'de> {
    type Error = Unsure;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unsure> {
        match (self.reader.next()?, self.any) {
            (b'}', _) => {
                self.ended = true;
                return Ok(None);
            }
            (b',', true) => self.reader.expect(b'"')?,
            (b'"', false) => self.any = true,
            _ => return Err(Unsure),
        }
        let key = match self.reader.string()? {
            Text::Borrowed(key) => seed.deserialize(BorrowedStrDeserializer::new(key))?,
            Text::Owned(key) => seed.deserialize(de::value::StringDeserializer::new(key))?,
        };
        self.reader.expect(b':')?;
        Ok(Some(key))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Unsure> {
        seed.deserialize(&mut *self.reader)
    }
}

/// The elements of a list, whose bracket was passed.
struct Elements<'r, 'a> {
    reader: &'r mut Reader<'a>,
    any: bool,
    ended: bool,
}

impl<'de> SeqAccess<'de> for Elements<'_, 'de> {
    type Error = Unsure;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Unsure> {
        if self.ended {
            return Ok(None);
        }
        match (self.reader.peek()?, self.any) {
            (b']', _) => {
                self.reader.at += 1;
                self.ended = true;
                return Ok(None);
            }
            (b',', true) => self.reader.at += 1,
            (_, true) => return Err(Unsure),
            (_, false) => self.any = true,
        }
        seed.deserialize(&mut *self.reader).map(Some)
    }
}

/// The name of a variant.
struct Variant<'a>(&'a str);

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Unsure;
    type Variant = NoContent;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, NoContent), Unsure> {
        Ok((seed.deserialize(BorrowedStrDeserializer::new(self.0))?, NoContent))
    }
}

struct NoContent;

impl<'de> VariantAccess<'de> for NoContent {
    type Error = Unsure;

    fn unit_variant(self) -> Result<(), Unsure> {
        Ok(())
    }
    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, _: S) -> Result<S::Value, Unsure> {
        Err(Unsure)
    }
    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Unsure> {
        Err(Unsure)
    }
    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, Unsure> {
        Err(Unsure)
    }
}

#[cfg(test)]
mod tests;
