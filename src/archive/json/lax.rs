//! Values of records that strangers write as they like: what has not the shape that is asked for is absent, and costs nothing else of the
//! record.

use super::float_text;
use serde::Deserialize;
use serde::de::value::{CowStrDeserializer, MapAccessDeserializer};
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::marker::PhantomData;

/// Text, or a number as text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::archive) struct Loose<'a>(pub(in crate::archive) Option<Cow<'a, str>>);

impl Loose<'_> {
    /// What it says, if anything.
    pub(in crate::archive) fn said(&self) -> Option<&str> {
        self.0.as_deref().map(str::trim).filter(|text| !text.is_empty())
    }

    /// What it says, word for word.
    pub(in crate::archive) fn text(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// A whole number, or a text that is one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::archive) struct Whole(pub(in crate::archive) Option<u64>);

/// An object.
#[derive(Debug, PartialEq)]
pub(in crate::archive) struct Maybe<T>(pub(in crate::archive) Option<T>);

impl<T> Maybe<T> {
    pub(in crate::archive) fn get(&self) -> Option<&T> {
        self.0.as_ref()
    }
}

impl<T> Default for Maybe<T> {
    fn default() -> Self {
        Self(None)
    }
}

/// A list, or the one thing that would stand in it.
#[derive(Debug, PartialEq)]
pub(in crate::archive) struct Many<T>(pub(in crate::archive) Option<Vec<T>>);

impl<T> Many<T> {
    pub(in crate::archive) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.as_deref().unwrap_or_default().iter()
    }
}

impl<T> Many<Maybe<T>> {
    /// The elements that are objects.
    pub(in crate::archive) fn objects(&self) -> impl Iterator<Item = &T> {
        self.iter().filter_map(Maybe::get)
    }
}

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(None)
    }
}

/// What a value becomes, by its shape; absent unless said otherwise.
trait Lax<'de>: Sized + Default {
    fn of_text<E: Error>(_: Cow<'de, str>) -> Result<Self, E> {
        Ok(Self::default())
    }
    fn of_number(_: u64) -> Self {
        Self::default()
    }
    /// A number that is negative or no whole one, as text.
    fn of_other(_: String) -> Self {
        Self::default()
    }
    fn of_map<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }
    fn of_list<A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }
}

impl<'a> Lax<'a> for Loose<'a> {
    fn of_text<E: Error>(text: Cow<'a, str>) -> Result<Self, E> {
        Ok(Self(Some(text)))
    }
    fn of_number(number: u64) -> Self {
        Self(Some(number.to_string().into()))
    }
    fn of_other(number: String) -> Self {
        Self(Some(number.into()))
    }
}

impl<'de> Lax<'de> for Whole {
    fn of_text<E: Error>(text: Cow<'de, str>) -> Result<Self, E> {
        Ok(Self(crate::archive::record::count_text(&text)))
    }
    fn of_number(number: u64) -> Self {
        Self(Some(number))
    }
    fn of_other(number: String) -> Self {
        Self(crate::archive::record::count_text(&number))
    }
}

impl<'de, T: Deserialize<'de>> Lax<'de> for Maybe<T> {
    fn of_map<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|value| Self(Some(value)))
    }
}

impl<'de, T: Deserialize<'de>> Lax<'de> for Many<T> {
    fn of_text<E: Error>(text: Cow<'de, str>) -> Result<Self, E> {
        T::deserialize(CowStrDeserializer::new(text)).map(|value| Self(Some(vec![value])))
    }
    fn of_map<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|value| Self(Some(vec![value])))
    }
    fn of_list<A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Self(Some(values)))
    }
}

struct LaxVisitor<T>(PhantomData<T>);

impl<'de, T: Lax<'de>> Visitor<'de> for LaxVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("any value")
    }
    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::default())
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<T, E> {
        T::of_text(if value { "true" } else { "false" }.into())
    }
    fn visit_i64<E>(self, number: i64) -> Result<T, E> {
        Ok(u64::try_from(number).map_or_else(|_| T::of_other(number.to_string()), T::of_number))
    }
    fn visit_u64<E>(self, number: u64) -> Result<T, E> {
        Ok(T::of_number(number))
    }
    fn visit_f64<E>(self, number: f64) -> Result<T, E> {
        Ok(T::of_other(float_text(number)))
    }
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<T, E> {
        T::of_text(Cow::Borrowed(text))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::of_text(Cow::Owned(text.to_owned()))
    }
    fn visit_string<E: Error>(self, text: String) -> Result<T, E> {
        T::of_text(Cow::Owned(text))
    }
    fn visit_bytes<E>(self, _: &[u8]) -> Result<T, E> {
        Ok(T::default())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
        T::of_list(list)
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::of_map(map)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Loose<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LaxVisitor::<Loose<'de>>(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LaxVisitor(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LaxVisitor(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LaxVisitor(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::super::from_text;
    use super::*;

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(default, bound(deserialize = "'de: 'a"))]
    struct Record<'a> {
        text: Loose<'a>,
        count: Whole,
        inner: Maybe<Box<Record<'a>>>,
        list: Many<Loose<'a>>,
    }

    #[test]
    fn a_wrong_shape_is_absent_and_harms_nothing_else() {
        #[track_caller]
        fn check(inner: &str, list: Option<&[&str]>) {
            for value in ["null", "{\"a\":[1]}", "[{}]"] {
                let json = format!(r#"{{"count":{value},"text":{value},"inner":{inner},"list":["b"]}}"#);
                let record: Record<'_> = from_text(&json).unwrap();
                assert_eq!((record.text, record.count), (Loose(None), Whole(None)), "{json}");
            }
            let json = format!(r#"{{"inner":{{"text":"a","list":{inner}}}}}"#);
            let record: Record<'_> = from_text(&json).unwrap();
            let record = record.inner.get().unwrap();
            assert_eq!(record.text.said(), Some("a"));
            let got: Option<Vec<&str>> =
                record.list.0.as_ref().map(|list| list.iter().filter_map(Loose::said).collect());
            assert_eq!(got.as_deref(), list, "{json}");
        }
        check("null", None);
        check("5", None);
        check("\"x\"", Some(&["x"]));
        check("[\"x\",null,{},3,-1.5]", Some(&["x", "3", "-1.5"]));
        check("{}", Some(&[]));
    }

    #[test]
    fn numbers_come_as_text_too() {
        for (value, expected) in
            [("7", Some(7)), ("\"1,204\"", Some(1204)), ("7.0", Some(7)), ("-1", None), ("\"\"", None)]
        {
            assert_eq!(from_text::<Whole>(value).unwrap().0, expected, "{value}");
        }
    }
}
