//! Which column holds what: as the person says, else as the names suggest. Contents are asked only where names cannot tell.

use super::column_names::{CLOCKS, NAMES, TITLED, TITLES};
use super::contents::{all_clocks, all_days, fits};
use super::field::Field;
use crate::archive::options::FIELDS;
use crate::archive::{ReadOptions, Refusal, nearest, other_kinds};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

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
    /// Zone that the name of the time's column says.
    pub(in crate::archive) zone: Option<String>,
    /// Whether the title belongs to the text, not only in place of an empty one.
    pub(in crate::archive) titled: bool,
    /// Kept columns, sorted by name.
    pub(in crate::archive) keep: Vec<(String, usize)>,
    /// What was guessed, in words.
    pub(in crate::archive) notes: Vec<String>,
}

impl Mapping {
    pub(in crate::archive) fn column(&self, field: Field) -> Option<usize> {
        self.fields.iter().find(|(known, _)| *known == field).map(|(_, column)| *column)
    }

    /// The person's map first, then the columns of a known tool, as far as they are there.
    pub(in crate::archive) fn fixed(
        fields: &[(Field, &[&str])],
        columns: &[Column],
        options: &ReadOptions,
    ) -> Result<Self, Refusal> {
        let mut mapping = Self::default();
        for (field, column) in &options.map {
            mapping.take_named(field, column, columns)?;
        }
        for (field, names) in fields {
            let column = names.iter().find_map(|name| find_column(name, columns));
            if let Some(column) = column.filter(|_| mapping.column(*field).is_none()) {
                mapping.fields.push((*field, column));
            }
        }
        mapping.take_kept(columns, options)?;
        Ok(mapping)
    }

    /// The person's map first, then guesses from what is left; time and text must be found.
    pub(in crate::archive) fn find(columns: &[Column], options: &ReadOptions) -> Result<Self, Refusal> {
        let mut mapping = Self::default();
        for (field, column) in &options.map {
            mapping.take_named(field, column, columns)?;
        }
        mapping.guess(columns, options);
        mapping.take_kept(columns, options)?;
        let missing: Vec<String> = [Field::Time, Field::Text]
            .into_iter()
            .filter(|field| mapping.column(*field).is_none())
            .map(|field| field.name().to_owned())
            .collect();
        if options.map.is_empty() && mapping.are_profiles(columns) {
            return Err(Refusal::NotPosts("user profiles".to_owned()));
        }
        if missing.is_empty() {
            return Ok(mapping);
        }
        Err(Refusal::MissingColumns { missing, columns: names(columns) })
    }

    fn are_profiles(&self, columns: &[Column]) -> bool {
        let plain: Vec<String> = columns.iter().map(|column| simplified(&column.name)).collect();
        let names: Vec<&str> = plain.iter().map(String::as_str).collect();
        other_kinds::are_profiles(&names, self.column(Field::Text).and_then(|at| names.get(at).copied()))
    }

    fn take_kept(&mut self, columns: &[Column], options: &ReadOptions) -> Result<(), Refusal> {
        for name in &options.keep {
            let at = find_column(name, columns).ok_or_else(|| unknown("keep", name, columns))?;
            let known = columns.get(at).map_or_else(|| name.clone(), |column| column.name.clone());
            self.keep.push((known, at));
        }
        self.keep.sort_unstable();
        self.keep.dedup();
        Ok(())
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
        let plain = Places::of(columns.iter().map(|column| column.name.as_str()));
        let has_title = TITLES.iter().any(|name| plain.named(name).next().is_some());
        let mut guessed = Vec::new();
        for (field, synonyms) in NAMES {
            let asked =
                self.column(*field).is_some() || *field == Field::Platform && options.platform.is_some();
            if asked {
                continue;
            }
            let free = |at: &usize| !self.fields.iter().any(|(_, used)| used == at);
            let formatted = *field == Field::Time && options.time_format.is_some();
            let fits = |at: &usize| {
                // A list, a group or an account is described too; what is described and has a title is a page or a video.
                let described = plain.get(*at).is_some_and(|name| name.whole == "description") && !has_title;
                formatted || !described && columns.get(*at).is_some_and(|column| fits(*field, &column.values))
            };
            let mut named = synonyms.iter().flat_map(|name| plain.named(name)).filter(free);
            // What nothing fits is read all the same where it must be: the rejects say why.
            let must = matches!(field, Field::Time | Field::Text);
            let undescribed = |at: &usize| plain.get(*at).is_some_and(|name| name.whole != "description");
            let found = named.clone().find(fits).or_else(|| named.find(undescribed).filter(|_| must));
            if let Some((at, column)) = found.and_then(|at| Some((at, columns.get(at)?))) {
                self.fields.push((*field, at));
                guessed.push(said(*field, column));
            }
        }
        self.guess_companions(columns, &plain, &mut guessed);
        if !guessed.is_empty() {
            self.notes.push(format!("columns guessed: {}", guessed.join(", ")));
        }
    }

