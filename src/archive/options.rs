//! What a person may say about how an archive is to be read.

use super::nearest;
use std::fmt::Write as _;

/// The fields that `--map` can name.
pub const FIELDS: &[&str] = &[
    "time",
    "text",
    "author",
    "handle",
    "name",
    "id",
    "url",
    "tags",
    "links",
    "mentions",
    "lang",
    "platform",
    "repost",
    "repost_of",
    "quote_of",
    "reply_to",
    "likes",
    "reposts",
    "replies",
    "quotes",
    "views",
    "collected",
];

/// How an archive is to be read, where the file alone does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOptions {
    /// Name of the format; `None` = find out.
    pub format: Option<String>,
    /// (field, column or `column:value`), as [`ReadOptions::parse_map`] gives them.
    pub map: Vec<(String, String)>,
    /// Foreign columns to keep.
    pub keep: Vec<String>,
    /// The platform of posts that do not say.
    pub platform: Option<String>,
    /// IANA name of the zone of times that do not say.
    pub times_in: String,
    /// How times are written, in the letters of strftime; `None` = find out.
    pub time_format: Option<String>,
    /// Name of the encoding of a text file; `None` = find out.
    pub encoding: Option<String>,
    /// What stands between the fields of a table; `None` = find out.
    pub delimiter: Option<char>,
    /// Line of a table's header, counted from 1; `None` = find out.
    pub header_line: Option<u64>,
    /// Whether posts that are marked as not public are read too.
    pub include_private: bool,
    /// Whether posts that a record carries as context (quoted, passed on, answered) become posts of their own.
    pub with_referenced: bool,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            format: None,
            map: Vec::new(),
            keep: Vec::new(),
            platform: None,
            times_in: "UTC".into(),
            time_format: None,
            encoding: None,
            delimiter: None,
            header_line: None,
            include_private: false,
            with_referenced: false,
        }
    }
}

/// Why a post that is marked as direct, for followers only or protected is left out.
pub(super) const NOT_PUBLIC: &str = "not public";

/// What is wrong with a `--map`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MapError {
    /// Not `field=column`.
    #[error("`{0}` is not of the form `field=column`")]
    NotAPair(String),
    /// No such field.
    #[error("there is no field `{field}`{}; fields are {}", super::near_words(.near.as_deref()), FIELDS.join(", "))]
    UnknownField {
        /// What was asked for.
        field: String,
        /// The field most like it.
        near: Option<String>,
    },
    /// One field from two columns.
    #[error("field `{0}` is mapped twice")]
    Twice(String),
}

impl ReadOptions {
    /// What decides how a file of `format` is read, in one line for the ledger; whether posts that are not public are taken is said elsewhere.
    pub fn describe(&self, format: &str) -> String {
        let mut map: Vec<String> =
            self.map.iter().map(|(field, column)| format!("{field}={column}")).collect();
        map.sort_unstable();
        let platform = self.platform.as_deref().unwrap_or("");
        let mut line =
            format!("format={format} map={} platform={platform} times-in={}", map.join(","), self.times_in);
        // Said only where asked for, so that rows of older ledgers stay equal to what they meant.
        let delimiter = self.delimiter.map(String::from);
        let header = self.header_line.map(|line| line.to_string());
        for (name, value) in [
            ("time-format", self.time_format.as_deref()),
            ("encoding", self.encoding.as_deref()),
            ("delimiter", delimiter.as_deref()),
            ("header-line", header.as_deref()),
            ("with-referenced", self.with_referenced.then_some("yes")),
        ] {
            if let Some(value) = value {
                // Writing into a string cannot fail.
                let _ = write!(line, " {name}={value}");
            }
        }
        line
    }

    /// Reads `time=publish_date,text=content,repost=retweet:1`.
    pub fn parse_map(text: &str) -> Result<Vec<(String, String)>, MapError> {
        let mut map: Vec<(String, String)> = Vec::new();
        for part in text.split(',').filter(|part| !part.trim().is_empty()) {
            let pair = part.split_once('=').map(|(field, column)| (field.trim(), column.trim()));
            let Some((field, column)) =
                pair.filter(|(field, column)| !field.is_empty() && !column.is_empty())
            else {
                return Err(MapError::NotAPair(part.trim().to_owned()));
            };
            let field = field.to_lowercase();
            if !FIELDS.contains(&field.as_str()) {
                let near = nearest(&field, FIELDS.iter().copied()).map(str::to_owned);
                return Err(MapError::UnknownField { field, near });
            }
            if map.iter().any(|(known, _)| *known == field) {
                return Err(MapError::Twice(field));
            }
            map.push((field, column.to_owned()));
        }
        Ok(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_are_read() {
        let map = ReadOptions::parse_map("time=publish_date, text=content,repost=retweet:1,").unwrap();
        let pairs: Vec<_> = map.iter().map(|(field, column)| (field.as_str(), column.as_str())).collect();
        assert_eq!(pairs, [("time", "publish_date"), ("text", "content"), ("repost", "retweet:1")]);
        assert!(ReadOptions::parse_map("").unwrap().is_empty());
    }

    #[test]
    fn wrong_maps_are_named() {
        #[track_caller]
        fn check(text: &str, start: &str) {
            let message = ReadOptions::parse_map(text).unwrap_err().to_string();
            assert!(message.starts_with(start), "{message}");
        }
        check("time", "`time` is not of the form");
        check("=a", "`=a` is not of the form");
        check("txet=a", "there is no field `txet` (is it `text`?)");
        check("time=a,time=b", "field `time` is mapped twice");
    }
}
