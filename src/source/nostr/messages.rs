//! What is said to a relay and what it says, as far as that steers a feed (NIP-01). Events themselves are read by the format.

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Value, json};

/// Kinds of events that are posts with tags: notes, comments, articles. Reposts carry none.
const POSTS: [u32; 3] = [1, 1111, 30023];
/// A request to delete (NIP-09).
const DELETION: u32 = 5;

/// Asks for posts that have one of `spellings` as a tag.
pub(super) fn posts(name: &str, spellings: &[String], span: (i64, Option<i64>), limit: usize) -> String {
    let mut filter = json!({"kinds": POSTS, "#t": spellings, "since": span.0, "limit": limit});
    if let (Some(until), Value::Object(filter)) = (span.1, &mut filter) {
        filter.insert("until".to_owned(), until.into());
    }
    json!(["REQ", name, filter]).to_string()
}

/// Asks for events by their ids.
pub(super) fn by_id(name: &str, ids: &[String]) -> String {
    json!(["REQ", name, {"ids": ids, "limit": ids.len()}]).to_string()
}

/// Asks for requests to delete these posts, made since then by their authors: what others ask for is of no meaning, and there may be much of it.
pub(super) fn deletions(name: &str, ids: &[String], authors: &[String], since: i64) -> String {
    json!(["REQ", name, {"kinds": [DELETION], "#e": ids, "authors": authors, "since": since}]).to_string()
}

/// Ends what was asked for under a name.
pub(super) fn close(name: &str) -> String {
    json!(["CLOSE", name]).to_string()
}

/// What a relay says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// An event for what was asked for under that name.
    Event(String),
    /// All that was stored is sent.
    End(String),
    /// It will not answer what was asked for under that name (any more), and why.
    Closed(String, String),
    /// A text for people.
    Notice(String),
    /// Anything else that a relay may say.
    Other,
}

/// Reads a message; `None` if it is none.
pub(super) fn said(message: &[u8]) -> Option<Said> {
    let Words(label, first, second) = serde_json::from_slice(message).ok()?;
    Some(match label.as_str() {
        "EVENT" => Said::Event(first),
        "EOSE" => Said::End(first),
        "CLOSED" => Said::Closed(first, second),
        "NOTICE" => Said::Notice(first),
        "OK" | "AUTH" | "COUNT" => Said::Other,
        _ => return None,
    })
}

/// The first texts of a list; what is none is empty.
struct Words(String, String, String);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordsVisitor;
        impl<'de> Visitor<'de> for WordsVisitor {
            type Value = Words;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list that begins with a text")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Words, A::Error> {
                let mut word = || Ok(list.next_element::<Text>()?.map(|text| text.0).unwrap_or_default());
                let words = Words(word()?, word()?, word()?);
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(words)
            }
        }
        deserializer.deserialize_seq(WordsVisitor)
    }
}

/// A text; anything else is passed over and empty.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("anything")
            }
            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }
            fn visit_bool<E>(self, _: bool) -> Result<Text, E> {
                Ok(Text(String::new()))
            }
            fn visit_u64<E>(self, _: u64) -> Result<Text, E> {
                Ok(Text(String::new()))
            }
            fn visit_i64<E>(self, _: i64) -> Result<Text, E> {
                Ok(Text(String::new()))
            }
            fn visit_f64<E>(self, _: f64) -> Result<Text, E> {
                Ok(Text(String::new()))
            }
            fn visit_unit<E>(self) -> Result<Text, E> {
                Ok(Text(String::new()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Text, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Text(String::new()))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Text(String::new()))
            }
        }
        deserializer.deserialize_any(TextVisitor)
    }
}

/// What a relay's information says (NIP-11), as far as it matters here.
#[derive(Debug, Default, Deserialize)]
pub(super) struct About {
    #[serde(default)]
    limitation: Option<Limitation>,
}

#[derive(Debug, Default, Deserialize)]
struct Limitation {
    #[serde(default)]
    max_limit: Option<Value>,
    #[serde(default)]
    auth_required: Option<Value>,
}

impl About {
    /// Reads it; what cannot be read says nothing.
    pub(super) fn read(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }

    /// Most events that it sends at once.
    pub(super) fn max_limit(&self) -> Option<usize> {
        let limit = self.limitation.as_ref()?.max_limit.as_ref()?.as_u64()?;
        usize::try_from(limit).ok().filter(|limit| *limit > 0)
    }

    /// Whether it talks to accounts alone.
    pub(super) fn is_closed(&self) -> bool {
        let asked = self.limitation.as_ref().and_then(|limitation| limitation.auth_required.as_ref());
        asked.and_then(Value::as_bool) == Some(true)
    }
}