    /// What belongs to other columns: the zone, the clock, the title, the name beside an author's id.
    fn guess_companions(&mut self, columns: &[Column], plain: &Places, guessed: &mut Vec<String>) {
        let taken: Vec<usize> = self.fields.iter().map(|(_, at)| *at).collect();
        let values = |at: usize| columns.get(at).map(|column| column.values.as_slice()).unwrap_or_default();
        let first = |names: &[&str], is: &dyn Fn(usize) -> bool| {
            let named = names.iter().flat_map(|name| plain.named(name));
            let at = named.filter(|at| !taken.contains(at)).find(|at| is(*at))?;
            Some((at, columns.get(at)?))
        };
        let time = self.column(Field::Time);
        self.zone = time.and_then(|at| plain.get(at)?.zone.clone());
        if time.is_some_and(|at| all_days(values(at)))
            && let Some((at, column)) = first(CLOCKS, &|at| all_clocks(values(at)))
        {
            self.fields.push((Field::Clock, at));
            guessed.push(said(Field::Clock, column));
            self.zone = plain.get(at).and_then(|named| named.zone.clone()).or_else(|| self.zone.take());
        }
        let author = self.column(Field::Author).and_then(|at| plain.get(at));
        if author.is_some_and(|author| author.whole.ends_with("id"))
            && self.column(Field::Handle).is_none()
            && let Some((at, column)) =
                first(&["author", "user", "sender", "from"], &|at| fits(Field::Handle, values(at)))
        {
            self.fields.push((Field::Handle, at));
            guessed.push(said(Field::Handle, column));
        }
        let text = self.column(Field::Text).and_then(|at| plain.get(at));
        if let Some(text) = text.filter(|text| !TITLES.contains(&text.whole.as_str()))
            && let Some((at, _)) = first(TITLES, &|_| true)
        {
            self.titled = TITLED.contains(&text.whole.as_str());
            self.fields.push((Field::Title, at));
        }
    }
}

fn said(field: Field, column: &Column) -> String {
    format!("{} = {}", field.name(), crate::archive::printable(column.name.as_bytes()))
}

/// A column's name as names are compared.
struct Named {
    whole: String,
    /// Without a zone at its end.
    short: String,
    /// Name of that zone.
    zone: Option<String>,
    /// Whether it begins with `_`, as what a database adds does.
    inner: bool,
}

impl Named {
    fn of(name: &str) -> Self {
        let name = unwrapped(name);
        let inner = name.starts_with('_');
        let whole = simplified(name);
        let trimmed = name.trim_end_matches([')', ']', ' ']);
        let (rest, word) = trimmed.rsplit_once(['(', '[', ' ', '_']).unwrap_or(("", ""));
        match zone_named(word.trim()).filter(|_| !rest.is_empty()) {
            Some(zone) => Self { whole, short: simplified(rest), zone: Some(zone), inner },
            None => Self { short: whole.clone(), whole, zone: None, inner },
        }
    }
}

/// A zone that the name of a column ends with: `Date (UTC)`, `Date(ET)`, `created_at_cet`.
fn zone_named(word: &str) -> Option<String> {
    let lower = word.to_ascii_lowercase();
    let zone = match lower.as_str() {
        "utc" | "gmt" => "UTC",
        "et" => "America/New_York",
        "pt" => "America/Los_Angeles",
        // A name with a season means that one offset; POSIX writes the sign the other way round.
        "est" => "Etc/GMT+5",
        "edt" => "Etc/GMT+4",
        "pst" => "Etc/GMT+8",
        "pdt" => "Etc/GMT+7",
        "cet" => "Etc/GMT-1",
        "cest" => "Etc/GMT-2",
        _ => return None,
    };
    Some(zone.to_owned())
}

/// Where each name stands.
struct Places {
    named: Vec<Named>,
    /// The columns of each name, those of the person before those of a database, then those whose name a zone follows.
    of: HashMap<String, Vec<usize>>,
}

