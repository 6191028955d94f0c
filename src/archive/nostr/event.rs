//! An event, and the messages that bring one, as they stand in the JSON.

use crate::archive::json::Word;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// What a relay's messages begin with; `REQ` and `CLOSE` are what a client says to it.
pub(super) const LABELS: [&str; 9] =
    ["EVENT", "EOSE", "OK", "NOTICE", "CLOSED", "AUTH", "COUNT", "REQ", "CLOSE"];

/// An event (NIP-01).
#[derive(Debug, Deserialize)]
#[serde(expecting = "an event of Nostr", bound(deserialize = "'de: 'a"))]
pub(super) struct Event<'a> {
    #[serde(default)]
    pub(super) id: Option<Word<'a>>,
    pub(super) pubkey: Word<'a>,
    pub(super) created_at: Word<'a>,
    pub(super) kind: Word<'a>,
    pub(super) tags: Vec<Vec<Word<'a>>>,
    pub(super) content: Word<'a>,
    #[serde(default)]
    pub(super) sig: Option<Word<'a>>,
}

/// An event, or a message of a relay that brings one or none.
pub(super) enum Item<'a> {
    Event(Box<Event<'a>>),
    /// As a message brings it: a relay takes none without a signature.
    Sent(Box<Event<'a>>),
    Message,
}

impl<'de: 'a, 'a> Deserialize<'de> for Item<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ItemVisitor)
    }
}

struct ItemVisitor;

impl<'de> Visitor<'de> for ItemVisitor {
    type Value = Item<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an event of Nostr or a message of a relay")
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Event::deserialize(MapAccessDeserializer::new(map)).map(|event| Item::Event(Box::new(event)))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let label: Word<'de> = list.next_element()?.ok_or_else(|| A::Error::custom("an empty message"))?;
        if !LABELS.contains(&label.0.as_ref()) {
            return Err(A::Error::custom("not a message of a relay"));
        }
        let mut item = Item::Message;
        if label.0 == "EVENT" {
            match list.next_element::<Part<'de>>()? {
                Some(Part::Event(event)) => item = Item::Sent(event),
                // The name of the subscription stands before the event.
                Some(Part::Name) => {
                    let event: Event<'de> = list
                        .next_element()?
                        .ok_or_else(|| A::Error::custom("a message without its event"))?;
                    item = Item::Sent(Box::new(event));
                }
                None => return Err(A::Error::custom("a message without its event")),
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(item)
    }
}

/// What stands behind `"EVENT"`.
enum Part<'a> {
    Event(Box<Event<'a>>),
    Name,
}

impl<'de: 'a, 'a> Deserialize<'de> for Part<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PartVisitor;
        impl<'de> Visitor<'de> for PartVisitor {
            type Value = Part<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an event or the name of a subscription")
            }
            fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
                Ok(Part::Name)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                Event::deserialize(MapAccessDeserializer::new(map)).map(|event| Part::Event(Box::new(event)))
            }
        }
        deserializer.deserialize_any(PartVisitor)
    }
}

impl<'a> Event<'a> {
    /// The values behind the name of each tag of that name.
    pub(super) fn tags<'e>(
        &'e self,
        name: &'e str,
    ) -> impl DoubleEndedIterator<Item = (&'e str, &'e [Word<'a>])> {
        self.tags.iter().filter_map(move |tag| match tag.as_slice() {
            [first, value, rest @ ..] if first.0 == name => Some((value.0.trim(), rest)),
            _ => None,
        })
    }

    /// The first tag of that name that says something.
    pub(super) fn tag<'e>(&'e self, name: &'e str) -> Option<&'e str> {
        self.tags(name).map(|(value, _)| value).find(|value| !value.is_empty())
    }

    /// Its kind, if that is a number.
    pub(super) fn kind(&self) -> Option<u32> {
        self.kind.0.trim().parse().ok()
    }
}
