//! Which column holds what: as the person says, else as the names suggest. Contents are asked only where names cannot tell.

use super::column_names::NAMES;
use crate::archive::options::FIELDS;
use crate::archive::{ReadOptions, Refusal, nearest};

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
}

impl Field {
    pub(in crate::archive) fn name(self) -> &'static str {
        FIELDS
            .get(ALL.iter().position(|field| *field == self).unwrap_or_default())
            .copied()
            .unwrap_or_default()
    }

    fn named(name: &str) -> Option<Self> {
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

/// A column as the first records show it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::archive) struct Column {
    /// Header, key, or keys joined by dots.
    pub(in crate::archive) name: String,
    /// What stands in it, where anything does.
    pub(in crate::archive) values: Vec<String>,
}

/// Which column each field comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::archive) struct Mapping {
    /// Field and number of its column.
    pub(in crate::archive) fields: Vec<(Field, usize)>,
    /// What in the repost column means yes, where the person said it.
    pub(in crate::archive) repost_value: Option<String>,
    /// Kept columns, sorted by name.
    pub(in crate::archive) keep: Vec<(String, usize)>,
    /// What was guessed, in words.
    pub(in crate::archive) notes: Vec<String>,
}

impl Mapping {
    pub(in crate::archive) fn column(&self, field: Field) -> Option<usize> {
        self.fields.iter().find(|(known, _)| *known == field).map(|(_, column)| *column)
    }

    /// The columns of a known tool, as far as they are there.
    #[allow(dead_code, reason = "for the tables of known tools")]
    pub(in crate::archive) fn fixed(fields: &[(Field, &[&str])], columns: &[Column]) -> Self {
        let column = |names: &[&str]| names.iter().find_map(|name| find_column(name, columns));
        let fields = fields.iter().filter_map(|(field, names)| Some((*field, column(names)?))).collect();
        Self { fields, ..Self::default() }
    }

    /// The person's map first, then guesses from what is left; time and text must be found.
    pub(in crate::archive) fn find(columns: &[Column], options: &ReadOptions) -> Result<Self, Refusal> {
        let mut mapping = Self::default();
        for (field, column) in &options.map {
            mapping.take_named(field, column, columns)?;
        }
        mapping.guess(columns, options);
        for name in &options.keep {
            let at = find_column(name, columns).ok_or_else(|| unknown("keep", name, columns))?;
            let known = columns.get(at).map_or_else(|| name.clone(), |column| column.name.clone());
            mapping.keep.push((known, at));
        }
        mapping.keep.sort_unstable();
        mapping.keep.dedup();
        let missing: Vec<String> = [Field::Time, Field::Text]
            .into_iter()
            .filter(|field| mapping.column(*field).is_none())
            .map(|field| field.name().to_owned())
            .collect();
        if missing.is_empty() {
            return Ok(mapping);
        }
        Err(Refusal::MissingColumns { missing, columns: names(columns) })
    }

    fn take_named(&mut self, field: &str, wanted: &str, columns: &[Column]) -> Result<(), Refusal> {
        let near = || nearest(field, FIELDS.iter().copied()).map(str::to_owned);
        let Some(known) = Field::named(field) else {
            return Err(Refusal::UnknownColumn {
                field: field.to_owned(),
                column: wanted.to_owned(),
                near: near(),
                columns: names(columns),
            });
        };
        let mut at = find_column(wanted, columns);
        if at.is_none()
            && known == Field::Repost
            && let Some((column, value)) = wanted.rsplit_once(':')
        {
            at = find_column(column, columns);
            self.repost_value = Some(value.to_owned());
        }
        let at = at.ok_or_else(|| unknown(field, wanted, columns))?;
        self.fields.push((known, at));
        Ok(())
    }

    fn guess(&mut self, columns: &[Column], options: &ReadOptions) {
        let plain: Vec<String> = columns.iter().map(|column| simplified(unwrapped(&column.name))).collect();
        let mut guessed = Vec::new();
        for (field, synonyms) in NAMES {
            let asked =
                self.column(*field).is_some() || *field == Field::Platform && options.platform.is_some();
            if asked {
                continue;
            }
            let free = |at: &usize| !self.fields.iter().any(|(_, used)| used == at);
            let fits = |at: &usize| {
                columns.get(*at).is_some_and(|column| *field != Field::Repost || is_flag(column))
            };
            let found = synonyms.iter().find_map(|name| {
                plain
                    .iter()
                    .enumerate()
                    .filter(|(_, known)| known == name)
                    .map(|(at, _)| at)
                    .find(|at| free(at) && fits(at))
            });
            if let Some((at, column)) = found.and_then(|at| Some((at, columns.get(at)?))) {
                self.fields.push((*field, at));
                guessed.push(format!(
                    "{} = {}",
                    field.name(),
                    crate::archive::printable(column.name.as_bytes())
                ));
            }
        }
        if !guessed.is_empty() {
            self.notes.push(format!("columns guessed: {}", guessed.join(", ")));
        }
    }
}

/// Which columns are for time and text by their names alone.
pub(super) fn time_and_text(names: &[String]) -> Option<(usize, usize)> {
    let plain: Vec<String> = names.iter().map(|name| simplified(unwrapped(name))).collect();
    let column = |wanted: Field| {
        let (_, synonyms) = NAMES.iter().find(|(field, _)| *field == wanted)?;
        synonyms.iter().find_map(|name| plain.iter().position(|known| known == name))
    };
    Some((column(Field::Time)?, column(Field::Text)?))
}

