//! Which values a field has among posts, in bounded memory whatever stands in it.

use super::{AnswerError, Field, Values};
use crate::post::Timestamp;
use crate::store::{Columns, Groups, PostView};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Most distinct values that are counted: a field with more is no field to split by.
pub const MAX_VALUES: usize = 100_000;
/// Most bytes that these values may have together.
const MAX_VALUE_BYTES: usize = 16 << 20;
/// Most names of columns that an error gives.
const MAX_COLUMNS: usize = 20;

impl<'a> Field<'a> {
    /// The field with a name. `platform` and `lang` are fields of the post, also where a kept column is called the same.
    pub fn named(name: &'a str) -> Self {
        match name {
            "platform" => Self::Platform,
            "lang" => Self::Lang,
            column => Self::Kept(column),
        }
    }

    /// What a person calls it.
    const fn name(self) -> &'a str {
        match self {
            Self::Platform => "platform",
            Self::Lang => "lang",
            Self::Kept(column) => column,
        }
    }

    /// The column groups that hold it.
    pub(super) const fn groups(self) -> Groups {
        match self {
            Self::Platform => Groups::WHO,
            Self::Lang | Self::Kept(_) => Groups::REST,
        }
    }

    /// Its value in a post; nothing where the record does not say.
    pub(super) fn of<'p>(self, post: &'p PostView<'_>) -> &'p str {
        match self {
            Self::Platform => post.platform,
            Self::Lang => post.lang().unwrap_or(""),
            Self::Kept(column) => post.kept(column).unwrap_or(""),
        }
    }

    /// Whether a post has it, be it empty. What is a field of every post always is there.
    fn is_in(self, post: &PostView<'_>) -> bool {
        match self {
            Self::Platform | Self::Lang => true,
            Self::Kept(column) => post.kept(column).is_some(),
        }
    }
}

/// The values of a field as they are met.
#[derive(Default)]
pub(super) struct Met {
    posts: BTreeMap<String, u64>,
    /// Bytes of all values.
    bytes: usize,
    /// More than can be kept: then nothing is.
    too_many: bool,
    present: bool,
    columns: BTreeSet<String>,
}

impl Met {
    /// In the posts of a block that lie in a span.
    pub(super) fn in_block(columns: &Columns, field: Field<'_>, span: &Range<Timestamp>) -> Self {
        let mut met = Self::default();
        for post in columns.iter().filter(|post| !post.deleted && span.contains(&post.posted_at)) {
            met.count(field.of(&post), 1);
            met.present |= field.is_in(&post);
            if let Field::Kept(_) = field {
                for name in post.kept_names() {
                    met.meet_column(name);
                }
            }
        }
        met
    }

    /// Adds those of another block.
    pub(super) fn add(&mut self, other: Self) {
        self.present |= other.present;
        self.too_many |= other.too_many;
        for (value, posts) in other.posts {
            self.count(&value, posts);
        }
        for name in other.columns {
            self.meet_column(&name);
        }
    }

    /// What was met. The error does not depend on the order in which it was.
    pub(super) fn finish(self, field: Field<'_>) -> Result<Values, AnswerError> {
        if self.too_many {
            return Err(AnswerError::TooManyValues { column: field.name().to_owned(), most: MAX_VALUES });
        }
        Ok(Values { posts: self.posts, present: self.present, columns: self.columns.into_iter().collect() })
    }

    fn count(&mut self, value: &str, posts: u64) {
        if self.too_many {
            return;
        }
        if let Some(known) = self.posts.get_mut(value) {
            *known += posts;
            return;
        }
        self.bytes += value.len();
        if self.posts.len() >= MAX_VALUES || self.bytes > MAX_VALUE_BYTES {
            self.too_many = true;
            self.posts.clear();
        } else {
            self.posts.insert(value.to_owned(), posts);
        }
    }

    /// Keeps the first names by the alphabet, so that the order in which they are met does not show.
    fn meet_column(&mut self, name: &str) {
        if !self.columns.contains(name) {
            self.columns.insert(name.to_owned());
            if self.columns.len() > MAX_COLUMNS {
                self.columns.pop_last();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(values: std::ops::Range<usize>) -> Met {
        let mut met = Met::default();
        for value in values {
            met.count(&value.to_string(), 1);
        }
        met
    }

    #[test]
    fn values_are_bounded() {
        let field = Field::Kept("url");
        let all = met(0..MAX_VALUES);
        assert_eq!(all.bytes, all.posts.keys().map(String::len).sum::<usize>());
        let mut twice = met(0..MAX_VALUES);
        twice.add(all);
        let found = twice.finish(field).unwrap();
        assert_eq!((found.posts.len(), found.posts["7"]), (MAX_VALUES, 2));
        for (first, second) in [(0..MAX_VALUES, 9..MAX_VALUES + 1), (5..MAX_VALUES + 1, 0..9)] {
            let mut met = met(first);
            met.add(self::met(second));
            let error = met.finish(field).unwrap_err().to_string();
            assert!(error.contains("`url`") && error.contains("100000"), "{error}");
        }
    }

    #[test]
    fn names_of_columns_are_the_first_whatever_the_order() {
        let names: Vec<String> = (10..99).map(|n| format!("column{n}")).collect();
        let (mut one, mut other) = (Met::default(), Met::default());
        for (name, last) in names.iter().zip(names.iter().rev()) {
            one.meet_column(name);
            other.meet_column(last);
        }
        assert_eq!((&one.columns, one.columns.len()), (&other.columns, MAX_COLUMNS));
    }
}