impl Places {
    fn of<'n>(columns: impl Iterator<Item = &'n str>) -> Self {
        let named: Vec<Named> = columns.map(Named::of).collect();
        let mut of: HashMap<String, Vec<usize>> = HashMap::new();
        for inner in [false, true] {
            for (at, name) in named.iter().enumerate().filter(|(_, name)| name.inner == inner) {
                of.entry(name.whole.clone()).or_default().push(at);
            }
        }
        for (at, name) in named.iter().enumerate().filter(|(_, name)| name.short != name.whole) {
            of.entry(name.short.clone()).or_default().push(at);
        }
        Self { named, of }
    }

    /// The columns with this name.
    fn named(&self, name: &str) -> impl Iterator<Item = usize> + Clone {
        self.of.get(name).map(Vec::as_slice).unwrap_or_default().iter().copied()
    }

    fn get(&self, at: usize) -> Option<&Named> {
        self.named.get(at)
    }
}

/// Which columns are for time and text by their names alone.
pub(in crate::archive) fn time_and_text(names: &[String]) -> Option<(usize, usize)> {
    let places = Places::of(names.iter().map(String::as_str));
    let column = |wanted: Field| {
        let (_, synonyms) = NAMES.iter().find(|(field, _)| *field == wanted)?;
        synonyms.iter().find_map(|name| places.named(name).next())
    };
    Some((column(Field::Time)?, column(Field::Text)?))
}

/// Whether some names are those of columns for time and text. Asked of every row that may be a header: so it is quick where none is.
pub(super) fn name_time_and_text(names: &[String]) -> bool {
    /// Longer cells are no names.
    const LONGEST: usize = 64;
    static KNOWN: LazyLock<[HashSet<&str>; 2]> = LazyLock::new(|| {
        [Field::Time, Field::Text].map(|wanted| {
            let synonyms = NAMES.iter().filter(|(field, _)| *field == wanted);
            synonyms.flat_map(|(_, names)| names.iter().copied()).collect()
        })
    });
    let mut found = [false; 2];
    for name in names.iter().filter(|name| name.len() <= LONGEST) {
        let name = Named::of(name);
        for (known, found) in KNOWN.iter().zip(&mut found) {
            *found = *found || known.contains(name.whole.as_str()) || known.contains(name.short.as_str());
        }
    }
    found == [true; 2]
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
        check(
            "id,screen_name,name,description,timestamp_utc,followers,friends",
            "it holds user profiles, not posts",
        );
        check(
            "did,handle,display_name,description,created_at,starter_packs",
            "it holds user profiles, not posts",
        );
        check(
            "id,name,description,created_at",
            "no column for `text`; there are `id`, `name`, `description`, `created_at`",
        );
        check(
            "guid,pubdate,author,title,description",
            "time = pubdate, text = description, author = author, id = guid",
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

    /// What is guessed for columns with one value each.
    #[track_caller]
    fn check_values(columns: &[(&str, &str)], expected: &str) {
        let columns: Vec<Column> = columns
            .iter()
            .map(|(name, value)| Column { name: (*name).into(), values: vec![(*value).into()] })
            .collect();
        let mapping = Mapping::find(&columns, &ReadOptions::default()).unwrap();
        let zone = mapping.zone.map(|zone| format!("; {zone}")).unwrap_or_default();
        assert_eq!(mapping.notes.join("; ").replace("columns guessed: ", "") + &zone, expected);
    }

    #[test]
    fn contents_decide_where_names_do_not() {
        check_values(
            &[
                ("published", "true"),
                ("time", "20:44"),
                ("date", "2017-03-07"),
                ("text", "17"),
                ("body", "a"),
            ],
            "time = date, text = body, time = time",
        );
        check_values(
            &[("Date(ET)", "2017-03-07 20:44"), ("Text", "a")],
            "time = Date(ET), text = Text; America/New_York",
        );
        check_values(
            &[("created_at_utc", "2017-03-07 20:44"), ("text", "a")],
            "time = created_at_utc, text = text; UTC",
        );
        check_values(
            &[("date", "42801.8645"), ("text", "a"), ("user", "{'id': 1}")],
            "time = date, text = text",
        );
        check_values(
            &[("created_at", "soon"), ("text", "a"), ("reply_to", "[]"), ("likes", "many"), ("replies", "2")],
            "time = created_at, text = text, replies = replies",
        );
        check_values(
            &[("_id", "a"), ("id", "b"), ("created", "2017-03-07"), ("title", "t"), ("selftext", "s")],
            "time = created, text = selftext, id = id",
        );
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