/// Whether some names are those of columns for time and text.
pub(super) fn name_time_and_text(names: &[String]) -> bool {
    time_and_text(names).is_some()
}

/// Whether a column says yes or no and nothing else.
fn is_flag(column: &Column) -> bool {
    column.values.iter().all(|value| truth(value).is_some())
}

/// What a flag says; `None` if it is none.
pub(in crate::archive) fn truth(value: &str) -> Option<bool> {
    match value.trim().to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "t" | "y" | "r" | "1.0" => Some(true),
        "0" | "false" | "no" | "f" | "n" | "0.0" => Some(false),
        _ => None,
    }
}

fn names(columns: &[Column]) -> Vec<String> {
    columns.iter().map(|column| column.name.clone()).collect()
}

fn unknown(field: &str, wanted: &str, columns: &[Column]) -> Refusal {
    Refusal::UnknownColumn {
        field: field.to_owned(),
        column: wanted.to_owned(),
        near: nearest(wanted, columns.iter().map(|column| column.name.as_str())).map(str::to_owned),
        columns: names(columns),
    }
}

/// Exactly, else without case, else without signs too.
fn find_column(wanted: &str, columns: &[Column]) -> Option<usize> {
    let position = |same: &dyn Fn(&str) -> bool| columns.iter().position(|column| same(&column.name));
    position(&|name| name == wanted)
        .or_else(|| position(&|name| name.to_lowercase() == wanted.to_lowercase()))
        .or_else(|| {
            position(&|name| !simplified(wanted).is_empty() && simplified(name) == simplified(wanted))
        })
}

/// Search engines export each record inside `_source`.
fn unwrapped(name: &str) -> &str {
    name.strip_prefix("_source.").unwrap_or(name)
}

fn simplified(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(names: &str) -> Vec<Column> {
        names.split(',').map(|name| Column { name: name.into(), values: Vec::new() }).collect()
    }

    #[track_caller]
    fn check(header: &str, expected: &str) {
        let columns = columns(header);
        let found = match Mapping::find(&columns, &ReadOptions::default()) {
            Ok(mapping) => mapping.notes.join("; ").replace("columns guessed: ", ""),
            Err(refusal) => refusal.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn every_field_has_its_word_and_its_names() {
        assert_eq!(ALL.len(), FIELDS.len());
        for field in ALL {
            assert_eq!(Field::named(field.name()), Some(field));
            assert!(NAMES.iter().any(|(known, _)| *known == field), "{field:?}");
        }
    }

    #[test]
    fn guesses() {
        check(
            "author_id,content,region,language,publish_date,harvested_date,following,followers,updates,post_type,retweet",
            "time = publish_date, text = content, author = author_id, lang = language, repost = retweet, collected = harvested_date",
        );
        check(
            "Twitter screenname,Date tweet sent,Tweet text,Times retweeted,Times favorited",
            "time = Date tweet sent, text = Tweet text, handle = Twitter screenname, likes = Times favorited, reposts = Times retweeted",
        );
        check(
            "id,text,user.screen_name,user.name,createdAt",
            "time = createdAt, text = text, handle = user.screen_name, name = user.name, id = id",
        );
        check("id,a,b", "no column for `time`, `text`; there are `id`, `a`, `b`");
    }

    #[test]
    fn a_flag_is_told_from_a_count() {
        let mut columns = columns("time,text,retweet");
        columns[2].values = vec!["0".into(), "17".into()];
        assert_eq!(Mapping::find(&columns, &ReadOptions::default()).unwrap().column(Field::Repost), None);
        columns[2].values = vec!["0".into(), "1".into()];
        assert_eq!(Mapping::find(&columns, &ReadOptions::default()).unwrap().column(Field::Repost), Some(2));
    }

    #[test]
    fn the_person_overrides() {
        let columns = columns("when,time,text,kind,label");
        let options = ReadOptions {
            map: ReadOptions::parse_map("time=When,repost=kind:R").unwrap(),
            keep: vec!["label".into(), "kind".into()],
            ..ReadOptions::default()
        };
        let mapping = Mapping::find(&columns, &options).unwrap();
        assert_eq!(mapping.column(Field::Time), Some(0));
        assert_eq!((mapping.column(Field::Repost), mapping.repost_value.as_deref()), (Some(3), Some("R")));
        assert_eq!(mapping.keep, [("kind".to_owned(), 3), ("label".to_owned(), 4)]);
        let wrong =
            ReadOptions { map: ReadOptions::parse_map("time=tme").unwrap(), ..ReadOptions::default() };
        let message = Mapping::find(&columns, &wrong).unwrap_err().to_string();
        assert!(message.starts_with("there is no column `tme` for `time` (is it `time`?)"), "{message}");
        let wrong = ReadOptions { keep: vec!["lable".into()], ..ReadOptions::default() };
        let message = Mapping::find(&columns, &wrong).unwrap_err().to_string();
        assert!(message.starts_with("there is no column `lable` for `keep` (is it `label`?)"), "{message}");
    }
}
