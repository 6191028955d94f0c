//! The fields that a record's columns stand for.

use crate::archive::options::FIELDS;

/// What a post takes from a record. The words of `--map`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::archive) enum Field {
    Time,
    Text,
    Author,
    Handle,
    Name,
    Id,
    Url,
    Tags,
    Links,
    Mentions,
    Lang,
    Platform,
    Repost,
    RepostOf,
    QuoteOf,
    ReplyTo,
    Likes,
    Reposts,
    Replies,
    Quotes,
    Views,
    Collected,
    /// The time of the day, where `Time` is the day alone. No word of `--map`.
    Clock,
    /// The title of the text. No word of `--map`.
    Title,
}

impl Field {
    pub(in crate::archive) fn name(self) -> &'static str {
        match self {
            Self::Clock => return Self::Time.name(),
            Self::Title => return Self::Text.name(),
            _ => {}
        }
        FIELDS
            .get(ALL.iter().position(|field| *field == self).unwrap_or_default())
            .copied()
            .unwrap_or_default()
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        let at = FIELDS.iter().position(|field| *field == name)?;
        ALL.get(at).copied()
    }
}

/// In the order of `FIELDS`.
const ALL: [Field; 22] = [
    Field::Time,
    Field::Text,
    Field::Author,
    Field::Handle,
    Field::Name,
    Field::Id,
    Field::Url,
    Field::Tags,
    Field::Links,
    Field::Mentions,
    Field::Lang,
    Field::Platform,
    Field::Repost,
    Field::RepostOf,
    Field::QuoteOf,
    Field::ReplyTo,
    Field::Likes,
    Field::Reposts,
    Field::Replies,
    Field::Quotes,
    Field::Views,
    Field::Collected,
];

#[cfg(test)]
mod tests {
    use super::super::column_names::NAMES;
    use super::*;

    #[test]
    fn every_field_has_its_word_and_its_names() {
        assert_eq!(ALL.len(), FIELDS.len());
        for field in ALL {
            assert_eq!(Field::named(field.name()), Some(field));
            assert!(NAMES.iter().any(|(known, _)| *known == field), "{field:?}");
        }
    }
}
