//! Values that come now as number, now as text.

use super::float_text;
use serde::Deserialize;
use serde::de::{Deserializer, Visitor};
use std::borrow::Cow;

/// Text, or a number as text: ids come as both.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::archive) struct Word<'a>(pub(in crate::archive) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Word<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordVisitor)
    }
}

struct WordVisitor;

impl<'de> Visitor<'de> for WordVisitor {
    type Value = Word<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("text or a number")
    }
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Word(Cow::Borrowed(text)))
    }
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Word(Cow::Owned(text.to_owned())))
    }
    fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
        Ok(Word(Cow::Owned(text)))
    }
    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Word(Cow::Owned(number.to_string())))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Word(Cow::Owned(number.to_string())))
    }
    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Word(Cow::Owned(float_text(number))))
    }
    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Word(Cow::Borrowed(if value { "true" } else { "false" })))
    }
}

/// The first of two words that says something.
pub(in crate::archive) fn either<'w>(
    first: Option<&'w Word<'_>>,
    second: Option<&'w Word<'_>>,
) -> Option<&'w str> {
    let said = |word: &'w Word<'_>| Some(word.0.trim()).filter(|text| !text.is_empty());
    first.and_then(said).or_else(|| second.and_then(said))
}

/// A word that says something.
pub(in crate::archive) fn said<'w>(word: Option<&'w Word<'_>>) -> Option<Cow<'w, str>> {
    either(word, None).map(Cow::Borrowed)
}

/// A count; archives write it as text.
pub(in crate::archive) fn count(word: Option<&Word<'_>>) -> Option<u64> {
    word.and_then(|word| crate::archive::record::count_text(&word.0))
}
